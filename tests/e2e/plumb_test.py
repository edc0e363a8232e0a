"""What every end-to-end test needs: cases as TAP, running plumb, and checking each report against its schema.

A case is a function whose name is a sentence that can be false. run() never touches the network unless told to, and whatever
it runs must keep the contract: an exit code that is listed, JSON by schema, ledgers that sum, no temporary file left.
"""
import atexit
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import traceback

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
EXIT_NAMES = {0: "pass", 1: "fail", 2: "usage", 3: "inconclusive", 4: "input", 5: "network", 6: "trust"}
CLASSES = ("identical", "derived", "generated", "toolchain", "structure", "signature", "waived", "opaque",
           "unaccounted")
TIMEOUT_SECONDS = 120
# Bytes that reports and messages must never hold: control characters but line end and tab, DEL; C1 and bidirectional as UTF-8.
RAW = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")


class Skip(Exception):
    """The case cannot run here; the text says why."""


class Report:
    """One finished run of plumb with JSON on standard output."""

    def __init__(self, code, stdout, stderr):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.json = json.loads(stdout.decode("utf-8"))

    def file(self, end):
        """The one file whose path ends in `end`."""
        found = [f for f in self.json["files"] if f["path"].endswith(end)]
        assert len(found) == 1, f"{len(found)} files end in {end}"
        return found[0]

    def findings(self, tag=None, path=None, severity=None):
        return [f for f in self.json["findings"]
                if (tag is None or f["tag"] == tag) and (path is None or f["path"].endswith(path)) and
                (severity is None or f["severity"] == severity)]

    def errors(self, path=None):
        return self.findings(path=path, severity="error")

    def verdict(self, link):
        return self.json["links"][link]["verdict"]

    def stable(self):
        """Everything but what differs from run to run, as bytes."""
        return json.dumps({k: v for k, v in self.json.items() if k != "run"}, sort_keys=True).encode()


def assert_sums(report):
    """Every file's claims are gapless and in order, and classes and members sum to its size; so does the report."""
    total = dict.fromkeys(CLASSES, 0)
    for f in report["files"]:
        at = 0
        by_class = dict.fromkeys(CLASSES + ("members",), 0)
        for claim in f["evidence"]:
            assert claim["offset"] == at, f"{f['path']}: a claim begins at {claim['offset']}, not at {at}"
            at += claim["length"]
            by_class[claim["class"]] += claim["length"]
        assert at == f["size"], f"{f['path']}: claims end at {at} of {f['size']}"
        assert by_class["members"] == f.get("members", 0), f"{f['path']}: members"
        assert f["bytes"]["total"] + by_class["members"] == f["size"], f"{f['path']}: sum is not the size"
        for name in CLASSES:
            assert by_class[name] == f["bytes"][name], f"{f['path']}: {name}"
            total[name] += by_class[name]
        assert sum(f["bytes"]["derived_by_grade"].values()) == f["bytes"]["derived"], f"{f['path']}: grades"
    for name in CLASSES:
        assert total[name] == report["bytes"][name], f"report: {name}"
    assert sum(total.values()) == report["bytes"]["total"], "report: total"


def assert_contract(report, code):
    error = jsonschema.exceptions.best_match(VALIDATOR.iter_errors(report))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    assert report["exit_code"] == code, f"JSON says exit {report['exit_code']}, the process gave {code}"
    assert report["verdict"] == EXIT_NAMES[code]
    assert report["policy"]["decision"] in EXIT_NAMES.values()
    assert_sums(report)


def assert_nothing_half_written(folder):
    left = [p for p in pathlib.Path(folder).rglob("*") if p.is_file() and
            re.search(r"(^|[.-])(tmp|temp|part|partial|new|plumb-)", p.name)]
    assert not left, f"left behind: {left[:5]}"


def is_sanitized(program):
    return b"__asan_init" in pathlib.Path(program).read_bytes()


@functools.cache
def explained(program):
    """What plumb explain knows: findings and rules."""
    listed = subprocess.run([program, "explain"], capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^  (\S+)", listed, re.M))


class Plumb:
    """The program under test and a scratch folder of the case."""

    def __init__(self, program, scratch):
        self.program = str(pathlib.Path(program).resolve())
        self.is_sanitized = b"__asan_init" in pathlib.Path(program).read_bytes()  # many times slower
        self.scratch = pathlib.Path(scratch)

    def path(self, name):
        """A path in the scratch folder, its parents made."""
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, data):
        path = self.path(name)
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    def raw(self, *args, stdin=b"", env=None, cwd=None, wrap=(), limits=None):
        """Run with exactly these arguments: exit code, standard output, standard error."""
        whole = {k: v for k, v in os.environ.items()
                 if k not in ("NO_COLOR", "CLICOLOR_FORCE") and not k.startswith("PLUMB_")}
        whole["XDG_CACHE_HOME"] = str(self.path("xdg-cache/x").parent)
        whole["LC_ALL"] = "C.UTF-8"
        if is_sanitized(self.program): # a process without files cannot look for its leaks
            whole["PLUMB_SANDBOX"] = "0"
        # libgit2 keeps what its regular expressions matched in until the thread ends.
        whole["LSAN_OPTIONS"] = f"print_suppressions=0:suppressions={pathlib.Path(__file__).resolve().parent}/lsan.supp"
        whole.update(env or {})
        done = subprocess.run([*wrap, self.program, *map(str, args)], input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=whole, cwd=cwd or self.scratch, check=False,
                              timeout=TIMEOUT_SECONDS, preexec_fn=limits)
        said = done.stderr.decode("utf-8", "replace")
        assert done.returncode >= 0, f"killed by signal {-done.returncode}: {said[-2000:]}"
        assert "Sanitizer" not in said and "runtime error" not in said, said[-4000:]
        assert done.returncode in EXIT_NAMES, f"exit code {done.returncode}: {said[-2000:]}"
        assert not RAW.search(done.stderr), f"raw control characters on standard error: {done.stderr[:500]!r}"
        return done.returncode, done.stdout, said

    def check(self, *args, expect=None, cache=None, network=False, **more):
        """plumb check -o json; `expect` is the exit code or several. Offline with a cache of its own unless told otherwise."""
        folder = cache or self.path("cache/x").parent
        flags = ["--cache-dir", folder, "--progress=none"] + ([] if network else ["--offline"])
        code, out, said = self.raw("check", *args, "-o", "json", *flags, **more)
        report = Report(code, out, said)
        assert_contract(report.json, code)
        rules = {c["rule"] for f in report.json["files"] for c in f["evidence"]}
        assert rules <= explained(self.program), f"plumb explain does not know {sorted(rules - explained(self.program))}"
        assert_nothing_half_written(folder)
        assert not RAW.search(out), "raw control characters in JSON"
        if expect is not None:
            allowed = expect if isinstance(expect, tuple) else (expect,)
            assert code in allowed, f"exit {code}, not {expect}: {self.summary(report)}"
        return report

    @staticmethod
    def summary(report):
        lines = [f"{f['severity']}[{f['tag']}] {f['path']} @{f['offset']} +{f['length']} {f['message']}"
                 for f in report.json["findings"][:12]]
        links = {k: v["verdict"] for k, v in report.json["links"].items()}
        errors = [e["message"] for e in report.json["errors"]]
        return f"{links} errors={errors}\n" + "\n".join(lines) + "\n" + report.stderr[-500:]


CASES = []


def case(function):
    """Register a case; its name, with spaces for underscores, is the sentence."""
    CASES.append((function.__name__.replace("_", " "), function))
    return function


def cases_of(names, make):
    """A case for each name, made by make(name)."""
    for name in names:
        CASES.append(make(name))


def main():
    """Run all cases with the program named by argv[1]; argv[2] keeps only cases with that text in their name."""
    program = sys.argv[1]
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    base = pathlib.Path(tempfile.mkdtemp(prefix="plumb-e2e-"))
    atexit.register(shutil.rmtree, base, True)
    chosen = [c for c in CASES if only in c[0]]
    print(f"1..{len(chosen)}", flush=True)
    failed = False
    for number, (name, function) in enumerate(chosen, 1):
        scratch = base / str(number)
        scratch.mkdir()
        try:
            function(Plumb(program, scratch))
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # any failure of a case is that case's failure, and the others still run
            failed = True
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines()[-30:]:
                print(f"#   {line}", flush=True)
        shutil.rmtree(scratch, ignore_errors=True)
    sys.exit(1 if failed else 0)
