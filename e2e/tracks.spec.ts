import { join } from 'node:path';
import * as en from '../src/i18n/en.ts';
import { fill } from '../src/i18n/fill.ts';
import { type Locale, locales } from '../src/i18n/locale.ts';
import * as zh from '../src/i18n/zh.ts';
import { readYaml } from '../src/server/labs/yaml-file.ts';
import { lessonFile } from '../src/shared/lesson.ts';
import { expect, test } from './journey.ts';
import { Reader } from './reader.ts';

/** The lesson that is taken from each track and the steps that are done in it: another one in each language. */
const journeys: Record<string, Record<Locale, [lesson: string, ...steps: string[]]>> = {
  start: { en: ['your-lab-has-levels', 'one-level-down'], zh: ['why-nest', 'seven-scenarios', 'why-it-was-made'] },
  foundations: {
    en: ['limits-are-cgroups', 'hit-the-cap', 'what-free-says'],
    zh: ['namespaces-by-hand', 'first-of-one', 'which-links'],
  },
  socket: {
    en: ['an-engine-is-an-http-api', 'create-without-docker', 'ping'],
    zh: ['shrinking-the-socket', 'look-but-not-touch', 'what-still-leaks'],
  },
  'docker-in-docker': {
    en: ['stop-kill-restart', 'comes-back', 'zombies'],
    zh: ['needs-privileges', 'one-flag-more', 'a-plain-container'],
  },
  kicbase: {
    en: ['services-that-come-back', 'own-unit'],
    zh: ['systemctl-says-no', 'first-process', 'plain-container'],
  },
  unprivileged: {
    en: ['root-that-is-not-root', 'remap', 'old-attacks'],
    zh: ['rootless-dind', 'an-engine-of-user-1000', 'limits-that-do-not'],
  },
  practice: { en: ['decision-guide', 'three-questions'], zh: ['decision-guide', 'five-rows', 'three-conclusions'] },
};

for (const [track, lessons] of Object.entries(journeys)) {
  for (const locale of locales) {
    const [id, ...steps] = lessons[locale];
    test(`a learner follows ${id} from its track ${track}, ${locale}`, async ({ page, learner }) => {
      const { value: lesson } = await readYaml(join('lessons', track, id, 'lesson.yaml'), lessonFile);
      const reader = new Reader(learner, locale, lesson);
      await page.goto(`/${locale}/tracks/${track}/`);
      await page.locator(`a[href="/${locale}/lessons/${id}/"]`).click();
      for (const step of steps) await reader.does(step);
      await reader.answersQuiz();
      await page.goto(`/${locale}/tracks/${track}/`);
      const { complete, passed } = { en, zh }[locale].home.home;
      const of = Object.keys(lesson.steps).length;
      await expect(page.locator(`lesson-progress[data-lesson="${id}"]`)).toHaveText(
        steps.length === of ? complete : fill(passed, { n: steps.length, of }),
      );
    });
  }
}
