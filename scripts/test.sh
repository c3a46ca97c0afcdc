#!/usr/bin/env bash
# Runs the tests and prints each runner's closing lines once more at the end.
#   scripts/test.sh [rust|doc|sdk|openapi|screens|browser|desktop|nightly]...     (all but nightly if none is named)
# `make test` calls this after it installed and built what the tests need.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
logs=$target/test-logs
mkdir -p "$logs"
ran=()

# runner NAME COMMAND...: shows the command's output, keeps it, and stops at the first that fails
runner() {
  local name=$1 started=$SECONDS status=0
  shift
  printf '\n== %s: %s\n' "$name" "$*"
  "$@" 2>&1 | tee "$logs/$name.log" || status=$?
  ran+=("$name")
  printf '%s\n' "$((SECONDS - started)) s, exit $status" >"$logs/$name.end"
  if [ "$status" -ne 0 ]; then
    closing
    echo "test: $name failed (exit $status); its output is in $logs/$name.log" >&2
    exit "$status"
  fi
}

closing() {
  local name
  printf '\n== closing lines\n'
  for name in "${ran[@]}"; do
    printf -- '-- %s (%s)\n' "$name" "$(cat "$logs/$name.end")"
    sed 's/\x1b\[[0-9;]*m//g' "$logs/$name.log" |
      grep -E '^(test result:|running [1-9]|\s*(Summary|Test Files|Tests|Duration)\b|# (tests|pass|fail)|ℹ (tests|pass|fail))' |
      tail -n 40 || tail -n 3 "$logs/$name.log"
  done
}

rust() {
  if cargo nextest --version >/dev/null 2>&1; then
    runner rust cargo nextest run --locked --workspace
  else
    runner rust cargo test --locked --workspace --lib --bins --tests
  fi
}

doc() { runner doc cargo test --locked --workspace --doc; }

# OAuth clients that nobody here wrote, against the real server; one of them in a browser.
sdk() {
  cargo build --locked --workspace --bin anteroom-server --bin anteroom-bridge
  CHROMIUM=$(browser_path) runner sdk node --test --test-concurrency=2 tests/sdk/*.test.mjs
}

# docs/openapi.json, judged by schemathesis.
openapi() {
  cargo build --locked --workspace --bin anteroom-server
  runner openapi node --test tests/openapi/*.test.mjs
}

screens() { runner screens npm --prefix ui test; }

# The path of the browser that drives the screens; a shell function of the same name must not answer for it.
browser_path() {
  type -P chromium chromium-browser google-chrome google-chrome-stable | head -n 1
}

browser() {
  cargo build --locked --workspace --bin anteroom-bridge
  CHROMIUM=$(browser_path) runner browser node --test --test-concurrency=1 'tests/ui/'
}

desktop() {
  # A display, a session bus and a driver of its own; nothing of the person's desktop is touched.
  cargo build --locked --workspace --bin anteroom
  CHROMIUM=$(browser_path) runner desktop xvfb-run -a -s '-screen 0 1400x900x24 -nolisten tcp' dbus-run-session -- \
    cargo test --locked --workspace --test desktop -- --test-threads=1
}

nightly() {
  export ANTEROOM_NIGHTLY=1 ANTEROOM_ROUNDS=20
  runner nightly cargo test --locked --workspace --lib --bins --tests
  browser
}

if [ $# -eq 0 ]; then set -- rust doc sdk openapi screens browser desktop; fi
for part in "$@"; do
  case $part in
    rust | doc | sdk | openapi | screens | browser | desktop | nightly) "$part" ;;
    *) echo "test: there is no part called $part" >&2 && exit 2 ;;
  esac
done
closing
