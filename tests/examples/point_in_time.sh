#!/usr/bin/env bash
# A company's database is brought back to a moment, by PostgreSQL's own tools, as docs/deploy.md has it. In: `regie` in the PATH, an empty
# directory that `postgres` owns, a port. Out: the names of the keys that the company has then, a line each.
set -euo pipefail
directory=$1 port=$2
tools=$(ls -d /usr/lib/postgresql/*/bin | tail -1)
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
cd "$directory"
as mkdir archive
as "$tools/initdb" -U postgres -A trust -D data > /dev/null
as tee -a data/postgresql.conf > /dev/null << END
archive_mode = on
archive_command = 'test ! -f $directory/archive/%f && cp %p $directory/archive/%f'
END
database() { as "$tools/pg_ctl" -D data -o "-h 127.0.0.1 -p $port -k $directory" -l "$directory/$1.log" -w start > /dev/null; }
trap 'kill $(jobs -p) 2> /dev/null || true; as "$tools/pg_ctl" -D data -m immediate stop > /dev/null 2>&1 || true' EXIT
database before

shop() { regie --home "$directory/home/shop" "$@"; }
mkdir -p home 2> /dev/null || true
shop supplier init --name Shop --sector retail --listen /ip4/127.0.0.1/tcp/0 --store "postgres://postgres@127.0.0.1:$port/postgres" > /dev/null
begin() {
  # No function here: what ends has to be regie itself.
  regie --home "$directory/home/shop" supplier run > /dev/null 2>> "$directory/home/shop.log" &
  until shop status > /dev/null 2>&1; do sleep 0.2; done
}
begin
shop supplier key create before > /dev/null
as "$tools/pg_basebackup" -h 127.0.0.1 -p "$port" -U postgres -D base -X fetch -c fast
shop supplier key create later > /dev/null
sleep 1
moment=$(date -u +"%Y-%m-%d %H:%M:%S+00")
sleep 1
shop supplier key create "too late" > /dev/null
kill %%
wait
as "$tools/psql" -h 127.0.0.1 -p "$port" -U postgres -Atc "SELECT pg_switch_wal()" > /dev/null
as "$tools/pg_ctl" -D data -m fast -w stop > /dev/null

# The base, and behind it what was archived, up to the moment.
as mv data gone && as mv base data
as tee -a data/postgresql.conf > /dev/null << END
restore_command = 'cp $directory/archive/%f %p'
recovery_target_time = '$moment'
recovery_target_action = promote
END
as touch data/recovery.signal
database after
until [ "$(as "$tools/psql" -h 127.0.0.1 -p "$port" -U postgres -Atc "SELECT pg_is_in_recovery()")" = f ]; do sleep 0.2; done

# The companion knows that it was set back, and that nobody but its owner can say that it is meant.
if shop supplier run > /dev/null 2> refused; then exit 9; fi
grep -q "accept-store" refused
shop supplier accept-store > /dev/null
begin
shop --json supplier key list | jq -r '.. | .name? // empty'
kill %%
wait
