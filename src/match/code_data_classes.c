/*
 * code_data_classes.c - tables of classes of characters that a program of the sources writes (corpus/tables_classes.c).
 *
 * Where accounted code refers to, the table's character 0 stands; those of the upper half stand before it when a char has a sign. It is one of
 * the source's tables when all characters of a class have one number, each class has another one, and all others between the first and the last
 * have one and the same.
 *
 * What somebody could hide behind this: one byte a class, each repeated where the source says, in a table that accounted code reads.
 */
#include "match/code_data.h"

#define RULE_CLASSES "data.classes"
#define MIN_BYTES    16u

static uint64_t place_of(uint64_t zero, unsigned character, bool has_sign)
{
    return has_sign && character >= 128 ? zero - (256 - character) : zero + character;
}

/* Do the classes stand around `zero`? [*from, *end) is then what they say. */
static bool fits(const struct pl_data *d, const struct pl_table_classes *c, uint64_t zero, bool has_sign,
                 uint64_t *from, uint64_t *end)
{
    int value_of[PL_TABLE_CLASSES + 1]; /* of class 0: all others */
    bool is_taken[256] = {false};
    *from = UINT64_MAX;
    *end = 0;
    for (size_t i = 0; i <= PL_TABLE_CLASSES; i++)
        value_of[i] = -1;
    for (unsigned i = 0; i < 256; i++) {
        uint64_t at = place_of(zero, i, has_sign);
        if (c->class_of[i] == 0)
            continue;
        *from = at < *from ? at : *from;
        *end = at + 1 > *end ? at + 1 : *end;
    }
    if (zero < 128 || *end < *from + MIN_BYTES || !pl_data_is_data(d, *from, *end - *from))
        return false;
    for (unsigned i = 0; i < 256; i++) {
        uint64_t at = place_of(zero, i, has_sign);
        if (at < *from || at >= *end)
            continue;
        int *value = &value_of[c->class_of[i]];
        uint8_t byte = d->f->data.p[at];
        if ((*value < 0 && is_taken[byte]) || (*value >= 0 && *value != byte))
            return false;
        *value = byte;
        is_taken[byte] = true;
    }
    return true;
}

static pl_status try_object(struct pl_data *d, const struct pl_data_object *o, struct pl_err *err)
{
    size_t n;
    const struct pl_table_classes *all = pl_tables_classes(d->m->tables, &n);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct pl_table_classes *c = &all[i / 2];
        uint64_t from;
        uint64_t end;
        if (!fits(d, c, o->offset, i % 2 == 0, &from, &end))
            continue;
        const char *source = pl_data_source(d, c->unit, c->at, c->end, err);
        return source == NULL ? PL_E_NOMEM
                              : pl_data_claim(d, from, end - from, PL_CLASS_DERIVED, PL_GRADE_C, RULE_CLASSES,
                                              source, err);
    }
    return PL_OK;
}

pl_status pl_data_find_classes(struct pl_data *d, struct pl_err *err)
{
    pl_status st = PL_OK;
    for (size_t i = 0; i < d->objects.n && st == PL_OK; i++)
        if (d->objects.v[i].is_trusted && !d->objects.v[i].is_suspect)
            st = try_object(d, &d->objects.v[i], err);
    return st;
}
