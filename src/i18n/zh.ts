export { instructor } from './zh/instructor.ts';
export { lab } from './zh/lab.ts';
export { page } from './zh/page.ts';
export { site } from './zh/site.ts';
