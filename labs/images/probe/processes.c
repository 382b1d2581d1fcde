/* Who we are, which processes can be seen, and what was left open by whoever started us. */
#define _GNU_SOURCE
#include "probe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum verdict user_namespace(void) {
  if (in_initial_user_namespace()) return say(OPEN, "root here is root of the machine");
  return say(BLOCKED, "a user namespace of its own");
}

static enum verdict user_ids(void) {
  FILE *lines = fopen("/proc/self/uid_map", "re");
  unsigned inside, outside, count;
  bool mapped = lines && fscanf(lines, "%u %u %u", &inside, &outside, &count) == 3;
  if (lines) fclose(lines);
  if (!mapped) return say(BLOCKED, "no ids at all");
  /* Below lie the ids of the machine's own users. */
  if (outside < 1 << 16) return say(OPEN, "id %u is %u outside", inside, outside);
  return say(BLOCKED, "id %u is %u outside, %u ids", inside, outside, count);
}

/* A process table that is not ours shows us with more pids than our namespaces have. */
static struct list foreign;

static bool shows_other_processes(const struct mount_line *mount) {
  char path[640], line[256];
  int pids = 0;
  if (strcmp(mount->type, "proc")) return false;
  snprintf(path, sizeof path, "%s/self/status", mount->point);
  FILE *status = fopen(path, "re");
  while (status && fgets(line, sizeof line, status)) {
    if (strncmp(line, "NSpid:", 6)) continue;
    for (char *word = strtok(line + 6, "\t \n"); word; word = strtok(NULL, "\t \n")) pids++;
  }
  if (status) fclose(status);
  if (pids > (sees_lab_processes() ? 1 : 2)) add(&foreign, mount->point);
  return false;
}

static enum verdict host_processes(void) {
  any_mount(shows_other_processes);
  if (foreign.count) return say(OPEN, "all processes of the machine in %s", foreign.text);
  return say(BLOCKED, "none outside the sandbox is visible");
}

static enum verdict namespaces(void) {
  /* Numbers of the initial IPC, UTS, user, pid and cgroup namespaces, part of the kernel's interface. */
  static const struct {
    const char *name;
    ino_t number;
  } initial[] = {{"ipc", 0xEFFFFFFFU}, {"uts", 0xEFFFFFFEU}, {"pid", 0xEFFFFFFCU}, {"cgroup", 0xEFFFFFFBU}};
  struct list joined = {0};
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    for (size_t i = 0; i < sizeof initial / sizeof *initial; i++) {
      char path[512];
      struct stat status;
      snprintf(path, sizeof path, "/proc/%s/ns/%s", entry->d_name, initial[i].name);
      if (stat(path, &status) || status.st_ino != initial[i].number) continue;
      int namespace = open(path, O_RDONLY | O_CLOEXEC);
      if (namespace >= 0 && setns(namespace, 0) == 0) add(&joined, initial[i].name);
      if (namespace >= 0) close(namespace);
    }
  }
  if (joined.count) return say(OPEN, "joined the machine's %s", joined.text);
  return say(BLOCKED, "none of the machine's own can be joined");
}

/* Descriptors that the engine forgot to close led out of containers before (CVE-2024-21626). */
static enum verdict left_open(void) {
  struct stat root, above;
  struct list leading = {0};
  stat("/", &root);
  DIR *descriptors = opendir("/proc/self/fd");
  for (struct dirent *entry; descriptors && (entry = readdir(descriptors));) {
    int number = atoi(entry->d_name);
    if (number < 3 || number == dirfd(descriptors) || fstat(number, &above) || !S_ISDIR(above.st_mode)) continue;
    int folder = openat(number, "../../../../../../../../../../../..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fstat(folder, &above)) continue;
    if (above.st_dev != root.st_dev || above.st_ino != root.st_ino) add(&leading, entry->d_name);
  }
  if (stat("../../../../../../../../../../../..", &above) == 0 && above.st_ino != root.st_ino) add(&leading, "cwd");
  if (leading.count) return say(OPEN, "descriptors lead out: %s", leading.text);
  return say(BLOCKED, "nothing was left open");
}

/* Whether a user namespace is ours or lies below it: the kernel names the parents of no other. */
static bool is_ours(int namespace) {
  struct stat own, other;
  stat("/proc/self/ns/user", &own);
  while (namespace >= 0 && fstat(namespace, &other) == 0) {
    if (other.st_ino == own.st_ino) return true;
    int parent = ioctl(namespace, NS_GET_PARENT);
    close(namespace);
    namespace = parent;
  }
  return false;
}

static enum verdict other_roots(void) {
  struct list others = {0};
  DIR *processes = opendir("/proc");
  for (struct dirent *entry; processes && (entry = readdir(processes));) {
    char path[512];
    snprintf(path, sizeof path, "/proc/%s/ns/user", entry->d_name);
    int namespace = atoi(entry->d_name) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (namespace < 0 || is_ours(namespace)) continue;
    snprintf(path, sizeof path, "/proc/%s/root/", entry->d_name);
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0) add(&others, entry->d_name);
  }
  if (others.count) return say(OPEN, "opened the root of processes %s", others.text);
  return say(BLOCKED, "only roots of this sandbox");
}

const struct attempt process_attempts[] = {
    {"user-namespace", "be root of the machine itself", user_namespace},
    {"user-ids", "own the ids of the machine's users", user_ids},
    {"host-processes", "see processes outside the sandbox", host_processes},
    {"namespaces", "join the machine's own namespaces", namespaces},
    {"other-roots", "open other sandboxes' files through their processes", other_roots},
    {"left-open", "follow descriptors that were left open", left_open},
    {0}};
