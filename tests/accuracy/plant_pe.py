"""DLLs of real libraries, built by mingw-w64, and things planted in them."""
import struct
import subprocess

from judge import Image
from plant_source import Planted, c_bytes
from victim import CannotBuild, Victim

GCC = "x86_64-w64-mingw32-gcc"
# Libraries that need no configuration: name of the DLL, its units, what is no part of it.
DLLS = {"bzip2": ("libbz2.dll", "*.c", ("bzip2.c", "bzip2recover.c", "dlltest.c", "mk251.c", "spewG.c", "unzcrash.c")),
        "lua5.4": ("lua54.dll", "src/*.c", ("lua.c", "luac.c", "ltests.c")),
        "zlib": ("zlib1.dll", "*.c", ("ztest",))}


def calls_of(source, tree):
    """The calls that make the DLL, in the form in which tests/accuracy/truth notes those of a build: (link, units)."""
    name, pattern, left_out = DLLS[source]
    units = {}
    for path in sorted(tree.glob(pattern)):
        if not path.name.startswith(left_out):
            word = str(path.relative_to(tree))
            target = str(tree.parent / "dll" / (path.stem + ".o"))
            units[target] = {"program": GCC, "folder": str(tree), "arguments": ["-O2", "-g", "-c", word, "-o", target]}
    return {"program": GCC, "folder": str(tree), "arguments": ["-shared", "-static-libgcc", "-o", name, *units]}, units


def build(source, folder, tree):
    """Build the DLL with debug information; its path."""
    (tree.parent / "dll").mkdir(exist_ok=True)
    link, units = calls_of(source, tree)
    for call in units.values():
        subprocess.run([GCC, *call["arguments"]], cwd=tree, check=True, capture_output=True)
    target = folder / DLLS[source][0]
    subprocess.run([GCC, *[str(target) if w == DLLS[source][0] else w for w in link["arguments"]]], cwd=tree, check=True,
                   capture_output=True)
    return target


class Dll(Victim):
    """A DLL of a real library, built by mingw-w64."""

    def find_calls(self):
        return calls_of(self.source, self.tree)

    def strip(self, path):
        subprocess.run(["x86_64-w64-mingw32-strip", path], check=True)


def signed(path, scratch):
    """The same file with a signature of a certificate that is made here."""
    key, certificate, target = scratch / "key.pem", scratch / "cert.pem", scratch / "signed.dll"
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "3650", "-subj", "/CN=planted"], check=True, capture_output=True)
        subprocess.run(["osslsigncode", "sign", "-certs", certificate, "-key", key, "-in", path, "-out", target],
                       check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as e:
        raise CannotBuild(f"cannot sign: {e}") from None
    return target.read_bytes()


def loader(rng, name):
    """3CX: a file is read, decrypted and entered, by calls of Windows."""
    return f"""
static void {name}(void)
{{
    extern __declspec(dllimport) void *CreateFileA(const char *, unsigned long, unsigned long, void *, unsigned long,
                                                   unsigned long, void *);
    extern __declspec(dllimport) int ReadFile(void *, void *, unsigned long, unsigned long *, void *);
    extern __declspec(dllimport) void *VirtualAlloc(void *, unsigned long long, unsigned long, unsigned long);
    static const unsigned char key[16] = {{{c_bytes(rng.randbytes(16))}}};
    unsigned long n = 0;
    void *file = CreateFileA("d3dcompiler_{rng.randrange(30, 60)}.dll", 0x80000000u, 1, (void *)0, 3, 0, (void *)0);
    unsigned char *page = VirtualAlloc((void *)0, {rng.randrange(16, 200) * 4096}, 0x3000, 0x40);
    if (!page || !ReadFile(file, page, {rng.randrange(16, 200) * 4096}, &n, (void *)0))
        return;
    for (unsigned long i = 0; i < n; i++)
        page[i] = (unsigned char)((page[i] ^ key[i & 15]) * {rng.randrange(3, 255) | 1} + i);
    ((void (*)(void))page)();
}}
"""


def directory_of_certificates(data):
    """Where the header keeps offset and size of the certificate table."""
    at, = struct.unpack_from("<I", data, 60)
    magic, = struct.unpack_from("<H", data, at + 24)
    return at + 24 + (112 if magic == 0x20b else 96) + 8 * 4


def certificate_slack(victim, rng, scratch):
    """3CX: bytes after the signature's own end, inside the certificate table; the digest does not cover them."""
    data = bytearray(signed(victim.path, scratch))
    head = directory_of_certificates(data)
    start, size = struct.unpack_from("<II", data, head)
    payload = rng.randbytes(8 * rng.randrange(8, 4000))
    data[start + size:start + size] = payload
    struct.pack_into("<I", data, head + 4, size + len(payload))
    struct.pack_into("<I", data, start, struct.unpack_from("<I", data, start)[0] + len(payload))
    return Planted(bytes(data), [(start + size, len(payload))], (), f"{len(payload)} bytes")


def overlay(victim, rng, scratch):
    """After the end of the file, signed or not."""
    data = signed(victim.path, scratch) if rng.random() < 0.5 else victim.data
    payload = rng.randbytes(rng.randrange(100, 5000))
    return Planted(data + payload, [(len(data), len(payload))], (), f"{len(payload)} bytes")


def code_cave(victim, rng, _):
    """Code in the fill at the end of the code section."""
    image = Image(victim.data)
    name, _, offset, used, _ = next(s for s in image.sections if s[0] == ".text")
    at, = struct.unpack_from("<I", victim.data, 60)
    table = at + 24 + struct.unpack_from("<H", victim.data, at + 20)[0]
    room = next(struct.unpack_from("<I", victim.data, table + 40 * i + 16)[0] for i in range(len(image.sections))
                if victim.data[table + 40 * i:][:8].rstrip(b"\0").decode() == name) - used
    if room < 24:
        raise CannotBuild("no room after its code")
    code = b"\x50\x57\x56\x48\x31\xc0\x0f\x05" + rng.randbytes(min(room, 200) - 8)
    data = victim.data[:offset + used] + code + victim.data[offset + used + len(code):]
    return Planted(data, [(offset + used, len(code))], (), f"{len(code)} bytes")
