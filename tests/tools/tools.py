#!/usr/bin/env python3
"""Tests of tools/run-tests, check-style, check-layers and install-deps; prints TAP."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from tap import case, main

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(command, **more):
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **more)


def judge(folder, *scripts, options=()):
    """Last line and exit code of run-tests over shell scripts; a stand-in for meson lists them."""
    tests = [{"cmd": ["sh", "-c", script], "env": {}, "name": f"t{i}", "suite": ["p:s"], "timeout": 1,
              "protocol": "tap"} for i, script in enumerate(scripts)]
    (folder / "tests.json").write_text(json.dumps(tests))
    meson = folder / "meson"
    meson.write_text(f"#!/bin/sh\ncat '{folder}/tests.json'\n")
    meson.chmod(0o755)
    env = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}")
    done = run([ROOT / "tools/run-tests", *options, folder], env=env)
    return done.stdout.splitlines()[-1], done.returncode


@case
def cases_are_counted_and_not_programs(folder):
    assert judge(folder, "echo 1..2; echo ok 1 - a; echo ok 2 - b", "echo ok 1 - c") == ("3 passed, 0 failed", 0)


@case
def a_failed_case_fails_the_run(folder):
    assert judge(folder, "echo ok 1; echo not ok 2 - b; exit 1") == ("1 passed, 1 failed", 1)


@case
def a_skipped_case_is_neither(folder):
    assert judge(folder, "echo ok 1; echo 'ok 2 # SKIP no root'; echo 'not ok 3 # skip x'") == (
        "1 passed, 0 failed, 2 skipped", 0)


@case
def a_crash_after_passing_cases_is_a_failure(folder):
    assert judge(folder, "echo ok 1; kill -SEGV $$") == ("1 passed, 1 failed", 1)
    assert judge(folder, "echo ok 1; echo not ok 2; kill -ABRT $$") == ("1 passed, 2 failed", 1)


@case
def an_exit_code_without_a_failed_case_is_a_failure(folder):
    assert judge(folder, "echo ok 1; exit 3") == ("1 passed, 1 failed", 1)


@case
def cases_that_never_report_are_a_failure(folder):
    assert judge(folder, "echo 1..5; echo ok 1") == ("1 passed, 1 failed", 1)


@case
def no_case_at_all_is_a_failure(folder):
    assert judge(folder, "true") == ("0 passed, 1 failed", 1)
    assert judge(folder) == ("0 passed, 0 failed", 1)


@case
def a_time_out_is_a_failure(folder):
    assert judge(folder, "echo ok 1; sleep 77 & sleep 77") == ("1 passed, 1 failed", 1)


@case
def a_program_that_cannot_start_is_a_failure(folder):
    assert judge(folder, "exec /no/such/program")[1] == 1


@case
def each_program_has_an_empty_folder_of_its_own(folder):
    script = "[ -z \"$(ls -A)\" ] && echo ok 1; echo x > left"
    assert judge(folder, script, script) == ("2 passed, 0 failed", 0)


@case
def a_check_counts_as_a_case(folder):
    assert judge(folder, "echo ok 1", options=["--check", "a=true"]) == ("2 passed, 0 failed", 0)
    assert judge(folder, "echo ok 1", options=["--check", "a=false"]) == ("1 passed, 1 failed", 1)


@case
def a_wrapped_run_leaves_scripts_out(folder):
    assert judge(folder, "echo ok 1", options=["--wrap", "env"]) == ("0 passed, 0 failed", 1)


@case
def a_folder_that_is_no_build_is_a_failure(folder):
    done = run([ROOT / "tools/run-tests", folder / "nothing"])
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed", done.stdout


def project(folder, name, text):
    run(["git", "init", "-q", folder])
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def style_of(folder, text):
    project(folder, "src/base/a.c", text)
    return run([ROOT / "tools/check-style", folder])


@case
def what_the_style_forbids_is_named_with_its_line(folder):
    for text, words in [
            ("int x;\n", "a.c:1: does not open with a comment"),
            ("/* a */\nint x; \n", "a.c:2: trailing space"),
            ("/* a */\n\tint x;\n", "a.c:2: tab"),
            ("/* a */\n/* TO" "DO later */\n", "a.c:2: a task without an issue number"),
            ("/* a */\nint f(void)\n{\n    return ato" "i(\"1\");\n}\n", "a.c:4: atoi() is not used here"),
            ("/* a */\n" + "\n" * 600, "a.c: 601 lines"),
            ("/* a */\nvoid f(void)\n{\n" + "    ;\n" * 61 + "}\n", "a.c:3: function of 61 lines"),
    ]:
        done = style_of(folder, text)
        assert done.returncode == 1 and words in done.stdout, (words, done.stdout)


@case
def what_the_style_allows_passes(folder):
    done = style_of(folder, "/* a: sprint" "f(x) in a comment, TO" "DO(#12) */\nconst char *s = \"sys" "tem(1)\";\n")
    assert done.returncode == 0, done.stdout


@case
def a_folder_may_include_only_what_its_layer_says(folder):
    project(folder, "src/LAYERS", "base:\nmodel: base\n")
    project(folder, "src/model/a.c", '#include "base/x.h"\n#include "plumbline/y.h"\n')
    assert run([ROOT / "tools/check-layers", folder]).returncode == 0
    project(folder, "src/base/a.c", '#include "model/x.h"\n')
    done = run([ROOT / "tools/check-layers", folder])
    assert done.returncode == 1 and "base may not include model/x.h" in done.stdout


@case
def the_command_line_sees_the_public_headers_only(folder):
    project(folder, "src/LAYERS", "base:\n")
    project(folder, "cli/a.c", '#include "base/arena.h"\n')
    assert run([ROOT / "tools/check-layers", folder]).returncode == 1


@case
def deps_that_are_there_need_neither_root_nor_network(folder):
    """The list is read by a stand-in for dpkg-query that has everything, or everything but one."""
    (folder / "tools").mkdir()
    for name in ("install-deps", "apt-packages"):
        shutil.copy(ROOT / "tools" / name, folder / "tools")
    log = folder / "log"
    for name, script in [("dpkg-query", 'for p; do :; done; [ "$p" = "$ABSENT" ] || echo installed'),
                         ("apt-get", f'echo "$@" >> "{log}"; [ ! -e "{folder}/broken" ]'),
                         ("sleep", "true"), ("id", "echo 0")]:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    env = dict(os.environ, PATH=f"{folder}:{os.environ['PATH']}", ABSENT="none")
    done = run([folder / "tools/install-deps", "build", "test", "deep"], env=env)
    assert done.returncode == 0 and not log.exists(), done.stdout
    env["ABSENT"] = "libzstd-dev"
    done = run([folder / "tools/install-deps"], env=env)
    assert done.returncode == 0, done.stdout
    assert log.read_text().splitlines() == ["update -q", "install -q -y --no-install-recommends libzstd-dev"]
    (folder / "broken").touch()
    done = run([folder / "tools/install-deps"], env=env)
    assert done.returncode == 1 and "could not install: libzstd-dev" in done.stdout, done.stdout
    assert run([folder / "tools/install-deps", "nonsense"], env=env).returncode == 2


sys.exit(main())
