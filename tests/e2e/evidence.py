#!/usr/bin/env python3
"""What others sign: Sigstore bundles and the npm registry's signatures, in a world of our own making.

Needs python3-cryptography. No network.
"""
import base64
import copy
import datetime
import hashlib
import json
import random
import re
import shutil
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import made
from outcomes import IN_TOTO, outcome, pae
from plumb_test import Skip, case, is_sanitized, main
from registry import Registry

EPOCH = datetime.datetime(2024, 5, 1, 12, 0, 0)
NAME = "https://ci.example/acme/app/.workflows/release.yml@refs/tags/v1"
ISSUER = "https://tokens.ci.example"
SHA256 = ec.ECDSA(hashes.SHA256())


def b64(data):
    return base64.b64encode(data).decode()


def key(curve=ec.SECP256R1):
    return ec.generate_private_key(curve())


def spki(private):
    return private.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(private):
    return private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def seconds(when):
    return int((when - datetime.datetime(1970, 1, 1)).total_seconds())


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class World:
    """An authority, a certificate log, a transparency log, and one signer."""

    def __init__(self, authorities=ec.SECP256R1):
        self.root_key, self.ca_key, self.log_key, self.ct_key, self.signer = key(authorities), key(authorities), key(), key(), key()
        self.root = self.authority("root", self.root_key, "root", self.root_key)
        self.ca = self.authority("between", self.ca_key, "root", self.root_key)

    @staticmethod
    def authority(name, own, by, by_key):
        def named(text):
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
        return (x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(by)).public_key(own.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(EPOCH - datetime.timedelta(days=400))
                .not_valid_after(EPOCH + datetime.timedelta(days=4000))
                .add_extension(x509.BasicConstraints(True, None), True)
                .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), True)
                .sign(by_key, hashes.SHA384() if by_key.curve.key_size == 384 else hashes.SHA256()))

    def certificate(self, usage=ExtendedKeyUsageOID.CODE_SIGNING, ct_key=None, with_sct=True, ca_key=None, begins=EPOCH, says=()):
        def builder(extra):
            b = (x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(self.ca.subject)
                 .public_key(self.signer.public_key()).serial_number(4711).not_valid_before(begins)
                 .not_valid_after(begins + datetime.timedelta(minutes=10))
                 .add_extension(x509.ExtendedKeyUsage([usage]), False)
                 .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(NAME)]), True)
                 .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8"),
                                                           b"\x0c" + bytes([len(ISSUER)]) + ISSUER.encode()), False))
            for oid, octets in says:
                b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.57264.1." + oid), octets), False)
            for extension in extra:
                b = b.add_extension(extension, False)
            return b.sign(ca_key or self.ca_key, hashes.SHA256())
        plain = builder([])
        if not with_sct:
            return plain
        tbs = plain.tbs_certificate_bytes
        stamp = (seconds(begins) * 1000).to_bytes(8, "big")
        message = (b"\0\0" + stamp + b"\0\1" + hashlib.sha256(spki(self.ca_key)).digest() + len(tbs).to_bytes(3, "big") + tbs +
                   b"\0\0")
        sig = (ct_key or self.ct_key).sign(message, SHA256)
        sct = b"\0" + hashlib.sha256(spki(self.ct_key)).digest() + stamp + b"\0\0" + b"\4\3" + len(sig).to_bytes(2, "big") + sig
        listed = len(sct).to_bytes(2, "big") + sct
        listed = len(listed).to_bytes(2, "big") + listed
        octets = b"\4" + (bytes([len(listed)]) if len(listed) < 128 else b"\x81" + bytes([len(listed)])) + listed
        return builder([x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), octets)])

    def trust_root(self):
        start = {"start": "2024-01-01T00:00:00Z"}

        def log(private):
            return {"baseUrl": "https://log.example", "hashAlgorithm": "SHA2_256",
                    "publicKey": {"rawBytes": b64(spki(private)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": start},
                    "logId": {"keyId": b64(hashlib.sha256(spki(private)).digest())}}
        chain = [{"rawBytes": b64(c.public_bytes(serialization.Encoding.DER))} for c in (self.ca, self.root)]
        return {"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": [log(self.log_key)],
                "ctlogs": [log(self.ct_key)],
                "certificateAuthorities": [{"uri": "https://ca.example", "certChain": {"certificates": chain}, "validFor": start}]}

    def entry(self, body, kind, time=EPOCH + datetime.timedelta(minutes=1)):
        log_id = hashlib.sha256(spki(self.log_key)).digest()
        body = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        promise = json.dumps({"body": b64(body), "integratedTime": seconds(time), "logID": log_id.hex(), "logIndex": 1007},
                             separators=(",", ":")).encode()
        others = [leaf_hash(b"zero"), leaf_hash(b"one"), leaf_hash(b"two")]
        leaf = leaf_hash(body)
        root = node(node(others[0], others[1]), node(others[2], leaf))
        text = f"log.example - 42\n4\n{b64(root)}\n".encode()
        blob = hashlib.sha256(spki(self.log_key)).digest()[:4] + self.log_key.sign(text, SHA256)
        note = text.decode() + f"\n\u2014 log.example {b64(blob)}\n"
        return {"logIndex": "1007", "logId": {"keyId": b64(log_id)}, "kindVersion": {"kind": kind, "version": "0.0.1"},
                "integratedTime": str(seconds(time)),
                "inclusionPromise": {"signedEntryTimestamp": b64(self.log_key.sign(promise, SHA256))},
                "inclusionProof": {"logIndex": "3", "rootHash": b64(root), "treeSize": "4",
                                   "hashes": [b64(others[2]), b64(node(others[0], others[1]))], "checkpoint": {"envelope": note}},
                "canonicalizedBody": b64(body)}

    @staticmethod
    def wrap(certificate, entry, content):
        return {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {"certificate": {"rawBytes": b64(certificate.public_bytes(serialization.Encoding.DER))},
                                         "tlogEntries": [entry], "timestampVerificationData": None}, **content}

    def message(self, artifact, certificate=None, **more):
        certificate = certificate or self.certificate()
        sig = self.signer.sign(artifact, SHA256)
        digest = hashlib.sha256(artifact)
        body = {"apiVersion": "0.0.1", "kind": "hashedrekord",
                "spec": {"data": {"hash": {"algorithm": "sha256", "value": digest.hexdigest()}},
                         "signature": {"content": b64(sig),
                                       "publicKey": {"content": b64(certificate.public_bytes(serialization.Encoding.PEM))}}}}
        return self.wrap(certificate, self.entry(body, "hashedrekord", **more),
                         {"messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest.digest())},
                                               "signature": b64(sig)}})

    def envelope(self, artifact, algorithm="sha256"):
        certificate = self.certificate()
        statement = json.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
                                "subject": [{"name": "x", "digest": {algorithm: hashlib.new(algorithm, artifact).hexdigest()}}],
                                "predicate": {}}).encode()
        sig = self.signer.sign(pae(IN_TOTO, statement), SHA256)
        body = {"apiVersion": "0.0.1", "kind": "dsse",
                "spec": {"envelopeHash": {"algorithm": "sha256", "value": "00" * 32},
                         "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(statement).hexdigest()},
                         "signatures": [{"signature": b64(sig),
                                         "verifier": b64(certificate.public_bytes(serialization.Encoding.PEM))}]}}
        return self.wrap(certificate, self.entry(body, "dsse"),
                         {"dsseEnvelope": {"payload": b64(statement), "payloadType": IN_TOTO, "signatures": [{"sig": b64(sig)}]}})


ARTIFACT = b"the bytes of a release\n" * 40


def verify(t, world, bundle, expect, root=None, artifact=ARTIFACT, name=NAME, issuer=ISSUER):
    t.path("bundle.json").write_bytes(bundle if isinstance(bundle, bytes) else json.dumps(bundle).encode())
    t.path("root.json").write_text(json.dumps(root or world.trust_root()))
    t.path("artifact").write_bytes(artifact)
    return outcome(t, "verify", "bundle.json", "artifact", "--trusted-root", "root.json", "--identity", name, "--issuer", issuer,
                   expect=expect)


@case
def a_bundle_over_an_artifact_verifies(t):
    world = World()
    done = verify(t, world, world.message(ARTIFACT), 0)
    assert done.facts("identity") == [NAME] and done.facts("issuer") == [ISSUER]
    assert [c["name"] for c in done.json["criteria"]] == ["root", "bundle", "log", "time", "certificate", "entry", "signature",
                                                          "subject", "identity"]


@case
def an_envelope_about_an_artifact_verifies(t):
    world = World()
    for algorithm in ("sha256", "sha512"):
        verify(t, world, world.envelope(ARTIFACT, algorithm), 0)
        done = verify(t, world, world.envelope(ARTIFACT, algorithm), 6, artifact=ARTIFACT + b"!")
        assert done.result("signature") == "holds" and done.result("subject") == "fails"


def fails(t, world, criterion, bundle, **more):
    done = verify(t, world, bundle, 6, **more)
    assert done.result(criterion) == "fails", (criterion, done.json["criteria"])


@case
def each_link_that_is_missing_or_wrong_is_named(t):
    world = World()
    other = World()
    good = world.message(ARTIFACT)
    material = good["verificationMaterial"]

    def changed(*path, to):
        bundle = copy.deepcopy(good)
        at = bundle
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = to(at[path[-1]]) if callable(to) else to
        return bundle
    entry = ("verificationMaterial", "tlogEntries", 0)
    zeros = b64(bytes(32))
    verify(t, world, good, 0)
    fails(t, world, "signature", good, artifact=ARTIFACT + b"!")
    fails(t, world, "identity", good, name=NAME + "x")
    fails(t, world, "identity", good, issuer=ISSUER + "x")
    fails(t, world, "log", good, root=other.trust_root())
    fails(t, world, "log", changed(*entry, "integratedTime", to=str(seconds(EPOCH) + 61)))
    fails(t, world, "log", changed(*entry, "logIndex", to="1008"))
    fails(t, world, "log", changed(*entry, "inclusionProof", "logIndex", to="2"))
    fails(t, world, "log", changed(*entry, "inclusionProof", "rootHash", to=zeros))
    fails(t, world, "log", changed(*entry, "inclusionProof", "hashes", 0, to=zeros))
    fails(t, world, "log", changed(*entry, "inclusionProof", to=None))
    fails(t, world, "log", changed("verificationMaterial", "tlogEntries", to=[]))
    forged = other.message(ARTIFACT)["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]["checkpoint"]["envelope"]
    fails(t, world, "log", changed(*entry, "inclusionProof", "checkpoint", "envelope", to=forged))
    fails(t, world, "time", changed(*entry, "inclusionPromise", to=None))
    fails(t, world, "certificate", world.message(ARTIFACT, time=EPOCH + datetime.timedelta(minutes=11)))
    fails(t, world, "certificate", world.message(ARTIFACT, world.certificate(usage=ExtendedKeyUsageOID.SERVER_AUTH)))
    fails(t, world, "certificate", world.message(ARTIFACT, world.certificate(with_sct=False)))
    fails(t, world, "certificate", world.message(ARTIFACT, world.certificate(ct_key=other.ct_key)))
    fails(t, world, "certificate", world.message(ARTIFACT, world.certificate(ca_key=other.ca_key)))
    fails(t, world, "entry", changed("messageSignature", "signature", to=b64(world.signer.sign(ARTIFACT, SHA256))))
    swapped = copy.deepcopy(world.message(b"another artifact"))
    swapped["verificationMaterial"]["certificate"] = material["certificate"]
    swapped["messageSignature"] = good["messageSignature"]
    fails(t, world, "entry", swapped)
    ended = world.trust_root()
    ended["tlogs"][0]["publicKey"]["validFor"]["end"] = "2024-04-01T00:00:00Z"
    fails(t, world, "log", good, root=ended)
    early = world.trust_root()
    early["certificateAuthorities"][0]["validFor"] = {"start": "2025-01-01T00:00:00Z"}
    fails(t, world, "certificate", good, root=early)
    fails(t, world, "bundle", changed("mediaType", to="application/vnd.dev.sigstore.bundle.v0.9+json"))
    chain = copy.deepcopy(good)
    del chain["verificationMaterial"]["certificate"]
    chain["verificationMaterial"]["x509CertificateChain"] = {"certificates": [
        material["certificate"], {"rawBytes": b64(world.root.public_bytes(serialization.Encoding.DER))}]}
    fails(t, world, "certificate", chain)


@case
def a_flipped_bit_in_a_bundle_is_exit_6(t):
    world = World()
    rng = random.Random(5)
    for bundle in (world.message(ARTIFACT), world.envelope(ARTIFACT)):
        whole = json.dumps(bundle, separators=(",", ":")).encode()
        verify(t, world, whole, 0)
        free = [whole.index(b"timestampVerificationData"), whole.index(b":null")]  # a member without anything in it may go
        for _ in range(150):
            place = rng.randrange(len(whole))
            if free[0] <= place < free[1]:
                continue
            changed = bytearray(whole)
            changed[place] ^= 1 << rng.randrange(8)
            verify(t, world, bytes(changed), 6)


@case
def a_bundle_by_a_key_of_ones_own_needs_that_key(t):
    world = World()
    artifact = ARTIFACT
    sig = world.signer.sign(artifact, SHA256)
    body = {"apiVersion": "0.0.1", "kind": "hashedrekord",
            "spec": {"data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(artifact).hexdigest()}},
                     "signature": {"content": b64(sig), "publicKey": {"content": b64(pem(world.signer))}}}}
    bundle = {"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
              "verificationMaterial": {"publicKey": {"hint": "x"}, "tlogEntries": [world.entry(body, "hashedrekord")]},
              "messageSignature": {"messageDigest": {"algorithm": "SHA2_256", "digest": b64(hashlib.sha256(artifact).digest())},
                                   "signature": b64(sig)}}
    t.path("bundle.json").write_text(json.dumps(bundle))
    t.path("root.json").write_text(json.dumps(world.trust_root()))
    t.path("artifact").write_bytes(artifact)
    t.path("signer.pub").write_bytes(pem(world.signer))
    t.path("other.pub").write_bytes(pem(key()))
    command = ("verify", "bundle.json", "artifact", "--trusted-root", "root.json")
    outcome(t, *command, "--key", "signer.pub")
    outcome(t, *command, "--key", "other.pub", expect=6)
    outcome(t, *command, "--identity", NAME, "--issuer", ISSUER, expect=6)
    code, _, said = t.raw(*command)
    assert code == 2 and "--identity" in said, said
    outcome(t, "verify", "bundle.json", "--trusted-root", "root.json", "--key", "signer.pub", expect=4)
    outcome(t, "verify", "bundle.json", "artifact", "--trusted-root", "nowhere", "--key", "signer.pub", expect=4)


def packument(t, signer, published="2024-05-01T12:00:00.000Z", keyid="SHA256:one", expires=None):
    package = b"\x1f\x8b not really a tarball"
    integrity = "sha512-" + b64(hashlib.sha512(package).digest())
    sig = b64(signer.sign(f"@acme/app@1.2.3:{integrity}".encode(), SHA256))
    document = {"name": "@acme/app", "time": {"1.2.3": published},
                "versions": {"1.2.2": {"dist": {"integrity": "sha512-AA=="}},
                             "1.2.3": {"dist": {"integrity": integrity,
                                                "signatures": [{"keyid": keyid, "sig": sig}]}}}}
    keys = {"keys": [{"keyid": "SHA256:one", "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "expires": expires,
                      "key": b64(spki(signer))}]}
    t.path("app.tgz").write_bytes(package)
    t.path("packument.json").write_text(json.dumps(document))
    t.path("keys.json").write_text(json.dumps(keys))
    return document


COMMAND = ("verify", "packument.json", "app.tgz", "--registry-keys", "keys.json")


@case
def what_the_npm_registry_signed_verifies(t):
    signer = key()
    packument(t, signer)
    done = outcome(t, *COMMAND)
    assert done.facts("signed")[0].startswith("@acme/app@1.2.3:sha512-")
    t.path("app.tgz").write_bytes(b"other bytes")
    assert outcome(t, *COMMAND, expect=6).result("subject") == "fails"
    document = packument(t, signer)
    document["name"] = "@acme/other"
    t.path("packument.json").write_text(json.dumps(document))
    assert outcome(t, *COMMAND, expect=6).result("signature") == "fails"
    document = packument(t, signer)
    del document["versions"]["1.2.3"]["dist"]["signatures"]
    t.path("packument.json").write_text(json.dumps(document))
    assert "mirrors" in outcome(t, *COMMAND, expect=6).message()
    packument(t, signer, keyid="SHA256:two")
    outcome(t, *COMMAND, expect=6)
    t.path("packument.json").write_text("{")
    outcome(t, *COMMAND, expect=6)
    t.path("packument.json").unlink()
    outcome(t, *COMMAND, expect=4)


@case
def a_registry_key_counts_for_what_was_published_before_its_end(t):
    signer = key()
    packument(t, signer, published="2024-05-01T12:00:00.000Z", expires="2025-01-29T00:00:00.000Z")
    outcome(t, *COMMAND)
    packument(t, signer, published="2025-05-01T12:00:00.000Z", expires="2025-01-29T00:00:00.000Z")
    assert outcome(t, *COMMAND, expect=6).result("signature") == "fails"


@case
def a_check_takes_what_others_signed_as_proof_of_publication(t):
    world = World()
    package = made.package().build()
    path = t.write("greet.deb", package)
    folder = made.write_tree(t.path("source/x").parent, made.source())
    t.path("bundle.json").write_text(json.dumps(world.message(package)))
    t.path("root.json").write_text(json.dumps(world.trust_root()))
    who = ("--trusted-root", "root.json", "--identity", NAME, "--issuer", ISSUER)
    plain = t.check(path, "--source", folder, expect=0)
    assert plain.verdict("published") != "holds" and plain.json["level"]["own"] == 1
    signed = t.check(path, "--source", folder, "--bundle", "bundle.json", *who, expect=0)
    assert signed.verdict("published") == "holds" and signed.json["level"]["own"] == 3
    assert NAME in signed.json["links"]["published"]["why"]
    step = signed.json["links"]["published"]["evidence"][-1]
    assert step["what"] == "Sigstore bundle"
    assert step["sha256"] == hashlib.sha256(t.path("bundle.json").read_bytes()).hexdigest()
    other = t.write("other.deb", made.package().set("usr/share/doc/greet/more", "more\n").build())
    t.check(other, "--source", folder, "--bundle", "bundle.json", *who, expect=6)
    t.check(path, "--source", folder, "--bundle", "bundle.json", "--trusted-root", "root.json", "--identity", "x", "--issuer", ISSUER,
            expect=6)
    code, _, said = t.raw("check", path, "--source", folder, "--bundle", "bundle.json")
    assert code == 2 and "--trusted-root" in said, said


@case
def authorities_with_p384_keys_are_verified(t):
    world = World(authorities=ec.SECP384R1)
    verify(t, world, world.message(ARTIFACT), 0)
    other = World(authorities=ec.SECP384R1)
    verify(t, world, other.message(ARTIFACT), 6)
    forged = world.certificate(ca_key=other.ca_key)
    verify(t, world, world.message(ARTIFACT, certificate=forged), 6)


def utf8(text):
    return b"\x0c" + bytes([len(text)]) + text.encode()


@case
def the_commit_that_the_builders_certificate_names_is_evidence_for_the_origin(t):
    world = World()
    package = made.package().build()
    path = t.write("greet.deb", package)
    folder = made.write_tree(t.path("source/x").parent, made.source())

    def git(*words):
        return subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True,
                              stdout=subprocess.PIPE).stdout.decode().strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    commit = git("rev-parse", "HEAD")
    t.path("root.json").write_text(json.dumps(world.trust_root()))
    args = (path, "--source", f"git+file://{folder}@{commit}", "--bundle", "bundle.json", "--trusted-root", "root.json", "--identity", NAME,
            "--issuer", ISSUER)
    repository = "https://git.example/greet"
    for says, verdict, level, words in (
            ((("12", utf8(repository)), ("13", utf8(commit))), "holds", 4, f"the builder's certificate names the same commit of {repository}"),
            ((("5", b"greet/greet"), ("3", commit.encode())), "holds", 4, "names the same commit of greet/greet"),
            ((("12", utf8(repository)), ("13", utf8("0" * 40))), "unproven", 3, f"names {repository} at {'0' * 40}, and the source is commit {commit}"),
            ((), "holds", 4, "the source is ")):
        t.path("bundle.json").write_text(json.dumps(world.message(package, certificate=world.certificate(says=says))))
        found = t.check(*args, expect=0 if verdict == "holds" else (0, 3))
        assert found.verdict("origin") == verdict and words in found.json["links"]["origin"]["why"], found.json["links"]
        assert found.json["level"]["own"] == level, found.json["level"]
    t.path("bundle.json").write_text(json.dumps(world.message(package, certificate=world.certificate(says=says))))
    plain = t.check(path, "--source", folder, "--bundle", "bundle.json", *args[5:], expect=0)
    assert plain.verdict("origin") == "unchecked", plain.json["links"]


# What reaches out of the machine, or asks it for names: a socket that is not between processes, or an address. A pair of sockets between a process and
# its child has neither.
OUTWARD = re.compile(r"\bsocket\((?!AF_UNIX)|\bconnect\(|\bbind\(|\blisten\(|sa_family=AF_(?!UNIX)")


def outward(t, *args, expect, env=None):
    """The calls of a run that reach out; the run ends with that code."""
    log = t.path("strace.log")
    if shutil.which("strace") is None:
        raise Skip("strace is not installed")
    if is_sanitized(t.program):
        raise Skip("sanitizers make calls of their own")
    code, out, said = t.raw(*args, wrap=("strace", "-f", "-o", log, "-e", "trace=network"), env=env)
    assert code in expect, (args, code, out[-600:], said[-600:])
    return [line for line in log.read_text(errors="replace").splitlines() if OUTWARD.search(line)]


@case
def verification_opens_no_connection_ever(t):
    world = World()
    package = made.package().build()
    path = t.write("greet.deb", package)
    folder = made.write_tree(t.path("source/x").parent, made.source())
    t.path("r.json").write_bytes(t.check(path, "--source", folder, expect=0).stdout)
    outcome(t, "key", "gen", "k")
    outcome(t, "attest", "r.json", "--key", "k", "-o", "intoto=a.json", "-o", "vsa=v.json", "--log", "log", "--name", "example.com/l")
    outcome(t, "trust", "add", "k.pub", "--name", "me", "--trust-dir", "trust")
    t.path("bundle.json").write_text(json.dumps(world.message(package)))
    t.path("root.json").write_text(json.dumps(world.trust_root()))
    packument(t, key())
    registry = Registry(t)  # whoever wanted to ask somebody would ask this one
    who = ("--trusted-root", "root.json", "--identity", NAME, "--issuer", ISSUER)
    verifications = [
        (("verify", "a.json", path, "--key", "k.pub", "--log", "log", "--min-level", "1"), (0,)),
        (("verify", "v.json", path, "--trust-dir", "trust"), (0,)),
        (("verify", "a.json", path, "--key", "k.pub", "--recheck", "--source", folder), (0,)),
        (("verify", "a.json", path, "--key", "missing.pub"), (4,)),
        (("verify", "bundle.json", path, *who), (0,)),
        (("verify", "bundle.json", path, "--trusted-root", "nowhere.json", *who[2:]), (4, 6)),
        (COMMAND, (0,)),
        (("log", "check", "log", "--key", "k.pub"), (0,)),
        (("gate", "r.json", "--policy", "builtin:observe"), (0,)),
        (("attest", "r.json", "--key", "k", "-o", "intoto=b.json"), (0,)),
    ]
    for args, expect in verifications:
        calls = outward(t, *args, expect=expect, env=registry.env)
        assert calls == [], (args, calls[:5])
    shutil.rmtree(folder)  # the source is gone: that is said, and it is fetched from nowhere
    assert outward(t, "verify", "a.json", path, "--key", "k.pub", "--recheck", "--source", folder, expect=(4, 5), env=registry.env) == []
    assert registry.asked == []
    assert outward(t, "verify", "a.json", path, "--key", "k.pub", "--recheck", "--source", "git+https://git.example/x@v1", expect=(4, 5),
                   env=registry.env) == []
    # The eye of this test is open: a check by name does reach out.
    assert outward(t, "check", "pkg:npm/left-pad@1.3.0", "--cache-dir", t.path("cache/x").parent, expect=(1, 3, 4, 5), env=registry.env) != []
    assert registry.asked != []


if __name__ == "__main__":
    main()
