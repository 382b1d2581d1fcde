import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { type ProblemCode, problem } from '../../shared/problem.ts';
import { localeOf } from './static-site.ts';
import { type Answer, openServer } from './testing.ts';

function isProblem(answer: Answer, status: number, code: ProblemCode, field?: string): void {
  const parsed = problem.parse(answer.body);
  assert.deepEqual([answer.status, parsed.status, parsed.code, parsed.field], [status, status, code, field]);
  assert.match(answer.headers.get('Content-Type') ?? '', /^application\/problem\+json/);
  hasSecurityHeaders(answer);
}

function hasSecurityHeaders({ headers }: Answer): void {
  assert.match(headers.get('Content-Security-Policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(headers.get('X-Content-Type-Options'), 'nosniff');
  assert.equal(headers.get('Referrer-Policy'), 'same-origin');
  assert.equal(headers.get('Cross-Origin-Opener-Policy'), 'same-origin');
}

describe('requests that ask for what does not exist', () => {
  it('get a problem with 404: lesson, step, answer, quiz, block, lab, spec, path', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const lab = await browser.readyLab();
    const block = (lesson: string, step: string, block: string) =>
      browser.ask('POST', `/api/labs/${lab.id}/blocks`, { lesson, step, block });
    const answers = [
      browser.ask('POST', '/api/lessons/none/steps/look/read'),
      browser.ask('POST', '/api/lessons/box/steps/none/read'),
      browser.ask('POST', '/api/lessons/box/steps/constructor/read'),
      browser.ask('POST', '/api/lessons/box/steps/look/answers', { answers: { nothing: 'x' } }),
      browser.ask('POST', '/api/lessons/box/steps/look/prediction', { choice: 'maybe' }),
      browser.ask('POST', '/api/lessons/box/steps/look/hints', { level: 3 }),
      browser.ask('POST', '/api/lessons/none/steps/quiz/answers', { answers: {} }),
      browser.ask('POST', '/api/lessons/box/steps/quiz/answers', { answers: { none: 'x' } }),
      block('none', 'start', 'go'),
      block('box', 'none', 'go'),
      block('box', 'start', 'none'),
      block('box', 'look', 'go'),
      browser.ask('POST', '/api/labs', { spec: 'barrel' }),
      browser.ask('GET', '/api/labs/none'),
      browser.ask('DELETE', '/api/labs/none'),
      browser.ask('POST', '/api/labs/none/check', { lesson: 'box', step: 'start' }),
      browser.ask('POST', `/api/labs/${lab.id}/check`, { lesson: 'box', step: 'none' }),
      browser.ask('GET', '/api/nothing'),
      browser.ask('PATCH', '/api/me'),
    ];
    for (const answer of await Promise.all(answers)) isProblem(answer, 404, 'not-found');
  });

  it('get a 400 for a step that no lab can check', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const lab = await browser.readyLab();
    const answer = await browser.ask('POST', `/api/labs/${lab.id}/check`, { lesson: 'box', step: 'look' });
    isProblem(answer, 400, 'bad-request', 'step');
  });
});

describe('requests that are malformed', () => {
  it('get a 400 for a body that is no JSON or not told to be', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    for (const text of ['{', '', '[1', 'null and void', '\0']) {
      isProblem(await browser.ask('POST', '/api/labs', text), 400, 'bad-request');
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    assert.equal((await browser.ask('POST', '/api/labs', 'spec=box', form)).status, 400);
  });

  it('get a 400 that names the field: missing, of a wrong type, too long, unknown', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const labs = (body: unknown) => browser.ask('POST', '/api/labs', body);
    isProblem(await labs({}), 400, 'bad-request', 'spec');
    isProblem(await labs({ spec: 7 }), 400, 'bad-request', 'spec');
    isProblem(await labs({ spec: '../etc' }), 400, 'bad-request', 'spec');
    isProblem(await labs({ spec: 'box', replace: 'yes' }), 400, 'bad-request', 'replace');
    isProblem(await labs({ spec: 'box', colour: 'red' }), 400, 'bad-request', 'colour');
    isProblem(await labs([]), 400, 'bad-request');
    isProblem(await labs(null), 400, 'bad-request');
    isProblem(await browser.ask('PUT', '/api/me/name', { name: 'x'.repeat(41) }), 400, 'bad-request', 'name');
    isProblem(await browser.ask('PUT', '/api/me/name', { name: '  ' }), 400, 'bad-request', 'name');
    for (const name of ['\u001b]0;title\u0007', 'two\nlines', '\u202eesrever', '\u0000', 'a\u2028b', '\u009b2J']) {
      isProblem(await browser.ask('PUT', '/api/me/name', { name }), 400, 'bad-request', 'name');
    }
    assert.equal((await browser.ask('PUT', '/api/me/name', { name: '李 O’Neill 👩‍🔬' })).status, 200);
    const look = '/api/lessons/box/steps/look';
    isProblem(
      await browser.ask('POST', `${look}/answers`, { answers: { name: 7 } }),
      400,
      'bad-request',
      'answers.name',
    );
    isProblem(await browser.ask('POST', `${look}/answers`, { answers: { name: 'sack' } }), 400, 'bad-request', 'name');
    isProblem(await browser.ask('POST', `${look}/hints`, { level: 1e9 }), 400, 'bad-request', 'level');
    isProblem(await browser.ask('GET', `/api/labs/${'x'.repeat(65)}`), 400, 'bad-request', 'id');
  });

  it('get a 413 for a megabyte, in one piece or without a length', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const body = JSON.stringify({ spec: 'box', name: 'x'.repeat(2 ** 20) });
    isProblem(await browser.ask('POST', '/api/labs', body), 413, 'too-large');
    const response = await fetch(`${server.origin}/api/labs`, {
      method: 'POST',
      headers: { Origin: server.origin, Cookie: browser.cookie, 'Content-Type': 'application/json' },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    assert.equal(response.status, 413);
  });

  it('do not end the server: odd targets, odd upgrades', async (t) => {
    const server = await openServer(t);
    const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
    const targets = ['//', '/%', '/%zz', '/ws/labs/%/terminals/%', 'http://[', '*', '/ws/../..//'];
    const requests = targets.flatMap((target) =>
      ['Connection: close\r\n', upgrade].map(
        (head) => `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: ${server.origin}\r\n${head}\r\n`,
      ),
    );
    await Promise.all(requests.map((request) => raw(server.port, request)));
    assert.equal((await server.browser().ask('GET', '/healthz')).status, 200);
  });
});

describe('requests of nobody, or from elsewhere', () => {
  it('get a 401 without a cookie, with a forged one, and for a learner who is gone', async (t) => {
    const server = await openServer(t);
    const stranger = server.browser();
    isProblem(await stranger.ask('POST', '/api/labs', { spec: 'box' }), 401, 'unauthorized');
    isProblem(await stranger.ask('GET', '/api/labs/x'), 401, 'unauthorized');
    const { cookie } = await server.browser().enter();
    const forged = cookie.replace(/=.*\./, '=someone-else.');
    isProblem(await stranger.ask('GET', '/api/labs/x', undefined, { Cookie: forged }), 401, 'unauthorized');
  });

  it('get a cookie that no script and no other site can use, named by the install', async (t) => {
    const server = await openServer(t);
    const { headers } = await server.browser().ask('GET', '/api/me');
    const [cookie = ''] = headers.getSetCookie();
    assert.match(cookie, /; HttpOnly/);
    assert.match(cookie, /; SameSite=Lax/);
    assert.ok(cookie.split('=')[0]?.includes(server.app.store.installId), cookie);
  });

  it('get a 403 when they write from a missing or foreign origin', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const origins = ['null', 'http://evil.example', `https://127.0.0.1:${server.port}`, 'http://127.0.0.1:1', ''];
    for (const Origin of origins) {
      isProblem(await browser.ask('POST', '/api/labs', { spec: 'box' }, { Origin }), 403, 'bad-origin');
    }
    const response = await fetch(`${server.origin}/api/labs`, { method: 'POST', headers: { Cookie: browser.cookie } });
    assert.equal(response.status, 403);
    assert.equal((await browser.ask('GET', '/api/me')).body.lab, undefined, 'nothing was claimed');
  });

  it('get a 404 for the lab of another learner, whatever they want of it', async (t) => {
    const server = await openServer(t);
    const lab = await (await server.browser().enter()).readyLab();
    const other = await server.browser().enter();
    const path = `/api/labs/${lab.id}`;
    isProblem(await other.ask('GET', path), 404, 'not-found');
    isProblem(await other.ask('DELETE', path), 404, 'not-found');
    for (const action of ['reset', 'extend']) isProblem(await other.ask('POST', `${path}/${action}`), 404, 'not-found');
    isProblem(await other.ask('POST', `${path}/tickets`, { terminal: 'host' }), 404, 'not-found');
    const block = { lesson: 'box', step: 'start', block: 'go' };
    isProblem(await other.ask('POST', `${path}/blocks`, block), 404, 'not-found');
    assert.equal((await server.app.manager.get(lab.id)).state, 'ready');
  });

  it('get a 429 when they claim far too often', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const claims = Array.from({ length: 31 }, () => browser.ask('POST', '/api/labs', { spec: 'box' }));
    const refused = (await Promise.all(claims)).filter(({ status }) => status === 429);
    assert.equal(refused.length, 1);
    assert.ok(Number(refused[0]?.headers.get('Retry-After')) > 0);
  });
});

describe('the instructor', () => {
  it('enters by a link that works once, sees all labs, and leaves', async (t) => {
    const server = await openServer(t);
    const lab = await (await server.browser().enter()).readyLab();
    const [instructor, thief] = [await server.browser().enter(), await server.browser().enter()];
    isProblem(await instructor.ask('GET', '/api/instructor/labs'), 403, 'forbidden');
    const token = await server.app.links.instructorToken();
    assert.equal((await instructor.ask('POST', '/api/instructor/session', { token })).status, 204);
    isProblem(await thief.ask('POST', '/api/instructor/session', { token }), 410, 'bad-link');
    isProblem(await thief.ask('POST', '/api/instructor/session', { token: 'x'.repeat(32) }), 410, 'bad-link');
    const { labs } = (await instructor.ask('GET', '/api/instructor/labs')).body;
    assert.deepEqual(
      labs.map(({ id }: { id: string }) => id),
      [lab.id],
    );
    assert.equal((await instructor.ask('POST', `/api/labs/${lab.id}/reset`)).body.generation, 2);
    const block = { lesson: 'box', step: 'start', block: 'go' };
    isProblem(await instructor.ask('POST', `/api/labs/${lab.id}/blocks`, block), 404, 'not-found');
    assert.equal((await instructor.ask('DELETE', `/api/labs/${lab.id}`)).body.endedBecause, 'instructor');
    const { cookie } = instructor;
    await instructor.ask('DELETE', '/api/instructor/session');
    isProblem(await instructor.ask('GET', '/api/instructor/labs'), 403, 'forbidden');
    isProblem(await thief.ask('GET', '/api/instructor/labs', undefined, { Cookie: cookie }), 403, 'forbidden');
  });
});

describe('a learner', () => {
  it('claims, resets, extends and ends his lab, and continues by a link in another browser', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const claimed = await browser.ask('POST', '/api/labs', { spec: 'box', lesson: 'box', name: ' 小明 ' });
    assert.equal(claimed.status, 201);
    assert.equal((await browser.ask('POST', '/api/labs', { spec: 'box' })).status, 200);
    const lab = await browser.readyLab();
    assert.equal(lab.id, claimed.body.id);
    assert.ok((await browser.ask('POST', `/api/labs/${lab.id}/extend`)).body.expiresAt > lab.expiresAt);
    const link = new URL((await browser.ask('POST', '/api/me/resume-link')).body.link);
    assert.equal(link.origin, server.origin);
    const second = await server.browser().enter();
    const me = (await second.ask('POST', '/api/me/resume', { token: link.hash.slice(1) })).body;
    assert.deepEqual([me.learner.name, me.lab.id], ['小明', lab.id]);
    const ended = (await second.ask('DELETE', `/api/labs/${lab.id}`)).body;
    assert.deepEqual([ended.state, ended.endedBecause], ['ended', 'learner']);
    isProblem(await browser.ask('POST', `/api/labs/${lab.id}/reset`), 410, 'lab-ended');
  });

  it('waits with a place when there is no room', async (t) => {
    const server = await openServer(t, { LAB_MAX_LABS: '1' });
    await (await server.browser().enter()).readyLab();
    const second = await (await server.browser().enter()).ask('POST', '/api/labs', { spec: 'box' });
    assert.deepEqual([second.status, second.body], [202, { position: 1 }]);
  });

  it('keeps predictions, hints and answers, without a lab', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    const ask = (step: string, what: string, body?: unknown) =>
      browser.ask('POST', `/api/lessons/box/steps/${step}/${what}`, body);
    assert.equal((await ask('look', 'prediction', { choice: 'no' })).body.progress.prediction, 'no');
    const known = async () => (await browser.ask('GET', '/api/lessons/box/explanations?locale=en')).body;
    assert.deepEqual(await known(), { explanations: {}, truths: {} });
    isProblem(await ask('look', 'prediction', { choice: 'yes' }), 409, 'prediction-locked');
    assert.deepEqual((await ask('look', 'answers', { answers: { name: 'bag' } })).body.judged, { name: false });
    const right = (await ask('look', 'answers', { answers: { name: 'box' } })).body;
    assert.ok(right.judged.name && right.progress.passedAt);
    assert.deepEqual((await known()).truths, { look: 'yes' });
    isProblem(await ask('start', 'solution?locale=en'), 409, 'solution-locked');
    for (const level of [1, 2, 3]) assert.equal((await ask('start', 'hints', { level })).body.progress.hints, level);
    assert.equal((await ask('start', 'solution?locale=en')).body.words, '<p>Some words.</p>');
    isProblem(await ask('start', 'read'), 404, 'not-found');
    assert.deepEqual((await ask('quiz', 'answers', { answers: { again: 'one' } })).body.judged, { again: true });
    assert.equal((await browser.ask('GET', '/api/me')).body.progress.length, 3);
  });
});

describe('what the server says of itself', () => {
  it('describes every route in openapi.json', async (t) => {
    const { body } = await (await openServer(t)).browser().ask('GET', '/api/openapi.json');
    const terminal = ['', '/recording', '/transcript'].map((end) => `/terminals/{name}${end}`);
    const recordings = ['/recordings', '/recordings/{recording}'];
    const actions = [
      '',
      '/reset',
      '/extend',
      '/tickets',
      '/blocks',
      '/check',
      '/terminals',
      ...terminal,
      ...recordings,
      '/map/processes',
      '/compare',
    ];
    const labs = actions.map((end) => `/api/labs/{id}${end}`);
    const steps = ['answers', 'prediction', 'hints', 'solution', 'read'];
    const expected = [
      ...['/healthz', '/api/me', '/api/me/name', '/api/me/resume', '/api/me/resume-link', '/api/labs', ...labs],
      ...steps.map((end) => `/api/lessons/{lesson}/steps/{step}/${end}`),
      ...['/api/lessons/{lesson}/explanations', '/api/instructor/session', '/api/instructor/labs'],
    ];
    assert.deepEqual(Object.keys(body.paths).sort(), expected.sort());
  });

  it('is healthy, and failing with 503 while the engine is down', async (t) => {
    const server = await openServer(t);
    const browser = server.browser();
    const well = await browser.ask('GET', '/healthz');
    assert.deepEqual([well.status, well.body.status, well.body.engine.version], [200, 'ok', '0']);
    server.engine.setDown(true);
    const ill = await browser.ask('GET', '/healthz');
    assert.deepEqual([ill.status, ill.body.status, ill.body.store.ok], [503, 'failing', true]);
    assert.match(ill.body.engine.problem, /does not answer/);
  });

  it('answers a working lab with 503 while the engine is down', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const lab = await browser.readyLab();
    server.engine.setDown(true);
    isProblem(await browser.ask('DELETE', `/api/labs/${lab.id}`), 503, 'engine-down');
  });

  it('answers to no foreign name, behind which another site would read it', async (t) => {
    const server = await openServer(t);
    const ask = (path: string, host: string) =>
      raw(server.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    for (const path of ['/api/me', '/metrics', '/healthz', '/en/']) {
      assert.match(await ask(path, `rebound.example:${server.port}`), /^HTTP\/1.1 403 .*bad-origin/s, path);
      for (const host of ['127.0.0.1', `localhost:${server.port}`, '[::1]:1']) {
        assert.match(await ask(path, host), /^HTTP\/1.1 200 /, `${path} ${host}`);
      }
    }
    const named = await openServer(t, { LAB_ORIGIN: 'https://labs.example' });
    const home = `GET /en/ HTTP/1.1\r\nHost: labs.example\r\nConnection: close\r\n\r\n`;
    assert.match(await raw(named.port, home), /^HTTP\/1.1 200 /);
  });

  it('makes no learner for a picture on another site', async (t) => {
    const browser = (await openServer(t)).browser();
    const image = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
    isProblem(await browser.ask('GET', '/api/me', undefined, image), 403, 'bad-origin');
    assert.equal(browser.cookie, '');
  });

  it('has no metrics for who comes through a proxy on this machine, unless he is an instructor', async (t) => {
    const server = await openServer(t);
    const browser = await server.browser().enter();
    const through = { 'X-Forwarded-For': '203.0.113.7' };
    isProblem(await browser.ask('GET', '/metrics', undefined, through), 403, 'forbidden');
    await browser.ask('POST', '/api/instructor/session', { token: await server.app.links.instructorToken() });
    assert.equal((await browser.ask('GET', '/metrics', undefined, through)).status, 200);
    const behind = (await openServer(t, { LAB_ORIGIN: 'https://labs.example' })).browser();
    isProblem(await behind.ask('GET', '/metrics'), 403, 'forbidden');
  });

  it('has metrics for this machine', async (t) => {
    const browser = await (await openServer(t)).browser().enter();
    await browser.readyLab();
    const { status, body } = await browser.ask('GET', '/metrics');
    assert.equal(status, 200);
    assert.match(body, /matryoshka_labs\{state="ready"\} 1/);
  });
});

describe('the site', () => {
  it('has security headers on every answer', async (t) => {
    const browser = (await openServer(t)).browser();
    for (const path of ['/', '/en/', '/zh/nowhere', '/healthz', '/metrics', '/api/me', '/api/openapi.json']) {
      hasSecurityHeaders(await browser.ask('GET', path));
    }
  });

  it('leads to the reader’s language, and says in it that a page is missing', async (t) => {
    const browser = (await openServer(t)).browser();
    const home = await browser.ask('GET', '/', undefined, { 'Accept-Language': 'zh-CN,en;q=0.5' });
    assert.deepEqual([home.status, home.headers.get('Location')], [302, '/zh/']);
    assert.equal((await browser.ask('GET', '/zh/')).body, 'home zh');
    const missing = await browser.ask('GET', '/zh/nowhere', undefined, { 'Accept-Language': 'en' });
    assert.deepEqual([missing.status, missing.body], [404, 'missing zh']);
    assert.equal((await browser.ask('GET', '/nowhere')).body, 'missing en');
  });

  it('lets WebAssembly run in the worker of the search, and in no page', async (t) => {
    const browser = (await openServer(t)).browser();
    const policy = async (path: string) =>
      (await browser.ask('GET', path)).headers.get('Content-Security-Policy') ?? '';
    assert.match(await policy('/pagefind/pagefind-worker.js'), /script-src 'self' 'wasm-unsafe-eval';/);
    for (const path of ['/en/', '/pagefind/pagefind.js']) assert.match(await policy(path), /script-src 'self';/);
  });

  it('shows nothing outside of its folder', async (t) => {
    const server = await openServer(t);
    for (const path of ['/../labs/box/lab.yaml', '/en/..%2f..%2flabs/box/lab.yaml', '/%2e%2e/labs/box/lab.yaml']) {
      const answer = await raw(server.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      assert.doesNotMatch(answer, /384MiB/);
    }
  });

  it('takes the last choice of language, else the first that we have', () => {
    assert.equal(localeOf(undefined, undefined), 'en');
    assert.equal(localeOf(undefined, 'de, zh-TW;q=0.8, en;q=0.5'), 'zh');
    assert.equal(localeOf(undefined, 'en-GB,zh'), 'en');
    assert.equal(localeOf('locale=zh', 'en'), 'zh');
    assert.equal(localeOf('locale=fr', 'ZH'), 'zh');
  });
});

/** Sends bytes as they are and answers with what came until the server closed the connection. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
}
