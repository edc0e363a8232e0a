"""A DLL of a real library, built by mingw-w64 and signed, and things planted in it."""
import struct
import subprocess

from judge import TRUTH, Image
from plant_source import Planted
from victim import CannotBuild

UNITS = ("blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c", "randtable.c")


class SignedDll:
    """libbz2 as a signed DLL; looks like a Victim to the makers below."""

    source, name = "bzip2", "libbz2.dll"

    def __init__(self, scratch):
        folder = TRUTH / self.source
        self.dsc = next((folder / "source").glob("*.dsc"))
        tree = next(p for p in (folder / "tree").iterdir() if p.is_dir())
        plain, key, certificate = scratch / "plain.dll", scratch / "key.pem", scratch / "cert.pem"
        signed = scratch / self.name
        try:
            subprocess.run(["x86_64-w64-mingw32-gcc", "-O2", "-s", "-shared", "-o", plain, *UNITS], cwd=tree, check=True,
                           capture_output=True)
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                            "-days", "3650", "-subj", "/CN=planted"], check=True, capture_output=True)
            subprocess.run(["osslsigncode", "sign", "-certs", certificate, "-key", key, "-in", plain, "-out", signed],
                           check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as e:
            raise CannotBuild(f"no signed DLL: {e}") from None
        self.data = signed.read_bytes()
        self.path = signed


def directory_of_certificates(data):
    """Where the header keeps offset and size of the certificate table."""
    at, = struct.unpack_from("<I", data, 60)
    magic, = struct.unpack_from("<H", data, at + 24)
    return at + 24 + (112 if magic == 0x20b else 96) + 8 * 4


def certificate_slack(victim, rng, _):
    """3CX: bytes after the signature's own end, inside the certificate table; the digest does not cover them."""
    data = bytearray(victim.data)
    head = directory_of_certificates(data)
    start, size = struct.unpack_from("<II", data, head)
    payload = rng.randbytes(8 * rng.randrange(8, 4000))
    data[start + size:start + size] = payload
    struct.pack_into("<I", data, head + 4, size + len(payload))
    struct.pack_into("<I", data, start, struct.unpack_from("<I", data, start)[0] + len(payload))
    return Planted(bytes(data), [(start + size, len(payload))], (), f"{len(payload)} bytes")


def overlay(victim, rng, _):
    payload = rng.randbytes(rng.randrange(100, 5000))
    return Planted(victim.data + payload, [(len(victim.data), len(payload))], (), f"{len(payload)} bytes")


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
