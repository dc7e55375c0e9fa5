#!/usr/bin/env bash
# Lists the example catalogue in a shop that has no products yet.
# Usage: deploy/seed.sh [address of the gateway]      default: http://127.0.0.1:8080
set -euo pipefail
shop=${1:-http://127.0.0.1:8080}
catalogue=$(dirname "${BASH_SOURCE[0]}")/../Shop.Host/Catalogue/catalogue.jsonl

listed=$(curl -sf --max-time 10 "$shop/products?limit=1") || { echo "No shop answers at $shop/products." >&2 && exit 1; }
case $listed in *'"items":[]'*) ;; *) exit 0 ;; esac

# One connection for all: a line of the catalogue is the body of one request.
while IFS= read -r product; do
  printf 'next\nurl = "%s/products"\nfail-with-body\nsilent\noutput = /dev/null\nheader = "Content-Type: application/json"\ndata = "%s"\n' \
    "$shop" "${product//\"/\\\"}"
done <"$catalogue" | curl --fail-early -K - || { echo "The catalogue could not be listed completely. Run this again: what is there stays as it is." >&2 && exit 1; }
echo "Listed $(wc -l <"$catalogue") products."
