"""What the tests that plant things share: programs built as the test runs, a check of them, and where the errors are."""
import subprocess

import made
from plumb_test import Skip


def build_elf(t, name, text, *flags):
    """A stripped program of that C source, with more flags for the compiler; built as the test runs, so it is as strange as this machine's compiler."""
    source = t.write(name + ".c", text)
    done = subprocess.run(["cc", "-O2", "-s", *flags, "-o", t.path(name), source], stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise Skip("no C compiler")
    return t.path(name).read_bytes()


def check(t, deb, tree=None, expect=None, **build):
    folder = made.write_tree(t.path("source/x").parent, tree or made.source())
    package = t.write("greet_1.0-1_all.deb", deb if isinstance(deb, bytes) else deb.build(**build))
    return t.check(package, "--source", folder, expect=expect)


def assert_found(report, path, offset, length, tag=None):
    """An error finding at exactly that range of that file."""
    near = report.errors(path)
    exact = [f for f in near if (f["offset"], f["length"]) == (offset, length) and tag in (None, f["tag"])]
    assert exact, (f"no error at {path} @{offset} +{length} {tag}; there: " +
                   str([(f["tag"], f["offset"], f["length"]) for f in near]) + "\n" +
                   str([(f["severity"], f["tag"], f["offset"], f["length"]) for f in report.findings(path=path)]))
    assert report.code == 1
