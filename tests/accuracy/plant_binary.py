"""Things planted in a finished ELF file (64 bits, x86-64), as somebody would who has no source."""
import re
import struct
import subprocess

from judge import Image
from plant_source import Planted, command_of, imports_of, names, path_of
from victim import CannotBuild

RELATIVE = 8
DT_NULL, DT_NEEDED, DT_RUNPATH = 0, 1, 29
PT_LOAD, PT_NOTE = 1, 4
PF_X, PF_W = 1, 2
SWAPS = ("system execv execve execvp execl execlp popen fork vfork kill dlopen dlsym socket connect accept listen bind getenv "
         "setenv putenv unlink rename chmod fchmod chown setuid setgid setreuid setresuid mprotect ptrace sendto recvfrom "
         "getpwnam gethostbyname getaddrinfo inet_addr symlink readlink mkstemp remove rmdir link pipe dup2 personality").split()


class Elf:
    """A file that can be written to."""

    def __init__(self, data):
        self.image = Image(data)
        self.data = bytearray(data)
        self.segments_at, = struct.unpack_from("<Q", data, 32)
        self.n_segments, = struct.unpack_from("<H", data, 56)

    def segment(self, i):
        """[type, flags, offset, address, physical, file size, memory size, alignment]"""
        return list(struct.unpack_from("<IIQQQQQQ", self.data, self.segments_at + 56 * i))

    def set_segment(self, i, fields):
        struct.pack_into("<IIQQQQQQ", self.data, self.segments_at + 56 * i, *fields)
        return self.segments_at + 56 * i, 56

    def find_segment(self, kind, flags=0):
        return next((i for i in range(self.n_segments)
                     if self.segment(i)[0] == kind and self.segment(i)[1] & flags == flags), None)

    def section(self, name):
        found = self.image.section(name)
        if not found:
            raise CannotBuild(f"no {name}")
        return found

    def free_dynamic(self):
        """Offset of the first of two empty entries at the end of the dynamic section."""
        _, _, offset, size, _ = self.section(".dynamic")
        for at in range(offset, offset + size - 16, 16):
            if self.data[at:at + 32] == bytes(32):
                return at
        raise CannotBuild("no free entry in .dynamic")


def instructions(victim):
    """(address, bytes, text) of the code in .text, once a victim."""
    if not hasattr(victim, "instructions"):
        listing = subprocess.run(["objdump", "-d", "-w", "--section=.text", victim.path], stdout=subprocess.PIPE, text=True,
                                 check=True).stdout
        victim.instructions = [(int(a, 16), bytes.fromhex(b), t.strip()) for a, b, t in re.findall(
            r"(?m)^\s+([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*\t?(.*)$", listing)]
    return victim.instructions


def piece_at(victim, address):
    return next((p for p in victim.pieces if p.address <= address < p.address + p.size), None)


def direct_calls(victim):
    """(address, target) of each direct call of five bytes in a function that has a source."""
    return [(a, a + 5 + struct.unpack("<i", b[1:])[0]) for a, b, _ in instructions(victim)
            if len(b) == 5 and b[0] == 0xe8 and (p := piece_at(victim, a)) and p.file]


def overlay(victim, rng, _):
    payload = rng.choice((rng.randbytes(rng.randrange(200, 5000)),
                          f"#!/bin/sh\n{command_of(rng)}\n".encode() * rng.randrange(1, 5)))
    return Planted(victim.data + payload, [(len(victim.data), len(payload))], (), f"{len(payload)} bytes")


def extra_section(victim, rng, scratch):
    blob = scratch / "blob"
    blob.write_bytes(rng.randbytes(rng.randrange(64, 4000)))
    target = scratch / "extra"
    name = rng.choice((".note.extra", ".data2", ".gnu.cache", ".comment", ".rodata1", ".text2"))
    flags = rng.choice(([], ["--set-section-flags", f"{name}=alloc,readonly,data"],
                        ["--set-section-flags", f"{name}=alloc,readonly,code"]))
    subprocess.run(["objcopy", "--add-section", f"{name}={blob}", *flags, victim.path, target], check=True, capture_output=True)
    data = target.read_bytes()
    return Planted(data, [(data.index(blob.read_bytes()), blob.stat().st_size)], (name,), name)


def init_array(victim, rng, _):
    """The first constructor becomes another function of the file."""
    elf = Elf(victim.data)
    _, address, offset, _, _ = elf.section(".init_array")
    _, _, table, size, _ = elf.section(".rela.dyn")
    for at in range(table, table + size, 24):
        where, kind, _ = struct.unpack_from("<QQq", elf.data, at)
        if where == address and kind == RELATIVE:
            target = rng.choice([p for p in victim.pieces if p.file and p.size > 32])
            struct.pack_into("<q", elf.data, at + 16, target.address)
            struct.pack_into("<Q", elf.data, offset, target.address)
            return Planted(bytes(elf.data), [(offset, 8), (at, 24), (target.offset, target.size)], (), target.name)
    raise CannotBuild("its constructors are not relative")


def shellcode(rng, at, back, imports):
    """Code for a cave at that address which ends in a jump: a raw system call, or a call of a stub of the file."""
    text = rng.choice((path_of(rng), command_of(rng)[:40])).encode() + b"\0"
    head = b"\x50\x57\x56\x52\x51\x41\x53"        # push rax, rdi, rsi, rdx, rcx, r11
    tail = b"\x41\x5b\x59\x5a\x5e\x5f\x58"
    middle_size = 7 + (2 + 5 + 2 if not imports else 5)
    text_at = len(head) + middle_size + len(tail) + 5
    lea = b"\x48\x8d\x3d" + struct.pack("<i", text_at - len(head) - 7)
    if imports:
        call_end = at + len(head) + 7 + 5
        middle = lea + b"\xe8" + struct.pack("<i", rng.choice(imports) - call_end)
    else:
        middle = lea + b"\x31\xf6" + b"\xb8" + struct.pack("<I", rng.choice((59, 2, 87))) + b"\x0f\x05"
    jump_end = at + len(head) + len(middle) + len(tail) + 5
    code = head + middle + tail + b"\xe9" + struct.pack("<i", back - jump_end) + text
    assert len(head) + len(middle) + len(tail) + 5 == text_at
    return code


def stubs(victim, elf):
    """Addresses that code calls in the linkage table."""
    names_of = [s for s in elf.image.sections if s[0].startswith(".plt")]
    return sorted({t for _, t in direct_calls(victim) if any(s[1] <= t < s[1] + s[3] for s in names_of)})


def code_cave(victim, rng, _):
    """Code in the fill after the executable segment, and one call that now leads there first."""
    elf = Elf(victim.data)
    i = elf.find_segment(PT_LOAD, PF_X)
    kind, flags, offset, address, physical, size, memory, alignment = elf.segment(i)
    following = min(elf.segment(j)[2] for j in range(elf.n_segments) if
                    elf.segment(j)[0] == PT_LOAD and elf.segment(j)[2] > offset)
    start = (offset + size + 15) & ~15
    call, target = rng.choice(direct_calls(victim))
    code = shellcode(rng, address + start - offset, target, stubs(victim, elf) if rng.random() < 0.5 else [])
    if start + len(code) > following:
        raise CannotBuild("no room after its code")
    elf.data[start:start + len(code)] = code
    more = start + len(code) - offset - size
    ranges = [elf.set_segment(i, [kind, flags, offset, address, physical, size + more, memory + more, alignment])]
    site = elf.image.offset_of(call)
    struct.pack_into("<i", elf.data, site + 1, address + start - offset - call - 5)
    host = piece_at(victim, call)
    return Planted(bytes(elf.data), [(start, len(code)), (site, 5), *ranges], (), f"{len(code)} bytes, called from {host.name}")


def over_a_function(victim, rng, _):
    """A payload over the body of an existing function."""
    elf = Elf(victim.data)
    piece = rng.choice([p for p in victim.pieces if p.file and p.size >= 120])
    code = shellcode(rng, piece.address, piece.address + 110, stubs(victim, elf) if rng.random() < 0.5 else [])[:piece.size]
    elf.data[piece.offset:piece.offset + len(code)] = code
    return Planted(bytes(elf.data), [(piece.offset, piece.size)], (), piece.name)


def redirected_call(victim, rng, _):
    """A call leads to another function of the file; nothing is added."""
    elf = Elf(victim.data)
    calls = direct_calls(victim)
    call, old = rng.choice(calls)
    new = rng.choice([t for _, t in calls if t != old] or [old + 16])
    site = elf.image.offset_of(call)
    struct.pack_into("<i", elf.data, site + 1, new - call - 5)
    host = piece_at(victim, call)
    return Planted(bytes(elf.data), [(host.offset, host.size)], (), f"in {host.name}")


def changed_branch(victim, rng, _):
    elf = Elf(victim.data)
    jumps = [(a, b) for a, b, _ in instructions(victim) if (len(b) == 2 and b[0] & 0xf0 == 0x70 or len(b) == 6 and b[0] == 0x0f and
                                                            b[1] & 0xf0 == 0x80) and piece_at(victim, a)]
    address, code = rng.choice(jumps)
    at = elf.image.offset_of(address) + (len(code) == 6)
    elf.data[at] ^= 1
    host = piece_at(victim, address)
    return Planted(bytes(elf.data), [(host.offset, host.size)], (), f"in {host.name}")


def strings_of(victim, least):
    _, _, offset, size, _ = Elf(victim.data).section(".rodata")
    return [(offset + m.start(1), m.group(1)) for m in re.finditer(rb"\0([\x20-\x7e]{%d,})(?=\0)" % least,
                                                                  victim.data[offset:offset + size])]


def replaced_text(victim, rng, _):
    """Another text of the same length where a string was."""
    at, old = rng.choice(strings_of(victim, 12))
    new = (rng.choice((path_of(rng), f"https://{names(rng)}.invalid/{rng.randrange(9999)}", command_of(rng))) + names(rng) * 9)
    new = new[:len(old)].encode()
    return Planted(victim.data[:at] + new + victim.data[at + len(old):], [(at, len(old))], (new.decode(),),
                   f"{old[:40]!r} -> {new[:40]!r}")


def changed_characters(victim, rng, _):
    """One to three letters of a string changed."""
    at, old = rng.choice(strings_of(victim, 12))
    new = bytearray(old)
    for _ in range(rng.randrange(1, 4)):
        i = rng.randrange(len(new))
        new[i] = rng.choice([c for c in b"abcdefghijklmnopqrstuvwxyz0123456789" if c != old[i]])
    return Planted(victim.data[:at] + bytes(new) + victim.data[at + len(old):], [(at, len(old))], (),
                   f"{old[:40]!r} -> {bytes(new)[:40]!r}")


def tables(victim, scratch):
    """(offset, size, name) of constant arrays without text or pointers, by the symbols of an unstripped build."""
    if not hasattr(victim, "tables"):
        _, whole = victim.build({}, scratch)
        image = Image(victim.data)
        ro = image.section(".rodata")
        victim.tables = []
        for line in subprocess.run(["readelf", "-sW", whole], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
            cells = line.split()
            if len(cells) < 8 or cells[3] != "OBJECT":
                continue
            address, size = int(cells[1], 16), int(cells[2], 0)
            if ro and ro[1] <= address and address + size <= ro[1] + ro[3] and size >= 64:
                content = victim.data[image.offset_of(address):][:size]
                printable = sum(32 <= b < 127 for b in content)
                if len(set(content)) > 12 and printable < 0.8 * size:
                    victim.tables.append((image.offset_of(address), size, cells[7]))
    if not victim.tables:
        raise CannotBuild("no constant table")
    return victim.tables


def replaced_table(victim, rng, scratch):
    at, size, name = rng.choice(tables(victim, scratch))
    return Planted(victim.data[:at] + rng.randbytes(size) + victim.data[at + size:], [(at, size)], (), f"{name}, {size} bytes")


def changed_entry(victim, rng, scratch):
    """Two bytes of a constant table."""
    at, size, name = rng.choice(tables(victim, scratch))
    i = at + (rng.randrange(size - 1) & ~1)
    new = bytes(b ^ rng.randrange(1, 256) for b in victim.data[i:i + 2])
    return Planted(victim.data[:i] + new + victim.data[i + 2:], [(i, 2)], (), f"{name} + {i - at}")


def swapped_import(victim, rng, _):
    """Another name in the string table of imports: the loader binds another function."""
    _, _, offset, size, _ = Elf(victim.data).section(".dynstr")
    known = imports_of(victim)
    listing = subprocess.run(["readelf", "--dyn-syms", "-W", victim.path], stdout=subprocess.PIPE, text=True, check=True).stdout
    wanted = set(re.findall(r"FUNC\s+GLOBAL\s+DEFAULT\s+UND\s+(\w+)@", listing))
    pairs = [(old, new) for old in sorted(wanted) for new in SWAPS if len(new) == len(old) and new not in known and
             victim.data.count(b"\0" + old.encode() + b"\0", offset, offset + size) == 1]
    if not pairs:
        raise CannotBuild("no import of such a length")
    old, new = rng.choice(pairs)
    at = victim.data.index(b"\0" + old.encode() + b"\0", offset) + 1
    return Planted(victim.data[:at] + new.encode() + victim.data[at + len(old):], [(at, len(old))], (new,), f"{old} -> {new}")


def dynamic_entry(tag, what):
    """An entry in the spare room of the dynamic section: its text is the end of some name that is there already."""
    def make(victim, rng, _):
        elf = Elf(victim.data)
        at = elf.free_dynamic()
        _, _, offset, size, _ = elf.section(".dynstr")
        texts = [(m.start(), m.group()) for m in re.finditer(rb"[\w.]{6,}", victim.data[offset:offset + size])]
        start, text = rng.choice(texts)
        cut = rng.randrange(len(text) - 4)
        struct.pack_into("<QQ", elf.data, at, tag, start + cut)
        return Planted(bytes(elf.data), [(at, 16)], (what, text[cut:].decode()), text[cut:].decode())
    return make


def linked_entry(flag, what):
    """The same, asked for when the file is linked."""
    def make(victim, rng, scratch):
        name = f"lib{rng.choice(('sync', 'metrics', 'updater', 'helper'))}{rng.randrange(9)}.so.{rng.randrange(1, 4)}"
        if flag == "needed":
            library = scratch / name
            subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "/dev/null", f"-Wl,-soname,{name}", "-o", library], check=True)
            data, _ = victim.build({}, scratch, ["-Wl,--no-as-needed", library])
            text = name
        else:
            text = rng.choice(("/tmp", "$ORIGIN/../lib", path_of(rng)))
            data, _ = victim.build({}, scratch, [f"-Wl,--enable-new-dtags,-rpath,{text}"])
        ranges = [(m.start(), len(text)) for m in re.finditer(re.escape(text.encode()), data)]
        _, _, offset, size, _ = Image(data).section(".dynamic")
        tag = DT_NEEDED if flag == "needed" else DT_RUNPATH
        ranges += [(at, 16) for at in range(offset, offset + size, 16) if struct.unpack_from("<Q", data, at)[0] == tag]
        return Planted(data, ranges, (what, text), text)
    return make


def either(*makers):
    def make(victim, rng, scratch):
        return rng.choice(makers)(victim, rng, scratch)
    return make


def note_to_load(victim, rng, _):
    """The note's segment becomes one that is loaded and executed, from bytes at the end of the file."""
    elf = Elf(victim.data)
    i = elf.find_segment(PT_NOTE)
    if i is None:
        raise CannotBuild("no note")
    start = (len(elf.data) + 4095) & ~4095
    code = shellcode(rng, 0xc000000 + start, 0xc000000 + start, [])
    elf.data += bytes(start - len(elf.data)) + code
    head = elf.set_segment(i, [PT_LOAD, 5, start, 0xc000000 + start, 0xc000000 + start, len(code), len(code), 4096])
    return Planted(bytes(elf.data), [head, (start, len(code))], (), f"{len(code)} bytes")


def writable_code(victim, _, __):
    elf = Elf(victim.data)
    i = elf.find_segment(PT_LOAD, PF_X)
    fields = elf.segment(i)
    fields[1] |= PF_W
    head = elf.set_segment(i, fields)
    return Planted(bytes(elf.data), [head, (fields[2], fields[5])], (), "")

