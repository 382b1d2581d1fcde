import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Memory of the guest, MiB: a lab at its limit, its engine, and the page cache that makes the rest bearable. */
const memory = 4096;
/** A processor that is emulated may take so long for all of it. */
const longestMs = 45 * 60_000;

export interface Guest {
  kernel: string;
  initrd: string;
  /** Raw image of the root file system; nothing is written to it. */
  disk: string;
  /** Folders of this machine, by the name under which the guest mounts them. */
  folders: Record<string, { path: string; isReadOnly: boolean }>;
  /** File for what the console shows. */
  console: string;
}

/** Boots a guest without a network and waits until it has switched itself off. */
export async function boot({ kernel, initrd, disk, folders, console }: Guest): Promise<void> {
  const shares = Object.entries(folders).flatMap(([name, { path, isReadOnly }]) => [
    '-virtfs',
    `local,path=${path.replaceAll(',', ',,')},mount_tag=${name},security_model=none${isReadOnly ? ',readonly=on' : ''}`,
  ]);
  const qemu = [
    ...['qemu-system-x86_64', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    // Its clock counts instructions, one a nanosecond: the platform's time limits mean there what they mean elsewhere,
    // however slow and busy this machine is.
    ...['-machine', 'q35', '-accel', 'tcg', '-icount', 'shift=0', '-cpu', 'max', '-m', `${memory}`],
    ...['-kernel', kernel, '-initrd', initrd],
    ...['-append', 'root=/dev/vda rw console=ttyS0 panic=-1 mitigations=off quiet systemd.show_status=0'],
    // What the guest writes goes to a file that has no name any more.
    ...['-drive', `file=${disk.replaceAll(',', ',,')},format=raw,if=virtio,snapshot=on`],
    ...['-serial', `file:${console}`],
    ...shares,
  ];
  // The kernel ends it with us, however we end.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'nice', ...qemu], { stdio: ['ignore', 'inherit', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the guest ended with ${signal ?? code}: see ${console}`);
}
