#!/usr/bin/env bash
# shellcheck source-path=SCRIPTDIR disable=SC2034,SC2154  # Variables are shared with the parts of deploy/local.sh.
# Measures Shop against the same order flow on MassTransit's own EF Core outbox and saga repository, in one run on this machine:
#   integrations/compare.sh FOLDER [ORDERS]
# FOLDER is the feed that integrations/local-feed.sh has filled, ORDERS how many are measured (500). From the environment: ROUNDS
# of all three in turn (1; the table shows medians), BUYERS at the same time (64), SKUS (1000), WARMUP orders before (1000), SYSTEMS
# of those to measure (shop recommended tuned), TRANSPORT (InMemory; or RabbitMq, which is started then).
# Everything listens on loopback and free ports, keeps its data in a temporary folder, and is stopped at the end.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../deploy/lib/common.sh
. "$root/deploy/lib/common.sh"
# shellcheck source=../deploy/lib/process.sh
. "$root/deploy/lib/process.sh"
# shellcheck source=../deploy/lib/postgres.sh
. "$root/deploy/lib/postgres.sh"
# shellcheck source=../deploy/lib/rabbitmq.sh
. "$root/deploy/lib/rabbitmq.sh"

[ $# -ge 1 ] && [ $# -le 2 ] && [[ ${2:-500} =~ ^[1-9][0-9]*$ ]] || fail "Usage: integrations/compare.sh FOLDER [ORDERS]"
feed=$(cd "$1" 2>/dev/null && pwd) || fail "There is no folder $1. Make it: integrations/local-feed.sh MASSTRANSIT_SOURCES $1"
orders=${2:-500} rounds=${ROUNDS:-1} buyers=${BUYERS:-64} skus=${SKUS:-1000} warmup=${WARMUP:-1000} systems=${SYSTEMS:-shop recommended tuned} transport=${TRANSPORT:-InMemory} replicas=1
for program in dotnet curl jq psql pgrep; do command -v $program >/dev/null || fail "$program was not found."; done
find_postgres || fail "PostgreSQL was not found. Debian: apt-get install postgresql"
case $transport in
InMemory) ;;
RabbitMq) find_rabbitmq || fail "RabbitMQ was not found. Debian: apt-get install rabbitmq-server" ;;
*) fail "TRANSPORT is $transport. Use InMemory or RabbitMq." ;;
esac

data=$(mktemp -d)
kept='' load=''
finish() {
  local part
  [ -z "$load" ] || kill "$load" 2>/dev/null || true
  for part in $(recorded | grep -Ev '^(postgres|rabbitmq|epmd)$'); do stop "$part" INT 20; done >/dev/null
  # In this order, whatever of them runs.
  for part in rabbitmq epmd; do stop "$part" TERM 60; done >/dev/null
  stop postgres INT 20 >/dev/null
  if [ -n "$kept" ]; then say "The logs are kept in $data/logs." >&2; else rm -rf "$data"; fi
}
trap finish EXIT

# What the parts of deploy/local.sh say when one of them fails; nothing goes on here.
give_up() {
  kept=1
  fail "$1 $2. The end of $data/logs/$1.log:"$'\n'"$(tail -n 15 "$data/logs/$1.log" 2>/dev/null)"
}

build() {
  say "Building."
  local project
  for project in Shop.Host benchmarks/Shop.Load integrations/Shop.Comparison.MassTransitEf; do
    MSBUILDDISABLENODEREUSE=1 dotnet build "$root/$project" --configuration Release --nologo --verbosity quiet -p:UseSharedCompilation=false \
      -p:RestoreAdditionalProjectSources="$feed" >"$data/logs/build.log" 2>&1 || give_up build "failed for $project"
  done
}

program() { echo "$root/$1/bin/Release/net10.0/${1##*/}.dll"; }

administer() { PGPASSWORD=$POSTGRES_PASSWORD psql -qX -h 127.0.0.1 -p "${ports[postgres]}" -U postgres -d postgres -v ON_ERROR_STOP=1 "$@"; }

# All databases anew, so that every run finds the same.
reset_databases() {
  local name
  for name in order inventory payment saga accounts comparison; do
    administer -c "DROP DATABASE IF EXISTS shop_$name WITH (FORCE)" >>"$data/logs/postgres.log" 2>&1
  done
  create_databases
  administer -c 'CREATE DATABASE shop_comparison' -c CHECKPOINT
}

ask_broker() { curl -sf -o /dev/null --max-time 20 -u "admin:$SHOP_ADMIN_MQ_PASSWORD" -H 'Content-Type: application/json' "$@"; }

# All queues anew: the systems make queues of the same names in ways of their own.
reset_broker() {
  [ "$transport" = RabbitMq ] || return 0
  local api=http://127.0.0.1:${ports[rabbitmq:console]}/api
  ask_broker -X DELETE "$api/vhosts/shop"
  ask_broker -X PUT "$api/vhosts/shop"
  ask_broker -X PUT -d '{"configure": ".*", "write": ".*", "read": ".*"}' "$api/permissions/shop/admin"
}

shop_environment() {
  local name
  export Shop__Store=PostgreSql Shop__Transport=$transport
  export Shop__Proof__KeyFile=$data/shop/proof/key.pem Shop__Proof__Heads=$data/shop/proof Shop__PersonalData__MasterKey=$SHOP_PERSONAL_DATA_KEY
  export Shop__Keys=$data/shop/keys Shop__Accounts__Operator__Email=$SHOP_OPERATOR_EMAIL Shop__Accounts__Operator__Password=$SHOP_OPERATOR_PASSWORD
  for name in order inventory payment saga accounts; do
    export ConnectionStrings__"$name"
    printf -v ConnectionStrings__"$name" '%s' "$(database "$name")"
  done
}

start_shop() {
  (
    shop_environment
    spawn shop dotnet "$(program Shop.Host)" --urls "http://127.0.0.1:${ports[http]}" --data "$data/shop" --no-seed --no-warm-up
  )
}

start_comparison() {
  (
    export ConnectionStrings__shop="Host=127.0.0.1;Port=${ports[postgres]};Database=shop_comparison;Username=postgres;Password=$POSTGRES_PASSWORD;Maximum Pool Size=150"
    export Data=$data/$1 Transport=$transport
    spawn "$1" dotnet "$(program integrations/Shop.Comparison.MassTransitEf)" "$1" --urls "http://127.0.0.1:${ports[http]}"
  )
}

# Every order has ended, and stock and money are where the orders say: check <system>, after it has stopped.
check() {
  local log=$data/logs/check-$1.log
  if [ "$1" = shop ]; then
    (shop_environment && dotnet "$(program Shop.Host)" audit --store postgres --data "$data/shop") >"$log" 2>&1
  else
    PGPASSWORD=$POSTGRES_PASSWORD psql -X -h 127.0.0.1 -p "${ports[postgres]}" -U postgres -d shop_comparison -v ON_ERROR_STOP=1 \
      -f "$root/integrations/Shop.Comparison.MassTransitEf/check.sql" >"$log" 2>&1
  fi || { kept=1 && fail "$1 has lost something:"$'\n'"$(tail -n 20 "$log")"; }
}

is_up() { curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:${ports[http]}/health/ready"; }

# Processor time so far in ticks, of a part's process and of PostgreSQL, and transactions committed so far: used <part>
used() {
  local pid fields backend of_postgres=0 of_part
  read_record "$1" && stat_fields "$pid"
  of_part=$((fields[11] + fields[12]))
  read_record postgres
  for backend in "$pid" $(pgrep -P "$pid"); do
    if stat_fields "$backend"; then of_postgres=$((of_postgres + fields[11] + fields[12])); fi
  done
  stat_fields "$pid"
  # With what ended backends have used.
  echo "$of_part $((of_postgres + fields[13] + fields[14])) $(administer -At -c "SELECT sum(xact_commit) FROM pg_stat_database WHERE datname LIKE 'shop%'")"
}

# measure <system> <round>
measure() {
  local name=$1 result=$data/$1-$2.json log=$data/logs/load-$1-$2.log account=() before after
  reset_databases
  reset_broker
  ports[http]=$(free_port)
  mkdir -p "$data/$name/proof" "$data/$name/keys"
  if [ "$name" = shop ]; then start_shop; else start_comparison "$name"; fi
  await_ready "$name" 90 is_up >/dev/null
  # The comparison has the demo operator; Shop has none of its demo accounts in Production.
  if [ "$name" = shop ]; then account=(--user "$SHOP_OPERATOR_EMAIL" --password "$SHOP_OPERATOR_PASSWORD"); fi
  : >"$log"
  dotnet "$(program benchmarks/Shop.Load)" "${account[@]}" --url "http://127.0.0.1:${ports[http]}" --orders "$orders" --warmup "$warmup" \
    --concurrency "$buyers" --skus "$skus" --json "$result" >"$log" 2>&1 &
  load=$!
  until grep -q '^Measuring' "$log" || ! kill -0 "$load" 2>/dev/null; do sleep 0.05; done
  read -r -a before < <(used "$name")
  # Some orders that failed are a result, too.
  wait "$load" || { kept=1; grep -v '^  ' "$log"; }
  load=
  [ -f "$result" ] || fail "$name was not measured."
  # PostgreSQL's sessions report their transactions once a second.
  sleep 1.5
  read -r -a after < <(used "$name")
  jq --argjson ticks "$(getconf CLK_TCK)" --argjson part $((after[0] - before[0])) --argjson postgres $((after[1] - before[1])) --argjson commits $((after[2] - before[2])) \
    '. + {processMs: ($part * 1000 / $ticks / .orders), postgresMs: ($postgres * 1000 / $ticks / .orders), transactions: ($commits / .orders)}' "$result" >"$result.new"
  mv "$result.new" "$result"
  jq -r --arg name "$name" '"  \($name): \(.ordersPerSecond) orders/s, p50 \(.p50Ms) ms, p99 \(.p99Ms) ms, \(.confirmed) confirmed, \(.rejected) rejected, \(.errors) errors, load \($load)"' \
    --arg load "$(cut -d ' ' -f 1 /proc/loadavg)" "$result"
  stop "$name" INT 20 >/dev/null
  check "$name"
  rm -rf "${data:?}/$name"
}

# The middle one of all rounds: median <system> <field> <decimals>
median() { printf '%.*f' "$3" "$(jq -s "map(.$2) | sort | .[(length - 1) / 2 | floor]" "$data/$1"-*.json)"; }

report() {
  local name line='%-36s %9s %9s %9s %7s %14s %14s %14s\n'
  say
  # shellcheck disable=SC2059  # one format for head and rows
  printf "$line" "$orders orders, $buyers buyers, $rounds round(s)" orders/s 'p50 ms' 'p99 ms' errors 'process ms' 'PostgreSQL ms' transactions
  for name in $systems; do
    # shellcheck disable=SC2059
    printf "$line" "${titles[$name]}" "$(median "$name" ordersPerSecond 1)" "$(median "$name" p50Ms 0)" "$(median "$name" p99Ms 0)" \
      "$(jq -s 'map(.errors) | add' "$data/$name"-*.json)" "$(median "$name" processMs 1)" "$(median "$name" postgresMs 1)" "$(median "$name" transactions 1)"
  done
  say "The last three are per order: processor time of the system's process and of PostgreSQL, and committed transactions."
  say "Each system is one process on the same PostgreSQL server, with MassTransit's $transport transport and Shop's payment sandbox inside it."
}

declare -A titles=([shop]='Shop (Shop.Host)' [documented]='MassTransit EF outbox, documented'
  [recommended]='MassTransit EF outbox, recommended' [tuned]='MassTransit EF outbox, tuned')
for name in $systems; do [ -n "${titles[$name]:-}" ] || fail "SYSTEMS names $name. There are ${!titles[*]}."; done
mkdir -p "$data/run" "$data/logs"
chmod 711 "$data"
load_secrets
export ASPNETCORE_ENVIRONMENT=Production DOTNET_ENVIRONMENT=Production MASSTRANSIT_USAGE_TELEMETRY=false
build
ports[postgres]=$(free_port)
start_postgres
await_ready postgres 90 postgres_is_ready
if [ "$transport" = RabbitMq ]; then
  for name in epmd rabbitmq rabbitmq:nodes rabbitmq:console rabbitmq:metrics; do ports[$name]=$(free_port); done
  start_epmd
  await_ready epmd 20 epmd_is_ready
  start_rabbitmq
  await_ready rabbitmq 120 rabbitmq_is_ready
  export ConnectionStrings__rabbitmq=amqp://admin:$SHOP_ADMIN_MQ_PASSWORD@127.0.0.1:${ports[rabbitmq]}/shop
fi
for ((round = 1; round <= rounds; round++)); do
  say "Round $round"
  for name in $systems; do measure $name "$round"; done
done
report
