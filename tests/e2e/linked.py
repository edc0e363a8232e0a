#!/usr/bin/env python3
"""Sources that a package of Rust says were linked into it: fetched, named in the report, and explaining by content alone.

usage: linked.py PLUMB [PART-OF-A-NAME]
"""
import made
from apt_mirror import mirror, sha256
from plumb_test import case, main

TEXT = "The words of a library, which its user ships as they are.\n" * 4
SHIPPED = "usr/share/greet/words.txt"


def with_field(control, field):
    return control.replace("Description:", field + "Description:")


def linking_package(field, shipped=TEXT):
    deb = made.package()
    deb.control["control"] = with_field(made.control_text(), field)
    deb.data[SHIPPED] = shipped
    return deb


def holder(m, name="librust-words-dev", path="usr/share/cargo/registry/words-1.0.0/words.txt"):
    """The package that holds the library as source, and its stanza in the index."""
    control = f"Package: {name}\nVersion: 1.0.0-1\nSource: rust-words\nArchitecture: all\n"
    data = made.Deb({"control": control}, {path: TEXT}).build()
    m.pool(f"{name}_1.0.0-1_all.deb", data)
    return control + f"Filename: pool/{name}_1.0.0-1_all.deb\nSize: {len(data)}\nSHA256: {sha256(data)}\n\n"


def serve(m, field, shipped=TEXT, is_rust=True):
    source = made.source()
    source["debian/control"] = with_field(source["debian/control"], "X-Cargo-Built-Using: ${cargo:Built-Using}\n")
    if is_rust:
        source["Cargo.toml"] = "[package]\nname = \"greet\"\nversion = \"1.0.0\"\n"
    tarball = made.gz(made.tar({"greet-1.0/" + k: v for k, v in source.items()}))
    m.build(others=holder(m), source=tarball, package=linking_package(field, shipped))


def helpers(report):
    return [s["name"] for s in report.json["sources"] if s["rank"] == "helper"]


@case
def a_library_that_was_linked_in_is_fetched_and_explains(t):
    with mirror(t) as m:
        serve(m, "X-Cargo-Built-Using: rust-words (= 1.0.0-1)\n")
        report = m.check()
        assert "rust-words" in helpers(report), report.json["sources"]
        assert report.verdict("sourced") == "holds", report.json["findings"]


@case
def without_the_field_nothing_explains_it(t):
    with mirror(t) as m:
        serve(m, "")
        report = m.check()
        assert "rust-words" not in helpers(report)
        assert report.verdict("sourced") != "holds"


@case
def another_text_is_not_explained_by_the_name_of_a_library(t):
    with mirror(t) as m:
        serve(m, "X-Cargo-Built-Using: rust-words (= 1.0.0-1)\n", shipped="Somebody else's words, of no library at all.\n" * 4)
        report = m.check()
        assert "rust-words" in helpers(report)
        assert report.verdict("sourced") != "holds"


@case
def a_source_of_another_language_links_nothing(t):
    with mirror(t) as m:
        serve(m, "Built-Using: rust-words (= 1.0.0-1)\n", is_rust=False)
        assert "rust-words" not in helpers(m.check())


@case
def a_library_that_cannot_be_had_is_a_note(t):
    with mirror(t) as m:
        serve(m, "X-Cargo-Built-Using: rust-words (= 1.0.0-1), rust-gone (= 2.0-1), rust-words (= 1.0.0-1)\n")
        report = m.check()
        assert helpers(report).count("rust-words") == 1
        assert any(n.startswith("rust-gone: ") for n in report.json["run"]["notes"]), report.json["run"]


main()
