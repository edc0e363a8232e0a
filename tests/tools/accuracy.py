#!/usr/bin/env python3
"""Tests of what tests/accuracy relies on: truth from debug information, what is code, where source is changed; prints TAP."""
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "accuracy"))
import dwarf
import judge
import plant_binary
import victim
from tap import Skip, case, main

SOURCE = """\
#include <stdio.h>

static int
twice(int x)
{
    return 2 * x + 1;
}

__attribute__((noinline)) int thrice(int x)
{
    return twice(x) + x;
}

int main(int argc, char **argv)
{
    (void)argv;
    printf("the answer is %d\\n", thrice(argc));
    return 0;
}
"""


def built(folder):
    """(path of the unstripped program, bytes of the stripped one)"""
    if not shutil.which("llvm-dwarfdump") or not shutil.which("gcc"):
        raise Skip("no gcc or no llvm-dwarfdump")
    (folder / "sub").mkdir()
    (folder / "sub/a.c").write_text(SOURCE)
    whole, stripped = folder / "whole", folder / "stripped"
    subprocess.run(["gcc", "-g", "-O2", "-o", whole, "sub/a.c"], cwd=folder, check=True)
    shutil.copyfile(whole, stripped)
    subprocess.run(["strip", stripped], check=True)
    return whole, stripped.read_bytes()


@case
def each_function_has_its_place_and_what_was_inlined(folder):
    whole, stripped = built(folder)
    pieces = dwarf.pieces_of(whole, str(folder), judge.Image(stripped).offset_of)
    found = {p.name: p for p in pieces}
    assert (found["thrice"].file, found["thrice"].line, found["thrice"].unit) == ("sub/a.c", 9, "sub/a.c")
    assert found["thrice"].inlined == {"twice"} and "twice" not in found
    assert found["main"].line == 14 and found["_start"].file == ""
    dwarf.write(folder / "t.tsv", pieces)
    assert list(dwarf.read(folder / "t.tsv")) == pieces


@case
def code_is_what_section_headers_call_code(folder):
    _, stripped = built(folder)
    image = judge.Image(stripped)
    ranges = image.code()
    text = image.section(".text")
    assert (text[2], text[3]) in ranges
    assert all(image.section(".rodata")[2] not in range(at, at + n) for at, n in ranges)


@case
def a_table_is_written_between_its_markers_and_nowhere_else(folder):
    page = folder / "page.md"
    old = "# Head\n\n<!-- one -->\n\nold\n\n<!-- end -->\n\nBy hand.\n\n<!-- two -->\n\nother\n\n<!-- end -->\n\nFoot.\n"
    page.write_text(old)
    judge.write_part(page, "one", ["new", "lines"])
    assert page.read_text() == old.replace("old", "new\nlines")
    judge.write_part(page, "one", ["old"])
    assert page.read_text() == old
    page.write_text(old.replace("<!-- end -->\n\nBy", "By"))
    for name in ("one", "three"):
        try:
            judge.write_part(page, name, ["new"])
        except SystemExit:
            assert "By hand." in page.read_text()
        else:
            raise AssertionError(f"{name} was written without an end")


@case
def claims_are_cut_at_the_ends_of_ranges(_):
    claims = [{"offset": 0, "length": 10}, {"offset": 10, "length": 10}, {"offset": 20, "length": 10}]
    parts = [(c["offset"], at, n) for c, at, n in judge.overlap(claims, [(5, 7), (25, 5)])]
    assert parts == [(0, 5, 5), (10, 10, 2), (20, 25, 5)], parts


@case
def a_statement_goes_to_the_head_of_the_body_and_lines_stay(_):
    piece = dwarf.Piece(0, 1, 0, 0, "twice", "twice", "a.c", 4, "a.c", set())
    lines = victim.insert(SOURCE, piece, "f();").split("\n")
    assert lines[4] == "{ f();" and len(lines) == len(SOURCE.split("\n"))
    lines = victim.insert(SOURCE, piece, "f();", "void f(void);").split("\n")
    assert lines[2] == "void f(void);" and lines[3] == "static int", lines


@case
def a_declaration_is_not_taken_for_a_definition(_):
    try:
        victim.body_of(["int f(int);", "int g(void)", "{"], 1)
    except victim.CannotBuild:
        return
    raise AssertionError("it is")


@case
def a_planted_segment_and_its_bytes_are_where_they_are_said_to_be(folder):
    _, stripped = built(folder)

    class Honest:
        data = stripped

    planted = plant_binary.note_to_load(Honest, random.Random(1), None)
    (head, n), (start, length) = planted.ranges
    assert start + length == len(planted.data) and planted.data[start:] != bytes(length)
    assert n == 56 and planted.data[head:head + 4] == b"\1\0\0\0"


sys.exit(main())
