"""Which source function each piece of code came from, read from debug information by llvm-dwarfdump and readelf.

Only files that were built here are read, so what is odd stops the run instead of being reported.
"""
import dataclasses
import posixpath
import re
import subprocess

DIE = re.compile(r"^(0x[0-9a-f]+):( *)(?:DW_TAG_(\w+)|NULL)")
ATTRIBUTE = re.compile(r"^\s+DW_AT_(\w+)\s+\((.*)")
RANGE = re.compile(r"\[(0x[0-9a-f]+), (0x[0-9a-f]+)\)")
KEPT = {"name", "linkage_name", "decl_file", "decl_line", "low_pc", "high_pc", "ranges", "abstract_origin",
        "specification", "comp_dir", "declaration"}
TAGS = {"compile_unit", "subprogram", "inlined_subroutine"}
PART = re.compile(r"\.(cold|part|isra|constprop|lto_priv)(\.\d+)?")


@dataclasses.dataclass
class Piece:
    address: int
    size: int
    offset: int   # in the stripped file
    part: int     # 0 for the body, 1 and up for pieces split off from it
    symbol: str   # linkage name
    name: str     # as the source has it
    file: str     # relative to the source root; "" when there is no debug information (assembly, start-up code)
    line: int
    unit: str     # the file that was compiled
    inlined: set  # names of the functions whose bodies are part of it


COLUMNS = [field.name for field in dataclasses.fields(Piece)]


def dies_of(path):
    """The compile units, functions and inlined calls of a file, in order: (offset, tag, attributes)."""
    dump = subprocess.Popen(["llvm-dwarfdump", "--debug-info", path], stdout=subprocess.PIPE, text=True, errors="replace")
    current = None
    waits_for_ranges = False
    for line in dump.stdout:
        found = DIE.match(line)
        if found:
            if current:
                yield current
            tag = found.group(3)
            current = (int(found.group(1), 16), tag, {}) if tag in TAGS else None
            waits_for_ranges = False
            continue
        if not current:
            continue
        found = ATTRIBUTE.match(line)
        if found and found.group(1) in KEPT:
            key, value = found.groups()
            current[2][key] = value.rstrip("\n")
            waits_for_ranges = key == "ranges"
        elif waits_for_ranges:
            current[2]["ranges"] += line
    if current:
        yield current
    if dump.wait() != 0:
        raise SystemExit(f"{path}: llvm-dwarfdump failed")


def text_of(value):
    """The text between the quotes of a printed attribute."""
    return value[value.index('"') + 1:value.rindex('"')] if value and '"' in value else ""


def chain_of(attributes, by_offset):
    """The attributes of a subprogram and of what it refers to, nearest first."""
    for _ in range(8):
        yield attributes
        link = attributes.get("abstract_origin") or attributes.get("specification")
        if not link or int(link.split()[0].rstrip(")"), 16) not in by_offset:
            return
        attributes = by_offset[int(link.split()[0].rstrip(")"), 16)]


def first_of(chain, key):
    return next((a[key] for a in chain if key in a), "")


def ranges_of(attributes):
    if "ranges" in attributes:
        return [(int(a, 16), int(b, 16)) for a, b in RANGE.findall(attributes["ranges"]) if a != b]
    if "low_pc" in attributes and "high_pc" in attributes:
        low, high = (int(attributes[k].rstrip(")"), 16) for k in ("low_pc", "high_pc"))
        return [(low, high)] if high > low else []
    return []


def relative(path, folder, root):
    """A path of debug information, relative to the source root; absolute when it lies outside."""
    full = posixpath.normpath(posixpath.join(root, folder, path))
    return posixpath.relpath(full, root) if full.startswith(root + "/") else full


def place_of(chain, folder, root):
    """(file, line) of a declaration."""
    file = text_of(first_of(chain, "decl_file"))
    line = int(str(first_of(chain, "decl_line") or 0).rstrip(")"))
    return (relative(file, folder, root) if file else "", line)


def functions_of_symtab(path):
    """(address, size, name) of each function symbol that has code."""
    with open(path, "rb") as file:
        if file.read(2) == b"MZ":
            yield from functions_of_coff(path)
            return
    listing = subprocess.run(["readelf", "-sW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in listing.splitlines():
        cells = line.split()
        if len(cells) >= 8 and cells[3] in ("FUNC", "IFUNC") and cells[6] not in ("UND", "ABS"):
            yield int(cells[1], 16), int(cells[2], 0), cells[7].split("@")[0]


def functions_of_coff(path):
    """The same of a PE file, whose symbols have no size: each lasts to the next one."""
    listing = subprocess.run(["x86_64-w64-mingw32-nm", "-n", "--defined-only", path], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    found = sorted({(int(a, 16), name) for a, kind, name in (line.split() for line in listing.splitlines())
                    if kind in "tT" and not name.startswith(".")})
    for (address, name), (following, _) in zip(found, found[1:]):
        yield address, following - address, name


def pieces_of(path, root, offset_of):
    """Every piece of code of an unstripped file that has a source, by address; then those that have only a symbol."""
    dies = list(dies_of(path))
    by_offset = {offset: attributes for offset, _, attributes in dies}
    symbols = {}
    for address, size, name in functions_of_symtab(path):
        symbols.setdefault(address, (size, name))
    unit = folder = ""
    pieces = {}
    defined = {}  # name -> the places of its definitions; for bodies that gcc merged and copied, which lost their own
    outer = []  # pieces of the function that is read
    for _, tag, attributes in dies:
        if tag == "compile_unit":
            folder = text_of(attributes.get("comp_dir"))
            unit = relative(text_of(attributes.get("name")), folder, root)
            continue
        chain = list(chain_of(attributes, by_offset))
        if tag == "inlined_subroutine":
            for piece in outer:
                piece.inlined.add(text_of(first_of(chain, "name")))
            continue
        place = place_of(chain, folder, root)
        if place[1] and "declaration" not in attributes:
            defined.setdefault(text_of(first_of(chain, "name")), set()).add((*place, unit))
        outer = []
        for part, (low, high) in enumerate(ranges_of(attributes)):
            name = text_of(first_of(chain, "name"))
            linkage = text_of(first_of(chain, "linkage_name")) or symbols.get(low, (0, name))[1]
            pieces[low] = Piece(low, high - low, offset_of(low), part, linkage, name, *place, unit, set())
            outer.append(pieces[low])
    for address, (size, symbol) in symbols.items():
        if address not in pieces and size:
            name = PART.sub("", symbol)
            places = defined.get(name, ())
            place = next(iter(places)) if len(places) == 1 else ("", 0, "")
            pieces[address] = Piece(address, size, offset_of(address), int(".cold" in symbol), symbol, name, *place, set())
    return [pieces[a] for a in sorted(pieces)]


def write(path, pieces):
    lines = ["\t".join(COLUMNS)]
    lines += ["\t".join([f"{p.address:#x}", str(p.size), f"{p.offset:#x}", str(p.part), p.symbol, p.name, p.file,
                         str(p.line), p.unit, " ".join(sorted(p.inlined - {""}))]) for p in pieces]
    path.write_text("\n".join(lines) + "\n")


def read(path):
    lines = path.read_text().splitlines()
    if lines[0].split("\t") != COLUMNS:
        raise SystemExit(f"{path}: written by another version; tests/accuracy/truth --reread")
    for line in lines[1:]:
        a = line.split("\t")
        yield Piece(int(a[0], 16), int(a[1]), int(a[2], 16), int(a[3]), a[4], a[5], a[6], int(a[7]), a[8], set(a[9].split()))
