/*
 * fake_archive.h - an apt archive made and signed here, and an HTTP server on 127.0.0.1 that serves it, well or badly.
 *
 * All in the working folder: key/ (gpg's home is a short temporary folder, as sockets must have short names), www/ (what is served), root/ (etc/apt).
 */
#ifndef PL_TEST_FAKE_ARCHIVE_H
#define PL_TEST_FAKE_ARCHIVE_H

#include "base/buf.h"
#include "base/digest.h"
#include "io/write.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum fault { FAULT_NONE, FAULT_MISSING, FAULT_CUT_SHORT, FAULT_OTHER_BYTES, FAULT_BUSY_ONCE };

struct fake_archive {
    char home[64]; /* of gpg */
    int socket;
    int port;
    pthread_t thread;
    atomic_int requests;
    atomic_int not_modified;
    atomic_int fault;
    char fault_path[256]; /* a part of the path that the fault is for; set before the request */
};

static inline void must(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "fake archive: %s failed\n", what);
        abort();
    }
}

static inline void put_file(const char *path, pl_bytes data)
{
    char folder[512];
    (void)snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
        must(pl_io_mkdirs(folder, NULL) == PL_OK, folder);
    }
    must(pl_io_write(path, 0644, data, NULL) == PL_OK, path);
}

static inline void put_text(const char *path, const char *text)
{
    put_file(path, pl_bytes_of_str(text));
}

static inline PL_PRINTF(1, 2) void run(const char *fmt, ...)
{
    char command[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    must(system(command) == 0, command);
}

static inline const char *hex_of(pl_bytes data, char hex[PL_SHA256_HEX_BYTES])
{
    pl_sha256 digest;
    must(pl_sha256_of(data, &digest, NULL) == PL_OK, "sha256");
    pl_hex(digest.b, PL_SHA256_BYTES, hex);
    return hex;
}

static inline void add_release_line(struct pl_buf *release, const char *path, pl_bytes data)
{
    char hex[PL_SHA256_HEX_BYTES];
    pl_buf_printf(release, " %s %zu %s\n", hex_of(data, hex), data.n, path);
}

/* www/dists/stable/PATH, its .gz, their lines in the release, and the .gz by hash when `by_hash`. */
static inline void put_index(struct pl_buf *release, const char *path, pl_bytes text, bool by_hash)
{
    char name[256];
    char hex[PL_SHA256_HEX_BYTES];
    uint8_t packed[8192];
    z_stream z = {0};
    must(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK, "deflate");
    z.next_in = (Bytef *)(uintptr_t)text.p;
    z.avail_in = (uInt)text.n;
    z.next_out = packed;
    z.avail_out = sizeof packed;
    must(deflate(&z, Z_FINISH) == Z_STREAM_END, "deflate");
    pl_bytes gz = pl_bytes_of(packed, sizeof packed - z.avail_out);
    (void)deflateEnd(&z);
    add_release_line(release, path, text);
    (void)snprintf(name, sizeof name, "%s.gz", path);
    add_release_line(release, name, gz);
    (void)snprintf(name, sizeof name, "www/dists/stable/%s.gz", path);
    put_file(name, gz);
    if (by_hash) {
        (void)snprintf(name, sizeof name, "www/dists/stable/%.*s/by-hash/SHA256/%s",
                       (int)(strrchr(path, '/') - path), path, hex_of(gz, hex));
        put_file(name, gz);
    }
}

static inline void put_package(struct pl_buf *packages, const char *name, const char *version,
                               const char *arch, const char *source, const char *content)
{
    char path[256];
    char hex[PL_SHA256_HEX_BYTES];
    pl_bytes data = pl_bytes_of_str(content);
    (void)snprintf(path, sizeof path, "www/pool/%s_%s_%s.deb", name, version, arch);
    put_file(path, data);
    pl_buf_printf(packages,
                  "Package: %s\nVersion: %s\nArchitecture: %s\n%s%s%sFilename: %s\nSize: %zu\nSHA256: %s\n\n",
                  name, version, arch, source[0] ? "Source: " : "", source, source[0] ? "\n" : "", path + 4,
                  data.n, hex_of(data, hex));
}

static inline void put_source_file(struct pl_buf *lines, const char *name, const char *content)
{
    char path[256];
    char hex[PL_SHA256_HEX_BYTES];
    (void)snprintf(path, sizeof path, "www/pool/%s", name);
    put_text(path, content);
    pl_buf_printf(lines, " %s %zu %s\n", hex_of(pl_bytes_of_str(content), hex), strlen(content), name);
}

static inline void sign_release(const struct fake_archive *a, const char *home_of)
{
    run("GNUPGHOME=%s gpg --batch --yes --quiet --clearsign -o www/dists/stable/InRelease "
        "www/dists/stable/Release",
        home_of[0] ? home_of : a->home);
    run("GNUPGHOME=%s gpg --batch --yes --quiet --armor --detach-sign -o www/dists/stable/Release.gpg "
        "www/dists/stable/Release",
        home_of[0] ? home_of : a->home);
}

/* The whole archive: hello 1.0-1 and 1.0-2+b1, hello-data 1.0-2, source hello 1.0-2 with a signature beside it. */
static inline void build_archive(const struct fake_archive *a, const char *suite, const char *date)
{
    struct pl_buf release, packages, sources;
    pl_buf_init(&release, 65536);
    pl_buf_init(&packages, 65536);
    pl_buf_init(&sources, 65536);
    put_package(&packages, "hello", "1.0-1", "amd64", "", "the bytes of hello 1.0-1");
    put_package(&packages, "hello", "1.0-2+b1", "amd64", "hello (1.0-2)", "the bytes of hello 1.0-2+b1");
    put_package(&packages, "hello-data", "1.0-2", "all", "hello", "the bytes of hello-data");
    put_package(&packages, "orphan", "3", "amd64", "", "the bytes of orphan");
    pl_buf_add_str(&sources, "Package: hello\nVersion: 1.0-2\nDirectory: pool\nChecksums-Sha256:\n");
    put_source_file(&sources, "hello_1.0.orig.tar.gz", "original");
    put_source_file(&sources, "hello_1.0.orig.tar.gz.asc", "signature");
    put_source_file(&sources, "hello_1.0-2.dsc", "description");
    put_source_file(&sources, "hello_1.0-2.debian.tar.xz", "debian");
    pl_buf_printf(&release,
                  "Origin: Debian\nSuite: %s\nCodename: testing\nDate: %s\nAcquire-By-Hash: yes\n"
                  "Architectures: amd64\nComponents: main\nSHA256:\n",
                  suite, date);
    put_index(&release, "main/binary-amd64/Packages", pl_buf_bytes(&packages), true);
    put_index(&release, "main/source/Sources", pl_buf_bytes(&sources),
              false); /* listed by hash, and not there */
    put_file("www/dists/stable/Release", pl_buf_bytes(&release));
    sign_release(a, "");
    pl_buf_reset(&release);
    pl_buf_reset(&packages);
    pl_buf_reset(&sources);
}

static inline void make_key(char home[64])
{
    (void)snprintf(home, 64, "/tmp/pl-gpg-XXXXXX");
    must(mkdtemp(home) != NULL, "mkdtemp");
    run("GNUPGHOME=%s gpg --batch --quiet --passphrase '' --quick-gen-key test@example.org ed25519 sign "
        "never 2>/dev/null",
        home);
}

static inline void drop_key(const char *home)
{
    run("GNUPGHOME=%s gpgconf --kill all; rm -rf %s", home, home);
}

static inline void answer(struct fake_archive *a, int fd)
{
    char request[4096];
    char path[512];
    char local[640];
    size_t n = 0;
    ssize_t step;
    while (n < sizeof request - 1 && (step = read(fd, request + n, sizeof request - 1 - n)) > 0) {
        n += (size_t)step;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            break;
    }
    request[n] = '\0';
    if (sscanf(request, "GET %500s", path) != 1)
        return;
    (void)snprintf(local, sizeof local, "www%s", path);
    int fault =
        a->fault_path[0] != '\0' && strstr(path, a->fault_path) != NULL ? atomic_load(&a->fault) : FAULT_NONE;
    if (fault == FAULT_BUSY_ONCE)
        atomic_store(&a->fault, FAULT_NONE);
    atomic_fetch_add(&a->requests, 1);
    FILE *f = fault == FAULT_MISSING ? NULL : fopen(local, "rb");
    if (f == NULL || fault == FAULT_BUSY_ONCE) {
        (void)dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: 5\r\nConnection: close\r\n\r\nsorry",
                      fault == FAULT_BUSY_ONCE ? "503 Busy" : "404 Not Found");
        if (f != NULL)
            (void)fclose(f);
        return;
    }
    char body[65536];
    size_t size = fread(body, 1, sizeof body, f);
    (void)fclose(f);
    char hex[PL_SHA256_HEX_BYTES];
    (void)hex_of(pl_bytes_of(body, size), hex);
    const char *condition = strstr(request, "If-None-Match:");
    if (condition != NULL && strstr(condition, hex) != NULL) {
        atomic_fetch_add(&a->not_modified, 1);
        (void)dprintf(fd, "HTTP/1.1 304 Not Modified\r\nETag: \"%s\"\r\nConnection: close\r\n\r\n", hex);
        return;
    }
    if (fault == FAULT_OTHER_BYTES)
        body[size / 2] ^= 1;
    (void)dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nETag: \"%s\"\r\nConnection: close\r\n\r\n",
                  size, hex);
    size_t send_bytes = fault == FAULT_CUT_SHORT ? size / 2 : size;
    (void)!write(fd, body, send_bytes); /* the other side notices */
}

static inline void *serve(void *arg)
{
    struct fake_archive *a = arg;
    int fd;
    while ((fd = accept(a->socket, NULL, NULL)) >= 0) {
        answer(a, fd);
        (void)shutdown(fd, SHUT_WR);
        (void)close(fd);
    }
    return NULL;
}

static inline void start_server(struct fake_archive *a)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof where;
    a->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(a->socket >= 0 && bind(a->socket, (struct sockaddr *)&where, sizeof where) == 0 &&
             listen(a->socket, 16) == 0 && getsockname(a->socket, (struct sockaddr *)&where, &n) == 0,
         "listen");
    a->port = ntohs(where.sin_port);
    must(pthread_create(&a->thread, NULL, serve, a) == 0, "thread");
}

static inline void stop_server(struct fake_archive *a)
{
    (void)shutdown(a->socket, SHUT_RDWR);
    (void)pthread_join(a->thread, NULL);
    (void)close(a->socket);
}

#endif
