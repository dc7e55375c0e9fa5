#!/usr/bin/env bash
# Prints RabbitMQ's definitions as JSON: the virtual host, a user per service, an administrator for the management console.
# The passwords come from the environment; only their hashes are printed. The queues are made by the services.
set -euo pipefail

from_hex() {
  local at
  for ((at = 0; at < ${#1}; at += 2)); do printf '%b' "\\x${1:at:2}"; done
}

# RabbitMQ's rabbit_password_hashing_sha256: salt, then the SHA-256 of salt and password.
password_hash() {
  local salt digest
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  digest=$({ from_hex "$salt" && printf '%s' "$1"; } | sha256sum | cut -c 1-64)
  from_hex "$salt$digest" | base64 -w 0
}

user() {
  local variable=$2
  printf '    {"name": "%s", "password_hash": "%s", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "%s"}%s\n' \
    "$1" "$(password_hash "${!variable:?is not set. It is the password of the RabbitMQ user $1.}")" "$3" "$4"
}

permission() {
  printf '    {"user": "%s", "vhost": "shop", "configure": ".*", "write": ".*", "read": ".*"}%s\n' "$1" "$2"
}

echo '{'
echo '  "vhosts": [{"name": "shop"}],'
echo '  "users": ['
user admin SHOP_ADMIN_MQ_PASSWORD administrator ,
user order SHOP_ORDER_MQ_PASSWORD '' ,
user inventory SHOP_INVENTORY_MQ_PASSWORD '' ,
user payment SHOP_PAYMENT_MQ_PASSWORD '' ,
user saga SHOP_SAGA_MQ_PASSWORD '' ''
echo '  ],'
echo '  "permissions": ['
permission admin ,
permission order ,
permission inventory ,
permission payment ,
permission saga ''
echo '  ]'
echo '}'
