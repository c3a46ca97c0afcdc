#!/usr/bin/env bash
# Speed: criterion for the hot functions, then load on the real server beside bare handlers. Writes target/bench.json.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked --release -p anteroom-server -p anteroom-testkit --bin anteroom-server --bin anteroom-bench
target=$(cargo metadata --locked --no-deps --format-version 1 | node -e '
  process.stdout.write(JSON.parse(require("fs").readFileSync(0)).target_directory)')
mkdir -p target
"$target/release/anteroom-bench" --server "$target/release/anteroom-server" --out target/bench.json "$@"
if [ $# -eq 0 ]; then
  cargo bench --locked -p anteroom-oauth --bench jose
fi
