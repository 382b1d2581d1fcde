import assert from 'node:assert/strict';
import test from 'node:test';
import { fillValues } from './reasons.ts';

const sentence = (...names: string[]) => {
  const places = names.map((name) => ({ dataset: { value: name }, textContent: '' }));
  return { places, root: { querySelectorAll: () => places } as unknown as ParentNode };
};

test('the values of a check stand in the author’s sentence, as text', () => {
  const { places, root } = sentence('answer', 'count');
  fillValues(root, { answer: '<b>1543 273</b>', count: '2' });
  assert.deepEqual(
    places.map((place) => place.textContent),
    ['<b>1543 273</b>', '2'],
  );
});

test('a value that the check did not give is an ellipsis', () => {
  const { places, root } = sentence('code');
  fillValues(root, {});
  assert.equal(places[0]?.textContent, '…');
});
