#!/usr/bin/env bash
# What open pages cost: orders/s in turn without and with the console's overview open; then the memory of the host while 50 circuits
# stay open and follow a run of orders. Embedded shop, SQLite. Needs a Release build, Chromium, curl and jq; about eight minutes.
# Usage: benchmarks/open-pages.sh [pages, default 50] [minutes, 5] [orders per run, 2000] [rounds, 3]
set -euo pipefail
cd "$(dirname "$0")/.."
pages=${1:-50} minutes=${2:-5} orders=${3:-2000} rounds=${4:-3}
port=${PORT:-5092}
url=http://127.0.0.1:$port
data=$(mktemp -d)
host= opener=
cleanup() {
  for process in $opener $host; do
    kill "$process" 2>/dev/null && wait "$process" 2>/dev/null
  done
  rm -rf "$data"
}
trap cleanup EXIT

DOTNET_GCgen0size=0x4000000 dotnet Shop.Host/bin/Release/net10.0/Shop.Host.dll --urls "$url" --data "$data/shop" >"$data/log" 2>&1 &
host=$!
until curl -sf "$url/health/ready" >/dev/null; do
  kill -0 "$host" || { cat "$data/log"; exit 1; }
  sleep 0.5
done
# The shop warms up with orders of its own.
while [ -e "$data/shop/.warm-up" ]; do sleep 1; done

load() { dotnet benchmarks/Shop.Load/bin/Release/net10.0/Shop.Load.dll --url "$url" --seed "$RANDOM" --json "$data/load.json" --orders "$@" >"$data/load.txt" || { cat "$data/load.txt"; exit 1; }; }
measure() { load "$orders" --concurrency 64; jq -r .ordersPerSecond "$data/load.json"; }
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
memory() { awk '/^VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$host/status"; }

# Opens pages; they close when this script closes what they read.
open_pages() {
  rm -f "$data/close"
  mkfifo "$data/close"
  dotnet benchmarks/Shop.Pages/bin/Release/net10.0/Shop.Pages.dll "$url" "$1" <"$data/close" >"$data/pages" 2>&1 &
  opener=$!
  exec 3>"$data/close"
  until grep -q '^open$' "$data/pages"; do
    kill -0 "$opener" || { cat "$data/pages"; exit 1; }
    sleep 0.5
  done
}

close_pages() {
  exec 3>&-
  wait "$opener" || result=1
  opener=
  sed -n '/^open$/!p' "$data/pages"
}

result=0
measure >"$data/first"
: >"$data/without" >"$data/with"
for round in $(seq "$rounds"); do
  measure | tee -a "$data/without" | sed "s/^/round $round without the overview: orders\/s /"
  open_pages 1
  measure | tee -a "$data/with" | sed "s/^/round $round with the overview:    orders\/s /"
  close_pages
done
without=$(median <"$data/without") with=$(median <"$data/with")
echo "orders/s: $without without, $with with the overview open (medians of $rounds): $(awk "BEGIN { printf \"%.0f %%\", 100 * $with / $without }")"

echo "$(memory) MB before $pages pages are opened"
open_pages "$pages"
echo "$(memory) MB when they are open; $orders orders follow"
load "$orders" --concurrency 2 &
loading=$!
for minute in $(seq "$minutes"); do
  : >"$data/minute"
  for _ in $(seq 12); do
    sleep 5
    echo "$(memory)" >>"$data/minute"
  done
  kill -0 "$loading" 2>/dev/null && during=" while orders run" || during=
  echo "minute $minute: $(median <"$data/minute") MB (median of 12)$during"
done
wait "$loading"
close_pages
exit "$result"
