import type { DialogText } from '../en/dialog.ts';

/** 提问、通知和出错时的话，用到时才加载。 */
export const dialog: DialogText = {
  cancel: '取消',
  ask: {
    reset: {
      title: '重置实验？',
      body: '你会得到一台全新的机器。这个实验里的容器、镜像和文件都会丢失。通过的步骤、猜测和答案都保留。',
      yes: '重置实验',
    },
    end: {
      title: '结束实验？',
      body: '这台机器连同里面的一切都会删除。通过的步骤、猜测和答案都保留，随时可以再启动一个新的实验。',
      yes: '结束实验',
    },
    otherLab: {
      title: '结束当前的实验？',
      body: '你正开着另一种实验，而每人同时只能有一个。启动这个，就会删除那个和里面的一切。',
      yes: '结束它，启动这个',
    },
    busy: {
      title: '终端正忙',
      body: '里面有程序在跑，或者没有停在提示符上。命令会输入到那个程序里。仍然输入吗？',
      yes: '仍然输入',
    },
  },
  problems: {
    'bad-request': '服务器看不懂这个请求（{field}）。刷新页面再试。',
    unauthorized: '服务器不认识你的会话。刷新页面，会得到一个新的。',
    forbidden: '不能这样做，这个实验是别人的。',
    'bad-origin': '打开这个页面的地址不受服务器信任。请用服务器启动时打印的地址。',
    'not-found': '服务器上没有这个东西，可能已经删除。刷新页面看看。',
    'too-large': '内容太长，服务器不收。缩短一些再试。',
    'too-many-requests': '短时间内请求太多。稍等片刻再试。',
    internal: '服务器出错了，日志里有记录。再试一次。',
    'store-failed': '服务器暂时存不了东西，可能是磁盘满了。已经存下的都还在。告诉管理员，然后再试。',
    'engine-down': '容器引擎没有回应，现在启动不了实验。过一会儿再试，或者告诉运维。',
    'engine-failed': '容器引擎没有办成。再试一次；一直这样就告诉运维。',
    capacity: '机器已经满了。等有人做完再试。',
    'other-lab': '你正开着另一种实验。',
    'lab-not-ready': '实验还没就绪。等它就绪再试。',
    'lab-ended': '实验已经结束。启动新的实验再继续。',
    'extend-limit': '这个实验不能再延长了。',
    'container-missing': '没有正在运行的容器{container}，命令无处可去。先做前面的步骤，或者重置实验。',
    'terminal-busy': '终端里有程序在跑。用Ctrl-C停掉它再试。',
    'terminal-limit': '这个实验里打开的终端太多。重置实验可以全部关掉。',
    'prediction-locked': '你已经猜定，不能再改。',
    'solution-locked': '看完第三个提示，或者过两分钟，才能看答案。',
    'bad-link': '这个链接已经用过或者无效。请再要一个新的。',
  },
  notices: {
    reset: { learner: '实验已重置。', instructor: '讲师重置了你的实验。', platform: '服务器重置了你的实验。' },
    extended: { learner: '实验已延长。', instructor: '讲师延长了你的实验。', platform: '实验已延长。' },
    ended: { learner: '实验已结束。', instructor: '讲师结束了你的实验。', platform: '服务器结束了你的实验。' },
    'expires-soon': '实验将在{left}后结束。想继续用，就延长它。',
    'idle-soon': '实验有一阵子没有动静了。再不操作，{left}后就会结束。',
    'engine-down': '容器引擎没有回应。你的实验会等它恢复。',
    'engine-back': '容器引擎恢复了。',
  },
  leftMinutes: { one: '{n}分钟', other: '{n}分钟' },
  leftSeconds: { one: '{n}秒', other: '{n}秒' },
  extended: '实验将在{time}结束。',
};
