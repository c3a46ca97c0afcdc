# Two commands are enough to begin: `make run` opens the app, `make test` runs every test.
# Both install what is missing on Debian and Ubuntu, and name it elsewhere.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

UI_BUILT := ui/dist/index.html
UI_INSTALLED := ui/node_modules/.package-lock.json
SDK_INSTALLED := tests/sdk/node_modules/.package-lock.json
JUDGES_INSTALLED := target/judges/.installed
UI_SOURCES := $(shell find ui/src ui/public ui/index.html ui/*.json ui/*.ts -type f 2>/dev/null)
CLIPPY := cargo clippy --locked --workspace

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

## the two commands of a newcomer

run: ## open the desktop app; without a display, the server with a sample clinic
	@scripts/run.sh

test: ## every test: Rust, screens, browser, the real window
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory screens judges
	@scripts/test.sh

## before a commit

check: ## what CI runs: format, lint, generated files, layers, then every test
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory lint gen-clean deny
	@$(MAKE) --no-print-directory test

fmt: $(UI_INSTALLED) ## format Rust and TypeScript
	cargo fmt --all
	npm --prefix ui run fmt

lint: $(UI_INSTALLED) ## formatting, clippy, Biome, tsc, knip, shell syntax
	cargo fmt --all --check
	bash -n .ci/run scripts/*.sh
	npm --prefix ui run lint
	npm --prefix ui run typecheck
	npm --prefix ui run knip
	$(CLIPPY) --all-targets -- -D warnings
	$(CLIPPY) --test desktop -- -D warnings

gen: ## write the generated files anew: TypeScript bindings, schemas of the files, refusals, OpenAPI
	ANTEROOM_UPDATE_BINDINGS=1 cargo test --quiet --locked -p anteroom-admin --test bindings
	ANTEROOM_UPDATE_BINDINGS=1 cargo test --quiet --locked -p anteroom-engine --test errors
	ANTEROOM_UPDATE_BINDINGS=1 cargo test --quiet --locked -p anteroom-testkit --test oauth published_openapi
	ANTEROOM_UPDATE_BINDINGS=1 cargo test --quiet --locked -p anteroom-engine --lib published_schema
	ANTEROOM_UPDATE_BINDINGS=1 cargo test --quiet --locked -p anteroom-flows --lib published_schema

gen-clean: gen ## fail if the committed generated files differ from what is generated
	@git diff --exit-code -- ui/src/api/bindings.ts docs/workspace.schema.json docs/flow.schema.json docs/errors.md docs/openapi.json \
	  || { echo 'The generated files above are out of date: commit what `make gen` wrote.' >&2; exit 1; }

layers: ## check which package may know what
	node scripts/layers.mjs

deny: layers ## layers; advisories and licences where cargo-deny is installed
	@if command -v cargo-deny >/dev/null; then cargo deny --locked check; \
	 else echo 'cargo-deny is not installed: advisories and licences were not checked (cargo install cargo-deny)'; fi

## while developing

setup: ## install system packages, and the npm packages of the screens
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory $(UI_INSTALLED)

dev: $(UI_INSTALLED) ## the desktop app, rebuilt while you edit
	ui/node_modules/.bin/tauri dev

ui: $(UI_INSTALLED) ## the screens alone in a browser, on their mock backend
	npm --prefix ui run dev

e2e: $(UI_BUILT) ## browser tests, and the test in the real window
	@scripts/test.sh browser desktop

bench: ## speed against bare handlers; writes target/bench.json
	@scripts/bench.sh

pictures: $(UI_INSTALLED) ## every screen, light and dark, wide and narrow, in three languages, into target/pictures
	npm --prefix ui run pictures

fuzz: ## libFuzzer on every target, FUZZ_SECONDS each (60 if not said)
	@scripts/fuzz.sh $${FUZZ_SECONDS:-60}

nightly: $(UI_BUILT) ## the long runs: 1,000 kills, a million codes
	@scripts/test.sh nightly

deb: $(UI_BUILT) ## a Debian package in target/release/bundle/deb
	CI=true ui/node_modules/.bin/tauri build --bundles deb

## files

$(UI_INSTALLED): ui/package-lock.json
	cd ui && npm ci --no-audit --no-fund
	touch $@

$(UI_BUILT): $(UI_SOURCES) $(UI_INSTALLED)
	npm --prefix ui run build
	touch $@

screens: $(UI_BUILT)
	@:

# The clients and judges of other people: from npm, and from PyPI into an environment of its own.
$(SDK_INSTALLED): tests/sdk/package-lock.json
	cd tests/sdk && npm ci --no-audit --no-fund
	touch $@

$(JUDGES_INSTALLED): tests/openapi/requirements.txt
	python3 -m venv target/judges
	target/judges/bin/pip install --quiet --disable-pip-version-check -r tests/openapi/requirements.txt
	touch $@

judges: $(SDK_INSTALLED) $(JUDGES_INSTALLED)
	@:

.PHONY: help screens judges run test check fmt lint gen gen-clean layers deny setup dev ui e2e bench pictures fuzz nightly deb
