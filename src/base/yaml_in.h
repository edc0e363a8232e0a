/*
 * yaml_in.h - a small YAML file that a person wrote, as a tree with lines and columns.
 *
 * What could say something else than it seems to is refused: anchors, aliases, tags, merge keys, directives, several documents, a key that
 * stands twice, keys that are not plain text.
 */
#ifndef PL_BASE_YAML_IN_H
#define PL_BASE_YAML_IN_H

#include "base/arena.h"

#define PL_YAML_MAX_BYTES ((size_t)1 << 20)
#define PL_YAML_MAX_DEPTH 12
#define PL_YAML_MAX_NODES 50000u

enum pl_yaml_kind { PL_YAML_SCALAR, PL_YAML_LIST, PL_YAML_MAP };

struct pl_yaml {
    enum pl_yaml_kind kind;
    const char *key;       /* in a map; NULL elsewhere */
    const char *text;      /* of a scalar; "" for nothing */
    struct pl_yaml *first; /* of a list or map */
    struct pl_yaml *next;  /* after this one in its list or map */
    uint32_t line, column; /* of the key, or of the value where there is none; counted from 1 */
    uint32_t value_line, value_column;
};

/*
 * *out lives in `arena`. PL_E_USAGE with "NAME:LINE:COLUMN: …" for what is not YAML or refused, PL_E_LIMIT, PL_E_NOMEM. An empty file is a
 * map without keys.
 */
PL_MUST_USE pl_status pl_yaml_read(pl_bytes text, const char *name, struct pl_arena *arena,
                                   struct pl_yaml **out, struct pl_err *err);

#endif
