#!/usr/bin/env python3
"""Tests of what people read: no link or path of a document leads nowhere, and what is kept of the program's tables is what it prints. TAP.

usage: docs.py PLUMB
"""
import fnmatch
import pathlib
import re
import subprocess
import sys

from tap import case, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
HIDDEN = {"build", ".git", "subprojects"}
TREE = r"`((?:src|tests|tools|docs|cli|bench|fuzz|contrib|man|include)/[\w./-]*[\w/])`"
OF_SOURCE = r"`((?:base|model|io|format|classify|corpus|feature|match|judge|supply|chain|report|attest|pipeline)/[\w./-]*[\w/])`"


def documents():
    found = [p for p in ROOT.rglob("*.md") if not any(x in HIDDEN or x.startswith("build") for x in p.relative_to(ROOT).parts[:-1])]
    assert len(found) > 20, found
    return sorted(found)


def anchor(heading):
    """What a page of markdown calls a heading: small letters, no marks, lines between the words."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()).replace(" ", "-")


def dead_links(document):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, part = target.partition("#")
        there = document.parent / path if path else document
        if not there.exists():
            yield target
        elif part and part not in map(anchor, re.findall(r"(?m)^#+ (.*)$", there.read_text())):
            yield target


def is_example(path):
    """FOLDER and NAME stand for something; of a package that was measured the paths are its own."""
    return re.search(r"FOLDER|NAME", path) or path == "src/tool_hugehelp.c"


@case
def every_link_leads_to_a_file_and_to_a_heading_of_it(_folder):
    dead = [f"{d.relative_to(ROOT)}: {link}" for d in documents() for link in dead_links(d)]
    assert not dead, dead


@case
def a_link_to_a_file_or_a_heading_that_is_not_there_is_found(folder):
    page = folder / "page.md"
    page.write_text("# A `thing`, once\n[a](page.md#a-thing-once) [b](#nowhere) [c](other.md) [d](https://example.org/x)\n")
    assert list(dead_links(page)) == ["#nowhere", "other.md"]


@case
def every_path_of_the_tree_that_a_document_names_is_there(_folder):
    lost = []
    for document in documents():
        text = document.read_text()
        paths = [(ROOT, p) for p in re.findall(TREE, text)] + [(ROOT / "src", p) for p in re.findall(OF_SOURCE, text)]
        lost += [f"{document.relative_to(ROOT)}: {p}" for root, p in paths if not is_example(p) and not (root / p).exists()]
    assert not lost, lost


def lost_citations(text):
    """Documents, and headings of them, that a comment or a rule names and that are not in the tree."""
    for name, heading in re.findall(r'\b((?:docs|tests)/[\w./-]+\.md|[A-Z]{4,}\.md)\b(?=(?:, "?([A-Z][A-Za-z ]*)(?!\w|\.md))?)', text):
        page = ROOT / name
        if not page.exists():
            yield name
        elif heading and heading.strip() not in re.findall(r"(?m)^#+ (.*)$", page.read_text()):
            yield f"{name}, {heading}"
    for name in re.findall(r"\b[A-Z]{5,} sections? \d", text):
        yield name


@case
def every_document_that_code_names_is_there(_folder):
    lost = []
    for path in sorted(p for folder in ("src", "include", "cli", "fuzz", "bench", "tests/unit") for p in (ROOT / folder).rglob("*.[ch]")):
        lost += [f"{path.relative_to(ROOT)}: {name}" for name in lost_citations(path.read_text())]
    assert not lost, lost


@case
def a_document_or_heading_that_code_names_and_nobody_has_is_found(_folder):
    text = 'see docs/nothing.md, NOTES.md, docs/matching.md, "Functions", docs/matching.md, Poems; ' + "NOTES sec" + "tion 3"
    assert list(lost_citations(text)) == ["docs/nothing.md", "NOTES.md", "docs/matching.md, Poems", "NOTES section 3"]


def unlisted(page):
    """Files of the page's folder that no row of its table has, and names in the rows that no file has."""
    names = {p.stem for p in page.parent.glob("*.c")}
    rows = {x for first in re.findall(r"(?m)^\| (`.*?) \|", page.read_text()) for x in re.findall(r"`([\w*]+)`", first)}
    return sorted(n for n in names if not any(fnmatch.fnmatch(n, x) for x in rows)) + \
        sorted(x for x in rows if not fnmatch.filter(names, x))


@case
def the_page_of_a_folder_lists_its_files(_folder):
    pages = sorted((ROOT / "src").rglob("README.md"))
    assert {"match", "corpus", "feature", "pipeline"} <= {p.parent.name for p in pages}, pages
    lost = [f"{p.relative_to(ROOT)}: {name}" for p in pages for name in unlisted(p)]
    assert not lost, lost


@case
def a_file_that_the_page_of_its_folder_lacks_is_found(folder):
    for name in ("here.c", "here_too.c", "other.c"):
        (folder / name).write_text("")
    (folder / "README.md").write_text("| files | what |\n|---|---|\n| `here`, `here_*` | x `y` |\n| `gone` | z |\n")
    assert unlisted(folder / "README.md") == ["other", "gone"]


@case
def the_architecture_names_every_folder(_folder):
    text = (ROOT / "ARCHITECTURE.md").read_text()
    folders = [f"src/{p.name}/" for p in (ROOT / "src").iterdir() if p.is_dir()]
    folders += [f"{p.name}/" for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "build"))]
    lost = [f for f in folders if f"`{f}" not in text]
    assert not lost, lost


@case
def what_is_kept_of_the_programs_tables_is_what_it_prints(_folder):
    done = subprocess.run([ROOT / "tools/printed", sys.argv[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


sys.exit(main())
