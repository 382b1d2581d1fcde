import { count, fill } from '../../i18n/fill.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { toast } from '../toast.ts';

/** Says what happened to the lab, and who did it. */
export function showNotices(): void {
  session.onNotice((notice) => {
    const { code, by, when } = notice;
    const sentence = text.notices[code];
    if (typeof sentence !== 'string') toast(sentence[by]);
    else toast(fill(sentence, { left: left((when ?? notice.at) - Date.now()) }));
  });
}

function left(ms: number): string {
  return ms < 90_000
    ? count(text.leftSeconds, Math.max(0, Math.round(ms / 1000)))
    : count(text.leftMinutes, Math.round(ms / 60_000));
}
