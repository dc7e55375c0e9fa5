#!/usr/bin/env bash
# Stops the server that start.sh started in FOLDER; its open connections are cut.
#
#   stop.sh FOLDER
set -euo pipefail

[[ $# -eq 1 ]] || { echo "usage: stop.sh FOLDER" >&2; exit 2; }
pid_file=$(realpath -m "$1")/data/postmaster.pid
[[ -f $pid_file ]] || { echo "not running: $1"; exit 0; }

read -r pid <"$pid_file"
# After a crash of the machine the number may be another program's.
if [[ $(readlink "/proc/$pid/cwd") != "$(dirname "$pid_file")" ]]; then
  echo "not running: $1"
  exit 0
fi

stopped() {
  for _ in {1..50}; do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

kill -INT "$pid"
stopped && exit 0
# A T-SQL loop does not notice the polite signal. The next start recovers the data.
kill -QUIT "$pid"
stopped && exit 0
echo "still running: $pid" >&2
exit 1
