#define _GNU_SOURCE
/* Runs every attempt in a process of its own, with a time limit, and prints what came of it as JSON. */
#include "probe.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct attempt *const groups[] = {device_attempts,  mount_attempts,   kernel_attempts, setting_attempts,
                                               cgroup_attempts, process_attempts, network_attempts};
static const char *const places[] = {"l1", "privileged", "host-mount"};
static const char *const verdicts[] = {"blocked", "open", "unsupported"};

/* The slowest attempt waits 2 s for answers from the network. */
enum { deadline_ms = 8000, pause_us = 2000, most_addresses = 16 };

enum place place;
const char *host_addresses[most_addresses];
int host_address_count;
unsigned long long lab_disk;
char scratch[] = "/tmp/lab-probe.XXXXXX";

static enum verdict run(const struct attempt *attempt) {
  say(BLOCKED, "no detail");
  pid_t child = fork();
  if (child < 0) return say(BLOCKED, "could not be tried: fork: %s", strerror(errno));
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(attempt->run());
  }
  int status;
  for (int waited = 0; waitpid(child, &status, WNOHANG) == 0; waited += pause_us) {
    usleep(pause_us);
    if (waited < deadline_ms * 1000) continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return say(BLOCKED, "no answer in %d s", deadline_ms / 1000);
  }
  if (WIFSIGNALED(status)) return say(BLOCKED, "ended by %s", strsignal(WTERMSIG(status)));
  return WEXITSTATUS(status);
}

static void print_string(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar((unsigned char)*text < ' ' ? ' ' : *text);
  }
  putchar('"');
}

extern char *detail;

static void probe(void) {
  const char *separator = "";
  printf("{\"schema\":1,\"place\":\"%s\",\"results\":[", places[place]);
  for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
    for (const struct attempt *attempt = groups[group]; attempt->id; attempt++) {
      fflush(stdout);
      enum verdict verdict = run(attempt);
      printf("%s\n{\"id\":\"%s\",\"result\":\"%s\",\"detail\":", separator, attempt->id, verdicts[verdict]);
      print_string(detail);
      putchar('}');
      separator = ",";
    }
  }
  printf("\n]}\n");
}

static void list_attempts(void) {
  for (size_t group = 0; group < sizeof groups / sizeof *groups; group++) {
    for (const struct attempt *attempt = groups[group]; attempt->id; attempt++) {
      printf("%s\t%s\n", attempt->id, attempt->tries);
    }
  }
}

static int usage(void) {
  fprintf(stderr, "Usage: lab-probe --place l1|privileged|host-mount --disk BYTES [--address A.B.C.D]... | --list\n");
  return 2;
}

int main(int count, char **words) {
  bool placed = false;
  for (int i = 1; i < count; i++) {
    const char *value = i + 1 < count ? words[i + 1] : "";
    if (!strcmp(words[i], "--list")) {
      list_attempts();
      return 0;
    }
    if (!strcmp(words[i], "--place")) {
      for (place = L1; place <= HOST_MOUNT && strcmp(value, places[place]); place++) {
      }
      placed = place <= HOST_MOUNT;
    } else if (!strcmp(words[i], "--disk")) {
      lab_disk = strtoull(value, NULL, 10);
    } else if (!strcmp(words[i], "--address") && host_address_count < most_addresses) {
      host_addresses[host_address_count++] = value;
    } else {
      return usage();
    }
    i++;
  }
  if (!placed || !lab_disk) return usage();
  /* Shared with the attempts, which are processes of their own. */
  detail = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (detail == MAP_FAILED || (!mkdtemp(scratch) && (mkdir("/tmp", 01777), !mkdtemp(scratch)))) {
    perror("lab-probe");
    return 1;
  }
  probe();
  rmdir(scratch);
  return 0;
}
