import { defineConfig } from '@playwright/test';

/** Chromium never asks the network here; as root it needs no sandbox of its own. */
const args = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/canary.ts',
  outputDir: 'test-results',
  // Every journey has a server and labs of its own; two cores carry one browser at a time.
  workers: 1,
  timeout: 90_000,
  globalTimeout: 2_400_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: '/usr/bin/chromium', args },
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
