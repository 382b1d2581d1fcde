import type { ShikiTransformer } from 'shiki';

/** A parameter such as `--rm`, which a line must not end in the middle of. */
const parameter = /(?<=^|\s)(-[\w=-]{1,30})(?![^\s'"])/;

/** A variable as block-text shows it before the claim. */
const placeholder = /‹([a-z.]+)›/g;

/**
 * Turns Shiki's inline `color:var(--…-token-keyword)` into `class="tok-keyword"`,
 * because pages carry no style attributes, keeps parameters whole, and marks the variables that the page fills in.
 */
export const classesForTokens: ShikiTransformer = {
  name: 'classes-for-tokens',
  preprocess(code, options) {
    options.decorations = [...code.matchAll(placeholder)].map(({ 0: shown, 1: variable = '', index }) => ({
      ...{ start: index, end: index + shown.length, properties: { 'data-variable': variable } },
    }));
  },
  pre(node) {
    delete node.properties.style;
    // Lines wrap, so there is nothing to scroll and no reason to stop here with the keyboard.
    delete node.properties.tabindex;
    node.properties.class = 'code';
  },
  span(node) {
    const kind = /-token-([\w-]+)\)/.exec(String(node.properties.style ?? ''))?.[1];
    delete node.properties.style;
    if (kind) node.properties.class = `tok-${kind}`;
    const [only] = node.children;
    if (only?.type !== 'text') return;
    node.children = only.value.split(parameter).map((value) => {
      const text = { type: 'text' as const, value };
      if (!parameter.test(value)) return text;
      return { type: 'element' as const, tagName: 'span', properties: { class: 'whole' }, children: [text] };
    });
  },
};
