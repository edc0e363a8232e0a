#!/usr/bin/env python3
"""The process that examines has nothing but memory and its pipes: strace(1) looks on, and the report is the same without it.

usage: sandbox.py PLUMB [PART-OF-A-NAME]
"""
import base64
import hashlib
import json
import re
import shutil
import subprocess

import hostile_made as bad
import made
from plumb_test import Skip, case, is_sanitized, main
from registry import Registry

# What a process may ask for once it has given up the rest: threads, memory, clocks, its pipes.
HARMLESS = {"read", "write", "writev", "recvfrom", "close", "lseek", "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "futex",
            "clone", "clone3", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "gettid", "getpid", "exit", "exit_group",
            "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack", "clock_gettime", "clock_nanosleep", "nanosleep",
            "sysinfo", "getrandom", "restart_syscall", "tgkill", "gettimeofday"}
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?([a-z0-9_]+)[( ]")


def strace(t, *args, words=16, run=None):
    """{process or thread: [calls after its confinement]} of plumb check; threads inherit what their starter gave up. `run` is something else to run."""
    log = t.path("strace.log")
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    if is_sanitized(t.program):
        raise Skip("sanitizers make calls of their own")
    wrap = ("strace", "-f", "-s", str(words), "-o", log)
    if run is None:
        t.check(*args, wrap=wrap)
    else:
        run(wrap)
    confined = {}
    starting = {}
    for line in log.read_text(errors="replace").splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        pid, name = call.groups()
        if pid in confined:
            confined[pid].append(line)
            child = re.search(r"= (\d+)$", line)
            if name in ("clone", "clone3") and child:
                confined.setdefault(child.group(1), [])
        elif name == "seccomp" and "SECCOMP_SET_MODE_FILTER" in line and "{len=" in line:
            starting[pid] = True
            if line.endswith("= 0"):
                confined[pid] = []
        elif pid in starting and name == "seccomp" and line.endswith("= 0"):
            confined[pid] = []
    return confined


def everything(t):
    """A package with files of every kind that has a reader of its own, and some that lie."""
    deb = made.package()
    for name, data in (("x.exe", bad.pe(certificate=bad.certificate(bad.pkcs7(), slack=bad.HIDDEN * 9))),
                       ("lib.so", bad.elf_without_sections()), ("a.zip", bad.zip_of([(b"a", b"a\n" * 99, 8)])),
                       ("b.tar.xz", made.xz(made.tar({"b": "bb\n"}))), ("c.tar.bz2", made.bz2.compress(made.tar({"c": "cc\n"}))),
                       ("d.js", b"function f(a){return a.evil+'novel words'}\n" * 9), ("e.py", b"import os\nos.system('novel')\n"),
                       ("deep.gz", bad.nested(30)), ("x.pdf", bad.pdf() + bad.zip_of([(b"x", b"x", 0)]))):
        deb.set("usr/lib/greet/" + name, data)
    return t.write("greet_1.0-1_all.deb", deb.build()), made.write_tree(t.path("source/x").parent, made.source())


@case
def nothing_is_opened_connected_or_run_once_examining_begins(t):
    package, folder = everything(t)
    confined = strace(t, package, "--source", folder, "-j3")
    assert len(confined) >= 2, f"no thread was seen to be confined: {confined}"
    for pid, lines in confined.items():
        for line in lines:
            name = CALL.match(line).group(2)
            assert name in HARMLESS, f"process {pid}: {line}"
            if name == "clone" and "resumed" not in line:
                assert "CLONE_THREAD" in line, line
            if name in ("mmap", "mprotect"):
                assert "PROT_EXEC" not in line, line
    assert sum(map(len, confined.values())) > 20


# What the process that reads a git repository may ask for besides: it opens files below that one, when libgit2 wants them.
READING = {"open", "openat", "stat", "newfstatat", "fstat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64",
           "pread64", "fcntl", "getcwd", "getuid", "geteuid"}


@case
def who_reads_a_git_repository_opens_nothing_else(t):
    if shutil.which("git") is None:
        raise Skip("git is not installed")
    package, folder = everything(t)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "one"], ["tag", "v1.0"], ["gc", "-q"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder, check=True, capture_output=True)
    for ref in ("@v1.0", ""):
        confined = strace(t, package, "--source", f"git+file://{folder}{ref}", "-j2", words=4096)
        readers = 0
        for pid, lines in confined.items():
            names = {CALL.match(line).group(2) for line in lines}
            assert names <= HARMLESS | READING, (pid, names - HARMLESS - READING)
            opened = [line for line in lines if re.search(r"\bopen(at)?\(.*= \d+$", line)]
            readers += bool(opened)
            for line in opened:
                assert f'"{folder}/' in line or f'"{folder}"' in line, line
                assert "O_RDONLY" in line and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", line), line
            if not opened:
                assert names <= HARMLESS, (pid, names - HARMLESS)
        assert readers == 1 and len(confined) >= 3, (readers, len(confined))
    one = t.check(package, "--source", f"git+file://{folder}@v1.0", "--sandbox", "-j2")
    two = t.check(package, "--source", f"git+file://{folder}@v1.0", "--no-sandbox", "-j2")
    assert one.stable() == two.stable() and one.json["sources"][0]["git"]


@case
def source_archives_are_read_in_processes_of_their_own(t):
    """Each source that is an archive has one, and the examination another; what the parent opens afterwards, it opens by itself."""
    package, folder = everything(t)
    tree = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    archives = [t.write("one.tar.xz", made.xz(made.tar({"x/" + k: v for k, v in tree.items()}))),
                t.write("two.tar.gz", made.gz(made.tar({"y/nested.tar.gz": made.gz(made.tar({"b": "bb\n"}))})))]
    confined = strace(t, package, "--source", archives[0], "--source", archives[1], "-j2")
    readers = [lines for lines in confined.values() if any("landlock" in x or "write(3" in x for x in lines)]
    assert len(readers) >= 3, confined
    for pid, lines in confined.items():
        for line in lines:
            assert CALL.match(line).group(2) in HARMLESS, f"process {pid}: {line}"
    one = t.check(package, "--source", archives[0], "--source", archives[1], "--sandbox")
    two = t.check(package, "--source", archives[0], "--source", archives[1], "--no-sandbox")
    assert one.stable() == two.stable()
    assert len(one.json["sources"]) >= 2


@case
def a_source_folder_gives_the_same_with_and_without_it(t):
    package, folder = everything(t)
    (folder / ".git").mkdir()
    (folder / ".git/config").write_text("novel words of version control\n")
    (folder / "nested.tar.gz").write_bytes(made.gz(made.tar({"b": "bb\n", "c.zip": bad.zip_of([(b"a", b"a\n", 0)])})))
    (folder / "link").symlink_to("nested.tar.gz")
    (folder / "odd\n\xe2\x80\xae").write_text("odd\n")
    (folder / "empty").write_text("")
    one = t.check(package, "--source", folder, "--sandbox", "-j2")
    two = t.check(package, "--source", folder, "--no-sandbox", "-j2")
    assert one.stable() == two.stable()
    (folder / ".pc").mkdir()
    assert t.check(package, "--source", folder, "--sandbox").stable() == t.check(package, "--source", folder, "--no-sandbox").stable()
    confined = strace(t, package, "--source", folder, "-j2")
    assert len([1 for lines in confined.values() if any("write(3" in x for x in lines)]) >= 2, "one process for the folder, one for the package"


@case
def sources_that_cannot_be_read_are_told_as_without_it(t):
    package, _ = everything(t)
    for name, data in (("cut.tar.xz", made.xz(b"x" * 999)[:60]), ("bad.zip", b"PK\3\4" + bytes(40)), ("no.dsc", b"Source: x\nFiles:\n 00 3 none.tar.gz\n"),
                       ("text.gz", made.gz(b"hello\n")), ("empty.tar", bytes(1024))):
        source = t.write(name, data)
        with_it = t.check(package, "--source", source, "--sandbox")
        without = t.check(package, "--source", source, "--no-sandbox")
        assert with_it.code == without.code, name
        assert with_it.stable() == without.stable() or "beside" in str(without.json["errors"]), (name, with_it.json["errors"], without.json["errors"])


@case
def a_folder_is_examined_without_opening_it(t):
    _, folder = everything(t)
    confined = strace(t, folder, "--source", folder, "-j2")
    calls = [line for lines in confined.values() for line in lines]
    harmful = [line for line in calls if CALL.match(line).group(2) not in HARMLESS]
    assert calls and not harmful, harmful


@case
def the_report_is_the_same_with_and_without_it(t):
    package, folder = everything(t)
    for subject in (package, folder, t.write("alone.js", b"var novel = 'thing';\n"), t.write("empty", b"")):
        with_it = t.check(subject, "--source", folder, "--sandbox", "-j3")
        without = t.check(subject, "--source", folder, "--no-sandbox", "-j2")
        assert with_it.stable() == without.stable(), subject
        assert with_it.code == without.code


def assert_harmless(confined, least, folder=None):
    """Each process asks for nothing; one that reads `folder` opens what is in it."""
    assert len(confined) >= least, confined.keys()
    for pid, lines in confined.items():
        for line in lines:
            name = CALL.match(line).group(2)
            if name in HARMLESS:
                continue
            assert folder is not None and name in READING, f"process {pid}: {line}"
            # A call that strace interrupted stands in two lines, of which the second has no arguments.
            if name in ("open", "openat") and re.search(r"= \d+$", line) and "resumed>" not in line:
                assert "O_RDONLY" in line and not re.search("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", line), line
                assert re.search(r'AT_FDCWD, "([^"]*)"', line) is None or f'"{folder}' in line, line


@case
def what_a_deb_says_of_itself_is_read_in_a_process(t):
    """One for its control member, one for the source, one for the examination."""
    package, folder = everything(t)
    confined = strace(t, package, "--source", folder, "-j1")
    assert_harmless(confined, 3)
    cut = t.write("cut_1.0-1_all.deb", package.read_bytes()[:200])
    with_it, without = (t.check(cut, "--source", folder, flag) for flag in ("--sandbox", "--no-sandbox"))
    assert with_it.stable() == without.stable() and with_it.code == 4, with_it.json["errors"]


def chain_of(t, *args, env=None):
    cache = t.path("cache/x").parent
    return lambda wrap: t.raw("chain", *args, "-o", "json", "--cache-dir", cache, "--progress=none", env=env, wrap=wrap)


@case
def lists_of_components_and_products_are_read_in_processes(t):
    """A document, a lock file, a folder of modules, a product as archive and as folder: each in one, and the same comes out without."""
    bom = t.write("bom.json", json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "a", "purl": "pkg:npm/a@1"}]}))
    spdx = t.write("bom.spdx.json", json.dumps({"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x", "documentNamespace": "urn:x",
                                                "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1"}]}))
    lock = t.write("package-lock.json", json.dumps({"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "x", "version": "1.0.0"}, "node_modules/a": {"version": "1.0.0"}}}))
    t.write("app/node_modules/a/package.json", '{"name": "a", "version": "1.0.0"}')
    app = t.write("app/package.json", '{"name": "x", "version": "1.0.0"}').parent
    product = t.write("app.tar.gz", made.gz(made.tar({"app/node_modules/a/index.js": "a\n"})))
    for subject, more, least in ((bom, (), 1), (spdx, (), 1), (lock, (), 1), (app, (), 2), (bom, ("--product", product), 2), (lock, ("--product", app), 2)):
        found = {}
        for flags in ((), ("--no-sandbox",)):
            _, out, said = chain_of(t, subject, *more, "--offline", *flags)(())
            found[flags] = {k: v for k, v in json.loads(out).items() if k != "run"}
        assert found[()] == found[("--no-sandbox",)], (subject, said)
        confined = strace(t, run=chain_of(t, subject, *more, "--offline"))
        assert_harmless(confined, least, folder=app if app in (subject, *more) else None)


@case
def what_a_registry_says_is_read_in_a_process(t):
    """The document of a package, and the package that is compared with the product."""
    with Registry(t) as registry:
        files = {"package.json": b'{"name": "a", "version": "1.0.0"}', "index.js": b"module.exports = 1;\n"}
        registry.publish("a", "1.0.0", files)
        bom = t.write("bom.json", json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
            {"name": "a", "version": "1.0.0", "purl": "pkg:npm/a@1.0.0"}]}))
        product = t.write("app.tar", made.tar({f"node_modules/a/{k}": v for k, v in files.items()}))
        confined = strace(t, run=chain_of(t, bom, "--product", product, env=registry.env))
        assert_harmless(confined, 4)


@case
def what_others_attest_is_judged_in_a_process(t):
    """An envelope, with the log that it must stand in, a bundle and a packument: what comes out is the same without the process."""
    package, folder = everything(t)
    t.path("r.json").write_bytes(t.check(package, "--source", folder).stdout)
    for words in (("key", "gen", "k"), ("attest", "r.json", "--key", "k", "--log", "log", "--name", "example.com/x", "-o", "intoto=a.json", "--report-only")):
        code, _, said = t.raw(*words)
        assert code == 0, said
    t.write("lines.jsonl", t.path("a.json").read_bytes().strip() + b"\n{}\n")
    t.write("cut.json", t.path("a.json").read_bytes()[:99])
    t.write("bad.json", b'{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json"}')
    t.write("root.json", json.dumps({"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [], "ctlogs": [],
                                     "certificateAuthorities": [], "timestampAuthorities": []}))
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    t.write("packument.json", json.dumps({"name": "x", "versions": {"1": {"dist": {"integrity": integrity, "signatures": [{"keyid": "k", "sig": "AA=="}]}}}}))
    t.write("keys.json", '{"keys": []}')
    log = t.path("log")
    for words, opened in ((("a.json", package, "--key", "k.pub"), None), (("a.json", package, "--key", "k.pub", "--log", "log"), log),
                          (("lines.jsonl", package, "--key", "k.pub"), None), (("cut.json", package, "--key", "k.pub"), None),
                          (("a.json", "nowhere.deb", "--key", "k.pub"), None),
                          (("packument.json", package, "--registry-keys", "keys.json"), None),
                          (("bad.json", package, "--trusted-root", "root.json", "--key", "k.pub"), None)):
        found = {}
        for flag in ("--sandbox", "--no-sandbox"):
            code, out, said = t.raw("verify", *words, "-o", "json", flag)
            found[flag] = code, {k: v for k, v in json.loads(out).items() if k != "run"}, said
        assert found["--sandbox"] == found["--no-sandbox"], words
        confined = strace(t, run=lambda wrap: t.raw("verify", *words, "-o", "json", wrap=wrap))
        assert len(confined) == 1, (words, confined.keys())
        for lines in confined.values():
            harmful = [line for line in lines if CALL.match(line).group(2) not in HARMLESS]
            assert all(opened is not None and CALL.match(line).group(2) in READING for line in harmful), (words, harmful)
            assert all('"log' in line for line in harmful if re.search(r"\bopen(at)?\(AT_FDCWD.*= \d+$", line)), (words, harmful)
            assert bool(opened) == bool(harmful), words


@case
def a_report_says_what_was_given_up(t):
    package, folder = everything(t)
    said = t.check(package, "--source", folder, "--sandbox").json["run"]["sandbox"]
    assert re.fullmatch(r"(seccomp|landlock \d+|seccomp, landlock \d+|limits only)", said), said
    assert t.check(package, "--source", folder, "--no-sandbox").json["run"]["sandbox"] is None


@case
def doctor_says_what_a_report_says(t):
    package, folder = everything(t)
    code, out, _ = t.raw("doctor")
    said = t.check(package, "--source", folder, "--sandbox").json["run"]["sandbox"]
    assert code == 0 and f"sandbox   {said}\n" in out.decode(), out


@case
def errors_of_the_examination_are_told_as_without_it(t):
    _, folder = everything(t)
    for name, data in (("cut.deb", made.package().build()[:700]), ("bad.zip", b"PK\3\4" + bytes(40)), ("cut.tar.xz", made.xz(b"x" * 999)[:60])):
        package = t.write(name, data)
        with_it = t.check(package, "--source", folder, "--sandbox")
        without = t.check(package, "--source", folder, "--no-sandbox")
        assert with_it.stable() == without.stable(), name
    empty = t.path("empty/x").parent
    assert t.check(empty, "--source", folder, "--sandbox").stable() == t.check(empty, "--source", folder, "--no-sandbox").stable()


if __name__ == "__main__":
    main()
