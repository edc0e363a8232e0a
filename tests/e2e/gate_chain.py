#!/usr/bin/env python3
"""Policies over chains: rules for scopes, the chain's level, what was not examined. No network: chains are made here, and one by a real run."""
import hashlib
import json
import pathlib
import sys
import xml.etree.ElementTree as ET

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from gating import AT, GATE, gate, policy  # noqa: E402
from plumb_test import RAW, ROOT, case, main  # noqa: E402

CHAIN = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/chain.schema.json").read_text(encoding="utf-8")))
HOLDS = {1: (), 2: ("shipped", "published"), 3: ("shipped", "published", "sourced"), 4: ("shipped", "published", "sourced", "origin")}


def complete(value, schema):
    """Keys that the schema requires and that no case is about: keys are only ever added."""
    if isinstance(value, dict):
        for key in schema.get("required", []):
            kinds = schema["properties"][key].get("type", "string")
            kinds = kinds if isinstance(kinds, list) else [kinds]
            value.setdefault(key, None if "null" in kinds else {"array": [], "object": {}, "integer": 0, "boolean": False}.get(kinds[0], ""))
        for key, one in value.items():
            complete(one, schema.get("properties", {}).get(key, {}))
    elif isinstance(value, list):
        for one in value:
            complete(one, schema.get("items", {}))


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def links(level, broken=None):
    """Links that earn that level."""
    return {l: {"verdict": "broken" if l == broken else "holds" if l in HOLDS[level or 1] else "unproven", "why": "made for a test"}
            for l in ("shipped", "published", "sourced", "origin")}


def component(name, level, *below, scope="required", broken=None, bytes_=(100, 0, 50, 0, 0), how="verified", findings=(), code=0, exit_code=None,
              warnings=None):
    """level None: not examined. bytes_: active, of these unaccounted, passive, of these unaccounted, opaque."""
    key = f"pkg:npm/{name}@1.0.0"
    active, active_bad, passive, passive_bad, opaque = bytes_
    result = None
    if level is not None:
        result = {
            "exit_code": (0 if level > 2 and broken is None else 1 if broken else 3) if exit_code is None else exit_code, "sha256": "0" * 64,
            "size": 100, "links": links(level, broken),
            "sources": [] if how is None else [{"name": "s", "uri": "u", "revision": None, "sha256": "0" * 64, "how": how}],
            "bytes": {"total": active + passive, "unaccounted": active_bad + passive_bad, "opaque": opaque,
                      "active": {"total": active, "unaccounted": active_bad, "code_by_grade": {"A": 0, "B": 0, "C": code},
                                 "text_by_grade": {"A": 0, "B": 0, "C": 0}},
                      "passive": {"total": passive, "unaccounted": passive_bad}},
            "errors": sum(s == "error" for _, s in findings),
            "warnings": sum(s == "warning" for _, s in findings) if warnings is None else warnings,
            "findings": [{"tag": t, "severity": s, "path": f"data.tar!/lib/{name}.so", "message": "m", "sha256": sha256(name), "offset": 0x1a40, "length": 0x90}
                         for t, s in findings]}
    return {"key": key, "purl": key, "name": name, "version": "1.0.0", "reference": None, "place": None, "scope": scope, "product": False,
            "level": {"own": level, "chain": None, "violation": 0}, "not_examined": None if result else "no network", "result": result,
            "depends_on": [f"pkg:npm/{b}@1.0.0" for b in below]}


def product(*below):
    one = component("app", None, *below)
    return {**one, "key": "app", "purl": None, "product": True, "not_examined": "it is what the document describes"}


def chain(t, *components, name="chain.json", findings=(), required=0, **more):
    """A document as plumb chain writes it; the first component is its root. Levels of the chain are left as a liar would have them: 4."""
    for c in components:
        c["level"]["chain"] = 4
    document = {
        "schema": "https://plumbline.dev/schema/chain/1", "verdict": "pass", "exit_code": 0, "subject": "package-lock.json",
        "format": "package-lock 3", "product": None, "root": components[0]["key"], "level": 4, "required": required,
        "summary": {"components": len(components), "dependencies": 0, "depth": 1, "own": [0] * 5, "chain": [0] * 5, "not_examined": 0, "cycles": []},
        "weakest": {"path": [], "other_paths": 0, "components": []}, "raise": [], "components": list(components),
        "findings": [{"tag": tag, "severity": s, "message": "m", "evidence": {}} for tag, s in findings], "findings_left_out": 0, "errors": [],
        "run": {"tool": "plumb 0.1.0", "started": "2026-11-26T12:00:00Z", "elapsed_us": 0, "jobs": 1, "from_cache": 0}, **more}
    complete(document, CHAIN.schema)
    error = jsonschema.exceptions.best_match(CHAIN.iter_errors(document))
    assert error is None, f"{error.json_path}: {error.message}"
    return t.write(name, json.dumps(document))


def results(got, rule):
    """{component or None: result} of one rule."""
    return {x.get("component"): x["result"] for x in got.json["subjects"][0]["policy"]["rules"] if x["rule"] == rule}


A, B, C = (f"pkg:npm/{x}@1.0.0" for x in "abc")


@case
def the_chain_level_is_made_again_from_links_and_dependencies(t):
    text = policy(t, "require: {chain_level: 2}\n")
    for low, code in ((4, 0), (2, 0), (1, 1), (None, 3)):
        path = chain(t, product("a"), component("a", 4, "b"), component("b", low))
        got = gate(t, path, "--policy", text, expect=code)
        assert got.json["subjects"][0]["level"] == {"own": None, "chain": low or 0, "violation": 0}, got.json["subjects"][0]["level"]
        expected = {None: "pass" if code == 0 else "fail", A: "pass", B: "pass" if code == 0 else "fail"}
        assert results(got, "require.chain_level") == expected
    lie = component("b", 1)
    lie["level"]["own"] = 4
    assert gate(t, chain(t, product("a"), component("a", 4, "b"), lie), "--policy", text, expect=1).json["subjects"][0]["level"]["chain"] == 1


@case
def what_was_not_examined_counts_as_0_and_is_inconclusive_when_nothing_else_fails(t):
    text = policy(t, "require: {chain_level: 1}\n")
    path = chain(t, product("a", "b"), component("a", 1), component("b", None))
    got = gate(t, path, "--policy", text, expect=3)
    why = {x.get("component"): x["why"] for x in got.json["subjects"][0]["policy"]["rules"] if x["rule"] == "require.chain_level"}
    assert "1 below, of 2 components, 1 of those below not examined" in why[None] and why[B] == "not examined: no network", why
    gate(t, path, "--policy", policy(t, "require: {chain_level: 2}\n"), expect=1)
    got = gate(t, chain(t, product("a"), component("a", None)), "--policy", "builtin:observe", expect=4)
    assert "no component of this chain was examined" in got.json["subjects"][0]["errors"][0]["message"]


@case
def a_rule_for_a_scope_stands_in_place_of_the_chain_level_for_those_it_matches(t):
    path = chain(t, product("a", "b"), component("a", 3), component("b", 1, scope="dev"))
    rule = "require: {chain_level: 3}\nrules:\n  - match: {purl: 'pkg:npm/*', scope: dev}\n    require: {level: %d}\n"
    gate(t, path, "--policy", policy(t, "require: {chain_level: 3}\n"), expect=1)
    got = gate(t, path, "--policy", policy(t, rule % 1), expect=0)
    assert results(got, "rules.level") == {B: "pass"} and results(got, "require.chain_level") == {None: "pass", A: "pass", B: "pass"}
    gate(t, path, "--policy", policy(t, rule % 2), expect=1)
    gate(t, path, "--policy", policy(t, (rule % 1).replace("scope: dev", "scope: optional")), expect=1)
    late = (rule % 1) + "    effective_on: 2027-01-01\n"
    assert results(gate(t, path, "--policy", policy(t, late), expect=1), "rules.level") == {B: "pass"}
    gate(t, path, "--policy", policy(t, late), at="2027-01-01", expect=0)
    early = policy(t, "rules:\n  - match: {scope: dev}\n    require: {level: 2}\n    effective_on: 2027-01-01\n")
    assert results(gate(t, path, "--policy", early, expect=0), "rules.level") == {B: "warn"}
    assert results(gate(t, path, "--policy", early, at="2027-01-01", expect=1), "rules.level") == {B: "fail"}


@case
def a_scope_or_a_pattern_that_can_match_nothing_is_exit_2(t):
    path = chain(t, product("a"), component("a", 3))
    for match, words in (("{scope: devel}", "one of required, optional, dev expected"), ("{purl: npm/*}", "a pattern of package URLs expected")):
        got = gate(t, path, "--policy", policy(t, f"rules:\n  - match: {match}\n    require: {{level: 4}}\n"), expect=2)
        assert words in got.error() and ":3:" in got.error(), got.error()


@case
def without_a_chain_level_every_component_is_asked_what_a_package_is_asked(t):
    good = component("a", 3)
    for bad, rule, code in ((component("b", 2), "require.level", 1), (component("b", 3, bytes_=(100, 1, 50, 0, 0)), "require.unaccounted", 1),
                            (component("b", 3, bytes_=(100, 0, 50, 0, 7)), "require.opaque", 3), (component("b", 3, how="claimed"), "require.source", 1),
                            (component("b", 3, how=None), "require.source", 1), (component("b", 3, code=3), "require.grade.code", 1),
                            (component("b", 3, bytes_=(100, 0, 50, 20, 0)), "require.unaccounted_passive", 1)):
        text = policy(t, "require: {level: 3, unaccounted: 0, unaccounted_passive: 10%, opaque: 0, source: verified, grade: {code: B, text: B}}\n")
        got = gate(t, chain(t, product("a", "b"), good, bad), "--policy", text, expect=code)
        assert results(got, rule) == {A: "pass", B: "fail"}, (rule, results(got, rule))
    gate(t, chain(t, product("a"), good), "--policy", text, expect=0)
    gate(t, chain(t, product("a"), good), "--policy", "builtin:strict", expect=0)
    gate(t, chain(t, product("a", "b"), good, component("b", 1)), "--policy", "builtin:strict", expect=1)


@case
def bytes_that_a_chain_does_not_tell_are_not_taken_for_none(t):
    old = component("b", 3)
    path = chain(t, product("a", "b"), component("a", 3), component("b", 2, bytes_=(0, 0, 0, 0, 0)))
    text = policy(t, "require: {unaccounted: 0}\n")
    assert results(gate(t, path, "--policy", text, expect=3), "require.unaccounted") == {A: "pass", B: "fail"}
    document = json.loads(chain(t, product("a", "b"), component("a", 3), old).read_bytes())
    for key in ("active", "passive"):
        del document["components"][2]["result"]["bytes"][key]
    assert results(gate(t, t.write("old.json", json.dumps(document)), "--policy", text, expect=3), "require.unaccounted")[B] == "fail"


@case
def a_broken_link_or_an_error_anywhere_fails_under_every_policy(t):
    for bad in (component("b", 1, broken="sourced"), component("b", 3, findings=(("archive.gap", "error"),), exit_code=1)):
        path = chain(t, product("a", "b"), component("a", 4), bad)
        for text in ("builtin:observe", policy(t, "require: {chain_level: 0}\n"), None):
            gate(t, path, *(["--policy", text] if text else []), expect=1)
    forged = component("b", 1, broken="published", exit_code=6)
    gate(t, chain(t, product("a", "b"), component("a", 4), forged), "--policy", "builtin:observe", expect=6)
    gate(t, chain(t, product("a"), component("a", 4), findings=(("chain.conflict", "error"),)), "--policy", "builtin:observe", expect=1)


def waiver(name, tag="code.unaccounted-function", expires="2027-02-01", where=None):
    where = f"    range: lib/{where or name + '.so@0x1a40+0x90'}\n"
    return (f"  - id: W-{name}\n    tag: {tag}\n    sha256: {sha256(name)}\n{where}    reason: a job we know\n    owner: k.lee@acme\n"
            f"    expires: {expires}\n")


ERROR = [("code.unaccounted-function", "error")]


def accused(name, *below, broken="sourced", findings=ERROR, **more):
    """All links hold but one, and that one makes it level 1."""
    one = component(name, 4, *below, broken=broken, findings=findings, **more)
    one["level"]["own"] = 1
    return one


@case
def a_waived_error_of_a_component_breaks_nothing_and_caps_its_level(t):
    path = chain(t, product("a", "b"), accused("a", "b"), component("b", 3))
    want = "require: {chain_level: 2}\n"
    gate(t, path, "--policy", policy(t, want), expect=1)
    found = gate(t, path, "--policy", policy(t, want + "waivers:\n" + waiver("a")), expect=0)
    text = t.raw("gate", path, "--policy", policy(t, want + "waivers:\n" + waiver("a")), "--at", AT)[1].decode()
    assert "1 waiver, next expiry 2027-02-01" in text.splitlines()[-1], text
    assert found.waivers() == {"W-a": "live"} and found.rules()["findings"] == "waived" and found.rules()["links"] == "pass"
    three = policy(t, "require: {chain_level: 3}\nwaivers:\n" + waiver("a"), "three.yaml")
    found = gate(t, path, "--policy", three, expect=1)
    assert found.json["subjects"][0]["level"]["chain"] == 2, "a waived component is level 2 at most, and the chain is a minimum"
    left = accused("a", bytes_=(100, 10, 50, 0, 0))
    gate(t, chain(t, product("a"), left), "--policy", policy(t, "require: {chain_level: 2}\nwaivers:\n" + waiver("a")), expect=0)
    for bad in (waiver("b"), waiver("a", tag="code.foreign-string"), waiver("a", expires="2026-11-01"), waiver("a", where="a.so@0x1a40+0x8f")):
        gate(t, path, "--policy", policy(t, want + "waivers:\n" + bad), expect=1)


@case
def a_waiver_mends_nothing_but_the_source(t):
    text = "waivers:\n" + waiver("a")
    for broken in ("shipped", "published", "origin"):
        gate(t, chain(t, product("a"), accused("a", broken=broken)), "--policy", policy(t, text), expect=1)
    more = accused("a")
    more["result"]["errors"] = 2  # one of them is not listed
    gate(t, chain(t, product("a"), more), "--policy", policy(t, text), expect=1)
    other = accused("a", findings=ERROR + [("code.foreign-string", "error")])
    gate(t, chain(t, product("a"), other), "--policy", policy(t, text), expect=1)
    unpinned = accused("a")
    unpinned["result"]["findings"][0]["sha256"] = None
    gate(t, chain(t, product("a"), unpinned), "--policy", policy(t, text), expect=1)


@case
def a_finding_of_the_baseline_breaks_nothing_and_a_new_one_does(t):
    entry = {"tag": "code.unaccounted-function", "path": "data.tar!/lib/a.so", "sha256": sha256("a"), "offset": 0x1a40, "length": 0x90}
    t.write("plumb.baseline.json", json.dumps({"schema": "https://plumbline.dev/schema/baseline/1", "findings": [entry]}))
    rules = policy(t, "baseline: {file: plumb.baseline.json, ratchet: true}\n")
    old = accused("a")
    gate(t, chain(t, product("a"), old), "--policy", rules, expect=0)
    new = accused("b")
    gate(t, chain(t, product("a", "b"), old, new), "--policy", rules, expect=1)


@case
def a_raised_severity_counts_what_is_listed_and_does_not_pass_over_the_rest(t):
    raised = policy(t, "severity: {archive.gap: error}\n")
    listed = component("b", 3, findings=(("archive.gap", "warning"),))
    assert results(gate(t, chain(t, product("b"), listed), "--policy", raised, expect=1), "findings") == {None: "pass", B: "fail"}
    hidden = component("b", 3, findings=(("archive.overlap", "warning"),), warnings=40)
    got = gate(t, chain(t, product("b"), hidden), "--policy", raised, expect=3)
    assert "39 that are not listed" in [x["why"] for x in got.json["subjects"][0]["policy"]["rules"] if x.get("component") == B and x["rule"] == "findings"][0]
    gate(t, chain(t, product("b"), hidden), "--policy", policy(t, ""), expect=0)


@case
def a_root_that_is_a_package_is_asked_for_its_own_level_and_for_its_chains(t):
    text = policy(t, "require: {level: 3, chain_level: 2}\n")
    gate(t, chain(t, component("a", 3, "b"), component("b", 2)), "--policy", text, expect=0)
    gate(t, chain(t, component("a", 2, "b"), component("b", 2)), "--policy", text, expect=1)
    gate(t, chain(t, component("a", 3, "b"), component("b", 1)), "--policy", text, expect=1)
    alone = chain(t, component("a", 3), findings=(("chain.no-dependencies", "warning"),))
    got = gate(t, alone, "--policy", text, expect=3)
    assert "what it depends on is not known" in json.dumps(got.json)


@case
def a_product_that_is_no_package_is_told_what_is_asked_of_packages(t):
    path = chain(t, product("a"), component("a", 2))
    got = gate(t, path, "--policy", policy(t, "require: {level: 3, chain_level: 2}\n"), expect=0)
    assert got.rules()["require.level"] == "warn", got.rules()


@case
def without_a_policy_a_chain_is_judged_as_it_was_when_it_was_made(t):
    gate(t, chain(t, product("a"), component("a", 3)), expect=0)
    gate(t, chain(t, product("a"), component("a", 2)), expect=3)
    gate(t, chain(t, product("a"), component("a", 2), required=2), expect=0)
    gate(t, chain(t, product("a"), component("a", 2), required=3), expect=1)
    gate(t, chain(t, product("a", "b"), component("a", 3), component("b", None)), expect=3)


@case
def an_expired_policy_is_exit_6_for_a_chain_too(t):
    gate(t, chain(t, product("a"), component("a", 4)), "--policy", policy(t, "expires: 2026-01-01\n"), expect=6)


@case
def what_is_no_chain_is_exit_4(t):
    whole = json.loads(chain(t, product("a"), component("a", 3)).read_bytes())

    def refused(change, words):
        document = json.loads(json.dumps(whole))
        change(document)
        got = gate(t, t.write("bad.json", json.dumps(document)), "--policy", "builtin:observe", expect=4)
        message = got.json["subjects"][0]["errors"][0]["message"]
        assert words in message, message

    refused(lambda d: d["components"].append(d["components"][1]), "twice")
    refused(lambda d: d.update(root="nobody"), "does not have its root")
    refused(lambda d: d["components"][1]["depends_on"].append("pkg:npm/none@1"), "which another depends on")
    refused(lambda d: d["components"][1].update(scope="devel"), "required, optional or dev")
    refused(lambda d: d["components"][1]["level"].update(own=5), "at most 4")
    refused(lambda d: d.update(components=[]), "does not have its root")
    refused(lambda d: d.update(errors=[{"status": "input", "subject": "", "offset": None, "message": "broke off", "hint": ""}]), "broke off")
    gate(t, t.write("half.json", json.dumps(whole)[:-40]), "--policy", "builtin:observe", expect=4)


@case
def chains_and_reports_are_judged_together_and_the_worst_decides(t):
    good, bad = chain(t, product("a"), component("a", 3)), chain(t, product("a"), component("a", 1), name="bad.json")
    got = gate(t, good, bad, "nowhere.json", "--policy", policy(t, "require: {chain_level: 2}\n"), expect=1)
    assert [s["exit_code"] for s in got.json["subjects"]] == [0, 1, 4]


@case
def a_chain_under_a_policy_is_written_in_the_formats_that_builds_read(t):
    name = "b\\x1b[31m\\n::error::x|<script>"
    path = chain(t, product("a", name), component("a", 3), component(name, 1))
    args = ("gate", path, "--policy", policy(t, "require: {chain_level: 2}\n"), "--at", AT)
    forms = {}
    for form in ("text", "sarif", "junit", "github", "gitlab", "markdown"):
        code, forms[form], said = t.raw(*args, "-o", form)
        assert code == 1 and not RAW.search(forms[form]), (form, code, forms[form], said)
        assert b"level 1, at least 2" in forms[form], (form, forms[form])
        assert b"\n::error::x" not in forms[form], form
        assert form not in ("junit", "markdown") or b"<script>" not in forms[form], form
    assert forms["text"].decode().splitlines()[-1] == "plumb: FAIL package-lock.json chain LCAL-1 (2 components, 1 fails the policy)", forms["text"]
    run = json.loads(forms["sarif"])["runs"][0]
    marks = [r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]]
    assert len(run["results"]) == 2 and len(set(marks)) == 2, marks
    suite = ET.fromstring(forms["junit"].decode()).find("testsuite")
    assert len(suite.findall("testcase[@classname='policy']/failure")) == 2
    assert len({i["fingerprint"] for i in json.loads(forms["gitlab"])}) == len(json.loads(forms["gitlab"]))
    for form in ("html", "ledger"):
        assert t.raw(*args, "-o", form)[0] == 2, form


@case
def a_chain_of_many_components_lists_the_first_rows_and_counts_the_others(t):
    many = [component(f"c{i}", 1 if i % 2 else 3) for i in range(6000)]
    path = chain(t, product(), *many)
    rule = ("--policy", policy(t, "require: {chain_level: 2}\n"), "--at", AT)
    _, out, _ = t.raw("gate", path, *rule)
    lines = out.decode().splitlines()
    assert len(lines) < 40 and any("2,980 more that are not met" in x or "2980 more that are not met" in x for x in lines), lines[-5:]
    _, out, _ = t.raw("gate", path, *rule, "--limit", "3")
    assert len(out.decode().splitlines()) == len(lines) - 17
    _, out, _ = t.raw("gate", path, *rule, "-o", "sarif")
    run = json.loads(out)["runs"][0]
    assert len(run["results"]) == 3001 and len(out) < 10 << 20
    _, out, _ = t.raw("gate", path, *rule, "-o", "markdown")
    assert len(out) < 1 << 20 and b"more that are not met" in out
    _, out, _ = t.raw("gate", path, *rule, "-o", "json")
    document = json.loads(out)
    assert GATE.is_valid(document) and len(document["subjects"][0]["policy"]["rules"]) == 3 + 3 * 6000


if __name__ == "__main__":
    main()
