#!/usr/bin/env python3
"""Data of a made program: tables, blobs and constants are explained; what is changed or planted is found at its place.

usage: data.py PLUMB [PART-OF-A-NAME]
"""
import json
import random
import struct

import made
from planting import assert_found, build_elf, check
from plumb_test import case, main

NAME = "usr/bin/steps-binary"
NUMBERS = random.Random(5)
STEPS = [NUMBERS.randrange(-30000, 30000) for _ in range(200)]
SBOX = NUMBERS.sample(range(256), 256)
SOURCE = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
enum colour {{ RED = 3, GREEN, BLUE = GREEN * 5 }};
#define SCALE (1 << 5)
static const short steps[] = {{ {steps} }};
static const unsigned char box[256] = {{ {box} }};
static const double curve[] = {{ 0.5, 1.25, -3.75, 1e-3, 2.5e10, 7.0, 0.1, 0.2, 1.0 / 3 }};
static const struct option_row {{ const char *name; int colour; unsigned char level; short scale; }} rows[] = {{
    {{ "all-the-options", RED, 7, SCALE }}, {{ "brightness", GREEN, 200, -4 }},
#ifdef NOT_IN_THIS_BUILD
    {{ "never compiled in", RED, 1, 1 }},
#endif
    {{ "colour-of-the-sky", BLUE, 31, SCALE + 1 }}, {{ "duration", RED, 0, -32000 }},
}};
static int quiet(int n) {{ return n + 1; }}
static int loud(int n) {{ printf("loud as ever: %d\\n", n); return n; }}
static int (*const ways[])(int) = {{ quiet, loud }};
int main(int argc, char **argv)
{{
    int n = argc;
    for (int i = 1; i < argc; i++) {{
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            if (strcmp(argv[i], rows[k].name) == 0)
                n += rows[k].colour * rows[k].level + rows[k].scale;
        n += steps[(unsigned)atoi(argv[i]) % 200] ^ box[(unsigned char)argv[i][0]];
        n += (int)(curve[(unsigned)n % 9] * 1000.5);
    }}
    printf("the steps of the program come to %d in all\\n", ways[n & 1](n));
    return 0;
}}
""".format(steps=", ".join(map(str, STEPS)), box=", ".join(hex(b) for b in SBOX))


def packaged(t, source=SOURCE, shown=SOURCE, change=lambda data: data, beside=None):
    """The report on a program built from `source` and changed, against the source that is shown, with the files `beside` it."""
    deb = made.package()
    data = change(build_elf(t, "steps-binary", source))
    deb.data[NAME] = made.Entry(data, 0o755)
    return data, check(t, deb, {**made.source(), "steps-binary.c": shown, **(beside or {})})


def rules(report):
    """Bytes of the program by rule."""
    found = {}
    for claim in report.file(NAME)["evidence"]:
        found[claim["rule"]] = found.get(claim["rule"], 0) + claim["length"]
    return found


@case
def tables_of_every_width_are_explained_by_their_source(t):
    data, report = packaged(t)
    claims = [c for c in report.file(NAME)["evidence"] if c["rule"] == "data.array"]
    for packed in (struct.pack("<200h", *STEPS), bytes(SBOX), struct.pack("<8d", 0.5, 1.25, -3.75, 1e-3, 2.5e10, 7, 0.1, 0.2)):
        at = data.index(packed)
        assert any(c["offset"] <= at and at + len(packed) <= c["offset"] + c["length"] and c["grade"] == "B" and
                   c["source"].startswith("steps-binary.c:") for c in claims), claims
    assert not [f for f in report.errors() if f["tag"].startswith("data.")], t.summary(report)


@case
def rows_with_pointers_are_explained_though_one_was_not_compiled(t):
    _, report = packaged(t)
    rows = [c for c in report.file(NAME)["evidence"] if c["rule"] == "data.rows"]
    assert sum(c["length"] for c in rows) >= 4 * 16 - 8 and all(c["grade"] == "B" for c in rows), rules(report)


def assert_changed(t, at_of, width, value):
    """Change one element; it is an error at exactly that place, and nothing else is."""
    place = []

    def change(data):
        at = at_of(data)
        place.append(at)
        return data[:at] + value + data[at + len(value):]
    _, report = packaged(t, change=change)
    assert_found(report, NAME, place[0], width, "data.modified-table")
    assert len([f for f in report.errors() if f["tag"].startswith("data.")]) == 1, t.summary(report)


@case
def one_changed_byte_of_a_table_is_found_to_the_byte(t):
    assert_changed(t, lambda data: data.index(bytes(SBOX)) + 99, 1, bytes([SBOX[99] ^ 1]))


@case
def one_changed_number_of_a_table_is_found_to_the_element(t):
    assert_changed(t, lambda data: data.index(struct.pack("<200h", *STEPS)) + 2 * 60, 2, struct.pack("<h", STEPS[60] ^ 0x155))


@case
def the_first_and_the_last_element_of_a_table_cannot_be_changed_unseen(t):
    assert_changed(t, lambda data: data.index(bytes(SBOX)), 1, bytes([SBOX[0] ^ 0x80]))
    assert_changed(t, lambda data: data.index(bytes(SBOX)) + 255, 1, bytes([SBOX[255] ^ 0x80]))


@case
def a_random_blob_that_the_source_lacks_is_an_error(t):
    blob = random.Random(11).randbytes(512)
    listed = ", ".join(map(str, blob))
    planted = SOURCE.replace("int main(", f"const unsigned char extra[] = {{ {listed} }};\nint main(").replace(
        "int n = argc;", "int n = argc + extra[(unsigned char)argc] + extra[256 + (unsigned char)argc];")
    data, report = packaged(t, source=planted)
    at = data.index(blob)
    near = [f for f in report.errors(NAME) if f["tag"] == "data.high-entropy"]
    assert any(f["offset"] <= at + 16 and f["offset"] + f["length"] >= at + len(blob) - 16 for f in near), \
        t.summary(report)
    assert report.verdict("sourced") == "broken"


@case
def the_same_blob_is_no_error_when_the_source_has_it(t):
    blob = random.Random(11).randbytes(512)
    listed = ", ".join(map(str, blob))
    source = SOURCE.replace("int main(", f"const unsigned char extra[] = {{ {listed} }};\nint main(").replace(
        "int n = argc;", "int n = argc + extra[(unsigned char)argc] + extra[256 + (unsigned char)argc];")
    _, report = packaged(t, source=source, shown=source)
    assert not [f for f in report.errors() if f["tag"].startswith("data.")], t.summary(report)


def with_table(what):
    """The program with one more table: of these elements, or of whatever an include brings."""
    listed = what if isinstance(what, str) else f"const unsigned char extra[] = {{ {', '.join(map(str, what))} }};"
    return SOURCE.replace("int main(", f"{listed}\nint main(").replace(
        "int n = argc;", "int n = argc + extra[(unsigned char)argc] + extra[64 + (unsigned char)argc];")


@case
def a_table_that_the_build_makes_is_a_warning(t):
    blob = random.Random(12).randbytes(512)
    shown = with_table('#include "computed.h"')
    makefile = {"Makefile": "computed.h: compute\n\t./compute > computed.h\n"}
    _, report = packaged(t, source=with_table(blob), shown=shown, beside=makefile)
    found = report.findings("data.high-entropy")
    assert found and all(f["severity"] == "warning" for f in found), t.summary(report)
    assert "computed.h" in json.dumps(found), found
    assert not [f for f in report.errors() if f["tag"].startswith("data.")], t.summary(report)


@case
def a_table_that_no_build_file_names_is_an_error(t):
    blob = random.Random(12).randbytes(512)
    _, report = packaged(t, source=with_table(blob), shown=with_table('#include "computed.h"'))
    assert report.findings("data.high-entropy", severity="error"), t.summary(report)


@case
def settings_from_a_template_excuse_no_random_data(t):
    blob = random.Random(12).randbytes(512)
    shown = with_table('#include "settings.h"')
    beside = {"Makefile": "settings.h: settings.h.in\n\tsed s/@X@/1/ $< > $@\n", "settings.h.in": "#define X @X@\n"}
    _, report = packaged(t, source=with_table(blob), shown=shown, beside=beside)
    assert report.findings("data.high-entropy", severity="error"), t.summary(report)


@case
def a_table_that_counts_upwards_is_not_taken_for_a_changed_one_of_another_file(t):
    letters = list(range(0, 160))
    other = [{92: 165, 126: 0x203E & 255, 130: 7}.get(i, n) for i, n in enumerate(letters)]
    beside = {"other.c": f"static const unsigned char letters[] = {{ {', '.join(map(str, other))} }};\n"}
    _, report = packaged(t, source=with_table(letters), shown=with_table('#include "letters.h"'), beside=beside)
    assert not report.findings("data.modified-table", severity="error"), t.summary(report)


FIXED = """
#include <stdio.h>
static int quiet(int n) { return n * 3 + 1; }
static int loud(int n) { printf("loud as ever: %d\\n", n); return n; }
struct way { const char *name; int (*run)(int); };
struct way ways[] = { { "a way that says nothing", quiet }, { "a way that is heard", loud } };
struct way *const shown[] = { &ways[1], &ways[0] };
static const struct { unsigned sum, more, size; unsigned char flag, old; unsigned short intent; } known[] = {
    { 0x3b8772b9, 0x29f83dde, 3048, 1, 0, 0 }, { 0x427ebb21, 0xc95bd637, 3052, 1, 0, 1 }, { 0x306fd8ae, 0, 60988, 0, 1, 0 },
    { 0xbbef7812, 0x34562abf, 60960, 1, 0, 2 }, { 0x5d5129ce, 0, 3024, 0, 1, 3 }, { 0x182ea552, 0, 3144, 0, 1, 4 },
};
int main(int argc, char **argv)
{
    for (unsigned i = (unsigned)argc % 6; i < 6; i += (unsigned)argc)
        if (known[i].sum == (unsigned)argc * 7919 && known[i].flag != known[i].old)
            printf("known as number %u of %u\\n", known[i].more, known[i].size + known[i].intent);
    puts(shown[argc & 1]->name);
    return ways[argc & 1].run(argc) + (argv == NULL);
}
"""


@case
def pointers_of_a_program_at_a_fixed_place_and_a_few_rows_are_explained(t):
    deb = made.package()
    deb.data[NAME] = made.Entry(build_elf(t, "steps-binary", FIXED, "-no-pie", "-fno-pie"), 0o755)
    report = check(t, deb, {**made.source(), "steps-binary.c": FIXED})
    found = rules(report)
    assert found.get("data.pointer", 0) + found.get("data.rows", 0) >= 6 * 8 + 6 * 16, found
    assert "elf.data" not in found, found


@case
def a_few_rows_with_a_changed_number_are_no_rows_of_the_source(t):
    deb = made.package()
    data = build_elf(t, "steps-binary", FIXED, "-no-pie", "-fno-pie")
    at = data.index(struct.pack("<I", 0xc95bd637))
    deb.data[NAME] = made.Entry(data[:at] + struct.pack("<I", 0xc95bd636) + data[at + 4:], 0o755)
    report = check(t, deb, {**made.source(), "steps-binary.c": FIXED})
    there = [c for c in report.file(NAME)["evidence"] if c["offset"] <= at < c["offset"] + c["length"]]
    assert there[0]["rule"] != "data.rows" and there[0].get("grade") != "B", there


LENGTHS = "1, " * 192 + "2, " * 32 + "3, " * 16
OFFSETS = [random.Random(8).randrange(4) for _ in range(400)]
PLAIN = """
#include <stddef.h>
#include <stdio.h>
struct pool { char a[2], b[3], c[3], d[3], e[2], f[3], g[3], h[3], i[2], j[3]; };
static const struct pool pool = { "z", "yi", "mn", "cn", "x", "lo", "co", "me", "q", "po" };
#define at(s) offsetof(struct pool, s)
static const struct name { short at, kind; } names[] = { %s };
static const int lengths[] = { %s
#ifdef NARROW
 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
#else
 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 1, 1
#endif
};
int main(int argc, char **argv)
{
    const struct name *n = &names[(unsigned)argc %% 400];
    if (n->at >= 0)
        puts((const char *)&pool + n->at + (unsigned)argv[0][0] %% 3);
    printf("%%d of that kind and %%d bytes\\n", n->kind, lengths[(unsigned char)argv[0][0]]);
    return 0;
}
""" % (", ".join(["{-1}", "{-1}", "{at(c), 243}", "{at(g), 129}"][n] if k % 6 == 0 else "{-1}" for k, n in enumerate(OFFSETS)), LENGTHS)


def plain(t, change=lambda data: data):
    deb = made.package()
    deb.data[NAME] = made.Entry(change(build_elf(t, "steps-binary", PLAIN)), 0o755)
    return check(t, deb, {**made.source(), "steps-binary.c": PLAIN})


@case
def tables_that_say_little_are_explained_where_all_of_them_stands(t):
    found = rules(plain(t))
    assert found.get("data.rows", 0) >= 1600 and found.get("data.array", 0) >= 1024 + 27, found
    assert "elf.data" not in found, found


@case
def a_changed_number_of_a_table_that_says_little_leaves_it_open(t):
    lengths = struct.pack("<8i", 2, 2, 2, 2, 3, 3, 3, 3)

    def change(data):
        at = data.index(lengths) + 16
        return data[:at] + struct.pack("<i", 7) + data[at + 4:]
    assert rules(plain(t, change)).get("elf.data", 0) >= 900, rules(plain(t, change))


if __name__ == "__main__":
    main()
