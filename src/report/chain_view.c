/*
 * chain_view.c - reading a chain's JSON for a comparison or a gate.
 */
#include "report/chain_view.h"

#include "base/json_in.h"
#include "base/quote.h"

#include <string.h>

#define MAX_COMPONENTS   1000000u
#define MAX_ERRORS       10000u
#define MAX_EDGES        20000000u
#define MAX_FINDINGS     16000000u
#define SCHEMA           "https://plumbline.dev/schema/chain/1"
#define MAX_STRING_BYTES ((size_t)1 << 20)
#define MAX_MEMORY_BYTES ((size_t)4 << 30)
#define MAX_LEVEL        4u

struct reader {
    struct pl_json_in in;
    struct pl_chain_view *v;
    bool has_schema;
};

typedef bool (*field_reader)(struct reader *x, void *to);

struct field {
    const char *key;
    field_reader read;
};

/* Keys that are not in the list are passed over; one that comes twice is refused. */
static bool read_fields(struct reader *x, const struct field *fields, size_t n, void *to)
{
    pl_bytes key;
    uint32_t seen = 0;
    if (!pl_json_in_object(&x->in))
        return false;
    while (pl_json_in_key(&x->in, &key)) {
        size_t i = 0;
        while (i < n && !pl_bytes_eq_str(key, fields[i].key))
            i++;
        if (i < n && (seen & 1u << i) != 0)
            return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "the key '%s' stands twice",
                                   fields[i].key);
        if (i < n)
            seen |= 1u << i;
        if (!(i < n ? fields[i].read(x, to) : pl_json_in_skip(&x->in)))
            return false;
    }
    return x->in.why == PL_OK;
}

/* A quoted text into the arena, as it was before. */
static bool take_text(struct reader *x, const char **to)
{
    pl_bytes text;
    struct pl_buf b;
    if (!pl_json_in_string(&x->in, &text))
        return false;
    pl_buf_init(&b, MAX_STRING_BYTES);
    bool is_good = pl_unquote(&b, text) && memchr(b.p == NULL ? (const uint8_t *)"" : b.p, 0, b.n) == NULL;
    pl_status why = b.why;
    const char *kept = is_good && why == PL_OK ? pl_arena_str(&x->v->arena, pl_buf_bytes(&b)) : NULL;
    pl_buf_reset(&b);
    if (why != PL_OK)
        return pl_json_in_fail(&x->in, x->in.value_at, why, "no memory for the text");
    if (!is_good)
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT,
                               "the text is not quoted as chains quote it");
    if (kept == NULL)
        return pl_json_in_fail(&x->in, x->in.value_at, x->v->arena.why, "no memory for the text");
    *to = kept;
    return true;
}

static bool take_level(struct reader *x, bool *has, unsigned *to)
{
    uint64_t value;
    *has = false;
    if (pl_json_in_is_null(&x->in))
        return true;
    if (!pl_json_in_u64(&x->in, &value))
        return false;
    if (value > MAX_LEVEL)
        return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "a level is at most %u", MAX_LEVEL);
    *has = true;
    *to = (unsigned)value;
    return true;
}

#define TEXT_FIELD(name, field)                                                                              \
    static bool read_##name(struct reader *x, void *to)                                                      \
    {                                                                                                        \
        return take_text(x, &((struct pl_chain_component *)to)->field);                                      \
    }
TEXT_FIELD(key, key)
TEXT_FIELD(name, name)
TEXT_FIELD(version, version)

/* One of three, told apart from any other word. */
static bool read_scope(struct reader *x, void *to)
{
    static const char *const scopes[] = {"required", "optional", "dev"};
    pl_bytes word;
    if (!pl_json_in_string(&x->in, &word))
        return false;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        if (pl_bytes_eq_str(word, scopes[i])) {
            ((struct pl_chain_component *)to)->scope = scopes[i];
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "required, optional or dev expected");
}

static bool read_purl(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    return pl_json_in_is_null(&x->in) || take_text(x, &c->purl);
}

static bool read_not_examined(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    return pl_json_in_is_null(&x->in) || take_text(x, &c->not_examined);
}

static bool read_product(struct reader *x, void *to)
{
    return pl_json_in_bool(&x->in, &((struct pl_chain_component *)to)->is_product);
}

static bool read_own(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    return take_level(x, &c->has_own, &c->own);
}

static bool read_chain(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    return take_level(x, &c->has_chain, &c->chain);
}

static bool read_levels(struct reader *x, void *to)
{
    static const struct field fields[] = {{"own", read_own}, {"chain", read_chain}};
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_verdict(struct reader *x, void *to)
{
    pl_bytes word;
    if (!pl_json_in_string(&x->in, &word))
        return false;
    for (int v = PL_VERDICT_UNCHECKED; v <= PL_VERDICT_UNPROVEN; v++)
        if (pl_bytes_eq_str(word, pl_verdict_name((enum pl_verdict)v))) {
            *(enum pl_verdict *)to = (enum pl_verdict)v;
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "a verdict expected");
}

static bool read_links(struct reader *x, void *to)
{
    static const struct field fields[] = {{"verdict", read_verdict}};
    struct pl_chain_component *c = to;
    pl_bytes key;
    if (!pl_json_in_object(&x->in))
        return false;
    while (pl_json_in_key(&x->in, &key)) {
        int l = 0;
        while (l < PL_LINK_COUNT && !pl_bytes_eq_str(key, pl_link_name((enum pl_link)l)))
            l++;
        if (!(l < PL_LINK_COUNT ? read_fields(x, fields, 1, &c->links[l]) : pl_json_in_skip(&x->in)))
            return false;
    }
    return x->in.why == PL_OK;
}

static bool read_how(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    pl_bytes word;
    if (!pl_json_in_string(&x->in, &word))
        return false;
    for (int h = PL_HOW_GIVEN; h <= PL_HOW_CLAIMED; h++)
        if (pl_bytes_eq_str(word, pl_how_name((enum pl_how)h))) {
            bool is_weaker = h == PL_HOW_CLAIMED || (h == PL_HOW_GIVEN && c->how == PL_HOW_VERIFIED);
            c->sources_by_how[h]++;
            if (c->n_sources++ == 0 || is_weaker)
                c->how = (enum pl_how)h;
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "given, verified or claimed expected");
}

static bool read_sources(struct reader *x, void *to)
{
    static const struct field fields[] = {{"how", read_how}};
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in))
        if (!read_fields(x, fields, 1, to))
            return false;
    return x->in.why == PL_OK;
}

#define NUMBER_FIELD(name, field)                                                                            \
    static bool read_##name(struct reader *x, void *to)                                                      \
    {                                                                                                        \
        return pl_json_in_u64(&x->in, &((struct pl_chain_component *)to)->field);                            \
    }
NUMBER_FIELD(total, total)
NUMBER_FIELD(unaccounted, unaccounted)
NUMBER_FIELD(opaque, opaque)
NUMBER_FIELD(error_count, errors)
NUMBER_FIELD(warning_count, warnings)
NUMBER_FIELD(active, measure.active)
NUMBER_FIELD(active_unaccounted, measure.active_unaccounted)
NUMBER_FIELD(passive, measure.passive)
NUMBER_FIELD(passive_unaccounted, measure.passive_unaccounted)

static bool read_grades(struct reader *x, uint64_t *by_grade)
{
    pl_bytes key;
    if (!pl_json_in_object(&x->in))
        return false;
    while (pl_json_in_key(&x->in, &key)) {
        int g = PL_GRADE_A;
        while (g < PL_GRADE_COUNT && !pl_bytes_eq_str(key, pl_grade_name((enum pl_grade)g)))
            g++;
        if (!(g < PL_GRADE_COUNT ? pl_json_in_u64(&x->in, &by_grade[g]) : pl_json_in_skip(&x->in)))
            return false;
    }
    return x->in.why == PL_OK;
}

static bool read_code(struct reader *x, void *to)
{
    return read_grades(x, ((struct pl_chain_component *)to)->measure.code);
}

static bool read_text(struct reader *x, void *to)
{
    return read_grades(x, ((struct pl_chain_component *)to)->measure.text);
}

static bool read_active_bytes(struct reader *x, void *to)
{
    static const struct field fields[] = {{"total", read_active},
                                          {"unaccounted", read_active_unaccounted},
                                          {"code_by_grade", read_code},
                                          {"text_by_grade", read_text}};
    ((struct pl_chain_component *)to)->has_measure = true;
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_passive_bytes(struct reader *x, void *to)
{
    static const struct field fields[] = {{"total", read_passive}, {"unaccounted", read_passive_unaccounted}};
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_bytes(struct reader *x, void *to)
{
    static const struct field fields[] = {{"total", read_total},
                                          {"unaccounted", read_unaccounted},
                                          {"opaque", read_opaque},
                                          {"active", read_active_bytes},
                                          {"passive", read_passive_bytes}};
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_exit_code(struct reader *x, enum pl_exit *to)
{
    uint64_t code;
    if (!pl_json_in_u64(&x->in, &code))
        return false;
    *to = code <= PL_EXIT_TRUST ? (enum pl_exit)code : PL_EXIT_BUG;
    return true;
}

static bool read_component_exit(struct reader *x, void *to)
{
    return read_exit_code(x, &((struct pl_chain_component *)to)->exit);
}

static bool read_tag(struct reader *x, void *to)
{
    return take_text(x, &((struct pl_chain_finding *)to)->tag);
}

static bool read_severity(struct reader *x, void *to)
{
    pl_bytes word;
    if (!pl_json_in_string(&x->in, &word))
        return false;
    for (int s = PL_SEVERITY_NOTE; s <= PL_SEVERITY_ERROR; s++)
        if (pl_bytes_eq_str(word, pl_severity_name((enum pl_severity)s))) {
            ((struct pl_chain_finding *)to)->severity = (enum pl_severity)s;
            return true;
        }
    return pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "note, warning or error expected");
}

static bool read_path(struct reader *x, void *to)
{
    return take_text(x, &((struct pl_chain_finding *)to)->path);
}

static bool read_digest(struct reader *x, void *to)
{
    struct pl_chain_finding *f = to;
    pl_bytes hex;
    if (pl_json_in_is_null(&x->in))
        return true;
    if (!pl_json_in_string(&x->in, &hex))
        return false;
    f->has_sha256 = hex.n == 2 * PL_SHA256_BYTES && pl_unhex(hex, f->sha256.b, PL_SHA256_BYTES);
    return f->has_sha256 || pl_json_in_fail(&x->in, x->in.value_at, PL_E_INPUT, "not a sha256");
}

static bool read_offset(struct reader *x, void *to)
{
    return pl_json_in_is_null(&x->in) || pl_json_in_u64(&x->in, &((struct pl_chain_finding *)to)->offset);
}

static bool read_length(struct reader *x, void *to)
{
    return pl_json_in_u64(&x->in, &((struct pl_chain_finding *)to)->length);
}

static bool read_finding(struct reader *x, struct pl_chain_finding *to)
{
    static const struct field fields[] = {{"tag", read_tag},       {"severity", read_severity},
                                          {"path", read_path},     {"sha256", read_digest},
                                          {"offset", read_offset}, {"length", read_length}};
    *to = (struct pl_chain_finding){.tag = "", .offset = PL_NO_OFFSET};
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_findings(struct reader *x, struct pl_chain_finding_list *to)
{
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in)) {
        struct pl_chain_finding one;
        if (to->list.n == MAX_FINDINGS)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_LIMIT, "more than %u findings", MAX_FINDINGS);
        if (!read_finding(x, &one))
            return false;
        struct pl_chain_finding *slot = PL_VEC_ADD(&to->list);
        if (slot == NULL)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_NOMEM, "no memory for the finding");
        *slot = one;
    }
    return x->in.why == PL_OK;
}

static bool read_chain_findings(struct reader *x, void *to)
{
    (void)to; /* of the view */
    return read_findings(x, &x->v->findings);
}

static bool read_component_findings(struct reader *x, void *to)
{
    struct pl_chain_component *c = to;
    c->first_finding = x->v->component_findings.list.n;
    bool is_good = read_findings(x, &x->v->component_findings);
    c->n_findings = x->v->component_findings.list.n - c->first_finding;
    return is_good;
}

static bool read_result(struct reader *x, void *to)
{
    static const struct field fields[] = {{"links", read_links},
                                          {"sources", read_sources},
                                          {"bytes", read_bytes},
                                          {"exit_code", read_component_exit},
                                          {"findings", read_component_findings},
                                          {"warnings", read_warning_count},
                                          {"errors", read_error_count}};
    if (pl_json_in_is_null(&x->in))
        return true;
    ((struct pl_chain_component *)to)->has_result = true;
    return read_fields(x, fields, sizeof fields / sizeof fields[0], to);
}

static bool read_depends_on(struct reader *x, void *to)
{
    (void)to; /* the component that is about to be added */
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in)) {
        const char *key;
        if (x->v->wanted.n == MAX_EDGES)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_LIMIT, "more than %u dependencies", MAX_EDGES);
        if (!take_text(x, &key))
            return false;
        struct pl_chain_wanted *slot = PL_VEC_ADD(&x->v->wanted);
        if (slot == NULL)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_NOMEM, "no memory for the dependency");
        *slot = (struct pl_chain_wanted){.from = (uint32_t)x->v->components.n, .key = key};
    }
    return x->in.why == PL_OK;
}

static bool read_components(struct reader *x, void *to)
{
    static const struct field fields[] = {{"key", read_key},         {"name", read_name},
                                          {"version", read_version}, {"not_examined", read_not_examined},
                                          {"product", read_product}, {"level", read_levels},
                                          {"result", read_result},   {"purl", read_purl},
                                          {"scope", read_scope},     {"depends_on", read_depends_on}};
    (void)to; /* there is one list */
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in)) {
        struct pl_chain_component c = {0};
        struct pl_chain_component *slot;
        if (x->v->components.n == MAX_COMPONENTS)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_LIMIT, "more than %u components", MAX_COMPONENTS);
        if (!read_fields(x, fields, sizeof fields / sizeof fields[0], &c))
            return false;
        if (c.key == NULL || c.name == NULL || c.version == NULL)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_INPUT, "a component without key, name or version");
        slot = PL_VEC_ADD(&x->v->components);
        if (slot == NULL)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_NOMEM, "no memory for the component");
        *slot = c;
    }
    return x->in.why == PL_OK;
}

static bool read_message(struct reader *x, void *to)
{
    return take_text(x, to);
}

static bool read_errors(struct reader *x, void *to)
{
    static const struct field fields[] = {{"message", read_message}};
    (void)to; /* there is one list */
    if (!pl_json_in_array(&x->in))
        return false;
    while (pl_json_in_item(&x->in)) {
        const char *text = "";
        if (x->v->errors.n == MAX_ERRORS)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_LIMIT, "more than %u errors", MAX_ERRORS);
        if (!read_fields(x, fields, 1, &text))
            return false;
        const char **slot = PL_VEC_ADD(&x->v->errors);
        if (slot == NULL)
            return pl_json_in_fail(&x->in, x->in.at, PL_E_NOMEM, "no memory for the error");
        *slot = text;
    }
    return x->in.why == PL_OK;
}

static bool read_schema(struct reader *x, void *to)
{
    pl_bytes text;
    (void)to; /* only looked at */
    if (!pl_json_in_string(&x->in, &text))
        return false;
    x->has_schema = pl_bytes_eq_str(text, SCHEMA);
    return x->has_schema ||
           pl_json_in_fail(&x->in, x->in.value_at, PL_E_UNSUPPORTED, "not a chain of this kind");
}

static bool read_exit(struct reader *x, void *to)
{
    (void)to; /* of the view */
    return read_exit_code(x, &x->v->exit);
}

static bool read_required(struct reader *x, void *to)
{
    bool has;
    (void)to; /* of the view */
    return take_level(x, &has, &x->v->required);
}

static bool read_subject(struct reader *x, void *to)
{
    (void)to; /* of the view */
    return take_text(x, &x->v->subject);
}

static bool read_root(struct reader *x, void *to)
{
    (void)to; /* of the view */
    return pl_json_in_is_null(&x->in) || take_text(x, &x->v->root);
}

static bool read_level(struct reader *x, void *to)
{
    (void)to; /* of the view */
    return take_level(x, &x->v->has_level, &x->v->level);
}

pl_status pl_chain_view_read(pl_bytes text, struct pl_chain_view *out, struct pl_err *err)
{
    static const struct field fields[] = {{"schema", read_schema},    {"exit_code", read_exit},
                                          {"subject", read_subject},  {"root", read_root},
                                          {"level", read_level},      {"components", read_components},
                                          {"errors", read_errors},    {"findings", read_chain_findings},
                                          {"required", read_required}};
    struct reader x = {.v = out};
    *out = (struct pl_chain_view){.subject = "", .root = ""};
    pl_arena_init(&out->arena, MAX_MEMORY_BYTES);
    pl_json_in_init(&x.in, text, &out->arena, MAX_STRING_BYTES, "chain");
    if (read_fields(&x, fields, sizeof fields / sizeof fields[0], NULL) && !x.has_schema)
        (void)pl_json_in_fail(&x.in, x.in.at, PL_E_INPUT, "it does not say that it is a chain");
    return pl_json_in_done(&x.in, err);
}

bool pl_chain_view_fits(pl_bytes text)
{
    struct pl_arena arena;
    struct pl_json_in in;
    pl_bytes key;
    pl_bytes schema;
    bool is_one = false;
    pl_arena_init(&arena, MAX_STRING_BYTES * 4);
    pl_json_in_init(&in, text, &arena, MAX_STRING_BYTES, "chain");
    bool has_more = pl_json_in_object(&in) && pl_json_in_key(&in, &key);
    /* plumb writes it first: a report is told apart without being read to its end */
    while (has_more && !pl_bytes_eq_str(key, "schema"))
        has_more = pl_json_in_skip(&in) && pl_json_in_key(&in, &key);
    if (has_more && pl_json_in_string(&in, &schema))
        is_one = pl_bytes_eq_str(schema, SCHEMA);
    pl_arena_reset(&arena);
    return is_one;
}

void pl_chain_view_reset(struct pl_chain_view *v)
{
    PL_VEC_FREE(&v->component_findings.list);
    PL_VEC_FREE(&v->findings.list);
    PL_VEC_FREE(&v->wanted);
    PL_VEC_FREE(&v->components);
    PL_VEC_FREE(&v->errors);
    pl_arena_reset(&v->arena);
}
