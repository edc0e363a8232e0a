"""Archives against the git revision they are said to be: what git archive itself makes, and what it does not."""
import gzip
import io
import os
import pathlib
import shutil
import socket
import subprocess
import tarfile
import time

from plumb_test import Skip, case, main

NAME = {"GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "C O Mitter",
        "GIT_COMMITTER_EMAIL": "c@example.org", "GIT_AUTHOR_DATE": "2024-03-04T05:06:07+0530",
        "GIT_COMMITTER_DATE": "2024-03-04T05:06:08Z", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(folder, *args, env=None, stdin=b""):
    whole = {**os.environ, **NAME, **(env or {})}
    done = subprocess.run(["git", "-C", str(folder), *map(str, args)], env=whole, input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, f"git {args}: {done.stderr.decode()}"
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def repository(plumb, files, name="repo"):
    folder = plumb.path(f"{name}/x").parent
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files, "first\n\nbody")
    return folder


def commit(folder, files, message="change"):
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)


def archive(folder, ref, prefix="p-1.0/"):
    return subprocess.run(["git", "-C", str(folder), "-c", "core.abbrev=7", "archive", f"--prefix={prefix}", ref],
                          env={**os.environ, **NAME}, stdout=subprocess.PIPE, check=True).stdout


def changed(tar, edits):
    """The same tar with some members replaced (None: dropped) or added."""
    out = io.BytesIO()
    edits = dict(edits)
    with tarfile.open(fileobj=io.BytesIO(tar)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            data = old.extractfile(info).read() if info.isfile() else b""
            if info.name in edits:
                data = edits.pop(info.name)
                if data is None:
                    continue
                info.size = len(data)
            new.addfile(info, io.BytesIO(data))
        for name, data in edits.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    return out.getvalue()


FILES = {
    "main.c": "int main(void)\n{\n    return compute_answer(42);\n}\n",
    "doc/notes.txt": "some notes about the program\n",
    "version.h": "/* $Format:%H %h %T %an <%ae> %ad %ai %aI %aD %ct %s$ */\n#define REFS \"$Format:%D$\"\n",
    "id.c": "/* $Id$ $Id: old $ $Idle */\nint id_of_this_file;\n",
    "win.bat": "echo one\necho two\r\n",
    "auto.txt": "line one\nline two\n",
    "auto.bin": b"line\0one\nline two\n",
    "ci/run.sh": "#!/bin/sh\necho testing on the builder\n",
    "ci/sub/more.sh": "#!/bin/sh\necho more\n",
    "src/.gitattributes": "gen.c export-ignore\n",
    "src/gen.c": "int generated;\n",
    "src/kept.c": "int kept_for_good;\n",
    ".gitattributes": "version.h export-subst\n*.c ident\n*.bat text eol=crlf\nauto.* text=auto eol=crlf\n"
                      "ci/ export-ignore\n.gitattributes export-ignore\n[attr]hidden export-ignore\n*.hid hidden\n",
    "a.hid": "hidden\n",
}


def uri(folder, ref=None, sub=None):
    return f"git+file://{folder}" + (f"@{ref}" if ref else "") + (f"#{sub}" if sub else "")


@case
def what_git_archive_writes_is_the_revision_byte_for_byte(plumb):
    folder = repository(plumb, FILES)
    git(folder, "tag", "-a", "-m", "one", "v1.0")
    commit(folder, {"main.c": "int main(void) { return 7; }\n"})
    package = plumb.write("p-1.0.tar", archive(folder, "v1.0"))
    report = plumb.check(package, "--source", uri(folder, "v1.0"), expect=0)
    assert report.verdict("sourced") == "holds" and report.verdict("origin") == "holds"
    leaves = [f for f in report.json["files"] if f["path"].startswith("p-1.0/") or "!/" in f["path"]]
    assert all(f["bytes"]["identical"] == f["size"] for f in leaves), [f["path"] for f in leaves]
    source = report.json["sources"][0]["git"]
    assert source["ref"] == "refs/tags/v1.0" and not source["found"]
    assert source["release"] == "swh:1:rel:" + git(folder, "rev-parse", "v1.0")
    assert source["revision"] == "swh:1:rev:" + git(folder, "rev-parse", "v1.0^{commit}")
    assert source["directory"] == "swh:1:dir:" + git(folder, "rev-parse", "v1.0^{tree}")


@case
def the_revision_is_found_when_nobody_names_it(plumb):
    folder = repository(plumb, FILES)
    for i in range(5):
        commit(folder, {"main.c": f"int main(void) {{ return {i}; }}\n", f"more{i}.c": f"int more_of_it_{i};\n"})
        git(folder, "tag", f"v1.{i}")
    git(folder, "tag", "unrelated", "v1.2")
    package = plumb.write("p-1.2.tar", archive(folder, "v1.2"))
    source = plumb.check(package, "--source", uri(folder), expect=0).json["sources"][0]["git"]
    assert source["found"] and source["ref"] == "refs/tags/v1.2", source


@case
def a_version_finds_its_tag_however_it_is_spelled(plumb):
    folder = repository(plumb, FILES)
    for tag in ("p@1.0", "p-1.2.0", "v1.3.0", "release_1_4_0"):
        git(folder, "tag", tag)
    package = plumb.write("p-1.0.tar", archive(folder, "HEAD"))
    for version, tag in (("1.0", "p@1.0"), ("1.2.0", "p-1.2.0"), ("1.3.0", "v1.3.0"), ("1.4.0", "release_1_4_0"),
                         ("main", None)):
        source = plumb.check(package, "--source", uri(folder, version), expect=(0, 3)).json["sources"][0]["git"]
        assert source["ref"] == (f"refs/tags/{tag}" if tag else "refs/heads/main"), source
    commit_id = git(folder, "rev-parse", "HEAD")
    for part in (commit_id, commit_id[:9]):
        source = plumb.check(package, "--source", uri(folder, part)).json["sources"][0]["git"]
        assert source["ref"] is None and source["revision"].endswith(commit_id)


@case
def a_revision_that_is_not_there_is_an_input_error_that_names_a_near_one(plumb):
    folder = repository(plumb, FILES)
    git(folder, "tag", "v1.0")
    package = plumb.write("p-1.0.tar", archive(folder, "HEAD"))
    error = plumb.check(package, "--source", uri(folder, "v1.1"), expect=4).json["errors"][0]
    assert "v1.1" in error["message"] and "v1.0" in error["hint"], error
    plumb.check(package, "--source", uri(plumb.path("nothing/x").parent, "v1"), expect=4)
    plumb.check(package, "--source", uri(folder, "v1.0", "no/such/folder"), expect=4)
    plumb.check(package, "--source", "git+gopher://x/y@z", expect=2)


@case
def bare_repositories_and_packs_do_as_well(plumb):
    folder = repository(plumb, FILES)
    git(folder, "tag", "v1.0")
    bare = plumb.path("bare.git")
    git(folder, "clone", "-q", "--bare", folder, bare)
    git(bare, "gc", "-q")
    git(bare, "pack-refs", "--all")
    package = plumb.write("p.tar.gz", gzip.compress(archive(folder, "v1.0")))
    plumb.check(package, "--source", uri(bare, "v1.0"), expect=0)


@case
def submodules_are_part_of_the_source(plumb):
    inner = repository(plumb, {"lib.c": "int from_the_submodule(void);\n"}, "inner")
    folder = repository(plumb, FILES)
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "lib/z")
    git(folder, "commit", "-q", "-m", "with module")
    package = plumb.write("p.tar", changed(archive(folder, "HEAD"),
                                           {"p-1.0/lib/z/lib.c": b"int from_the_submodule(void);\n"}))
    report = plumb.check(package, "--source", uri(folder, "main"), expect=0)
    assert report.file("lib/z/lib.c")["evidence"][0]["source"] == "lib/z/lib.c"
    bare = plumb.path("bare.git")
    git(folder, "clone", "-q", "--bare", folder, bare)
    report = plumb.check(package, "--source", uri(bare, "main"), expect=(1, 3))
    assert report.findings("source.patch"), "nobody says that the submodule is not there"


@case
def only_with_history_do_files_of_other_revisions_count(plumb):
    folder = repository(plumb, FILES)
    commit(folder, {"main.c": "int main(void) { return old_and_forgotten(); }\n"})
    commit(folder, {"main.c": "int main(void) { return 0; }\n"})
    old = git(folder, "rev-parse", "HEAD~1")
    package = plumb.write("p.tar", archive(folder, old))
    assert plumb.check(package, "--source", uri(folder, "main")).code != 0
    report = plumb.check(package, "--source", uri(folder, "main"), "--history")
    assert report.file("main.c")["evidence"][0]["class"] == "identical"
    git(folder, "update-ref", "refs/pull/7/head", old)
    git(folder, "checkout", "-q", "--orphan", "other")
    git(folder, "commit", "-q", "-m", "without history")
    git(folder, "branch", "-q", "-D", "main")
    report = plumb.check(package, "--source", uri(folder, "other"), "--history")
    assert report.file("main.c")["bytes"]["identical"] == 0, "a pull request counted"


@case
def missing_and_damaged_objects_are_told(plumb):
    folder = repository(plumb, FILES)
    package = plumb.write("p.tar", archive(folder, "HEAD"))
    objects = folder / ".git/objects"

    def loose(name):
        hexes = git(folder, "rev-parse", name)
        return objects / hexes[:2] / hexes[2:]

    blob = loose("HEAD:main.c")
    kept = blob.read_bytes()
    os.chmod(blob, 0o644)
    blob.unlink()
    report = plumb.check(package, "--source", uri(folder, "main"), expect=(1, 3))
    assert "main.c" in report.findings("source.patch")[0]["message"]
    blob.write_bytes(loose("HEAD:doc/notes.txt").read_bytes())
    report = plumb.check(package, "--source", uri(folder, "main"), expect=4)
    assert "hash" in report.json["errors"][0]["message"], report.json["errors"]
    blob.write_bytes(b"\x78\x9c garbage")
    plumb.check(package, "--source", uri(folder, "main"), expect=4)
    blob.write_bytes(kept)
    tree = loose("HEAD:doc")
    os.chmod(tree, 0o644)
    tree_bytes = tree.read_bytes()
    tree.write_bytes(loose("HEAD^{tree}").read_bytes())  # a folder that would hold itself
    plumb.check(package, "--source", uri(folder, "main"), expect=4)
    tree.unlink()
    plumb.check(package, "--source", uri(folder, "main"), expect=4)
    tree.write_bytes(tree_bytes)
    (folder / ".git/refs/heads/a").write_text("ref: refs/heads/b\n")
    (folder / ".git/refs/heads/b").write_text("ref: refs/heads/a\n")
    plumb.check(package, "--source", uri(folder, "a"), expect=4)
    plumb.check(package, "--source", uri(folder), expect=0)


@case
def a_tree_of_endless_folders_stops_at_a_limit(plumb):
    folder = repository(plumb, {"a": "x\n"})
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    for _ in range(300):
        tree = git(folder, "mktree", stdin=f"040000 tree {tree}\td\n".encode())
    deep = git(folder, "commit-tree", "-m", "deep", tree)
    git(folder, "branch", "deep", deep)
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    for _ in range(12):
        tree = git(folder, "mktree", stdin="".join(f"040000 tree {tree}\td{i}\n" for i in range(10)).encode())
    wide = git(folder, "commit-tree", "-m", "wide", tree)
    git(folder, "branch", "wide", wide)
    package = plumb.write("p.tar", archive(folder, "main"))
    for branch in ("deep", "wide"):
        report = plumb.check(package, "--source", uri(folder, branch), expect=3)
        assert report.json["errors"][0]["status"] == "limit", report.json["errors"]


def of_release(plumb, edits, name="repo"):
    """A report on a release of FILES with these changes."""
    folder = repository(plumb, {**FILES, "tests/blob.bin": bytes(range(256)) * 4, "tests/other.bin": bytes(range(255, -1, -1)) * 4,
                                "README": "read this first\n"}, name)
    git(folder, "tag", "v1.0")
    package = plumb.write("p-1.0.tar", changed(archive(folder, "v1.0"), {f"p-1.0/{k}": v for k, v in edits.items()}))
    return plumb.check(package, "--source", uri(folder, "v1.0"))


@case
def lines_added_to_and_taken_from_a_file_of_the_revision_are_named(plumb):
    added = FILES["main.c"].replace("{\n", "{\n    int generated;\n    return compute_answer(42);\n").encode()
    report = of_release(plumb, {"main.c": added})
    found = report.findings("origin.mismatch", "main.c", "error")
    assert report.code == 1 and found[0]["evidence"]["added lines"] == "3-4", found
    assert found[0]["offset"] == added.index(b"    int gen") and found[0]["length"] == len("    int generated;\n    return compute_answer(42);\n")
    report = of_release(plumb, {"src/kept.c": b"\n"}, "second")
    found = report.findings("origin.mismatch", "src/kept.c", "error")
    assert report.code == 1 and found[0]["evidence"]["removed lines"] == "1", found


@case
def what_changed_in_a_manifest_of_npm_has_its_own_tag(plumb):
    old = '{\n  "name": "kit",\n  "version": "1.0.0",\n  "main": "a.js",\n  "scripts": {\n    "test": "t"\n  }\n}\n'
    folder = repository(plumb, {"package.json": old, "a.js": "exports.answer = 42;\n"})
    git(folder, "tag", "v1.0")
    for number, (was, now, tag, severity) in enumerate((
            ('"test": "t"', '"test": "t",\n    "postinstall": "node b.js"', "script.install-hook", "error"),
            ('"main": "a.js"', '"main": "a.js",\n  "dependencies": {\n    "evil": "1"\n  }', "dep.undeclared", "error"),
            ('"main": "a.js"', '"main": "b.js"', "npm.entry-changed", "warning"),
            ('"main": "a.js"', '"main": "a.js",\n  "bin": "b.js"', "npm.entry-changed", "error"),
            ('"1.0.0"', '"1.0.1"', None, None))):
        tar = changed(archive(folder, "v1.0"), {"p-1.0/package.json": old.replace(was, now).encode()})
        report = plumb.check(plumb.write(f"p{number}.tar", tar), "--source", uri(folder, "v1.0"))
        mismatch = report.findings("origin.mismatch", "package.json")
        assert len(mismatch) == 1 and "added lines" in mismatch[0]["evidence"], (now, report.findings())
        named = {(f["tag"], f["severity"]) for f in report.findings() if f["tag"] not in ("archive.comment", "origin.mismatch", "text.unaccounted")}
        assert named == ({(tag, severity)} if tag else set()), (now, named)


@case
def a_package_of_a_folder_is_compared_with_the_manifest_of_its_name(plumb):
    kit = '{\n  "name": "kit",\n  "version": "1.0.0",\n  "main": "a.js"\n}\n'
    folder = repository(plumb, {"package.json": '{\n  "name": "all",\n  "private": true\n}\n', "packages/kit/package.json": kit,
                                "packages/kit/a.js": "exports.answer = 42;\n"})
    git(folder, "tag", "v1.0")
    for name, data, wanted in (("same", kit, 0), ("other", kit.replace('"a.js"', '"a.js",\n  "scripts": {\n    "install": "node a.js"\n  }'), 1)):
        tar = changed(archive(folder, "v1.0:packages/kit"), {"p-1.0/package.json": data.encode()})
        report = plumb.check(plumb.write(f"{name}.tar", tar), "--source", uri(folder, "v1.0"))
        assert len(report.findings("origin.mismatch", "package.json", "error")) == wanted, report.findings()
        assert len(report.findings("script.install-hook", "package.json", "error")) == wanted, report.findings()


@case
def a_swapped_blob_is_an_error_even_when_the_bytes_are_of_the_revision(plumb):
    for number, data in enumerate((bytes(range(255, -1, -1)) * 4, bytes(range(256)) * 3 + bytes(255) + b"x")):
        report = of_release(plumb, {"tests/blob.bin": data}, f"repo{number}")
        assert report.code == 1 and report.findings("origin.mismatch", "tests/blob.bin", "error"), data[:4]


@case
def files_in_one_and_not_in_the_other_are_told(plumb):
    report = of_release(plumb, {"doc/notes.txt": None, "added.c": b"int frobnicate_the_unheard_of;\n",
                                "lib.bin": bytes(range(256)) * 4})
    assert report.code == 1 and report.findings("tree.added", "added.c", "error")
    missing = report.findings("tree.missing")[0]
    assert missing["evidence"]["missing"] == "doc/notes.txt" and "6 more" in missing["message"], missing
    moved = report.findings("tree.moved", "lib.bin", "warning")[0]
    assert moved["evidence"]["there"] == "tests/blob.bin"


@case
def documentation_that_differs_is_a_note(plumb):
    report = of_release(plumb, {"README": b"read this first\nand nothing else\n"})
    assert report.findings("origin.mismatch", "README", "note") and not report.errors(), plumb.summary(report)


def keys(plumb):
    if shutil.which("gpg") is None:
        raise Skip("no gpg")
    home = plumb.path("gpg/x").parent
    os.chmod(home, 0o700)
    env = {"GNUPGHOME": str(home)}
    for who in ("good", "other"):
        subprocess.run(["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", f"{who}@example.org",
                        "ed25519", "sign", "never"], env={**os.environ, **env}, check=True, stderr=subprocess.DEVNULL)
        out = subprocess.run(["gpg", "--armor", "--export", f"{who}@example.org"], env={**os.environ, **env}, check=True,
                             stdout=subprocess.PIPE).stdout
        plumb.write(f"{who}.asc", out)
    return env


@case
def a_signed_tag_or_commit_is_verified_with_the_keys_given(plumb):
    env = keys(plumb)
    folder = repository(plumb, FILES)
    git(folder, "tag", "-s", "-u", "good@example.org", "-m", "signed", "v1.0", env=env)
    git(folder, "tag", "light")
    git(folder, "commit", "-q", "--allow-empty", "-S", "--gpg-sign=good@example.org", "-m", "signed", env=env)
    git(folder, "tag", "v2.0")
    good, other = plumb.path("good.asc"), plumb.path("other.asc")
    for tag in ("v1.0", "v2.0"):
        package = plumb.write("p-1.0.tar", archive(folder, tag))
        report = plumb.check(package, "--source", uri(folder, tag), "--keyring", good, expect=0)
        assert report.json["sources"][0]["git"]["signer"], tag
        assert "signed by" in report.json["links"]["origin"]["why"]
        plumb.check(package, "--source", uri(folder, tag), "--keyring", other, expect=6)
    report = plumb.check(package, "--source", uri(folder, "light"), "--keyring", good)
    assert report.findings("origin.unsigned") and report.json["sources"][0]["git"]["signer"] is None
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], env={**os.environ, **env}, check=False)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@case
def a_remote_repository_is_fetched_once_and_then_used_offline(plumb):
    root = plumb.path("srv/x").parent
    work = repository(plumb, FILES)
    git(work, "tag", "v1.0")
    git(work, "update-ref", "refs/pull/1/head", "HEAD")
    git(work, "clone", "-q", "--mirror", work, root / "p.git")
    package = plumb.write("p-1.0.tar", archive(work, "v1.0"))
    port = free_port()
    daemon = subprocess.Popen(["git", "daemon", f"--base-path={root}", "--export-all", "--listen=127.0.0.1",
                               f"--port={port}", str(root)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        source = f"git+git://127.0.0.1:{port}/p.git@v1.0"
        plumb.check(package, "--source", source, expect=5)
        for _ in range(50):
            report = plumb.check(package, "--source", source, network=True)
            if report.code == 0:
                break
            time.sleep(0.1)
        assert report.code == 0, plumb.summary(report)
    finally:
        daemon.terminate()
        daemon.wait()
    plumb.check(package, "--source", source, expect=0)
    copies = list(plumb.path("cache/git/x").parent.iterdir())
    assert len(copies) == 1 and "pull" not in git(copies[0], "for-each-ref")


@case
def a_mirror_folder_stands_for_remote_repositories(plumb):
    work = repository(plumb, FILES)
    git(work, "tag", "v1.0")
    mirror = plumb.path("mirror/x").parent
    git(work, "clone", "-q", "--bare", work, mirror / "own+p")
    package = plumb.write("p-1.0.tar", archive(work, "v1.0"))
    for value in (mirror, f"{mirror}/{{owner}}+{{name}}"):
        for url in ("https://git.example.org/own/p.git", "https://git.example.org/Own/p"):
            plumb.check(package, "--source", f"git+{url}@v1.0", "--git-mirror", value, expect=0)
    plumb.check(package, "--source", "git+https://git.example.org/../own/p@v1.0", "--git-mirror", mirror, expect=5)


if __name__ == "__main__":
    main()
