import type { SiteText } from '../en/site.ts';

/** 预先生成的页面上的文字。 */
export const site: SiteText = {
  brand: '套娃实验室',
  tagline: '亲手摸清容器里的容器',
  description: '动手学嵌套容器：浏览器里一台属于你的机器，真实的命令，检查还会告诉你这一步为什么还没通过。',
  skip: '跳到正文',
  footer: { about: '怎样隔离', resume: '换一台设备继续', instructor: '讲师入口' },
  home: {
    title: '容器里的容器',
    intro:
      '打开一课，启动你的实验，在一台属于你的机器上敲真实的命令。哪个Docker拥有哪个容器，一层一层看得见；每一步做完没有，检查说了算，没做完也会告诉你差在哪里。',
    figure: '你会走到多深',
    l0: '底下那台真正的机器，课程不碰它',
    l1: '你的实验：课文里叫它“宿主机”',
    l2: '自带Docker的容器',
    l3: '容器里的容器',
    course: '课程',
    track: '第{n}单元',
    minutes: { one: '{n}分钟', other: '{n}分钟' },
    steps: { one: '{n}步', other: '{n}步' },
    empty: '这份课程里还没有课。',
  },
  lesson: {
    of: '第{n}单元',
    workspace: '你的实验',
    divider: '正文宽度',
    predict: '先猜',
    lock: '就猜这个',
    onHost: '在宿主机上',
    inContainer: '在{name}里',
    run: '运行',
    write: '写入文件',
    copy: '复制',
    example: '输出示例',
    exampleNote: '取自某一台机器，你看到的数值会不同。',
    answer: '你的答案',
    pick: '请选',
    send: '提交',
    hint: '提示{n}/{of}',
    solution: '答案',
    quiz: '最后一个问题',
    chooseAll: '选出所有正确的选项。',
    submit: '看看对不对',
    danger: '危险',
    sources: '出处',
    noScript: '没有JavaScript也能读课文。要运行命令、让步骤得到检查，请打开JavaScript。',
    next: '下一课：{title}',
    back: '全部课程',
  },
  instructor: {
    title: '讲师',
    lead: '这台服务器上的所有实验，此刻的样子。',
  },
  resume: {
    title: '换一台设备继续',
    lead: '你的进度记在一个匿名cookie名下。续学链接能把它带到另一个浏览器。',
    how: '在有进度的浏览器里打开首页，复制续学链接，再到这里打开。拿到链接的人就能以你的身份继续，请像密码一样保管它。',
  },
  notFound: {
    title: '没有这个页面',
    lead: '地址可能输错了，也可能这一课改了名字。',
    home: '去看课程',
  },
  about: {
    title: '怎样隔离',
    lead: '你的实验和底下那台机器之间隔着什么，哪些东西是替身。',
    now: '这台服务器',
    isolation: '你的宿主机是一个沙箱',
    isolationText:
      '你用的不是真正那台机器的Docker。每个实验都是一个自带Docker守护进程的容器，在课文里由它扮演宿主机。弄坏什么都不要紧，它会连同坏掉的东西一起被扔掉。',
    kernel:
      '所有实验和底下的机器共用一个内核。带独立用户命名空间的沙箱，挡住了我们试过的每一种逃逸；特权沙箱挡不住。所以只要实验以完整特权运行，每个页面都会写明。',
    standins: '替身镜像',
    standinsText:
      '服务器连不上镜像仓库时，会用Debian软件包造出同名的镜像，让课文里的命令原样可用，并标明是替身。大小、版本和个别输出与官方镜像不同。',
    data: '会保存什么',
    dataText:
      '一个匿名cookie，你愿意留下的名字，以及每一步的记录：是否通过、检查过几次、看过哪些提示、你先猜了什么、你的答案。你在实验里做的一切，随实验一起删除。',
  },
};
