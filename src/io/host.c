/*
 * host.c - what this machine is, and room for short-lived files.
 */
#include "io/host.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

void pl_host_machine(char out[PL_HOST_MACHINE_BYTES])
{
    struct utsname u;
    out[0] = '\0';
    if (uname(&u) == 0)
        (void)snprintf(out, PL_HOST_MACHINE_BYTES, "%.*s", (int)PL_HOST_MACHINE_BYTES - 1, u.machine);
}

pl_status pl_host_temp_folder(char **path, struct pl_err *err)
{
    const char *base = getenv("TMPDIR");
    char *p = NULL;
    if (asprintf(&p, "%s/plumbline-XXXXXX", base != NULL && base[0] == '/' ? base : "/tmp") < 0)
        return pl_fail_nomem(err);
    if (mkdtemp(p) == NULL) {
        pl_status st = pl_fail_errno(err, "cannot make a temporary folder");
        free(p);
        return st;
    }
    *path = p;
    return PL_OK;
}

void pl_host_trim_memory(void)
{
    (void)malloc_trim(0); /* says whether there was any */
}
