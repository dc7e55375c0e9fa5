#!/usr/bin/env bash
# What a rebuild of a read model from a large log does to orders that run beside it: p99 in turn without and with one, and whether
# the swap lost anything. Embedded shop, SQLite. Needs a Release build, curl and jq.
# Usage: benchmarks/rebuild-under-load.sh [events, default 1000000] [orders per run, 3000] [concurrency, 8] [rounds, 3]
set -euo pipefail
cd "$(dirname "$0")/.."
events=${1:-1000000} orders=${2:-3000} concurrency=${3:-8} rounds=${4:-3}
projection=sagas store=saga
port=${PORT:-5091}
url=http://127.0.0.1:$port
data=$(mktemp -d)
host=
trap '[ -z "$host" ] || { kill "$host" && wait "$host"; } 2>/dev/null; rm -rf "$data"' EXIT

dotnet Shop.Host/bin/Release/net10.0/Shop.Host.dll --urls "$url" --data "$data/shop" --no-seed >"$data/log" 2>&1 &
host=$!
until curl -sf "$url/health/ready" >/dev/null; do
  kill -0 "$host" || { cat "$data/log"; exit 1; }
  sleep 0.5
done

token() { curl -sf "$url/account/token" -H 'content-type: application/json' -d '{"email":"operator@example.com","password":"Shop-demo-1"}' | jq -r .accessToken; }
ask() { curl -sf -X "$1" "$url/projections/$projection$2" -H "Authorization: Bearer $(token)"; }
load() { dotnet benchmarks/Shop.Load/bin/Release/net10.0/Shop.Load.dll --url "$url" --seed "$RANDOM" --json "$data/load.json" "$@" >"$data/load.txt" || { cat "$data/load.txt"; exit 1; }; }
measure() { load --orders "$orders" --concurrency "$concurrency"; jq -r '"\(.p99Ms) \(.p50Ms) \(.ordersPerSecond)"' "$data/load.json"; }
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
ready() { ask GET "" | jq -e '.next.progress == 1 and .next.lagEvents == 0' >/dev/null; }

echo "Filling the log of $store to $events events."
while head=$(ask GET "" | jq .head); [ "$head" -lt "$events" ]; do
  echo "  $head"
  load --orders 10000 --concurrency 64
done

: >"$data/without" >"$data/with"
for round in $(seq "$rounds"); do
  measure | tee -a "$data/without" | sed "s/^/round $round without: p99, p50 in ms and orders\/s: /"
  started=$SECONDS
  ask POST /rebuild >/dev/null
  measure | tee -a "$data/with" | sed "s/^/round $round with:    p99, p50 in ms and orders\/s: /"
  ready && echo "  (The rebuild ended before the orders did.)"
  until ready; do sleep 1; done
  echo "  rebuilt after at most $((SECONDS - started)) s"
  ask GET /difference | jq -r '"  difference: \(.changed) changed, \(.onlyLive) only live, \(.onlyOther) only new, of \(.liveRows) rows"'
  load --orders "$orders" --concurrency "$concurrency" &
  running=$!
  sleep 1
  ask POST /swap | jq -r '"  swapped under load: generation \(.live.generation)"'
  wait "$running"
  ask POST /rebuild >/dev/null
  until ready; do sleep 1; done
  ask GET /difference | jq -r '"  the swapped rows against another rebuild: \(.changed) changed, \(.onlyLive) only live, \(.onlyOther) only new, of \(.liveRows) rows"'
  ask POST /discard >/dev/null
done
without=$(median <"$data/without") with=$(median <"$data/with")
echo "p99: $without ms without, $with ms with (medians of $rounds), $(awk "BEGIN { printf \"%.2f\", $with / $without }") times, log of $(ask GET "" | jq .head) events"
