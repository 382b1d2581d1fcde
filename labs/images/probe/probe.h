/* What every attempt of the escape probe has at hand. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * OPEN is said of a real way to the host, to a neighbour or out of the sandbox's limits, never of what a user namespace
 * lets its root do to itself. UNSUPPORTED: this kernel or processor has no such thing.
 */
enum verdict { BLOCKED, OPEN, UNSUPPORTED };

/* In L1; in an inner --privileged container; in an inner one that has L1's file system under /host. */
enum place { L1, PRIVILEGED, HOST_MOUNT };

struct attempt {
  const char *id;
  const char *tries;
  enum verdict (*run)(void);
};

extern const struct attempt device_attempts[], mount_attempts[], kernel_attempts[], setting_attempts[],
    cgroup_attempts[], process_attempts[], network_attempts[];

extern enum place place;
/* Addresses of the host, from the command line. */
extern const char *host_addresses[];
extern int host_address_count;
/* Bytes that the lab may write, from the command line. */
extern unsigned long long lab_disk;
/* An empty folder that is removed at the end. */
extern char scratch[];

/* Sets the one-line detail and hands the verdict through. */
enum verdict say(enum verdict verdict, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Blocked, with errno's name. ENOSYS: unsupported, unless `witness`, a file, shows that the kernel has the feature. */
enum verdict refused(const char *what, const char *witness);
/* For a call whose arguments are wrong: any error that comes after the permission check says that the door is open. */
enum verdict past_permission(const char *what, long result, const char *witness);

/* A list of words for a detail, cut off with "…" when there is no room. */
struct list {
  char text[160];
  int count;
};
void add(struct list *list, const char *word);

/* A mount namespace of this attempt's own, from which nothing spreads. */
bool own_mounts(void);
bool exists(const char *path);
/* Opens for writing without changing anything. */
bool opens_for_writing(const char *path);
/* The first `size - 1` bytes of a file, as a string; empty when it cannot be read. */
void read_text(const char *path, char *text, size_t size);
/* Writes back what stands in a file; the door is open when that is accepted. */
bool accepts_its_own_value(const char *path);

struct mount_line {
  char root[512], point[512], options[256], type[64];
};
/* Calls `each` for every line of mountinfo until it answers true. */
bool any_mount(bool (*each)(const struct mount_line *mount));

/* Whether this is the user namespace in which the machine was started. */
bool in_initial_user_namespace(void);
/* Whether L1's own init is process 1 here: L1 itself, or an inner container with --pid host. */
bool sees_lab_processes(void);
