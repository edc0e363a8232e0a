#!/usr/bin/env python3
"""The process that examines has nothing but memory and its pipes: strace(1) looks on, and the report is the same without it.

usage: sandbox.py PLUMB [PART-OF-A-NAME]
"""
import re
import shutil
import subprocess

import hostile_made as bad
import made
from plumb_test import Skip, case, is_sanitized, main

# What a process may ask for once it has given up the rest: threads, memory, clocks, its pipes.
HARMLESS = {"read", "write", "writev", "recvfrom", "close", "lseek", "mmap", "munmap", "mprotect", "mremap", "madvise", "brk", "futex",
            "clone", "clone3", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "gettid", "getpid", "exit", "exit_group",
            "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack", "clock_gettime", "clock_nanosleep", "nanosleep",
            "sysinfo", "getrandom", "restart_syscall", "tgkill", "gettimeofday"}
CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?([a-z0-9_]+)[( ]")


def strace(t, *args, words=16):
    """{process or thread: [calls after its confinement]} of plumb check; threads inherit what their starter gave up."""
    log = t.path("strace.log")
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    if is_sanitized(t.program):
        raise Skip("sanitizers make calls of their own")
    t.check(*args, wrap=("strace", "-f", "-s", str(words), "-o", log))
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
