# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# Processes that outlive this script. Each is known by id, start time and boot, so that no other process is ever taken for it,
# and leads a session of its own.

boot=$(</proc/sys/kernel/random/boot_id)

# The fields of /proc/<pid>/stat after the name: state first, session fourth, start time twentieth.
stat_fields() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  read -r -a fields <<<"${stat##*) }"
}

# Sets pid and started from the record of a part.
read_record() {
  local of_boot
  pid='' started=''
  [ -f "$data/run/$1" ] || return 1
  read -r pid started of_boot <"$data/run/$1" || return 1
  [ "$of_boot" = "$boot" ]
}

is_alive() {
  local pid started fields
  read_record "$1" && stat_fields "$pid" && [ "${fields[0]}" != Z ] && [ "${fields[19]}" = "$started" ]
}

# Starts a part: spawn <name> <command...>. The process writes its record before it becomes the command: whenever this script is
# killed, what runs is recorded. Returns when that is done, as a part without a record counts as one that has ended.
spawn() {
  local name=$1 pid='' started=''
  shift
  local log=$data/logs/$name.log
  if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 50000000 ]; then mv "$log" "$log.1"; fi
  (
    exec </dev/null >>"$log" 2>&1 9>&-
    local fields
    stat_fields "$BASHPID"
    echo "$BASHPID ${fields[19]} $boot" >"$data/run/$name.new"
    mv "$data/run/$name.new" "$data/run/$name"
    exec setsid "$@"
  ) &
  until read_record "$name" && [ "$pid" = $! ]; do
    kill -0 $! 2>/dev/null || return 0
    sleep 0.01
  done
}

# Ids of what is left of a part's session. A process that has got the id of a dead leader has nothing to do with it.
session_of() {
  local pid started fields stat
  read_record "$1" || return 0
  is_alive "$1" || [ ! -e "/proc/$pid" ] || return 0
  for stat in /proc/[0-9]*; do
    if stat_fields "${stat#/proc/}" && [ "${fields[3]}" = "$pid" ] && [ "${fields[0]}" != Z ]; then echo "${stat#/proc/}"; fi
  done
}

# Tells a part to stop: signal <name> <signal>.
signal() {
  local pid started
  if is_alive "$1"; then
    read_record "$1"
    # A stopped process would not hear it.
    kill "-$2" "$pid" 2>/dev/null || true
    kill -CONT "$pid" 2>/dev/null || true
  fi
  return 0
}

# Waits until a part has ended, and ends it by force after so many seconds: await_end <name> <seconds>.
await_end() {
  local name=$1 deadline=$((SECONDS + $2)) rest
  [ -f "$data/run/$name" ] || return 0
  while is_alive "$name" && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
  if is_alive "$name"; then say "$name did not stop within $2 s and is killed."; fi
  while rest=$(session_of "$name") && [ -n "$rest" ]; do
    # shellcheck disable=SC2086  # one word per process
    kill -KILL $rest 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$data/run/$name"
  say "$name stopped"
}

# stop <name> <signal> <seconds>
stop() {
  signal "$1" "$2"
  await_end "$1" "$3"
}

# Names of all parts that have a record.
recorded() {
  find "$data/run" -maxdepth 1 -type f ! -name '*.new' -printf '%f\n' 2>/dev/null | sort -V
}

declare -A announced=()

# Waits for a part to be ready: await_ready <name> <seconds> <check...>. A part that ends meanwhile ends the waiting.
await_ready() {
  local name=$1 seconds=$2 start=$SECONDS
  shift 2
  until "$@"; do
    is_alive "$name" || give_up "$name" "has ended instead of becoming ready"
    [ $((SECONDS - start)) -lt "$seconds" ] || give_up "$name" "is not ready after $seconds s"
    sleep 0.2
  done
  if [ -z "${announced[$name]:-}" ]; then say "$name ready"; fi
  announced[$name]=1
}

give_up() {
  fail "$1 $2. The end of $data/logs/$1.log:
$(tail -n 15 "$data/logs/$1.log" 2>/dev/null)

What was started goes on. \`deploy/local.sh up\` tries again, \`deploy/local.sh down\` stops it all$data_hint."
}
