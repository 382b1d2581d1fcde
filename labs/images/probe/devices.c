#define _GNU_SOURCE
/* Disks and raw devices: whoever reads them reads everybody's files. */
#include "probe.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static bool reads_a_sector(const char *path) {
  char sector[512];
  int disk = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (disk < 0) return false;
  bool read_it = pread(disk, sector, sizeof sector, 0) == (ssize_t)sizeof sector;
  close(disk);
  return read_it;
}

static enum verdict disk_nodes(void) {
  static const char *const folders[] = {"/dev", "/host/dev", "/dev/mapper", "/host/dev/mapper"};
  struct list readable = {0};
  int seen = 0;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    DIR *folder = opendir(folders[i]);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
      char path[512];
      struct stat node;
      snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
      if (stat(path, &node) || !S_ISBLK(node.st_mode)) continue;
      seen++;
      if (reads_a_sector(path)) add(&readable, path);
    }
    if (folder) closedir(folder);
  }
  if (readable.count) return say(OPEN, "read a sector of %s", readable.text);
  return say(BLOCKED, "%d block devices in /dev, none readable", seen);
}

/* Makes a node, tells whether it opens (and, for a disk, reads), and removes it. */
static bool own_node_opens(mode_t type, unsigned major_number, unsigned minor_number, int flags) {
  char path[64];
  snprintf(path, sizeof path, "%s/node", scratch);
  if (mknod(path, type | 0600, makedev(major_number, minor_number))) return false;
  int file = type == S_IFBLK ? -1 : open(path, flags | O_CLOEXEC | O_NONBLOCK);
  bool opens = type == S_IFBLK ? reads_a_sector(path) : file >= 0;
  int error = errno;
  if (file >= 0) close(file);
  unlink(path);
  errno = error;
  return opens;
}

static enum verdict disk_mknod(void) {
  FILE *lines = fopen("/proc/partitions", "re");
  char line[256], name[64];
  unsigned major_number, minor_number;
  struct list readable = {0};
  errno = ENOENT;
  while (lines && fgets(line, sizeof line, lines)) {
    if (sscanf(line, "%u %u %*u %63s", &major_number, &minor_number, name) != 3) continue;
    if (own_node_opens(S_IFBLK, major_number, minor_number, O_RDONLY)) add(&readable, name);
  }
  if (readable.count) return say(OPEN, "read a sector of %s", readable.text);
  return refused("mknod of the disks in /proc/partitions", NULL);
}

static enum verdict raw_devices(void) {
  /* Only those whose opening changes nothing: a watchdog would begin to count. */
  static const struct {
    const char *path;
    unsigned major_number, minor_number;
  } devices[] = {{"/dev/mem", 1, 1},           {"/dev/port", 1, 4},        {"/dev/kmsg", 1, 11},
                 {"/dev/loop-control", 10, 237}, {"/dev/mapper/control", 10, 236}, {"/dev/kvm", 10, 232},
                 {"/dev/vhost-vsock", 10, 241},  {"/dev/vhost-net", 10, 238}, {"/dev/uinput", 10, 223}};
  struct list opened = {0};
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
    int file = open(devices[i].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file >= 0) close(file);
    if (file >= 0 || own_node_opens(S_IFCHR, devices[i].major_number, devices[i].minor_number, O_RDONLY)) {
      add(&opened, devices[i].path);
    }
  }
  if (opened.count) return say(OPEN, "opened %s", opened.text);
  return refused("memory, ports, kernel log, loop and mapper control, KVM", NULL);
}

static enum verdict kcore(void) {
  int file = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
  char magic[4];
  if (file >= 0 && read(file, magic, sizeof magic) > 0) return say(OPEN, "read the kernel's memory");
  return refused("/proc/kcore", NULL);
}

static enum verdict io_ports(void) {
#if defined(__x86_64__)
  if (iopl(3) == 0) return say(OPEN, "iopl(3)");
  /* 0x80 is the diagnostic port; it is not touched. */
  if (ioperm(0x80, 1, 1) == 0) return say(OPEN, "ioperm");
  return refused("iopl, ioperm", NULL);
#else
  return say(UNSUPPORTED, "no I/O ports on this processor");
#endif
}

const struct attempt device_attempts[] = {
    {"disk-nodes", "read a disk through the block devices in /dev", disk_nodes},
    {"disk-mknod", "make a node for each disk of the machine and read a sector", disk_mknod},
    {"raw-devices", "open memory, ports, kernel log, loop and mapper control, KVM, vhost, uinput", raw_devices},
    {"kcore", "read the kernel's memory through /proc/kcore", kcore},
    {"io-ports", "get access to I/O ports", io_ports},
    {0}};
