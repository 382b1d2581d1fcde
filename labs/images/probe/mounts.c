#define _GNU_SOURCE
/* Mounts: other file systems than those that the sandbox was given. */
#include "probe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static enum verdict disk_mount(void) {
  static const char *const types[] = {"ext4", "xfs", "btrfs", "vfat"};
  if (!own_mounts()) return refused("unshare", NULL);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    /* The permission is checked before the source is looked at, which does not exist. */
    mount("/lab-probe-no-such-disk", scratch, types[i], MS_RDONLY | MS_NOATIME, NULL);
    if (errno == ENOENT || errno == ENOTBLK) return say(OPEN, "a disk with %s would be mounted", types[i]);
    if (errno != ENODEV) return refused(types[i], NULL);
  }
  return say(UNSUPPORTED, "no file system for disks");
}

/* Never read-only: these have one superblock for the whole machine, which would take the flag over. */
static bool mounts(const char *type) {
  if (mount("none", scratch, type, MS_NOSUID | MS_NOEXEC, NULL)) return false;
  umount2(scratch, MNT_DETACH);
  return true;
}

static enum verdict devtmpfs(void) {
  if (!own_mounts()) return refused("unshare", NULL);
  if (mounts("devtmpfs")) return say(OPEN, "mounted the machine's /dev");
  return errno == ENODEV ? say(UNSUPPORTED, "no devtmpfs") : refused("devtmpfs", NULL);
}

static enum verdict kernel_file_systems(void) {
  static const char *const types[] = {"debugfs", "tracefs", "securityfs", "configfs", "pstore", "efivarfs"};
  struct list mounted = {0};
  if (!own_mounts()) return refused("unshare", NULL);
  int error = ENODEV;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    if (mounts(types[i])) add(&mounted, types[i]);
    else if (errno != ENODEV) error = errno;
  }
  errno = error;
  return mounted.count ? say(OPEN, "mounted %s", mounted.text) : refused("debugfs, tracefs, securityfs …", NULL);
}

static bool is_disk(const char *type) {
  return !strcmp(type, "ext4") || !strcmp(type, "xfs") || !strcmp(type, "btrfs");
}

static struct list opened_handles;
static int disk_mounts, handle_error;

/* The root of a whole file system has a known handle: whoever may open by handle walks from there to every file. */
static bool opens_root_of(const struct mount_line *mount) {
  struct {
    struct file_handle head;
    unsigned words[3];
  } root = {.head = {.handle_bytes = 8, .handle_type = 1}};
  if (!is_disk(mount->type)) return false;
  disk_mounts++;
  int file = open(mount->point, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  root.words[0] = !strcmp(mount->type, "ext4") ? 2 : !strcmp(mount->type, "xfs") ? 128 : 256;
  int opened = open_by_handle_at(file, &root.head, O_RDONLY | O_CLOEXEC);
  handle_error = errno;
  /* ESTALE: handles are taken, only this one is not the right one. */
  if (opened < 0 && errno != ESTALE) return false;
  add(&opened_handles, mount->point);
  return true;
}

static enum verdict open_by_handle(void) {
  if (any_mount(opens_root_of)) return say(OPEN, "opened the root of the disk behind %s", opened_handles.text);
  /* Without a disk to see: whether the call itself lets us pass. An empty handle is wrong, but only afterwards. */
  struct file_handle none = {.handle_bytes = 0};
  int root = open("/", O_RDONLY | O_CLOEXEC);
  errno = handle_error;
  if (disk_mounts == 0) return past_permission("open_by_handle_at", open_by_handle_at(root, &none, O_RDONLY), NULL);
  return refused("open_by_handle_at", NULL);
}

static char golden_file[512];

static int keeps_first_file(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status, (void)walk;
  if (type != FTW_F) return 0;
  snprintf(golden_file, sizeof golden_file, "%s", path);
  return 1;
}

static bool golden_copy_is_writable(const char *store) {
  struct mount_attr writable = {.attr_clr = MOUNT_ATTR_RDONLY};
  int copy = syscall(SYS_open_tree, AT_FDCWD, store, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (copy < 0) return false;
  syscall(SYS_mount_setattr, copy, "", AT_EMPTY_PATH, &writable, sizeof writable);
  int file = openat(copy, golden_file + strlen(store) + 1, O_WRONLY | O_CLOEXEC);
  return file >= 0;
}

static enum verdict golden(void) {
  static const char *const stores[] = {"/golden", "/golden.sb", "/host/golden", "/host/golden.sb"};
  int seen = 0, error = 0;
  if (!own_mounts()) return refused("unshare", NULL);
  for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
    *golden_file = 0;
    nftw(stores[i], keeps_first_file, 16, FTW_PHYS);
    if (!*golden_file) continue;
    seen++;
    if (opens_for_writing(golden_file)) return say(OPEN, "%s is writable", stores[i]);
    error = errno;
    if (golden_copy_is_writable(stores[i])) return say(OPEN, "a copy of the mount %s is writable", stores[i]);
    mount(NULL, stores[i], NULL, MS_REMOUNT | MS_BIND, NULL);
    if (opens_for_writing(golden_file)) return say(OPEN, "%s is writable after a remount", stores[i]);
  }
  if (!seen) return say(BLOCKED, "no golden store here");
  errno = error;
  return refused("images of all labs", NULL);
}

static enum verdict chroot_escape(void) {
  struct stat before, after;
  stat("/", &before);
  int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (chroot(scratch) || fchdir(root)) return refused("chroot", NULL);
  for (int i = 0; i < 64; i++) {
    if (chdir("..")) break;
  }
  if (stat(".", &after)) return refused("stat", NULL);
  bool same = before.st_dev == after.st_dev && before.st_ino == after.st_ino;
  return same ? say(BLOCKED, "nothing above the root") : say(OPEN, "another root lies above ours");
}

static bool sets_quota_of(const struct mount_line *mount) {
  if (!is_disk(mount->type)) return false;
  disk_mounts++;
  int file = open(mount->point, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  /* No values are given: past the permission check stands EFAULT. */
  long result = syscall(SYS_quotactl_fd, file, QCMD(Q_SETQUOTA, 2), 0, NULL);
  handle_error = errno;
  return result < 0 && errno == EFAULT;
}

static enum verdict quota(void) {
  if (any_mount(sets_quota_of)) return say(OPEN, "the disk's quotas can be set");
  if (!disk_mounts) return say(BLOCKED, "no disk is mounted here");
  errno = handle_error;
  return refused("quotactl", NULL);
}

static struct list unlimited;

static void look_for_limit(const char *path) {
  struct statvfs size;
  if (statvfs(path, &size) || size.f_flag & ST_RDONLY || access(path, W_OK)) return;
  if ((unsigned long long)size.f_blocks * size.f_frsize > lab_disk) add(&unlimited, path);
}

static bool looks_for_limit(const struct mount_line *mount) {
  if (is_disk(mount->type)) look_for_limit(mount->point);
  return false;
}

static enum verdict disk_limit(void) {
  look_for_limit("/");
  look_for_limit("/host");
  any_mount(looks_for_limit);
  if (unlimited.count) return say(OPEN, "larger than the lab's disk: %s", unlimited.text);
  return say(BLOCKED, "every writable folder has a limit");
}

static enum verdict unremovable(void) {
  char path[64];
  int flags = 0, immutable = FS_IMMUTABLE_FL;
  snprintf(path, sizeof path, "%s/file", scratch);
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ioctl(file, FS_IOC_GETFLAGS, &flags);
  bool set = ioctl(file, FS_IOC_SETFLAGS, &immutable) == 0;
  int error = errno;
  if (set) ioctl(file, FS_IOC_SETFLAGS, &flags);
  unlink(path);
  errno = error;
  return set ? say(OPEN, "made a file immutable") : refused("immutable", NULL);
}

static enum verdict swap(void) {
  long result = syscall(SYS_swapon, "/lab-probe-no-such-file", 0);
  return past_permission("swapon", result, "/proc/swaps");
}

const struct attempt mount_attempts[] = {
    {"disk-mount", "mount a disk", disk_mount},
    {"devtmpfs", "mount the machine's /dev", devtmpfs},
    {"kernel-file-systems", "mount debugfs, tracefs, securityfs, configfs, pstore, efivarfs", kernel_file_systems},
    {"open-by-handle", "open the root of the disk under a mounted folder by its handle", open_by_handle},
    {"golden", "write to the images that all labs share, after a remount and through a copy, too", golden},
    {"chroot", "climb above the root folder", chroot_escape},
    {"quota", "set quotas of the disk", quota},
    {"disk-limit", "write more than the lab's disk holds", disk_limit},
    {"unremovable", "leave a file that cannot be removed", unremovable},
    {"swap", "turn swap space on", swap},
    {0}};
