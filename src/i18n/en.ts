export { compare } from './en/compare.ts';
export { dialog } from './en/dialog.ts';
export { home } from './en/home.ts';
export { instructor } from './en/instructor.ts';
export { lab } from './en/lab.ts';
export { map } from './en/map.ts';
export { page } from './en/page.ts';
export { site } from './en/site.ts';
