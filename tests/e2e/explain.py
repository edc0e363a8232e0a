#!/usr/bin/env python3
"""plumb explain FILE@OFFSET: a function beside its source, what is foreign in it, and how control gets there.

usage: explain.py PLUMB [PART-OF-A-NAME]
"""
import json

import jsonschema

import made
from planting import build_elf, check
from plumb_test import ROOT, case, main

NAME = "usr/bin/letters"
SCHEMA = json.loads((ROOT / "docs/explanation.schema.json").read_text(encoding="utf-8"))
SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static int count_letters(const char *text)
{
    int n = (int)strcspn(text, "0123456789");
    printf("the text has %d letters in it\n", n);
    return n;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        fputs("usage: letters TEXT of any length\n", stderr);
    return count_letters(argv[argc - 1]);
}
"""
# What is in one function of two says nothing: a source has many.
OTHERS = "#include <stdio.h>\n" + "".join(
    f"int other{i}(int x)\n{{\n    return printf(\"other {i * 7} of the words %d\\n\", x);\n}}\n" for i in range(60))
PLANTED = SOURCE.replace("    return n;\n", "    system(\"/var/tmp/beacon --fetch everything\");\n    return n;\n", 1)


def packaged(t, text):
    """Paths of a package with that program in it and of the honest source; the findings about it."""
    deb = made.package()
    deb.data[NAME] = made.Entry(build_elf(t, "letters", text), 0o755)
    report = check(t, deb, {**made.source(), "letters.c": SOURCE, "others.c": OTHERS})
    return t.path("greet_1.0-1_all.deb"), t.path("source/x").parent, report


def explain(t, place, source, *more, expect=0, form="json"):
    code, out, said = t.raw("explain", place, "--source", source, "--offline", "--cache-dir", t.path("cache/x").parent,
                            "--progress=none", "-o", form, *more)
    assert code == expect, (code, said)
    if expect != 0:
        return said
    if form == "text":
        return out.decode()
    found = json.loads(out)
    jsonschema.validate(found, SCHEMA)
    return found


def claim_of(report, rule, source=None):
    """The first claim of the program with this rule."""
    return next(c for c in report.file(NAME)["evidence"]
                if c["rule"] == rule and (source is None or source in c.get("source", "")))


@case
def an_honest_function_is_shown_beside_its_source(t):
    deb, source, report = packaged(t, SOURCE)
    at = next(c["offset"] for c in report.file(NAME)["evidence"] if c.get("source", "").startswith("letters.c:6"))
    found = explain(t, f"{deb}!/{NAME}@{at:#x}", source)
    f = found["function"]
    assert found["claim"]["class"] == "derived" and f["outcome"] in ("matched", "placed")
    assert f["matched"] and f["candidates"][0]["name"] == "count_letters"
    assert (f["candidates"][0]["first_line"], f["candidates"][0]["last_line"]) == (6, 11)
    assert f["source"].startswith("__attribute__") and "strcspn(text" in f["source"]
    assert any(i["refers_to"] == "\"the text has %d letters in it\\\\n\"" or "letters in it" in (i["refers_to"] or "")
               for i in f["instructions"])
    assert any("strcspn" in (i["refers_to"] or "") for i in f["instructions"])
    assert not any(i["foreign"] for i in f["instructions"])
    assert any(w.startswith("main+0x") for w in f["reached"]), f["reached"]
    ends = [i["offset"] + i["length"] for i in f["instructions"]]
    assert ends[:-1] == [i["offset"] for i in f["instructions"][1:]] and ends[-1] == f["offset"] + f["length"]


@case
def what_is_foreign_is_marked_on_its_instruction(t):
    deb, source, report = packaged(t, PLANTED)
    finding = report.findings("code.unaccounted-function", NAME)[0]
    found = explain(t, f"{deb}!/data.tar.xz!/{NAME}@{finding['offset']}", source)
    f = found["function"]
    assert f["outcome"] == "contradicted" and f["foreign"] == 2 and found["claim"]["class"] == "unaccounted"
    marked = {i["foreign"]: i["refers_to"] for i in f["instructions"] if i["foreign"]}
    assert marked == {"string not in source": "\"/var/tmp/beacon --fetch everything\"",
                      "import not in source": "system"}, marked
    assert f["candidates"][0]["name"] == "count_letters"
    text = explain(t, f"{deb}!/{NAME}@{finding['offset']}", source, form="text")
    assert "<- import not in source" in text and "! " in text and "6 | __attribute__" in text, text


@case
def the_finding_says_the_same(t):
    _, _, report = packaged(t, PLANTED)
    evidence = report.findings("code.unaccounted-function", NAME)[0]["evidence"]
    atoms = [v for k, v in evidence.items() if k.startswith("atom[")]
    assert len(atoms) == 2 and any("system  <- import not in source" in a for a in atoms), evidence
    assert evidence["reached from"].startswith("main+0x"), evidence
    assert evidence["searched"].startswith("62 source functions; "), evidence
    assert evidence["nearest"].startswith("count_letters letters.c:6-11, "), evidence


@case
def a_program_on_disk_is_its_own_package(t):
    _, source, report = packaged(t, SOURCE)
    at = next(c["offset"] for c in report.file(NAME)["evidence"] if c.get("source", "").startswith("letters.c:6"))
    found = explain(t, f"{t.path('letters')}@{at}", source)
    assert found["function"]["candidates"][0]["name"] == "count_letters"


@case
def a_byte_that_is_no_code_has_its_claim(t):
    deb, source, _ = packaged(t, SOURCE)
    found = explain(t, f"{deb}!/{NAME}@0", source)
    assert found["function"] is None and found["claim"]["class"] == "structure"
    assert "class      structure" in explain(t, f"{deb}!/{NAME}@0x0", source, form="text")


@case
def wrong_places_are_refused(t):
    deb, source, _ = packaged(t, SOURCE)
    assert "no such file" in explain(t, f"{deb}!/usr/bin/other@0", source, expect=4)
    assert "ends before" in explain(t, f"{deb}!/{NAME}@0xffffffff", source, expect=2)
    assert "text or json" in explain(t, f"{deb}!/{NAME}@0", source, expect=2, form="ledger")
    explain(t, f"{t.path('nothing.deb')}@0", source, expect=4)
    explain(t, f"{deb}!/{NAME}@0x", source, expect=2)
    explain(t, f"{deb}!/{NAME}@99999999999999999999999", source, expect=2)


@case
def tags_and_rules_are_explained_as_before(t):
    for name in ("code.ifunc", "code.syscall", "code.no-unwind", "code.entry-unaccounted", "code.in-padding", "code.features"):
        code, out, _ = t.raw("explain", name)
        assert code == 0 and name in out.decode()


main()
