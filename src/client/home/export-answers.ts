import { session } from '../session.ts';
import { homeText } from './home-text.ts';

/** The learner's own answers and predictions as a Markdown file, by lesson and step, with the way back to each. */
export function exportAnswers(): void {
  const lines = [`# ${homeText.home.answers}`];
  let lesson = '';
  for (const progress of session.allProgress) {
    const given = [...Object.entries(progress.answers), [homeText.home.predicted, progress.prediction]].filter(
      ([, text]) => text,
    );
    if (given.length === 0) continue;
    const card = document.querySelector<HTMLAnchorElement>(`.lesson-list a[href$="/lessons/${progress.lesson}/"]`);
    if (progress.lesson !== lesson) lines.push('', `## ${card?.textContent?.trim() ?? progress.lesson}`);
    lesson = progress.lesson;
    // The questions at the end have places of their own.
    const place = progress.step === 'quiz' ? `quiz-${given[0]?.[0]}` : progress.step;
    const step = card ? `[${progress.step}](${card.href}#${place})` : progress.step;
    lines.push('', `### ${step}${progress.passedAt ? ' ✓' : ''}`, '');
    for (const [id, text] of given) lines.push(`- ${id}: \`${text?.replaceAll('`', "'")}\``);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${lines.join('\n')}\n`], { type: 'text/markdown' }));
  link.download = 'matryoshka.md';
  link.click();
  URL.revokeObjectURL(link.href);
}
