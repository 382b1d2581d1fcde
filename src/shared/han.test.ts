import assert from 'node:assert/strict';
import test from 'node:test';
import { joined, phrase, spaced } from './han.ts';

test('Chinese is parted and joined again; nothing else is touched', () => {
  const text = '挂载docker.sock，套接字归 root 所有';
  assert.equal(spaced(text), '挂 载docker.sock，套 接 字 归 root 所 有');
  assert.equal(joined(spaced(text)), text);
  assert.equal(
    joined('在<mark>宿</mark> <mark>主</mark> <mark>机</mark> 上'),
    '在<mark>宿</mark><mark>主</mark><mark>机</mark>上',
  );
});

test('a Chinese word is looked up as a phrase, several words one by one, English as it is', () => {
  assert.equal(phrase('套接字'), '"套 接 字"');
  assert.equal(phrase('docker套接字'), '"docker 套 接 字"');
  assert.equal(phrase('套接字 权限'), '套 接 字 权 限');
  assert.equal(phrase('docker.sock'), 'docker.sock');
});
