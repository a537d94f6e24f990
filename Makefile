# Everything that CI runs, and what one needs beside it. Plain Go is enough for
# `make test`; `make check` installs its linter.

GO            ?= go
LINT_VERSION  := v2.15.0
LINT          := $(shell $(GO) env GOPATH)/bin/golangci-lint-$(LINT_VERSION)

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.PHONY: check
check: fmt vet lint test race bench-check survival-check cli-check browser ## all that CI checks

.PHONY: test
test: ## the tests, the architecture test among them
	$(GO) test ./...

.PHONY: race
race: ## the tests under the race detector, on one, two and eight processors
	$(GO) test -race -short -cpu 1,2,8 ./...

.PHONY: stress
stress: ## the concurrent tests, hundreds of times
	$(GO) test -race -short -count=300 -cpu 1,2,8 . ./internal/sched ./genserver ./supervisor ./examples/...

.PHONY: random
random: ## OPS (100000) random operations one at a time, compared with a model of OTP, and as many at once, under the race detector; SEED repeats
	OPS=$${OPS:-100000} SEED=$$SEED $(GO) test -race -count=1 -timeout 0 -v -run '^Test(Model|Storm)$$' ./internal/model

.PHONY: soak
soak: ## everything at once for FOR (1m) with PROCESSES (200000): is all as it was, and nothing lost?
	$(GO) run ./soak -for $${FOR:-1m} -processes $${PROCESSES:-200000}

.PHONY: fmt
fmt: ## fail if a file is not formatted
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "not formatted (gofmt -w):"; echo "$$out"; exit 1; fi

.PHONY: vet
vet: ## go vet
	$(GO) vet ./...
	cd bench && GOWORK=off $(GO) vet ./...
	cd survival && GOWORK=off $(GO) vet ./...
	cd cmd/coppice && $(GO) vet ./...

.PHONY: lint
lint: $(LINT) ## golangci-lint, with the linters of .golangci.yml
	$(LINT) run ./...
	cd bench && GOWORK=off $(LINT) run ./...
	cd survival && GOWORK=off $(LINT) run ./...
	cd cmd/coppice && $(LINT) run ./...

$(LINT):
	GOBIN=$(dir $(LINT))tmp-$(LINT_VERSION) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv $(dir $(LINT))tmp-$(LINT_VERSION)/golangci-lint $(LINT)
	rmdir $(dir $(LINT))tmp-$(LINT_VERSION)

.PHONY: bench
bench: ## Coppice beside Erlang/OTP, other Go libraries and bare channels: ROUNDS (5) of ONLY (W1,W7; all) with LIBS (coppice,hollywood; all)
	cd bench && GOWORK=off $(GO) build -o bin/bench . && \
	  ./bin/bench -only "$(ONLY)" -libs "$(LIBS)" -rounds $${ROUNDS:-5} -json bin/bench.json

.PHONY: bench-check
bench-check: ## that the benchmark runs, in tiny sizes, and its tests
	cd bench && GOWORK=off $(GO) test ./...

.PHONY: survival
survival: ## the same program with Coppice, Erlang/OTP, ergo, suture and others: what survives FAULTS (panic,hang; all) with LIBS (coppice,ergo; all)?
	cd survival && GOWORK=off $(GO) build -o bin/survival . && \
	  ./bin/survival -faults "$(FAULTS)" -libs "$(LIBS)" -json bin/survival.json

.PHONY: survival-check
survival-check: ## some cells of that table, and the tests of its judge
	cd survival && GOWORK=off $(GO) test .

.PHONY: cli-check
cli-check: ## the tests of the command line, sessions in its shell among them
	cd cmd/coppice && $(GO) test ./...

.PHONY: browser
browser: ## the observer and the page of the demo in chromium: by keyboard, with axe, narrow, from elsewhere, under load; installs what it needs, SHOTS=1 keeps pictures
	observer/browser/run

.PHONY: microbench
microbench: ## the benchmarks of all packages
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: fuzz
fuzz: ## each fuzz target for FUZZTIME (10s)
	@for target in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -h '^func Fuzz' $$target/*_test.go | sed -E 's/func (Fuzz[A-Za-z0-9_]*).*/\1/'); do \
	    echo "$$target $$f"; $(GO) test $$target -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-10s} || exit 1; \
	  done; done

.PHONY: oracle
oracle: ## compare with OTP itself: COUNT (100) random scenarios of SEED (1) and KIND (trees; processes), blessed on the BEAM
	@command -v elixir >/dev/null || { echo "make oracle needs Elixir 1.14 on Erlang/OTP 25 (Debian: apt-get install elixir erlang-dev)"; exit 1; }
	@dir=$$(mktemp -d) && elixir conformance/generate.exs $${SEED:-1} $${COUNT:-100} $$dir 2 $${KIND:-trees} && \
	  $(GO) run ./conformance/cmd/conformance -check -jobs 2 $$dir; status=$$?; rm -rf $$dir; exit $$status
