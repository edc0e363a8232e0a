#!/usr/bin/env python3
"""A small project whose tarball is made from its tag by autoreconf, as releases are, and the same with what an attacker adds.

usage: autotools.py PLUMB [PART-OF-A-NAME]

The tools' packages are served by an archive of our own, made from the files that are installed here.
"""
import contextlib
import gzip
import pathlib
import random
import shutil
import subprocess

import made
import plumb_test
from apt_mirror import Mirror, sha256
from git import archive, changed, git, repository, uri
from plumb_test import Skip, case, main

plumb_test.CASES.clear()  # those of the one that is imported for its tools

TOOLS = {"autoconf": ["/usr/share/autoconf"], "automake": ["/usr/share/automake-1.16", "/usr/share/aclocal-1.16", "/usr/bin/automake"],
         "autotools-dev": ["/usr/share/misc/config.guess", "/usr/share/misc/config.sub"]}
BLOB = random.Random(5).randbytes(4000)
PROJECT = {
    "configure.ac": "AC_INIT([sample], [1.0], [bugs@example.org])\nAC_CONFIG_AUX_DIR([build-aux])\nAC_CONFIG_MACRO_DIR([m4])\n"
                    "AM_INIT_AUTOMAKE([foreign])\nAC_CONFIG_HEADERS([config.h])\nAC_PROG_CC\nAC_CHECK_HEADERS([sys/time.h fcntl.h])\n"
                    "AC_CHECK_FUNCS([gettimeofday pledge])\nSAMPLE_CHECK_SPEED\nAC_CONFIG_FILES([Makefile])\nAC_OUTPUT\n",
    "m4/speed.m4": "# SAMPLE_CHECK_SPEED: is the machine fast?\nAC_DEFUN([SAMPLE_CHECK_SPEED], [\n"
                   "AC_MSG_CHECKING([whether the machine is fast])\nAC_ARG_ENABLE([speed], [AS_HELP_STRING([--enable-speed],\n"
                   "\t[assume that the machine is fast])], [sample_speed=$enableval], [sample_speed=no])\n"
                   "if test \"x$sample_speed\" = xyes; then\n  AC_DEFINE([SAMPLE_FAST], [1], [Define to 1 on a fast machine.])\nfi\n"
                   "AC_MSG_RESULT([$sample_speed])\n])\n",
    "Makefile.am": "ACLOCAL_AMFLAGS = -I m4\nbin_PROGRAMS = sample\nsample_SOURCES = sample.c speed.c speed.h\n"
                   "EXTRA_DIST = tests/case.bin\ndist_man_MANS = sample.1\n",
    "sample.c": "#include \"speed.h\"\nint main(void)\n{\n    return measured_speed() > 9;\n}\n",
    "speed.c": "#include \"speed.h\"\nint measured_speed(void)\n{\n    return 10;\n}\n", "speed.h": "int measured_speed(void);\n",
    "sample.1": ".TH SAMPLE 1\n.SH NAME\nsample \\- measure the speed\n",
    "tests/case.bin": BLOB,
}
ADDED = ("  gl_am_configmake=`grep -aErls \"#{4}[[:alnum:]]{5}#{4}$\" $srcdir/ 2>/dev/null`\n"
         "  gl_path_map='tr \"\\t \\-_\" \" \\t_\\-\"'\n"
         "  gl_config='sed \"r\\n\" $gl_am_configmake | eval $gl_path_map | $gl_prefix -d 2>/dev/null'\n")


def tool_package(name, paths):
    """A package of the installed files below these paths."""
    files = {}
    for path in map(pathlib.Path, paths):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                files["./" + str(file).lstrip("/")] = file.read_bytes()
    version = {"autoconf": "2.71-3", "automake": "1:1.16.5-1.3"}.get(name, "1.0-1")
    control = (f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Ada Example <ada@example.org>\n"
               "Description: a tool\n")
    deb = made.ar([("debian-binary", b"2.0\n"), ("control.tar.gz", made.gz(made.tar({"./control": control}))),
                   ("data.tar.gz", made.gz(made.tar(files), 1))])
    return control, deb


class Tools(Mirror):
    def build(self, fields="", others=""):
        packages = ""
        for name, paths in TOOLS.items():
            control, deb = tool_package(name, paths)
            self.pool(f"{name}.deb", deb)
            packages += control + f"Filename: pool/{name}.deb\nSize: {len(deb)}\nSHA256: {sha256(deb)}\n\n"
        self.lines = ""
        for name, text in (("main/binary-all/Packages", packages), ("main/binary-amd64/Packages", packages)):
            for path, data in ((name, text.encode()), (name + ".gz", gzip.compress(text.encode(), mtime=0))):
                self.files["/dists/stable/" + path] = data
                self.lines += f" {sha256(data)} {len(data)} {path}\n"
        self.release()


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


@contextlib.contextmanager
def release(plumb):
    """A checker of tarballs against the tag, and the honest tarball."""
    for program in ("autoreconf", "automake", "gpg", "make"):
        if shutil.which(program) is None:
            raise Skip(f"{program} is not there")
    if not pathlib.Path("/usr/share/automake-1.16").is_dir() or "2.71" not in subprocess.run(
            ["autoconf", "--version"], capture_output=True, text=True, check=True).stdout:
        raise Skip("autoconf 2.71 and automake 1.16 are not there")
    folder = repository(plumb, PROJECT)
    git(folder, "tag", "v1.0")
    work = plumb.path("work/x").parent
    shutil.copytree(folder, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    run(work, "autoreconf", "-i")
    run(work, "./configure", "--quiet")
    run(work, "make", "-s", "distdir", "distdir=sample-1.0", "am__remove_distdir=:")
    names = sorted(p for p in (work / "sample-1.0").rglob("*") if p.is_file())
    tarball = made.tar({str(p.relative_to(work)): p.read_bytes() for p in names})
    tools = Tools(plumb)

    def check(data, **more):
        package = plumb.write("sample-1.0.tar", data)
        env = tools.settings()
        return plumb.check(package, "--source", uri(folder, "v1.0"), network=True, env=env, **more)

    try:
        yield check, tarball
    finally:
        tools.close()


def with_lines(tarball, name, lines, at):
    """The tarball with lines in one of its files."""
    text = made.untar(tarball)[name].data.decode().splitlines(keepends=True)
    return changed(tarball, {name: "".join(text[:at] + [lines] + text[at:]).encode()})


@case
def a_tarball_made_by_autoreconf_has_at_most_warnings(plumb):
    with release(plumb) as (check, tarball):
        report = check(tarball, expect=(0, 3))
        assert not report.errors(), [(f["path"], f["message"], f.get("evidence")) for f in report.errors()]
        assert report.verdict("sourced") != "broken"
        for name in ("configure", "Makefile.in", "aclocal.m4", "config.h.in"):
            f = report.file("sample-1.0/" + name)
            assert f["bytes"]["unaccounted"] * 30 < f["size"], (name, f["bytes"])
            assert any(e["rule"] == "generated.pieces" for e in f["evidence"]) or name == "aclocal.m4", name


@case
def lines_in_an_m4_file_and_a_swapped_blob_are_named(plumb):
    with release(plumb) as (check, tarball):
        bad = with_lines(tarball, "sample-1.0/m4/speed.m4", ADDED, 3)
        bad = changed(bad, {"sample-1.0/tests/case.bin": random.Random(6).randbytes(4000)})
        report = check(bad, expect=1)
        lines, = report.findings("origin.mismatch", "sample-1.0/m4/speed.m4", "error")
        assert lines["evidence"]["added lines"] == "4-6", lines
        assert "gl_path_map" in lines["evidence"]["added"]
        assert report.findings("origin.mismatch", "sample-1.0/tests/case.bin", "error")


@case
def lines_in_a_generated_file_are_named(plumb):
    with release(plumb) as (check, tarball):
        for name, at in (("configure", 2000), ("aclocal.m4", 60)):
            report = check(with_lines(tarball, f"sample-1.0/{name}", ADDED, at), expect=1)
            found = report.findings("text.unaccounted", f"sample-1.0/{name}", "error")
            assert any("gl_am_configmake" in f["evidence"]["bytes"] for f in found), (name, found)
        recipe = "\nall-local:\n\t@sed 1d $(srcdir)/tests/case.bin | xqzsh\n"
        report = check(with_lines(tarball, "sample-1.0/Makefile.in", recipe, 900), expect=1)
        assert report.findings("text.unaccounted", "sample-1.0/Makefile.in", "error")


@case
def a_tool_file_with_other_lines_is_named_with_the_nearest(plumb):
    with release(plumb) as (check, tarball):
        report = check(with_lines(tarball, "sample-1.0/build-aux/install-sh", ADDED, 40), expect=1)
        found, = report.findings("tree.modified-generated", "sample-1.0/build-aux/install-sh", "error")
        assert found["evidence"]["added lines"] == "41-43" and "install-sh" in found["evidence"]["nearest known"], found
        report = check(with_lines(tarball, "sample-1.0/build-aux/install-sh", "# a comment that nobody knows\n", 40), expect=(0, 3))
        assert report.findings("tree.modified-generated", "sample-1.0/build-aux/install-sh", "note")


@case
def a_blob_that_a_build_rule_reads_is_a_warning(plumb):
    plain = {**PROJECT, "README": "The data are in other.bin.\n", "other.bin": bytes(3000)}
    rule = {**plain, "Makefile.am": PROJECT["Makefile.am"] + "payload: tests/case.bin\n\ttail -c 100 $(srcdir)/tests/case.bin >$@\n"}
    for name, files, n in (("plain", plain, 0), ("rule", rule, 1)):
        folder = repository(plumb, files, name)
        git(folder, "tag", "v1.0")
        package = plumb.write(f"{name}-1.0.tar", archive(folder, "v1.0", f"{name}-1.0/"))
        report = plumb.check(package, "--source", uri(folder, "v1.0"), expect=0)
        assert len(report.findings("tree.opaque-blob", severity="warning")) == n, report.findings("tree.opaque-blob")
        note, = report.findings("tree.opaque-blob", severity="note")
        assert note["message"].startswith("2 opaque files of 7000 bytes: 1 look random"), note["message"]
        said = " ".join(note["evidence"].values())
        assert "other.bin: 3,000 bytes, entropy 0 ppm, named by README" in said and "case.bin: 4,000 bytes" in said, said


if __name__ == "__main__":
    main()
