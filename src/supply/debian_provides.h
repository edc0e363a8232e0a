/*
 * debian_provides.h - virtual packages: names that other packages provide. Only for files of supply/.
 */
#ifndef PL_SUPPLY_DEBIAN_PROVIDES_H
#define PL_SUPPLY_DEBIAN_PROVIDES_H

#include "supply/deb_relation.h"
#include "supply/debian.h"

#include "base/vec.h"

/* One name in a Provides field, and the package that has it. Views of an index. */
struct pl_provision {
    pl_bytes name;
    pl_bytes package;
};

/* Zeroed to begin with; pl_debian_provisions_reset() at the end. */
struct pl_debian_provisions {
    PL_VEC(struct pl_provision) v; /* sorted by name, then by package */
    bool is_loaded;
    char arch[64]; /* fields are read for this one */
};

/*
 * The provider of what `r` asks for that apt-get(8) would take: of those whose version is right the one of the highest priority, the first by
 * name of several. `root` says which indices and which architecture. Reads the indices through at the first question. PL_E_NOT_FOUND.
 */
PL_MUST_USE pl_status pl_debian_find_provider(struct pl_supply *s, struct pl_debian_provisions *known,
                                              const struct pl_debian_want *root,
                                              const struct pl_deb_relation *r, struct pl_debian_hit *out,
                                              struct pl_err *err);

/* Does that version of the package provide it? A version that is asked for must be provided, too. Policy 7.5. */
bool pl_debian_does_provide(const struct pl_debian_hit *hit, const struct pl_deb_relation *r,
                            const char *arch);

/* A listed package of that name in a version that fits. PL_E_NOT_FOUND when there is none. */
PL_MUST_USE pl_status pl_debian_find_real(struct pl_supply *s, const struct pl_debian_want *root,
                                          const struct pl_deb_relation *r, struct pl_debian_hit *out,
                                          struct pl_err *err);

void pl_debian_provisions_reset(struct pl_debian_provisions *known);

#endif
