/** Text of the prerendered pages. */
export const site = {
  brand: 'Matryoshka',
  tagline: 'Containers inside containers, with your own hands',
  description:
    'A hands-on lab for containers inside containers: a private machine in your browser, real commands, and a check that says why a step is not done yet.',
  skip: 'Skip to the content',
  footer: { about: 'How it is isolated', resume: 'Continue on another device', instructor: 'For instructors' },
  home: {
    title: 'Containers inside containers',
    intro:
      'Open a lesson, start your lab, and type real commands on a machine of your own. You see which Docker owns which container, level by level, and a check tells you when a step is done, or why it is not.',
    figure: 'How deep you go',
    l0: 'The real machine underneath. No lesson touches it.',
    l1: 'Your lab: the lessons call it “the host”',
    l2: 'A container with a Docker of its own',
    l3: 'A container inside the container',
    course: 'Course',
    track: 'Track {n}',
    minutes: { one: '{n} minute', other: '{n} minutes' },
    steps: { one: '{n} step', other: '{n} steps' },
    empty: 'There are no lessons in this copy of the course.',
  },
  lesson: {
    of: 'Track {n}',
    workspace: 'Your lab',
    divider: 'Width of the text',
    predict: 'Predict first',
    lock: 'Lock in',
    onHost: 'on the host',
    inContainer: 'in {name}',
    run: 'Run',
    write: 'Write the file',
    copy: 'Copy',
    example: 'Example output',
    exampleNote: 'From one machine. Your values will differ.',
    answer: 'Your answer',
    pick: 'choose',
    send: 'Send',
    hint: 'Hint {n} of {of}',
    solution: 'Solution',
    quiz: 'One last question',
    chooseAll: 'Choose all that are right.',
    submit: 'Check my answer',
    danger: 'Danger',
    sources: 'Sources',
    noScript:
      'You can read the lesson without JavaScript. To run commands and have your steps checked, switch JavaScript on.',
    next: 'Next lesson: {title}',
    back: 'All lessons',
  },
  instructor: {
    title: 'Instructor',
    lead: 'Every lab on this server, as it is now.',
  },
  resume: {
    title: 'Continue on another device',
    lead: 'Your progress is kept under an anonymous cookie. A resume link carries it to another browser.',
    how: 'On the home page of the browser that has your progress, copy the resume link. Open it here. Whoever has the link can continue as you, so treat it like a password.',
  },
  notFound: {
    title: 'There is no such page',
    lead: 'The address may be mistyped, or the lesson may have been renamed.',
    home: 'To the course',
  },
  about: {
    title: 'How it is isolated',
    lead: 'What stands between your lab and the machine underneath, and what is a copy of the real thing.',
    now: 'This server',
    isolation: 'Your host is a sandbox',
    isolationText:
      'The Docker you work with is not the real machine’s. Every lab is a container with a Docker daemon of its own, and that container plays the host in the lessons. Whatever you break is thrown away with it.',
    kernel:
      'All labs share one kernel with the machine underneath. A sandbox with its own user namespace kept every escape that we tried inside; a privileged one did not. That is why every page says so when labs run with full privileges.',
    standins: 'Stand-in images',
    standinsText:
      'Where the server cannot reach an image registry, it builds replacements from Debian packages under the same names, so that the lessons’ commands work as written. They are marked as stand-ins. Sizes, versions and some messages differ from the official images.',
    data: 'What is stored',
    dataText:
      'An anonymous cookie, the name you may give, and per step: whether it is passed, how often it was checked, the hints you took, your prediction, and your answers. What you do in the lab is deleted with the lab.',
  },
};

export type SiteText = typeof site;
