/*
 * read_file.c - one file of a report, with its claims.
 *
 * The claims must tile the file from its first byte to its last, and what the file says of its bytes must be their sum.
 */
#include "report/read_json.h"

#include "base/size.h"

#include <string.h>

#define MAX_ALL_BYTES ((uint64_t)1 << 62) /* of all files together: no sum of classes can wrap */

struct read_file {
    struct pl_file *f;
    struct pl_report_counts counts;
    uint64_t members;
};

static const char *class_name(int i)
{
    return pl_class_name((enum pl_class)i);
}

static bool read_class(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, class_name, PL_CLASS_COUNT + 1, &i);
    *(enum pl_class *)to = (enum pl_class)i;
    return is_read;
}

static const char *grade_name(int i)
{
    return pl_grade_name((enum pl_grade)i);
}

static bool read_grade(struct pl_report_reader *x, void *to)
{
    int i = 0;
    bool is_read = pl_read_word(x, grade_name, PL_GRADE_COUNT, &i);
    *(enum pl_grade *)to = (enum pl_grade)i;
    return is_read;
}

static const char *role_name(int i)
{
    return pl_role_name((enum pl_role)i);
}

static bool read_role(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    int i = 0;
    bool is_read = pl_read_word(x, role_name, PL_ROLE_STRUCTURE + 1, &i);
    file->f->role = (enum pl_role)i;
    return is_read;
}

static bool read_claim(struct pl_report_reader *x, struct pl_ledger *l)
{
    static const struct pl_json_field fields[] = {
        {"offset", false, pl_read_u64, offsetof(struct pl_claim, offset)},
        {"length", false, pl_read_u64, offsetof(struct pl_claim, length)},
        {"class", false, read_class, offsetof(struct pl_claim, class)},
        {"grade", true, read_grade, offsetof(struct pl_claim, grade)},
        {"rule", false, pl_read_text, offsetof(struct pl_claim, rule)},
        {"source", true, pl_read_quoted, offsetof(struct pl_claim, source)},
        {"source_offset", true, pl_read_u64, offsetof(struct pl_claim, source_offset)},
        {"note", true, pl_read_quoted, offsetof(struct pl_claim, note)},
    };
    struct pl_claim c = {.source_offset = PL_NO_OFFSET};
    size_t at = x->in.at;
    if (!pl_read_room(x, x->n_claims++, x->limits->claims, "claims") ||
        !pl_read_object(x, fields, sizeof fields / sizeof fields[0], &c))
        return false;
    /* The size is not known yet: the sum stands in for it. */
    if (c.offset != l->size || c.length == 0 || !pl_add_u64(l->size, c.length, &l->size))
        return pl_json_in_fail(&x->in, at, PL_E_INPUT,
                               "this claim does not begin where the one before it ends, or is empty");
    if ((c.class == PL_CLASS_DERIVED) != (c.grade != PL_GRADE_NONE))
        return pl_json_in_fail(&x->in, at, PL_E_INPUT, "a grade belongs to derived bytes, and to them alone");
    struct pl_claim *slot = PL_VEC_ADD(&l->settled);
    if (slot == NULL)
        return pl_read_nomem(x);
    *slot = c;
    return true;
}

static bool read_evidence(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in))
        if (!read_claim(x, &file->f->ledger))
            return false;
    return x->in.why == PL_OK;
}

static bool read_path(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    return pl_read_quoted_bytes(x, &file->f->path);
}

static bool read_size(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    return pl_read_u64(x, &file->f->size);
}

static bool read_digest(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    if (pl_json_in_is_null(&x->in))
        return true;
    file->f->has_digests = true;
    return pl_read_sha256(x, &file->f->sha256);
}

static bool read_kind(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    return pl_read_text(x, &file->f->kind);
}

static bool read_link_target(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    return pl_read_quoted_bytes(x, &file->f->link_target);
}

static bool read_file_facts(struct pl_report_reader *x, void *to)
{
    struct read_file *file = to;
    return pl_read_facts(x, file->f->facts, PL_FILE_FACTS);
}

static bool read_atoms(struct pl_report_reader *x, void *to)
{
    static const struct pl_json_field fields[] = {
        {"total", false, pl_read_u64, offsetof(struct pl_script_account, atoms)},
        {"explained", false, pl_read_u64, offsetof(struct pl_script_account, explained)},
        {"helper", false, pl_read_u64, offsetof(struct pl_script_account, helper)},
        {"context", false, pl_read_u64, offsetof(struct pl_script_account, context)},
        {"novel", false, pl_read_u64, offsetof(struct pl_script_account, novel)},
    };
    struct read_file *file = to;
    return pl_read_object(x, fields, sizeof fields / sizeof fields[0], &file->f->script);
}

static bool same_counts(const struct pl_report_counts *said, const uint64_t by_class[PL_CLASS_COUNT],
                        const uint64_t by_grade[PL_GRADE_COUNT])
{
    uint64_t total = 0;
    for (int c = 0; c < PL_CLASS_COUNT; c++)
        total += by_class[c];
    return memcmp(said->by_class, by_class, sizeof said->by_class) == 0 &&
           memcmp(said->by_grade, by_grade, sizeof said->by_grade) == 0 && said->total == total;
}

static bool check_sums(struct pl_report_reader *x, const struct read_file *file, size_t at)
{
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t by_grade[PL_GRADE_COUNT];
    struct pl_file *f = file->f;
    if (f->ledger.size != f->size)
        return pl_json_in_fail(&x->in, at, PL_E_INPUT, "the claims of this file end at byte %llu of %llu",
                               (unsigned long long)f->ledger.size, (unsigned long long)f->size);
    if (!pl_add_u64(x->all_bytes, f->size, &x->all_bytes) || x->all_bytes > MAX_ALL_BYTES)
        return pl_json_in_fail(&x->in, at, PL_E_LIMIT, "more bytes in all files than a report can count");
    uint64_t members = pl_ledger_totals(&f->ledger, by_class, by_grade);
    if (members != file->members || !same_counts(&file->counts, by_class, by_grade))
        return pl_json_in_fail(&x->in, at, PL_E_INPUT,
                               "the bytes of this file are not the sum of its claims");
    f->ledger.is_sealed = true;
    return true;
}

/* What is no file has the name of what it is as its kind. */
static void restore_type(struct pl_file *f)
{
    for (int t = PL_ENTRY_DIRECTORY; t <= PL_ENTRY_SPECIAL; t++)
        if (strcmp(f->kind, pl_entry_type_name((enum pl_entry_type)t)) == 0)
            f->type = (enum pl_entry_type)t;
}

bool pl_read_file(struct pl_report_reader *x)
{
    static const struct pl_json_field fields[] = {
        {"path", false, read_path, 0},
        {"size", false, read_size, 0},
        {"sha256", false, read_digest, 0},
        {"kind", false, read_kind, 0},
        {"role", false, read_role, 0},
        {"link_target", true, read_link_target, 0},
        {"members", true, pl_read_u64, offsetof(struct read_file, members)},
        {"facts", true, read_file_facts, 0},
        {"bytes", false, pl_read_counts, offsetof(struct read_file, counts)},
        {"atoms", true, read_atoms, 0},
        {"evidence", false, read_evidence, 0},
    };
    struct pl_report *r = x->r;
    struct read_file file = {0};
    if (!pl_read_room(x, r->files.n, x->limits->files, "files"))
        return false;
    file.f = pl_arena_take(&r->arena, sizeof *file.f);
    struct pl_file **slot = file.f == NULL ? NULL : PL_VEC_ADD(&r->files);
    if (slot == NULL)
        return pl_read_nomem(x);
    *slot = file.f;
    file.f->order = r->files.n - 1;
    file.f->parent_order = PL_NO_PARENT;
    pl_findings_init(&file.f->findings, &r->arena, x->limits->findings);
    if (!pl_read_object(x, fields, sizeof fields / sizeof fields[0], &file))
        return false;
    restore_type(file.f);
    file.f->name = file.f->path;
    for (size_t i = file.f->path.n; i > 1; i--)
        if (file.f->path.p[i - 1] == '/' && file.f->path.p[i - 2] == '!') {
            file.f->name = pl_bytes_from(file.f->path, i);
            break;
        }
    return check_sums(x, &file, x->in.at);
}
