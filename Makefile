# The habits of the project. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
FUZZTIME ?= 10s
# PKG narrows test, race, fuzz and gobench to some packages: make race PKG=./internal/dtp
PKG      ?= ./...
ARGS     ?=

# The linter is pinned in tools/go.mod and built once for each pair of its own
# version and the compiler's (it must not be older than the code that it reads).
LINT_MODULE  := github.com/golangci/golangci-lint/v2
LINT_VERSION := $(shell awk '$$1 == "$(LINT_MODULE)" { print $$2 }' tools/go.mod)
LINT         := .tools/golangci-lint-$(LINT_VERSION)-$(shell $(GO) env GOVERSION)

# Systems that the project is built and vetted for besides the one at hand.
CROSS := windows darwin freebsd

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/ferry (without cgo: it could not drop its power in all threads)
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ferry ./cmd/ferry

.PHONY: pam
pam: ## Build bin/ferry-pam, which asks PAM (needs C: scripts/pam.sh)
	scripts/pam.sh $(GO) -C pam build -trimpath -o ../bin/ferry-pam ./cmd/ferry-pam

.PHONY: run
run: build ## Build and run ferry: make run ARGS='serve --dir .'
	bin/ferry $(ARGS)

.PHONY: test
test: peers ## Run all tests, those with real clients and servers too
	$(GO) test -shuffle=on -timeout 10m $(PKG)
ifeq ($(PKG),./...)
	scripts/pam.sh --if-possible $(GO) -C pam build -trimpath -o ../bin/ferry-pam ./cmd/ferry-pam
	scripts/pam.sh --if-possible $(GO) -C pam test -shuffle=on -timeout 5m ./...
	$(GO) -C bench test -shuffle=on -timeout 5m ./...
endif

.PHONY: race
race: peers ## Run all tests but the interop run under the race detector
	$(GO) test -race -shuffle=on -timeout 15m $$($(GO) list $(PKG) | grep -v '^ferry/interop$$')

.PHONY: interop
interop: peers ## Run every client against ferry and print the table
	$(GO) test -count=1 -timeout 15m -v ./interop

.PHONY: soak
soak: ## Hold 5,000 sessions for SOAK_TIME (2m), 200 of them transferring, with faults among it
	SOAK_SESSIONS=$${SOAK_SESSIONS:-5000} SOAK_TIME=$${SOAK_TIME:-2m} $(GO) test -count=1 -timeout 30m -v -run '^TestSoak$$' ./interop

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (10s)
	GO='$(GO)' scripts/fuzz.sh '$(FUZZTIME)' $(PKG)

.PHONY: gobench
gobench: ## Run the Go benchmarks: make gobench ARGS='-count=10' for benchstat
	$(GO) test -run '^$$' -bench . -benchmem $(ARGS) $(PKG)

.PHONY: bench
bench: build peers ## Measure ferry beside other servers, into docs/benchmarks.md (root): ARGS='-rounds 1 -only LIST' for less
	scripts/peers.sh bench
	$(GO) -C bench build -trimpath -o ../bin/bench-server ./server
	bin/bench-server $(if $(ARGS),$(ARGS),-out docs/benchmarks.md)

.PHONY: bench-client
bench-client: build peers ## Measure ferry's client beside lftp, curl and rclone: make bench-client ARGS='-rounds 3 -only sync'
	scripts/peers.sh bench
	$(GO) -C bench build -trimpath -o ../bin/bench-client ./client
	bin/bench-client $(ARGS)

.PHONY: lab
lab: build peers ## Try every mode on every network of the laboratory; write docs/lab.md (root)
	scripts/lab.sh

.PHONY: lint
lint: $(LINT) ## Check format, lint, vet; build and vet for other systems
	$(LINT) config verify
	$(LINT) fmt --diff
	$(LINT) run
	$(GO) mod tidy -diff
	$(GO) vet ./...
	scripts/pam.sh --if-possible env -C pam '$(CURDIR)/$(LINT)' run
	cd pam && $(GO) mod tidy -diff
	cd bench && '$(CURDIR)/$(LINT)' run && $(GO) mod tidy -diff
	@for os in $(CROSS); do \
		echo "GOOS=$$os go build, go vet"; \
		GOOS=$$os $(GO) build ./...; \
		GOOS=$$os $(GO) vet ./...; \
	done

.PHONY: fmt
fmt: $(LINT) ## Format all Go files
	$(LINT) fmt

.PHONY: man
man: ## Write the manual pages into man/
	$(GO) run ./cmd/ferry man man

.PHONY: gen
gen: ## Make the generated files and documents anew
	$(GO) generate ./...

.PHONY: peers
peers: ## Fetch real FTP clients and servers into .peers/ (installs nothing)
	@scripts/peers.sh

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION) (once, some minutes)"
	@mkdir -p .tools
	@rm -f .tools/golangci-lint*
	$(GO) -C tools build -trimpath -o '$(CURDIR)/$(LINT)' $(LINT_MODULE)/cmd/golangci-lint

.PHONY: clean
clean: ## Remove what was built; the linter and the peers stay
	rm -rf bin man
