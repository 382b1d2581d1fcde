# Prints a line whenever something happens to a Docker daemon in L1 or anywhere inside it: its events as they come
# (JSON), and `daemons …` when one came or went. Daemons are found as look.sh finds them; nobody tells of a new one, so
# the process table is looked at once a second, which costs two small processes.
#
# Comes after sockets.sh. Events of exec are left out: our own checks are execs.
filters='{"event":["commit","connect","create","delete","destroy","detach","die","disable","disconnect","enable","health_status","import","kill","load","mount","oom","pause","prune","pull","reload","remove","rename","restart","start","stop","tag","unpause","untag","update"]}'
followed=' ' # dockerd:curl

while :; do
  before=$followed
  followed=' '
  for comm in $(grep -lsx dockerd /proc/[0-9]*/comm); do
    pid=${comm#/proc/} pid=${pid%/comm}
    rest=${before#* "$pid":}
    if [ "$rest" != "$before" ] && kill -0 "${rest%% *}" 2>/dev/null; then
      followed="$followed$pid:${rest%% *} "
      continue
    fi
    socket=$(socket_of "$pid")
    [ -n "$socket" ] || continue
    curl -s --no-buffer --max-time 86400 --unix-socket "/proc/$pid/root$socket" --get http://docker/events \
      --data-urlencode "filters=$filters" &
    followed="$followed$pid:$! "
  done
  [ "$followed" = "$before" ] || echo "daemons$followed"
  sleep 1
done
