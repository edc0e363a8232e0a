"""What the accuracy programs share: running plumb, tables, and what of an image is code."""
import json
import os
import pathlib
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "plumbline"
TRUTH = pathlib.Path(os.environ.get("PLUMB_TRUTH_DIR", CACHE / "truth")).resolve()
CLASSES = ("A", "B", "C", "toolchain", "structure", "opaque", "unaccounted", "other")


def read_list(path):
    """The lines of a list file without comments and empty lines."""
    lines = (line.split("#")[0].strip() for line in pathlib.Path(path).read_text().splitlines())
    return [line for line in lines if line]


def check(plumb, arguments):
    """The report of one check, its exit code and its seconds."""
    started = time.monotonic()
    done = subprocess.run([plumb, "check", *map(str, arguments), "-o", "json", "--progress=none"], capture_output=True)
    seconds = time.monotonic() - started
    try:
        return json.loads(done.stdout), done.returncode, seconds
    except ValueError:
        raise SystemExit(f"plumb check {' '.join(map(str, arguments))}: exit {done.returncode}, no report: "
                         f"{done.stderr.decode(errors='replace')[-2000:]}") from None


def sums(report):
    """Every file's classes and members sum to its size, and the report's to the files'."""
    total = 0
    for f in report["files"]:
        if f["bytes"]["total"] + f.get("members", 0) != f["size"]:
            return False
        at = 0
        for claim in f["evidence"]:
            if claim["offset"] != at:
                return False
            at += claim["length"]
        if at != f["size"]:
            return False
        total += f["bytes"]["total"]
    return total == report["bytes"]["total"]


def table(head, rows):
    """Lines of a Markdown table, columns padded."""
    lines = [[str(c) for c in line] for line in [head, *rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    out = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return out


def clone_of(mirror, repository):
    """The clone of OWNER/NAME in a mirror as of --git-mirror, or None: a template, or a folder of OWNER+NAME, OWNER+NAME.git or OWNER+NAME/repo."""
    owner, name = repository.split("/")
    base = mirror if "{" in mirror else mirror + "/{owner}+{name}"
    for form in (base, base + ".git", base + "/repo"):
        folder = pathlib.Path(form.format(host="github.com", owner=owner, name=name))
        if (folder / "HEAD").is_file() or (folder / ".git").exists():
            return folder.resolve()
    return None


def write_part(page, name, lines):
    """Put the lines between the markers `<!-- NAME -->` and `<!-- end -->` of the page; what is written beside them by hand stays."""
    text = page.read_text(encoding="utf-8")
    before, found, after = text.partition(f"<!-- {name} -->\n")
    old, end, rest = after.partition("<!-- end -->\n")
    if not found or not end or "<!-- " in old:
        raise SystemExit(f"{page.name} has no <!-- {name} --> with an <!-- end --> before the next marker")
    page.write_text(before + found + "\n" + "\n".join(lines) + "\n\n" + end + rest, encoding="utf-8")


def share(part, whole, digits=1):
    return f"{100 * part / whole:.{digits}f} %" if whole else "-"


def class_of(claim):
    """One of CLASSES: a grade for what is derived, else the class."""
    if claim["class"] == "derived":
        return claim.get("grade", "other")
    return {"identical": "A", "generated": "A"}.get(claim["class"], claim["class"] if claim["class"] in CLASSES else
                                                    "other")


class Image:
    """The little that is needed of an ELF or PE file. Only for files that this machine's tools made; not hardened."""

    def __init__(self, data):
        self.data = data
        self.sections = []  # (name, address, offset, size, is_code)
        self.is_elf = data[:4] == b"\x7fELF"
        self.is_pe = data[:2] == b"MZ"
        if self.is_elf:
            self.read_elf()
        elif self.is_pe:
            self.read_pe()

    def read_elf(self):
        order = "<" if self.data[5] == 1 else ">"
        if self.data[4] == 2:
            (at,), (each, n, names) = self.take(order + "Q", 40), self.take(order + "HHH", 58)
            entry = order + "IIQQQQIIQQ"
        else:
            (at,), (each, n, names) = self.take(order + "I", 32), self.take(order + "HHH", 46)
            entry = order + "IIIIIIIIII"
        heads = [self.take(entry, at + i * each) for i in range(n)]
        for name, kind, flags, address, offset, size, *_ in heads:
            start = heads[names][4] + name
            text = self.data[start:self.data.index(b"\0", start)].decode()
            if kind not in (0, 8):  # SHT_NULL, SHT_NOBITS
                self.sections.append((text, address, offset, size, bool(flags & 4)))

    def read_pe(self):
        (at,) = self.take("<I", 60)
        n, optional = self.take("<H", at + 6)[0], self.take("<H", at + 20)[0]
        is_wide = self.take("<H", at + 24)[0] == 0x20b
        base, = self.take("<Q", at + 48) if is_wide else self.take("<I", at + 52)
        for i in range(n):
            name, used, address, size, offset = self.take("<8sIIII", at + 24 + optional + 40 * i)
            flags = self.take("<I", at + 24 + optional + 40 * i + 36)[0]
            self.sections.append((name.rstrip(b"\0").decode(), base + address, offset, min(size, used or size),
                                  bool(flags & 0x20000000)))

    def take(self, form, at):
        return struct.unpack_from(form, self.data, at)

    def section(self, name):
        return next((s for s in self.sections if s[0] == name), None)

    def code(self):
        """(offset, length) of what can be executed, in file order."""
        return sorted((offset, size) for _, _, offset, size, is_code in self.sections if is_code and size)

    def offset_of(self, address):
        for _, start, offset, size, _ in self.sections:
            if start and start <= address < start + size:
                return offset + address - start
        raise ValueError(f"address {address:#x} is in no section")


def overlap(claims, ranges):
    """(claim, offset, length) of each part of a claim that lies in one of the ranges. Both in file order, disjoint."""
    i = 0
    for start, length in ranges:
        while i < len(claims) and claims[i]["offset"] + claims[i]["length"] <= start:
            i += 1
        j = i
        while j < len(claims) and claims[j]["offset"] < start + length:
            first = max(start, claims[j]["offset"])
            last = min(start + length, claims[j]["offset"] + claims[j]["length"])
            yield claims[j], first, last - first
            j += 1
