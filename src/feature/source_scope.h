/*
 * source_scope.h - declarations at file, namespace and class scope.
 *
 * Internal to the reader of C, C++ and Objective-C.
 */
#ifndef PL_FEATURE_SOURCE_SCOPE_H
#define PL_FEATURE_SOURCE_SCOPE_H

#include "feature/source_read.h"

struct pl_declarator {
    uint32_t name;        /* token, 0: there is none */
    uint32_t open, close; /* parentheses of the parameters */
    uint32_t macro;       /* token of the macro that makes the name, else 0 */
};

/* __attribute__, asm, typeof: the group behind them holds no parameters. */
bool pl_source_is_group_word(const struct pl_source_reader *r, uint32_t i);
/* A word in capitals. */
bool pl_source_is_macro_like(const struct pl_source_reader *r, uint32_t i);
/* The first, or last, plain name in (open, close), at any depth; 0 when there is none. */
uint32_t pl_source_first_name(const struct pl_source_reader *r, uint32_t open, uint32_t close);
uint32_t pl_source_last_name(const struct pl_source_reader *r, uint32_t open, uint32_t close);

/* The function that the head [start, end) declares. `class_name`: symbol of the class around it, whose constructors have no type. */
struct pl_declarator pl_source_declarator(const struct pl_source_reader *r, uint32_t start, uint32_t end,
                                          uint32_t class_name);
/* The last name with a group behind it: f(a) in `f(int a)` of one arm and `f(a) int a;` of the other. */
struct pl_declarator pl_source_last_declarator(const struct pl_source_reader *r, uint32_t start,
                                               uint32_t end);
/* The name that the declarator before the `=` at `equals` declares; *macro as in struct pl_declarator. */
uint32_t pl_source_object_name(const struct pl_source_reader *r, uint32_t start, uint32_t equals,
                               uint32_t *macro);
/* The token of struct, union or enum when the brace at `open` is the body of a type, else 0. */
uint32_t pl_source_type_of_brace(const struct pl_source_reader *r, uint32_t start, uint32_t open);
/* The name of the type whose tag stands at `tag` and whose body opens at `open`: 0 when it has none. */
uint32_t pl_source_type_name(const struct pl_source_reader *r, uint32_t tag, uint32_t open);

/* The parenthesis that opens the parameters of the operator whose word stands at `i`, or 0. */
uint32_t pl_source_operator_parameters(const struct pl_source_reader *r, uint32_t i, uint32_t to);
/* What the declarator is called: "f", "~Foo", "operator==". Borrowed from the text. */
pl_bytes pl_source_declared_name(const struct pl_source_reader *r, const struct pl_declarator *d);
/* What stands before the name at `i`, its last :: left out: "ns::Class" of ns::Class::f. Borrowed from the text. */
pl_bytes pl_source_qualifier(const struct pl_source_reader *r, uint32_t start, uint32_t i);
/* The brace of the body behind the initialisers of a constructor, whose colon stands at `i`; 0 when they are none. */
uint32_t pl_source_constructor_brace(const struct pl_source_reader *r, uint32_t i, uint32_t to);

/* Static, inline and the rest from the words of [start, end); resolvers of ifunc are noted. */
uint8_t pl_source_flags(struct pl_source_reader *r, uint32_t start, uint32_t end);

#endif
