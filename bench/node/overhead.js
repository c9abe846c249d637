// What a probe costs the application: one JSON row a line on stdout, remarks on stderr.
//
//     node overhead.js SUBJECT,… FORKS ROUNDS MILLISECONDS
//
// `ns` is added per hit and `ratio` is to the base: a function like the one that is probed, in the same
// process, never probed. Each fork is a process of its own, where the code comes to lie elsewhere. Knows
// forks and rows; `rounds.js` measures. Invariants: a case is compared with its base over the same
// forks; the forks of all subjects take turns.

'use strict'

const { spawnSync } = require('node:child_process')
const { print } = require('./row')
const { subjectNamed } = require('./subjects')

/** One process of a subject, whose least are kept. */
function fork (name, amount, least) {
  const words = ['--expose-gc', require.resolve('./rounds'), name, ...amount]
  const stdio = ['ignore', 'pipe', 'inherit']
  const { status, signal, stdout } = spawnSync(process.execPath, words, { stdio })
  if (status !== 0) {
    console.error(`${name} ended with ${status ?? signal}`)
    process.exit(1)
  }
  for (const [key, ns] of Object.entries(JSON.parse(stdout))) {
    least[key] = Math.min(ns, least[key] ?? Infinity)
  }
}

function tell (name, least, isFirst) {
  if (isFirst) {
    const { base, again } = least
    print('base', 'none', base)
    print('base_again', 'none', again - base, again / base)
  }
  const { cases } = subjectNamed(name)
  for (const [key, ns] of Object.entries(least)) {
    const base = least[cases[key]]
    if (base !== undefined) print(key, name, ns - base, ns / base)
    else if (!BASES.includes(key)) print(key, name, ns)
  }
}

const BASES = ['base', 'again', 'calls', 'capture_base']

const [names, forks, ...amount] = process.argv.slice(2)
const measured = new Map(names.split(',').map((name) => [name, {}]))
for (let turn = 0; turn < Number(forks); turn++) {
  for (const [name, least] of measured) fork(name, amount, least)
}
let isFirst = true
for (const [name, least] of measured) {
  tell(name, least, isFirst)
  isFirst = false
}
