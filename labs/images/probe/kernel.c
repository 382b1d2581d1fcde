#define _GNU_SOURCE
/* System calls that reach the one kernel which all labs share. */
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/vm_sockets.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static enum verdict module_load(void) {
  enum verdict verdict = past_permission("init_module", syscall(SYS_init_module, NULL, 0, ""), "/proc/modules");
  if (verdict == OPEN) return verdict;
  return past_permission("finit_module", syscall(SYS_finit_module, -1, "", 0), "/proc/modules");
}

static enum verdict module_unload(void) {
  long result = syscall(SYS_delete_module, "lab_probe_no_such_module", O_NONBLOCK);
  return past_permission("delete_module", result, "/proc/modules");
}

static enum verdict kexec(void) {
  /* More segments than there can be, and no files: both fail, but after the permission check. */
  enum verdict verdict = past_permission("kexec_load", syscall(SYS_kexec_load, 0, 1000, NULL, 0), "/sys/kernel/kexec_loaded");
#ifdef SYS_kexec_file_load
  if (verdict != OPEN) {
    long result = syscall(SYS_kexec_file_load, -1, -1, 0, NULL, ~0UL);
    verdict = past_permission("kexec_file_load", result, "/sys/kernel/kexec_loaded");
  }
#endif
  return verdict;
}

/* In low memory, so that the 32-bit calls below can use them, too. */
static union bpf_attr map = {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1};
static struct io_uring_params ring;
static struct perf_event_attr clock_event = {
    .type = PERF_TYPE_SOFTWARE, .size = sizeof clock_event, .config = PERF_COUNT_SW_CPU_CLOCK, .disabled = 1};

static enum verdict bpf(void) {
  static const char witness[] = "/proc/sys/kernel/unprivileged_bpf_disabled";
  if (syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0) return say(OPEN, "made a map");
  int error = errno;
  struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr program = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
                            .insns = (unsigned long)nothing,
                            .insn_cnt = 2,
                            .license = (unsigned long)"Apache-2.0"};
  if (syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program) >= 0) return say(OPEN, "loaded a program");
  errno = error;
  return refused("bpf", witness);
}

static enum verdict perf(void) {
  if (syscall(SYS_perf_event_open, &clock_event, -1, 0, -1, 0) >= 0) return say(OPEN, "watches a whole processor");
  if (syscall(SYS_perf_event_open, &clock_event, 0, -1, -1, 0) >= 0) return say(OPEN, "watches itself");
  return refused("perf_event_open", "/proc/sys/kernel/perf_event_paranoid");
}

static enum verdict uring(void) {
  if (syscall(SYS_io_uring_setup, 1, &ring) >= 0) return say(OPEN, "made a ring");
  return refused("io_uring_setup", "/proc/sys/kernel/io_uring_disabled");
}

static enum verdict keys(void) {
  long key = syscall(SYS_add_key, "user", "lab-probe", "x", 1, KEY_SPEC_PROCESS_KEYRING);
  if (key >= 0) return say(OPEN, "added a key");
  if (syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >= 0) return say(OPEN, "keyctl answers");
  return refused("add_key, keyctl", "/proc/keys");
}

static enum verdict async_io(void) {
  /* Given back at once; the number of all such events is the machine's, not a user's. */
  unsigned long context = 0;
  if (syscall(SYS_io_setup, 1, &context)) return refused("io_setup", "/proc/sys/fs/aio-max-nr");
  syscall(SYS_io_destroy, context);
  return say(OPEN, "takes of the machine's asynchronous I/O");
}

static enum verdict page_faults(void) {
  if (syscall(SYS_userfaultfd, O_CLOEXEC) >= 0) return say(OPEN, "handles the kernel's page faults");
  return refused("userfaultfd", "/proc/sys/vm/unprivileged_userfaultfd");
}

static enum verdict set_clock(void) {
  /* A tick of 1 and a time zone of years are refused after the permission check. */
  struct timex tick = {.modes = ADJ_TICK, .tick = 1};
  struct timezone zone = {.tz_minuteswest = 1 << 20};
  enum verdict verdict = past_permission("adjtimex", syscall(SYS_adjtimex, &tick), NULL);
  if (verdict != OPEN) verdict = past_permission("clock_adjtime", syscall(SYS_clock_adjtime, CLOCK_REALTIME, &tick), NULL);
  if (verdict != OPEN) verdict = past_permission("settimeofday", syscall(SYS_settimeofday, NULL, &zone), NULL);
  return verdict;
}

static enum verdict kernel_log(void) {
  char text[64];
  enum { read_all = 3 };
  if (klogctl(read_all, text, sizeof text) >= 0) return say(OPEN, "read the kernel's log");
  return refused("syslog", NULL);
}

static enum verdict kernel_addresses(void) {
  char line[64] = "";
  read_text("/proc/kallsyms", line, sizeof line);
  if (!*line) return say(UNSUPPORTED, "no /proc/kallsyms");
  return strncmp(line, "0000000000000000", 16) ? say(OPEN, "/proc/kallsyms tells addresses") : say(BLOCKED, "all zero");
}

static enum verdict real_time(void) {
  struct sched_param lowest = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO, &lowest) == 0) return say(OPEN, "runs before everybody else");
  return refused("sched_setscheduler", NULL);
}

static enum verdict vsock(void) {
  if (socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0) return say(OPEN, "a socket to the hypervisor");
  return errno == EAFNOSUPPORT && !exists("/sys/class/misc/vsock") ? say(UNSUPPORTED, "EAFNOSUPPORT") : refused("socket", NULL);
}

#if defined(__x86_64__)
static long call32(long number, unsigned long a, unsigned long b, unsigned long c, unsigned long d, unsigned long e) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                   : "memory", "r8", "r9", "r10", "r11");
  result = (int)result;
  if (result >= 0) return result;
  errno = -result;
  return -1;
}

#define LOW(pointer) ((unsigned long)(pointer))

/* https://github.com/torvalds/linux/blob/master/arch/x86/entry/syscalls/syscall_32.tbl */
enum { socketcall32 = 102, keyctl32 = 288, perf_event_open32 = 336, bpf32 = 357, socket32 = 359, io_uring_setup32 = 425 };

static enum verdict vsock_32(void) {
  static unsigned arguments[] = {AF_VSOCK, SOCK_STREAM, 0};
  enum { sys_socket = 1 };
  if (call32(socketcall32, sys_socket, LOW(arguments), 0, 0, 0) >= 0) return say(OPEN, "socketcall made one");
  if (call32(socket32, AF_VSOCK, SOCK_STREAM, 0, 0, 0) >= 0) return say(OPEN, "socket made one");
  return errno == EAFNOSUPPORT && !exists("/sys/class/misc/vsock") ? say(UNSUPPORTED, "EAFNOSUPPORT") : refused("socketcall", NULL);
}

static enum verdict calls_32(void) {
  struct list passed = {0};
  if (call32(io_uring_setup32, 1, LOW(&ring), 0, 0, 0) >= 0) add(&passed, "io_uring_setup");
  if (call32(bpf32, BPF_MAP_CREATE, LOW(&map), sizeof map, 0, 0) >= 0) add(&passed, "bpf");
  if (call32(perf_event_open32, LOW(&clock_event), 0, -1, -1, 0) >= 0) add(&passed, "perf_event_open");
  if (call32(keyctl32, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) >= 0) add(&passed, "keyctl");
  return passed.count ? say(OPEN, "%s", passed.text) : refused("by int 0x80", "/proc/keys");
}

static enum verdict calls_x32(void) {
  enum { x32 = 0x40000000 };
  struct list passed = {0};
  if (syscall(x32 | SYS_io_uring_setup, 1, &ring) >= 0) add(&passed, "io_uring_setup");
  if (syscall(x32 | SYS_bpf, BPF_MAP_CREATE, &map, sizeof map) >= 0) add(&passed, "bpf");
  if (syscall(x32 | SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >= 0) add(&passed, "keyctl");
  return passed.count ? say(OPEN, "%s", passed.text) : refused("by the x32 bit", NULL);
}
#else
static enum verdict other_processor(void) { return say(UNSUPPORTED, "no second set of system calls"); }
#define vsock_32 other_processor
#define calls_32 other_processor
#define calls_x32 other_processor
#endif

const struct attempt kernel_attempts[] = {
    {"module-load", "load a kernel module", module_load},
    {"module-unload", "unload a kernel module", module_unload},
    {"kexec", "boot another kernel", kexec},
    {"bpf", "make a BPF map, load a BPF program", bpf},
    {"perf", "watch a processor with perf events", perf},
    {"io-uring", "make an io_uring", uring},
    {"keys", "use the kernel's keyrings", keys},
    {"async-io", "use up the machine's asynchronous I/O", async_io},
    {"page-faults", "handle the kernel's page faults (userfaultfd)", page_faults},
    {"clock", "set the machine's clock", set_clock},
    {"kernel-log", "read the kernel's log", kernel_log},
    {"kernel-addresses", "learn where the kernel lies in memory", kernel_addresses},
    {"real-time", "run with real-time priority", real_time},
    {"vsock", "open a socket to the hypervisor", vsock},
    {"vsock-32", "the same by the 32-bit system calls", vsock_32},
    {"calls-32", "make denied calls by the 32-bit system calls", calls_32},
    {"calls-x32", "make denied calls by the x32 system calls", calls_x32},
    {0}};
