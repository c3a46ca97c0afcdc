#!/usr/bin/env bash
# Fuzzes every target in fuzz/fuzz_targets for some seconds: scripts/fuzz.sh [SECONDS [TARGET...]] (60 each if nothing is said).
# The flags are those that cargo-fuzz gives rustc, but for the sanitizers, which need a nightly toolchain.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
seconds=${1:-60}
shift || true
command -v c++ >/dev/null || { echo 'fuzz: libFuzzer needs a C++ compiler (g++)' >&2; exit 1; }

host=$(rustc -vV | sed -n 's/^host: //p')
coverage=(-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
  -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing)
# With --target, build scripts and macros are not instrumented.
RUSTFLAGS="${coverage[*]}" cargo build --locked --release --target "$host"

if [ $# -eq 0 ]; then
  for source in fuzz_targets/*.rs; do set -- "$@" "$(basename "$source" .rs)"; done
fi
for target in "$@"; do
  printf '\n== fuzz %s for %s s\n' "$target" "$seconds"
  mkdir -p "target/corpus/$target" target/artifacts
  seeds=()
  if [ -d "seeds/$target" ]; then seeds=("seeds/$target"); fi
  "target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="target/artifacts/$target-" "target/corpus/$target" "${seeds[@]}" 2>"target/artifacts/$target.log" ||
    { tail -n 30 "target/artifacts/$target.log" >&2; echo "fuzz: $target failed" >&2; exit 1; }
  grep -E '^(stat::number_of_executed_units|stat::average_exec_per_sec|Done)' "target/artifacts/$target.log"
done
