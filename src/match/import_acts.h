/*
 * import_acts.h - which imported functions can do harm by themselves.
 */
#ifndef PL_MATCH_IMPORT_ACTS_H
#define PL_MATCH_IMPORT_ACTS_H

#include "base/bytes.h"

/*
 * Does a function of that name, by one call, reach out of the process or change what it runs: open, load, map, execute, connect, ask for
 * the environment, change files or rights? Decorations of the C library are looked through: __open64_2, _wfopen, CreateFileW.
 */
bool pl_import_acts(pl_bytes name);

/*
 * Is it of a kind that only compilers, libraries and generators of code write, and that does nothing by itself: reserved names none of whose parts acts
 * (__libc_current_sigrtmax), types of GObject (pango_font_face_get_type), objects of Python and Perl without a way to run or to import?
 */
bool pl_import_is_idle(pl_bytes name);

/*
 * Does its name say what library or class it is of, and no word of it that it runs, loads, sends, reads or opens something (pthread_rwlock_init, lua_settop,
 * icu_72::UnicodeString)? Or is it one of the C library's that compute on memory? One that nobody knows is not quiet.
 */
bool pl_import_is_quiet(pl_bytes name);

#endif
