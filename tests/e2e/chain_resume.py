"""Chains that are run again: after a kill, after a limit of time, after nothing changed at all."""
import gzip
import json
import pathlib
import socket
import subprocess
import sys
import tarfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from apt_mirror import mirror  # noqa: E402
from chain_test import chain, component, lock_of  # noqa: E402
from plumb_test import case, main  # noqa: E402
from registry import Registry  # noqa: E402


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "nothing happened for a minute"
        time.sleep(0.02)


@case
def what_was_done_before_a_kill_is_not_done_again(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "b", "c", "d")))
        registry.held.add("/c/-/c-1.0.0.tgz")
        run = subprocess.Popen([plumb.program, "chain", path, "-j1", "--progress=none", "--cache-dir", plumb.path("cache/x").parent],
                               env={"PATH": "/usr/bin:/bin", **registry.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: "/c/-/c-1.0.0.tgz" in registry.asked)
        run.kill()
        assert run.wait() == -9
        registry.release.set()
        before = len(registry.asked)
        found = chain(plumb, path, env=registry.env, expect=3)
        assert found["run"]["from_cache"] == 2, found["run"]
        again = {p for p in registry.asked[before:] if p.startswith(("/a", "/b"))}
        assert not again, f"asked again: {again}"
        assert [c["level"]["own"] for c in found["components"]] == [None, 2, 2, 2, 2]
        assert chain(plumb, path, env=registry.env)["run"]["from_cache"] == 4


@case
def one_that_takes_too_long_stops_nothing_else(plumb):
    with Registry(plumb) as registry:
        registry.offer_keys()
        path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "slow", "z")))
        registry.held.add("/slow/-/slow-1.0.0.tgz")
        threading.Timer(6, registry.release.set).start()
        found = chain(plumb, path, "-j1", "--component-timeout", "5s", env=registry.env, expect=3)
        slow = component(found, "pkg:npm/slow@1.0.0")["result"]["links"]
        assert slow["sourced"] == {"verdict": "unchecked", "why": "not examined to the end: it took more than 5 seconds"}, slow
        assert slow["published"]["verdict"] == "holds"
        for name in ("a", "z"):
            assert component(found, f"pkg:npm/{name}@1.0.0")["result"]["links"]["sourced"] != slow["sourced"]
        more = chain(plumb, path, env=registry.env)  # with more time: another question, so another answer
        assert component(more, "pkg:npm/slow@1.0.0")["result"]["links"]["sourced"] != slow["sourced"]


def late(found, key):
    """The tags about a component that took too long, and how long the run took."""
    c = component(found, key)
    about = [f for f in found["findings"] if f["tag"] == "chain.timeout" and f["evidence"].get("component") == key]
    return about + [f for f in (c["result"] or {}).get("findings", []) if f["tag"] == "chain.timeout"]


@case
def a_server_that_never_answers_costs_one_component_its_time(plumb):
    for held in ("/slow/-/slow-1.0.0.tgz", "/slow/1.0.0"):
        with Registry(plumb) as registry:
            registry.offer_keys()
            path = plumb.write("package-lock.json", json.dumps(lock_of(registry, "a", "slow", "z")))
            registry.held.add(held)
            start = time.monotonic()
            found = chain(plumb, path, "-j2", "--component-timeout", "2s", "--cache-dir", plumb.path(f"cache-{len(held)}/x").parent, env=registry.env, expect=3)
            assert time.monotonic() - start < 20, "two seconds, and two for the package alone"
            registry.release.set()
        slow = component(found, "pkg:npm/slow@1.0.0")
        assert slow["result"] is None and "it took more than 2 seconds" in slow["not_examined"], slow
        assert len(late(found, "pkg:npm/slow@1.0.0")) == 1, found["findings"]
        assert [component(found, f"pkg:npm/{n}@1.0.0")["level"]["own"] for n in "az"] == [2, 2]


@case
def a_git_server_that_never_answers_leaves_the_package(plumb):
    with Registry(plumb) as registry, socket.create_server(("127.0.0.1", 0)) as silent:
        registry.offer_keys()
        lock = lock_of(registry, "a", "slow", "z")
        registry.publish("slow", "1.0.0", {"package.json": json.dumps({"name": "slow", "version": "1.0.0"})}, signed=True,
                         repository={"type": "git", "url": f"git+http://127.0.0.1:{silent.getsockname()[1]}/x/slow.git"})
        start = time.monotonic()
        found = chain(plumb, plumb.write("package-lock.json", json.dumps(lock)), "-j2", "--component-timeout", "2s", env=registry.env, expect=3)
        assert time.monotonic() - start < 20
    slow = component(found, "pkg:npm/slow@1.0.0")["result"]
    assert slow["links"]["sourced"] == {"verdict": "unchecked", "why": "not examined to the end: it took more than 2 seconds"}, slow["links"]
    assert slow["links"]["published"]["verdict"] == "holds" and len(late(found, "pkg:npm/slow@1.0.0")) == 1
    assert [component(found, f"pkg:npm/{n}@1.0.0")["level"]["own"] for n in "az"] == [2, 2]


def header_of(name, size):
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


@case
def a_source_that_takes_too_long_to_unpack_ends_in_time(plumb):
    part = gzip.compress(bytes(64 << 20), mtime=0)  # all members are the same bytes, and unpack to 32 GiB of zeros
    for where in ([], ["--no-sandbox"]):
        with mirror(plumb) as m:
            m.build(source=gzip.compress(header_of("greet-1.0/zeros", 32 << 30), mtime=0) + part * 512)
            start = time.monotonic()
            found = chain(plumb, "pkg:deb/debian/greet?arch=all", "--component-timeout", "2s", *where, "--cache-dir",
                          plumb.path(f"cache-{len(where)}/x").parent, env=m.settings(), expect=3)
            assert time.monotonic() - start < 30
        greet = next(c for c in found["components"] if c["name"] == "greet")
        assert greet["result"]["links"]["sourced"]["why"] == "not examined to the end: it took more than 2 seconds", greet
        assert len(late(found, greet["key"])) == 1


@case
def a_time_that_is_none_is_refused(plumb):
    for bad in ("0s", "10ms", "soon", ""):
        code, _, said = plumb.raw("chain", "x.json", "--component-timeout", bad)
        assert code == 2, (bad, code, said)


@case
def a_second_run_of_a_debian_package_needs_no_index(plumb):
    with mirror(plumb) as m:
        env = m.settings()
        first = chain(plumb, "pkg:deb/debian/greet?arch=all", env=env)
        for blob in (plumb.path("cache/x").parent / "blobs").glob("*/*"):
            blob.unlink()
        second = chain(plumb, "pkg:deb/debian/greet?arch=all", env=env, network=False)
        assert second["run"]["from_cache"] == 1
        assert {**first, "run": 0} == {**second, "run": 0}


@case
def another_release_is_asked_anew(plumb):
    with mirror(plumb) as m:
        env = m.settings()
        first = chain(plumb, "pkg:deb/debian/greet?arch=all", env=env)
        m.build("Depends: more\n", "Package: more\nVersion: 1\nArchitecture: all\nFilename: pool/more\nSize: 1\nSHA256: " + "0" * 64 + "\n\n")
        for state in (plumb.path("cache/x").parent / "releases").glob("*/state"):
            state.unlink()  # as if a quarter of an hour had passed
        second = chain(plumb, "pkg:deb/debian/greet?arch=all", env=env)
        assert len(first["components"]) == 1 and len(second["components"]) == 2, second["components"]
        assert second["run"]["from_cache"] == 1, "greet itself is the same as before"


if __name__ == "__main__":
    main()
