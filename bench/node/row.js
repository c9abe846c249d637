// A row as the table's reader has it: one JSON object a line on stdout.

'use strict'

/** Prints what `subject` takes for a case, and its ratio to what it is compared with. */
function print (name, subject, ns, ratio = 1) {
  const runtime = { runtime: 'node', version: process.versions.node }
  const figures = { ns: Number(ns.toFixed(3)), ratio: Number(ratio.toFixed(4)) }
  console.log(JSON.stringify({ ...runtime, case: name, subject, ...figures }))
}

module.exports = { print }
