"""What the tests of gates share: run plumb gate, validate its JSON, look at rules and waivers."""
import json

import jsonschema

from plumb_test import EXIT_NAMES, RAW, ROOT

GATE = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/gate.schema.json").read_text(encoding="utf-8")))
DARK = (9999).to_bytes(2, "little") + b"\r\n" + bytes(12) + bytes(range(1, 200))  # Python bytecode of a version that does not exist: opaque
AT = "2026-11-26T12:00:00Z"


class Gate:
    def __init__(self, code, document, said):
        self.code = code
        self.json = document
        self.said = said

    def rules(self, i=0):
        """{rule: result}; of several with one name the worst."""
        order = ("pass", "waived", "warn", "fail")
        out = {}
        for x in self.json["subjects"][i]["policy"]["rules"]:
            out[x["rule"]] = max(out.get(x["rule"], "pass"), x["result"], key=order.index)
        return out

    def waivers(self, i=0):
        return {x["id"]: x["state"] for x in self.json["subjects"][i]["policy"]["waivers"]}

    def error(self):
        e = self.json["errors"][0]
        return e["message"] + " | " + e["hint"]


def gate(t, *args, expect, at=AT, **more):
    code, out, said = t.raw("gate", *args, "-o", "json", "--at", at, **more)
    assert not RAW.search(out), out[:300]
    document = json.loads(out)
    error = jsonschema.exceptions.best_match(GATE.iter_errors(document))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    if "--report-only" not in args:
        assert document["exit_code"] == code and document["verdict"] == EXIT_NAMES[code], document
    assert code == expect, f"exit {code}, not {expect}: {out.decode()[:3000]} {said}"
    return Gate(code, document, said)


def policy(t, text, name="policy.yaml"):
    return t.write(name, "version: 1\n" + text)
