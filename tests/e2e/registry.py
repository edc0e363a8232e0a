"""An npm registry of the test's own: documents, tarballs, signatures."""
import base64
import gzip
import hashlib
import http.server
import io
import json
import subprocess
import tarfile
import threading


class Registry:
    """Serves documents and tarballs from memory on a port of its own."""

    def __init__(self, plumb):
        self.files = {}
        self.asked = []
        self.held = set()  # paths that are answered once `release` is set
        self.release = threading.Event()
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry.asked.append(self.path)
                if self.path in registry.held:
                    registry.release.wait(60)
                body = registry.files.get(self.path)
                try:
                    self.send_response(404 if body is None else 200)
                    self.end_headers()
                    self.wfile.write(body or b"{}")
                except BrokenPipeError:  # whoever asked was killed
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.env = {"npm_config_registry": self.url, "HOME": str(plumb.path("home/x").parent)}
        self.key = plumb.path("key.pem")
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()

    def sign(self, message):
        out = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=message, stdout=subprocess.PIPE,
                             check=True).stdout
        return base64.b64encode(out).decode()

    def offer_keys(self):
        der = subprocess.run(["openssl", "ec", "-in", self.key, "-pubout", "-outform", "DER"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True).stdout
        key = {"keyid": "SHA256:test", "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "expires": None,
               "key": base64.b64encode(der).decode()}
        self.files["/-/npm/v1/keys"] = json.dumps({"keys": [key]}).encode()

    def publish(self, name, version, files, repository=None, signed=False, **more):
        tarball = tgz({f"package/{k}": v for k, v in files.items()})
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball).digest()).decode()
        path = f"/{name}/-/{name.split('/')[-1]}-{version}.tgz"
        dist = {"integrity": integrity, "shasum": hashlib.sha1(tarball).hexdigest(), "tarball": self.url + path}
        if signed:
            message = f"{name}@{version}:{integrity}"
            dist["signatures"] = [{"keyid": "SHA256:test", "sig": self.sign(message.encode())}]
        document = {"name": name, "version": version, "dist": dist, **more}
        if repository:
            document["repository"] = repository
        self.files[path] = tarball
        url = f"/{name.replace('/', '%2f')}"
        self.files[f"{url}/{version}"] = self.files[f"{url}/latest"] = json.dumps(document).encode()
        return document


def tgz(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            data = data if isinstance(data, bytes) else data.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)
