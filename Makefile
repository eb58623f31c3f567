# The only door: "make help" says what there is. Everything made goes below build/.

PREFIX  ?= /usr/local
MINUTES ?= 2
CFLAGS  ?=

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
# Two jobs at once, unless -j says otherwise.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j2
endif

# What there is to compile. Nothing is listed by hand.
common := $(wildcard common/*.c)
host   := $(shell find host -name '*.c')
agent  := $(shell find agent -name '*.c')
tests  := $(wildcard tests/unit/test_*.c)
fuzz   := $(wildcard tests/fuzz/fuzz_*.c)
headers := $(shell find common host agent -name '*.h')
scripts := $(shell find libraries tests examples -name '*.sh') $(wildcard tests/e2e/*.bats tests/e2e/*.bash)

standard := -std=gnu17 -D_GNU_SOURCE -I. -MMD -MP
# common/guard.h: a way back when memory is exhausted.
unwinding := -fexceptions
warnings := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror

host_flags := $(unwinding) -O2 -g -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2
host_link  := -pie -static-libgcc -Wl,-z,relro,-z,now,-z,noexecstack
host_own   := build/host-libraries
host_libs  := $(addprefix $(host_own)/lib/,libcurl.a libarchive.a libmicrohttpd.a) -Wl,--as-needed \
	-lssl -lcrypto -lz -lzstd -llzma -lbz2 -lacl -lcjson -lm \
	-Wl,-Bstatic -lyaml -ledit -lbsd -lmd -ltinfo -lmbedcrypto -Wl,-Bdynamic

# Under Debian's musl-gcc -static-pie silently gives a dynamic program: hence -no-pie.
musl        := build/agent-libraries
agent_flags := -Os -g0 -fno-pie -fstack-protector-strong -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-isystem $(musl)/include -idirafter $(musl)/kernel
agent_link  := -static -no-pie -s -Wl,--gc-sections -Wl,--build-id=none -Wl,--eh-frame-hdr -L$(musl)/lib
agent_libs  := -lcurl -lcjson -lyaml -lpcre2-8 -lmbedtls -lmbedx509 -lmbedcrypto -lm

asan_flags := $(unwinding) -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -Wno-maybe-uninitialized -Wno-format-truncation
asan_libs  := -lcurl -lcjson -lyaml -larchive -ledit -lpcre2-8 -lmbedtls -lmbedx509 -lmbedcrypto \
	-lmicrohttpd -lcrypto -lm
fuzz_flags := $(unwinding) -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

# $(call objects,VARIANT,SOURCES)
objects = $(patsubst %.c,build/obj/$(1)/%.o,$(2))
host_objects  := $(call objects,host,$(common) $(host))
agent_objects := $(call objects,agent-musl,$(common) $(agent))
parts         := $(filter-out host/main.c agent/main.c,$(common) $(host) $(agent))
unit_programs   := $(patsubst tests/unit/%.c,build/asan/%,$(tests))
replay_programs := $(patsubst tests/fuzz/fuzz_%.c,build/asan/replay_%,$(fuzz))
exhaust_programs := $(patsubst tests/fuzz/fuzz_%.c,build/asan/exhaust_%,$(fuzz))
fuzz_programs   := $(patsubst tests/fuzz/fuzz_%.c,build/fuzz/%,$(fuzz))

.PHONY: all
all: build/factory build/agent toolbox

.PHONY: toolbox
toolbox: build/tools/agent build/tools/consul-template build/tools/ca-certificates.crt

# What is made of the table of keys and shipped; a test tells when it is out of date.
.PHONY: schema
schema: build/factory
	@mkdir -p schema
	@build/factory check --schema > schema/manifest.json
	@build/factory module check --schema > schema/module.json
	@build/factory check --keys > build/keys-manifest.md
	@build/factory module check --keys > build/keys-modules.md
	@for page in manifest modules; do \
		sed -i -e '/^<!-- keys -->$$/,/^<!-- end of keys -->$$/{//!d}' \
			-e "/^<!-- keys -->$$/r build/keys-$$page.md" docs/$$page.md; \
	done

# The same for the table of errors.
.PHONY: errors
errors: build/factory
	@build/factory explain --markdown > docs/errors.md

.PHONY: asan
asan: build/asan/factory build/asan/agent build/asan/conformance \
	build/faults/agent build/faults/factory build/faults/faults.so $(unit_programs) \
	$(replay_programs) $(exhaust_programs)

.PHONY: demo
demo: packages-demo
	@$(MAKE) --no-print-directory all
	@examples/demo.sh

.PHONY: test
test: packages-test packages-lint
	@$(MAKE) --no-print-directory all asan lint-all
	@tests/run.sh

# Static analysis, of those files again that have changed.
.PHONY: lint
lint: packages-lint
	@$(MAKE) --no-print-directory lint-all

.PHONY: coverage
coverage: packages-coverage
	@$(MAKE) --no-print-directory $(subst build/asan/,build/coverage/,$(unit_programs) $(replay_programs))
	@tests/coverage.sh

.PHONY: bench
bench: packages-bench
	@$(MAKE) --no-print-directory all
	@tests/bench/run.sh

.PHONY: load
load: packages-bench
	@$(MAKE) --no-print-directory all
	@tests/load/run.sh

.PHONY: soak
soak: packages-test
	@$(MAKE) --no-print-directory all
	@tests/faults/soak.sh

# COSTS: a file with the seconds that builds took, one a line.
.PHONY: simulate
simulate: build/simulate
	@build/simulate $(COSTS)

.PHONY: fuzz
fuzz: packages-fuzz
	@$(MAKE) --no-print-directory $(fuzz_programs) build/fuzz/agent \
		build/asan/test_jinja build/asan/test_template_go build/asan/test_hcl
	@tests/fuzz/run.sh $(MINUTES)

# factory's pages are made of the table of commands, by the program itself.
.PHONY: man
man: build/factory
	@rm -rf build/man && mkdir -p build/man
	@build/factory man build/man
	@cp docs/agent.1 build/man/agent.1

# What is installed, as it will lie below PREFIX.
staged := build/stage
.PHONY: stage
stage: all man
	@rm -rf $(staged)
	@install -D -m 755 -t $(staged)/bin build/factory
	@install -D -m 755 -t $(staged)/lib/factory build/agent
	@install -D -m 644 -t $(staged)/lib/factory build/tools/ca-certificates.crt
	@install -D -m 644 -t $(staged)/share/factory schema/manifest.json schema/module.json
	@install -D -m 644 -t $(staged)/share/man/man1 build/man/*.1
	@install -D -m 644 -t $(staged)/share/doc/factory README.md docs/*.md docs/*.svg
	@install -D -m 644 host/complete/factory.bash $(staged)/share/bash-completion/completions/factory
	@install -D -m 644 host/complete/factory.zsh $(staged)/share/zsh/site-functions/_factory
	@install -D -m 644 -t $(staged)/share/fish/vendor_completions.d host/complete/factory.fish

.PHONY: install
install: stage
	@cd $(staged) && find . -type f -printf '%P\n' | while read -r file; do \
		install -D -m "$$(stat -c %a "$$file")" "$$file" "$(DESTDIR)$(PREFIX)/$$file" || exit; \
	done
	@echo "installed in $(DESTDIR)$(PREFIX)"

# Directories go too where they are factory's own.
.PHONY: uninstall
uninstall: stage
	@cd $(staged) && find . -type f -printf '$(DESTDIR)$(PREFIX)/%P\0' | xargs -0 rm -f
	@cd $(staged) && find . -depth -type d -name factory -printf '$(DESTDIR)$(PREFIX)/%P\0' | \
		xargs -0 rmdir --ignore-fail-on-non-empty 2>/dev/null || true
	@echo "removed from $(DESTDIR)$(PREFIX)"

.PHONY: deb
deb: stage
	@packaging/deb.sh $(staged) build

.PHONY: clean
clean: # an engine that was started by sudo leaves files of root's
	@rm -rf build 2>/dev/null || sudo rm -rf build

.PHONY: help
help:
	@echo 'make            build/factory and build/agent'
	@echo 'make demo       builds an image from examples/python-app and runs it'
	@echo 'make test       all tests, on a private engine and a private Consul'
	@echo 'make lint       static analysis: gcc, clang-tidy, cppcheck, shellcheck'
	@echo 'make coverage   how much of each room the unit tests and corpora run'
	@echo 'make bench      times against docker build and others, into docs/benchmarks.md'
	@echo 'make load       much of everything: steps, builds, sessions, output, files, nodes'
	@echo 'make soak       20,000 schedules of faults between driver, engines, agent and Consul'
	@echo 'make simulate   places 100,000 builds on 1,000 endpoints that are only counted'
	@echo 'make fuzz       fuzzes every parser; MINUTES=2 in all'
	@echo 'make schema     the JSON Schemas, and the tables of keys in docs/'
	@echo 'make errors     docs/errors.md'
	@echo 'make asan       programs and unit tests under AddressSanitizer, in build/asan/'
	@echo 'make man        the manual pages, in build/man/'
	@echo 'make install    to PREFIX=/usr/local, below DESTDIR; make uninstall removes it'
	@echo 'make deb        a Debian package, in build/'
	@echo 'make clean      removes build/'
	@echo
	@echo 'demo, test, lint, coverage, bench and fuzz install the Debian packages that are missing, and'
	@echo 'ask before they use sudo; the others only say which are missing.'

# Installs what is missing for a purpose.
.PHONY: packages-%
packages-%:
	@tests/fixtures/packages.sh $*

# Before anything is compiled: are the tools there?
.PHONY: tools-check
tools-check:
	@tests/fixtures/packages.sh --check build

build/factory: $(host_objects) $(host_own)/done
	@mkdir -p $(@D)
	@echo "  link     $@"
	@$(CC) $(host_link) $(LDFLAGS) -o $@ $(filter %.o,$^) $(host_libs)

build/simulate: $(filter-out %/main.o,$(host_objects)) build/obj/host/tests/bench/simulate.o $(host_own)/done
	@mkdir -p $(@D)
	@echo "  link     $@"
	@$(CC) $(host_link) $(LDFLAGS) -o $@ $(filter %.o,$^) $(host_libs)

# What serves a session goes on when memory is exhausted; what its workers do ends with them, and
# needs no tables for that.
$(call objects,agent-musl,$(common) $(wildcard agent/*.c agent/session/*.c agent/tree/*.c)): \
	agent_flags += $(unwinding)

# Most of what a large tree of keys costs.
build/obj/agent-musl/common/consul_keys.o: agent_flags += -O2

build/agent: $(agent_objects)
	@mkdir -p $(@D)
	@echo "  link     $@"
	@musl-gcc $(agent_link) -o $@ $^ $(agent_libs)

$(host_own)/done: libraries/host.sh libraries/build.sh libraries/private-apt.sh | tools-check
	@libraries/host.sh $(host_own)
	@touch $@

$(musl)/done: libraries/agent.sh libraries/build.sh libraries/private-apt.sh libraries/mbedtls-trim.h | tools-check
	@libraries/agent.sh $(musl)
	@touch $@

# The tree that a toolbox image holds at /tools.
build/tools/agent: build/agent
	@install -D -m 755 $< $@

build/tools/consul-template: build/tools/agent
	@ln -sfn agent $@

build/tools/ca-certificates.crt: /etc/ssl/certs/ca-certificates.crt
	@install -D -m 644 $< $@

/etc/ssl/certs/ca-certificates.crt: | tools-check

build/obj/host/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc       $<"
	@$(CC) $(standard) $(warnings) $(host_flags) $(CFLAGS) -c $< -o $@

# The compiler takes these in, without telling.
$(foreach variant,host asan fuzz,build/obj/$(variant)/host/report/assets.o): \
	$(wildcard host/report/page.* host/report/*.js)

build/obj/agent-musl/%.o: %.c Makefile $(musl)/done
	@mkdir -p $(@D)
	@echo "  cc musl  $<"
	@musl-gcc $(standard) $(warnings) $(agent_flags) -c $< -o $@

build/obj/asan/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc asan  $<"
	@gcc $(standard) $(warnings) $(asan_flags) -c $< -o $@

build/obj/coverage/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc cov   $<"
	@gcc $(standard) $(unwinding) -w -O0 -g --coverage -c $< -o $@

build/obj/fuzz/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc fuzz  $<"
	@clang $(standard) -w $(fuzz_flags) -c $< -o $@

build/obj/afl/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc afl   $<"
	@AFL_QUIET=1 afl-clang-fast $(standard) $(unwinding) -w -O1 -g -c $< -o $@

# The assembler takes these in.
$(foreach kind,host asan fuzz analyzer coverage,build/obj/$(kind)/host/complete/shells.o): $(wildcard host/complete/factory.*)

# From an archive each test takes only what it needs, so that host and agent need not agree.
build/asan/parts.a: $(call objects,asan,$(parts))
build/fuzz/parts.a: $(call objects,fuzz,$(parts))
build/coverage/parts.a: $(call objects,coverage,$(parts))
build/asan/parts.a build/fuzz/parts.a build/coverage/parts.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcs $@ $^

asan_program = mkdir -p $(@D) && echo "  link     $@" && \
	gcc $(asan_flags) -o $@ $^

build/asan/factory: $(call objects,asan,$(common) $(host))
	@$(asan_program) $(asan_libs)

build/asan/agent: $(call objects,asan,$(common) $(agent))
	@$(asan_program) $(asan_libs)

build/asan/test_%: build/obj/asan/tests/unit/test_%.o build/asan/parts.a
	@$(asan_program) $(asan_libs) -lcmocka

build/asan/conformance: $(call objects,asan,$(wildcard tests/conformance/*.c)) build/asan/parts.a
	@$(asan_program) $(asan_libs)

build/asan/replay_%: build/obj/asan/tests/fuzz/fuzz_%.o build/obj/asan/tests/fuzz/replay.o build/asan/parts.a
	@$(asan_program) $(asan_libs)

build/asan/exhaust_%: build/obj/asan/tests/fuzz/fuzz_%.o build/obj/asan/tests/fuzz/exhaust.o build/asan/parts.a
	@$(asan_program) $(asan_libs)

# The agent as a dynamic program, and what makes calls of libc fail in it (tests/e2e/faults.bats).
build/faults/agent: $(call objects,host,$(common) $(agent))
	@mkdir -p $(@D)
	@echo "  link     $@"
	@$(CC) $(host_link) -o $@ $^ $(asan_libs)

# The driver, with commands at cells of its machine's table (tests/faults/points.c).
build/faults/factory: $(host_objects) build/obj/host/tests/faults/points.o $(host_own)/done
	@mkdir -p $(@D)
	@echo "  link     $@"
	@$(CC) $(host_link) -Wl,--wrap=machine_lookup,--wrap=poll -o $@ $(filter %.o,$^) $(host_libs)

build/faults/faults.so: tests/fixtures/faults.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  cc       $<"
	@$(CC) $(standard) $(warnings) -O2 -fPIC -shared -MF build/obj/faults.d -o $@ $<

build/coverage/test_%: build/obj/coverage/tests/unit/test_%.o build/coverage/parts.a
	@echo "  link     $@"
	@gcc --coverage -o $@ $^ $(asan_libs) -lcmocka

build/coverage/replay_%: build/obj/coverage/tests/fuzz/fuzz_%.o build/obj/coverage/tests/fuzz/replay.o build/coverage/parts.a
	@echo "  link     $@"
	@gcc --coverage -o $@ $^ $(asan_libs)

build/fuzz/agent: $(call objects,afl,$(common) $(agent))
	@mkdir -p $(@D)
	@echo "  link     $@"
	@AFL_QUIET=1 afl-clang-fast -o $@ $^ $(asan_libs)

build/fuzz/%: build/obj/fuzz/tests/fuzz/fuzz_%.o build/fuzz/parts.a
	@echo "  link     $@"
	@clang -fsanitize=fuzzer,address,undefined -o $@ $^ $(asan_libs)

# Findings stop it; a stamp stands for a file without one. The analyzer's object brings the headers.
build/obj/analyzer/%.o: %.c Makefile | tools-check
	@mkdir -p $(@D)
	@echo "  analyze  $<"
	@gcc $(standard) $(warnings) -O1 -fanalyzer -fdiagnostics-path-format=none -c $< -o $@

.PHONY: lint-all
lint-all: $(patsubst %.c,build/lint/%.tidy,$(common) $(host) $(agent)) \
	build/lint/cppcheck build/lint/shellcheck
	@:

# clang's analyzer takes minutes for everything (.clang-tidy says what it found): it reads what reads
# input from outside.
closely := $(wildcard $(addprefix common/,json.c yaml*.c frame.c kv.c consul_keys.c utf8.c value.c buffer.c \
	arena.c) agent/render/template/*.c agent/render/config/hcl*.c host/jinja/*parse*.c host/jinja/*lex*.c \
	$(addprefix agent/facts/,sqlite.c rpm_*.c netlink.c dhcp.c))
$(patsubst %.c,build/lint/%.tidy,$(closely)): more_checks := '--checks=clang-analyzer-core.*,clang-analyzer-unix.*,$\
	clang-analyzer-deadcode.*,clang-analyzer-security.insecureAPI.*,$\
	-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'

build/lint/%.tidy: %.c build/obj/analyzer/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  tidy     $<"
	@clang-tidy --quiet $(more_checks) $< -- $(standard) 2>/dev/null
	@touch $@

build/lint/cppcheck: $(common) $(host) $(agent) $(headers) tests/lint/cppcheck
	@mkdir -p $(@D)/cppcheck-cache
	@echo "  cppcheck"
	@cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability \
		--cppcheck-build-dir=$(@D)/cppcheck-cache --suppressions-list=tests/lint/cppcheck \
		--error-exitcode=1 -D_GNU_SOURCE -I. host common agent
	@touch $@

# Variables that a file which is sourced sets or uses (SC2034, SC2154) are none that it can see.
build/lint/shellcheck: $(scripts)
	@mkdir -p $(@D)
	@echo "  shellcheck"
	@shellcheck --external-sources --severity=warning --exclude=SC2034,SC2154 $(scripts)
	@touch $@

.SECONDARY:
-include $(shell find build/obj -name '*.d' 2>/dev/null)
