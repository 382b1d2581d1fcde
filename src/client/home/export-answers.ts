import { session } from '../session.ts';

/** The learner's own answers and predictions as a Markdown file, by lesson and step. */
export function exportAnswers(title: string): void {
  const lines = [`# ${title}`];
  let lesson = '';
  for (const progress of session.allProgress) {
    const given = [...Object.entries(progress.answers), ['?', progress.prediction]].filter(([, text]) => text);
    if (given.length === 0) continue;
    if (progress.lesson !== lesson) lines.push('', `## ${progress.lesson}`);
    lesson = progress.lesson;
    lines.push('', `### ${progress.step}${progress.passedAt ? ' ✓' : ''}`, '');
    for (const [id, text] of given) lines.push(`- ${id}: \`${text?.replaceAll('`', "'")}\``);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/markdown' }));
  link.download = 'matryoshka.md';
  link.click();
  URL.revokeObjectURL(link.href);
}
