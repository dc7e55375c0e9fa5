# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# HAProxy in front of the services, by the same configuration as in docker-compose.yml.

# The configuration with the addresses of the replicas in place of the names in Docker's DNS.
gateway_configuration() {
  local line number
  while IFS= read -r line; do
    if [[ $line =~ ^\ +server-template\ ([a-z]+)-.*:8080(\ check)? ]]; then
      for ((number = 1; number <= replicas; number++)); do
        echo "    server ${BASH_REMATCH[1]}-$number 127.0.0.1:${ports[${BASH_REMATCH[1]}-$number]}${BASH_REMATCH[2]}"
      done
    else
      printf '%s\n' "$line"
    fi
  done <"$root/deploy/gateway/haproxy.cfg"
}

start_gateway() {
  gateway_configuration >"$data/haproxy.cfg"
  (
    export GATEWAY_BIND=127.0.0.1:${ports[gateway]}
    spawn gateway "$(command -v haproxy)" -db -f "$data/haproxy.cfg"
  )
}

gateway_is_ready() { answers "${ports[gateway]}/health/ready"; }
