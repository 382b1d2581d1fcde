import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { labStates } from '../../shared/api.ts';
import type { Feed } from '../labs/feed.ts';
import type { Pool } from '../labs/pool.ts';
import type { Store } from '../store/store.ts';

/** Metrics of this process and its labs, in Prometheus' text format. */
export function createMetrics({ store, pool, feed }: { store: Store; pool: Pool; feed: Feed }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'matryoshka_' });
  new Gauge({
    name: 'matryoshka_labs',
    help: 'Labs that have not ended, by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      for (const state of labStates.filter((each) => each !== 'ended')) {
        this.set({ state }, (await store.labsIn([state])).length);
      }
    },
  });
  new Gauge({
    name: 'matryoshka_pool_ready',
    help: 'Ready sandboxes that nobody has claimed',
    registers: [registry],
    async collect() {
      this.set((await pool.status()).ready);
    },
  });
  const ended = new Counter({
    name: 'matryoshka_labs_ended_total',
    help: 'Labs that ended, by reason',
    labelNames: ['because'],
    registers: [registry],
  });
  feed.on('lab', (lab) => {
    if (lab.state === 'ended' && lab.endedBecause) ended.inc({ because: lab.endedBecause });
  });
  const checks = new Counter({
    name: 'matryoshka_checks_total',
    help: 'Results of checks',
    labelNames: ['status'],
    registers: [registry],
  });
  feed.on('check', (_, { status }) => checks.inc({ status }));
  return registry;
}
