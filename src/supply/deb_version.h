/*
 * deb_version.h - which of two Debian versions is the later one. deb-version(7).
 */
#ifndef PL_SUPPLY_DEB_VERSION_H
#define PL_SUPPLY_DEB_VERSION_H

#include "base/bytes.h"

/* Negative, 0, positive as strcmp. Versions that differ in spelling only ("1.0" and "0:1.00-0") are equal. */
int pl_deb_version_cmp(pl_bytes a, pl_bytes b);

/* The version as file names have it: without the epoch. A view of `version`. */
pl_bytes pl_deb_version_without_epoch(pl_bytes version);

#endif
