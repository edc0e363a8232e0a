#!/usr/bin/env python3
"""What an attacker packs: bombs, lies and hiding places. Each ends soon, in bounded memory, sums, and is reported for what it is.

usage: hostile.py PLUMB [PART-OF-A-NAME]
"""
import bz2
import gzip
import os
import resource
import subprocess
import time
import zlib

import hostile_made as bad
import made
from plumb_test import ROOT, case, cases_of, is_sanitized, main

SECONDS = 20
MEMORY_MIB = 700


def source(t):
    return made.write_tree(t.path("source/x").parent, made.source())


def bounded(t, package, folder, *more):
    """Check it within SECONDS of processor time and MEMORY_MIB of resident memory."""
    slow = t.is_sanitized

    def limits():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * (8 if slow else 1),) * 2)

    begin = time.monotonic()
    report = t.check(package, "--source", folder, "-j2", limits=limits)
    took = time.monotonic() - begin
    assert took < SECONDS * 4 * (4 if slow else 1), f"took {took:.0f} s"
    if not slow:
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        assert peak < MEMORY_MIB, f"{peak} MiB resident"
    return report


def tags(report):
    return {(f["tag"], f["severity"]) for f in report.json["findings"]}


def deb_with(name, data):
    """The honest package with one more file."""
    return made.package().set("usr/lib/greet/" + name, data).build()


def deb_of(data_tar, extra=()):
    return made.ar([("debian-binary", b"2.0\n"), ("control.tar.gz", made.gz(made.tar({"control": made.control_text()}))),
                    ("data.tar", data_tar), *extra])


def tar_in_place(mode):
    """A tar of the honest program with another mode, its checksum right."""
    block = bytearray(bad.tar_of(bad.member(b"./usr/bin/greet", made.SCRIPT.encode())))
    block[100:108] = mode + b"\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return bytes(block)


def names_deb():
    members = [bad.member(b"./usr/" + name, b"x\n") for name in
               (b"a\nb", b"\xe2\x80\xaegnp.sh", b"\x1b[2Jx", b"\xff\xfe", b"-rf", b" ")]
    members += [bad.member(name, b"x\n") for name in
                (b"/etc/shadow", b"../../etc/cron.d/x", b"./usr/../../x", b"C:\\windows\\x", b"..", b".")]
    members += [bad.pax([(b"path", b"usr/nul\0byte")]) + bad.member(b"short", b"x\n")]
    return deb_of(bad.tar_of(*members))


def links_deb():
    head = bad.tar_header
    return deb_of(bad.tar_of(
        head(b"./etc", 0, b"2", b"/"), bad.member(b"./etc/passwd", b"root::0:0\n"), head(b"./l", 0, b"1", b"../../../../etc/shadow"),
        head(b"./self", 0, b"1", b"./self"), head(b"./loop", 0, b"2", b"loop"), head(b"./big", 4096, b"1", b"./l") + bytes(4096)))


def lying_zip():
    honest = bytearray(bad.zip_of([(b"a", bad.HIDDEN * 40, 8), (b"b", b"small\n", 0)]))
    at = honest.rindex(b"PK\1\2")
    honest[at + 24:at + 28] = (0xfffffff0).to_bytes(4, "little")
    return bytes(honest)


def two_directories():
    inner = bad.zip_of([(b"shown.txt", b"nothing to see\n", 0)])
    return inner + bad.zip_of([(b"other.sh", bad.HIDDEN, 0)])


def macho_seed(name):
    return (ROOT / "fuzz/seeds/macho" / name).read_bytes()


def links_to(*targets):
    return deb_of(bad.tar_of(*(bad.tar_header(b"./link%d" % i, 0, b"2", link=t) for i, t in enumerate(targets))))


def tar_of_owners():
    """The honest program, and links of owners of whom each is called after a part of a script."""
    def owned(head, name):
        block = bytearray(head)
        block[265:265 + len(name)] = name
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        return bytes(block)
    parts = [b"%d" % i + (bad.HIDDEN * 9)[i:i + 20] for i in range(0, 400, 20)]
    return deb_of(bad.tar_of(bad.member(b"./usr/bin/greet", made.SCRIPT.encode()),
                             *(owned(bad.tar_header(b"./link%d" % i, kind=b"2", link=b"usr/bin/greet"), part) for i, part in enumerate(parts))))


# name -> (bytes of the subject, tags of which each must be there)
BOMBS = {
    "a gzip of 4 GiB of zeros": (lambda: bad.gzip_of_zeros(4096), {"archive.limit"}),
    "17 GiB of holes in 2 MB of zstd": (lambda: bad.sparse_of_zeros(17), {"archive.limit", "archive.sparse", "file.opaque"}),
    "an xz of 300 MiB of zeros": (lambda: bad.xz_bomb(300), {"file.unaccounted"}),
    "a zip whose members overlap": (bad.zip_bomb, {"archive.overlap"}),
    "a gzip within a gzip a thousand deep": (lambda: bad.nested(1000), {"archive.limit"}),
    "a gzip that contains itself": (bad.quine, {"archive.limit", "file.opaque"}),
    "a zip within a zip a thousand deep": (lambda: bad.nested_zip(1000), {"archive.limit"}),
    "a sparse member of 2^60 bytes": (bad.sparse_tar, {"archive.sparse"}),
    "a sparse pax member of 2^60 bytes": (bad.sparse_pax, {"archive.sparse", "file.opaque"}),
    "names of 64 KiB": (lambda: bad.tar_of_long_names(30, 65536), {"archive.limit"}),
    "a tar that says its member is 2^63 bytes": (lambda: bad.tar_of(bad.tar_header(
        b"big", raw_size=b"\x80\0\0\0\x7f" + b"\xff" * 7), bytes(512)), {"archive.damaged"}),
    "a tar whose size is negative": (lambda: bad.tar_of(bad.tar_header(b"big", raw_size=b"\xff" * 12), bytes(512)), set()),
    "an ar member larger than the archive": (
        lambda: made.ar([("debian-binary", b"2.0\n")]).replace(b"4         `", b"4000000000`"), set()),
    "a zip that lies about a size": (lying_zip, {"archive.overlap"}),
    "a script of 18 million tokens": (lambda: deb_with("x.js", b"a;" * 9000000), {"archive.limit", "file.opaque"}),
    "a program of 400,000 functions": (lambda: deb_with("x", bad.elf_of_calls(400000)), {"code.unmatched-function"}),
    "a program of 1,050,000 functions": (lambda: deb_with("x", bad.elf_of_calls(1050000)), {"archive.limit", "code.opaque"}),
    "a program of 20,000 symbols with one endless name": (
        lambda: deb_with("x.so", bad.elf_of_endless_names(20000, 2 << 20)), {"image.no-sections"}),
    "a program of 20,000 symbols with one name of 2 MiB": (
        lambda: deb_with("x.so", bad.elf_of_endless_names(20000, 2 << 20, end=b"\0")), {"image.no-sections"}),
    "names that climb, are absolute or hold control characters": (names_deb, {"archive.unsafe-name"}),
    "a name that reads backwards": (lambda: deb_of(bad.tar_of(bad.member("./\u202etxt.sh".encode(), b"a\n"))), {"archive.unsafe-name"}),
    "a name with a newline": (lambda: deb_of(bad.tar_of(bad.member(b"./a\nb", b"a\n"))), {"archive.unsafe-name"}),
    "a file that anybody may write": (lambda: deb_of(bad.tar_of(bad.member(b"./a", b"a\n", mode=0o666))), {"file.privileged"}),
    "a file with the rights of its group": (lambda: deb_of(bad.tar_of(bad.member(b"./a", b"a\n", mode=0o2755))), {"file.privileged"}),
    "names that differ in their case": (
        lambda: deb_of(bad.tar_of(bad.member(b"./usr/Tool", b"a\n"), bad.member(b"./usr/tool", bad.HIDDEN))), {"archive.duplicate"}),
    "links that point out, at themselves and carry bytes": (links_deb, {"archive.overlap"}),
}

HIDING = {
    "a zip with two central directories": (two_directories, {"archive.gap"}),
    "a gzip with a second member": (lambda: made.gz(b"one\n" * 9) + made.gz(bad.HIDDEN), {"archive.concatenated"}),
    "a gzip with bytes behind it": (lambda: made.gz(b"one\n" * 9) + bad.HIDDEN, {"archive.gap"}),
    "a PDF that is a zip": (lambda: deb_with("x.pdf", bad.pdf() + bad.zip_of([(b"x.sh", bad.HIDDEN, 0)])), {"archive.polyglot"}),
    "a PDF that is a zip with right offsets": (
        lambda: deb_with("x.pdf", bad.zip_of([(b"x.sh", bad.HIDDEN, 0)], prefix=bad.pdf())), {"archive.polyglot"}),
    "a PNG that is a zip": (lambda: deb_with("x.png", b"\x89PNG\r\n\x1a\n" + bytes(64) + bad.zip_of([(b"x.sh", bad.HIDDEN, 8)])),
                            {"archive.polyglot"}),
    "a PE that is a zip": (lambda: deb_with("x.exe", bad.pe(tail=bad.zip_of([(b"x.sh", bad.HIDDEN, 0)]))),
                           {"image.overlay", "archive.polyglot"}),
    "an ELF that is a zip": (lambda: deb_with("x", bad.elf_without_sections() + bad.zip_of([(b"x.sh", bad.HIDDEN, 0)])),
                             {"image.overlay", "archive.polyglot"}),
    "tar members after the end marker": (
        lambda: deb_of(bad.tar_of(bad.member(b"./a", b"a\n")) + bad.tar_of(bad.member(b"./b", bad.HIDDEN))), {"archive.gap"}),
    "a pax header that renames": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"path", b"usr/bin/evil")]) + bad.member(b"./usr/share/doc/x", bad.HIDDEN))),
        {"archive.renamed", "file.unaccounted"}),
    "a pax header that resizes": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"size", b"3")]) + bad.member(b"./a", bad.HIDDEN * 30))), {"archive.gap"}),
    "an ELF without section headers": (lambda: deb_with("x", bad.elf_without_sections()), {"image.no-sections"}),
    "an ELF whose segments overlap": (lambda: deb_with("x", bad.elf_with_overlapping_segments()), {"image.damaged"}),
    "an ELF with data in its padding": (lambda: deb_with("x", bad.elf_with_data_in_padding()), {"image.gap"}),
    "an ELF with a tail": (lambda: deb_with("x", bad.elf_with_a_tail()), {"image.overlay"}),
    "a PE whose certificate table covers more than the signature": (
        lambda: deb_with("x.exe", bad.pe(certificate=bad.certificate(bad.pkcs7(), after=bad.HIDDEN * 9))), {"sig.appended-data"}),
    "a PE signature followed by data": (
        lambda: deb_with("x.exe", bad.pe(certificate=bad.certificate(bad.pkcs7(), slack=bad.HIDDEN * 9))), {"sig.appended-data"}),
    "a PE whose resources hold an executable": (
        lambda: deb_with("x.exe", bad.pe(rsrc=bad.resources(bad.pe()))), {"image.embedded-program"}),
    "a PE whose resources hold a zip": (
        lambda: deb_with("x.exe", bad.pe(rsrc=bad.resources(bad.zip_of([(b"x", bad.HIDDEN, 0)])))), {"image.embedded-program"}),
    "a universal Mach-O with bytes behind it": (lambda: deb_with("x", macho_seed("fat") + bad.HIDDEN), {"image.overlay"}),
    "a signed Mach-O with bytes behind its signature": (lambda: deb_with("x", macho_seed("signed") + bad.HIDDEN), {"image.overlay"}),
    "a shell script that is a zip": (
        lambda: deb_with("x.sh", b"#!/bin/sh\nexit 0\n" + bad.zip_of([(b"x.class", bad.HIDDEN, 0)])), {"archive.gap"}),
    "an rpm that is none behind its lead": (
        lambda: deb_with("x.rpm", b"\xed\xab\xee\xdb" + bytes(92) + bad.HIDDEN), {"archive.damaged", "file.unaccounted"}),
    "a PE with data in its stub": (lambda: deb_with("x.exe", bad.pe(stub=bad.HIDDEN + bytes(3))), {"image.unknown-stub"}),
    "a deb with an extra ar member": (
        lambda: made.package().build(tail=made.ar([("_extra", bad.HIDDEN)])[8:]), {"file.unaccounted"}),
    "a deb with a second data.tar": (
        lambda: deb_of(bad.tar_of(bad.member(b"./a", b"a\n")), [("data.tar", bad.tar_of(bad.member(b"./b", bad.HIDDEN)))]),
        {"archive.duplicate"}),
    "a zip whose local sizes differ and are said again": (
        lambda: bad.zip_with(data=made.SCRIPT.encode(), said=(0, 3, 5)), {"archive.overlap"}),
    "a PE whose load configuration lies over its code": (
        lambda: deb_with("x.exe", bad.pe_with_directory(10, 0x1000, 0x200)), {"image.damaged", "code.unmatched-function"}),
    "a PE whose bound imports lie over its code": (
        lambda: deb_with("x.exe", bad.pe_with_directory(11, 0x1000, 0x200)), {"image.damaged", "code.unmatched-function"}),
    "a PE of two certificates, of which one is a script": (
        lambda: deb_with("x.exe", bad.pe(certificate=bad.certificate(bad.pkcs7()) + (8 + 45 * 9 + 3).to_bytes(4, "little") + b"\0\2\2\0" +
                                                     bad.HIDDEN * 9 + bytes(3))), {"sig.appended-data"}),
    "a zip comment that is a script": (lambda: bad.zip_of([(b"a", b"a\n", 0)], comment=bad.HIDDEN), {"archive.comment"}),
    "a zip whose local name differs": (
        lambda: bad.zip_of([(b"good.txt", bad.HIDDEN, 0)]).replace(b"good.txt", b"evil.txt", 1), {"archive.overlap"}),
}


# Every byte is explained or structure, so that the account holds: what no source says of them is a warning.
RIGHTS = {
    "links into what others decide about": (lambda: links_to(b"/tmp/x", b"/proc/self/exe", b"/dev/shm"), {"archive.unsafe-name"}),
    "a link whose target reads backwards": (lambda: links_to("/usr/\u202etxt.sh".encode()), {"archive.unsafe-name"}),
    "a folder that anybody may write": (
        lambda: deb_of(bad.tar_of(bad.member(b"./d/", b"", kind=b"5", mode=0o777))), {"file.privileged"}),
    "an honest program that is set-user-ID": (lambda: deb_of(tar_in_place(mode=b"0004755")), {"file.privileged"}),
    "an honest program that is set-group-ID": (lambda: deb_of(tar_in_place(mode=b"0002755")), {"file.privileged"}),
    "a device node": (lambda: deb_of(bad.tar_of(bad.tar_header(b"./dev/mem", kind=b"3"))), {"file.privileged"}),
    "a pipe": (lambda: deb_of(bad.tar_of(bad.tar_header(b"./run/x", kind=b"6"))), {"file.privileged"}),
    "an honest program with capabilities": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"SCHILY.xattr.security.capability", b"\1\0\0\2\x80" + bytes(15))]),
                                  bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))), {"file.privileged"}),
    "a pax header with a script in a comment": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"comment", bad.HIDDEN * 9)]), bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))),
        {"archive.comment"}),
    "an extended attribute with a script": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"SCHILY.xattr.user.x", bad.HIDDEN * 9)]), bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))),
        {"archive.comment"}),
    "a pax header with a script as the name of a user": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"uname", bad.HIDDEN * 9)]), bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))),
        {"archive.comment"}),
    "a pax header with a script as a time": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"mtime", bad.HIDDEN[:-1])]), bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))),
        {"archive.comment"}),
    "a pax header with a name that another one replaces": (
        lambda: deb_of(bad.tar_of(bad.pax([(b"path", bad.HIDDEN * 9), (b"path", b"./usr/bin/greet")]),
                                  bad.member(b"./usr/bin/greet", made.SCRIPT.encode()))), {"archive.comment"}),
    "a script in the names of the owners of members": (tar_of_owners, {"archive.comment"}),
    "a gzip of a thousand empty members": (
        lambda: deb_with("x.gz", made.gz(made.SCRIPT.encode()) + made.gz(b"") * 1000), {"archive.comment"}),
    "a gzip with bits behind empty blocks": (
        lambda: deb_with("x.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"\xf8\0\0\xff\xff" * 400 + made.gz(made.SCRIPT.encode())[10:]),
        {"archive.comment"}),
    "a zip with a script in an extra field": (
        lambda: bad.zip_with(local=bad.extra(0x4141, bad.HIDDEN * 9), data=made.SCRIPT.encode()), {"archive.comment"}),
    "a zip with a script in a field for times": (
        lambda: bad.zip_with(central=bad.extra(0x5455, bad.HIDDEN * 9), data=made.SCRIPT.encode()), {"archive.comment"}),
    "a zip with another name in a field for Unicode": (
        lambda: bad.zip_with(central=bad.extra(0x7075, b"\1" + zlib.crc32(b"usr/bin/greet").to_bytes(4, "little") + b"evil.exe"),
                             data=made.SCRIPT.encode()), {"archive.renamed"}),
    "a zip with a member of two streams": (
        lambda: bad.zip_with(data=made.SCRIPT.encode(), method=12, packed=bz2.compress(made.SCRIPT.encode()) + bz2.compress(b"")),
        {"archive.concatenated"}),
    "an asar with a script in its header": (
        lambda: deb_with("x.asar", bad.asar(b'{"files":{"greet":{"size":%d,"offset":"0","note":"%s"}}}' %
                                            (len(made.SCRIPT), bad.HIDDEN[:-1] * 9), made.SCRIPT.encode())), {"archive.comment"}),
    "an ar member whose name is longer than itself": (
        lambda: deb_with("x.a", made.ar([("#1/9999", made.SCRIPT.encode())])), {"archive.damaged"}),
    "a gzip whose name is a script": (
        lambda: deb_with("x.gz", b"\x1f\x8b\x08\x08" + bytes(6) + bad.HIDDEN * 9 + b"\0" + made.gz(made.SCRIPT.encode())[10:]),
        {"archive.comment"}),
}


def case_of(sentence, table):
    """t.check() has asserted that every ledger sums. Bombs may be refused as a whole; what hides may not."""
    def run(t):
        make, expected = table[sentence]
        data = make()
        package = t.write("subject.deb" if data.startswith(b"!<arch>\n") else "subject.bin", data)
        report = bounded(t, package, source(t))
        assert report.code in ((0, 3) if table is RIGHTS else (1, 3, 4)), f"exit {report.code}"
        if report.code == 4 and table is BOMBS:
            assert report.json["errors"], "exit 4 without an error"
            return
        found = {tag for tag, _ in tags(report)}
        assert not expected - found, f"no {expected - found}: {t.summary(report)}"
        assert report.code == 1 or any(s != "note" for _, s in tags(report)), f"nothing said: {t.summary(report)}"
    return sentence + " is told", run


cases_of(BOMBS, lambda name: case_of(name, BOMBS))
cases_of(HIDING, lambda name: case_of(name, HIDING))
cases_of(RIGHTS, lambda name: case_of(name, RIGHTS))


@case
def more_than_16_gib_that_come_out_are_told_by_the_limit_of_all_bytes(t):
    report = bounded(t, t.write("subject.bin", bad.sparse_of_zeros(17)), source(t))
    said = [f["message"] for f in report.json["findings"] if f["tag"] == "archive.limit"]
    assert any("more unpacked bytes than the limit allows" in text for text in said), said
    assert report.json["bytes"]["opaque"] > 16 << 30, t.summary(report)


@case
def a_gzip_that_contains_itself_does(t):
    data = bad.quine()
    assert gzip.decompress(data) == data


@case
def a_source_file_of_too_many_tokens_explains_nothing_and_is_named(t):
    folder = source(t)
    (folder / "flood.c").write_bytes(b"a;" * 8100000)
    report = bounded(t, t.write("subject.deb", deb_with("x", bad.elf_without_sections())), folder)
    said = [f["message"] for f in report.json["findings"] if f["tag"] == "archive.limit"]
    assert len(said) == 1 and "flood.c" in said[0], t.summary(report)


@case
def an_input_of_more_than_8_gib_is_refused_before_it_is_read(t):
    package = t.path("huge.tar")
    with open(package, "wb") as f:
        f.write(bad.tar_of(bad.member(b"./a", b"a\n")))
        f.truncate((8 << 30) + 1)
    begin = time.monotonic()
    code, out, _ = t.raw("check", package, "--source", source(t), "--offline", "-o", "json")
    assert code == 3 and b"larger than 8589934592 bytes" in out, (code, out[-500:])
    assert time.monotonic() - begin < SECONDS, "it was read"


@case
def what_comes_behind_the_last_entry_that_is_allowed_is_never_proven(t):
    """Members without bytes up to the last one, a stream, whose contents are one more."""
    folder = source(t)
    package = t.write("last.a", bad.ar_of_many(999999) + made.ar([("x.gz/", made.gz(bad.HIDDEN * 9))])[8:])
    code, out, _ = t.raw("check", package, "--source", folder, "--offline", "--cache-dir", t.path("c/x").parent, "-j2")
    assert code == 3 and b"archive.limit" in out, (code, out[-500:])


@case
def a_million_entries_end_soon(t):
    def processor():
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    package = t.write("many.a", bad.ar_of_many(1000100))
    begin = processor()
    code, out, _ = t.raw("check", package, "--source", source(t), "--offline", "--cache-dir", t.path("c/x").parent, "-j2")
    took = processor() - begin
    assert code in (1, 3) and b"archive.limit" in out, out[-500:]
    assert took < 60 * (4 if t.is_sanitized else 1), f"took {took:.0f} s of processor time"


@case
def a_large_package_gives_the_same_report_from_a_file_as_from_the_heap(t):
    def no_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20,) * 2)

    folder = source(t)
    text = made.SCRIPT.encode() + b"novel words\n"
    packages = {"stored.tar": bad.tar_of(bad.member(b"./zeros", bytes(70 << 20)), bad.member(b"./greet", text)),
                "packed.tar.gz": made.gz(bad.tar_of(bad.member(b"./zeros", bytes(20 << 20)), bad.member(b"./greet", text),
                                                    bad.member(b"./zeros.gz", made.gz(bytes(17 << 20)))))}
    for name, data in packages.items():
        package = t.write(name, data)
        for where in ("--sandbox", "--no-sandbox"):
            one = t.check(package, "--source", folder, where, "-j2")
            two = t.check(package, "--source", folder, where, "-j2", limits=no_files)
            assert one.stable() == two.stable(), (name, where)
            assert sum(f["size"] for f in one.json["files"] if f["path"].endswith("zeros")) >= 20 << 20


if __name__ == "__main__":
    main()
