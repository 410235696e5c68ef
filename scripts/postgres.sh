# shellcheck shell=bash
# A PostgreSQL of the tests' own: a cluster in a temporary folder, gone at the end.
#
# Sourced by ./test. It listens on 127.0.0.1 at a random port and on a socket in its own folder,
# with a password made for this run, and keeps fsync on, since the tests are about what survives.
# It never touches a PostgreSQL that the machine already runs.

postgres_folder=''

# as_postgres COMMAND...: PostgreSQL refuses to run as root, so root hands it to its own account.
as_postgres() {
  if [ "$(id -u)" != 0 ]; then
    "$@" </dev/null
  elif id postgres >/dev/null 2>&1; then
    runuser -u postgres -- "$@" </dev/null
  else
    setpriv --reuid=nobody --regid=nogroup --clear-groups "$@" </dev/null
  fi
}

# start_postgres: makes and starts the cluster, and sets ALMONER_TEST_POSTGRES.
start_postgres() {
  local bin password port
  bin=$(postgres_bin) || return 1
  # The folder's name stays short: a socket's path has room for about a hundred signs.
  postgres_folder=$(mktemp -d /tmp/almoner-pg.XXXXXX) || return 1
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  (umask 077 && printf '%s\n' "$password" >"$postgres_folder/password")
  if [ "$(id -u)" = 0 ]; then
    chown -R "$(id -u postgres 2>/dev/null || id -u nobody)" "$postgres_folder"
  fi
  # In brackets: a redirected function would take the output of a trap with it.
  (as_postgres "$bin/initdb" --pgdata="$postgres_folder/data" --username=postgres --encoding=UTF8 \
    --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$postgres_folder/password") \
    >"$postgres_folder/initdb.log" 2>&1 || {
    cat "$postgres_folder/initdb.log" >&2
    return 1
  }
  # A port may be taken between the choice and the start: try another.
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 40000))
    if (as_postgres "$bin/pg_ctl" --pgdata="$postgres_folder/data" --silent --wait --timeout=60 \
      --log="$postgres_folder/server.log" --options="-p $port -h 127.0.0.1 \
      -k $postgres_folder -c max_connections=300 -c shared_buffers=64MB -c fsync=on" \
      start) >/dev/null; then
      export ALMONER_TEST_POSTGRES="postgres://postgres:$password@127.0.0.1:$port/postgres"
      psql "$ALMONER_TEST_POSTGRES" --no-psqlrc --quiet --tuples-only \
        --command='show server_version' </dev/null
      return
    fi
  done
  cat "$postgres_folder/server.log" >&2
  return 1
}

# stop_postgres: ends it and removes the folder; safe to call when nothing was started.
stop_postgres() {
  [ -n "$postgres_folder" ] || return 0
  local folder=$postgres_folder
  postgres_folder=''
  if [ -f "$folder/data/postmaster.pid" ]; then
    as_postgres "$(postgres_bin)/pg_ctl" --pgdata="$folder/data" --silent --mode=immediate stop \
      >/dev/null 2>&1 || true
  fi
  rm -rf "$folder"
}
