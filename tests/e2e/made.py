"""Packages and sources made here, byte by byte, so that a test knows every offset; and taking real ones apart.

A package is described by `Deb`: its control fields, control files and data files. Nothing depends on the clock.
"""
import bz2
import dataclasses
import gzip
import hashlib
import io
import lzma
import pathlib
import struct
import subprocess
import tarfile

AR_MAGIC = b"!<arch>\n"


def ar(members):
    """A Unix archive of (name, bytes), as dpkg-deb writes it."""
    out = bytearray(AR_MAGIC)
    for name, data in members:
        out += b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name.encode(), 0, 0, 0, b"100644", len(data))
        out += data + (b"\n" if len(data) % 2 else b"")
    return bytes(out)


def unar(data):
    """(name, offset, bytes) of each member."""
    assert data.startswith(AR_MAGIC)
    at = len(AR_MAGIC)
    while at + 60 <= len(data):
        name = data[at:at + 16].rstrip(b" /").decode()
        size = int(data[at + 48:at + 58])
        yield name, at + 60, data[at + 60:at + 60 + size]
        at += 60 + size + size % 2


@dataclasses.dataclass
class Entry:
    data: bytes = b""
    mode: int = 0o644
    link: str = ""


def entry(value):
    if isinstance(value, Entry):
        return value
    return Entry(value if isinstance(value, bytes) else value.encode("utf-8"))


def tar(entries):
    """A GNU tar of {name: Entry, bytes or text}, with the folders that dpkg-deb would write."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8",
                      errors="surrogateescape") as archive:
        made = set()

        def folder(name):
            if name not in made:
                made.add(name)
                info = tarfile.TarInfo(name)
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)

        folder("./")
        for name, value in entries.items():
            e = entry(value)
            parts = name.split("/")[:-1]
            for i in range(len(parts)):
                folder("./" + "/".join(parts[:i + 1]) + "/")
            info = tarfile.TarInfo("./" + name)
            info.mode = e.mode
            if e.link:
                info.type, info.linkname = tarfile.SYMTYPE, e.link
                archive.addfile(info)
            else:
                info.size = len(e.data)
                archive.addfile(info, io.BytesIO(e.data))
    return out.getvalue()


def gz(data, level=9):
    return gzip.compress(data, level, mtime=0)


def xz(data):
    return lzma.compress(data, preset=1)


PACK = {"": bytes, ".gz": gz, ".xz": xz, ".bz2": bz2.compress}


def unpack(name, data):
    """The bytes of a compressed member, and its suffix."""
    for suffix, open_ in ((".gz", gzip.decompress), (".xz", lzma.decompress), (".bz2", bz2.decompress)):
        if name.endswith(suffix):
            return open_(data), suffix
    if name.endswith(".zst"):
        done = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True)
        return done.stdout, ".xz"
    return data, ""


def untar(data):
    """{name: Entry} of files and links."""
    out = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            name = info.name[2:] if info.name.startswith("./") else info.name
            if info.isfile():
                out[name] = Entry(archive.extractfile(info).read(), info.mode)
            elif info.issym():
                out[name] = Entry(b"", 0o777, info.linkname)
    return out


@dataclasses.dataclass
class Deb:
    """A .deb as two trees. build() writes it; md5sums is made anew unless the control tree holds one."""
    control: dict
    data: dict
    suffix: str = ".xz"
    remakes_md5sums: bool = True

    @staticmethod
    def of(data):
        members = {name: blob for name, _, blob in unar(data)}
        control_name = next(n for n in members if n.startswith("control.tar"))
        data_name = next(n for n in members if n.startswith("data.tar"))
        control, _ = unpack(control_name, members[control_name])
        files, suffix = unpack(data_name, members[data_name])
        return Deb(untar(control), untar(files), suffix, False)

    def copy(self):
        return Deb(dict(self.control), dict(self.data), self.suffix, self.remakes_md5sums)

    def set(self, name, data, mode=None):
        old = self.data.get(name)
        if mode is None:
            mode = entry(old).mode if old is not None else 0o644
        self.data[name] = Entry(entry(data).data, mode)
        return self

    def md5sums(self):
        lines = [f"{hashlib.md5(entry(v).data).hexdigest()}  {n}\n" for n, v in sorted(self.data.items())
                 if not entry(v).link and not n.startswith("etc/")]
        return "".join(lines).encode("utf-8", "surrogateescape")

    def remake_md5sums(self):
        self.remakes_md5sums = True
        return self

    def build(self, tail=b"", data_tail=b""):
        """The package; `tail` goes after the end of the archive, `data_tail` inside data.tar.* after the end of the tar."""
        control = dict(self.control)
        if self.remakes_md5sums:
            control["md5sums"] = self.md5sums()
        suffix = self.suffix
        return ar([("debian-binary", b"2.0\n"), ("control.tar" + suffix, PACK[suffix](tar(control))),
                   ("data.tar" + suffix, PACK[suffix](tar(self.data) + data_tail))]) + tail


def control_text(name="greet", version="1.0-1", source=None, arch="all"):
    lines = [f"Package: {name}"]
    if source:
        lines.append(f"Source: {source}")
    lines += [f"Version: {version}", f"Architecture: {arch}",
              "Maintainer: Ada Example <ada@example.org>", "Section: utils", "Priority: optional",
              "Description: says hello to whoever is named", " It says it politely, in two languages."]
    return "\n".join(lines) + "\n"


SCRIPT = """#!/bin/sh
# greet - say hello to whoever is named
set -e

usage()
{
    echo "usage: greet [--loud] NAME..." >&2
    exit 2
}

load_configuration()
{
    GREETING="Hello"
    PUNCTUATION="."
    if [ -r /etc/greet.conf ]; then
        . /etc/greet.conf
    fi
}

say_hello()
{
    for person in "$@"; do
        printf '%s, %s%s\\n' "$GREETING" "$person" "$PUNCTUATION"
    done
}

loud=no
if [ "$1" = "--loud" ]; then
    loud=yes
    shift
fi
[ $# -gt 0 ] || usage
load_configuration
if [ "$loud" = yes ]; then
    say_hello "$@" | tr '[:lower:]' '[:upper:]'
else
    say_hello "$@"
fi
"""

MANUAL = """.TH GREET 1 "January 2024" "greet 1.0" "User Commands"
.SH NAME
greet \\- say hello to whoever is named
.SH SYNOPSIS
.B greet
[\\fB\\-\\-loud\\fR]
.I NAME...
.SH DESCRIPTION
.B greet
prints a greeting for each
.I NAME
on a line of its own. The words are taken from
.IR /etc/greet.conf .
.TP
.B \\-\\-loud
Print the greeting in capital letters.
.SH FILES
.TP
.I /etc/greet.conf
The system wide configuration: a shell fragment that sets GREETING and PUNCTUATION.
.SH AUTHOR
Written by Ada Example.
"""

CONFIGURATION = """# configuration of greet(1), read by the shell
GREETING="Good morning"
PUNCTUATION="!"
"""

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: greet

Files: *
Copyright: 2024 Ada Example
License: public-domain
 Do with it whatever you like.
"""

CHANGELOG = """greet (1.0-1) unstable; urgency=medium

  * First release, which says hello.

 -- Ada Example <ada@example.org>  Mon, 01 Jan 2024 12:00:00 +0000
"""

SOURCE_CONTROL = """Source: greet
Section: utils
Priority: optional
Maintainer: Ada Example <ada@example.org>
Standards-Version: 4.6.2
Build-Depends: debhelper-compat (= 13)

Package: greet
Architecture: all
Description: says hello to whoever is named
 It says it politely, in two languages.
"""

TRANSLATION = """msgid ""
msgstr ""
"Project-Id-Version: greet 1.0\\n"
"Language: de\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

#: greet
msgid "Hello"
msgstr "Guten Tag"

#: greet
msgid "usage: greet NAME"
msgstr "Aufruf: greet NAME"
"""


def source():
    """The source of greet: {path: bytes or text}."""
    return {"greet": Entry(SCRIPT.encode(), 0o755), "greet.1": MANUAL, "greet.conf": CONFIGURATION, "po/de.po": TRANSLATION,
            "README": "greet says hello. It was written to be packaged, examined and tampered with.\n",
            "debian/control": SOURCE_CONTROL, "debian/changelog": CHANGELOG, "debian/copyright": COPYRIGHT,
            "debian/rules": Entry(b"#!/usr/bin/make -f\n%:\n\tdh $@\n", 0o755), "debian/source/format": "1.0\n"}


def mo(pairs):
    """A message catalogue as msgfmt writes it (GNU gettext manual, "The Format of GNU MO Files"), without a hash table."""
    items = sorted((k.encode(), v.encode()) for k, v in pairs.items())
    n = len(items)
    texts = [k for k, _ in items], [v for _, v in items]
    at = 28 + 16 * n
    tables = b""
    strings = b""
    for column in texts:
        for text in column:
            tables += struct.pack("<II", len(text), at + len(strings))
            strings += text + b"\0"
    return struct.pack("<7I", 0x950412de, 0, n, 28, 28 + 8 * n, 0, at) + tables + strings


def package():
    """The honest package of source()."""
    return Deb({"control": control_text(), "conffiles": "/etc/greet.conf\n"},
               {"etc/greet.conf": CONFIGURATION,
                "usr/bin/greet": Entry(SCRIPT.encode(), 0o755),
                "usr/share/doc/greet/changelog.Debian.gz": gz(CHANGELOG.encode()),
                "usr/share/doc/greet/copyright": COPYRIGHT,
                "usr/share/man/man1/greet.1.gz": gz(MANUAL.encode())})


def write_tree(folder, tree):
    """Write {path: Entry, bytes or text} below a folder."""
    for name, value in tree.items():
        e = entry(value)
        path = pathlib.Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if e.link:
            path.symlink_to(e.link)
        else:
            path.write_bytes(e.data)
            path.chmod(e.mode)
    return pathlib.Path(folder)
