#!/usr/bin/env python3
"""Write what an attacker packs (tests/e2e/hostile_made.py) as seeds of the targets that read it.

usage: fuzz/make-hostile-seeds.py   Writes fuzz/seeds/{archive,asar,elf,pe,code,supply}/hostile-*.
"""
import bz2
import pathlib
import struct
import sys
import zlib

FUZZ = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FUZZ.parent / "tests/e2e"))
import hostile_made as bad  # noqa: E402  (found through the line above)
import made  # noqa: E402

ARMOUR = (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: none\n\nmDMEZQ\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n")


def archives():
    script = bad.HIDDEN
    yield "sparse", bad.sparse_tar()
    yield "sparse-pax", bad.sparse_pax()
    yield "long-names", bad.tar_of_long_names(1, 700)
    yield "huge-member", bad.tar_of(bad.tar_header(b"big", raw_size=b"\x80\0\0\0\x7f" + b"\xff" * 7), bytes(512))
    yield "renamed", bad.tar_of(bad.pax([(b"path", b"usr/bin/evil"), (b"linkpath", b"x"), (b"mtime", b"1.5")]) + bad.member(b"./a", script))
    yield "resized", bad.tar_of(bad.pax([(b"size", b"3")]) + bad.member(b"./a", script * 30))
    yield "global-pax", bad.tar_of(bad.pax([(b"comment", b"0123456789")], kind=b"g") + bad.member(b"./a", script))
    yield "after-end", bad.tar_of(bad.member(b"./a", b"a\n")) + bad.tar_of(bad.member(b"./b", script))
    yield "overlap.zip", bad.zip_of([(b"a", script, 0), (b"b", script, 0)], overlap=True)
    yield "comment.zip", bad.zip_of([(b"a", script, 8)], comment=script)
    yield "prefix.zip", bad.zip_of([(b"a", script, 8)], prefix=b"#!/bin/sh\n")
    yield "two.zip", bad.zip_of([(b"a", script, 0)]) + bad.zip_of([(b"b", script, 0)])
    yield "polyglot", bad.pdf() + bad.zip_of([(b"a", script, 0)])
    yield "nested.gz", bad.nested(8)
    yield "tail.gz", made.gz(script) + script
    head = b"\x1f\x8b\x08\x1f\0\0\0\0\0\3" + b"\x06\0AB\x02\0xy" + b"name\0" + b"a comment\0"
    yield "options.gz", head + struct.pack("<H", zlib.crc32(head) & 0xffff) + made.gz(script)[10:]
    yield "bad-crc.gz", made.gz(script)[:-8] + bytes(8)
    yield "cut.gz", made.gz(script * 9)[:-20]
    yield "cut.xz", made.xz(script * 9)[:-20]
    yield "names.tar", bad.tar_of(*(bad.member(n, b"x") for n in (b"/etc/shadow", b"../../x", b"a/../b", b"./usr/\xff", b"..", b"a//b", b"C:\\x", b"a\nb")))
    yield "links.tar", bad.tar_of(bad.tar_header(b"l", 0, b"1", b"../../etc/shadow"), bad.tar_header(b"s", 0, b"2", b"/"), bad.tar_header(b"d", 0, b"5"),
                                  bad.tar_header(b"c", 0, b"3"), bad.tar_header(b"n", 4096, b"1", b"l") + bytes(4096))
    yield "twice.tar", bad.tar_of(bad.member(b"./a", b"1"), bad.member(b"a", b"2"))
    yield "deep.zip", bad.nested_zip(20)
    yield "bomb.gz", bad.gzip_of_zeros(24)
    yield "zstd-skip", b"\x50\x2a\x4d\x18\x04\0\0\0evil" + b"\x28\xb5\x2f\xfd\x20\x03\x19\0\0abc"
    yield "lying.zip", bad.zip_of([(b"a", script * 9, 8)]).replace(b"PK\1\2\x14", b"PK\1\2\x2d", 1)[:-6] + bytes(6)
    yield "many.a", bad.ar_of_many(20)
    yield "names.a", made.ar([("#1/9999", script), ("#1/8", b"longname" + script)])
    yield "records.tar", bad.tar_of(bad.pax([(b"uname", script * 3), (b"mtime", b"curl"), (b"path", b"./a"), (b"path", b"./b"), (b"size", b"45")]) +
                                    bad.member(b"./b", script))
    yield "extra.zip", bad.zip_with(local=bad.extra(0x4141, script * 3) + bad.extra(0xd935, b"\4\0\0\0"), data=script,
                                    central=bad.extra(0x5455, script) + bad.extra(0x7075, b"\1" + struct.pack("<I", zlib.crc32(b"usr/bin/greet")) + b"evil"))
    yield "later.zip", bad.zip_with(data=script, said=(0, 3, 5))
    yield "streams.zip", bad.zip_with(data=script, method=12, packed=bz2.compress(script) + bz2.compress(b""))
    yield "empty.gz", made.gz(script) + made.gz(b"") * 60
    yield "holes.zst", bad.sparse_of_zeros(0)


def rich(tools, key=0x1234abcd):
    """The stub of Microsoft's linker, and its list of tools (number, count) behind it."""
    code = bytes.fromhex("0e1fba0e00b409cd21b8014ccd21") + b"This program cannot be run in DOS mode.\r\r\n$"
    head = code + bytes(-len(code) % 8)
    words = [0x536e6144, 0, 0, 0] + [n for t in tools for n in t]
    return head + b"".join(struct.pack("<I", w ^ key) for w in words) + b"Rich" + struct.pack("<I", key) + bytes(8)


def seeds():
    for name, data in archives():
        yield "archive", name, data
    for name, data in (("no-sections", bad.elf_without_sections()), ("overlap", bad.elf_with_overlapping_segments()),
                       ("padding", bad.elf_with_data_in_padding()), ("tail", bad.elf_with_a_tail()), ("names", bad.elf_of_endless_names(20, 300))):
        yield "elf", name, data
    for name, data in (("plain", bad.pe()), ("signed", bad.pe(certificate=bad.certificate(bad.pkcs7(), slack=bad.HIDDEN * 3))),
                       ("resources", bad.pe(rsrc=bad.resources(bad.zip_of([(b"x", bad.HIDDEN, 0)])))), ("stub", bad.pe(stub=bad.HIDDEN + bytes(3))),
                       ("rich", bad.pe(stub=rich([(0x01046b31, 7), (0x01056b31, 1)]), at=0x40)), ("rich-broken", bad.pe(stub=rich([]).replace(b"\xcd\xab\x34\x12Rich", b"\xcd\xab\x34\x13Rich"), at=0x40)),
                       ("tail", bad.pe(tail=bad.HIDDEN)), ("config", bad.pe_with_directory(10, 0x1000, 0x140)), ("bound", bad.pe_with_directory(11, 0x1000, 0x40))):
        yield "pe", name, data
    small = made.Deb({"control": made.control_text(source="greet (1.0)")}, {}, ".gz").build()
    for kind, (name, data) in enumerate((("deb", small), ("armour", ARMOUR), ("relation", b"debhelper (>= 13) | dh [amd64 !i386] <!nocheck>, gcc:any"),
                                         ("versions", b"1:2.3~rc1-4\n1:2.3-4"), ("gzip", made.gz(made.SCRIPT.encode())),
                                         ("xz", made.xz(made.SCRIPT.encode())))):
        yield "supply", name, bytes([kind]) + data
    yield "asar", "keys", bad.asar(b'{"files":{"greet":{"size":%d,"offset":"0","note":"%s","integrity":{"x":1}}},"more":[1]}' % (len(made.SCRIPT), bad.HIDDEN[:-1]),
                                   made.SCRIPT.encode())
    yield "mo", "little", made.mo({"Hello": "Guten Tag", "": "Content-Type: text/plain; charset=UTF-8\n"})


for target, name, data in seeds():
    path = FUZZ / "seeds" / target / ("hostile-" + name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
