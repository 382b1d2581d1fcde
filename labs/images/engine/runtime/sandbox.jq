# Turns a container's config.json into a sandbox's. Output: the new config in one line, then what `mounts` has to mount
# before runc starts; or, with exit code 1, a sentence that tells why it cannot be one.
#   $id, $base     the container, and the first id of its range
#   $made          the directory in which the mounts are made
#   $mountinfo     of the engine's mount namespace
#   $seccomp       [the system calls to deny]

# The size of a range; `mounts` and the front know it, too.
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
# The options of that overlay: {lowerdir, upperdir, workdir}.
def overlay:
  .root.path as $root
  | [$mountinfo | split("\n")[] | split(" ") | select(.[4] == $root and .[-3] == "overlay")] | last
  | if . then .[-1] | [split(",")[] | capture("^(?<key>[^=]+)=(?<value>.*)$")] else null end;

def refusals:
  . as $config
  | if any(.linux.resources.devices[]?; rule_for_all) then
      "a sandbox is never privileged: Privileged and rules for all devices are refused."
    else empty end,
    (.linux.devices[]?.path | select(IN("/dev/net/tun", "/dev/fuse") | not)
      | "a sandbox gets no device such as \(.): it has /dev/net/tun and /dev/fuse, no other."),
    (.linux.resources.devices[]? | select(.allow and (usual_rule | not))
      | "a sandbox gets no device such as \(.type) \(.major):\(.minor): it has /dev/net/tun and /dev/fuse, no other."),
    ({pid: "process", ipc: "IPC", uts: "UTS", network: "network", mount: "mount"} | to_entries[] | . as $kind
      | select([$config.linux.namespaces[] | select(.type == $kind.key)] | length != 1 or .[0].path)
      | "a sandbox has a \(.value) namespace of its own: the host's or another container's is refused."),
    if (.linux.uidMappings // []) != [] or any(.linux.namespaces[]; .type == "user") then
      "this engine maps users already (userns-remap): use the runtime with an engine that does not."
    else empty end,
    if overlay == null or ([data_root] == []) then
      "the container's files are not on overlay: the engine needs the storage driver overlay2."
    else
      data_root as $data | .mounts[] | select(.type == "bind")
      | .source | select((any(startswith("\($data)/volumes/", "\($data)/containers/\($id)/"); .) | not) or contains("/../"))
      | "a sandbox gets volumes, nothing else from its engine: the bind of \(.) is refused."
    end,
    (.mounts[] | .type | select(IN("bind", "proc", "sysfs", "cgroup", "tmpfs", "devpts", "mqueue") | not)
      | "a sandbox gets no mount of the type \(.).");

# A line for each layer, and the overlay over them; lower layers are named 0, 1, …
def layer_mounts:
  overlay as $options | data_root as $data
  | ([$options[] | select(.key | startswith("lowerdir")) | .value | split(":")[]
      | select(. != "") | if startswith("/") then . else "\($data)/overlay2/\(.)" end]) as $lower
  | ($options[] | select(.key == "upperdir").value | capture("^(?<parent>.*)/(?<name>[^/]+)$")) as $upper
  | ($lower | to_entries[] | ["bind", "ro", 0, .value, .key]),
    ["bind", "rw", 0, $upper.parent, "upper"],
    # The engine's own overlay works in "work"; two must not share one.
    ["overlay", ($lower | keys | join(":")), "upper/\($upper.name)", "upper/sandbox-work", "root"];

# Adds to each bind the file or directory under which it is made.
def numbered_binds: .mounts |= (to_entries | map(.value + if .value.type == "bind" then {made: "bind-\(.key)"} else {} end));
def read_only: .options | any(IN("ro", "rro"));
def bind_mounts:
  .mounts[] | select(.made) | (if read_only then "ro" else "rw" end) as $mode
  | ["bind", $mode, 0, .source, .made],
    # The same store for user namespaces inside: they cannot map it themselves.
    if .destination == "/golden" and read_only then ["bind", "ro", inner_first, .source, "golden.sb"] else empty end;

def device($minor): {allow: true, type: "c", major: 10, minor: $minor, access: "rwm"};
def device_bind: {destination: ., type: "bind", source: ., options: ["bind", "rw", "nosuid", "noexec"]};

def as_sandbox:
  .root.path = "\($made)/root"
  | [{containerID: 0, hostID: $base, size: range_size}] as $map
  | .linux.uidMappings = $map | .linux.gidMappings = $map
  | .linux.namespaces |= map(select(.type != "cgroup")) + [{type: "user"}, {type: "cgroup"}]
  | .linux.seccomp = $seccomp[0]
  # runc adds the usual devices; nodes cannot be made in a user namespace, so two come from the engine's own /dev.
  | .linux.devices = []
  | .linux.resources.devices = [{allow: false, access: "rwm"}, device(200), device(229)]
  | if .linux.sysctl["net.ipv4.ping_group_range"]? then
      .linux.sysctl["net.ipv4.ping_group_range"] = "0 \(range_size - 1)"
    else . end
  | .mounts |= (
      map(if .destination == "/golden" and read_only then ., (.destination = "/golden.sb" | .made = "golden.sb") else . end
          | if .made then .source = "\($made)/\(.made)" else . end
          | if .type | IN("cgroup", "sysfs") then .options |= . - ["ro"] + ["rw"] else . end
          | del(.made))
      + ["/dev/net/tun", "/dev/fuse" | device_bind]);

([limit(1; refusals)][0] | values | halt_error(1)),
(numbered_binds | (as_sandbox | tojson), ((layer_mounts, bind_mounts) | map(tostring) | join("\t")))
