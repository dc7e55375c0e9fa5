# shellcheck shell=bash disable=SC2034,SC2154  # Variables are shared by all parts of deploy/local.sh.
# A private PostgreSQL server: loopback only, passwords only, a database for each service.

# Connections that one replica may open to its database.
pool_size=30

# PostgreSQL refuses to run as root.
as_postgres=()
if [ "$(id -u)" = 0 ]; then as_postgres=(setpriv --reuid=postgres --regid=postgres --init-groups); fi

# Where the server keeps its files: in the data folder, unless the user postgres cannot get there (a data folder below /root).
postgres_home() {
  if [ -f "$data/postgres.home" ]; then cat "$data/postgres.home"; else echo "$data/postgres"; fi
}

make_postgres_home() {
  local home
  home=$(postgres_home)
  mkdir -p "$home"
  [ "$(id -u)" = 0 ] || return 0
  id postgres >/dev/null 2>&1 || fail "There is no user postgres to run PostgreSQL as. Run: useradd --system postgres"
  chown postgres: "$home"
  if ! "${as_postgres[@]}" test -w "$home"; then
    rmdir "$home"
    home=/var/lib/shop-local/$(printf '%s' "$data" | sha256sum | cut -c 1-12)
    say "PostgreSQL does not run as root, and the user postgres cannot reach $data: its data goes to $home."
    echo "$home" >"$data/postgres.home"
    mkdir -p "$home"
    chown postgres: "$home"
  fi
}

# Made beside its place and moved there when complete, as it may be killed half way.
make_cluster() {
  local home=$1
  rm -rf "$home/new" "$home/password"
  install -m 600 /dev/null "$home/password"
  echo "$POSTGRES_PASSWORD" >"$home/password"
  [ "$(id -u)" != 0 ] || chown postgres: "$home/password"
  "${as_postgres[@]}" "$(command -v initdb)" -D "$home/new" -U postgres -A scram-sha-256 --pwfile="$home/password" -E UTF8 --locale=C --data-checksums \
    </dev/null >>"$data/logs/postgres.log" 2>&1 || fail "initdb failed; the end of $data/logs/postgres.log:"$'\n'"$(tail -n 5 "$data/logs/postgres.log")"
  rm -f "$home/password"
  mv "$home/new" "$home/data"
}

# After a crash of the machine the id in the lock file may be another process's, and PostgreSQL would not start.
forget_dead_postmaster() {
  local pid
  [ -f "$1/postmaster.pid" ] || return 0
  read -r pid <"$1/postmaster.pid"
  if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" != postgres ]; then rm -f "$1/postmaster.pid"; fi
}

start_postgres() {
  local home
  make_postgres_home
  home=$(postgres_home)
  [ -d "$home/data" ] || make_cluster "$home"
  forget_dead_postmaster "$home/data"
  spawn postgres "${as_postgres[@]}" "$(command -v postgres)" -D "$home/data" -p "${ports[postgres]}" \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=$((100 + 5 * replicas * pool_size)) \
    -c shared_buffers=256MB -c max_wal_size=2GB -c jit=off
}

postgres_is_ready() { pg_isready -q -h 127.0.0.1 -p "${ports[postgres]}" -t 1; }

create_databases() {
  PGPASSWORD=$POSTGRES_PASSWORD PGCONNECT_TIMEOUT=10 with_secrets psql -qX -h 127.0.0.1 -p "${ports[postgres]}" -U postgres -d postgres \
    -f "$root/deploy/postgres/databases.sql" >>"$data/logs/postgres.log" 2>&1 || give_up postgres "refused deploy/postgres/databases.sql"
}

# The connection string of a service.
database() {
  local password=SHOP_${1^^}_DB_PASSWORD
  echo "Host=127.0.0.1;Port=${ports[postgres]};Database=shop_$1;Username=shop_$1;Password=${!password};Maximum Pool Size=$pool_size"
}
