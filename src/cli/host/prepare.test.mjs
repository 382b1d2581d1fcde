import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInstalled } from './dependencies.mjs';
import { missingPackages } from './host-packages.mjs';
import { missingOffline } from './prepare.mjs';
import { RestartBudget } from './restart-budget.mjs';
import { isEngineTest, isUnitTest } from './test-stages.mjs';

const none = /** @type {const} */ ({ outcome: 'none' });

/** @param {string} name */
const missing = (name, optional = false) => ({
  name,
  optional,
  neededFor: /** @type {const} */ ('engine'),
  isThere: () => false,
});

test('offline, everything that is missing is named before anything is done', () => {
  assert.deepEqual(missingOffline({ installation: 'ready', packages: [], engine: none }), []);
  const lines = missingOffline({ installation: 'all', packages: [missing('g++'), missing('docker.io')], engine: none });
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /node_modules/);
  assert.match(lines[1] ?? '', /^g\+\+, docker\.io \(.*apt-get install .*g\+\+ docker\.io\)$/);
});

test('offline, a package that is not required does not stop the start', () => {
  assert.deepEqual(
    missingOffline({ installation: 'ready', packages: [missing('mmdebstrap', true)], engine: none }),
    [],
  );
});

test('only packages for what was asked are looked for', () => {
  assert.deepEqual(missingPackages([]), []);
  for (const { neededFor } of missingPackages(['test'])) assert.equal(neededFor, 'test');
});

test('installed is what the lock file asks for; an optional package of another platform may be missing', () => {
  /** @param {Record<string, object>} packages */
  const lock = (packages) => JSON.stringify({ packages });
  const wanted = lock({ '': { version: '1' }, a: { version: '1.0.0' }, b: { version: '2.0.0', optional: true } });
  assert.equal(isInstalled(wanted, lock({ a: { version: '1.0.0' } })), true);
  assert.equal(isInstalled(wanted, lock({ a: { version: '1.0.1' } })), false);
  assert.equal(isInstalled(wanted, lock({ a: { version: '1.0.0' }, b: { version: '1.0.0' } })), false);
  assert.equal(isInstalled(wanted, lock({})), false);
  assert.equal(isInstalled(wanted, '{"packages":'), false);
});

test('a server that dies is restarted five times in two minutes, each time later', () => {
  const budget = new RestartBudget();
  const waits = [0, 1, 2, 3, 4, 5].map((second) => budget.next(second * 1000));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, undefined]);
  assert.equal(budget.next(200_000), 500);
});

test('every test file belongs to exactly one stage', () => {
  assert.deepEqual(['a.test.ts', 'a.test.mjs', 'a.engine.test.ts', 'a.ts'].map(isUnitTest), [true, true, false, false]);
  assert.deepEqual(['a.engine.test.ts', 'a.engine.test.mjs', 'a.test.ts'].map(isEngineTest), [true, true, false]);
});
