import { type Answer, answered, confirmed } from './confirm.ts';
import { loadDialogText } from './dialog-text.ts';

const dialog = await loadDialogText();

/** What destroys something. */
const grave: readonly (keyof typeof dialog.ask)[] = ['reset', 'end', 'otherLab', 'closeTerminal'];

/** Asks the learner one of the questions of lessons; `quote` is shown as it is. */
export function agreed(question: keyof typeof dialog.ask, quote?: string): Promise<boolean> {
  return confirmed({ ...dialog.ask[question], no: dialog.cancel, quote }, grave.includes(question));
}

/** Asks where a block shall run that does not belong where the terminal stands; `sentence` says both places. */
export function whereToRun(sentence: string): Promise<Answer> {
  const { title, right, anyway } = dialog.wrongLevel;
  return answered({ title, body: sentence, yes: right, other: anyway, no: dialog.cancel }, false);
}
