"""Chains: a lock file and bills of materials against a registry of the test's own; levels, paths, cache, hostile documents."""
import json
import pathlib
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from apt_mirror import mirror  # noqa: E402
from chain_test import BOM, SPDX, chain, component, cyclonedx, installed, lock_of, spdx, tags  # noqa: E402
from plumb_test import RAW, case, main  # noqa: E402
from registry import Registry  # noqa: E402


@case
def a_lock_file_is_followed_to_its_leaves(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b", "@s/c")))
        found = chain(plumb, path, env=registry.env, expect=3)
        assert found["format"] == "package-lock 3" and found["root"] == "."
        assert [c["key"] for c in found["components"]] == [".", "pkg:npm/%40s/c@1.0.0", "pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]
        assert found["level"] == 2, found["components"]
        assert component(found, "pkg:npm/b@1.0.0")["depends_on"] == ["pkg:npm/%40s/c@1.0.0"]
        assert component(found, "pkg:npm/a@1.0.0")["result"]["links"]["published"]["verdict"] == "holds"
        assert found["summary"]["depth"] == 3


@case
def a_second_run_asks_nobody_and_says_the_same(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b", "c")))
        first = chain(plumb, path, env=registry.env)
        asked = len(registry.asked)
        second = chain(plumb, path, env=registry.env)
        assert len(registry.asked) == asked, registry.asked[asked:]
        assert second["run"]["from_cache"] == 3 and first["run"]["from_cache"] == 0
        assert {**first, "run": 0} == {**second, "run": 0}
        again = chain(plumb, path, "--again", env=registry.env)
        assert again["run"]["from_cache"] == 0 and {**first, "run": 0} == {**again, "run": 0}


@case
def a_required_level_decides_the_exit_code(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b")))
        chain(plumb, path, "--require", "chain=2", env=registry.env, expect=0)
        chain(plumb, path, "--require", "chain=3", env=registry.env, expect=1)


@case
def a_digest_that_the_registry_does_not_have_is_a_broken_link(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        lock = lock_of(registry, "a", "b")
        lock["packages"]["node_modules/b"]["integrity"] = lock["packages"]["node_modules/a"]["integrity"]
        found = chain(plumb, plumb.write("package-lock.json", json.dumps(lock)), env=registry.env, expect=1)
        broken = component(found, "pkg:npm/b@1.0.0")
        assert broken["result"]["links"]["shipped"]["verdict"] == "broken"
        assert broken["level"] == {"own": 1, "chain": 1, "violation": 2}
        assert found["level"] == 1 and found["weakest"]["path"] == [".", "pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]


@case
def what_nobody_publishes_is_level_0_and_stops_nothing_else(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        lock = lock_of(registry, "a", packages={"node_modules/gone": {"version": "9.9.9"},
                                                "node_modules/own": {"version": "1.0.0", "resolved": "git+ssh://git@host/own.git#1"}})
        lock["packages"][""]["dependencies"].update(gone="*", own="*")
        found = chain(plumb, plumb.write("package-lock.json", json.dumps(lock)), "--require", "chain=1", env=registry.env, expect=1)
        assert component(found, "pkg:npm/gone@9.9.9")["level"]["own"] == 0
        assert component(found, "pkg:npm/own@1.0.0")["result"] is None
        assert "git+ssh" in component(found, "pkg:npm/own@1.0.0")["not_examined"]
        assert component(found, "pkg:npm/a@1.0.0")["level"]["own"] == 2
        assert [s["to"] for s in found["raise"]] == [1, 2, 3, 4]
        assert len(found["raise"][0]["components"]) == 2 and found["raise"][1]["more"] == 0



@case
def the_order_of_a_document_decides_nothing(plumb):
    turned = {**BOM, "components": BOM["components"][::-1], "dependencies": BOM["dependencies"][::-1]}
    one = chain(plumb, plumb.write("app.cdx.json", json.dumps(BOM)), network=False, expect=3)
    two = chain(plumb, plumb.write("app.cdx.json", json.dumps(turned)), network=False, expect=3)
    assert {**one, "run": 0} == {**two, "run": 0}
    assert one["summary"]["cycles"] == [["a", "b"]] and one["level"] == 0
    assert component(one, "c")["not_examined"].startswith("no identity")


@case
def spdx_relationships_are_read_in_both_directions(plumb):
    found = chain(plumb, plumb.write("app.spdx.json", json.dumps(SPDX)), network=False, expect=3)
    assert found["root"] == "SPDXRef-app"
    assert component(found, "SPDXRef-app")["depends_on"] == ["SPDXRef-a"]
    assert component(found, "SPDXRef-a")["depends_on"] == ["SPDXRef-b"]


@case
def what_is_odd_about_a_document_is_a_finding(plumb):
    odd = {**BOM, "components": BOM["components"] + [
        {"type": "library", "name": "x", "purl": "pkg:npm/x\x1b[31m@1", "bom-ref": "x"},
        {"type": "library", "name": "y", "purl": "no purl", "bom-ref": "y"},
        {"type": "library", "name": "z", "version": "1", "bom-ref": "a"}],
        "dependencies": BOM["dependencies"] + [{"ref": "c", "dependsOn": ["ghost"]}, {"ref": "nobody", "dependsOn": []}]}
    found = chain(plumb, plumb.write("app.cdx.json", json.dumps(odd)), network=False)
    assert {"chain.bad-purl", "chain.dangling", "chain.unattached"} <= tags(found), tags(found)
    flat = {k: v for k, v in BOM.items() if k != "dependencies"}
    assert "chain.no-dependencies" in tags(chain(plumb, plumb.write("flat.json", json.dumps(flat)), network=False, expect=3))
    empty = {"bomFormat": "CycloneDX", "specVersion": "1.5"}
    assert chain(plumb, plumb.write("empty.json", json.dumps(empty)), network=False, expect=3)["level"] == 0


@case
def hostile_documents_get_a_clear_error(plumb):
    def refuse(text, code):
        found = chain(plumb, plumb.write("doc.json", text), network=False, expect=code)
        assert found["errors"] and found["errors"][0]["message"], found
        return found["errors"][0]["message"]

    refuse("[" * 100000, 4)
    refuse('{"bomFormat": "CycloneDX", "bomFormat": "x"}', 4)
    refuse("[]", 4)
    refuse("", 4)
    refuse('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": 7}', 4)
    refuse('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [7]}', 4)
    refuse('{"bomFormat": "CycloneDX", "specVersion": "9.9"}', 4)
    refuse('{"lockfileVersion": 1, "dependencies": {}}', 4)
    refuse('{"lockfileVersion": 3, "packages": []}', 4)
    refuse('{"lockfileVersion": 3, "packages": {"node_modules/a": 7}}', 4)
    refuse('{"spdxVersion": "SPDX-2.3", "packages": [{}]}', 4)
    refuse('{"spdxVersion": "SPDX-2.3", "relationships": {}}', 4)
    refuse("{}", 4)
    deep = {"type": "library", "name": "x"}
    for _ in range(100):
        deep = {"type": "library", "name": "x", "components": [deep]}
    assert "deep" in refuse(json.dumps({**BOM, "components": [deep]}), 3)
    long = "x" * (10 << 20)
    chain(plumb, plumb.write("long.json", json.dumps({**BOM, "components": [{"type": "library", "name": long, "bom-ref": long, "purl": "pkg:npm/" + long}]})),
          network=False, expect=3)
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": {"a": "1", "\u202e": "1"}},
                                               "node_modules/a": {"version": "1\n2", "integrity": "sha512-!!", "dependencies": {"a": "1"}}}}
    chain(plumb, plumb.write("odd-lock.json", json.dumps(lock)), network=False)


@case
def a_cyclonedx_document_is_valid_and_can_be_read_again(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        lock = lock_of(registry, "a", "b", "@s/c")
        lock["packages"]["node_modules/b"]["integrity"] = lock["packages"]["node_modules/a"]["integrity"]
        bom = cyclonedx(plumb, plumb.write("package-lock.json", json.dumps(lock)), env=registry.env)
        level = {c["purl"]: {p["name"]: p["value"] for p in c["properties"]}["plumbline:level"] for c in bom["components"]}
        assert level == {"pkg:npm/a@1.0.0": "2", "pkg:npm/b@1.0.0": "1", "pkg:npm/%40s/c@1.0.0": "2"}, level
        assert [c for c in bom["declarations"]["claims"] if "counterEvidence" in c][0]["target"] == "pkg:npm/b@1.0.0"
        again = chain(plumb, plumb.write("again.cdx.json", json.dumps(bom)), env=registry.env)
        assert {c["purl"] for c in again["components"] if c["purl"]} == set(level) and again["summary"]["depth"] == 3
        odd = {**BOM, "components": BOM["components"] + [{"type": "library", "name": "\u202e\u0007", "bom-ref": "urn:cdx:x"}]}
        cyclonedx(plumb, plumb.write("odd.cdx.json", json.dumps(odd)))


@case
def an_spdx_document_is_valid_and_can_be_read_again(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        lock = lock_of(registry, "a", "b", "@s/c", packages={"node_modules/d": {"version": "1.0.0", "dev": True}})
        lock["packages"]["node_modules/b"]["integrity"] = lock["packages"]["node_modules/a"]["integrity"]
        path = plumb.write("package-lock.json", json.dumps(lock))
        document = spdx(plumb, path, env=registry.env)
        assert document == spdx(plumb, path, env=registry.env), "the same chain, the same document"
        said = {p["name"]: [a["comment"] for a in p["annotations"]] for p in document["packages"]}
        assert "plumbline:level=2" in said["a"] and "plumbline:level=1" in said["b"] and "plumbline:chain-level=1" in said["a"], said
        assert any(c.startswith("plumbline:link:shipped=broken: ") for c in said["b"]), said["b"]
        assert "plumbline:level=0" in said["d"], said["d"]
        assert "DEV_DEPENDENCY_OF" in {r["relationshipType"] for r in document["relationships"]}
        again = chain(plumb, plumb.write("again.spdx.json", json.dumps(document)), env=registry.env)
        purls = {c["purl"] for c in again["components"] if c["purl"]}
        assert purls == {"pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0", "pkg:npm/%40s/c@1.0.0", "pkg:npm/d@1.0.0"} and again["summary"]["depth"] == 3
        first = chain(plumb, path, env=registry.env)
        assert again["summary"]["dependencies"] == first["summary"]["dependencies"]
        lock["packages"]["node_modules/b"]["integrity"] = "sha512-" + "A" * 86 + "=="
        assert document["documentNamespace"] != spdx(plumb, plumb.write("package-lock.json", json.dumps(lock)), env=registry.env)["documentNamespace"]


@case
def the_source_of_a_package_in_spdx_is_no_component(plumb):
    source = {"SPDXID": "SPDXRef-s", "name": "s", "downloadLocation": "NOASSERTION", "primaryPackagePurpose": "SOURCE"}
    made = {"spdxElementId": "SPDXRef-a", "relationshipType": "GENERATED_FROM", "relatedSpdxElement": "SPDXRef-s"}
    document = {**SPDX, "packages": SPDX["packages"] + [source], "relationships": SPDX["relationships"] + [made]}
    found = chain(plumb, plumb.write("app.spdx.json", json.dumps(document)), network=False)
    assert len(found["components"]) == 3 and tags(found) == {"chain.source-package"}, tags(found)
    for keep in ({**source, "primaryPackagePurpose": "LIBRARY"}, source):  # of another purpose, or needed: whatever is listed counts
        needed = [{**made, "relationshipType": "DEPENDS_ON"}] if keep is source else []
        document = {**SPDX, "packages": SPDX["packages"] + [keep], "relationships": SPDX["relationships"] + [made] + needed}
        found = chain(plumb, plumb.write("app.spdx.json", json.dumps(document)), network=False)
        assert len(found["components"]) == 4 and "chain.source-package" not in tags(found), tags(found)
    alone = {**SPDX, "packages": SPDX["packages"] + [source]}
    assert len(chain(plumb, plumb.write("app.spdx.json", json.dumps(alone)), network=False)["components"]) == 4


@case
def a_product_as_it_was_published_holds(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        found = chain(plumb, installed(plumb, registry), env=registry.env, expect=3)
        assert found["format"] == "node_modules" and found["product"]
        for n in "ab":
            assert component(found, f"pkg:npm/{n}@1.0.0")["result"]["links"]["shipped"]["verdict"] == "holds"
        assert found["level"] == 2 and tags(found) == {"ship.unowned"}


@case
def what_need_not_be_in_a_product_and_is_not_there_was_not_changed(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        lock = lock_of(registry, "a", "b", "c")
        lock["packages"]["node_modules/b"]["optional"] = lock["packages"]["node_modules/c"]["dev"] = True
        lock["packages"]["node_modules/a/node_modules/b"] = lock["packages"]["node_modules/b"]
        plumb.write("prod/node_modules/a/package.json", json.dumps({"name": "a", "version": "1.0.0"}))
        path = plumb.write("package-lock.json", json.dumps(lock))
        shipped = lambda: {n: component(found, f"pkg:npm/{n}@1.0.0")["result"]["links"]["shipped"] for n in "abc"}  # noqa: E731
        found = chain(plumb, path, "--product", plumb.path("prod"), env=registry.env)
        assert {n: s["verdict"] for n, s in shipped().items()} == {"a": "holds", "b": "holds", "c": "holds"}, shipped()
        assert shipped()["b"]["why"] == "optional, and the product has nothing of it"
        del lock["packages"]["node_modules/b"]["optional"]
        plumb.write("package-lock.json", json.dumps(lock))
        found = chain(plumb, path, "--product", plumb.path("prod"), env=registry.env)
        assert shipped()["b"]["verdict"] == "unproven", "it is needed"
        plumb.write("prod/node_modules/b/package.json", json.dumps({"name": "b", "version": "1.0.0"}))
        found = chain(plumb, path, "--product", plumb.path("prod"), env=registry.env)
        assert shipped()["b"]["why"] == "1 files stand in the product as published, 1 missing", "at one of its two places"
        assert tags(found) == set(), "nothing is without an owner"
        plumb.write("prod/node_modules/b/package.json", json.dumps({"name": "b", "version": "6.6.6"}))
        code, out, _ = plumb.raw("chain", path, "--product", plumb.path("prod"), "--progress=none", "--cache-dir", plumb.path("cache/x").parent, env=registry.env)
        lines = out.decode().splitlines()
        at = lines.index("broken  1 component has a link that contradicts")
        assert code == 1 and lines[at + 1].startswith("  b 1.0.0  ") and "error[ship.edited]" in lines[at + 2], lines
        assert any("weakest link  pkg:npm/b@1.0.0" in line for line in lines) and "1 broken" in lines[-1], lines


@case
def what_was_changed_inside_of_a_product_is_named(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        folder = installed(plumb, registry)
        (folder / "node_modules/a/index.js").write_text("evil")
        (folder / "node_modules/a/node_modules/b/more.js").write_text("more")
        (folder / "node_modules/a/lib/x.js").unlink()
        found = chain(plumb, folder, env=registry.env, expect=1)
        a, b = (component(found, f"pkg:npm/{n}@1.0.0")["result"] for n in "ab")
        assert a["links"]["shipped"]["verdict"] == "broken" and b["links"]["shipped"]["verdict"] == "unproven"
        named = {(f["tag"], f["path"]) for r in (a, b) for f in r["findings"]}
        assert {("ship.edited", "node_modules/a/index.js"), ("ship.missing", "node_modules/a/lib/x.js"),
                ("ship.extra", "node_modules/a/node_modules/b/more.js")} <= named, named
        assert component(found, "pkg:npm/a@1.0.0")["level"]["violation"] == 2
        archive = plumb.path("prod.tar.gz")
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(folder, "prod-1")
        bom = {**BOM, "components": [{"type": "library", "name": "a", "version": "1.0.0", "purl": "pkg:npm/a@1.0.0", "bom-ref": "a"}], "dependencies": []}
        found = chain(plumb, plumb.write("app.cdx.json", json.dumps(bom)), "--product", archive, env=registry.env, expect=1)
        assert component(found, "pkg:npm/a@1.0.0")["result"]["links"]["shipped"]["verdict"] == "broken"


@case
def a_debian_system_is_followed_by_what_is_installed(plumb):
    status = """Package: a
Status: install ok installed
Version: 1:1.0-1
Architecture: all
Depends: x | b (>= 2), virtual, gone

Package: b
Status: install ok installed
Version: 2.0
Architecture: all
Provides: virtual

Package: removed
Status: deinstall ok config-files
Version: 1
Architecture: all
"""
    plumb.write("root/var/lib/dpkg/status", status)
    plumb.write("root/etc/os-release", 'NAME="x"\nID=debian\n')
    found = chain(plumb, plumb.path("root/x").parent, network=False, expect=3)
    assert found["format"] == "Debian system"
    assert [c["key"] for c in found["components"]] == [".", "pkg:deb/debian/a@1:1.0-1?arch=all", "pkg:deb/debian/b@2.0?arch=all"]
    assert component(found, "pkg:deb/debian/a@1:1.0-1?arch=all")["depends_on"] == ["pkg:deb/debian/b@2.0?arch=all"]
    assert "chain.dangling" in tags(found)


@case
def a_debian_package_is_followed_as_apt_would(plumb):
    def stanza(name, version, rest=""):
        return f"Package: {name}\nVersion: {version}\nArchitecture: all\nFilename: pool/none.deb\nSize: 1\nSHA256: {'0' * 64}\n{rest}\n"

    fields = "Pre-Depends: base\nDepends: gone | first (>= 2) | second, virtual, second | base, any [i386], missing, later (>= 9)\n"
    others = (stanza("base", "1", "Depends: greet\n") + stanza("first", "1") + stanza("first", "3", "Provides: unused\n") + stanza("second", "1") +
              stanza("a-provider", "1", "Priority: extra\nProvides: virtual\n") + stanza("z-provider", "1", "Priority: optional\nProvides: x, virtual (= 2)\n") +
              stanza("later", "8"))
    with mirror(plumb) as m:
        m.build(fields, others)
        found = chain(plumb, "pkg:deb/debian/greet?arch=all", env=m.settings())
        root = component(found, found["root"])
        assert root["purl"] == "pkg:deb/debian/greet@1.0-1?arch=all", root
        names = [c["name"] + " " + c["version"] for c in found["components"]]
        assert names == ["base 1", "first 3", "greet 1.0-1", "z-provider 1"], names
        assert {d.split("/")[2].split("@")[0] for d in root["depends_on"]} == {"base", "first", "z-provider"}
        assert found["summary"]["cycles"] == [["pkg:deb/debian/base@1?arch=all", "pkg:deb/debian/greet@1.0-1?arch=all"]]
        said = " ".join(f["message"] for f in found["findings"] if f["tag"] == "chain.dangling")
        assert "missing" in said and "later" in said, said
        assert root["result"]["links"]["published"]["verdict"] == "holds" and root["level"]["own"] >= 2


@case
def every_format_is_written(plumb):
    path = plumb.write("app.cdx.json", json.dumps(BOM))
    for form, begins in (("text", b"app 1"), ("markdown", b"## plumb chain"), ("dot", b"digraph")):
        code, out, _ = plumb.raw("chain", path, "-o", form, "--offline", "--progress=none")
        assert code == 3 and out.startswith(begins), out[:200]
        assert not RAW.search(out)
    code, _, said = plumb.raw("chain", path, "-o", "ledger", "--offline")
    assert code == 2 and "format" in said


if __name__ == "__main__":
    main()
