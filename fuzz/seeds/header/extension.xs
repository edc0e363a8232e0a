#include "EXTERN.h"
#include "perl.h"
static int helper(const char *s) { return puts("plain \"C\" text"); }

MODULE = JSON::XS  PACKAGE = JSON::XS  PREFIX = js_

BOOT:
    stash = gv_stashpv ("JSON::XS", 1);

PROTOTYPES: DISABLE

void
js_max_size(JSON *self, U32 size = 0, OUTLIST int n, ...)
    ALIAS:
        max = 1
        JSON::XS::least = 2
    PPCODE:
        XPUSHs(ST (0));

SV *
new(CLASS, klass)
    char *CLASS
    CODE:
        RETVAL = newSV (0);
    OUTPUT: RETVAL

int
Other::Class::size(text, length(text), flags = (1, 2))
    const char *text

void
Other::Class::new()

MODULE = JSON::XS  PACKAGE = JSON::XS::Boolean

void
DESTROY(SV *self)
