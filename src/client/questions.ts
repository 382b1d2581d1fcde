import { confirmed } from './confirm.ts';
import { loadDialogText } from './dialog-text.ts';

const dialog = await loadDialogText();

/** Asks the learner one of the questions of lessons; busy terminals are the only one that destroys nothing. */
export function agreed(question: keyof typeof dialog.ask): Promise<boolean> {
  return confirmed({ ...dialog.ask[question], no: dialog.cancel }, question !== 'busy');
}
