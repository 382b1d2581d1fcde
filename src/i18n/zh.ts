export { compare } from './zh/compare.ts';
export { dialog } from './zh/dialog.ts';
export { home } from './zh/home.ts';
export { instructor } from './zh/instructor.ts';
export { lab } from './zh/lab.ts';
export { map } from './zh/map.ts';
export { page } from './zh/page.ts';
export { site } from './zh/site.ts';
