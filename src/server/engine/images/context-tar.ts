import type { ContextFile } from './content-hash.ts';

const blockSize = 512;

/** A tar archive of the files, owned by root, with modes that depend on nobody's umask and with no times. */
export function contextTar(files: ContextFile[]): Buffer {
  const blocks: Buffer[] = [];
  for (const file of files) {
    blocks.push(header(file), file.content, Buffer.alloc(-file.content.length & (blockSize - 1)));
  }
  // Two empty blocks end an archive.
  blocks.push(Buffer.alloc(2 * blockSize));
  return Buffer.concat(blocks);
}

// https://www.gnu.org/software/tar/manual/html_node/Standard.html
function header(file: ContextFile): Buffer {
  if (Buffer.byteLength(file.path) > 100) throw new Error(`The path is too long for an archive: ${file.path}`);
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at);
  block.write(file.path, 0);
  octal(file.executable ? 0o755 : 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(file.content.length, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148);
  block.write(file.link === undefined ? '0' : '2', 156);
  block.write(file.link ?? '', 157);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
