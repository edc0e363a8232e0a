#!/usr/bin/env python3
"""Compile and link small images whose tables nothing else among the seeds has: exports, imports, resources, TLS, unwind tables, C++ names, Thumb.

usage: fuzz/make-image-seeds.py   Writes fuzz/seeds/{elf,pe,macho,code}/made-*. Needs the [test] packages.
"""
import pathlib
import struct
import subprocess
import sys
import tempfile

FUZZ = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FUZZ.parent / "tests/e2e"))
import hostile_made as bad  # noqa: E402  (found through the line above)

C = r"""
extern int printf(const char *, ...);
int shared_counter = 3;
static const char *const names[] = {"first name", "second name", "third name"};
__attribute__((visibility("default"))) int pick(int i)
{
    switch (i) {
    case 0: return 11; case 1: return 7; case 2: return 93; case 3: return 4; case 4: return 1000; case 5: return 77;
    }
    return printf("%s %d\n", names[i % 3], shared_counter);
}
__attribute__((visibility("default"))) int walk(int n)
{
    volatile char room[5000];
    room[n % 5000] = 1;
    return n > 2 ? pick(n) + walk(n - 1) + room[3] : pick(n);
}
"""
CPP = r"""
namespace shape { template <class T> struct box { T v; virtual ~box() {} virtual T area(T, const char *) const; };
template <class T> T box<T>::area(T x, const char *) const { return v * x; }
struct ball : box<int> { int area(int, const char *) const override; ball operator+(const ball &) const; };
int ball::area(int x, const char *s) const { return s[0] + x; }
ball ball::operator+(const ball &o) const { return o; } }
extern "C" int use(const shape::box<long> &b) { return (int)b.area(3, "text of a call"); }
template struct shape::box<long>;
"""
WINDOWS = r"""
#include <windows.h>
__declspec(dllexport) int table[4] = {1, 2, 3, 4};
__declspec(dllexport) int WINAPI work(HINSTANCE h, int n) { return (int)GetTickCount() + table[n % 4] + MessageBoxA(0, "a text", "another", 0); }
BOOL WINAPI DllMain(HINSTANCE h, DWORD why, LPVOID p) { return work(h, 3) > (int)why; }
ULONG _tls_index; char tls_begin __attribute__((section(".tls"))) = 1, tls_end __attribute__((section(".tls$ZZZ")));
const IMAGE_TLS_DIRECTORY _tls_used = {(ULONG_PTR)&tls_begin, (ULONG_PTR)&tls_end, (ULONG_PTR)&_tls_index, 0, 0, 0};
"""
RESOURCE = '1 VERSIONINFO\nFILEVERSION 1,2,3,4\nBEGIN\n BLOCK "StringFileInfo"\n BEGIN\n  BLOCK "040904b0"\n  BEGIN\n   VALUE "ProductName", "made"\n' \
           '  END\n END\nEND\n2 RCDATA BEGIN "MZ embedded" END\n'


def run(folder, *args):
    done = subprocess.run(args, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        print(f"{args[0]}: {done.stdout.decode(errors='replace').splitlines()[:2]}", file=sys.stderr)
    return done.returncode == 0


def build(folder):
    """(targets, name, path) of what could be built."""
    for name, text in (("a.c", C), ("a.cc", CPP), ("w.c", WINDOWS), ("w.rc", RESOURCE)):
        (folder / name).write_text(text)
    elf = ("-O2", "-nostdlib", "-fuse-ld=lld", "-Wl,-z,norelro", "-Wl,--build-id=none", "-Wl,-z,max-page-size=4096", "-shared", "-fPIC")
    for name, target in (("thumb", "armv7-linux-gnueabihf -mthumb"), ("a32", "armv7-linux-gnueabihf -marm"), ("aarch64", "aarch64-linux-gnu"),
                         ("i386", "i386-linux-gnu"), ("x86-64", "x86_64-linux-gnu"), ("riscv64", "riscv64-linux-gnu")):
        if run(folder, "clang", "--target=" + target.split()[0], *target.split()[1:], *elf, "-Wl,--unresolved-symbols=ignore-all", "a.c", "-o", name):
            yield ("elf", "code"), name, folder / name
    version = folder / "v.map"
    version.write_text("MADE_1 { global: pick; walk; local: *; };\nMADE_2 { global: use; } MADE_1;\n")
    if run(folder, "g++", "-O1", "-fPIC", "-shared", "-nostdlib", "-Wl,--version-script=v.map", "-Wl,-z,noseparate-code", "-Wl,--gc-sections", "-x",
           "c++", "a.cc", "-o", "cpp.so"):
        yield ("elf", "code"), "cpp", folder / "cpp.so"
    if run(folder, "g++", "-O1", "-c", "-fPIC", "a.cc", "-o", "cpp.o"):
        yield ("elf", "code"), "cpp-object", folder / "cpp.o"
    if run(folder, "gcc", "-O1", "-g1", "-static-pie", "-nostdlib", "-Wl,-e,walk", "-Wl,--unresolved-symbols=ignore-all", "-Wl,-z,noseparate-code", "a.c", "-o", "debug"):
        yield ("elf",), "debug", folder / "debug"
    for machine in ("x86_64", "i686"):
        tool = machine + "-w64-mingw32-"
        run(folder, tool + "windres", "w.rc", "w.res.o")
        entry = "DllMain" if machine == "x86_64" else "DllMain@12"
        if run(folder, tool + "gcc", "-O1", "-shared", "-nostdlib", "-s", "-Wl,-e," + ("_" if machine == "i686" else "") + entry, "-Wl,--dynamicbase",
               "-Wl,--disable-runtime-pseudo-reloc", "w.c", "w.res.o", "-lkernel32", "-luser32", "-o", machine + ".dll"):
            yield ("pe", "code"), machine, folder / (machine + ".dll")
    msvc = ("-O1", "-shared", "-nostdlib", "-fuse-ld=lld", "-Wl,/noentry,/debug,/Brepro,/force:unresolved,/export:pick,/guard:cf")
    if run(folder, "clang", "--target=x86_64-pc-windows-msvc", "-Xclang", "-cfguard", *msvc, "a.c", "-o", "msvc.dll"):
        yield ("pe", "code"), "msvc", folder / "msvc.dll"
    for machine in ("x86_64", "arm64"):
        mac = ("-O2", "-nostdlib", "-shared", "-fuse-ld=lld", "-Wl,-undefined,dynamic_lookup", "-Wl,-dead_strip")
        if run(folder, "clang", "--target=" + machine + "-apple-macos11", *mac, "a.c", "-o", machine + ".dylib"):
            yield ("macho", "code"), machine, folder / (machine + ".dylib")
        if run(folder, "clang", "--target=" + machine + "-apple-macos11", *mac, "-Wl,-fixup_chains", "a.c", "-o", machine + ".fix"):
            yield ("macho", "code"), machine + "-chained", folder / (machine + ".fix")
        if run(folder, "clang", "--target=" + machine + "-apple-macos11", "-O2", "-c", "a.c", "-o", machine + ".o"):
            yield ("macho", "code"), machine + "-object", folder / (machine + ".o")


def dotnet():
    """A PE whose CLR directory holds a metadata root with the usual streams, each nearly empty (ECMA-335, II.24 and II.25)."""
    streams = [(b"#~\0\0", struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, 1, 0) + struct.pack("<I", 1) + struct.pack("<HHHHH", 0, 1, 1, 0, 0) + b"\0\0"),
               (b"#Strings\0\0\0\0", b"\0made.dll\0\0\0"), (b"#US\0", b"\0\x05a\0b\0\0\0"), (b"#GUID\0\0\0", bytes(range(16))), (b"#Blob\0\0\0", bytes(4))]
    version = b"v4.0.30319\0\0"
    at = 16 + len(version) + 4 + sum(8 + len(name) for name, _ in streams)
    root = struct.pack("<IHHII", 0x424a5342, 1, 1, 0, len(version)) + version + struct.pack("<HH", 0, len(streams))
    body = b""
    for name, data in streams:
        root += struct.pack("<II", at + len(body), len(data)) + name
        body += data
    clr = struct.pack("<IHHII", 72, 2, 5, 0x1000 + 0x20 + 72, len(root) + len(body)) + bytes(72 - 16) + root + body
    image = bytearray(bad.pe())
    image[0x400 + 0x20:0x400 + 0x20 + len(clr)] = clr
    optional = 0x80 + 24
    image[optional + 112 + 8 * 14:optional + 112 + 8 * 15] = struct.pack("<II", 0x1000 + 0x20, 72)
    section = optional + 240
    image[section + 8:section + 12] = struct.pack("<I", 0x200)
    return bytes(image[:0x600])


def main():
    with tempfile.TemporaryDirectory() as temp:
        for targets, name, path in build(pathlib.Path(temp)):
            for target in targets:
                data = path.read_bytes()
                if len(data) <= 80000:
                    (FUZZ / "seeds" / target / ("made-" + name)).write_bytes(data)
    (FUZZ / "seeds/pe/made-dotnet").write_bytes(dotnet())


main()
