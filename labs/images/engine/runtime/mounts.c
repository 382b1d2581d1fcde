// mounts BASE DIRECTORY: makes the mounts that standard input lists in DIRECTORY, one a line, fields parted by tabs:
//   bind ro|rw SHIFT SOURCE TARGET   SOURCE with its ids 0… shown as BASE+SHIFT…
//   overlay LOWER UPPER WORK TARGET  an overlay over such binds, made as the user BASE
// mount(8) can do the first since util-linux 2.39, with a process and a user namespace for each mount; the second not.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A sandbox's range; the runtime's front knows it, too.
#define RANGE (1u << 18)

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void write_map(pid_t pid, const char *name, unsigned first, unsigned count) {
    char path[64], map[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int length = snprintf(map, sizeof map, "0 %u %u\n", first, count);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, map, length) != length) fail(path);
    close(fd);
}

// An id map is handed to the kernel as a user namespace that has it. A child that only waits holds it until it is open.
static int user_namespace(unsigned first, unsigned count) {
    int ready[2];
    char path[64], byte;
    if (pipe2(ready, O_CLOEXEC)) fail("pipe");
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (unshare(CLONE_NEWUSER) || write(ready[1], "", 1) != 1) _exit(1);
        for (;;) pause();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 1) fail("unshare");
    close(ready[0]);
    write_map(child, "uid_map", first, count);
    write_map(child, "gid_map", first, count);
    snprintf(path, sizeof path, "/proc/%d/ns/user", child);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(path);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return fd;
}

static void make_target(const char *target, int is_directory) {
    int failed = is_directory ? mkdir(target, 0711) : mknod(target, S_IFREG | 0600, 0);
    if (failed && errno != EEXIST) fail(target);
}

// Read-only is set here, in the engine's namespace: what a sandbox gets read-only from outside, its root cannot undo.
static void bind_mapped(int map, int read_only, const char *source, const char *target) {
    struct stat status;
    struct mount_attr attributes = {
        .attr_set = MOUNT_ATTR_IDMAP | (read_only ? MOUNT_ATTR_RDONLY : 0),
        .propagation = MS_PRIVATE,
        .userns_fd = map,
    };
    int tree = syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0 || fstat(tree, &status)) fail(source);
    if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes)) fail(source);
    make_target(target, S_ISDIR(status.st_mode));
    if (syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH)) fail(target);
    close(tree);
}

// An overlay makes its work directories as the user who mounts it, and the id-mapped upper layer knows only users of
// the range: with root it would silently become read-only. The secure bit keeps root's capabilities meanwhile.
static void mount_overlay(unsigned base, const char *lower, const char *upper, const char *work, const char *target) {
    char options[4096]; // the kernel takes no more
    int length = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);
    if (length >= (int)sizeof options) errno = E2BIG, fail("lowerdir");
    make_target(target, 1);
    if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)) fail("securebits");
    setfsgid(base);
    setfsuid(base);
    make_target(work, 1);
    if (mount("overlay", target, "overlay", 0, options)) fail(options);
    setfsuid(0);
    setfsgid(0);
}

int main(int count, char **arguments) {
    char line[16384];
    int map = -1;
    unsigned mapped_shift = 0;
    if (count != 3) return 2;
    unsigned base = strtoul(arguments[1], NULL, 10);
    if (chdir(arguments[2])) fail(arguments[2]);
    umask(0);
    while (fgets(line, sizeof line, stdin)) {
        char *field[5] = {0}, *rest = line;
        line[strcspn(line, "\n")] = 0;
        for (int i = 0; i < 5 && rest; i++) field[i] = strsep(&rest, "\t");
        if (!strcmp(field[0], "bind") && field[4]) {
            unsigned shift = strtoul(field[2], NULL, 10);
            if (map < 0 || shift != mapped_shift) map = user_namespace(base + shift, RANGE - shift);
            mapped_shift = shift;
            bind_mapped(map, !strcmp(field[1], "ro"), field[3], field[4]);
        } else if (!strcmp(field[0], "overlay") && field[4]) {
            mount_overlay(base, field[1], field[2], field[3], field[4]);
        } else {
            errno = EINVAL;
            fail(line);
        }
    }
    return 0;
}
