/*
 * javaclass_pool.c - what the numbers of a constant pool lead to.
 *
 * Source: JVMS SE 21, 4.4.
 */
#include "format/binary/javaclass.h"

const struct pl_javaclass_constant *pl_javaclass_at(const struct pl_javaclass *c, uint32_t number)
{
    return &c->constants.v[number < c->constants.n ? number : 0];
}

pl_bytes pl_javaclass_utf8(const struct pl_javaclass *c, uint32_t number)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    return k->tag == PL_JAVA_UTF8 ? k->text : pl_bytes_sub(c->data, 0, 0);
}

static const struct pl_javaclass_constant *name_and_type(const struct pl_javaclass *c, uint32_t number)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    if ((k->tag >= PL_JAVA_FIELD_REF && k->tag <= PL_JAVA_INTERFACE_METHOD_REF) ||
        k->tag == PL_JAVA_DYNAMIC || k->tag == PL_JAVA_INVOKE_DYNAMIC)
        k = pl_javaclass_at(c, k->b);
    return k;
}

pl_bytes pl_javaclass_text(const struct pl_javaclass *c, uint32_t number)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    switch (k->tag) {
    case PL_JAVA_UTF8: return k->text;
    case PL_JAVA_CLASS:
    case PL_JAVA_STRING:
    case PL_JAVA_METHOD_TYPE:
    case PL_JAVA_MODULE:
    case PL_JAVA_PACKAGE: return pl_javaclass_utf8(c, k->a);
    default: return pl_javaclass_utf8(c, name_and_type(c, number)->a);
    }
}

pl_bytes pl_javaclass_owner(const struct pl_javaclass *c, uint32_t number)
{
    const struct pl_javaclass_constant *k = pl_javaclass_at(c, number);
    bool is_reference = k->tag >= PL_JAVA_FIELD_REF && k->tag <= PL_JAVA_INTERFACE_METHOD_REF;
    return is_reference ? pl_javaclass_text(c, k->a) : pl_bytes_sub(c->data, 0, 0);
}

pl_bytes pl_javaclass_descriptor(const struct pl_javaclass *c, uint32_t number)
{
    const struct pl_javaclass_constant *k = name_and_type(c, number);
    return k->tag == PL_JAVA_NAME_AND_TYPE ? pl_javaclass_utf8(c, k->b) : pl_bytes_sub(c->data, 0, 0);
}
