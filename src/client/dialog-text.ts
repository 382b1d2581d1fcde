import type { DialogText } from '../i18n/en/dialog.ts';
import { languageOfPage } from './language.ts';

/** Loads the words of questions, notices and problems. */
export async function loadDialogText(): Promise<DialogText> {
  return languageOfPage() === 'zh'
    ? (await import('../i18n/zh/dialog.ts')).dialog
    : (await import('../i18n/en/dialog.ts')).dialog;
}
