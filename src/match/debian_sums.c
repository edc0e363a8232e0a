/*
 * debian_sums.c - small files of a .deb that follow from the rest of it: debian-binary, md5sums, conffiles.
 *
 *     md5sums      "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n" a line for each file that is no conffile
 *     conffiles    "/etc/x\n" a line for each file below etc/
 *
 * The md5 is compared with the bytes that are really there; nothing is believed because md5sums says so.
 * Source: deb(5), deb-md5sums(5), dh_md5sums(1), deb-conffiles(5), dh_installdeb(1).
 */
#include "base/map.h"
#include "match/debian.h"

#include <string.h>

static pl_status apply_binary(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    bool is_member =
        pl_bytes_eq_str(f->path, "debian-binary") || pl_bytes_ends(f->path, PL_LIT(".deb!/debian-binary"));
    if (!is_member || !pl_bytes_eq_str(f->data, "2.0\n"))
        return PL_OK;
    return pl_match_claim(f, 0, f->data.n, PL_CLASS_GENERATED, PL_GRADE_NONE, "debian.binary-version", NULL,
                          err);
}

const struct pl_rung pl_rung_debian_binary = {
    .rule = "debian.binary-version",
    .what = "The version of the .deb format, written by dpkg-deb: \"2.0\".",
    .source = "deb(5)",
    .pass = PL_PASS_FILE,
    .apply = apply_binary,
};

/* Name -> position in m->files, for the data members of the package that `f` belongs to. */
static pl_status map_members(const struct pl_match *m, const struct pl_file *f, struct pl_map *by_name,
                             struct pl_err *err)
{
    struct pl_deb_place mine;
    struct pl_deb_place other;
    pl_status st = PL_OK;
    if (!pl_deb_place_of(f, &mine))
        return PL_OK;
    for (size_t i = 0; st == PL_OK && i < m->n_files; i++)
        if (pl_deb_place_of(m->files[i], &other) && !other.is_control &&
            pl_bytes_eq(mine.package, other.package))
            st = pl_map_set(by_name, other.name, i, err);
    /* A hard link has the bytes of the member that it names; tar puts that one before it. */
    for (size_t i = 0; st == PL_OK && i < m->n_files; i++) {
        const struct pl_file *link = m->files[i];
        uint64_t target;
        pl_bytes name = pl_bytes_starts(link->link_target, PL_LIT("./")) ? pl_bytes_from(link->link_target, 2)
                                                                         : link->link_target;
        if (link->type == PL_ENTRY_HARDLINK && pl_deb_place_of(link, &other) && !other.is_control &&
            pl_bytes_eq(mine.package, other.package) && pl_map_get(by_name, name, &target))
            st = pl_map_set(by_name, other.name, target, err);
    }
    return st;
}

struct sums {
    const struct pl_match *m;
    struct pl_file *f;
    struct pl_map by_name;
};

static pl_status mismatch(struct sums *s, const struct pl_lines *l, pl_bytes name, const char *why,
                          struct pl_err *err)
{
    struct pl_finding *finding;
    pl_status st = pl_findings_add(&s->f->findings, "pkg.md5sums-mismatch", PL_SEVERITY_ERROR, l->offset,
                                   l->length, &finding, err, "md5sums %s", why);
    if (st == PL_OK)
        st = pl_finding_fact(&s->f->findings, finding, "file", name, err);
    return st;
}

static pl_status check_sum(struct sums *s, const struct pl_lines *l, struct pl_err *err)
{
    uint8_t md5[PL_MD5_BYTES];
    uint64_t at;
    pl_bytes name = pl_bytes_from(l->text, 34);
    if (l->text.n < 35 || !pl_unhex(pl_bytes_sub(l->text, 0, 32), md5, sizeof md5) ||
        !pl_bytes_eq_str(pl_bytes_sub(l->text, 32, 2), "  "))
        return PL_OK; /* no line of this file; it stays unaccounted */
    if (!pl_map_get(&s->by_name, name, &at))
        return mismatch(s, l, name, "names a file that the package does not hold", err);
    if (!s->m->files[at]->has_digests)
        return PL_OK; /* too large to be held: nobody can say */
    if (memcmp(s->m->files[at]->md5.b, md5, sizeof md5) != 0)
        return mismatch(s, l, name, "has another digest than the file", err);
    return pl_match_claim(s->f, l->offset, l->length, PL_CLASS_GENERATED, PL_GRADE_NONE, "debian.md5sums",
                          NULL, err);
}

static pl_status apply_md5sums(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct sums s = {.m = m, .f = f};
    if (!pl_deb_is_control(f, "md5sums"))
        return PL_OK;
    pl_map_init(&s.by_name);
    pl_status st = map_members(m, f, &s.by_name, err);
    struct pl_lines l = pl_lines_of(f->data);
    while (st == PL_OK && pl_lines_next(&l))
        st = check_sum(&s, &l, err);
    pl_map_reset(&s.by_name);
    return st;
}

const struct pl_rung pl_rung_debian_md5sums = {
    .rule = "debian.md5sums",
    .what = "Each line of md5sums is made again from the bytes of the file that it names.",
    .source = "dh_md5sums(1), deb-md5sums(5)",
    .pass = PL_PASS_PACKAGE,
    .apply = apply_md5sums,
};

static pl_status apply_conffiles(const struct pl_match *m, struct pl_file *f, struct pl_err *err)
{
    struct pl_map by_name;
    uint64_t at;
    if (!pl_deb_is_control(f, "conffiles"))
        return PL_OK;
    pl_map_init(&by_name);
    pl_status st = map_members(m, f, &by_name, err);
    struct pl_lines l = pl_lines_of(f->data);
    while (st == PL_OK && pl_lines_next(&l))
        if (pl_bytes_starts(l.text, PL_LIT("/etc/")) && pl_map_get(&by_name, pl_bytes_from(l.text, 1), &at))
            st = pl_match_claim(f, l.offset, l.length, PL_CLASS_GENERATED, PL_GRADE_NONE, "debian.conffiles",
                                NULL, err);
    pl_map_reset(&by_name);
    return st;
}

const struct pl_rung pl_rung_debian_conffiles = {
    .rule = "debian.conffiles",
    .what = "Each line of conffiles names a file of the package below /etc.",
    .source = "dh_installdeb(1), deb-conffiles(5)",
    .pass = PL_PASS_PACKAGE,
    .apply = apply_conffiles,
};
