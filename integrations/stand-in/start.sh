#!/usr/bin/env bash
# Starts a stand-in for SQL Server on 127.0.0.1 and prints a connection string for it.
#
#   start.sh PREFIX FOLDER TDS_PORT PG_PORT
#
# PREFIX is where build.sh installed it. FOLDER gets the data and the log; a second start
# with the same FOLDER keeps the data. stop.sh FOLDER ends it.
# STAND_IN_LOGIN and STAND_IN_PASSWORD override the login that is created.
set -euo pipefail

[[ $# -eq 4 ]] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
prefix=$(realpath "$1")
folder=$(realpath -m "$2")
tds_port=$3
pg_port=$4
login=${STAND_IN_LOGIN:-sa_stand_in}
password=${STAND_IN_PASSWORD:-Stand-in-1}
database=babelfish
data=$folder/data

# PostgreSQL refuses to run as root.
user=$(id -un)
as_user() { "$@"; }
if [[ $(id -u) -eq 0 ]]; then
  user=stand-in
  as_user() { runuser -u "$user" -- "$@"; }
fi

psql_in() {
  as_user "$prefix/bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$folder" -p "$pg_port" \
    -U postgres -d "$1" >>"$folder/setup.log" 2>&1
}

create_user_and_folder() {
  id "$user" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$user"
  mkdir -p "$folder"
  chown "$user" "$folder"
  chmod 700 "$folder"
}

create_data() {
  as_user "$prefix/bin/initdb" -D "$data" -U postgres -E UTF8 --locale=C.UTF-8 \
    --auth-local=peer --auth-host=scram-sha-256 --no-sync >"$folder/setup.log" 2>&1
  as_user tee "$data/pg_hba.conf" >/dev/null <<END
local all postgres trust
host all all 127.0.0.1/32 md5
END
  # Data of tests need not outlive a crash of the machine.
  as_user tee -a "$data/postgresql.conf" >/dev/null <<END
shared_preload_libraries = 'babelfishpg_tds'
babelfishpg_tsql.database_name = '$database'
babelfishpg_tds.set_db_session_property = true
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
END
}

start_server() {
  local name options=""
  local -A settings=(
    [listen_addresses]=127.0.0.1
    [port]=$pg_port
    [unix_socket_directories]=$folder
    [babelfishpg_tds.listen_addresses]=127.0.0.1
    [babelfishpg_tds.port]=$tds_port
    [babelfishpg_tds.unix_socket_directories]=$folder
  )
  for name in "${!settings[@]}"; do
    options+=" -c $name='${settings[$name]}'"
  done
  as_user "$prefix/bin/pg_ctl" -D "$data" -l "$folder/server.log" -w -s -o "$options" start
}

create_database() {
  psql_in postgres <<END
CREATE USER $login WITH SUPERUSER CREATEDB CREATEROLE PASSWORD '$password' INHERIT;
CREATE DATABASE $database OWNER $login;
END
  psql_in "$database" <<END
SET allow_system_table_mods = on;
CREATE EXTENSION babelfishpg_tds CASCADE;
GRANT ALL ON SCHEMA sys TO $login;
ALTER DATABASE $database SET babelfishpg_tsql.migration_mode = 'multi-db';
-- Off by default; PostgreSQL's own levels and a rowversion by transaction come closest.
ALTER DATABASE $database SET babelfishpg_tsql.isolation_level_repeatable_read = 'pg_isolation';
ALTER DATABASE $database SET babelfishpg_tsql.isolation_level_serializable = 'pg_isolation';
ALTER DATABASE $database SET babelfishpg_tsql.escape_hatch_rowversion = 'ignore';
ALTER DATABASE $database SET babelfishpg_tsql.escape_hatch_login_misc_options = 'ignore';
ALTER DATABASE $database SET babelfishpg_tsql.escape_hatch_nocheck_add_constraint = 'ignore';
END
  psql_in "$database" <<END
CALL sys.initialize_babelfish('$login');
END
  as_user touch "$folder/ready"
}

running() {
  local pid
  [[ -f $data/postmaster.pid ]] && read -r pid <"$data/postmaster.pid" &&
    [[ $(readlink "/proc/$pid/cwd") == "$data" ]]
}

# The server itself starts without TDS when that port is taken.
port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

give_up() {
  as_user "$prefix/bin/pg_ctl" -D "$data" -m immediate -s stop
  echo "no database was created, see $folder/setup.log" >&2
}

if running; then
  echo "already running: $folder" >&2
  exit 1
fi
for port in "$tds_port" "$pg_port"; do
  if port_taken "$port"; then
    echo "port $port is taken" >&2
    exit 1
  fi
done
if [[ -f $folder/ready ]]; then
  start_server
else
  create_user_and_folder
  rm -rf "$data"
  create_data
  start_server
  set -E
  trap give_up ERR
  create_database
  trap - ERR
fi

echo "Server=127.0.0.1,$tds_port;User ID=$login;Password=$password;Database=master;Encrypt=False;TrustServerCertificate=True"
