"""Products that hold what was published, or not: container images of several kinds, and vendored copies with patches."""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from chain_test import BOM, chain, component, installed  # noqa: E402
from plumb_test import case, main  # noqa: E402
from registry import Registry  # noqa: E402

A = "pkg:npm/a@1.0.0"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def layer(files, folders=()):
    """A tar of files; a value of None is a link to the name behind '>' in the key."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in folders:
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE
            tar.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name.split(">")[0])
            if data is None:
                info.type, info.linkname = tarfile.LNKTYPE, name.split(">")[1]
                tar.addfile(info)
                continue
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def oci(layers, others=()):
    """The parts of an OCI image, as {name: bytes}; `others` are manifests that the index names before the image's own."""
    parts = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(data, **more):
        parts["blobs/sha256/" + digest(data)[7:]] = data
        return {"digest": digest(data), "size": len(data), **more}
    config = blob(json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest(x) for x in layers]}}).encode())
    packed = [gzip.compress(x, mtime=0) if i % 2 else x for i, x in enumerate(layers)]
    manifest = blob(json.dumps({"schemaVersion": 2, "config": config, "layers": [blob(x) for x in packed]}).encode())
    parts["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [*others, manifest]}).encode()
    return parts


def docker(layers):
    parts = {f"{i}/layer.tar": x for i, x in enumerate(layers)}
    parts["config.json"] = json.dumps({"rootfs": {"type": "layers", "diff_ids": [digest(x) for x in layers]}}).encode()
    parts["manifest.json"] = json.dumps([{"Config": "config.json", "Layers": [f"{i}/layer.tar" for i in range(len(layers))]}]).encode()
    return parts


def application(folder, where="usr/src/app/"):
    return {where + p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def bom_of(plumb, *names):
    bom = {**BOM, "components": [{"type": "library", "name": n, "version": "1.0.0", "purl": f"pkg:npm/{n}@1.0.0", "bom-ref": n} for n in names],
           "dependencies": []}
    return plumb.write("app.cdx.json", json.dumps(bom))


def shipped(plumb, registry, parts, expect=None):
    archive = plumb.write("image.tar", layer(parts))
    return chain(plumb, bom_of(plumb, "a"), "--product", archive, env=registry.env, expect=expect)


def link(found):
    return component(found, A)["result"]["links"]["shipped"]["verdict"]


def findings(found):
    return {(f["tag"], f["path"]) for f in component(found, A)["result"]["findings"]}


@case
def a_component_in_an_image_as_it_was_published_holds(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        some = dict(list(files.items())[:3])
        rest = {k: v for k, v in files.items() if k not in some}
        for parts in (oci([layer({"etc/os-release": b"x"}), layer(some), layer(rest)]), docker([layer(some), layer(rest)])):
            assert link(shipped(plumb, registry, parts)) == "holds"
        folder = plumb.path("layout/x").parent
        for name, data in oci([layer(some), layer(rest)]).items():
            plumb.write(f"layout/{name}", data)
        assert link(chain(plumb, bom_of(plumb, "a"), "--product", folder, env=registry.env)) == "holds"


@case
def a_later_layer_counts(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        at = "usr/src/app/node_modules/a/"
        found = shipped(plumb, registry, oci([layer(files), layer({at + "index.js": b"evil"})]), expect=1)
        assert link(found) == "broken" and ("ship.edited", at + "index.js") in findings(found), findings(found)
        found = shipped(plumb, registry, oci([layer({**files, at + "index.js": b"evil"}), layer({at + "index.js": files[at + "index.js"]})]))
        assert link(found) == "holds", "the edited file lies under the published one"


@case
def what_a_whiteout_takes_away_is_gone(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        at = "usr/src/app/node_modules/a/"
        found = shipped(plumb, registry, oci([layer(files), layer({at + ".wh.index.js": b""})]))
        assert link(found) == "unproven" and ("ship.missing", at + "index.js") in findings(found)
        found = shipped(plumb, registry, oci([layer({**files, at + "lib/more.js": b"1"}), layer({at + "lib/.wh..wh..opq": b"", at + "lib/x.js": b"x"})]))
        assert link(found) == "holds", findings(found)
        found = shipped(plumb, registry, oci([layer({**files, at + "lib/more/deep.js": b"1"}), layer({at + "lib/.wh.more": b""})]))
        assert link(found) == "holds", findings(found)
        found = shipped(plumb, registry, oci([layer({**files, at + "lib/more/deep.js": b"1"}), layer({at + "lib/more": b"a file now"})]))
        assert ("ship.extra", at + "lib/more") in findings(found) and ("ship.extra", at + "lib/more/deep.js") not in findings(found)


@case
def hard_links_have_the_contents_of_their_target(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        at = "usr/src/app/node_modules/a/lib/x.js"
        linked = {k: v for k, v in files.items() if k != at}
        assert link(shipped(plumb, registry, oci([layer({"store/x": b"x", **linked, at + ">store/x": None})]))) == "holds"
        assert link(shipped(plumb, registry, oci([layer({"store/x": b"y", **linked, at + ">store/x": None})]), expect=1)) == "broken"


@case
def a_damaged_image_is_an_input_error_that_says_why(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        good = oci([layer(files)])
        name = max((n for n in good if n.startswith("blobs/")), key=lambda n: len(good[n]))
        two = json.loads(good["index.json"])
        two["manifests"] = two["manifests"] * 2
        bad = {"another digest": {**good, name: good[name] + b"\0" * 512},
               "not in it": {k: v for k, v in good.items() if k != name},
               "no JSON document": {**good, "index.json": b"{"},
               "2 images": {**good, "index.json": json.dumps(two).encode()},
               "without a sha256 digest": {**good, "index.json": b'{"manifests":[{"digest":"md5:../../x"}]}'},
               "without layers": {**good, "index.json": b'{"schemaVersion":2}'},
               "configuration says": {**docker([layer(files)]), "0/layer.tar": layer({**files, "more": b"1"})},
               '".."': oci([layer({"a/../../b": b"1"})]),
               "links to a file that is not there": oci([layer({"a>gone": None})])}
        for why, parts in bad.items():
            found = shipped(plumb, registry, parts, expect=4)
            assert why in found["errors"][0]["message"], (why, found["errors"])


@case
def of_several_images_the_one_for_this_machine_is_taken(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        files = application(installed(plumb, registry))
        statement = {"digest": digest(b"x"), "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        assert link(shipped(plumb, registry, oci([layer(files)], [statement]))) == "holds"


CODE = "".join(f"exports.f{n} = () => {n};\n" for n in range(40))


def vendored(plumb, registry, at, change):
    """A product with a copy of `lib` at a place of somebody's choosing; change() edits its files."""
    files = {"package.json": json.dumps({"name": "lib", "version": "1.0.0"}), "index.js": CODE, "more.js": CODE.replace("f", "g"), "README.md": "words\n"}
    registry.publish("lib", "1.0.0", files, signed=True)
    copy = dict(files)
    change(copy)
    for name, text in copy.items():
        plumb.write(f"tree/{at}/{name}", text)
    plumb.write("tree/main.js", "require('./third_party/lib')")
    return plumb.path("tree/x").parent


def patched(files):
    lines = files["index.js"].splitlines(keepends=True)
    lines[9] = "exports.f9 = () => 'patched';\n"
    files["index.js"] = "".join(lines[:20] + ["exports.extra = 1;\n", "exports.extra2 = 2;\n"] + lines[20:])


@case
def a_vendored_copy_with_patches_is_its_version_and_a_delta(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        tree = vendored(plumb, registry, "third_party/lib", patched)
        archive = plumb.path("tree.tar.gz")
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(tree, "tree-1")
        image = plumb.write("tree.oci.tar", layer(oci([layer({"base": b""}), layer(application(tree, "srv/"))])))
        for product, prefix in ((tree, ""), (archive, ""), (image, "srv/")):
            found = chain(plumb, bom_of(plumb, "lib"), "--product", product, env=registry.env, expect=1)
            result = component(found, "pkg:npm/lib@1.0.0")["result"]
            assert result["copy_at"] == prefix + "third_party/lib", result
            assert result["delta"] == {"of": "pkg:npm/lib@1.0.0", "files": [
                {"path": prefix + "third_party/lib/index.js", "is_text": True, "added": 3, "added_lines": "10, 21-22", "removed": 1,
                 "removed_lines": "10"}]}, result["delta"]
            assert result["links"]["shipped"]["verdict"] == "broken"
            assert "the published version and a delta of 4 lines" in result["links"]["shipped"]["why"], result["links"]["shipped"]
            assert "3 lines more (10, 21-22) and 1 less (there 10)" in json.dumps(result["findings"])


@case
def a_vendored_copy_as_published_holds_wherever_it_lies(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        tree = vendored(plumb, registry, "src/deps/lib-1.0.0", lambda files: None)
        result = component(chain(plumb, bom_of(plumb, "lib"), "--product", tree, env=registry.env), "pkg:npm/lib@1.0.0")["result"]
        assert result["links"]["shipped"]["verdict"] == "holds" and result["copy_at"] == "src/deps/lib-1.0.0" and result["delta"] is None


@case
def another_package_that_shares_files_is_no_copy(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        tree = vendored(plumb, registry, "node_modules/@s/sibling", lambda files: files.update({"package.json": "{}"}))
        result = component(chain(plumb, bom_of(plumb, "lib"), "--product", tree, env=registry.env), "pkg:npm/lib@1.0.0")["result"]
        assert result["links"]["shipped"]["verdict"] == "unproven" and result["copy_at"] is None, result


@case
def what_has_nothing_of_the_package_is_no_copy_of_it(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()

        def rewrite(files):
            for name in files:
                files[name] = "other " + name
        tree = vendored(plumb, registry, "third_party/lib", rewrite)
        link = component(chain(plumb, bom_of(plumb, "lib"), "--product", tree, env=registry.env), "pkg:npm/lib@1.0.0")["result"]["links"]["shipped"]
        assert link["verdict"] == "unproven" and "no copy of it" in link["why"], link


if __name__ == "__main__":
    main()
