/*
 * tap.h - what the programs of this folder print: one line of TAP a case.
 */
#ifndef FAULT_TAP_H
#define FAULT_TAP_H

#include <stdbool.h>
#include <stdio.h>

static int cases;

/* 0 when it holds, 1 when not. */
static int report(bool holds, const char *name)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++cases, name);
    return holds ? 0 : 1;
}

#endif
