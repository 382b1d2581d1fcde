import { fill } from '../../i18n/fill.ts';
import { text } from '../page-text.ts';
import { session } from '../session.ts';
import { firstStep, nextStep, type StepFacts } from './current-step.ts';
import { here } from './here.ts';

const elements = [...document.querySelectorAll<HTMLElement>('lesson-step')];
/** Steps that the learner has opened besides the current one, and those passed since the page was loaded. */
const open = new Set<string>();
const passedBefore = new Set<string>();
let current: string | undefined;
let known = false;

/** Opens the current step, closes the others, and tells the server which one is on screen. */
export function followSteps(): void {
  for (const [i, element] of elements.entries()) makeToggle(element, i + 1);
  document.addEventListener('visibilitychange', tellServer);
  window.addEventListener('hashchange', () => select(firstStep(facts(), location.hash), false));
  session.subscribe(update);
  draw();
  update(); // the server may have answered before
}

export function isCurrentStep(id: string): boolean {
  return current === id;
}

/** The next step that is not passed, after `id`. */
export function stepAfter(id: string): string | undefined {
  return nextStep(facts(), id);
}

/** Makes a step the current one; its setup and its check begin. */
export function select(id: string | undefined, focus: boolean): void {
  if (id && id !== current) {
    current = id;
    history.replaceState(history.state, '', `#${id}`);
    draw();
    tellServer();
    session.changed();
  }
  // It may have become the current one by itself: who asks for it is led there all the same.
  if (focus) elementOf(id)?.querySelector<HTMLElement>('.step-toggle')?.focus();
}

function facts(): StepFacts[] {
  return elements.map(({ id }) => ({ id, passed: session.progress(here.lesson, id)?.passedAt !== undefined }));
}

function update(): void {
  if (!session.learner) return;
  const steps = facts();
  if (!known) {
    known = true;
    for (const step of steps) if (step.passed) passedBefore.add(step.id);
    current = firstStep(steps, location.hash);
    tellServer();
    draw();
    // The browser went there while all steps were still open.
    if (location.hash === `#${current}`) elementOf(current)?.scrollIntoView();
  }
  for (const step of steps) if (step.passed && !passedBefore.has(step.id)) celebrate(step.id);
  draw();
}

/**
 * A step has just been passed. It may have been passed by its first command, with more to read below: the next step
 * opens when the learner sees the line that says so.
 */
function celebrate(id: string): void {
  passedBefore.add(id);
  open.add(id);
  const element = elementOf(id);
  const check = element?.querySelector('step-check');
  element?.classList.add('just-passed');
  if (id !== current || !check) return;
  let looks = 0;
  const observer = new IntersectionObserver(([entry]) => {
    looks++;
    if (!entry?.isIntersecting) return;
    observer.disconnect();
    if (current !== id) return;
    select(stepAfter(id), false);
    // Seen at once: make room for the next step. Seen by scrolling: the learner is on his way.
    if (looks === 1) requestAnimationFrame(() => check.scrollIntoView({ block: 'center' }));
  });
  observer.observe(check);
}

function draw(): void {
  const began = current ?? elements[0]?.id;
  for (const { id, passed } of facts()) {
    const element = elementOf(id);
    if (!element) continue;
    const state = id === began ? 'now' : passed ? 'done' : 'later';
    const isOpen = id === began || open.has(id);
    element.dataset.state = state;
    element.toggleAttribute('data-passed', passed);
    const body = element.querySelector<HTMLElement>('.step-body');
    if (body) body.hidden = !isOpen;
    const toggle = element.querySelector('.step-toggle');
    if (!toggle) continue;
    toggle.ariaExpanded = String(isOpen);
    if (state === 'now') toggle.setAttribute('aria-current', 'step');
    else toggle.removeAttribute('aria-current');
    const mark = toggle.querySelector('.step-mark');
    if (mark) mark.textContent = passed ? text.step.done : '';
  }
}

function makeToggle(element: HTMLElement, number: number): void {
  const heading = element.querySelector('h2');
  if (!heading) return;
  const toggle = document.createElement('button');
  toggle.type = 'button';
  toggle.className = 'step-toggle';
  toggle.setAttribute('aria-controls', `${element.id}-body`);
  toggle.append(...heading.childNodes);
  toggle.querySelector('.step-number')?.setAttribute('aria-hidden', 'true');
  toggle.prepend(hiddenWords(fill(text.step.goTo, { n: number })));
  toggle.append(hiddenWords('', 'step-mark'));
  toggle.addEventListener('click', () => press(element.id));
  heading.append(toggle);
}

function press(id: string): void {
  if (id !== current && open.has(id)) open.delete(id);
  else if (session.progress(here.lesson, id)?.passedAt && id !== current) open.add(id);
  else select(id, false);
  draw();
  // What closed above may have moved it away.
  elementOf(id)?.querySelector('h2')?.scrollIntoView({ block: 'nearest' });
}

function hiddenWords(words: string, name = ''): HTMLElement {
  return Object.assign(document.createElement('span'), {
    className: `visually-hidden ${name}`,
    textContent: words,
  });
}

function tellServer(): void {
  const visible = document.visibilityState === 'visible';
  if (known) session.view(current ? { lesson: here.lesson, step: current } : null, visible);
}

function elementOf(id: string | undefined): HTMLElement | undefined {
  return elements.find((element) => element.id === id);
}
