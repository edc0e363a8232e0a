"""A file that tests/accuracy/truth built, to be built once more with something changed: the same compiler calls, other source."""
import json
import os
import pathlib
import re
import subprocess

import dwarf
from judge import TRUTH, Image


class CannotBuild(Exception):
    """This change does not compile here; another place may."""


def value_of(arguments, option):
    """The word after an option, or None."""
    return arguments[arguments.index(option) + 1] if option in arguments[:-1] else None


def object_of(path, compiled):
    """The call that made an object. Some makefiles compile to objs/x.o and move that to x.lo."""
    folder, name = os.path.split(path)
    return compiled.get(path) or compiled.get(f"{folder}/objs/{name.rsplit('.', 1)[0]}.o")


class Victim:
    """One shipped file: its source, its truth, the calls that compile and link it."""

    def __init__(self, source, name):
        self.source = source
        self.name = name
        self.folder = TRUTH / source
        self.path = self.folder / "files" / name
        self.dsc = next((self.folder / "source").glob("*.dsc"))
        self.tree = next((self.folder / "tree").glob("*/debian")).parent
        self.data = self.path.read_bytes()
        self.pieces = list(dwarf.read(self.path.with_name(name + ".tsv")))
        self.link, self.units = self.find_calls()
        self.is_library = Image(self.data).section(".interp") is None

    def find_calls(self):
        """The call that linked the file, and for each of its objects the call that compiled it."""
        calls = json.loads((self.folder / "commands.json").read_text())
        base = re.split(r"\.so", self.name)[0]
        link, compiled = None, {}
        for call in calls:
            words = call["arguments"]
            out = value_of(words, "-o")
            if "-m32" in words or "-mx32" in words:
                continue
            if "-c" in words:
                name = out or re.sub(r"\.\w+$", ".o", os.path.basename(self.source_of(call)[0]))
                compiled[os.path.normpath(os.path.join(call["folder"], name))] = call
            elif out and (os.path.basename(out) == self.name or
                          ".so" in out and os.path.basename(out).split(".so")[0] == base):
                objects = {w: object_of(os.path.normpath(os.path.join(call["folder"], w)), compiled)
                           for w in words if w.endswith((".o", ".lo", ".sho"))}
                if any(objects.values()):
                    link, units = call, objects
        if not link:
            raise CannotBuild(f"{self.name}: the call that linked it was not seen")
        return link, {w: c for w, c in units.items() if c and self.source_of(c)[0].endswith((".c", ".cc", ".cpp", ".cxx"))}

    def run(self, call, arguments):
        done = subprocess.run([f"/usr/bin/{call['program']}", *arguments], cwd=call["folder"], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C", "CCACHE_DISABLE": "1"}, check=False)
        if done.returncode:
            raise CannotBuild(f"{self.name}: {done.stderr[-500:]}")

    def source_of(self, call):
        """The file that a call compiles."""
        word = next((w for w in reversed(call["arguments"]) if re.search(r"\.(c|cc|cpp|cxx|S|s)$", w)), "")
        return word, pathlib.Path(os.path.normpath(os.path.join(call["folder"], word)))

    def compile(self, call, text, scratch, flags=()):
        """Compile other text in place of a unit's; the object."""
        word, path = self.source_of(call)
        copy = scratch / path.name
        copy.write_text(f'#line 1 "{word}"\n{text}', errors="surrogateescape")
        output = scratch / (path.name + ".o")
        words = []
        skipped = False
        for w in call["arguments"]:
            if skipped or w in ("-MD", "-MP", "-MMD"):
                skipped = False
            elif w in ("-MF", "-MT", "-MQ", "-o"):
                skipped = True
            else:
                words.append(str(copy) if w == word else w)
        self.run(call, [*words, "-iquote", str(path.parent), *flags, "-o", str(output)])
        return output

    def build(self, objects, scratch, link_flags=()):
        """Link with some objects replaced; (stripped bytes, path of the unstripped file)."""
        whole = scratch / "whole.bin"  # a name with a dot: some linkers add an ending to others
        words = []
        for w in self.link["arguments"]:
            w = str(objects.get(w, w))
            words.append(str(whole) if words and words[-1] == "-o" else w)
        self.run(self.link, [*words, *link_flags])
        stripped = scratch / self.name
        stripped.write_bytes(whole.read_bytes())
        self.strip(stripped)
        return stripped.read_bytes(), whole

    def strip(self, path):
        subprocess.run(["strip", "--remove-section=.comment", "--remove-section=.note",
                        *(["--strip-unneeded"] if self.is_library else []), path], check=True)

    def replays(self, scratch):
        """Does the same call give the same code?"""
        try:
            again, _ = self.build({}, scratch)
        except CannotBuild:
            return False
        old, new = Image(self.data), Image(again)
        return all(self.data[o:o + n] == again[p:p + m]
                   for (o, n), (p, m) in zip(old.code(), new.code(), strict=True)) if len(
                       old.code()) == len(new.code()) else False

    def hosts(self, least=96):
        """Functions with a body in a unit that can be compiled again: (piece, word of the link call)."""
        units = {}
        for word, call in self.units.items():
            units[os.path.relpath(self.source_of(call)[1], self.tree)] = word
        return [(p, units[p.unit]) for p in self.pieces
                if p.part == 0 and p.size >= least and p.file == p.unit and p.unit in units and p.line and
                "." not in p.symbol]

    def text_of(self, word):
        return self.source_of(self.units[word])[1].read_text(errors="surrogateescape")


def body_of(lines, line):
    """(index of the line, column after the brace) where the body of the function declared at that line begins."""
    depth = 0
    for i in range(line - 1, min(line + 40, len(lines))):
        if i >= line and lines[i].startswith("#"):
            raise CannotBuild("a directive before the body")
        for column, c in enumerate(lines[i]):
            depth += {"(": 1, ")": -1}.get(c, 0)
            if c == ";" and depth == 0 and i == line - 1:
                raise CannotBuild("not a definition")
            if c == "{" and depth == 0:
                return i, column + 1
    raise CannotBuild("no body")


def start_of(lines, line):
    """Index of the first line of the definition whose name stands at that line."""
    i = line - 1
    while i > 0 and lines[i - 1].strip() and not re.search(r"(^#|[;}/\\]|\*/)\s*$|^#|\*/", lines[i - 1]):
        i -= 1
    return i


def insert(text, piece, statement, before=""):
    """The text with a statement at the head of a function's body, and more before that function."""
    lines = text.split("\n")
    at, column = body_of(lines, piece.line)
    lines[at] = lines[at][:column] + " " + statement + lines[at][column:]
    if before:
        lines.insert(start_of(lines, piece.line), before)
    return "\n".join(lines)


def ranges_of(whole, stripped, names):
    """(offset, length) in the stripped file of the symbols of these names, with their split-off parts."""
    image = Image(stripped)
    found = []
    for address, size, symbol in dwarf.functions_of_symtab(whole):
        if size and dwarf.PART.sub("", symbol) in names:
            found.append((image.offset_of(address), size))
    return sorted(set(found))
