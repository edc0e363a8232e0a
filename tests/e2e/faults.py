#!/usr/bin/env python3
"""Signals at any moment, reads, writes and mappings that fail in turn, a full disk: the contract is kept, and nothing is left behind.

usage: faults.py PLUMB [PART-OF-A-NAME]

Calls are made to fail by strace(1), which counts those of each kind; the child that examines is among those it follows.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import made
from plumb_test import EXIT_NAMES, RAW, Skip, assert_contract, assert_nothing_half_written, case, is_sanitized, main

def package(t):
    deb = made.package().set("usr/lib/greet/x.sh", b"#!/bin/sh\nnovel words planted here\n")
    return t.write("greet_1.0-1_all.deb", deb.build()), made.write_tree(t.path("source/x").parent, made.source())


def command(t, *more):
    subject, folder = package(t)
    return [t.program, "check", subject, "--source", folder, "-o", f"json={t.path('out/r.json')}", "--offline", "--cache-dir",
            t.path("cache/x").parent, "--progress=none", "-j2", *more]


def start(t, words):
    return subprocess.Popen([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=t.scratch,
                            env={**os.environ, "XDG_CACHE_HOME": str(t.path("xdg/x").parent)})


def examiners(t):
    """Processes of the program under test that are about the package of this case."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if words.startswith(os.fsencode(t.program) + b"\0") and os.fsencode(str(t.scratch)) in words:
            found.append(entry.name)
    return found


def assert_clean(t, code, said):
    """A report that is whole or none at all; no other file; no process."""
    assert not RAW.search(said), said[:300]
    report = t.path("out/r.json")
    if report.exists():
        assert_contract(json.loads(report.read_text(encoding="utf-8")), code)
    left = [p.name for p in report.parent.iterdir() if p.name != "r.json"]
    assert not left, left
    for _ in range(50):
        if not examiners(t):
            return
        time.sleep(0.02)
    raise AssertionError(f"processes are left: {examiners(t)}")


def after_signal(t, number):
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)  # a job in the background is started with interrupts ignored
    words = command(t)
    codes = set()
    for step in range(16):
        t.path("out/r.json").unlink(missing_ok=True)
        child = start(t, words)
        time.sleep(step * 0.008)
        child.send_signal(number)
        said, _ = child.communicate(timeout=60)
        codes.add(child.returncode)
        assert child.returncode in EXIT_NAMES or child.returncode == -number, child.returncode
        if number == signal.SIGKILL:  # nobody can clear up then: a file beside the report may stay, which nobody reads
            for beside in t.path("out/r.json").parent.glob("r.json.plumb-*"):
                beside.unlink()
        if child.returncode >= 0:
            assert_clean(t, child.returncode, said)
        else:
            assert_clean(t, None, said) if not t.path("out/r.json").exists() else assert_clean(t, 1, said)
    assert -number in codes, f"the signal never came in time: {codes}"


@case
def an_interrupt_leaves_nothing_half_done(t):
    after_signal(t, signal.SIGINT)


@case
def a_termination_leaves_nothing_half_done(t):
    after_signal(t, signal.SIGTERM)


@case
def the_examiner_dies_with_a_parent_that_is_killed(t):
    after_signal(t, signal.SIGKILL)


def calls(t, call, words):
    """How many calls of this kind the process makes, those of its children and threads not counted."""
    log = t.path("log/count")
    subprocess.run(["strace", "-q", "-o", str(log), "-e", f"trace={call}", *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   cwd=t.scratch, check=False, timeout=60)
    return sum(1 for line in log.read_text(errors="replace").splitlines() if line.startswith(call + "("))


def fail_in_turn(t, call, error, step):
    if shutil.which("strace") is None or is_sanitized(t.program):
        raise Skip("strace is not installed, or a sanitizer would not survive it")
    words = command(t)
    child = start(t, words)
    said, _ = child.communicate(timeout=60)
    whole = json.loads(t.path("out/r.json").read_text(encoding="utf-8"))
    whole.pop("run")
    assert child.returncode == 1, said
    # What the loader asks for before the program begins is not ours.
    for n in range(calls(t, call, [t.program, "version"]) + 1, calls(t, call, words) + 3, step):
        t.path("out/r.json").unlink(missing_ok=True)
        log = t.path("log/strace")
        child = start(t, ["strace", "-f", "-q", "-o", log, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={n}", *words])
        said, _ = child.communicate(timeout=60)
        code = child.returncode
        assert code in EXIT_NAMES, f"{call} {n}: exit {code}: {said[-500:]}"
        assert_clean(t, code, said)
        if code == 1 and t.path("out/r.json").exists():
            report = json.loads(t.path("out/r.json").read_text(encoding="utf-8"))
            report.pop("run")
            lost = report["errors"] or b"warning" in said or [f for f in report["findings"] if f["tag"] in ("file.crashed", "file.opaque")]
            assert lost or report == whole, f"{call} {n}: another report without a word"
        else:
            assert code != 0, f"{call} {n}: a failed call made it pass"
        assert_nothing_half_written(t.path("cache/x").parent)


@case
def every_failed_read_is_owned_up_to(t):
    fail_in_turn(t, "read", "EIO", 1)


@case
def every_failed_write_is_owned_up_to(t):
    fail_in_turn(t, "write", "ENOSPC", 1)


@case
def every_failed_opening_is_owned_up_to(t):
    fail_in_turn(t, "openat", "EACCES", 2)


@case
def every_failed_mapping_is_owned_up_to(t):
    fail_in_turn(t, "mmap", "ENOMEM", 5)


@case
def every_thread_or_process_that_cannot_be_started_is_owned_up_to(t):
    fail_in_turn(t, "clone", "EAGAIN", 1)


if __name__ == "__main__":
    main()
