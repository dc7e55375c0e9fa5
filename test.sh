#!/usr/bin/env bash
# Builds once and runs every test project. The last line is the sum: N passed, N failed.
# Usage: ./test.sh [filter]      filter as of `dotnet test --filter`, such as Audit or FullyQualifiedName~Audit
#        CONFIGURATION=Release ./test.sh
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
configuration=${CONFIGURATION:-Debug}

find_postgres() {
  command -v initdb >/dev/null && return
  local bin
  bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$bin" ] && export PATH="$bin:$PATH"
}

# The storage contract runs against PostgreSQL too: only its programs are needed, the tests start a server of their own.
if ! find_postgres; then
  if [ "$(id -u)" != 0 ]; then
    echo "PostgreSQL's initdb and postgres were not found. Install them (Debian: sudo apt-get install postgresql) or put them on PATH." >&2
    echo "0 passed, 1 failed"
    exit 1
  fi
  echo "Installing PostgreSQL for the storage tests."
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
  find_postgres
fi

if ! dotnet build Shop.sln --configuration "$configuration" --verbosity quiet; then
  echo "0 passed, 1 failed"
  exit 1
fi

passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in tests/*.Tests/*.csproj; do
  echo "== $(basename "$project" .csproj)"
  broken=0
  dotnet test "$project" --no-build --configuration "$configuration" ${1:+--filter "$1"} 2>&1 | tee "$log" || broken=1
  read -r project_failed project_passed < <(
    sed -nE 's/.*Failed: +([0-9]+), Passed: +([0-9]+),.*/\1 \2/p' "$log" | awk '{ f += $1; p += $2 } END { print f + 0, p + 0 }')
  # A test host that died has no failed test to show.
  if [ "$broken" = 1 ] && [ "$project_failed" = 0 ]; then project_failed=1; fi
  passed=$((passed + project_passed)) failed=$((failed + project_failed))
done

[ $((passed + failed)) -gt 0 ] || echo "No test ran." >&2
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
