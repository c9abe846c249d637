// Whole processes with the agent and without, in turn, and what is the first of its kind in each.
//
//     node processes.js RUNS MILLISECONDS STARTS FIRSTS
//
// Invariants: processes that are compared run in turn; each has an agent if it is meant to.

'use strict'

const { spawnSync } = require('node:child_process')
const path = require('node:path')
const { print } = require('./row')
const { expect, middle } = require('./subject')

const REGISTER = path.join(__dirname, '../../bindings-node/register.js')
const AGENT = ['--require', REGISTER]
/** Whoever is named there is told of faults, and nobody else gets an agent. */
const { STILLFRAME_RUN, ...environment } = process.env

/** What a process says; how long it took, from its start to its end. */
function run (words) {
  const began = process.hrtime.bigint()
  const env = { ...environment, STILLFRAME_SINK: 'stderr' }
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' })
  const took = Number(process.hrtime.bigint() - began)
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`)
  return { took, said: stdout }
}

/** A program that ends with an error unless there is an agent, or none. */
function has (flags) {
  const wanted = flags === AGENT ? 'function' : 'undefined'
  return `if (typeof __stillframe !== '${wanted}') process.exit(3)`
}

/** So many figures of each in turn. */
function inTurn (turns, one, other) {
  const [without, loaded] = [[], []]
  for (let turn = 0; turn < turns; turn++) {
    without.push(one())
    loaded.push(other())
  }
  return [without, loaded]
}

const [runs, milliseconds, starts, firsts] = process.argv.slice(2).map(Number)

// What V8 chooses differs by more between processes than the agent could add, so the middle counts and
// not the least.
const streams = [path.join(__dirname, 'streams.js'), String(milliseconds)]
const streaming = (flags) => () => {
  const [best, found] = run([...flags, ...streams]).said.trim().split(' ')
  expect('an agent', found, String(flags === AGENT))
  return Number(best)
}
const [bare, idle] = inTurn(runs, streaming([]), streaming(AGENT)).map(middle)
print('idle_streams', 'stillframe', idle - bare, idle / bare)

const starting = (flags) => () => run([...flags, '-e', has(flags)]).took
const [cold, loaded] = inTurn(starts, starting([]), starting(AGENT))
const [least, most] = [Math.min(...cold), Math.min(...loaded)]
const medians = [cold, loaded].map((all) => (middle(all) / 1e6).toFixed(1)).join(' and ')
console.error(`start: in the middle ${medians} ms`)
print('startup', 'stillframe', most - least, most / least)

const figures = Array.from({ length: firsts }, () => {
  return run([path.join(__dirname, 'first.js')]).said.trim().split(' ').map(Number)
})
for (const [at, name] of ['first_arm', 'first_hit', 'first_capture'].entries()) {
  print(name, 'stillframe', Math.min(...figures.map((one) => one[at])))
}
