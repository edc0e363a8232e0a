/*
 * compilers.c - the table of compilers whose headers and libraries are known: one row a machine and system.
 *
 * An image does not say what compiled it in a way that one may believe, and need not: headers and libraries only *add* explanations, each of
 * which must fit the bytes. Debian's cross compiler stands for all builds of mingw-w64.
 */
#include "pipeline/compilers.h"

#include "base/cursor.h"
#include "format/binary/elf.h"
#include "format/binary/pe.h"
#include "io/walk.h"

#include <fcntl.h>
#include <unistd.h>

#define HEAD_BYTES                                                                                           \
    1024u /* of a file: the PE header stands behind a stub of 64 to 256 bytes, which linkers pad no further */

enum image_kind { IMAGE_NONE, IMAGE_ELF, IMAGE_PE };

struct machine {
    enum image_kind kind;
    unsigned number;  /* e_machine, or Machine of the COFF header */
    bool is_64;       /* ELFCLASS64; of ELF files only */
    const char *arch; /* Debian's name */
    const char *roots;
};

#define GNU        "libc6-dev, gcc, g++"
#define MINGW(cpu) "mingw-w64-common, mingw-w64-" cpu "-dev, gcc-mingw-w64-" cpu "-win32-runtime"

/* Numbers: gABI, Figure 4-3 and its registry; PE format, "Machine Types". Names: Debian's dpkg cputable. */
static const struct machine machines[] = {
    {IMAGE_ELF, 62, true, "amd64", GNU},
    {IMAGE_ELF, 3, false, "i386", GNU},
    {IMAGE_ELF, 183, true, "arm64", GNU},
    {IMAGE_ELF, 40, false, "armhf", GNU},
    {IMAGE_ELF, 21, true, "ppc64el", GNU},
    {IMAGE_ELF, 22, true, "s390x", GNU},
    {IMAGE_ELF, 243, true, "riscv64", GNU},
    {IMAGE_ELF, 8, true, "mips64el", GNU},
    {IMAGE_PE, 0x8664, true, "amd64", MINGW("x86-64")},
    {IMAGE_PE, 0x14c, false, "amd64", MINGW("i686")},
};

static enum image_kind look(pl_bytes file, unsigned *number, bool *is_64)
{
    if (pl_elf_is(file) && file.n >= 20) {
        *is_64 = file.p[4] == 2; /* EI_CLASS */
        *number =
            file.p[5] == 2 ? (unsigned)file.p[18] << 8 | file.p[19] : (unsigned)file.p[19] << 8 | file.p[18];
        return IMAGE_ELF;
    }
    if (file.n < 64 || file.p[0] != 'M' || file.p[1] != 'Z')
        return IMAGE_NONE;
    struct pl_cursor c = pl_cursor_of(pl_bytes_sub(file, 60, 4)); /* e_lfanew */
    pl_bytes header = pl_bytes_sub(file, pl_cursor_u32le(&c), 6);
    if (header.n < 6 || !pl_bytes_starts(header, pl_bytes_of("PE\0\0", 4)))
        return IMAGE_NONE;
    *number = (unsigned)header.p[5] << 8 | header.p[4];
    *is_64 = *number == 0x8664;
    return IMAGE_PE;
}

static const struct machine *machine_of(pl_bytes file)
{
    unsigned number = 0;
    bool is_64 = false;
    enum image_kind kind = look(file, &number, &is_64);
    for (size_t i = 0; kind != IMAGE_NONE && i < sizeof machines / sizeof machines[0]; i++)
        if (machines[i].kind == kind && machines[i].number == number && machines[i].is_64 == is_64)
            return &machines[i];
    return NULL;
}

struct pl_compilers pl_compilers_of_arch(const char *arch)
{
    return (struct pl_compilers){.arch = arch, .roots = GNU};
}

struct pl_compilers pl_compilers_of_image(pl_bytes file)
{
    const struct machine *m = machine_of(file);
    return m == NULL ? (struct pl_compilers){NULL, NULL} : (struct pl_compilers){m->arch, m->roots};
}

/* The first machine of either kind. */
struct seen {
    const struct machine *first[3]; /* by image_kind */
};

static pl_status look_into(void *ctx, const struct pl_walk_entry *e, struct pl_err *err)
{
    struct seen *seen = ctx;
    uint8_t head[HEAD_BYTES];
    (void)err;
    if (e->type != PL_ENTRY_FILE || (seen->first[IMAGE_ELF] != NULL && seen->first[IMAGE_PE] != NULL))
        return PL_OK;
    int fd = openat(e->dir_fd, e->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    const struct machine *m = n <= 0 ? NULL : machine_of(pl_bytes_of(head, (size_t)n));
    if (fd >= 0)
        (void)close(fd); /* it was read only */
    if (m != NULL && seen->first[m->kind] == NULL)
        seen->first[m->kind] = m;
    return PL_OK;
}

pl_status pl_compilers_of_folder(const char *path, const struct pl_limits *limits, struct pl_arena *arena,
                                 struct pl_compilers *out, struct pl_err *err)
{
    struct seen seen = {{NULL, NULL, NULL}};
    struct pl_walk_sink sink = {.ctx = &seen, .entry = look_into};
    struct pl_err why;
    *out = (struct pl_compilers){NULL, NULL};
    pl_status st = pl_walk(path, limits, &sink, &why);
    if (st == PL_E_NOMEM)
        return pl_fail_nomem(err);
    const struct machine *elf = seen.first[IMAGE_ELF];
    const struct machine *pe = seen.first[IMAGE_PE];
    if (elf == NULL && pe == NULL)
        return PL_OK;
    if (elf == NULL || pe == NULL) {
        *out = (struct pl_compilers){(elf != NULL ? elf : pe)->arch, (elf != NULL ? elf : pe)->roots};
        return PL_OK;
    }
    out->arch =
        elf->arch; /* the cross compiler's files are for every architecture, or for this one as well */
    out->roots = pl_arena_printf(arena, "%s, %s", elf->roots, pe->roots);
    return out->roots == NULL ? pl_arena_fail(arena, err) : PL_OK;
}
