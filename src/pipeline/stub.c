#include "supply/supply.h"
#include "base/status.h"
void pl_supplied_free(struct pl_supplied *s){(void)s;}
void pl_publication_free(struct pl_publication *p){(void)p;}
pl_status pl_supply_open(const struct pl_supply_options *o, struct pl_supply **out, struct pl_err *err){*out=NULL;return PL_OK;}
void pl_supply_close(struct pl_supply *s){}
pl_status pl_supply_fetch(struct pl_supply *s, const struct pl_purl *purl, struct pl_supplied **out, struct pl_err *err){return pl_fail(err,PL_E_NETWORK,PL_NO_OFFSET,"stub");}
pl_status pl_supply_fetch_deb(struct pl_supply *s, const char *n, const char *v,const char *a, struct pl_supplied **out, struct pl_err *err){return pl_fail(err,PL_E_NETWORK,PL_NO_OFFSET,"stub");}
pl_status pl_supply_fetch_source(struct pl_supply *s, const char *n, const char *v, struct pl_supplied **out, struct pl_err *err){return pl_fail(err,PL_E_NETWORK,PL_NO_OFFSET,"stub");}
pl_status pl_supply_publication(struct pl_supply *s, pl_bytes n, pl_bytes v, pl_bytes a, const pl_sha256 *d, struct pl_publication **out, struct pl_err *err){return pl_fail(err,PL_E_NETWORK,PL_NO_OFFSET,"stub");}
