# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# Messages, ports and required programs. Sourced by deploy/local.sh, which sets root and data.

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Passwords are generated once and kept with the data. No process gets them all.
load_secrets() {
  "$root/deploy/env.sh" "$data/secrets.env"
  # shellcheck source=/dev/null
  . "$data/secrets.env"
}

with_secrets() {
  (
    set -a
    # shellcheck source=/dev/null
    . "$data/secrets.env"
    "$@"
  )
}

declare -A ports=()

read_ports() {
  local name port
  ports=()
  [ -f "$data/ports" ] || return 0
  while read -r name port; do ports[$name]=$port; done <"$data/ports"
}

save_ports() {
  local name
  for name in "${!ports[@]}"; do echo "$name ${ports[$name]}"; done | sort >"$data/ports.new"
  mv "$data/ports.new" "$data/ports"
}

# Whether something listens on this port, on any address.
is_listening() {
  grep -qsE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$1") [0-9A-F]+:[0-9A-F]+ 0A" /proc/net/tcp /proc/net/tcp6
}

# A free port that no other part of this shop has, below the range that outgoing connections take theirs from.
free_port() {
  local port
  while true; do
    port=$((20000 + RANDOM % 10000))
    if [[ " ${ports[*]} " != *" $port "* ]] && ! is_listening "$port"; then
      echo "$port"
      return
    fi
  done
}

# Gives each of these names a port: the one that it had, unless somebody else has taken that.
assign_ports() {
  local name part
  for name in "$@"; do
    part=${name%%:*}
    if [ -z "${ports[$name]:-}" ] || { is_listening "${ports[$name]}" && ! is_alive "$part"; }; then
      ports[$name]=$(free_port)
    fi
  done
}

find_postgres() {
  command -v initdb >/dev/null && return
  local bin
  bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] && PATH="$bin:$PATH"
}

find_rabbitmq() {
  # Debian's wrapper on the PATH changes to the user rabbitmq and to its folders.
  local folder
  for folder in /usr/lib/rabbitmq/bin "$(dirname "$(command -v rabbitmq-server || echo /none/.)")"; do
    if [ -x "$folder/rabbitmq-server" ]; then
      rabbitmq=$folder
      return
    fi
  done
  return 1
}

find_haproxy() { command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ]; }

require_programs() {
  local missing=()
  PATH=$PATH:/usr/sbin:/sbin
  command -v dotnet >/dev/null || fail "dotnet was not found. Install the .NET 10 SDK: https://dot.net/download"
  command -v curl >/dev/null || missing+=(curl)
  find_postgres || missing+=(postgresql)
  find_rabbitmq || missing+=(rabbitmq-server)
  find_haproxy || missing+=(haproxy)
  [ ${#missing[@]} -gt 0 ] || return 0
  install_packages "${missing[@]}"
  { find_postgres && find_rabbitmq && find_haproxy; } || fail "Installing ${missing[*]} did not bring every program; see above."
}

install_packages() {
  local command="apt-get update && apt-get install --yes $*"
  command -v apt-get >/dev/null || fail "Missing: $*. Install them with this system's package manager and try again."
  [ "$(id -u)" = 0 ] || fail "Missing: $*. Run: sudo sh -c '$command'"
  say "Installing $*."

  # The packages would start servers of their own, on the usual ports. The mark tells our file from the system's, should it be left.
  local policy=/usr/sbin/policy-rc.d mark='# made by deploy/local.sh while it installs packages'
  if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
    chmod +x "$policy"
  else
    policy=
  fi
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq "$@"; } >"$data/logs/apt.log" 2>&1 9>&- ||
    fail "Installing failed; the end of $data/logs/apt.log:"$'\n'"$(tail -n 5 "$data/logs/apt.log")"
  [ -z "$policy" ] || rm -f "$policy"
  trap - EXIT
}
