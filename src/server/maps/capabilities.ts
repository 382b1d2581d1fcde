/** Linux capabilities by bit, without `CAP_` (include/uapi/linux/capability.h). */
const names =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  );

/** What Docker gives every container. */
const byDefault = 0xa80425fbn;

/** Of a hexadecimal set as /proc/PID/status has it. */
export function capabilitiesBeyondDefault(set: string): string[] {
  const beyond = /^[0-9a-f]+$/.test(set) ? BigInt(`0x${set}`) & ~byDefault : 0n;
  return names.filter((_, bit) => beyond & (1n << BigInt(bit)));
}
