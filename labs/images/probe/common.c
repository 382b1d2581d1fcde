#define _GNU_SOURCE
#include "probe.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

char *detail;
enum { detail_size = 240 };

enum verdict say(enum verdict verdict, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(detail, detail_size, format, arguments);
  va_end(arguments);
  return verdict;
}

enum verdict refused(const char *what, const char *witness) {
  int error = errno;
  bool lacking = error == ENOSYS && !(witness && exists(witness));
  return say(lacking ? UNSUPPORTED : BLOCKED, "%s: %s", what, strerrorname_np(error));
}

enum verdict past_permission(const char *what, long result, const char *witness) {
  if (result < 0 && (errno == EPERM || errno == EACCES || errno == ENOSYS)) return refused(what, witness);
  return say(OPEN, "%s: %s", what, result < 0 ? strerrorname_np(errno) : "done");
}

void add(struct list *list, const char *word) {
  list->count++;
  size_t used = strlen(list->text), room = sizeof list->text - used;
  if (strlen(word) + 6 < room) sprintf(list->text + used, "%s%s", used ? " " : "", word);
  else if (used && strcmp(list->text + used - 3, "…")) strcat(list->text, "…");
}

bool own_mounts(void) {
  return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

bool exists(const char *path) { return access(path, F_OK) == 0; }

bool opens_for_writing(const char *path) {
  int file = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return false;
  close(file);
  return true;
}

void read_text(const char *path, char *text, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, text, size - 1);
  if (file >= 0) close(file);
  text[length > 0 ? length : 0] = 0;
}

bool accepts_its_own_value(const char *path) {
  char value[4096];
  read_text(path, value, sizeof value);
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  if (!*value) strcpy(value, "\n");
  bool accepted = write(file, value, strlen(value)) > 0;
  int error = errno;
  close(file);
  errno = error;
  return accepted;
}

bool any_mount(bool (*each)(const struct mount_line *mount)) {
  FILE *lines = fopen("/proc/self/mountinfo", "re");
  char line[4096];
  bool found = false;
  while (lines && !found && fgets(line, sizeof line, lines)) {
    struct mount_line mount = {0};
    const char *rest = strstr(line, " - ");
    if (!rest || sscanf(line, "%*s %*s %*s %511s %511s %255s", mount.root, mount.point, mount.options) != 3) continue;
    if (sscanf(rest, " - %63s", mount.type) == 1) found = each(&mount);
  }
  if (lines) fclose(lines);
  return found;
}

bool in_initial_user_namespace(void) {
  /* The initial namespaces' numbers are part of the kernel's interface: PROC_USER_INIT_INO. */
  struct stat namespace;
  return stat("/proc/self/ns/user", &namespace) == 0 && namespace.st_ino == 0xEFFFFFFDU;
}

bool sees_lab_processes(void) {
  char command[256] = {0};
  read_text("/proc/1/cmdline", command, sizeof command);
  return memmem(command, sizeof command, "lab-init", 8) != NULL;
}
