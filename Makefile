# What is done with this project, by name. `make help` lists it.

PREFIX ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
MANDIR = $(PREFIX)/share/man
COMPLETION = $(addprefix $(PREFIX)/share/,bash-completion/completions zsh/site-functions fish/vendor_completions.d)
SWIFT ?= swift
# The standard library is linked in: the programs start faster, need less memory and run without a toolchain.
RELEASE = -c release --static-swift-stdlib
PROGRAMS = .build/release
SOURCES = find Package.swift Sources Tests -name '*.swift' -not -path '*/Generated/*' -print0 | xargs -0

.PHONY: help build test unit end-to-end fuzz soak lint format generate conformance golden differential bench demo guest \
	vectors dependencies install uninstall clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dependencies: ## installs what building needs, from Debian by name
	@scripts/install-dependencies build

build: dependencies ## the programs, optimised: .build/release/roost, roostd, roost-launch and roost-leases
	$(SWIFT) build $(RELEASE)

test: ## installs what the tests need and runs them all
	@scripts/install-dependencies build run test bindings
	@scripts/test

unit: dependencies ## the unit tests alone
	$(SWIFT) test

end-to-end: ## the tests with real clients and real guests alone; SERVERS="roostd libvirtd", ROOT=another Debian's root, with its QEMU
	@scripts/install-dependencies build run test bindings
	@scripts/guest/make-guest
	$(if $(SERVERS),ROOST_SERVERS="$(SERVERS)") $(if $(ROOT),scripts/end-to-end-in-root $(ROOT),Tests/EndToEnd/run) $(TESTS)

fuzz: dependencies ## makes up input for a parser; FUZZ_TARGET=xml (packet, json, uri, qmp, records, names, numbers, images, settings), FUZZ_SECONDS=60, FUZZ_INPUT=file
	@FUZZ_TARGET=$(FUZZ_TARGET) FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz $(FUZZ_INPUT)

soak: ## the long form of the random tests, for hours: clients and restarts; ROOST_SEED=1, SERVERS="roostd libvirtd"
	@scripts/install-dependencies build run test
	@scripts/guest/make-guest
	@scripts/soak

lint: ## fails where a file is not formatted as agreed, compares Characters where bytes are meant, or imports what it must not
	@scripts/check-bytes
	@scripts/check-imports
	@$(SOURCES) $(SWIFT) format lint --strict --parallel
	@for script in $$(grep -lr --include='*' '^#!/bin/sh' scripts Tests/EndToEnd .ci); do sh -n $$script || exit 1; done

format: ## formats every file as agreed
	@$(SOURCES) $(SWIFT) format --in-place --parallel

generate: ## writes the Generated folders from the tables in Protocol/
	$(SWIFT) run roost-generate

conformance: ## how many cases of the corpus pass, a line a group, and which fail
	@scripts/conformance

golden: ## writes anew what becomes of the project's own documents, to be read, and asks libvirt 11.3 where it is
	@scripts/golden

differential: ## made-up documents, given to Roost and to libvirt 11.3 itself where its root is; DIFFERENTIAL="--machines q35 --share 1"
	@scripts/differential/run $(DIFFERENTIAL)

bench: ## calls per second, start time and memory, beside Debian's libvirtd; and what others notice of attacks
	@scripts/install-dependencies build run test
	@$(MAKE) build
	@scripts/guest/make-guest
	@bench/run
	@bench/definitions
	@bench/events
	@bench/attacks

demo: ## boots a small Linux guest and shows its console
	@scripts/demo

guest: ## the small Linux guest of tests and demo, in .build/guest
	@scripts/install-dependencies guest
	@scripts/guest/make-guest

vectors: ## records what virsh and libvirtd say to each other, for the unit tests
	@scripts/install-dependencies run test
	Tests/EndToEnd/record-vectors

install: ## programs, manual pages, completion, settings, systemd units and the guests' user; PREFIX=/usr/local, DESTDIR=
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(PREFIX)/sbin $(PREFIX)/libexec $(UNITDIR) $(MANDIR)/man1 $(MANDIR)/man5 \
		$(MANDIR)/man8 $(COMPLETION) $(PREFIX)/lib/sysusers.d $(PREFIX)/lib/tmpfiles.d $(SYSCONFDIR)/roost)
	install -m 755 $(PROGRAMS)/roost $(DESTDIR)$(PREFIX)/bin/roost
	install -m 755 $(PROGRAMS)/roostd $(DESTDIR)$(PREFIX)/sbin/roostd
	install -m 755 $(PROGRAMS)/roost-launch $(DESTDIR)$(PREFIX)/libexec/roost-launch
	install -m 755 $(PROGRAMS)/roost-leases $(DESTDIR)$(PREFIX)/libexec/roost-leases
	for program in bin/roost sbin/roostd libexec/roost-leases; do scripts/strip-program $(DESTDIR)$(PREFIX)/$$program; done
	$(PROGRAMS)/roost manual-page >$(DESTDIR)$(MANDIR)/man1/roost.1
	scripts/settings-manual packaging/etc/roostd.conf >$(DESTDIR)$(MANDIR)/man5/roostd.conf.5
	install -m 644 packaging/man/roostd.8 $(DESTDIR)$(MANDIR)/man8/roostd.8
	chmod 644 $(DESTDIR)$(MANDIR)/man1/roost.1 $(DESTDIR)$(MANDIR)/man5/roostd.conf.5
	install -m 644 packaging/completion/roost.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/roost
	install -m 644 packaging/completion/_roost $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_roost
	install -m 644 packaging/completion/roost.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/roost.fish
	install -m 644 packaging/sysusers/roost.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/roost.conf
	install -m 644 packaging/tmpfiles/roost.conf $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/roost.conf
	@# What somebody has changed is kept.
	[ -e $(DESTDIR)$(SYSCONFDIR)/roost/roostd.conf ] || \
		install -m 644 packaging/etc/roostd.conf $(DESTDIR)$(SYSCONFDIR)/roost/roostd.conf
	for unit in packaging/systemd/*; do \
		sed 's|@PREFIX@|$(PREFIX)|g' $$unit >$(DESTDIR)$(UNITDIR)/$${unit##*/} || exit 1; \
		chmod 644 $(DESTDIR)$(UNITDIR)/$${unit##*/}; \
	done
	$(if $(DESTDIR),,[ "$$(id -u)" != 0 ] || scripts/make-account)
	@echo "Installed. Next: systemctl daemon-reload && systemctl enable --now roostd.socket, then: roost list --all"

uninstall: ## takes away what install put there; settings that were changed stay
	cd $(DESTDIR)$(PREFIX)/ && rm -f bin/roost sbin/roostd libexec/roost-launch libexec/roost-leases \
		lib/sysusers.d/roost.conf lib/tmpfiles.d/roost.conf share/bash-completion/completions/roost \
		share/zsh/site-functions/_roost share/fish/vendor_completions.d/roost.fish
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/,man1/roost.1 man5/roostd.conf.5 man8/roostd.8)
	for unit in packaging/systemd/*; do rm -f $(DESTDIR)$(UNITDIR)/$${unit##*/}; done
	! cmp -s packaging/etc/roostd.conf $(DESTDIR)$(SYSCONFDIR)/roost/roostd.conf || \
		rm $(DESTDIR)$(SYSCONFDIR)/roost/roostd.conf

clean: ## removes what was built
	rm -rf .build .build-fuzz
