# The process $1 and everything below it, as L1 sees them, one a line: uid, its PIDs from L1 inwards with commas, and
# its command line. Of more than $2 the rest is left out.
wanted=" $1 "
left=$2
grep -sE '^(PPid|Uid|NSpid):' /proc/[0-9]*/status | awk -F '[/:]' '
  { value = $0; sub(/^[^:]*:[^:]*:[ \t]*/, "", value); of[$3, $5] = value; pids[$3] = 1 }
  END { for (pid in pids) { split(of[pid, "Uid"], uid, /[ \t]+/); gsub(/[ \t]+/, ",", of[pid, "NSpid"]); print pid, of[pid, "PPid"], uid[1], of[pid, "NSpid"] } }
' | sort -n | while read -r pid parent uid numbers; do
  case $wanted in
    *" $pid "* | *" $parent "*) wanted="$wanted$pid " ;;
    *) continue ;;
  esac
  command=$(tr '\0\n\r' '   ' <"/proc/$pid/cmdline" 2>/dev/null | head -c 300)
  [ -n "$command" ] || read -r command <"/proc/$pid/comm" 2>/dev/null
  echo "$uid $numbers $command"
  left=$((left - 1))
  [ $left -gt 0 ] || break
done
exit 0
