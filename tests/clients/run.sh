#!/usr/bin/env bash
# Drives official clients of other products against a daemon of this program: Kapso's SDK, Twilio's library, promtool and
# schemathesis. By hand, not in CI: it installs them from npm, PyPI and Debian, at the versions that stand beside it.
#
#   tests/clients/run.sh [path of the program]      # target/debug/transom without one
#
# What it needs: node 20, python 3.11, curl, and promtool (Debian's package `prometheus`), else that part is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:-$here/../../target/debug/transom}")
work=$(mktemp -d)
daemon=
mock=
finish() {
  [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
  [ -z "$mock" ] || kill "$mock" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

(cd "$here" && npm ci --silent --no-fund --no-audit)
[ -x "$here/.venv/bin/schemathesis" ] || {
  python3 -m venv "$here/.venv"
  "$here/.venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
}

free() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
export DAEMON_PORT=$(free) ADMIN_PORT=$(free) MOCK_PORT=$(free) WORK=$work
cp -r "$here/bot/." "$work/"
sed -e "s/DAEMON_PORT/$DAEMON_PORT/g" -e "s/ADMIN_PORT/$ADMIN_PORT/g" -e "s/MOCK_PORT/$MOCK_PORT/g" "$here/config.yaml" > "$work/config.yaml"

node "$here/mock.mjs" > "$work/mock.log" 2>&1 &
mock=$!
"$program" serve --config "$work/config.yaml" > "$work/daemon.log" 2>&1 &
daemon=$!
for _ in $(seq 100); do
  curl -sf "http://127.0.0.1:$DAEMON_PORT/healthz" > /dev/null && break
  sleep 0.1
done

# The clients leave their own files where they run.
cd "$work"
failed=0
part() {
  echo "== $1"
  shift
  "$@" || { failed=1; echo "-- it failed; the end of the daemon's log:"; tail -5 "$work/daemon.log"; }
}

part "Kapso's SDK" node "$here/kapso.mjs"
part "Twilio's library" node "$here/twilio.mjs"
if command -v promtool > /dev/null; then
  part "promtool" sh -c 'curl -sf "http://127.0.0.1:$ADMIN_PORT/metrics" | promtool check metrics'
else
  echo "== promtool is not installed: left out"
fi
part "schemathesis" "$here/.venv/bin/schemathesis" run "http://127.0.0.1:$DAEMON_PORT/openapi.json" \
  --header "Authorization: Bearer key-acme-0123456789" --checks all --phases examples,fuzzing --max-examples "${EXAMPLES:-20}" \
  --seed "${SEED:-7}" --continue-on-failure --no-color --exclude-path /v1/events --exclude-path-regex '^/webhooks/'
exit $failed
