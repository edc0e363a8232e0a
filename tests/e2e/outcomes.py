"""What the tests of verbs about trust share: running one, its JSON held to the schema, and openssl."""
import json
import subprocess

import jsonschema

from plumb_test import EXIT_NAMES, RAW, ROOT

OUTCOME = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/outcome.schema.json").read_text(encoding="utf-8")))
IN_TOTO = "application/vnd.in-toto+json"


class Outcome:
    def __init__(self, code, said, document):
        self.code = code
        self.said = said
        self.json = document

    def facts(self, name):
        return [f["value"] for f in self.json["facts"] if f["name"] == name]

    def result(self, name):
        return next(c["result"] for c in self.json["criteria"] if c["name"] == name)

    def message(self):
        return self.json["errors"][0]["message"] if self.json["errors"] else ""


def outcome(t, *args, expect=0, **more):
    """Run a verb with JSON on standard output, hold it to its schema and to the exit code."""
    code, out, said = t.raw(*args, "-o", "json", **more)
    assert not RAW.search(out), out[:300]
    document = json.loads(out)
    error = jsonschema.exceptions.best_match(OUTCOME.iter_errors(document))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    if "--report-only" not in args:
        assert document["exit_code"] == code and document["verdict"] == EXIT_NAMES[code], (code, document)
    if code == 0 and "--report-only" not in args:
        assert all(c["result"] == "holds" for c in document["criteria"]), document
    assert code == expect, f"exit {code}, not {expect}: {document['errors']} {document['criteria']} {said[-500:]}"
    return Outcome(code, said, document)


def openssl(t, *args, expect=0, stdin=b""):
    done = subprocess.run(["openssl", *map(str, args)], cwd=t.scratch, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == expect, done.stderr.decode()
    return done.stdout


def pae(payload_type, body):
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(body), body)
