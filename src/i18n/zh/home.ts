import type { HomeText } from '../en/home.ts';

/** 首页和续学页面上由脚本补上的话。 */
export const home: HomeText = {
  home: {
    cancel: '取消',
    passed: '通过了{n}/{of}步',
    notHere: '这里做不了',
    notAllHere: '有的步骤这里做不了',
    complete: '全部步骤已通过',
    yourLab: '你的实验：{state}',
    rename: '改名字',
    name: '你的名字',
    save: '保存',
    saved: '已保存。',
    export: '下载我的答案',
    answers: '我的答案',
    predicted: '先猜的是：{choice}',
    resume: '复制续学链接',
    copied: '已复制，在另一个浏览器里打开它。拿到链接的人就能以你的身份继续。',
    link: '你的续学链接',
    none: '没有正在运行的实验。打开一课就能启动。',
  },
  resume: {
    working: '正在接上你的进度……',
    replaces: '这个浏览器里已经有进度或实验。用这个链接继续，这里就会换成另一位学员。',
    yes: '换成另一位学员继续',
    done: '好了，你将以{name}的身份继续。',
    home: '去看课程',
    hello: '用续学链接打开这个页面，就能接着学。',
  },
  instructorLink: '这台服务器上的实验',
};
