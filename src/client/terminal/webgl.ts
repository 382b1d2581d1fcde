import type { Terminal } from '@xterm/xterm';

/**
 * Draws with the graphics card where there is one; else, and when it gives up, xterm.js draws with elements. Loaded only
 * for terminals that print much: it is a third of what a running lab may load.
 */
export async function drawByWebgl(terminal: Terminal): Promise<void> {
  const probe = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  probe?.getExtension('WEBGL_lose_context')?.loseContext();
  const { WebglAddon } = await (probe ? import('@xterm/addon-webgl') : Promise.reject()).catch(() => ({
    WebglAddon: undefined,
  }));
  if (!WebglAddon || !terminal.element?.isConnected) return;
  const addon = new WebglAddon();
  addon.onContextLoss(() => addon.dispose());
  terminal.loadAddon(addon);
}
