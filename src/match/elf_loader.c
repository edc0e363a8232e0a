/*
 * elf_loader.c - the loader that an ELF image names (PT_INTERP), and what it is to load beside or instead of libraries.
 *
 * Whoever changes one path of a few bytes there has another program run, while every byte of code is the source's. Paths of the usual C libraries are known by
 * heart. Any other has to stand in a file of the source that deals with loaders. Where some file of it deals with loaders (klibc, a test of the C library), and for the folders of package
 * stores, whose tools write the path anew into what was built, it is likely, and no more.
 *
 * Sources: gABI 4.2, "Program Interpreter"; psABI supplements of glibc's ports (sysdeps, shlib-versions); ld.so(8); rtld-audit(7); ld(1), -F and -f.
 */
#include "match/elf_loader.h"

#include "match/foreign.h"

/* What these could hide: a loader that is in a store, or that a source with loaders does not make. */
#define OF_STORE  "loader.store"
#define OF_SOURCE "loader.of-source"
/* Names of one image that all files of the source are searched for; an honest one has one. */
#define RAW_SEARCHES 16u

/* Of `path` what is behind a folder that the system's loaders are in; no bytes: it is in none of them. */
static pl_bytes below_system(pl_bytes path)
{
    static const char *const folders[] = {"/lib/",     "/lib32/",       "/lib64/",
                                          "/libx32/",  "/usr/lib/",     "/usr/lib64/",
                                          "/libexec/", "/usr/libexec/", "/system/bin/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        pl_bytes folder = pl_bytes_of_str(folders[i]);
        if (!pl_bytes_starts(path, folder))
            continue;
        pl_bytes name = pl_bytes_from(path, folder.n);
        size_t slash = pl_bytes_find_byte(name, '/', 0);
        bool is_multiarch = slash != SIZE_MAX &&
                            pl_bytes_find(pl_bytes_sub(name, 0, slash), PL_LIT("-linux-"), 0) != SIZE_MAX;
        return is_multiarch ? pl_bytes_from(name, slash + 1) : name;
    }
    return (pl_bytes){NULL, 0};
}

static bool is_system_loader(pl_bytes path)
{
    static const char *const names[] = {"ld-linux.so.2",
                                        "ld-linux.so.3",
                                        "ld-linux-x86-64.so.2",
                                        "ld-linux-x32.so.2",
                                        "ld-linux-aarch64.so.1",
                                        "ld-linux-aarch64_be.so.1",
                                        "ld-linux-armhf.so.3",
                                        "ld-linux-mipsn8.so.1",
                                        "ld-linux-riscv32-ilp32d.so.1",
                                        "ld-linux-riscv64-lp64.so.1",
                                        "ld-linux-riscv64-lp64d.so.1",
                                        "ld-linux-loongarch-lp64d.so.1",
                                        "ld-linux-ia64.so.2",
                                        "ld-linux-cskyv2-hf.so.1",
                                        "ld-linux-arc.so.2",
                                        "ld64.so.1",
                                        "ld64.so.2",
                                        "ld.so.1",
                                        "ld-elf.so.1",
                                        "linker",
                                        "linker64"};
    pl_bytes name = below_system(path);
    if (pl_bytes_is_one_of(name, names, sizeof names / sizeof names[0]))
        return true;
    return pl_bytes_starts(name, PL_LIT("ld-musl-")) && pl_bytes_ends(name, PL_LIT(".so.1")) &&
           pl_bytes_find_byte(name, '/', 0) == SIZE_MAX;
}

/*
 * Does a file of the package's own source speak of the segment or of the linker's option, and of this path? A path or a name that is only some text of the
 * source is not enough: whoever changes the image may choose among all of them.
 */
static bool deals_with_loaders(const struct pl_match *m, pl_bytes path, bool *has_path)
{
    static const char *const words[] = {".interp",    "dynamic-linker", "PT_INTERP",  "--audit",
                                        "--depaudit", "--filter",       "--auxiliary"};
    bool deals = false;
    *has_path = false;
    for (size_t t = 0; t < pl_index_tree_count(m->index); t++) {
        const struct pl_source_tree *tree = pl_index_tree(m->index, t);
        for (size_t i = 0; i < tree->files.n && tree->rank == PL_RANK_OWN; i++) {
            bool is_one = false;
            for (size_t w = 0; w < sizeof words / sizeof words[0] && !is_one; w++)
                is_one = pl_bytes_find(tree->files.v[i].data, pl_bytes_of_str(words[w]), 0) != SIZE_MAX;
            deals = deals || is_one;
            *has_path = *has_path || (is_one && pl_bytes_find(tree->files.v[i].data, path, 0) != SIZE_MAX);
        }
    }
    return deals;
}

static bool is_in_store(pl_bytes path)
{
    return pl_bytes_starts(path, PL_LIT("/nix/store/")) || pl_bytes_starts(path, PL_LIT("/gnu/store/"));
}

/* The kernel looks for a loader with a relative path where the user happens to be; a library without a slash is looked for where all are. */
static pl_status note(const struct pl_match *m, struct pl_file *f, const struct pl_elf_name *name,
                      bool is_loader, struct pl_err *err)
{
    bool has_path;
    if (f->asked[PL_FOREIGN_LOADER]++ >= RAW_SEARCHES)
        return pl_foreign_add(m, f, PL_FOREIGN_LOADER, name->offset, name->text, NULL, err);
    if (is_loader && is_system_loader(name->text))
        return PL_OK;
    bool deals = deals_with_loaders(m, name->text, &has_path);
    bool is_fixed = pl_bytes_starts(name->text, PL_LIT("/")) ||
                    (!is_loader && pl_bytes_find(name->text, PL_LIT(".so"), 0) != SIZE_MAX);
    if (has_path && is_fixed)
        return PL_OK;
    const char *loose = is_in_store(name->text) ? OF_STORE : deals && is_fixed ? OF_SOURCE : NULL;
    return pl_foreign_add(m, f, PL_FOREIGN_LOADER, name->offset, name->text, loose, err);
}

pl_status pl_elf_note_loaders(const struct pl_match *m, struct pl_file *f, const struct pl_elf_dynamic *d,
                              struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->n_loaders && st == PL_OK; i++)
        st = note(m, f, &d->loaders[i], true, err);
    for (size_t i = 0; i < d->n_helpers && st == PL_OK; i++)
        st = note(m, f, &d->helpers[i], false, err);
    return st;
}
