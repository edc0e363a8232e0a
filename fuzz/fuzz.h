/*
 * fuzz.h - what every target asserts: a second run on the same bytes says what the first one said.
 *
 * A target says what it saw: classes and offsets of claims, kinds and places of tokens, texts. What hangs on addresses, on memory that was never
 * set, or on what an earlier input left behind says something else the second time.
 */
#ifndef PL_FUZZ_H
#define PL_FUZZ_H

#include "base/bytes.h"
#include "model/file.h"
#include "model/limits.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A library that is told of a size asks for it (libarchive, of a 7z's folder), and malloc(3) refuses what is too much; ASan ends the program instead, unless
 * it is told to refuse, too.
 */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* The defaults. */
static inline const struct pl_limits *fuzz_limits(void)
{
    static struct pl_limits limits;
    limits = pl_limits_default();
    return &limits;
}

static uint64_t fuzz_said;

static inline void fuzz_say(uint64_t value)
{
    fuzz_said = (fuzz_said ^ value) * 0x100000001b3u; /* as FNV-1a, eight bytes at a time */
    fuzz_said ^= fuzz_said >> 29;
}

static inline void fuzz_say_bytes(pl_bytes bytes)
{
    fuzz_say(bytes.n);
    for (size_t i = 0; i < bytes.n; i++)
        fuzz_say(bytes.p[i]);
}

static inline void fuzz_say_findings(const struct pl_findings *findings)
{
    for (size_t i = 0; i < findings->list.n; i++) {
        const struct pl_finding *f = &findings->list.v[i];
        fuzz_say_bytes(pl_bytes_of_str(f->tag));
        fuzz_say((uint64_t)f->severity);
        fuzz_say(f->offset);
        fuzz_say(f->length);
    }
}

/* The ledger of a leaf or a container, which must sum once it is sealed. */
static inline void fuzz_say_ledger(const struct pl_ledger *l)
{
    for (size_t i = 0; i < l->settled.n; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        fuzz_say(c->offset);
        fuzz_say(c->length);
        fuzz_say((uint64_t)c->class);
        fuzz_say((uint64_t)c->grade);
        fuzz_say(c->source_offset);
        fuzz_say_bytes(pl_bytes_of_str(c->rule));
    }
    if (!l->is_sealed)
        return;
    uint64_t by_class[PL_CLASS_COUNT];
    uint64_t sum = pl_ledger_totals(l, by_class, NULL);
    for (int i = 0; i < PL_CLASS_COUNT; i++)
        sum += by_class[i];
    if (sum != l->size) {
        (void)fprintf(stderr, "fuzz: the classes of a ledger do not sum to its size\n");
        abort();
    }
}

/*
 * The end of a ledger that a target filled by itself: claims lie in the file, in order and apart; what none of them holds is unaccounted, and then the
 * classes sum.
 */
static inline void fuzz_seal_ledger(struct pl_ledger *l)
{
    uint64_t at = 0;
    for (size_t i = 0; i < l->settled.n; i++) {
        const struct pl_claim *c = &l->settled.v[i];
        if (c->offset < at || c->length == 0 || c->offset > l->size || c->length > l->size - c->offset) {
            (void)fprintf(stderr, "fuzz: a claim overlaps another one, or leaves its file\n");
            abort();
        }
        at = c->offset + c->length;
    }
    if (pl_ledger_seal(l, PL_CLASS_UNACCOUNTED, "fuzz", NULL) != PL_OK)
        abort();
    fuzz_say_ledger(l);
}

#define FUZZ_TWICE(look)                                                                                     \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                            \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                             \
    {                                                                                                        \
        fuzz_said = 0;                                                                                       \
        look(data, size);                                                                                    \
        uint64_t first = fuzz_said;                                                                          \
        fuzz_said = 0;                                                                                       \
        look(data, size);                                                                                    \
        if (fuzz_said != first) {                                                                            \
            (void)fprintf(stderr, "fuzz: two runs disagree\n");                                              \
            abort();                                                                                         \
        }                                                                                                    \
        return 0;                                                                                            \
    }

#endif
