# The front door. The build itself is in meson.build, the packages it needs in tools/apt-packages.
TIME ?= 60
DESTDIR ?=
PREFIX ?= /usr/local
LIBDIR ?= lib
SANITIZE = -Db_sanitize=address,undefined
VALGRIND = valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --suppressions=$(CURDIR)/tests/valgrind.supp

.PHONY: help deps deps-test deps-deep build demo check check-deep fuzz coverage selfcheck bench accuracy accuracy-truth printed format lint install dist clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1#/p' $(MAKEFILE_LIST) | awk -F'#' '{printf "make %-14s %s\n", $$1, $$2}'

deps:
	@tools/install-deps build
deps-test:
	@tools/install-deps build test
deps-deep:
	@tools/install-deps build test deep

build: deps ## the program, at build/plumb
	@tools/build build

demo: build ## account for every byte of a real Debian package
	@tools/demo

check: deps-test ## every test, plain and under ASan and UBSan, unit tests by clang, too; ends with "N passed, N failed"
	@tools/run-tests \
	    --check "build: gcc=tools/build build" \
	    --check "build: gcc, ASan and UBSan, warnings are errors=tools/build build-asan $(SANITIZE) -Dwerror_ci=true" \
	    --check "build: clang, warnings are errors=CC=clang tools/build build-clang -Dwerror_ci=true" \
	    --check "style: layers=tools/check-layers ." \
	    --check "style: every tag is explained=tools/check-tags ." \
	    --check "style: words and lengths=tools/check-style" \
	    --check "style: layout=tools/format --check" \
	    --units build-clang build build-asan

check-deep: deps-deep check ## all of check, valgrind, 10,000 checks in a row, packages of 4 GiB, fuzzing for TIME seconds a target, accuracy; ends with "N passed, N failed"
	@tools/run-tests \
	    --check "deep: every test program that was built, under valgrind=tools/run-tests --wrap '$(VALGRIND)' build" \
	    --check "deep: every allocation of an examining process failing in turn=tests/fault/run build/tests/fault/failing_in_children 1 all" \
	    --check "deep: 10,000 checks in one process leak nothing and slow down by nothing=tests/fault/run build/tests/fault/many_checks 10000" \
	    --check "deep: packages of 4 GiB in bounded memory=tests/fault/large build/plumb" \
	    --check "deep: fuzzing, $(TIME) seconds a target=tools/run-fuzz $(TIME)" \
	    --check "deep: seeds reach 85 % of the readers=tools/coverage" \
	    --check "deep: the product accounts for itself=tools/selfcheck" \
	    --check "deep: false alarms and misses on real packages=tests/accuracy/run-all"

fuzz: deps-deep ## fuzz every reader, TIME=60 seconds each
	@tools/run-fuzz $(TIME)

coverage: deps-deep ## lines of the readers that the seeds of the fuzz targets reach; 85 % or more
	@tools/coverage --below

selfcheck: build deps-test ## our own release archive and .deb, accounted for against the git tree
	@tools/selfcheck

bench: build ## speed and memory, printed
	@tools/run-if-there bench/run

accuracy: build ## false alarms and misses on real packages, printed
	@tests/accuracy/run-all

accuracy-truth: build ## the same; first builds 18 packages that tell which function is which (two hours, as root)
	@tools/install-deps build test accuracy
	@tests/accuracy/truth
	@tests/accuracy/run-all

printed: build ## the manual page and the completions, from the program's tables
	@tools/printed build/plumb --write

format: ## lay out all C files
	@tools/format

lint: deps-deep build ## clang-tidy
	@tools/lint

install: build ## program, library, headers to PREFIX=/usr/local
	@meson configure build --prefix=$(PREFIX) --libdir=$(LIBDIR)
	@DESTDIR=$(DESTDIR) meson install -C build
	@[ -n "$(DESTDIR)" ] || ! [ -w /etc/ld.so.cache ] || PATH=$$PATH:/sbin:/usr/sbin ldconfig # so that the loader finds the library

dist: ## the release archive of HEAD, the same bytes everywhere
	@tools/release

clean: ## remove every build folder
	@rm -rf build build-asan build-clang build-fuzz build-cov
