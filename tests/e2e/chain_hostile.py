"""Documents made to break a reader: wrong types at every place, cycles, long texts, control characters. And whatever is written is valid."""
import copy
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from chain_test import BOM, SPDX, assert_chain, assert_cyclonedx, assert_spdx, chain, component, tags  # noqa: E402
from plumb_test import RAW, case, main  # noqa: E402

LOCK = {"name": "app", "version": "1", "lockfileVersion": 3, "packages": {
    "": {"name": "app", "version": "1", "dependencies": {"a": "*"}, "devDependencies": {"b": "*"}, "optionalDependencies": {"c": "*"}},
    "node_modules/a": {"version": "1.0.0", "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz", "integrity": "sha512-" + "A" * 86 + "==",
                       "dependencies": {"b": "*"}, "peerDependencies": {"c": "*"}},
    "node_modules/b": {"version": "1.0.0", "dev": True, "dependencies": {"a": "*"}},
    "node_modules/c": {"resolved": "packages/c", "link": True}, "packages/c": {"name": "c", "version": "2", "optional": True}}}
FULL = {**BOM, "components": [{**c, "purl": f"pkg:npm/{c['name']}@1", "scope": "optional", "hashes": [{"alg": "SHA-256", "content": "0" * 64}],
                               "components": [{"type": "library", "name": c["name"] + "-part", "bom-ref": c["name"] + "-part"}]} for c in BOM["components"]]}
FULL_SPDX = {**SPDX, "packages": [{**p, "checksums": [{"algorithm": "SHA256", "checksumValue": "0" * 64}],
                                   "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": f"pkg:npm/{p['name']}@1"}]}
                                  for p in SPDX["packages"]]}
WRONG = [None, True, -1, 1e300, "x", "", [], [[]], [None], {}, {"": None}]


def places(value, at=()):
    """Every place in a document, as the keys that lead there."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], at + (key,))


def changed(document, at, value):
    if not at:
        return value
    out = copy.deepcopy(document)
    target = out
    for key in at[:-1]:
        target = target[key]
    target[at[-1]] = value
    return out


def judge(plumb, text):
    """All formats of one run that have a schema: JSON by ours, the two documents of components by the published ones."""
    path = plumb.write("doc.json", text)
    bom = plumb.path("out.cdx.json")
    spdx = plumb.path("out.spdx.json")
    bom.unlink(missing_ok=True)
    spdx.unlink(missing_ok=True)
    code, out, said = plumb.raw("chain", path, "-o", "json", "-o", f"cyclonedx={bom}", "-o", f"spdx={spdx}", "--offline", "--progress=none",
                                "--cache-dir", plumb.path("cache/x").parent)
    found = assert_chain(code, out, said)
    assert code in (0, 1, 3, 4), (code, said)
    if found["errors"]:
        assert found["errors"][0]["message"], found
    raw = spdx.read_bytes()
    assert not RAW.search(raw)
    assert_spdx(json.loads(raw))
    if not found["errors"]:
        raw = bom.read_bytes()
        assert not RAW.search(raw)
        assert_cyclonedx(json.loads(raw))
    return found


def with_every_place_wrong(plumb, document, turn):
    """At each place two values of a type that it does not have, others at the next."""
    n = 0
    for i, at in enumerate(places(document)):
        for k in range(2):
            judge(plumb, json.dumps(changed(document, at, WRONG[(turn + 2 * i + k) % len(WRONG)])))
            n += 1
    assert n > 40, "the document has places"


@case
def a_wrong_type_anywhere_in_cyclonedx_is_an_error_or_is_passed_over(plumb):
    with_every_place_wrong(plumb, FULL, 0)


@case
def a_wrong_type_anywhere_in_spdx_is_an_error_or_is_passed_over(plumb):
    with_every_place_wrong(plumb, FULL_SPDX, 1)


@case
def a_wrong_type_anywhere_in_a_lock_file_is_an_error_or_is_passed_over(plumb):
    with_every_place_wrong(plumb, LOCK, 2)


@case
def a_cycle_is_named_whatever_the_format(plumb):
    bom = {**BOM, "dependencies": [{"ref": "app", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["c", "b"]}, {"ref": "c", "dependsOn": ["a", "app"]}]}
    assert [len(c) for c in judge(plumb, json.dumps(bom))["summary"]["cycles"]] == [4]
    spdx = {**SPDX, "relationships": SPDX["relationships"] + [{"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-app"}]}
    assert [len(c) for c in judge(plumb, json.dumps(spdx))["summary"]["cycles"]] == [2]
    assert [len(c) for c in judge(plumb, json.dumps(LOCK))["summary"]["cycles"]] == [2]


@case
def a_component_that_holds_itself_a_thousand_deep_is_refused_or_followed(plumb):
    inner = '{"type":"library","name":"x","components":['
    for n in (10, 1000, 3000):
        found = judge(plumb, '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + inner * n + "]}" * n + "]}")
        assert n == 10 or found["errors"], n
    links = {"lockfileVersion": 3, "packages": {"": {}, **{f"n{i}": {"resolved": f"n{(i + 1) % 9}", "link": True} for i in range(9)}}}
    judge(plumb, json.dumps(links))


@case
def repeated_keys_are_refused_at_any_depth(plumb):
    good = json.dumps(FULL)
    for text in (good.replace('"components": [', '"components": [], "components": [', 1), good.replace('"name": "a"', '"name": "a", "name": "b"', 1),
                 json.dumps(LOCK).replace('"dev": true', '"dev": true, "dev": false')):
        found = judge(plumb, text)
        assert found["errors"] and "duplicate" in found["errors"][0]["message"], found["errors"]


@case
def texts_of_ten_megabytes_are_taken_or_refused_and_never_cut_in_the_middle(plumb):
    long = "é" * (5 << 20)
    for document in (changed(FULL, ("components", 0, "purl"), "pkg:npm/" + long), changed(FULL, ("components", 0, "version"), long),
                     changed(FULL, ("metadata", "component", "name"), long), changed(FULL_SPDX, ("packages", 1, "SPDXID"), long),
                     changed(LOCK, ("packages", "node_modules/a", "version"), long), {**LOCK, "packages": {**LOCK["packages"], "node_modules/" + long: {}}}):
        judge(plumb, json.dumps(document, ensure_ascii=False))


@case
def control_characters_reach_no_screen_and_no_document(plumb):
    nasty = "\x1b]0;owned\x07\x1b[2J\u202e\u0000\n\r"
    plain = nasty.replace("\0", "")
    for text in (nasty, plain):
        document = changed(FULL, ("components", 0, "purl"), f"pkg:npm/{text}@1")
        found = judge(plumb, json.dumps(document))
        assert found["errors"] or "chain.bad-purl" in tags(found), found["findings"]
    for at in (("components", 0, "name"), ("components", 0, "bom-ref"), ("components", 0, "version"), ("metadata", "component", "name")):
        path = plumb.write("nasty.json", json.dumps(changed(BOM, at, "x" + plain)))
        for form in ("text", "markdown", "dot", "json", "cyclonedx", "spdx"):
            code, out, said = plumb.raw("chain", path, "-v", "-o", form, "--offline", "--progress=none")
            assert code == 3 and out and not RAW.search(out), (at, form, said)
    encoded = judge(plumb, json.dumps(changed(FULL, ("components", 0, "purl"), "pkg:npm/a%1b%5b2J@1")))
    assert "chain.bad-purl" in tags(encoded)


@case
def names_that_no_package_has_stay_in_the_chain_unexamined(plumb):
    status = "".join(f"Package: {name}\nStatus: install ok installed\nVersion: {version}\nArchitecture: all\nDepends: {needs}\n\n" for name, version, needs in (
        ("good", "1", "sla/sh, good, x" + "y" * 5000), ("sla/sh", "1", "good"), ("y" * 5000, "1", ""), ("esc\x1bape", "1~\x07", "")))
    plumb.write("root/var/lib/dpkg/status", status)
    found = chain(plumb, plumb.path("root/x").parent, network=False)
    assert component(found, "pkg:deb/debian/good@1?arch=all")
    assert len([f for f in found["findings"] if f["tag"] == "chain.bad-purl"]) == 3, found["findings"]
    assert len(found["components"]) == 5
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"a\u0007": "1"}}, "node_modules/a\u0007": {"version": "1.0.0"}}}
    assert "chain.bad-purl" in tags(judge(plumb, json.dumps(lock)))


if __name__ == "__main__":
    main()
