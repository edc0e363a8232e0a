#!/usr/bin/env python3
"""A package archive of our own on 127.0.0.1, signed with a key of our own: what a whole check says when it serves well, badly or not at all.

usage: mirror.py PLUMB [PART-OF-A-NAME]
"""
import subprocess

import made
from apt_mirror import mirror, sha256
from plumb_test import Skip, assert_nothing_half_written, case, main


def assert_error(report, code, *words):
    assert report.code == code, f"exit {report.code}, not {code}: {report.json['errors']} {report.stderr[-300:]}"
    errors = report.json["errors"]
    assert len(errors) == 1, errors
    said = " ".join((errors[0]["message"], errors[0]["subject"], errors[0]["hint"]))
    for word in words:
        assert word in said, f"{word!r} is not said: {errors[0]}"
    assert report.json["files"] == []


@case
def a_package_by_name_comes_with_its_source_and_passes(t):
    with mirror(t) as m:
        report = m.check(expect=0)
        assert report.verdict("published") == "holds" and report.verdict("sourced") == "holds"
        assert report.json["sources"][0]["how"] == "verified"


@case
def a_second_run_offline_gives_the_same_report_without_any_request(t):
    with mirror(t) as m:
        first = m.check(expect=0)
        m.requests.clear()
        again = m.check("--offline", expect=0)
        assert m.requests == []
        assert first.stable() == again.stable()


@case
def a_mirror_that_serves_a_wrong_digest_is_a_breach_of_trust_that_names_the_file(t):
    with mirror(t) as m:
        for name in ("/pool/greet_1.0-1_all.deb", "/pool/greet_1.0-1.tar.gz", "/pool/greet_1.0-1.dsc"):
            right = m.files[name]
            m.files[name] = right[:-1] + bytes([right[-1] ^ 1])
            cache = t.path("cache-of/" + name.rpartition("/")[2] + "/x").parent
            assert_error(m.check(cache=cache), 6, name.rpartition("/")[2], sha256(right))
            kept = [p for p in cache.rglob("*") if p.is_file() and sha256(p.read_bytes()) == sha256(m.files[name])]
            assert not kept, "what was refused is in the cache"
            m.files[name] = right + b"more"
            assert_error(m.check(cache=cache), 6, name.rpartition("/")[2])
            m.files[name] = right
        m.check(expect=0)


@case
def a_mirror_that_serves_another_index_than_was_signed_is_a_breach_of_trust(t):
    with mirror(t) as m:
        for name in [n for n in m.files if "/main/" in n]:
            m.files[name] = m.files[name] + b"\n"
        assert_error(m.check(), 6, "/main/")


@case
def a_release_signed_by_a_stranger_is_a_breach_of_trust(t):
    with mirror(t) as m, mirror(t) as stranger:
        m.release(key=stranger)
        assert_error(m.check(), 6, "InRelease")


@case
def a_mirror_without_the_file_is_a_network_error_that_names_it(t):
    with mirror(t) as m:
        del m.files["/pool/greet_1.0-1_all.deb"]
        assert_error(m.check(), 5, "greet_1.0-1_all.deb")


@case
def a_local_package_is_looked_up_and_one_byte_more_is_not_what_was_published(t):
    with mirror(t) as m:
        env = {"PLUMB_APT_ROOT": str(t.path("root")), "http_proxy": ""}
        m.check(expect=0)  # writes the settings
        right = t.check(t.write("greet_1.0-1_all.deb", m.files["/pool/greet_1.0-1_all.deb"]), network=True, env=env, expect=0)
        assert right.verdict("published") == "holds"
        deb = made.package().set("usr/share/doc/greet/copyright", made.COPYRIGHT + "\n")
        wrong = t.check(t.write("greet_1.0-1_all.deb", deb.build()), network=True, env=env, expect=1)
        assert wrong.verdict("published") == "broken" and wrong.findings("pub.digest-mismatch")


@case
def a_full_disk_under_the_cache_is_said_and_leaves_nothing_half_written(t):
    small = t.path("small/x").parent
    wrap = ("unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=12k tmpfs "$0" && "$@"; code=$?; '
            'find "$0" -type f -name "*-*" -o -type f -name "*.part" | grep . >&2; exit $code', small)
    if subprocess.run([*wrap, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        raise Skip("cannot mount a small disk")
    with mirror(t) as m:
        report = m.check(wrap=wrap, cache=small)
        assert_error(report, 4, "no space left")
        assert_nothing_half_written(small)
        m.check(expect=0)


if __name__ == "__main__":
    main()
