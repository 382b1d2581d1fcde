export interface Question {
  title: string;
  body: string;
  yes: string;
  no: string;
  /** Another way to go on. */
  other?: string | undefined;
  /** What it is about, shown as it is. */
  quote?: string | undefined;
}

/** Empty: cancelled or closed. */
export type Answer = 'yes' | 'other' | '';

/** Asks in a dialog; false when it is cancelled or closed. `grave` marks what cannot be undone. */
export async function confirmed(question: Question, grave = true): Promise<boolean> {
  return (await answered(question, grave)) === 'yes';
}

/** Asks in a dialog that has another way to go on. */
export function answered(question: Question, grave: boolean): Promise<Answer> {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'question-title');
  dialog.setAttribute('aria-describedby', 'question-body');
  const title = element('h2', question.title, { id: 'question-title' });
  const body = element('p', question.body, { id: 'question-body' });
  const form = element('form', '', { className: 'row-end' });
  form.method = 'dialog';
  form.append(element('button', question.no, { className: 'ghost', value: '' }));
  if (question.other) form.append(element('button', question.other, { className: 'ghost', value: 'other' }));
  form.append(element('button', question.yes, { className: grave ? 'button grave' : 'button', value: 'yes' }));
  dialog.append(title, body);
  if (question.quote) dialog.append(element('pre', question.quote, { className: 'quote', tabIndex: 0 }));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue as Answer);
    });
  });
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  words: string,
  properties: Partial<HTMLElementTagNameMap[Tag]>,
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  if (words) made.textContent = words;
  return made;
}
