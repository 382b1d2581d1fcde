export interface Question {
  title: string;
  body: string;
  yes: string;
  no: string;
}

/** Asks in a dialog; false when it is cancelled or closed. `grave` marks what cannot be undone. */
export function confirmed(question: Question, grave = true): Promise<boolean> {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'question-title');
  dialog.setAttribute('aria-describedby', 'question-body');
  const title = element('h2', question.title, { id: 'question-title' });
  const body = element('p', question.body, { id: 'question-body' });
  const form = element('form', '', { className: 'row-end' });
  form.method = 'dialog';
  const no = element('button', question.no, { className: 'ghost', value: '' });
  const yes = element('button', question.yes, { className: grave ? 'button grave' : 'button', value: 'yes' });
  form.append(no, yes);
  dialog.append(title, body, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
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
