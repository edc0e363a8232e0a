#!/usr/bin/env python3
"""The same bytes out: at any -j, from any place, in every format; and nothing hostile gets through raw.

usage: determinism.py PLUMB [PART-OF-A-NAME]
"""
import json
import random
import re

import made
from plumb_test import RAW, Report, assert_contract, case, main

HOSTILE = ("line\nend", "escape\x1b[31mred", "bidi\u202egnp.exe", "zero\u200bwidth", "tab\tbed", "back\\slash", "del\x7f",
           "carriage\rreturn", "c1\x9bcsi", "isolate\u2066x\u2069", "not-utf8-\udcff\udcfe", "<script>alert(1)</script>",
           "quote\"'`", "mark\ufeffed")


def many(t):
    """A package of some hundred files of all sorts, and its source: work for many threads."""
    random_ = random.Random(11)
    tree = made.source()
    deb = made.package()
    lines = made.SCRIPT.encode().splitlines(keepends=True)
    for i in range(120):
        shuffled = lines[:]
        random_.shuffle(shuffled)
        data = b"".join(shuffled) + b"# file %d\n" % i
        tree[f"lib/part{i}.sh"] = data
        cut = random_.randrange(len(data))
        ours = (data, data[:cut] + b"echo planted%d\n" % i + data[cut:], data.replace(b"\n", b"\r\n"),
                made.gz(data), data[::-1], b"")[i % 6]
        deb.set(f"usr/lib/greet/part{i}.sh" + (".gz" if i % 6 == 3 else ""), ours)
    return (t.write("greet_1.0-1_all.deb", deb.build()), made.write_tree(t.path("source/x").parent, tree))


def flags(t):
    return ("--offline", "--cache-dir", t.path("cache/x").parent, "--progress=none")


@case
def one_thread_and_eight_give_the_same_json_outside_run(t):
    package, folder = many(t)
    one = t.check(package, "--source", folder, "-j1")
    for jobs in ("-j8", "-j3", "-j64", "-j8"):
        other = t.check(package, "--source", folder, jobs)
        assert one.stable() == other.stable(), f"{jobs} differs from -j1"
        # Also the order of keys and the white space: only what stands inside "run" may differ.
        assert one.stdout.split(b'"run"')[0] == other.stdout.split(b'"run"')[0], f"{jobs}: bytes differ"


@case
def one_thread_and_eight_give_the_same_text_and_ledger(t):
    package, folder = many(t)
    for form in ("ledger", "text"):
        runs = {t.raw("check", package, "--source", folder, "-o", form, "-v", jobs, *flags(t))[1]
                for jobs in ("-j1", "-j8", "-j2")}
        assert len(runs) == 1, f"{form} differs"


@case
def the_place_of_package_and_source_changes_nothing_but_their_names(t):
    package, folder = many(t)
    moved = t.path("elsewhere/deeper/x").parent
    copy = t.write("elsewhere/deeper/greet_1.0-1_all.deb", package.read_bytes())
    folder.rename(moved / "source")
    here = t.check(copy, "--source", moved / "source")
    (moved / "source").rename(folder)
    there = t.check(package, "--source", folder)
    for key in ("bytes", "files", "findings", "level", "subject", "verdict"):
        assert here.json[key] == there.json[key], key


@case
def a_package_from_standard_input_is_judged_like_the_file(t):
    package, folder = many(t)
    file = t.check(package, "--source", folder)
    stdin = t.check("-", "--source", folder, stdin=package.read_bytes())
    assert stdin.code == file.code
    assert stdin.json["subject"]["sha256"] == file.json["subject"]["sha256"]
    for key in ("bytes", "links", "level", "verdict", "sources"):
        assert stdin.json[key] == file.json[key], key
    assert stdin.json["files"][1:] == file.json["files"][1:]


@case
def a_folder_is_a_subject(t):
    folder = made.write_tree(t.path("source/x").parent, made.source())
    product = made.write_tree(t.path("product/x").parent, {**made.package().data, "extra/evil.sh": "#!/bin/sh\nbeacon_now_please\n"})
    report = t.check(product, "--source", folder, expect=1)
    assert {f["path"] for f in report.errors()} == {"extra/evil.sh"}, t.summary(report)
    assert report.file("usr/bin/greet")["bytes"]["identical"] == len(made.SCRIPT)
    one = t.check(product, "--source", folder, "-j1")
    assert one.stable() == report.stable()


@case
def an_archive_is_a_source_as_good_as_its_folder(t):
    tree = made.source()
    folder = made.write_tree(t.path("source/x").parent, tree)
    package = t.write("greet_1.0-1_all.deb", made.package().build())
    whole = made.tar({"greet-1.0/" + name: value for name, value in tree.items()})
    ours = t.check(package, "--source", folder)
    for name, pack in ((".tar.gz", made.gz), (".tar.xz", made.xz), (".tar", bytes), (".tar.bz2", made.bz2.compress)):
        other = t.check(package, "--source", t.write("greet-1.0" + name, pack(whole)))
        assert other.json["files"] == ours.json["files"], f"{name} explains differently"


@case
def several_outputs_are_written_at_once(t):
    package, folder = many(t)
    code, out, _ = t.raw("check", package, "--source", folder, "-o", "text", "-o", "json=r.json", "-o", "ledger=r.tsv", *flags(t))
    assert out.splitlines()[-1].startswith(b"plumb: ")
    report = json.loads(t.path("r.json").read_text(encoding="utf-8"))
    assert_contract(report, code)
    ledger = t.path("r.tsv").read_bytes()
    assert ledger == t.raw("check", package, "--source", folder, "-o", "ledger", *flags(t))[1]
    assert sorted(p.name for p in t.scratch.glob("r.*")) == ["r.json", "r.tsv"]


@case
def the_ledger_says_what_json_says(t):
    package, folder = many(t)
    report = t.check(package, "--source", folder)
    rows = []
    for line in t.raw("check", package, "--source", folder, "-o", "ledger", *flags(t))[1].decode().splitlines():
        if line.startswith("# "):
            rows.append((line[2:].split("\t")[0], []))
        else:
            offset, length, class_, _ = line.split("\t")
            rows[-1][1].append((int(offset, 16), int(length), class_))
    expected = [(f["path"], [(e["offset"], e["length"], e["class"]) for e in f["evidence"]])
                for f in report.json["files"] if f["sha256"] or f["evidence"] or f["size"]]
    assert [r for r in rows if r[1]] == [e for e in expected if e[1]]


@case
def the_last_line_of_text_is_the_verdict(t):
    package, folder = many(t)
    for more in ((), ("-q",), ("-v",), ("--limit", "1")):
        code, out, _ = t.raw("check", package, "--source", folder, *more, *flags(t))
        last = out.decode().splitlines()[-1]
        assert code == 1 and last.startswith("plumb: FAIL greet_1.0-1_all.deb LCAL-1"), last
        if more == ("-q",):
            assert len(out.splitlines()) == 1


@case
def colour_is_asked_for_or_absent(t):
    package, folder = many(t)

    def escapes(*args, **env):
        return b"\x1b[" in t.raw("check", package, "--source", folder, *args, *flags(t), env=env)[1]

    assert not escapes()
    assert escapes("--color=always")
    assert escapes("--color=always", NO_COLOR="1")
    assert not escapes("--color=never", CLICOLOR_FORCE="1")
    assert escapes(CLICOLOR_FORCE="1")
    assert not escapes(CLICOLOR_FORCE="1", NO_COLOR="1")
    plain = t.raw("check", package, "--source", folder, *flags(t))[1]
    coloured = t.raw("check", package, "--source", folder, "--color=always", *flags(t))[1]
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured) == plain, "colour changes more than colour"


@case
def hostile_names_never_come_out_raw(t):
    folder = made.write_tree(t.path("source/x").parent, made.source())
    deb = made.package()
    for name in HOSTILE:
        text = b"#!/bin/sh\nbeacon_" + name.encode("utf-8", "surrogateescape") + b"\n"
        deb.set("usr/lib/x/" + name, text, 0o755)
        deb.data["usr/lib/y/" + name] = made.Entry(link="../x/" + name)
    package = t.write("greet_1.0-1_all.deb", deb.build())
    for form in ("json", "text", "ledger"):
        code, out, said = t.raw("check", package, "--source", folder, "-v", "-o", form, "--offline", "--cache-dir",
                                t.path("c/x").parent, "--progress=plain")
        assert code == 1
        found = RAW.search(out)
        assert not found, f"{form}: raw {found.group()!r} in {out[max(0, found.start() - 60):found.end() + 20]!r}"
        out.decode("utf-8")
        assert b"u{202e}" in out.lower() or b"202e" in out.lower(), f"{form}: the hostile name is not shown at all"
    report = t.check(package, "--source", folder)
    assert len({f["path"] for f in report.json["files"]}) == len(report.json["files"]), "two names look the same"


@case
def hostile_file_names_on_the_command_line_never_come_out_raw(t):
    _, folder = many(t)
    for name in HOSTILE[:10]:
        for form in ("json", "text"):
            code, out, _ = t.raw("check", name + ".deb", "--source", folder, "-o", form, *flags(t))
            assert code == 4 and not RAW.search(out), (name, out)
        t.raw(name)
        t.raw("check", "--" + name)
        t.raw("explain", name)
        t.raw("check", name + ".deb", "-o", "json=missing/" + name, *flags(t))


@case
def hostile_text_in_control_fields_never_comes_out_raw(t):
    folder = made.write_tree(t.path("source/x").parent, made.source())
    deb = made.package()
    deb.control["control"] = made.control_text("greet\x1b[2J", "1.0\u202e-1", "gr\x07eet")
    package = t.write("greet.deb", deb.build())
    for form in ("json", "text", "ledger"):
        _, out, _ = t.raw("check", package, "--source", folder, "-v", "-o", form, *flags(t))
        assert not RAW.search(out), form


@case
def every_tag_and_rule_in_a_report_can_be_explained(t):
    package, folder = many(t)
    report = t.check(package, "--source", folder)
    for tag in sorted({f["tag"] for f in report.json["findings"]}):
        code, out, _ = t.raw("explain", tag)
        assert code == 0 and tag.encode() in out, tag


if __name__ == "__main__":
    main()
