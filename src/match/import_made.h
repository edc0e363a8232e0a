/*
 * import_made.h - names that generators write into C, by what calls for the generator.
 */
#ifndef PL_MATCH_IMPORT_MADE_H
#define PL_MATCH_IMPORT_MADE_H

#include "base/bytes.h"
#include "corpus/literals.h"

/* Does a tool that the build runs on a file of the source write a call of this function? */
bool pl_import_is_made(const struct pl_literals *l, pl_bytes name);
/*
 * Does a variable of the source go out of scope that way: g_thing_free() of g_autoptr(GThing), g_auto(GThing)? The compiler puts the call into whichever function has the variable, by
 * functions of GLib's headers that macros write.
 */
bool pl_import_is_cleanup(const struct pl_literals *l, pl_bytes name);

/*
 * "ASN1_INTEGER_it", where a macro that the source reaches makes name##_it and the source has ASN1_INTEGER: the macro is used through others, with arguments that may be macros
 * themselves. *source, "src/main.c:12", is taken from `arena`.
 */
bool pl_import_is_joined(const struct pl_literals *l, pl_bytes name, struct pl_arena *arena,
                         const char **source);
/* "passwordEditChanged" of a class in a header, which a macro there makes of its argument passwordEdit. */
bool pl_import_is_joined_in_header(const struct pl_literals *l, pl_bytes word);

#endif
