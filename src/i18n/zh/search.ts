import type { SearchText } from '../en/search.ts';

/** 搜索框里的话。 */
export const search: SearchText = {
  label: '搜索课程',
  placeholder: '词、命令、参数……',
  found: { one: '{n}课', other: '{n}课' },
  none: '没有哪一课提到“{term}”。',
  failed: '搜索加载失败。刷新页面再试一次。',
  keys: '↑ ↓ 移动，Enter 打开，Esc 关闭',
};
