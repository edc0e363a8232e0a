/*
 * finding.c - gathering findings of one file.
 */
#include "model/finding.h"

#include <stdarg.h>
#include <stdio.h>

void pl_findings_init(struct pl_findings *f, struct pl_arena *arena, uint64_t max)
{
    *f = (struct pl_findings){.arena = arena, .max = max};
}

void pl_findings_reset(struct pl_findings *f)
{
    PL_VEC_FREE(&f->list);
    f->dropped = 0;
    f->dropped_errors = 0;
}

uint64_t pl_findings_room(const struct pl_findings *f)
{
    return f->max > UINT64_MAX / 2 ? UINT64_MAX : 2 * f->max;
}

pl_status pl_findings_add(struct pl_findings *f, const char *tag, enum pl_severity severity, uint64_t offset,
                          uint64_t length, struct pl_finding **out, struct pl_err *err, const char *fmt, ...)
{
    if (out != NULL)
        *out = NULL;
    uint64_t room = severity == PL_SEVERITY_ERROR ? pl_findings_room(f) : f->max;
    if (f->list.n >= room) {
        f->dropped++;
        f->dropped_errors += severity == PL_SEVERITY_ERROR;
        return PL_OK;
    }
    char text[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args); /* a longer message is cut; facts carry the data */
    va_end(args);
    const char *message = pl_arena_str(f->arena, pl_bytes_of_str(text));
    if (message == NULL)
        return pl_arena_fail(f->arena, err);
    struct pl_finding *slot = PL_VEC_ADD(&f->list);
    if (slot == NULL)
        return pl_fail_nomem(err);
    *slot = (struct pl_finding){.tag = tag,
                                .severity = severity,
                                .judged = severity,
                                .offset = offset,
                                .length = length,
                                .message = message};
    if (out != NULL)
        *out = slot;
    return PL_OK;
}

pl_status pl_finding_fact(struct pl_findings *f, struct pl_finding *finding, const char *name, pl_bytes value,
                          struct pl_err *err)
{
    if (finding == NULL)
        return PL_OK;
    for (int i = 0; i < PL_FINDING_FACTS; i++) {
        if (finding->facts[i].name != NULL)
            continue;
        pl_bytes kept = pl_arena_keep(f->arena, value);
        if (kept.p == NULL)
            return pl_arena_fail(f->arena, err);
        finding->facts[i] = (struct pl_fact){.name = name, .value = kept};
        break;
    }
    return PL_OK;
}
