// The cases of conditions-javascript.json.
//
// Knows which cases there are and in what order: javascript_written.mjs, javascript_values.mjs and
// javascript_objects.mjs say what is typed and with which variables, javascript_host.mjs asks the engine
// what it comes to. Invariant: a case that the engine cannot decide says by which rule it comes out.
//
//     node javascript_conditions.mjs
//     node javascript_conditions.mjs --check

import { fileURLToPath } from "node:url";
import { main } from "./javascript_host.mjs";
import { arrays, keys, maps, objects, redaction, reading, strings, patterns } from "./javascript_objects.mjs";
import { arithmetic, equality, integers, logic, order, truth } from "./javascript_values.mjs";
import { bounds, literals, names, precedence, refusals } from "./javascript_written.mjs";

/** The cases, in groups. */
export const SECTIONS = [
  literals, names, precedence, logic, truth, arithmetic, integers, equality, order, strings, patterns, arrays,
  maps, keys, objects, reading, redaction, refusals, bounds,
];

if (process.argv[1] === fileURLToPath(import.meta.url)) main(SECTIONS);
