#!/usr/bin/env bash
# Lists the example catalogue in a shop that has no products yet.
# Usage: deploy/seed.sh [address of the gateway]      default: http://127.0.0.1:8080
# An operator does it: SHOP_OPERATOR_EMAIL and SHOP_OPERATOR_PASSWORD from the environment, else from the .env that Compose uses.
set -euo pipefail
shop=${1:-http://127.0.0.1:8080}
root=$(dirname "${BASH_SOURCE[0]}")/..
catalogue=$root/Shop.Host/Catalogue/catalogue.jsonl

listed=$(curl -sf --max-time 10 "$shop/products?limit=1") || { echo "No shop answers at $shop/products." >&2 && exit 1; }
case $listed in *'"items":[]'*) ;; *) exit 0 ;; esac

if [ -z "${SHOP_OPERATOR_PASSWORD:-}" ] && [ -f "$root/.env" ]; then
  SHOP_OPERATOR_EMAIL=$(sed -n 's/^SHOP_OPERATOR_EMAIL=//p' "$root/.env")
  SHOP_OPERATOR_PASSWORD=$(sed -n 's/^SHOP_OPERATOR_PASSWORD=//p' "$root/.env")
fi
# On standard input, and not as an argument that everybody on the machine could read.
token=$(printf '{"email":"%s","password":"%s"}' "${SHOP_OPERATOR_EMAIL:?names no operator, nor does .env}" "${SHOP_OPERATOR_PASSWORD:?is not set, nor in .env}" |
  curl -s --max-time 10 -H 'Content-Type: application/json' -d @- "$shop/account/token" | sed -n 's/.*"accessToken":"\([^"]*\)".*/\1/p')
[ -n "$token" ] || { echo "$shop/account/token knows no operator $SHOP_OPERATOR_EMAIL with this password." >&2 && exit 1; }

# A few connections for all: a line of the catalogue is the body of one request.
while IFS= read -r product; do
  printf 'next\nurl = "%s/products"\nfail-with-body\nsilent\noutput = /dev/null\nheader = "Content-Type: application/json"\nheader = "Authorization: Bearer %s"\ndata = "%s"\n' \
    "$shop" "$token" "${product//\"/\\\"}"
done <"$catalogue" | curl --fail-early --parallel --parallel-max 4 --no-progress-meter -K - || { echo "The catalogue could not be listed completely. Run this again: what is there stays as it is." >&2 && exit 1; }
echo "Listed $(wc -l <"$catalogue") products."
