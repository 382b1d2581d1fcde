/* Settings of the whole machine in /proc and /sys, and limits that are not a learner's to raise. */
#define _GNU_SOURCE
#include "probe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static enum verdict core_pattern(void) {
  if (accepts_its_own_value("/proc/sys/kernel/core_pattern")) return say(OPEN, "names the program for crashes");
  return refused("core_pattern", NULL);
}

/* Settings that a namespace has of its own: host name, IPC, pids, and what counts per user namespace. */
static bool belongs_to_a_namespace(const char *path) {
  static const char *const own[] = {"kernel/hostname",  "kernel/domainname", "kernel/shm",     "kernel/msg",
                                    "kernel/sem",       "kernel/auto_msgmni", "kernel/ns_last_pid", "kernel/pid_max",
                                    "kernel/cad_pid",   "fs/mqueue/",        "vm/memfd_noexec", "user/",
                                    "net/"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    if (!strncmp(path, own[i], strlen(own[i]))) return true;
  }
  return false;
}

static struct list writable;

static int keeps_writable_setting(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)walk;
  const char *name = path + strlen("/proc/sys/");
  if (type == FTW_F && !belongs_to_a_namespace(name) && opens_for_writing(path)) add(&writable, name);
  return 0;
}

static enum verdict sysctls(void) {
  /* Remounted in case only the mount is read-only; the files are opened and nothing is written. */
  if (own_mounts()) mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL);
  nftw("/proc/sys", keeps_writable_setting, 32, FTW_PHYS);
  /* Of the network's settings these are the machine's, whatever network namespace one is in. */
  static const char *const shared[] = {"net/netfilter/nf_conntrack_max", "net/netfilter/nf_conntrack_buckets"};
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
    char path[96];
    snprintf(path, sizeof path, "/proc/sys/%s", shared[i]);
    if (opens_for_writing(path)) add(&writable, shared[i]);
  }
  if (writable.count) return say(OPEN, "%d: %s", writable.count, writable.text);
  errno = EACCES;
  return refused("every setting that no namespace has of its own", NULL);
}

static enum verdict sysrq(void) {
  if (opens_for_writing("/proc/sysrq-trigger")) return say(OPEN, "could reboot the machine");
  return errno == ENOENT ? say(UNSUPPORTED, "no sysrq") : refused("sysrq-trigger", NULL);
}

static enum verdict sys_files(void) {
  static const char *const files[] = {"kernel/uevent_helper",
                                      "kernel/uevent_seqnum",
                                      "kernel/kexec_crash_size",
                                      "kernel/mm/transparent_hugepage/enabled",
                                      "kernel/mm/ksm/run",
                                      "kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
                                      "kernel/profiling",
                                      "power/state",
                                      "power/wake_lock",
                                      "devices/system/cpu/cpu1/online",
                                      "devices/system/cpu/microcode/reload",
                                      "devices/system/memory/probe",
                                      "bus/pci/rescan",
                                      "module/printk/parameters/time",
                                      "firmware/acpi/pm_profile"};
  struct list opened = {0};
  int error = ENOENT;
  if (own_mounts()) mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[128];
    snprintf(path, sizeof path, "/sys/%s", files[i]);
    if (opens_for_writing(path)) add(&opened, files[i]);
    else if (errno != ENOENT) error = errno;
  }
  errno = error;
  return opened.count ? say(OPEN, "%s", opened.text) : refused("power, memory, processors, devices in /sys", NULL);
}

static enum verdict sys_disks(void) {
  struct list opened = {0};
  DIR *folder = opendir("/sys/block");
  for (struct dirent *entry; folder && (entry = readdir(folder));) {
    char path[512];
    snprintf(path, sizeof path, "/sys/block/%s/queue/read_ahead_kb", entry->d_name);
    if (*entry->d_name != '.' && opens_for_writing(path)) add(&opened, entry->d_name);
  }
  return opened.count ? say(OPEN, "queues of %s", opened.text) : say(BLOCKED, "no disk's queue opens for writing");
}

static enum verdict binfmt(void) {
  char path[64];
  snprintf(path, sizeof path, "%s/register", scratch);
  if (!own_mounts()) return refused("unshare", NULL);
  bool mounted = mount("none", scratch, "binfmt_misc", 0, NULL) == 0;
  if (!mounted && errno == ENODEV) return say(UNSUPPORTED, "no binfmt_misc");
  if (!opens_for_writing(mounted ? path : "/proc/sys/fs/binfmt_misc/register")) return refused("binfmt_misc", NULL);
  /* Since Linux 6.7 every user namespace has handlers of its own. */
  if (!in_initial_user_namespace() && mounted) return say(BLOCKED, "only this user namespace's own handlers");
  return say(OPEN, "names programs that run for other files, on the whole machine");
}

static enum verdict hard_limits(void) {
  static const struct {
    int resource;
    const char *name;
  } limits[] = {{RLIMIT_NOFILE, "NOFILE"}, {RLIMIT_NPROC, "NPROC"}, {RLIMIT_MEMLOCK, "MEMLOCK"}, {RLIMIT_NICE, "NICE"},
                {RLIMIT_RTPRIO, "RTPRIO"}, {RLIMIT_MSGQUEUE, "MSGQUEUE"}};
  struct list raised = {0};
  int finite = 0;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct rlimit limit;
    getrlimit(limits[i].resource, &limit);
    if (limit.rlim_max == RLIM_INFINITY) continue;
    finite++;
    limit.rlim_max++;
    if (setrlimit(limits[i].resource, &limit) == 0) add(&raised, limits[i].name);
  }
  if (raised.count) return say(OPEN, "raised %s", raised.text);
  return say(BLOCKED, "none of %d could be raised", finite);
}

static enum verdict out_of_memory(void) {
  char before[16];
  read_text("/proc/self/oom_score_adj", before, sizeof before);
  before[strcspn(before, "\n")] = 0;
  for (int score = -1000; score < 0; score += 111) {
    char value[16];
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    int length = snprintf(value, sizeof value, "%d", score);
    if (file >= 0 && write(file, value, length) == length) return say(OPEN, "went from %s to %s", before, value);
    if (file >= 0) close(file);
  }
  return refused("a score below that of others", NULL);
}

const struct attempt setting_attempts[] = {
    {"core-pattern", "name the program that the host runs when something crashes", core_pattern},
    {"sysctls", "open the machine's settings in /proc/sys for writing", sysctls},
    {"sysrq", "reach the emergency keys (sysrq-trigger)", sysrq},
    {"sys-files", "open the machine's settings in /sys for writing", sys_files},
    {"sys-disks", "change how disks are read", sys_disks},
    {"binfmt", "name a program that runs for other files", binfmt},
    {"hard-limits", "raise hard limits (prlimit)", hard_limits},
    {"out-of-memory", "be spared when memory runs out", out_of_memory},
    {0}};
