#!/usr/bin/env python3
"""Write seeds of what no linker of Debian 12 makes: Mach-O images with chained fixups, universal ones, and the table that every Go program carries.

usage: fuzz/make-code-seeds.py   Writes fuzz/seeds/code/laid-*.
Sources: <mach-o/loader.h>, <mach-o/fixup-chains.h>, <mach-o/fat.h>; Go 1.18 to 1.22, src/internal/abi/symtab.go.
"""
import pathlib
import struct

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds/code"
X86_64, ARM64 = 0x01000007, 0x0100000c
BASE = 0x100000000
DATA_AT, LINK_AT = 0x800, 0xa00
#        first       calls the second          second
CODE = {X86_64: bytes.fromhex("55 4889e5 e807000000 5d c3 0f1f440000") + bytes.fromhex("55 b807000000 ff150c000000 5d c3 9090"),
        ARM64: struct.pack("<8I", 0xa9bf7bfd, 0x94000003, 0xa8c17bfd, 0xd65f03c0, 0xa9bf7bfd, 0x528000e0, 0xa8c17bfd, 0xd65f03c0)}


def uleb(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def macho(cpu, data, commands, link, base=BASE):
    """A bundle of one code section and one of data; `commands` are (kind, from, to) of tables in `link`, or whole commands."""
    code = CODE[cpu]
    text_at = DATA_AT - len(code)

    def section(name, segment, address, size, offset, flags):
        return struct.pack("<16s16sQQIIIIIIII", name, segment, address, size, offset, 4, 0, 0, flags, 0, 0, 0)

    def segment(name, address, memory, offset, size, protection, sections=()):
        return struct.pack("<II16sQQQQIIII", 0x19, 72 + 80 * len(sections), name, address, memory, offset, size, protection, protection, len(sections), 0) + b"".join(sections)

    all_of = [segment(b"__TEXT", base, DATA_AT, 0, DATA_AT, 5, [section(b"__text", b"__TEXT", base + text_at, len(code), text_at, 0x80000400)]),
              segment(b"__DATA", base + DATA_AT, 0x200, DATA_AT, len(data), 3, [section(b"__data", b"__DATA", base + DATA_AT, len(data), DATA_AT, 0)]),
              segment(b"__LINKEDIT", base + LINK_AT, 0x1000, LINK_AT, len(link), 1),
              struct.pack("<IIIIII", 0x0c, 48, 24, 2, 0, 0) + b"/usr/lib/libmade.dylib".ljust(24, b"\0")]
    for c in commands:
        all_of.append(c if isinstance(c, bytes) else struct.pack("<IIII", c[0], 16, LINK_AT + c[1], c[2] - c[1]))
    body = b"".join(all_of)
    head = struct.pack("<8I", 0xfeedfacf, cpu, 3 if cpu == X86_64 else 2, 8, len(all_of), len(body), 0x85, 0) + body
    return (head.ljust(text_at, b"\0") + code + data).ljust(LINK_AT, b"\0") + link


def starts(cpu):
    first = DATA_AT - len(CODE[cpu])
    return uleb(first) + uleb(16) + b"\0"


def chained(cpu, pointer_format, imports_format, base=BASE):
    """Four pointers of one page, eight bytes apart: one within the image, two imports, and one within the image that ends the chain."""
    target = DATA_AT - len(CODE[cpu])
    if pointer_format in (2, 6):
        own = target + (base if pointer_format == 2 else 0)
        words = [own | 2 << 51, 1 << 63 | 0 | 2 << 51, 1 << 63 | 1 | 2 << 51, own]
    else:
        own = target + (base if pointer_format == 1 else 0)
        words = [own | 1 << 51, 1 << 62 | 0 | 1 << 51, 1 << 63 | 1 << 62 | 1 | 1 << 51, 1 << 63 | target | 0x1234 << 32]
    data = struct.pack("<4Q", *words) + b"a text of the data\0"
    names = b"\0_first_import\0_second_import\0"
    at = [1, 15]
    if imports_format == 1:
        imports = b"".join(struct.pack("<I", 1 | n << 9) for n in at)
    elif imports_format == 2:
        imports = b"".join(struct.pack("<Ii", 1 | n << 9, 4) for n in at)
    else:
        imports = b"".join(struct.pack("<QQ", 1 | n << 32, 4) for n in at)
    in_image = struct.pack("<I4I", 4, 0, 20, 0, 0)
    in_segment = struct.pack("<IHHQIHHH", 26, 0x100, pointer_format, DATA_AT, 0, 2, 0, 0xffff)
    before = 28 + len(in_image) + len(in_segment) + 2
    head = struct.pack("<7I", 0, 28, before, before + len(imports), 2, imports_format, 0)
    fixups = head + in_image + in_segment + b"\0\0" + imports + names
    table = starts(cpu)
    return macho(cpu, data, [(0x80000034, 0, len(fixups)), (0x26, len(fixups), len(fixups) + len(table))], fixups + table, base)


def opcodes():
    """Every opcode of dyld's older tables, where it says where pointers are and what they are bound to."""
    own = BASE + DATA_AT - len(CODE[X86_64])
    rebase = b"\x11\x21\x00\x51\x42\x30\x08\x60\x02\x70\x08\x80\x02\x08\x00"
    name = b"\x40_bound_name\0"
    bind = b"\x11" + name + b"\x51\x71" + uleb(0x40) + b"\x90\xa0\x08\xb1\xc0\x02\x08\x20\x01\x3e\x60\x7f\x80\x08\x90\x00"
    weak = b"\x40_weak_name\0\x51\x71" + uleb(0x80) + b"\x90\x00"
    lazy = b"\x71" + uleb(0x90) + b"\x11\x40_lazy_name\0\x90\x00\x71" + uleb(0x98) + b"\x12\x40_later_name\0\x90\x00\xd0"
    tables = [rebase, bind, weak, lazy]
    at, places = 0, []
    for t in tables:
        places += [LINK_AT + at, len(t)]
        at += len(t)
    table = starts(X86_64)
    info = struct.pack("<II8III", 0x80000022, 48, *places, 0, 0)
    return macho(X86_64, struct.pack("<Q", own) * 8 + bytes(0x100), [info, (0x26, at, at + len(table))], b"".join(tables) + table)


def universal(*images):
    """Big-endian headers, then each image at a round place."""
    at, head, body = 0x80, struct.pack(">II", 0xcafebabe, len(images)), b""
    for image in images:
        place = at + len(body)
        head += struct.pack(">5I", *struct.unpack_from("<II", image, 4), place, len(image), 3)
        body += image + bytes(-len(image) % 16)
    return head.ljust(at, b"\0") + body


def go_table(magic, word, quantum, functions, text):
    """functions: (begin, end, name, number of its file)."""
    names, places = b"\0", []
    for f in functions:
        places.append(len(names))
        names += f[2] + b"\0"
    files = b"/go/src/runtime/proc.go\0main.go\0"
    units = struct.pack("<III", 0, 24, 0xffffffff)
    steps, index, records = b"", b"", b""
    words = 11 if magic == 0xfffffff1 else 10
    for i, f in enumerate(functions):
        index += struct.pack("<II", f[0], 8 * len(functions) + 4 + 4 * words * i)
        records += struct.pack(f"<{words}I", f[0], places[i], 0, 0, 0, len(steps), *[0] * (words - 6))
        steps += uleb(2 * (f[3] + 1)) + uleb(abs(f[1] - f[0])) + b"\0"
    lines = index + struct.pack("<I", functions[-1][1]) + records
    parts = [names, units, files, steps, lines]
    at = 8 + 8 * word
    head = struct.pack("<IHBB", magic, 0, quantum, word) + b"".join(n.to_bytes(word, "little") for n in (len(functions), 2, text))
    body = b""
    for p in parts:
        head += (at + len(body)).to_bytes(word, "little")
        body += p + bytes(-len(p) % 4)
    return head + body


def go_program(magic, word, quantum=1, functions=((0, 16, b"runtime.main", 0), (16, 32, b"main.(*T).String", 1))):
    """An ELF program of one segment that may be run, with the table behind its code."""
    code = CODE[X86_64]
    base = 0x400000
    sizes = (64, 56, 40) if word == 8 else (52, 32, 40)
    at = -(-(sizes[0] + 2 * sizes[1]) // 16) * 16
    table = go_table(magic, word, quantum, functions, base + at)
    body = bytes(at - sizes[0] - 2 * sizes[1]) + code + table
    end = sizes[0] + 2 * sizes[1] + len(body)
    ident = b"\x7fELF" + bytes([2 if word == 8 else 1, 1, 1]) + bytes(9)
    if word == 8:
        head = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + at, 64, 0, 0, 64, 56, 2, 0, 0, 0)
        rows = [struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, at + len(code), at + len(code), 4096),
                struct.pack("<IIQQQQQQ", 1, 4, at + len(code), base + 0x1000 + at + len(code), 0, end - at - len(code), end - at - len(code), 4096)]
    else:
        head = ident + struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, base + at, 52, 0, 0, 52, 32, 2, 0, 0, 0)
        rows = [struct.pack("<8I", 1, 0, base, base, at + len(code), at + len(code), 5, 4096),
                struct.pack("<8I", 1, at + len(code), base + 0x1000 + at + len(code), 0, end - at - len(code), end - at - len(code), 4, 4096)]
    return head + b"".join(rows) + body


def counted(registers, behind):
    """A program whose texts end by a number: in the next register, in the next word of memory, in a table of pointers; `behind` follows the texts."""
    base, at, n_code = 0x400000, 176, 0x100
    text = base + 0x1000 + at + n_code
    first, second = registers
    lea = {0: "488d05", 3: "488d1d", 7: "488d3d", 6: "488d35"}
    steps = [(lea[first], 0), bytes([0xb8 + second]) + struct.pack("<I", 5), bytes([0xb8 + second]) + struct.pack("<I", 5), (lea[first], 5),
             bytes.fromhex("e800000000"), (lea[first], 0), bytes.fromhex("4889442408" if first == 0 else "48897c2408"), bytes.fromhex("48c744241005000000"),
             (lea[first], 5), bytes.fromhex("4831c0"), bytes.fromhex("c7c3ffffff7f"), bytes.fromhex("488b05"), bytes.fromhex("89d8"), b"\xc3"]
    code = b""
    for s in steps:
        if s == bytes.fromhex("488b05"):
            s = ("488b05", 16)
        if isinstance(s, tuple):
            s = bytes.fromhex(s[0]) + struct.pack("<i", text + s[1] - (base + at + len(code) + 7))
        code += s
    code = code.ljust(n_code, b"\x90")
    data = b"helloworld\0\0\0\0\0\0" + struct.pack("<QQQQ", text, 5, text + 5, 1 << 40) + b"\0alone\0"
    data = data.ljust(64, b"\0") + behind(base + at)
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    head = ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + at, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    head += struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, at + n_code, at + n_code, 4096)
    head += struct.pack("<IIQQQQQQ", 1, 4, at + n_code, text, 0, len(data), len(data), 4096)
    return head + code + data


GO_NAMES = (b"main.main", b"main.main.func1", b"a/b%2ec.(*T[...]).M", b"a/b.T.M-fm", b"main.init.0", b"main.init.0.gowrap1", b"type:.eq.main.T", b"x.F[go.shape.int_0].func1.2")


def counted_go(text):
    return go_table(0xfffffff1, 8, 1, tuple((16 * i + 112 * (i > 0), 16 * i + 128, name, 1) for i, name in enumerate(GO_NAMES)), text)


def seeds():
    yield "counted-go", counted((0, 3), counted_go)
    yield "counted-rust", counted((7, 6), lambda _: b"library/core/src/panicking.rs\0")
    for pointer_format, imports_format, cpu in ((2, 1, X86_64), (6, 2, X86_64), (1, 3, ARM64), (9, 1, ARM64), (12, 2, ARM64)):
        yield f"chained-{pointer_format}-{imports_format}", chained(cpu, pointer_format, imports_format)
    yield "opcodes", opcodes()
    yield "universal", universal(chained(X86_64, 6, 1), chained(ARM64, 12, 3))
    yield "universal-collides", universal(chained(X86_64, 6, 1, base=BASE | 1 << 56), chained(X86_64, 6, 1))
    yield "universal-turned", universal(chained(X86_64, 6, 1, base=BASE | 3 << 56), chained(X86_64, 6, 1), chained(ARM64, 12, 3))
    yield "go-118", go_program(0xfffffff0, 8)
    yield "go-120", go_program(0xfffffff1, 8)
    yield "go-32", go_program(0xfffffff1, 4)
    yield "go-backwards", go_program(0xfffffff1, 8, 1, ((0, 16, b"a", 0), (16, 8, b"b", 200)))


def main():
    for name, data in seeds():
        (SEEDS / ("laid-" + name)).write_bytes(data)


main()
