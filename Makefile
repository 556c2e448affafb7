# Postmeter. "make help" lists what can be made.

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.NOTPARALLEL: # the parts of make test come one after the other
SHELL := /bin/sh

# Where tools that make installs are kept; never in the repository.
TOOLS := $(CURDIR)/.tools/bin
# The toolchain is often here and not in the PATH of a bare machine.
export PATH := $(CURDIR)/.tools/node/node_modules/.bin:$(TOOLS):$(PATH):/usr/local/go/bin
# Version control is asked once, below, and not by each build.
export GOFLAGS := -buildvcs=false

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
# Long parts, so that a slow machine can be given more.
TEST_TIMEOUT ?= 25m
FUZZ_TIME ?= 10s

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build, then show a provider whose month is metered, billed, mailed and paid
	./postmeter demo

.PHONY: build
build: need-go ## Build the static binary ./postmeter
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X postmeter/internal/app.version=$(VERSION)' -o postmeter ./cmd/postmeter

.PHONY: test
test: need-tests lint build unit browser ## Install what is missing, then check and test everything, on both databases

.PHONY: unit
unit: need-tests ## Run the tests alone
	gotestsum --format standard-quiet -- -count=1 -timeout $(TEST_TIMEOUT) ./...

.PHONY: browser
browser: build ## Test the pages in a real browser; screenshots are in build/screenshots
	@scripts/need.sh go postgresql mailman3 browser
	POSTMETER=$(CURDIR)/postmeter go test -tags browser -count=1 -timeout $(TEST_TIMEOUT) -parallel 2 ./browser/

.PHONY: race
race: need-tests ## Run the tests under the race detector (needs a C compiler)
	scripts/need.sh cc
	CGO_ENABLED=1 gotestsum --format standard-quiet -- -race -count=1 -timeout $(TEST_TIMEOUT) ./...

.PHONY: lint
lint: need-lint ## Check form, vet, and lint
	scripts/formatted.sh
	scripts/generated.sh
	go vet ./...
	go vet -tags bench,soak,browser ./...
	golangci-lint run ./...

# Benchmarks live beside the code that they measure. Paired ones, which print a
# rate, the rate of a bare loop on the same machine, and their ratio, are tests
# with the build tag bench in internal/bench.
.PHONY: bench
bench: need-tests ## Measure: benchmarks, then rates beside those of a bare loop
	scripts/need.sh pflogsumm
	go test -run '^$$' -bench . -benchmem -timeout 60m ./...
	$(if $(wildcard internal/bench/*_test.go),go test -tags bench -run . -v -count=1 -timeout 120m ./internal/bench/...)

# Long versions of tests have the build tag soak and names that start with TestSoak.
.PHONY: soak
soak: need-tests ## Run the long versions of the random tests
	go test -tags soak -run '^TestSoak' -v -count=1 -timeout 6h ./...

.PHONY: fuzz
fuzz: need-go ## Fuzz every parser for FUZZ_TIME (10s) each
	scripts/fuzz.sh $(FUZZ_TIME)

.PHONY: generate
generate: ## Write the Go code of the page templates
	@scripts/need.sh go templ
	templ generate -path internal/face

.PHONY: clean
clean: ## Remove what was built, and the tools
	rm -rf postmeter .tools

.PHONY: need-go need-lint need-tests
need-go:
	@scripts/need.sh go
need-lint:
	@scripts/need.sh go golangci-lint templ
need-tests:
	@scripts/need.sh go postgresql mailman3 gotestsum pebble
