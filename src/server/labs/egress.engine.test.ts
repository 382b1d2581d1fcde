import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { EnteredRung } from '../engine/isolation.ts';
import { testRung } from '../engine/testing.ts';
import { silentLog } from '../log.ts';
import { eventually } from '../testing.ts';
import { Egress } from './egress.ts';
import { LabCatalog } from './lab-catalog.ts';

const labs = join(import.meta.dirname, '../../../labs');

describe('the way out of a lab', { timeout: 120_000 }, () => {
  let rung: EnteredRung;
  let server: Server;
  let address: string;
  let port: number;
  let open: string;
  let closed: string;
  let egress: Egress;

  before(async () => {
    server = createServer((_, response) => response.end('from outside')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    ({ port } = server.address() as AddressInfo);
    address = `127.0.0.1:${port}`;
    rung = await testRung();
    const spec = (await LabCatalog.load(labs)).spec('dind') ?? assert.fail('labs/dind is what the lessons run on');
    const make = async (id: string, out: boolean) => {
      const request = { id, shape: id, spec: { ...spec, egress: out }, leaseUntil: Date.now() + 110_000 };
      const ref = await rung.engine.create(request);
      await rung.engine.waitReady(ref, spec.ready.daemon);
      return ref;
    };
    [open, closed] = await Promise.all([make('open', true), make('closed', false)]);
    egress = new Egress({ engine: rung.engine, allowed: [address, `localhost:${port}`], log: silentLog });
    egress.follow(open);
    await eventually(async () => (await sh(open, '</dev/tcp/127.0.0.1/3128')).code === 0, 20_000);
  });

  after(async () => {
    await egress?.[Symbol.asyncDispose]();
    for (const { ref } of (await rung?.engine.list()) ?? []) await rung.engine.remove(ref);
    await rung?.[Symbol.asyncDispose]();
    server?.close();
  });

  const sh = (ref: string, command: string) =>
    rung.engine.exec(ref, ['/bin/bash', '-lc', command], { deadline: 30_000 });
  const through = (target: string) =>
    `curl --silent --show-error --noproxy '' --proxytunnel --proxy http://127.0.0.1:3128 http://${target}/`;

  it('leads to an allowed address, many times at once, and everything arrives', async () => {
    const { stdout } = await sh(open, `for n in 1 2 3 4 5; do ${through(address)} & done; wait`);
    assert.equal(stdout, 'from outside'.repeat(5));
  });

  it('leads nowhere else, and says why', async () => {
    const head = 'curl --silent --show-error --noproxy "" --proxy http://127.0.0.1:3128';
    assert.match((await sh(open, `${head} --proxytunnel http://127.0.0.1:1/`)).stderr, /403/);
    assert.match((await sh(open, `${head} --proxytunnel http://169.254.169.254:80/`)).stderr, /403/);
    assert.match((await sh(open, `${head} http://${address}/`)).stdout, /Only CONNECT/);
  });

  it('does not lead inside by a name that is allowed', async () => {
    assert.match((await sh(open, through(`localhost:${port}`))).stderr, /502/);
  });

  it('is what the daemon, the shells and the containers of the lab use', async () => {
    const { stdout } = await sh(
      open,
      'echo $https_proxy; docker info -f "{{.HTTPSProxy}}"; docker run --rm alpine env | grep -c 172.17.0.1:3128',
    );
    assert.deepEqual(stdout.trim().split('\n'), ['http://127.0.0.1:3128', 'http://127.0.0.1:3128', '2']);
    const inner = `docker run --rm docker:cli curl --silent --proxytunnel --noproxy '' --proxy http://172.17.0.1:3128 http://${address}/`;
    assert.equal((await sh(open, inner)).stdout, 'from outside');
  });

  it('is not there by default', async () => {
    const { code, stdout } = await sh(closed, `${through(address)}; echo "[$https_proxy]"`);
    assert.equal(code, 0);
    assert.equal(stdout.trim(), '[]');
  });
});
