#!/usr/bin/env bash
# Makes a settings file from .env.example, with a generated value for each change-me. What the file already sets is kept.
# Usage: deploy/env.sh [file]      default: .env beside docker-compose.yml
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
file=${1:-$root/.env}
case $file in
-h | --help) sed -n 's/^# //p' "${BASH_SOURCE[0]}" | head -n 2 && exit ;;
-*) echo "There is no option $file. Try --help." >&2 && exit 2 ;;
esac
umask 077

lines=()
known=" "
if [ -f "$file" ]; then
  mapfile -t lines <"$file"
  known=" $(sed -n 's/^\([A-Z_]*\)=.*/\1/p' "$file" | tr '\n' ' ')"
fi
while IFS= read -r line; do
  case $line in
  [A-Z]*=*)
    if [[ $known == *" ${line%%=*} "* ]]; then continue; fi
    secret=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
    lines+=("${line/change[-_]me/$secret}")
    ;;
  *) if [ "$known" = " " ]; then lines+=("$line"); fi ;;
  esac
done <"$root/.env.example"

# Complete or not at all: a half-written file would later be taken for the whole one.
printf '%s\n' "${lines[@]}" >"$file.new"
mv "$file.new" "$file"
