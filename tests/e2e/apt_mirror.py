"""A package archive of our own on 127.0.0.1, signed with a key of our own."""
import contextlib
import gzip
import hashlib
import http.server
import os
import shutil
import subprocess
import tempfile
import threading

import made
from plumb_test import Skip

SUBJECT = "pkg:deb/debian/greet?arch=all"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Mirror:
    """The archive as {path: bytes}, and a server of it. Change `files` to serve something else."""

    def __init__(self, t):
        self.t = t
        self.files = {}
        self.requests = []
        self.home = tempfile.mkdtemp(prefix="pl-gpg-")  # short: gpg's sockets stand in it
        self.gpg("--quick-gen-key", "test@example.org", "ed25519", "sign", "never")
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                data = outer.files.get(self.path)
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.build()

    def gpg(self, *args, stdin=b""):
        command = ["gpg", "--batch", "--yes", "--quiet", "--passphrase", "", *args]
        return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                              env={**os.environ, "GNUPGHOME": self.home}).stdout

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["gpgconf", "--kill", "all"], env={**os.environ, "GNUPGHOME": self.home}, check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def pool(self, name, data):
        self.files["/pool/" + name] = data
        return f" {sha256(data)} {len(data)} {name}\n"

    def build(self, fields="", others="", source=None, package=None):
        """One package, greet; `fields` are added to its stanza, `others` are stanzas of packages that only the index knows; `source` is its tarball."""
        deb = (package or made.package()).build()
        self.pool("greet_1.0-1_all.deb", deb)
        packages = (others + fields + made.control_text() + f"Filename: pool/greet_1.0-1_all.deb\nSize: {len(deb)}\nSHA256: {sha256(deb)}\n\n")
        tarball = self.pool("greet_1.0-1.tar.gz", source or made.gz(made.tar({"greet-1.0/" + k: v for k, v in made.source().items()})))
        head = "Format: 3.0 (native)\nSource: greet\nBinary: greet\nArchitecture: all\nVersion: 1.0-1\n"
        dsc = self.pool("greet_1.0-1.dsc", (head + "Maintainer: Ada Example <ada@example.org>\nChecksums-Sha256:\n" +
                                            tarball).encode())
        sources = f"Package: greet\nVersion: 1.0-1\nDirectory: pool\nChecksums-Sha256:\n{dsc}{tarball}\n"
        self.lines = ""
        for name, text in (("main/binary-all/Packages", packages), ("main/binary-amd64/Packages", packages),
                           ("main/source/Sources", sources)):
            for path, data in ((name, text.encode()), (name + ".gz", gzip.compress(text.encode(), mtime=0))):
                self.files["/dists/stable/" + path] = data
                self.lines += f" {sha256(data)} {len(data)} {path}\n"
        self.release()

    def release(self, key=None):
        text = ("Origin: Debian\nSuite: stable\nCodename: testing\nDate: Sat, 11 Jul 2026 10:16:37 UTC\nArchitectures: all "
                f"amd64\nComponents: main\nSHA256:\n{self.lines}")
        self.files["/dists/stable/InRelease"] = (key or self).gpg("--clearsign", stdin=text.encode())

    def settings(self):
        """The machine's apt sources name this archive; gives the environment for that."""
        root = self.t.path("root/etc/apt/sources.list.d/x").parent
        (root / "archive.gpg").write_bytes(self.gpg("--export"))
        (root / "test.sources").write_text(
            f"Types: deb\nURIs: http://127.0.0.1:{self.server.server_port}\nSuites: stable\nComponents: main\n"
            f"Architectures: amd64\nSigned-By: {root}/archive.gpg\n", encoding="utf-8")
        env = {name: "" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy")}
        env["PLUMB_APT_ROOT"] = str(self.t.path("root"))
        return env

    def check(self, *args, **more):
        return self.t.check(SUBJECT, *args, network=True, env=self.settings(), **more)


@contextlib.contextmanager
def mirror(t):
    if shutil.which("gpg") is None:
        raise Skip("gpg is not there")
    m = Mirror(t)
    try:
        yield m
    finally:
        m.close()
