import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCommand, isDebianLike, parseOsRelease, startTimeOf } from './machine.mjs';

test('Debian, Ubuntu and what is made from them are recognised, others are not', () => {
  /** @type {[string, boolean][]} */
  const cases = [
    ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', true],
    ['ID=ubuntu\nID_LIKE=debian\n', true],
    ['NAME=\'Linux Mint\'\nID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
    ['ID="fedora"\n', false],
    ['ID=arch\nID_LIKE=""\n', false],
    ['# ID=debian\n', false],
    ['', false],
  ];
  for (const [text, expected] of cases) assert.equal(isDebianLike(parseOsRelease(text)), expected, text);
});

test('a process has a start time, a missing one has none', { skip: process.platform !== 'linux' }, () => {
  assert.match(startTimeOf(process.pid) ?? '', /^\d+$/);
  assert.equal(startTimeOf(2 ** 30), undefined);
});

test('commands in the folders of the system are found without PATH', () => {
  assert.ok(findCommand('sh', ''));
  assert.equal(findCommand('no-such-command', ''), undefined);
});
