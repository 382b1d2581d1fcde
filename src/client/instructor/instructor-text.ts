import { languageOfPage } from '../language.ts';

/** Messages of the instructor's page in its language. */
export const boardText =
  languageOfPage() === 'zh'
    ? (await import('../../i18n/zh/instructor.ts')).instructor
    : (await import('../../i18n/en/instructor.ts')).instructor;
