#!/bin/sh
# What each companion's container does. In: the environment below, and one word. Out: a companion that runs.
#   init    makes the company in its database, once, and shows the words of its next key: by hand, since they are for paper alone
#   (none)  joins the company where this home has not yet, then runs
# COMPANY_NAME and COMPANY_SECTOR (for init), STORE (the database, without its password), PGPASSFILE or STORE_PASSWORD_FILE,
# ANNOUNCE (an address that persons reach), LISTEN, API.
set -eu

: "${REGIE_HOME:?}" "${STORE:?}" "${ANNOUNCE:?}"
LISTEN=${LISTEN:-/ip4/0.0.0.0/tcp/7481}
API=${API:-0.0.0.0:7482}
if [ -n "${STORE_PASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$STORE_PASSWORD_FILE")
  export PGPASSWORD
fi

made() { [ -e "$REGIE_HOME/config.toml" ]; }

case "${1:-run}" in
  init)
    regie supplier init --name "${COMPANY_NAME:?}" --sector "${COMPANY_SECTOR:?}" --listen "$LISTEN" --announce "$ANNOUNCE" --store "$STORE"
    ;;
  run)
    # Somebody makes the company by hand, and both wait for that.
    until made || regie supplier join --listen "$LISTEN" --announce "$ANNOUNCE" --store "$STORE"; do sleep "${WAIT:-5}"; done
    # Within the network of these containers; HAProxy does TLS.
    exec regie supplier run --api "$API" --api-plain
    ;;
  *)
    echo "companion.sh knows init and run" >&2
    exit 2
    ;;
esac
