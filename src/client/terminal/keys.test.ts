import assert from 'node:assert/strict';
import test from 'node:test';
import type { Terminal } from '@xterm/xterm';
import { handleKeys } from './keys.ts';
import { preferences } from './preferences.ts';

/** Presses keys on a terminal with a selection; tells what came of each. */
function keyboard(t: test.TestContext) {
  const did: string[] = [];
  const clipboard = { writeText: async (text: string) => void did.push(`copied ${text}`) };
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  t.after(() => Reflect.deleteProperty(navigator, 'clipboard'));
  let handle = (_: KeyboardEvent) => true;
  const terminal = {
    hasSelection: () => true,
    getSelection: () => 'selected',
    attachCustomKeyEventHandler: (handler: typeof handle) => {
      handle = handler;
    },
  };
  handleKeys(terminal as unknown as Terminal, {
    leave: (back) => did.push(back ? 'left backwards' : 'left'),
    find: () => did.push('searched'),
    key: (key) => did.push(`typed ${key}`),
  });
  return (keys: string) => {
    did.length = 0;
    const parts = keys.split(' ');
    const key = parts.at(-1) ?? '';
    const has = (name: string) => parts.includes(name);
    const modifiers = { ctrlKey: has('Ctrl'), metaKey: has('⌘'), shiftKey: has('Shift'), altKey: has('Alt') };
    const event = { type: 'keydown', key, code: `Key${key.toUpperCase()}`, ...modifiers, preventDefault: () => {} };
    return { isForShell: handle(event as KeyboardEvent), did: [...did] };
  };
}

test('keys that the terminal takes never reach the shell', (t) => {
  const press = keyboard(t);
  for (const [keys, what] of [
    ['Ctrl Shift C', 'copied selected'],
    ['⌘ c', 'copied selected'],
    ['Ctrl Shift F', 'searched'],
    ['⌘ f', 'searched'],
    ['F6', 'left'],
    ['Shift F6', 'left backwards'],
  ] as const) {
    assert.deepEqual(press(keys), { isForShell: false, did: [what] }, keys);
  }
  const { fontSize } = preferences();
  assert.equal(press('Ctrl +').isForShell, false);
  assert.ok(preferences().fontSize > fontSize);
  press('Ctrl 0');
  assert.equal(preferences().fontSize, fontSize);
});

test('pasting is left to the browser, and every other key to the shell', (t) => {
  const press = keyboard(t);
  for (const keys of ['Ctrl Shift V', '⌘ v']) assert.deepEqual(press(keys), { isForShell: false, did: [] }, keys);
  for (const keys of ['Ctrl c', 'Ctrl v', 'Ctrl f', 'Ctrl _', 'Alt +', 'a', 'Escape']) {
    assert.deepEqual(press(keys), { isForShell: true, did: [`typed ${keys.split(' ').at(-1)}`] }, keys);
  }
});
