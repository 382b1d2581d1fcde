import { defineConfig } from '@playwright/test';
import journeys from '../playwright.config.ts';

/** `node_modules/.bin/playwright test -c docs`: takes the pictures of the README from a real server and a real lab. */
export default defineConfig(journeys, {
  testDir: '.',
  globalSetup: '../e2e/canary.ts',
  outputDir: '../test-results',
});
