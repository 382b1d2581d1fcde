import type { Terminal } from '@xterm/xterm';

/** Renderers that draw on the processor: slower than the browser's own elements, and in the way of everything else. */
const inSoftware = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * Draws with the graphics card where there is one; else, and when it gives up, xterm.js draws with elements. Loaded only
 * for terminals that print much: it is a third of what a running lab may load.
 */
export async function drawByWebgl(terminal: Terminal): Promise<void> {
  if (!hasGraphicsCard()) return;
  const { WebglAddon } = await import('@xterm/addon-webgl').catch(() => ({ WebglAddon: undefined }));
  if (!WebglAddon || !terminal.element?.isConnected) return;
  const addon = new WebglAddon();
  addon.onContextLoss(() => addon.dispose());
  terminal.loadAddon(addon);
}

/** Chromium does not call its software renderer a caveat: only its name tells. */
function hasGraphicsCard(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !inSoftware.test(renderer);
}
