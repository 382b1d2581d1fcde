import { html, nothing } from 'lit/html.js';
import { count, fill } from '../../i18n/fill.ts';
import type { InstructorLabsView, InstructorLabView, LabView, Verdict } from '../../shared/api.ts';
import type { InstructorMessage } from '../../shared/events.ts';
import { ask, ProblemError, sentenceOf } from '../api.ts';
import { confirmed } from '../confirm.ts';
import { DrawnElement } from '../drawn-element.ts';
import { learnerName } from '../learner-name.ts';
import { text as pageText } from '../page-text.ts';
import { session } from '../session.ts';
import { type LiveSocket, liveSocket } from '../socket.ts';
import { toast } from '../toast.ts';
import { boardText as text } from './instructor-text.ts';
import { type Action, labTable, type Titles } from './lab-table.ts';

/** Milliseconds that an ended lab stays in the list. */
const endedShownFor = 60_000;

type View = 'loading' | 'signed-out' | 'signed-in' | { failure: string };

/** The instructor's page: signs in by the link's token, lists every lab, and acts on them after a question. */
class InstructorBoard extends DrawnElement {
  protected override readonly drawEvery = 1000;
  #view: View = 'loading';
  #labs = new Map<string, InstructorLabView>();
  #titles: Titles = {};
  #socket: LiveSocket<never> | undefined;
  #retryAt: number | undefined;
  #signInProblem = '';
  #verdict: Verdict | undefined;
  #watched: { id: string; follow(lab: LabView): void } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#titles = JSON.parse(this.dataset.titles ?? '{}');
    void this.#enter();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#socket?.[Symbol.dispose]();
  }

  protected override render() {
    if (this.#view === 'loading') return html`<p class="note" role="status">${text.exchanging}</p>`;
    if (this.#view === 'signed-out') return this.#signIn();
    if (typeof this.#view === 'object') {
      return html`<div role="alert"><p>${this.#view.failure}</p>
        <button class="ghost" type="button" @click=${() => this.#enter()}>${pageText.retry}</button></div>`;
    }
    const labs = [...this.#labs.values()].filter(isShown).sort((a, b) => a.learner.number - b.learner.number);
    return html`${this.#head(labs.length)} ${this.#isolation()} ${labs.length > 0 ? labTable(labs, this.#titles, this.#act) : nobody()}`;
  }

  #head(n: number) {
    const s = this.#retryAt && Math.max(0, Math.ceil((this.#retryAt - Date.now()) / 1000));
    return html`<div class="board-head">
      <b>${count(text.total, n)}</b>
      <span role="status">${s === undefined ? text.live : fill(text.reconnecting, { s })}</span>
      <span class="grow"></span>
      <button class="ghost" type="button" @click=${this.#leave}>${text.signOut}</button>
    </div>`;
  }

  #isolation() {
    if (!this.#verdict) return nothing;
    const { rung, state, probes } = this.#verdict;
    const blocked = probes.reduce((sum, probe) => sum + probe.blocked, 0);
    const open = probes.reduce((sum, probe) => sum + probe.open.length, 0);
    const sentence = fill(text.verdict[state], { rung, blocked, open });
    return html`<p class=${state === 'red' ? 'failure' : 'note'}>${sentence}</p>`;
  }

  #signIn() {
    return html`<section class="card sign-in">
      ${this.#signInProblem ? html`<p class="failure" role="alert">${this.#signInProblem}</p>` : nothing}
      <h2>${text.signIn}</h2>
      <p>${text.signInText}</p>
      <pre>npm run lab -- instructor-link</pre>
      <p class="note">${text.signInNote}</p>
    </section>`;
  }

  async #enter(): Promise<void> {
    const token = location.hash.slice(1);
    if (token) history.replaceState(null, '', location.pathname);
    // The server answers nobody before it has given him a cookie.
    await session.connect(false);
    try {
      if (token) await this.#exchange(token);
      this.#keep((await ask<InstructorLabsView>('GET', 'instructor/labs')).labs);
      this.#verdict ??= await verdictOfServer();
      this.#view = 'signed-in';
      this.#socket ??= this.#listen();
    } catch (error) {
      const isSignedOut = error instanceof ProblemError && ['unauthorized', 'forbidden'].includes(error.code);
      this.#view = isSignedOut ? 'signed-out' : { failure: sentenceOf(error) };
    }
    this.requestUpdate();
  }

  /** A used link is no failure for who holds a session already. */
  async #exchange(token: string): Promise<void> {
    try {
      await ask('POST', 'instructor/session', { token });
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code === 'unreachable') throw error;
      this.#signInProblem = error.message;
    }
  }

  #listen(): LiveSocket<never> {
    return liveSocket<InstructorMessage>('/ws/instructor', {
      open: () => {
        this.#retryAt = undefined;
      },
      message: (message) => {
        if (message.type === 'labs') this.#keep(message.labs);
        else this.#labs.set(message.lab.id, message.lab);
        this.#showWatched();
        this.requestUpdate();
      },
      lost: (retryAt) => {
        this.#retryAt = retryAt;
        this.requestUpdate();
      },
    });
  }

  #keep(labs: readonly InstructorLabView[]): void {
    this.#labs = new Map(labs.map((lab) => [lab.id, lab]));
  }

  #act = async (action: Action, lab: InstructorLabView): Promise<void> => {
    const name = learnerName(lab.learner, pageText.numberedLearner);
    if (action === 'look') return this.#look(lab, name);
    const { title, body, yes } = text.ask[action];
    if (!(await confirmed({ title: fill(title, { name }), body, yes, no: text.cancel }, action !== 'extend'))) return;
    try {
      if (action === 'end') await ask('DELETE', `labs/${lab.id}`);
      else await ask('POST', `labs/${lab.id}/${action}`);
      toast(fill(text.done[action], { name }));
    } catch (error) {
      toast(sentenceOf(error));
    }
  };

  /** Over the learner's shoulder, until that is closed. */
  async #look(lab: InstructorLabView, name: string): Promise<void> {
    const { watchLab } = await import('../terminal/lab-watch.ts');
    const watch = watchLab(lab, fill(text.lookOf, { name }), () => {
      this.#watched = undefined;
    });
    this.#watched = { id: lab.id, follow: (changed) => watch.follow(changed) };
  }

  #showWatched(): void {
    const lab = this.#watched && this.#labs.get(this.#watched.id);
    if (lab) this.#watched?.follow(lab);
  }

  #leave = async (): Promise<void> => {
    this.#socket?.[Symbol.dispose]();
    this.#socket = undefined;
    await ask('DELETE', 'instructor/session').catch((error: unknown) => toast(sentenceOf(error)));
    this.#view = 'signed-out';
    this.requestUpdate();
  };
}

/** What the server says of itself, also when it is not well. */
async function verdictOfServer(): Promise<Verdict | undefined> {
  const { verdict } = (await (await fetch('/healthz')).json()) as { verdict?: Verdict };
  return verdict;
}

/** A lab that has just ended stays for a while, so that nobody wonders where it went. */
function isShown(lab: InstructorLabView): boolean {
  return lab.state !== 'ended' || Date.now() - (lab.endedAt ?? 0) < endedShownFor;
}

function nobody() {
  return html`<div class="nobody">
    <h2>${text.empty}</h2>
    <p class="note">${text.emptyText}</p>
  </div>`;
}

customElements.define('instructor-board', InstructorBoard);
