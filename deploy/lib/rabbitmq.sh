# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# A private RabbitMQ node with a port mapper (epmd) of its own: loopback only, nothing outside of the data folder.

start_epmd() {
  spawn epmd "$(command -v epmd)" -address 127.0.0.1 -port "${ports[epmd]}"
}

epmd_is_ready() { is_listening "${ports[epmd]}"; }

start_rabbitmq() {
  local home=$data/rabbitmq
  mkdir -p "$home"
  with_secrets "$root/deploy/rabbitmq/definitions.sh" >"$home/definitions.json"
  cp "$root/deploy/rabbitmq/enabled_plugins" "$home/enabled_plugins"
  {
    cat "$root/deploy/rabbitmq/rabbitmq.conf"
    echo "listeners.tcp.1 = 127.0.0.1:${ports[rabbitmq]}"
    echo "management.tcp.ip = 127.0.0.1"
    echo "management.tcp.port = ${ports[rabbitmq:console]}"
    echo "prometheus.tcp.ip = 127.0.0.1"
    echo "prometheus.tcp.port = ${ports[rabbitmq:metrics]}"
    echo "load_definitions = $home/definitions.json"
  } >"$home/rabbitmq.conf"
  : >"$home/rabbitmq-env.conf"
  # RUNNING_UNDER_SYSTEMD: the script becomes the node instead of watching over it, so that the recorded process is the node.
  spawn rabbitmq env -i "PATH=$PATH" "HOME=$home" LANG=C.UTF-8 RUNNING_UNDER_SYSTEMD=true \
    "ERL_EPMD_PORT=${ports[epmd]}" ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_NODENAME=shop@localhost "RABBITMQ_DIST_PORT=${ports[rabbitmq:nodes]}" \
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}" \
    "RABBITMQ_CONF_ENV_FILE=$home/rabbitmq-env.conf" "RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf" \
    "RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins" "RABBITMQ_MNESIA_BASE=$home/mnesia" \
    "RABBITMQ_LOG_BASE=$data/logs" "RABBITMQ_PID_FILE=$home/pid" \
    "$rabbitmq/rabbitmq-server"
}

# The node is ready when its users and virtual host are there and clients may connect.
rabbitmq_is_ready() {
  is_listening "${ports[rabbitmq]}" && is_listening "${ports[rabbitmq:console]}" &&
    curl -sf -o /dev/null --max-time 2 -K <(echo "user = admin:$SHOP_ADMIN_MQ_PASSWORD") "http://127.0.0.1:${ports[rabbitmq:console]}/api/vhosts/shop"
}

# The connection string of a service.
broker() {
  local password=SHOP_${1^^}_MQ_PASSWORD
  echo "amqp://$1:${!password}@127.0.0.1:${ports[rabbitmq]}/shop"
}
