#!/usr/bin/env bash
# Installs what `make run` or `make test` needs and this machine lacks.
#   scripts/setup.sh serve|run|test      the server alone | the desktop app | every test
# Debian and Ubuntu: the missing packages, and only those. Elsewhere it names what is missing and fails.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-test}

# What building needs.
packages=(gcc libc6-dev)
# What the window needs besides: WebKitGTK, and the tools that register anteroom:// links.
window_packages=(pkg-config libwebkit2gtk-4.1-dev xdg-utils desktop-file-utils)
# What the tests need besides: a display, a session bus, drivers for the window and for a browser, readers of QR codes and of PDF, and Python
# for a judge of the OpenAPI document.
test_packages=(xvfb xauth webkit2gtk-driver shared-mime-info dbus zbar-tools poppler-utils curl jq python3 python3-venv)
browsers=(chromium chromium-browser google-chrome google-chrome-stable)

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

at_least() { # at_least 1.92 1.95.0
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

check_toolchains() {
  local missing=() version
  if have cargo; then
    version=$(cargo --version | cut -d ' ' -f 2)
    at_least 1.92 "$version" || missing+=("Rust 1.92 or newer; this is $version (rustup update stable)")
  else
    missing+=("cargo (Rust 1.92 or newer): https://rustup.rs")
  fi
  if [ "$purpose" != serve ]; then
    if have node; then
      version=$(node --version | tr -d v)
      at_least 20.19 "$version" || missing+=("Node.js 20.19 or newer; this is $version: https://nodejs.org")
    else
      missing+=("node (Node.js 20.19 or newer): https://nodejs.org")
    fi
    have npm || missing+=("npm (comes with Node.js): https://nodejs.org")
  fi
  [ ${#missing[@]} -eq 0 ] || fail "missing:" "${missing[@]/#/  - }"
}

have_browser() {
  local name
  for name in "${browsers[@]}"; do
    if have "$name"; then return 0; fi
  done
  return 1
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | tr -d ' ')" = ii ]; }

setup_debian() {
  local wanted=("${packages[@]}") missing=() package root=()
  if [ "$purpose" != serve ]; then wanted+=("${window_packages[@]}"); fi
  if [ "$purpose" = test ]; then wanted+=("${test_packages[@]}"); fi
  for package in "${wanted[@]}"; do
    installed "$package" || missing+=("$package")
  done
  if [ "$purpose" = test ] && ! have_browser; then missing+=(chromium); fi
  [ ${#missing[@]} -gt 0 ] || return 0

  if [ "$(id -u)" -ne 0 ]; then
    have sudo || fail "not root, and there is no sudo. Run as root:" \
      "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    root=(sudo)
    if [ ! -t 0 ]; then root=(sudo -n); fi
  fi
  echo "setup: installing ${missing[*]}"
  "${root[@]}" apt-get update -qq </dev/null
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}

# need WHAT COMMAND...: collects WHAT if the command fails
need() {
  local what=$1
  shift
  "$@" >/dev/null 2>&1 || lacking+=("$what")
}

setup_elsewhere() {
  local lacking=()
  need "a C compiler (cc)" have cc
  if [ "$(uname -s)" = Linux ] && [ "$purpose" != serve ]; then
    need "pkg-config" have pkg-config
    need "the development files of WebKitGTK 4.1 (pkg-config name: webkit2gtk-4.1)" pkg-config --exists webkit2gtk-4.1
    need "xdg-mime (xdg-utils), for anteroom:// links" have xdg-mime
    need "update-desktop-database (desktop-file-utils), for anteroom:// links" have update-desktop-database
  fi
  if [ "$purpose" = test ]; then
    need "Xvfb and xvfb-run, the display of the window's test" have xvfb-run
    need "xauth, which xvfb-run uses" have xauth
    need "dbus-run-session, the session bus of the window's test" have dbus-run-session
    need "WebKitWebDriver, which drives the window (WebKitGTK's driver package)" have WebKitWebDriver
    need "pdftoppm, pdftotext and pdfinfo (Poppler), the readers of print sheets" have pdftoppm
    need "zbarimg (ZBar), the independent reader of QR codes" have zbarimg
    need "Chromium or Chrome, for the browser tests" have_browser
    need "curl" have curl
    need "jq" have jq
    need "Python 3 with venv, for the judge of the OpenAPI document" python3 -c 'import venv, ensurepip'
  fi
  [ ${#lacking[@]} -eq 0 ] ||
    fail "this is not Debian or Ubuntu, so please install what is missing:" "${lacking[@]/#/  - }"
}

case $purpose in serve | run | test) ;; *) fail "usage: scripts/setup.sh serve|run|test" ;; esac
check_toolchains
if have dpkg-query && have apt-get; then setup_debian; else setup_elsewhere; fi
