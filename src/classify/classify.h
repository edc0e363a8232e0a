/*
 * classify.h - what kind of file is it, and can its bytes do anything: by bytes, name and place.
 */
#ifndef PL_CLASSIFY_CLASSIFY_H
#define PL_CLASSIFY_CLASSIFY_H

#include "model/file.h"

/*
 * Set f->kind and f->role from f->data, f->name, f->path and f->mode. Total: everything has a kind, if only "data".
 * A role is passive only where the place or the kind says so; what is not known is active.
 */
void pl_classify(struct pl_file *f);

/*
 * The same for a file of a package that is laid out like its source, after pl_classify(): documentation, translations and pictures are told by
 * their names, since they are not installed yet.
 */
void pl_classify_in_source(struct pl_file *f);

/* True when the bytes look like text: no NUL and few control characters in the first 8 KiB. */
bool pl_looks_like_text(pl_bytes data);

/* True for kinds whose bytes are machine code or bytecode ("elf-…", "class", "pe"...). */
bool pl_kind_is_code(const char *kind);

/* True for executable images that have a reader in format/binary ("elf-…", "pe-…", "macho-…"). */
bool pl_kind_is_image(const char *kind);

/* Images, and WebAssembly: their data holds the literals of compiled sources. */
bool pl_kind_has_literals(const char *kind);

/* What a build made or a tool brought along is no source, though it lies in the tree: it would explain what its own source cannot. */
bool pl_is_build_output(pl_bytes path);

#endif
