"""What tests of chains share: running plumb chain, and judging what it writes by the published schemas."""
import json
import pathlib
import re
import sys
import warnings

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from plumb_test import EXIT_NAMES, RAW, ROOT  # noqa: E402

SCHEMAS = pathlib.Path(__file__).resolve().parent / "schemas"
CHAIN = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/chain.schema.json").read_text(encoding="utf-8")))


def assert_chain(code, out, said):
    """What plumb chain -o json wrote: by its schema, and no chain level above an own one."""
    assert out, said
    assert not RAW.search(out), "raw control characters in JSON"
    found = json.loads(out)
    error = jsonschema.exceptions.best_match(CHAIN.iter_errors(found))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    assert found["exit_code"] == code and found["verdict"] == EXIT_NAMES[code]
    for c in found["components"]:
        own, low = c["level"]["own"], c["level"]["chain"]
        assert c["product"] or low <= (own or 0), f"{c['key']}: chain {low} above own {own}"
    return found


def chain(plumb, subject, *args, expect=None, env=None, network=True):
    """plumb chain -o json with a cache of the case; the JSON is checked against its schema."""
    flags = ["--cache-dir", plumb.path("cache/x").parent, "--progress=none"] + ([] if network else ["--offline"])
    code, out, said = plumb.raw("chain", subject, *args, "-o", "json", *flags, env=env)
    found = assert_chain(code, out, said)
    assert expect is None or code == expect, f"exit {code}, not {expect}: {found['findings']} {found['errors']} {said}"
    return found


def assert_cyclonedx(bom):
    """Valid by the published schema of 1.6, and every reference leads somewhere."""
    load = lambda name: json.loads((SCHEMAS / name).read_text(encoding="utf-8"))  # noqa: E731
    names = ("bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json")
    with warnings.catch_warnings():  # newer versions know another way, and the distribution's only this one
        warnings.simplefilter("ignore", DeprecationWarning)
        resolver = jsonschema.RefResolver.from_schema(load(names[0]), store={
            f"http://cyclonedx.org/schema/{n}": load(n) for n in names})
    validator = jsonschema.Draft7Validator(load(names[0]), resolver=resolver)
    error = jsonschema.exceptions.best_match(validator.iter_errors(bom))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    refs = [c["bom-ref"] for c in bom["components"]] + [bom["metadata"]["component"]["bom-ref"]]
    assert len(refs) == len(set(refs))
    assert all(d["ref"] in refs and set(d["dependsOn"]) <= set(refs) for d in bom["dependencies"])
    evidence = {e["bom-ref"] for e in bom["declarations"]["evidence"]}
    for claim in bom["declarations"]["claims"]:
        assert claim["target"] in refs
        assert set(claim.get("evidence", [])) | set(claim.get("counterEvidence", [])) <= evidence


def cyclonedx(plumb, subject, *args, env=None):
    code, out, said = plumb.raw("chain", subject, *args, "-o", "cyclonedx", "--cache-dir", plumb.path("cache/x").parent, "--progress=none", env=env)
    assert not RAW.search(out), said
    bom = json.loads(out)
    assert_cyclonedx(bom)
    return bom


def assert_spdx(document):
    """Valid by the published schema of 2.3, and what its prose asks for beyond that."""
    schema = json.loads((SCHEMAS / "spdx-2.3.schema.json").read_text(encoding="utf-8"))
    error = jsonschema.exceptions.best_match(jsonschema.Draft7Validator(schema).iter_errors(document))
    assert error is None, f"schema: {error.json_path}: {error.message}"
    ids = [p["SPDXID"] for p in document.get("packages", [])] + [document["SPDXID"]]
    assert len(ids) == len(set(ids)) and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", i) for i in ids)
    assert re.fullmatch(r"https://[a-z./]+/[0-9a-f]{64}", document["documentNamespace"])
    for r in document.get("relationships", []):
        assert r["spdxElementId"] in ids and r["relatedSpdxElement"] in ids, r
    for p in document.get("packages", []):
        assert all(re.fullmatch(r"\S+", e["referenceLocator"]) for e in p.get("externalRefs", []))
        assert all(re.fullmatch(r"[0-9a-f]{64}", s["checksumValue"]) for s in p.get("checksums", []))


def spdx(plumb, subject, *args, env=None):
    flags = ["--cache-dir", plumb.path("cache/x").parent, "--progress=none"]
    _, out, said = plumb.raw("chain", subject, *args, "-o", "spdx", *flags, env=env)
    assert not RAW.search(out), said
    document = json.loads(out)
    assert_spdx(document)
    return document


def component(found, key):
    return next(c for c in found["components"] if c["key"] == key)


def tags(found):
    return {f["tag"] for f in found["findings"]}


def lock_of(registry, *names, **more):
    """a -> b -> c, each published; the lock pins what the registry has."""
    packages = {"": {"name": "app", "version": "4.2.0", "dependencies": {names[0]: "*"}}}
    for name, below in zip(names, [*names[1:], None]):
        document = registry.publish(name, "1.0.0", {"package.json": json.dumps({"name": name, "version": "1.0.0"})}, signed=True)
        packages[f"node_modules/{name}"] = {"version": "1.0.0", "integrity": document["dist"]["integrity"],
                                            **({"dependencies": {below: "*"}} if below else {})}
    packages.update(more.get("packages", {}))
    return {"name": "app", "version": "4.2.0", "lockfileVersion": 3, "packages": packages}


def installed(plumb, registry, name="prod"):
    """A product with a and, in it, b; its lock file."""
    files = {"a": {"package.json": json.dumps({"name": "a", "version": "1.0.0", "dependencies": {"b": "1"}}), "index.js": "a", "lib/x.js": "x", ".gitignore": "y"},
             "b": {"package.json": json.dumps({"name": "b", "version": "1.0.0"}), "index.js": "b"}}
    for n, place in (("a", "node_modules/a"), ("b", "node_modules/a/node_modules/b")):
        registry.publish(n, "1.0.0", files[n], signed=True)
        for path, text in files[n].items():
            plumb.write(f"{name}/{place}/{path.replace('.gitignore', '.npmignore')}", text)
    plumb.write(f"{name}/package.json", json.dumps({"name": "prod", "version": "1", "dependencies": {"a": "1"}}))
    return plumb.path(f"{name}/x").parent


BOM = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"type": "application", "name": "app", "version": "1", "bom-ref": "app"}},
       "components": [{"type": "library", "name": n, "version": "1", "bom-ref": n} for n in "abc"],
       "dependencies": [{"ref": "app", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a", "c"]}]}
SPDX = {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "doc", "documentDescribes": ["SPDXRef-app"],
        "packages": [{"SPDXID": f"SPDXRef-{n}", "name": n, "versionInfo": "1"} for n in ("app", "a", "b")],
        "relationships": [{"spdxElementId": "SPDXRef-app", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"},
                          {"spdxElementId": "SPDXRef-b", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-a"}]}
