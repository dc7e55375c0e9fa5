# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# What is told to the person who runs it.

print_urls() {
  local gateway=http://127.0.0.1:${ports[gateway]}
  cat <<END

The shop is open at $gateway
  operator           $SHOP_OPERATOR_EMAIL, password: grep OPERATOR_PASSWORD '$data/secrets.env'
  try out the API    $gateway/order/docs (also inventory, payment, saga, storefront)
  RabbitMQ console   http://127.0.0.1:${ports[rabbitmq:console]}  user admin, password: grep ADMIN_MQ '$data/secrets.env'
  RabbitMQ metrics   http://127.0.0.1:${ports[rabbitmq:metrics]}/metrics
  PostgreSQL         127.0.0.1:${ports[postgres]}, databases shop_order, shop_inventory, shop_payment, shop_saga, shop_accounts
  payment sandbox    http://127.0.0.1:${ports[sandbox]}/sandbox/ledger
  data and logs      $data

Open an account on the site and buy something, or as the operator by hand:

TOKEN=\$(. '$data/secrets.env'; curl -s $gateway/account/token -H 'Content-Type: application/json' \\
  -d "{\"email\":\"\$SHOP_OPERATOR_EMAIL\",\"password\":\"\$SHOP_OPERATOR_PASSWORD\"}" | sed -n 's/.*"accessToken":"\([^"]*\)".*/\1/p')

curl -s $gateway/orders -H "Authorization: Bearer \$TOKEN" -H 'Content-Type: application/json' -H 'Prefer: wait=10' -H "Idempotency-Key: \$(date +%s%N)" \\
  -d '{"customerId":"ada","lines":[{"sku":"MUG-STONE-01","quantity":2}],"currency":"GBP","paymentMethod":"pm_card_visa"}'

deploy/local.sh down$data_hint stops it all.
END
}

# What a part that runs and is not ready says of itself.
part_state() {
  local state=''
  [[ $1 != *-* ]] || state=$(service_state "$1")
  echo "${state:-not ready}"
}

status() {
  local part pid started port state worst=0
  read_state
  printf '%-14s %-8s %-6s %s\n' SERVICE PID PORT STATE
  for part in $(all_parts); do
    pid=- port=${ports[$part]:--} state=ready
    if ! is_alive "$part"; then
      state=stopped && worst=1
      if [ -f "$data/run/$part" ]; then state='dead (deploy/local.sh up starts it again)'; fi
    else
      read_record "$part"
      is_ready "$part" || { state=$(part_state "$part") && worst=1; }
    fi
    printf '%-14s %-8s %-6s %s\n' "$part" "$pid" "$port" "$state"
  done
  return $worst
}

logs() {
  local files=()
  mapfile -t files < <(find "$data/logs" -name "${service:-*}.log" -o -name "${service:-*}-[0-9]*.log" 2>/dev/null | sort -V)
  [ ${#files[@]} -gt 0 ] || fail "There is no log of '$service' in $data/logs."
  if [ "$follow" = 1 ]; then exec tail -n 20 -F "${files[@]}"; else exec tail -n 100 "${files[@]}"; fi
}

report_ports() {
  local name
  read_ports
  for name in "${!ports[@]}"; do
    if is_listening "${ports[$name]}"; then say "Port ${ports[$name]} of $name is still open: another process listens on it."; fi
  done
}
