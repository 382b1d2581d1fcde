/* The network: the host, its metadata service, neighbours, and sockets of engines that are not the learner's. */
#define _GNU_SOURCE
#include "probe.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <ifaddrs.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { most_calls = 512, wait_ms = 1500 };

static struct pollfd calls[most_calls];
static struct in_addr called[most_calls];
static int call_count;
static struct list answered;

static void note(struct in_addr address) {
  const char *name = inet_ntoa(address);
  if (!strstr(answered.text, name)) add(&answered, name);
}

static bool is_own(struct in_addr address) {
  struct ifaddrs *interfaces = NULL;
  bool own = false;
  getifaddrs(&interfaces);
  for (struct ifaddrs *each = interfaces; each && !own; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
    own = ((struct sockaddr_in *)each->ifa_addr)->sin_addr.s_addr == address.s_addr;
  }
  freeifaddrs(interfaces);
  return own;
}

/* Bound to an interface the kernel takes every address for a neighbour: what a route added by hand would do. */
static void call(struct in_addr address, int port, const char *interface) {
  if (call_count == most_calls) return;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
  int line = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (interface) setsockopt(line, SOL_SOCKET, SO_BINDTODEVICE, interface, strlen(interface) + 1);
  /* A refusal is an answer, too: somebody is there. */
  if (connect(line, (struct sockaddr *)&to, sizeof to) == 0 || errno == ECONNREFUSED) note(address);
  if (errno != EINPROGRESS) {
    close(line);
    return;
  }
  called[call_count] = address;
  calls[call_count++] = (struct pollfd){.fd = line, .events = POLLOUT};
}

static void hear(void) {
  struct timespec begun, now;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  for (int left = wait_ms; call_count > 0 && left > 0 && poll(calls, call_count, left) > 0;) {
    for (int i = 0; i < call_count; i++) {
      if (calls[i].fd < 0 || !calls[i].revents) continue;
      int error = 0;
      getsockopt(calls[i].fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
      if (error == 0 || error == ECONNREFUSED) note(called[i]);
      calls[i].fd = -calls[i].fd;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    left = wait_ms - (now.tv_sec - begun.tv_sec) * 1000 - (now.tv_nsec - begun.tv_nsec) / 1000000;
  }
}

/* docker0 and other bridges are the learner's own; what is no bridge leads out. */
static bool leads_out(const char *interface) {
  char path[128];
  snprintf(path, sizeof path, "/sys/class/net/%s/bridge", interface);
  return strcmp(interface, "lo") && !exists(path);
}

/* An inner container's only neighbour is L1, unless it shares L1's network. */
static bool in_lab_network(void) { return place == L1 || exists("/sys/class/net/docker0/bridge"); }

static void call_over_every_interface(struct in_addr address, int port) {
  struct if_nameindex *interfaces = if_nameindex();
  call(address, port, NULL);
  for (struct if_nameindex *each = interfaces; in_lab_network() && each && each->if_index; each++) {
    if (leads_out(each->if_name)) call(address, port, each->if_name);
  }
  if_freenameindex(interfaces);
}

static enum verdict heard(const char *whom) {
  hear();
  if (answered.count) return say(OPEN, "%s answers", answered.text);
  return say(BLOCKED, "%s: no answer", whom);
}

static enum verdict metadata(void) {
  struct in_addr address;
  inet_aton("169.254.169.254", &address);
  call_over_every_interface(address, 80);
  return heard("169.254.169.254");
}

static enum verdict host(void) {
  static const int ports[] = {22, 80, 443, 2375, 2376, 3000};
  for (int i = 0; i < host_address_count; i++) {
    struct in_addr address;
    /* Docker gives its first bridge the same address on the host and in the lab. */
    if (!inet_aton(host_addresses[i], &address) || is_own(address)) continue;
    for (size_t port = 0; port < sizeof ports / sizeof *ports; port++) call_over_every_interface(address, ports[port]);
  }
  char whom[64];
  snprintf(whom, sizeof whom, "%d addresses of the host", host_address_count);
  return heard(whom);
}

static enum verdict neighbours(void) {
  static const int ports[] = {22, 80, 2375};
  struct ifaddrs *interfaces = NULL;
  int networks = 0;
  if (!in_lab_network()) return say(BLOCKED, "its only neighbour is the lab");
  getifaddrs(&interfaces);
  for (struct ifaddrs *each = interfaces; each; each = each->ifa_next) {
    if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET || !leads_out(each->ifa_name)) continue;
    networks++;
    unsigned own = ntohl(((struct sockaddr_in *)each->ifa_addr)->sin_addr.s_addr);
    unsigned mask = ntohl(((struct sockaddr_in *)each->ifa_netmask)->sin_addr.s_addr);
    for (unsigned i = 1; i <= 30; i++) {
      struct in_addr address = {htonl((own & mask) + i)};
      if ((own & mask) + i == own) continue;
      for (size_t port = 0; port < sizeof ports / sizeof *ports; port++) call(address, ports[port], each->ifa_name);
    }
  }
  freeifaddrs(interfaces);
  char whom[64];
  snprintf(whom, sizeof whom, "gateway and neighbours in %d networks", networks);
  return heard(whom);
}

static enum verdict host_interfaces(void) {
  struct list devices = {0};
  struct if_nameindex *interfaces = if_nameindex();
  for (struct if_nameindex *each = interfaces; each && each->if_index; each++) {
    char path[128];
    snprintf(path, sizeof path, "/sys/class/net/%s/device", each->if_name);
    if (exists(path)) add(&devices, each->if_name);
  }
  if_freenameindex(interfaces);
  if (devices.count) return say(OPEN, "the machine's network card %s", devices.text);
  return say(BLOCKED, "no network card is visible");
}

static enum verdict audit(void) {
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
  } reply, request = {.head = {.nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = AUDIT_GET, .nlmsg_flags = NLM_F_REQUEST}};
  int line = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
  if (line < 0) return errno == EPROTONOSUPPORT ? say(UNSUPPORTED, "no audit") : refused("socket", NULL);
  if (send(line, &request, request.head.nlmsg_len, 0) < 0) return refused("audit", NULL);
  if (recv(line, &reply, sizeof reply, MSG_DONTWAIT) <= 0) return refused("audit", NULL);
  if (reply.head.nlmsg_type != NLMSG_ERROR) return say(OPEN, "read the state of the machine's audit");
  errno = -reply.error.error;
  return refused("audit", NULL);
}

static struct list foreign_sockets;
static int socket_count;

/* The kernel names the process that listens, and has no number for one that we cannot see. */
static void look_at_socket(const struct sockaddr_un *address, socklen_t length, const char *name) {
  struct ucred peer;
  int line = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  socket_count++;
  if (connect(line, (const struct sockaddr *)address, length) == 0 &&
      getsockopt(line, SOL_SOCKET, SO_PEERCRED, &peer, &(socklen_t){sizeof peer}) == 0 && peer.pid == 0) {
    add(&foreign_sockets, name);
  }
  close(line);
}

static int look_at_file(const char *path, const struct stat *status, int type, struct FTW *walk) {
  /* Images hold no sockets, and are by far the most files. */
  static const char *const passed_over[] = {"/proc", "/sys", "/golden", "/golden.sb", "/var/lib/docker/overlay2"};
  const char *inside = strncmp(path, "/host/", 6) ? path : path + 5;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  (void)walk;
  for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++) {
    if (!strcmp(inside, passed_over[i])) return FTW_SKIP_SUBTREE;
  }
  /* Seen from an inner container with pids of its own L1's sockets are nobody's, too; --pid host tells them apart. */
  if (inside != path && !sees_lab_processes()) return FTW_SKIP_SIBLINGS;
  if (type == FTW_F && S_ISSOCK(status->st_mode) && strlen(path) < sizeof address.sun_path) {
    strcpy(address.sun_path, path);
    look_at_socket(&address, sizeof address, path);
  }
  return FTW_CONTINUE;
}

static void look_at_abstract_sockets(void) {
  FILE *lines = fopen("/proc/net/unix", "re");
  char line[512];
  while (lines && fgets(line, sizeof line, lines)) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *name = strchr(line, '@');
    if (!name) continue;
    size_t length = strcspn(name, "\n");
    if (length >= sizeof address.sun_path) continue;
    memcpy(address.sun_path + 1, name + 1, length - 1);
    look_at_socket(&address, offsetof(struct sockaddr_un, sun_path) + length, "an abstract one");
  }
  if (lines) fclose(lines);
}

static enum verdict engine_sockets(void) {
  nftw("/", look_at_file, 64, FTW_PHYS | FTW_ACTIONRETVAL);
  if (place != PRIVILEGED) look_at_abstract_sockets();
  if (foreign_sockets.count) return say(OPEN, "outside listens on %s", foreign_sockets.text);
  return say(BLOCKED, "%d sockets, all of this sandbox", socket_count);
}

const struct attempt network_attempts[] = {
    {"metadata", "reach the cloud's metadata service", metadata},
    {"host-addresses", "reach the host by its addresses", host},
    {"neighbours", "reach the gateway and other labs", neighbours},
    {"host-interfaces", "see the machine's network cards", host_interfaces},
    {"audit", "ask the kernel's audit", audit},
    {"engine-sockets", "find a socket behind which somebody outside listens", engine_sockets},
    {0}};
