/*
 * source_walk.h - the walk over a body: where it stands, and the declarations on its way.
 *
 * Internal to source_body.c and source_declare.c.
 */
#ifndef PL_FEATURE_SOURCE_WALK_H
#define PL_FEATURE_SOURCE_WALK_H

#include "feature/source_read.h"

#define PL_SOURCE_LOOKAHEAD 64u /* tokens that are looked at to tell a declaration or a cast */
#define PL_SOURCE_SWITCHES  32u /* switch within switch */
#define PL_SOURCE_INNER     16u /* definitions that are open within a function */

struct pl_source_walk {
    struct pl_source_reader *r;
    uint32_t i, to, from;
    uint32_t depth;    /* of all brackets */
    uint32_t brackets; /* of [ alone */
    bool is_fresh;     /* a statement may begin here */
    bool is_declaring; /* behind a declared name; a comma at `declared_depth` brings another */
    uint32_t declared_depth;
    uint32_t static_from; /* token where a static declaration began, 0: it is not static */
    bool is_extern;       /* the declaration is of something outside of the function */
    struct {
        size_t atom;
        uint32_t end;
    } switches[PL_SOURCE_SWITCHES];
    unsigned n_switches;
    struct {
        size_t definition;
        uint32_t end;
    } inner[PL_SOURCE_INNER];
    unsigned n_inner;
};

static inline bool pl_source_is_local(const struct pl_source_reader *r, uint32_t i)
{
    return pl_source_symbol_at(r, i)->local_of == r->function;
}

/* A statement begins at b->i. True when it is a declaration, of which the type and the first name are taken. */
bool pl_source_take_declaration(struct pl_source_walk *b);
/* Behind the comma of a declaration: `, *name`. */
bool pl_source_take_next_declarator(struct pl_source_walk *b);
/* Definitions within that end at or before `at` have all their atoms. */
void pl_source_pop_inner(struct pl_source_walk *b, uint32_t at);
/* The token behind the [..] and attributes that follow a declared name. */
uint32_t pl_source_after_declarator(const struct pl_source_reader *r, uint32_t i, uint32_t to);

#endif
