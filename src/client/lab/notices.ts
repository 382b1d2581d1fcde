import { count, fill } from '../../i18n/fill.ts';
import { loadDialogText } from '../dialog-text.ts';
import type { Notice } from '../session.ts';
import { toast } from '../toast.ts';

const dialog = await loadDialogText();

/** Says what happened to the lab, and who did it. */
export function showNotice(notice: Notice): void {
  const { code, by, when } = notice;
  // His click has told him more: until when.
  if (code === 'extended' && by === 'learner') return;
  const sentence = dialog.notices[code];
  if (typeof sentence !== 'string') toast(sentence[by]);
  else toast(fill(sentence, { left: left((when ?? notice.at) - Date.now()) }));
}

function left(ms: number): string {
  return ms < 90_000
    ? count(dialog.leftSeconds, Math.max(0, Math.round(ms / 1000)))
    : count(dialog.leftMinutes, Math.round(ms / 60_000));
}
