# Turns a container's config.json into a sandbox's. Output: the new config in one line, then what is to be done before
# runc starts, a step a line, fields parted by tabs; or, with exit code 1, a sentence that tells why it cannot be one.
#   size size=BYTES                of all that it writes into its root file system
#   bind ro|rw SHIFT SOURCE NAME   SOURCE under NAME, with its ids 0… shown as the range's SHIFT…
#   overlay LOWER                  the root file system over the layers LOWER
#   copy SOURCE PATH               a file into the root file system
# Given: $id of the container, $base, the first id of its range, $own, the directory where NAME is made, $user, the path of
# its user namespace, $mountinfo of the engine's mount namespace, and $seccomp, [the system calls to deny].

# The size of a range; the front knows it, too.
def range_size: 262144;
# Ids from here on are for user namespaces inside the sandbox: "dockremap:165536:65536".
def inner_first: 165536;

def rule_for_all: .allow and (.type // "a") == "a";
# What every container may use (null, full, zero, random, urandom, tty, console, ptmx, pts), tun and fuse.
def usual_rule:
  .type == "c" and (.major == 136 or ("\(.major):\(.minor)"
    | IN("1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:1", "5:2", "10:200", "10:229")));

# Where the engine keeps its data, from the place where it has mounted the container's files.
def data_root: .root.path | capture("^(?<data>.+)/(overlay2/[^/]+/merged|rootfs/overlayfs/[^/]+)$").data;
# The layers of that overlay, the container's own first.
def layers:
  .root.path as $root
  | [$mountinfo | split("\n")[] | split(" ") | select(.[4] == $root and .[-3] == "overlay")] | last // empty
  | [.[-1] | split(",")[] | capture("^(?<key>[^=]+)=(?<value>.*)$")]
  | [(.[] | select(.key == "upperdir").value), (.[] | select(.key | startswith("lowerdir")).value | split(":")[] | select(. != ""))];

def under($folders): . as $path | any($folders[]; . as $folder | $path | startswith("\($folder)/")) and (contains("/../") | not);
# Files that the engine writes for every container.
def engine_file: .type == "bind" and (.destination | IN("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"));

def refusals:
  . as $config
  | (select(any(.linux.resources.devices[]?; rule_for_all))
      | "a sandbox is never privileged: Privileged and rules for all devices are refused."),
    (.linux.devices[]?.path | select(IN("/dev/net/tun", "/dev/fuse") | not)
      | "a sandbox has the devices /dev/net/tun and /dev/fuse: \(.) is refused."),
    (.linux.resources.devices[]? | select(.allow and (usual_rule | not))
      | "a sandbox has the devices /dev/net/tun and /dev/fuse: \(.type) \(.major):\(.minor) is refused."),
    ({pid: "PID", ipc: "IPC", uts: "UTS", network: "network", mount: "mount"} | to_entries[] | . as $kind
      | select([$config.linux.namespaces[] | select(.type == $kind.key)] | length != 1 or .[0].path)
      | "a sandbox has a \(.value) namespace of its own: the host's or another container's is refused."),
    (select((.linux.uidMappings // []) != [] or any(.linux.namespaces[]; .type == "user"))
      | "a sandbox has a range of ids of its own: an engine that maps users (userns-remap) is refused."),
    if [data_root, layers] | length != 2 then "a sandbox's files lie on overlay: other storage drivers are refused."
    else
      data_root as $data
      | (.mounts[] | select(.type == "bind").source
          | select(under(["\($data)/volumes", "\($data)/containers/\($id)"]) | not)
          | "a sandbox has volumes and nothing else of its engine: the bind of \(.) is refused.")
    end,
    (.mounts[].type | select(IN("bind", "cgroup", "devpts", "mqueue", "proc", "sysfs", "tmpfs") | not)
      | "a sandbox gets no mount of the type \(.).");

def read_only: .options | any(IN("ro", "rro"));
def numbered_binds: .mounts |= (to_entries | map(.key as $number | .value
  | if .type == "bind" and (engine_file | not) then .name = "bind-\($number)" else . end));
# The same store for user namespaces inside: they may not map it themselves.
def second_golden: select(.destination == "/golden" and read_only and .name) | .destination = "/golden.sb" | .name = "golden.sb";

def steps:
  data_root as $data
  # As much as its data root may take.
  | (.mounts[] | select(.destination == "/var/lib/docker" and .type == "tmpfs").options[] | select(startswith("size=")) | ["size", .]),
    ["bind", "ro", 0, $data, "layers"],
    (.mounts[] | select(.name) | (if read_only then "ro" else "rw" end) as $mode
      | ["bind", $mode, 0, .source, .name], (second_golden | ["bind", $mode, inner_first, .source, .name])),
    ["overlay", (layers | map(ltrimstr("\($data)/") | if startswith("l/") then "overlay2/\(.)" else . end | "layers/\(.)") | join(":"))],
    (.mounts[] | select(engine_file) | ["copy", .source, .destination]);

def device($minor): {allow: true, type: "c", major: 10, minor: $minor, access: "rwm"};
def device_bind: {destination: ., type: "bind", source: ., options: ["bind", "rw", "nosuid", "noexec"]};

def as_sandbox:
  .root.path = "\($own)/root"
  | [{containerID: 0, hostID: $base, size: range_size}] as $map
  | .linux.uidMappings = $map | .linux.gidMappings = $map
  | .linux.namespaces |= map(select(.type != "cgroup")) + [{type: "user", path: $user}, {type: "cgroup"}]
  | .linux.seccomp = $seccomp[0]
  # runc adds the usual devices; nodes cannot be made in a user namespace, so two come from the engine's own /dev.
  | .linux.devices = []
  | .linux.resources.devices = [{allow: false, access: "rwm"}, device(200), device(229)]
  | if .linux.sysctl["net.ipv4.ping_group_range"]? then
      .linux.sysctl["net.ipv4.ping_group_range"] = "0 \(range_size - 1)"
    else . end
  | .mounts |= (map(select(engine_file | not) | ., second_golden
      | if .name then .source = "\($own)/\(.name)" | del(.name) else . end
      | if .type | IN("cgroup", "sysfs") then .options |= . - ["ro"] + ["rw"] else . end)
      + ["/dev/net/tun", "/dev/fuse" | device_bind]);

([limit(1; refusals)][0] | values | halt_error(1)),
(numbered_binds | (as_sandbox | tojson), (steps | map(tostring) | join("\t")))
