#!/usr/bin/env bash
# Opens the desktop app. Without a display it starts the server on a sample clinic and shows a magic link.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname -s)" = Darwin ]; then
  scripts/setup.sh run
  make --no-print-directory screens
  # the workspace's features, so that `make test` finds the same build
  cargo build --locked --workspace --bin anteroom
  exec "$target/debug/anteroom"
fi

echo 'There is no display ($DISPLAY and $WAYLAND_DISPLAY are empty), so the window cannot open.'
echo 'Starting the server on examples/clinic.json instead. Ctrl-C ends it.'
scripts/setup.sh serve
cargo build --locked --workspace --bin anteroom-server --example first_link

log=$(mktemp -d)
"$target/debug/anteroom-server" serve --ephemeral --listen "${ANTEROOM_LISTEN:-127.0.0.1:8103}" \
  --workspace examples/clinic.json >"$log/ready" 2>"$log/stderr" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$log"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

until [ -s "$log/ready" ]; do
  if ! kill -0 "$server" 2>/dev/null; then
    status=0
    wait "$server" || status=$?
    cat "$log/stderr" >&2
    exit "$status"
  fi
  sleep 0.1
done
base_url=$(sed -nE 's/.*"base_url":"([^"]+)".*/\1/p' "$log/ready")
"$target/debug/examples/first_link" "$base_url" examples/clinic.json
wait "$server"
