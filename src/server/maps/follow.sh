# Prints a line whenever something happens to a Docker daemon somewhere inside L1's own: its events as they come
# (JSON), and `daemons …` when one came or went. Daemons are found as look.sh finds them; nobody tells of a new one, so
# the process table is looked at once a second if there was a new process since: an idle lab costs nothing at all.
#
# Comes after sockets.sh. Events of exec are left out: our own checks are execs.
filters='{"event":["commit","connect","create","delete","destroy","detach","die","disable","disconnect","enable","health_status","import","kill","load","mount","oom","pause","prune","pull","reload","remove","rename","restart","start","stop","tag","unpause","untag","update"]}'
followed=' ' # dockerd:curl
known=
mkfifo "/run/lab/follow.$$"
exec 9<>"/run/lab/follow.$$"
rm "/run/lab/follow.$$"

# One that has ended is a zombie until the shell begins something else, and has no program any more.
runs() { [ -e "/proc/$1/exe" ]; }
all_followed() {
  for each in $followed; do
    runs "${each#*:}" || return
  done
}

while :; do
  before=$followed
  followed=' ' deaf=
  # All of this is the shell's own, so that looking begins no process, upon which it would look again.
  for comm in /proc/[0-9]*/comm; do
    read -r name 2>/dev/null <"$comm" && [ "$name" = dockerd ] || continue
    pid=${comm#/proc/} pid=${pid%/comm}
    rest=${before#* "$pid":}
    if [ "$rest" != "$before" ] && runs "${rest%% *}"; then
      followed="$followed$pid:${rest%% *} "
      continue
    fi
    socket=$(socket_of "$pid")
    # It has just begun, and no new process tells when it listens.
    [ -n "$socket" ] || { deaf=1; continue; }
    # L1's own events are on the server already.
    if [ "/proc/$pid/root$socket" -ef /run/docker.sock ]; then
      followed="$followed$pid:$$ "
      continue
    fi
    # A daemon may be anything that calls itself so, and say as much as it likes. What it did before it was listened to
    # is looked at after the head of its answer, which comes when it is.
    curl -si --no-buffer --max-time 86400 --limit-rate 100k --unix-socket "/proc/$pid/root$socket" --get http://docker/events \
      --data-urlencode "filters=$filters" &
    followed="$followed$pid:$! "
  done
  [ "$followed" = "$before" ] || echo "daemons$followed"
  # These, too, are the shell's own: waiting for what never comes, and the number of the newest process.
  while read -r -t 1 _ <&9 || read -r _ _ _ _ newest </proc/loadavg; do
    [ "$newest$deaf" = "$known" ] && all_followed || break
  done
  known=$newest
done
