// What a false condition costs where the agent hooks a line by its check: rows of the bench.
//
//     node checks.js FUNCTIONS MILLISECONDS
//
// Nanoseconds added to a turn of a small loop (`hot.js`), which is compared with the very same loop
// that is of a package and has none. Invariants: what is armed for the first time is a function that
// never was; the report names the engine; that the condition is asked is seen when it holds.

'use strict'

process.env.STILLFRAME_REWRITE = '1'
process.env.STILLFRAME_LOG ??= 'off'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const stillframe = require('../../bindings-node')
const { print } = require('./row')
const { expect } = require('./subject')

/** Turns of one call, and of calls before, after which V8 takes the function as a whole. */
const TURNS = 500_000
const SHORT = 200
const SHORT_CALLS = 5_000
/** Activations of a function; those behind the first are later ones. */
const ACTIVATIONS = 4
/** What the condition compares a turn with: no turn gets there but the last of one call. */
const NEVER = 2 ** 30

const [functions, milliseconds] = process.argv.slice(2).map(Number)
const TEXT = fs.readFileSync(require.resolve('./hot'), 'utf8')
const LINE = TEXT.split('\n').findIndex((line) => line.endsWith('// PROBE')) + 1

let sink = 0

function time (run) {
  const began = process.hrtime.bigint()
  sink += run(TURNS)
  return Number(process.hrtime.bigint() - began) / TURNS
}

/** The least that any of the loops without checks took. */
let baseNs = Infinity

/** Nanoseconds a turn; the loop without checks has its turns between. */
function fastest (run, base) {
  let ns = Infinity
  for (let at = 0; at < SHORT_CALLS; at++) sink += run(SHORT) + base(SHORT)
  const end = process.hrtime.bigint() + BigInt(1e6 * milliseconds)
  while (process.hrtime.bigint() < end) {
    ns = Math.min(ns, time(run))
    baseNs = Math.min(baseNs, time(base))
  }
  return ns
}

function arm (file, condition) {
  const id = stillframe.probe(`${file}:${LINE}`, { condition, budget_ppm: 1_000_000 })
  const { engine, state } = reportOf(id)
  expect('engine and state', [engine, state], ['rewrite', 'armed'])
  return id
}

const reportOf = (id) => stillframe.status().probes.find((one) => one.probe === id)

/** What the activations of a function cost that never was armed, and the loop behind each. */
function measure (file, base) {
  const run = require(file)
  const asleep = fastest(run, base)
  const armed = []
  const removed = []
  for (let activation = 0; activation < ACTIVATIONS; activation++) {
    const id = arm(file, `n > ${NEVER + activation}`)
    armed.push(fastest(run, base))
    expect('hits', reportOf(id).counters.hits, 0)
    stillframe.remove(id)
    removed.push(fastest(run, base))
  }
  const control = arm(file, 'n === 1000')
  run(2000)
  expect('hits of a true condition', reportOf(control).counters.captured, 1)
  stillframe.remove(control)
  const [first, ...later] = armed
  return { asleep, first, later: Math.max(...later), removed: Math.max(...removed) }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-bench-'))

/** A file with the loop. */
function written (name) {
  const file = path.join(folder, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, TEXT)
  return file
}

stillframe.start({ service: 'bench', sink: `file://${folder}` })
const all = []
for (let at = 0; at < functions; at++) {
  // Of a package, which gets no checks.
  const base = require(written(`node_modules/plain${at}.js`))
  all.push(measure(written(`hot${at}.js`), base))
}
/** Of the function that did best; later activations and removals count by their worst. */
for (const [name, of] of [
  ['check_asleep', 'asleep'], ['check_false_first', 'first'], ['check_false_later', 'later'],
  ['check_removed', 'removed']
]) {
  const ns = Math.min(...all.map((one) => one[of]))
  print(name, 'stillframe', ns - baseNs, ns / baseNs)
}
stillframe.stop()
fs.rmSync(folder, { recursive: true })
