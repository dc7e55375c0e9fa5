#!/usr/bin/env bash
# Builds once and runs every test project. The last line is the sum: N passed, N failed.
# Usage: ./test.sh [filter]      filter as of `dotnet test --filter`, such as Audit or FullyQualifiedName~Audit
#        CONFIGURATION=Release ./test.sh
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
# Most of the processes that tests start live for seconds. Compiling them is most of their work, so optimize only what runs often
# (from 1,000 calls on, hexadecimal, instead of 30), measure nothing for it, and map no page of code twice (docs/adr/0004).
export DOTNET_TC_CallCountThreshold=3E8 DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0
configuration=${CONFIGURATION:-Debug}
filter=${1:-}

find_postgres() {
  command -v initdb >/dev/null && return
  local bin
  bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] && export PATH="$bin:$PATH"
}

find_rabbitmq() {
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || command -v rabbitmq-server >/dev/null
}

find_chromium() {
  [ -x /usr/bin/chromium-headless-shell ] || [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ] || [ -x /usr/bin/google-chrome ]
}

# Installs a Debian package, but starts none of its services: the tests start servers of their own.
install_package() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null
)

# Of these servers only the programs are needed.
need() {
  local finder=$1 package=$2 name=$3
  "$finder" && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing $name for the tests."
    install_package "$package" && "$finder" && return
  fi
  echo "$name was not found. Install it (Debian: sudo apt-get install $package) or put its programs on PATH." >&2
  echo "0 passed, 1 failed"
  exit 1
}

need find_postgres postgresql PostgreSQL
need find_rabbitmq rabbitmq-server RabbitMQ
need find_chromium chromium-headless-shell Chromium

if ! dotnet build Shop.sln --configuration "$configuration" --verbosity quiet; then
  echo "0 passed, 1 failed"
  exit 1
fi

# Everything that tests put into temporary folders goes with this one, even when they are interrupted. PostgreSQL's user must get in.
temp=$(mktemp -d)
chmod 711 "$temp"
export TMPDIR=$temp
lanes=
# What runs in the background would outlive an interrupted script.
cleanup() {
  for lane in $lanes; do
    kill -- "-$lane" 2>/dev/null || true
    wait "$lane" 2>/dev/null || true
  done
  # A server that is just ending may still write.
  rm -rf "$temp" 2>/dev/null || { sleep 2 && rm -rf "$temp"; }
}
trap cleanup EXIT
trap 'exit 130' INT TERM

passed=0 failed=0
# A test that runs for ten minutes hangs: its project is stopped, with that test's name.
run() {
  local name
  name=$(basename "$1" .csproj)
  echo "Running $name."
  dotnet test "$1" --no-build --configuration "$configuration" ${filter:+--filter "$filter"} --results-directory "$temp/results" \
    --blame-hang-timeout 10m --blame-hang-dump-type none >"$temp/$name" 2>&1 && touch "$temp/$name.passed"
  echo "== $name"
  cat "$temp/$name"
}

count() {
  local name project_failed project_passed
  name=$(basename "$1" .csproj)
  read -r project_failed project_passed < <(
    sed -nE 's/.*Failed: +([0-9]+), Passed: +([0-9]+),.*/\1 \2/p' "$temp/$name" | awk '{ f += $1; p += $2 } END { print f + 0, p + 0 }')
  # A test host that died, or never ran, has no failed test to show.
  if [ ! -e "$temp/$name.passed" ] && [ "$project_failed" = 0 ]; then project_failed=1; fi
  passed=$((passed + project_passed)) failed=$((failed + project_failed))
}

run_all() {
  for project in "$@"; do
    run "$project" || true
  done
}

# In two lanes. The drills keep more processes busy than there are processors: they come after the host's tests, whose one process would
# get little beside them.
heavy="tests/Shop.Host.Tests/Shop.Host.Tests.csproj tests/Shop.Distributed.Tests/Shop.Distributed.Tests.csproj"
others=
for project in tests/*.Tests/*.csproj; do
  case " $heavy " in
    *" $project "*) ;;
    *) others="$others $project" ;;
  esac
done

set -m
for projects in "$heavy" "$others"; do
  run_all $projects </dev/null &
  lanes="$lanes $!"
done
set +m
wait $lanes || true
lanes=
for project in $heavy $others; do
  count "$project"
done

[ $((passed + failed)) -gt 0 ] || echo "No test ran." >&2
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
