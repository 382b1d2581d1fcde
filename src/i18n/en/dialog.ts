import type { ProblemCode } from '../../shared/problem.ts';

/** Questions, notices and problems: loaded when the first of them comes up. */
export const dialog = {
  cancel: 'Cancel',
  ask: {
    reset: {
      title: 'Reset your lab?',
      body: 'You get a fresh machine. Every container, image, and file that you made in this lab is lost. Your passed steps, predictions, and answers stay.',
      yes: 'Reset the lab',
    },
    end: {
      title: 'End your lab?',
      body: 'The machine is deleted with everything in it. Your passed steps, predictions, and answers stay, and you can start a fresh lab at any time.',
      yes: 'End the lab',
    },
    otherLab: {
      title: 'End your current lab?',
      body: 'You have a lab of another kind running, and one learner has one lab at a time. Starting this one deletes the other with everything in it.',
      yes: 'End it and start this one',
    },
    busy: {
      title: 'The terminal is busy',
      body: 'Something is running in it, or it does not stand at the prompt. The command would be typed into that program. Type it anyway?',
      yes: 'Type it anyway',
    },
    paste: {
      title: 'Paste several lines?',
      body: 'Look at them first. Each line can be a command.',
      yes: 'Paste',
    },
    link: {
      title: 'Open this address?',
      body: 'A program in the lab has printed it. It opens in a new tab.',
      yes: 'Open',
    },
    closeTerminal: {
      title: 'Close this terminal?',
      body: 'Something is running in it. Closing the terminal ends its shell and what runs in it.',
      yes: 'Close it',
    },
  },
  wrongLevel: { title: 'Another place', right: 'Open the right terminal', anyway: 'Run it here anyway' },
  problems: {
    'bad-request': 'The server did not understand the request ({field}). Reload the page, then try again.',
    unauthorized: 'Your session is unknown to the server. Reload the page to get a new one.',
    forbidden: 'You may not do that. This lab belongs to somebody else.',
    'bad-origin':
      'This page was opened under an address that the server does not trust. Open the address that the server printed.',
    'not-found': 'The server does not know that. It may have been removed. Reload the page.',
    'too-large': 'That is too long for the server. Make it shorter.',
    'too-many-requests': 'That was too often in a short time. Wait a moment, then try again.',
    internal: 'The server made a mistake. It is in its log. Try again.',
    'store-failed':
      'The server cannot keep anything at the moment, perhaps because its disk is full. Nothing that was kept is lost. Tell the operator, then try again.',
    'engine-down':
      'The container engine does not answer, so no lab can start now. Try again in a moment, or tell the operator.',
    'engine-failed': 'The container engine could not do it. Try again; if it stays so, tell the operator.',
    capacity: 'The machine is full. Try again when somebody has finished.',
    'other-lab': 'You have a lab of another kind running.',
    'lab-not-ready': 'Your lab is not ready yet. Wait until it says so, then try again.',
    'lab-ended': 'Your lab has ended. Start a fresh one to continue.',
    'extend-limit': 'The lab cannot be extended any further.',
    'container-missing':
      'There is no running container {container} for this command. Do the steps before this one first, or reset the lab.',
    'terminal-busy': 'Something is running in the terminal. Stop it with Ctrl-C, then try again.',
    'terminal-limit': 'This lab has as many terminals as it may ({most}). Close one first.',
    'wrong-level': 'This belongs in {place} (L{level}), you are in {herePlace} (L{hereLevel}).',
    'recording-limit': 'This lab keeps as many recordings as it may ({most}). Delete one first.',
    'prediction-locked': 'Your prediction is locked in and cannot be changed.',
    'solution-locked': 'The solution opens after the third hint, or after two minutes.',
    'bad-link': 'This link is used up or not valid. Ask for a new one.',
  } satisfies Record<ProblemCode, string>,
  notices: {
    reset: {
      learner: 'Your lab was reset.',
      instructor: 'Your instructor has reset your lab.',
      platform: 'The server has reset your lab.',
    },
    extended: {
      learner: 'Your lab was extended.',
      instructor: 'Your instructor has extended your lab.',
      platform: 'Your lab was extended.',
    },
    ended: {
      learner: 'Your lab was ended.',
      instructor: 'Your instructor has ended your lab.',
      platform: 'The server has ended your lab.',
    },
    'expires-soon': 'Your lab ends in {left}. Extend it to keep it.',
    'memory-limit':
      'Your lab has used up its memory, and processes in it may be killed. Stop containers you do not need.',
    'process-limit': 'Your lab has as many processes as it may: no new one can start. Stop some, or reset the lab.',
    'disk-limit': 'The disk of your lab is full. Remove images or files, or reset the lab.',
    'idle-soon': 'Nothing has happened in your lab for a while. It ends in {left} unless you do something.',
    'engine-down': 'The container engine does not answer. Your lab waits until it is back.',
    'engine-back': 'The container engine is back.',
  },
  leftMinutes: { one: '{n} minute', other: '{n} minutes' },
  leftSeconds: { one: '{n} second', other: '{n} seconds' },
  extended: 'The lab now ends at {time}.',
};

export type DialogText = typeof dialog;
