/*
 * json.h - a JSON document into memory, by jansson; for documents whose text is kept see jsondoc.h.
 */
#ifndef PL_FORMAT_TEXT_JSON_H
#define PL_FORMAT_TEXT_JSON_H

#include "base/bytes.h"
#include "base/status.h"

#include <jansson.h>

/*
 * The document is the caller's. PL_E_INPUT, at the byte where it stops being JSON, with what is wrong as text; a key twice in an object is
 * wrong, too, unless it `may_repeat`. PL_E_NOMEM.
 */
PL_MUST_USE pl_status pl_json_load(pl_bytes text, bool may_repeat, json_t **out, struct pl_err *err);

/* Have the library read of the system what it wants before its first use, which a process that has given up files cannot. */
void pl_json_prepare(void);

#endif
