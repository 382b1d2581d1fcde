/** What the page adds to the home page and the page of resume links. */
export const home = {
  home: {
    cancel: 'Cancel',
    passed: '{n} of {of} steps passed',
    notHere: 'Not available here',
    notAllHere: 'Not all steps are available here',
    complete: 'all steps passed',
    yourLab: 'Your lab: {state}',
    rename: 'Change name',
    name: 'Your name',
    save: 'Save',
    saved: 'Saved.',
    resume: 'Copy resume link',
    export: 'Download my answers',
    answers: 'My answers',
    predicted: 'Predicted: {choice}',
    copied: 'Copied. Open it in the other browser. Whoever has the link can continue as you.',
    link: 'Your resume link',
    none: 'No lab is running. Open a lesson to start one.',
  },
  resume: {
    working: 'Taking over your progress …',
    replaces:
      'This browser has progress or a lab of its own. Continuing by the link puts the other learner in its place here.',
    yes: 'Continue as the other learner',
    done: 'Done. You continue as {name}.',
    home: 'To the course',
    hello: 'This page continues your progress when it is opened by a resume link.',
  },
  instructorLink: 'Labs on this server',
};

export type HomeText = typeof home;
