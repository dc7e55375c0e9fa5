#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR
# The distributed shop on this machine, without Docker: RabbitMQ, PostgreSQL, the payment sandbox, the services and the gateway,
# each a process of its own, on loopback only, with everything they keep in one folder.
set -euo pipefail
usage="Usage: deploy/local.sh COMMAND [OPTIONS]

  up         start what does not run yet, and wait until everything is ready
    --replicas N   processes of each service (1)
    --port P       where the gateway listens (8080, or a free one)
    --no-seed      leave an empty catalogue empty
  down       stop everything that was started; the data stays
    --purge        and delete the data folder
  status     what runs, where, and whether it is ready
  logs       the end of the logs; name a service, such as order or order-2, to see only that one
    --follow       and go on
  restart    build, then replace the replicas one after the other; name a service to replace only that one
  audit      check the four promises over all stores and the provider's ledger; nothing may be under way

  --data DIR       the data folder, for every command (data/local)"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
command=${1:-} replicas='' gateway_port='' data=$root/data/local data_hint='' purge=0 follow=0 seed=1 service=''
[ $# = 0 ] || shift
# shellcheck source=lib/common.sh
. "$root/deploy/lib/common.sh"
# shellcheck source=lib/process.sh
. "$root/deploy/lib/process.sh"
# shellcheck source=lib/postgres.sh
. "$root/deploy/lib/postgres.sh"
# shellcheck source=lib/rabbitmq.sh
. "$root/deploy/lib/rabbitmq.sh"
# shellcheck source=lib/services.sh
. "$root/deploy/lib/services.sh"
# shellcheck source=lib/gateway.sh
. "$root/deploy/lib/gateway.sh"
# shellcheck source=lib/report.sh
. "$root/deploy/lib/report.sh"

parse_options() {
  while [ $# -gt 0 ]; do
    case $1 in
    --replicas | --port | --data) [ $# -gt 1 ] || fail "$1 needs a value. Try --help." ;;&
    --replicas) replicas=$2 && shift ;;
    --port) gateway_port=$2 && shift ;;
    --data) data=$2 data_hint=" --data $2" && shift ;;
    --no-seed) seed=0 ;;
    --purge) purge=1 ;;
    --follow | -f) follow=1 ;;
    --help | -h) say "$usage" && exit ;;
    -*) fail "There is no option $1. Try --help." ;;
    *) service=$1 ;;
    esac
    shift
  done
  [[ $replicas =~ ^([1-9]|[1-9][0-9])?$ ]] || fail "--replicas must be a number from 1 to 99, not '$replicas'."
  [[ -z $gateway_port || ($gateway_port =~ ^[1-9][0-9]{0,4}$ && $gateway_port -le 65535) ]] || fail "--port must be a number from 1 to 65535, not '$gateway_port'."
}

# One command at a time may change what runs. The lock is let go when this script ends, however it ends.
lock() {
  exec 9>"$data/lock"
  flock --nonblock 9 || fail "Another deploy/local.sh, or the build of one that was killed, is at work on $data. Try again in a moment."
}

open_data() {
  mkdir -p "$data"
  data=$(cd "$data" && pwd -P)
  mkdir -p "$data/run" "$data/logs" "$data/sandbox" "$data/releases" "$data/keys"
  chmod 711 "$data"
  chmod 700 "$data/run" "$data/logs" "$data/sandbox" "$data/keys"
}

# Everything that is remembered from the last `up`.
read_state() {
  [ -f "$data/ports" ] || fail "It has never been up: there is no $data/ports."
  read_ports
  replicas=$(<"$data/replicas")
  load_secrets
}

# How many replicas: as asked for, else as the last time.
choose_replicas() {
  local kept=''
  if [ -f "$data/replicas" ]; then kept=$(<"$data/replicas"); fi
  if [ -n "$(recorded)" ] && [ -n "$kept" ] && [ "${replicas:-$kept}" != "$kept" ]; then
    fail "It runs with $kept replicas of each service. Change that with: deploy/local.sh down$data_hint, then up --replicas $replicas"
  fi
  replicas=${replicas:-${kept:-1}}
  echo "$replicas" >"$data/replicas"
}

choose_gateway_port() {
  if [ -n "$gateway_port" ] && [ "$gateway_port" != "${ports[gateway]:-}" ]; then
    if is_alive gateway; then fail "The gateway listens on port ${ports[gateway]}. Change that with: deploy/local.sh down$data_hint, then up --port $gateway_port"; fi
    if is_listening "$gateway_port"; then fail "Port $gateway_port is taken. Choose another one with --port."; fi
    ports[gateway]=$gateway_port
  elif [ -z "${ports[gateway]:-}" ] && ! is_listening 8080; then
    ports[gateway]=8080
  fi
}

# The parts in the order in which they are started and shown.
all_parts() { printf '%s\n' epmd rabbitmq postgres sandbox && replica_names && echo gateway; }

is_ready() {
  case $1 in
  epmd | rabbitmq | postgres | sandbox | gateway) "$1_is_ready" ;;
  *) service_is_ready "$1" ;;
  esac
}

# Starts these parts unless they run: ensure <start> <name...>
ensure() {
  local start=$1 name
  shift
  for name in "$@"; do is_alive "$name" || "$start" "$name"; done
}

up() {
  local part dead=() started=$SECONDS replica_list
  open_data
  lock
  require_programs
  choose_replicas
  read_ports
  load_secrets
  mapfile -t replica_list < <(replica_names)
  for part in $(all_parts); do is_alive "$part" || dead+=("$part"); done
  if [ ${#dead[@]} = 0 ]; then
    say "It is already up."
    await_all 30
    print_urls
    return
  fi

  choose_gateway_port
  assign_ports epmd rabbitmq rabbitmq:console rabbitmq:metrics rabbitmq:nodes postgres sandbox "${replica_list[@]}" gateway
  save_ports
  ensure start_epmd epmd
  await_ready epmd 10 epmd_is_ready
  ensure start_rabbitmq rabbitmq
  ensure start_postgres postgres
  if [ ! -e "$data/current" ] || ! any_alive sandbox "${replica_list[@]}"; then
    say "building the services"
    publish
    remove_old_releases
  fi
  await_ready postgres 60 postgres_is_ready
  create_databases
  await_ready rabbitmq 60 rabbitmq_is_ready
  ensure start_sandbox sandbox
  ensure start_service "${replica_list[@]}"
  ensure start_gateway gateway
  await_all 80
  if [ $seed = 1 ]; then SHOP_OPERATOR_EMAIL=$SHOP_OPERATOR_EMAIL SHOP_OPERATOR_PASSWORD=$SHOP_OPERATOR_PASSWORD "$root/deploy/seed.sh" "http://127.0.0.1:${ports[gateway]}"; fi
  say "Up after $((SECONDS - started)) s."
  print_urls
}

any_alive() {
  local name
  for name in "$@"; do if is_alive "$name"; then return 0; fi; done
  return 1
}

await_all() {
  local part
  for part in $(all_parts); do await_ready "$part" "$1" is_ready "$part"; done
}

down() {
  local name names
  [ -d "$data" ] || fail "Nothing runs: there is no $data."
  open_data
  lock
  mapfile -t names < <(recorded | grep -vxE 'epmd|rabbitmq|postgres|sandbox|gateway' || true)
  stop gateway USR1 10
  for name in "${names[@]}"; do signal "$name" TERM; done
  for name in "${names[@]}"; do await_end "$name" 30; done
  stop sandbox TERM 10
  stop rabbitmq TERM 60
  stop epmd TERM 5
  stop postgres INT 60
  report_ports
  if [ $purge = 1 ]; then
    rm -rf "$(postgres_home)"
    rmdir --ignore-fail-on-non-empty /var/lib/shop-local 2>/dev/null || true
    rm -rf "$data"
    say "$data deleted"
  fi
}

restart() {
  local name names
  open_data
  lock
  require_programs
  read_state
  mapfile -t names < <(replica_names | grep -E "^${service:-.*}(-|$)" || true)
  [ ${#names[@]} -gt 0 ] || fail "There is no service '$service'. There are: ${services[*]}."
  publish
  for name in "${names[@]}"; do
    stop "$name" TERM 30
    start_service "$name"
    await_ready "$name" 60 is_ready "$name"
    # So that the gateway, which asks every second, sends requests there before the next one goes.
    sleep 1
  done
  remove_old_releases
}

audit() {
  local service without_provider=()
  open_data
  read_state
  is_alive postgres || fail "The database server does not run. Start it with: deploy/local.sh up$data_hint"
  for service in order inventory payment saga; do export ConnectionStrings__"$service"="$(database "$service")"; done
  # Under the name that Shop.Host has for it. A real provider's books are not to be had.
  ln -sfn ledger.db "$data/sandbox/payment-sandbox.db"
  [ -z "${Payments__Gateway__BaseUrl:-}" ] || without_provider=(--without-provider)
  MSBUILDDISABLENODEREUSE=1 dotnet run --project "$root/Shop.Host" --configuration Release --no-launch-profile \
    -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false \
    -- audit --store postgres --data "$data/sandbox" "${without_provider[@]}"
}

parse_options "$@"
case $command in
up | down | status | logs | restart | audit) "$command" ;;
--help | -h | help) say "$usage" ;;
*) fail "$usage" ;;
esac
