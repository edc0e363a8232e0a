#!/usr/bin/env python3
"""Write small WebAssembly modules with every kind of section, whole and damaged, to fuzz/seeds/wasm, and the golden case's module.

usage: fuzz/make-wasm-seeds.py
"""
import pathlib

FUZZ = pathlib.Path(__file__).resolve().parent
GOLDEN = FUZZ.parent / "tests/golden/webassembly"


def leb(n):
    out = b""
    while True:
        out, n = out + bytes([n & 0x7f | (0x80 if n > 0x7f else 0)]), n >> 7
        if n == 0:
            return out


def text(s):
    return leb(len(s)) + s.encode()


def vec(*items):
    return leb(len(items)) + b"".join(items)


def section(number, body):
    return bytes([number]) + leb(len(body)) + body


HEAD = b"\0asm\1\0\0\0"
CONST0 = b"\x41\0\x0b"
PARTS = {
    "types": section(1, vec(b"\x60" + vec(b"\x7f") + vec(), b"\x60" + vec() + vec(b"\x7e"))),
    "imports": section(2, vec(text("env") + text("report_value") + b"\0\0", text("env") + text("memory") + b"\2\1\1\x80\x02",
                              text("env") + text("table") + b"\1\x70\0\1", text("env") + text("base") + b"\3\x7f\0")),
    "functions": section(3, vec(b"\1")),
    "tables": section(4, vec(b"\x70\0\2")),
    "memories": section(5, vec(b"\0\1")),
    "tags": section(13, vec(b"\0\0")),
    "globals": section(6, vec(b"\x7f\1\x41\x2a\x0b", b"\x7e\0\x42\x80\x01\x0b", b"\x7c\0\x44" + bytes(8) + b"\x0b")),
    "exports": section(7, vec(text("count_lines") + b"\0\1", text("memory") + b"\2\0")),
    "start": section(8, b"\1"),
    "elements": section(9, vec(b"\0" + CONST0 + vec(b"\1"), b"\1\0" + vec(b"\1"), b"\5\x70" + vec(b"\xd2\1\x0b"))),
    "count": section(12, b"\2"),
    "code": section(10, vec(leb(4) + b"\0\x42\7\x0b")),
    "data": section(11, vec(b"\0" + CONST0 + text("lines counted: \0no such file\0"), b"\1" + text("\1\2\3\4"))),
    "names": section(0, text("name") + b"\0" + leb(6) + text("lines") + b"\1" + leb(14) + vec(b"\1" + text("count_lines"))),
    "producers": section(0, text("producers") + vec(text("language") + vec(text("C11") + text("")))),
}


def module(**changes):
    return HEAD + b"".join(changes.get(name, body) for name, body in PARTS.items())


def main():
    seeds = FUZZ / "seeds/wasm"
    seeds.mkdir(parents=True, exist_ok=True)
    whole = module()
    planted = section(11, vec(b"\0" + CONST0 + text("lines counted: \0https://evil.example/collect\0"), b"\1" + text("\1\2\3\4")))
    for name, data in {
        "whole": whole,
        "empty": HEAD,
        "cut": whole[:-9],
        "tail": whole + b"MZ\x90",
        "twice": module(start=PARTS["start"] * 2),
        "behind": module(start=section(8, b"\1more than a number")),
        "bodies": module(functions=section(3, vec(b"\1", b"\1"))),
        "types-of-a-proposal": module(types=section(1, vec(b"\x5f" + vec(b"\x7f\1")))),
        "names-too-long": module(names=section(0, text("name") + b"\1" + leb(3) + vec(b"\1\x7fab"))),
        "long-number": HEAD + b"\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    }.items():
        (seeds / name).write_bytes(data)
    for folder, data in (("package/lib", module(data=planted)), ("source/src", None)):
        (GOLDEN / folder).mkdir(parents=True, exist_ok=True)
        if data:
            (GOLDEN / folder / "lines.wasm").write_bytes(data)
    (GOLDEN / "source/src/lines.c").write_text(
        'extern void report_value(int);\n\nlong count_lines(void)\n{\n    report_value(7);\n    puts("lines counted: ");\n    return 7;\n}\n')
    (GOLDEN / "source/src/lines.wasm.txt").write_text("memory table base language\n")


main()
