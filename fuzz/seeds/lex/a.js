#!/usr/bin/env node
"use strict"; import a, {b as c} from "./x"; import * as n from 'lib';
const r = a / 2 / b, s = /[/]\/x/gi.test(y), t = `a${`b${c}`}d`; if (x) /re/.test(y);
export default class A extends B { #p = 1; static async *m(q = {z, w: 1e3}) { return "a" + 'b' + `c${q}` } get k() { return this?.#p ?? 0x10n } }
const e = <div className="k" {...p}>text {e.map(x => <b key={x}/>)}</div>; o["k"] = {"l": 2 * 60 * 1000, m() {}}; void 0; !0;
