/* Control groups: the sandbox's limits, and the ways out through them. */
#define _GNU_SOURCE
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

typedef bool look(const char *folder);

static look *looking;
static struct list found, seen;
static int last_error;

static bool look_at_mount(const struct mount_line *mount) {
  if (!strcmp(mount->type, "cgroup") || !strcmp(mount->type, "cgroup2")) {
    add(&seen, mount->point);
    if (looking(mount->point)) add(&found, mount->point);
  }
  return false;
}

/* Mounts one hierarchy anew: its root is the root of our cgroup namespace, whatever is mounted already. */
static void look_at_new_mount(const char *type, const char *controllers) {
  if (mount("none", scratch, type, 0, *controllers ? controllers : NULL)) {
    last_error = errno;
    return;
  }
  add(&seen, type);
  if (looking(scratch)) add(&found, *controllers ? controllers : type);
  umount2(scratch, MNT_DETACH);
}

static void look_everywhere(look *with) {
  char line[4096], controllers[512];
  looking = with;
  if (own_mounts()) {
    FILE *lines = fopen("/proc/self/cgroup", "re");
    while (lines && fgets(line, sizeof line, lines)) {
      if (sscanf(line, "%*d:%511[^:]:", controllers) == 1) look_at_new_mount("cgroup", controllers);
      else look_at_new_mount("cgroup2", "");
    }
    if (lines) fclose(lines);
    any_mount(look_at_mount);
  }
}

static bool takes_release_agent(const char *folder) {
  char path[640];
  snprintf(path, sizeof path, "%s/release_agent", folder);
  if (!exists(path)) return false;
  if (accepts_its_own_value(path)) return true;
  last_error = errno;
  return false;
}

static enum verdict release_agent(void) {
  look_everywhere(takes_release_agent);
  if (found.count) return say(OPEN, "names a program that the host runs: %s", found.text);
  if (last_error) {
    errno = last_error;
    return refused("release_agent", NULL);
  }
  return say(BLOCKED, "in none of %d hierarchies", seen.count);
}

/* An inner container has limits of its own, which are the learner's; the sandbox's are where L1's dockerd has a group. */
static bool is_sandbox_group(const char *folder) {
  char path[640];
  snprintf(path, sizeof path, "%s/docker", folder);
  return place == L1 || exists(path);
}

static bool changes_limit(const char *folder) {
  static const char *const limits[] = {"memory.max",          "memory.swap.max",  "memory.limit_in_bytes",
                                       "memory.memsw.limit_in_bytes", "memory.oom_control", "pids.max",
                                       "cpu.max",             "cpu.weight",       "cpu.cfs_quota_us",
                                       "cpu.shares",          "cpuset.cpus",      "io.max",
                                       "blkio.throttle.write_bps_device", "devices.allow"};
  if (!is_sandbox_group(folder)) return false;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    char path[640];
    snprintf(path, sizeof path, "%s/%s", folder, limits[i]);
    if (opens_for_writing(path)) return true;
    if (errno != ENOENT) last_error = errno;
  }
  return false;
}

static enum verdict own_limits(void) {
  look_everywhere(changes_limit);
  if (found.count) return say(OPEN, "limits of %s", found.text);
  errno = last_error ? last_error : ENOENT;
  return refused("the sandbox's own limits", NULL);
}

static bool joins_root(const char *folder) {
  char path[640];
  snprintf(path, sizeof path, "%s/release_agent", folder);
  bool is_root = exists(path);
  snprintf(path, sizeof path, "%s/cgroup.controllers", folder);
  if (exists(path)) {
    snprintf(path, sizeof path, "%s/cgroup.events", folder);
    is_root = !exists(path);
  }
  snprintf(path, sizeof path, "%s/cgroup.procs", folder);
  return is_root && opens_for_writing(path);
}

static enum verdict machine_root(void) {
  look_everywhere(joins_root);
  if (found.count) return say(OPEN, "the machine's own group of %s", found.text);
  return say(BLOCKED, "no root of a hierarchy in %d that takes a process", seen.count);
}

/* A mount whose root begins with "/.." shows groups that our namespace does not. */
static bool joins_group_outside(const struct mount_line *mount) {
  char path[640];
  if (strncmp(mount->type, "cgroup", 6) || strncmp(mount->root, "/..", 3)) return false;
  snprintf(path, sizeof path, "%s/cgroup.procs", mount->point);
  add(&seen, mount->point);
  /* What has moved is this attempt's own process, which ends now. */
  int file = open(path, O_WRONLY | O_CLOEXEC);
  return place == L1 && file >= 0 && write(file, "0", 1) == 1;
}

static enum verdict leave_group(void) {
  if (any_mount(joins_group_outside)) return say(OPEN, "joined the group of %s", seen.text);
  return say(BLOCKED, "%d groups outside the namespace are visible", seen.count);
}

static int limited_groups;

static bool takes_endless_groups(const char *folder) {
  char path[640], most[32];
  snprintf(path, sizeof path, "%s/memory.max", folder);
  if (!is_sandbox_group(folder) || !exists(path)) return false;
  snprintf(path, sizeof path, "%s/cgroup.max.descendants", folder);
  read_text(path, most, sizeof most);
  limited_groups++;
  return !strncmp(most, "max", 3) || opens_for_writing(path);
}

/* The kernel has 65,535 numbers for memory groups, for the whole machine. */
static enum verdict group_count(void) {
  look_everywhere(takes_endless_groups);
  if (found.count) return say(OPEN, "no end in %s", found.text);
  return limited_groups ? say(BLOCKED, "limited") : say(UNSUPPORTED, "cgroup v1 has no such limit");
}

const struct attempt cgroup_attempts[] = {
    {"release-agent", "name a program that the host runs when a group is empty", release_agent},
    {"own-limits", "change the sandbox's own limits", own_limits},
    {"machine-group", "join the machine's root group", machine_root},
    {"leave-group", "join a group above the sandbox's", leave_group},
    {"group-count", "use up the machine's control groups", group_count},
    {0}};
