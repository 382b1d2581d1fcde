/** The instructor's page. */
export const instructor = {
  caption: 'Labs',
  learner: 'Learner',
  lesson: 'Lesson and step',
  state: 'State',
  left: 'Time left',
  generation: 'Generation',
  isolation: 'Isolation',
  actions: 'Actions',
  extend: 'Extend',
  look: 'Look',
  lookOf: 'Over the shoulder of {name}',
  reset: 'Reset',
  end: 'End',
  extendOf: 'Extend the lab of {name}',
  resetOf: 'Reset the lab of {name}',
  endOf: 'End the lab of {name}',
  nowhere: 'not in a lesson',
  resets: { one: 'reset once', other: 'reset {n} times' },
  never: 'never reset',
  live: 'Live',
  reconnecting: 'Connection lost. Trying again in {s} s.',
  empty: 'Nobody is here',
  emptyText: 'As soon as a learner starts a lab, it appears here by itself.',
  total: { one: '{n} lab', other: '{n} labs' },
  signIn: 'You need an instructor’s link',
  signInText: 'On the machine that runs this server, type:',
  signInNote: 'It prints a link that works once. Open it in this browser.',
  exchanging: 'Signing you in …',
  signOut: 'Sign out',
  cancel: 'Cancel',
  ask: {
    reset: {
      title: 'Reset the lab of {name}?',
      body: 'The learner gets a fresh machine at the same step. Containers, images, and files in the lab are lost; passed steps stay. The learner is told that you did it.',
      yes: 'Reset the lab',
    },
    extend: {
      title: 'Extend the lab of {name}?',
      body: 'It gets more time, up to its limit. The learner is told that you did it.',
      yes: 'Extend the lab',
    },
    end: {
      title: 'End the lab of {name}?',
      body: 'The machine is deleted with everything in it; passed steps stay. The learner is told that you did it.',
      yes: 'End the lab',
    },
  },
  done: {
    reset: 'The lab of {name} was reset.',
    extend: 'The lab of {name} was extended.',
    end: 'The lab of {name} was ended.',
  },
  verdict: {
    green: 'Isolation: {rung}, green. {blocked} ways out of a lab were tried, none led out.',
    yellow:
      'Isolation: {rung}, yellow. {blocked} ways out of a lab were tried, none led out; some commands of the lessons do not work, or labs share one range of user ids.',
    red: 'Isolation: {rung}, red. {open} ways out of a lab are open: whoever uses one can take over the machine.',
  },
  isolations: {
    matryoshka: 'own user namespace',
    sysbox: 'Sysbox',
    'userns-remap': 'shared id range',
    privileged: 'full privileges',
  },
};

export type InstructorText = typeof instructor;
