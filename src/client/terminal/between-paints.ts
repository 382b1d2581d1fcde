import type { Terminal } from '@xterm/xterm';

/** What of xterm.js 6.0.0 is not public. */
interface Inside {
  _core?: { _syncTextArea?(): void; _selectionService?: { refresh(byMouse?: boolean): void } };
}

/**
 * Output changes the page only when it is painted. By itself xterm.js moves its text area with every piece that it takes
 * in, and paints all rows once more in each frame in which a line has scrolled, in case some are selected
 * (xtermjs/xterm.js#4633): a frame of the page each time, also while the picture is held.
 */
export function waitForPaints(terminal: Terminal): void {
  const { _core: core } = terminal as Inside;
  const selection = core?._selectionService;
  if (!core?._syncTextArea || !selection) return;
  const placeTextArea = core._syncTextArea.bind(core);
  core._syncTextArea = () => {};
  terminal.onRender(placeTextArea);

  const paintSelection = selection.refresh.bind(selection);
  let isShown = false;
  selection.refresh = (byMouse) => {
    const wasShown = isShown;
    isShown = terminal.hasSelection();
    if (isShown || wasShown) paintSelection(byMouse);
  };
}
