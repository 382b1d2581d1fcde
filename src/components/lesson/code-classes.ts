import type { ShikiTransformer } from 'shiki';

/**
 * Turns Shiki's inline `color:var(--…-token-keyword)` into `class="tok-keyword"`,
 * because pages carry no style attributes.
 */
export const classesForTokens: ShikiTransformer = {
  name: 'classes-for-tokens',
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
  },
};
