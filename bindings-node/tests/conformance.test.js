// The vectors of JavaScript's conditions, each in a real frame, decided by its function and by the core.
//
// The cases and what they name come from `tests/conformance`, what they are to come to from the file
// that Node wrote. Invariant: each case runs both ways or is skipped with a reason that is counted.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { StillframeError } = require('..')
const conditions = require('../lib/conditions')
const { decided } = require('../lib/hit')
const { begin, end, Place, Placed } = require('./help')

const FOLDER = path.join(__dirname, '..', '..', 'tests', 'conformance')
const FILE = 'conditions-javascript.json'
/** Of the cases that are true or false, those that their function has to decide. */
const LEAST_DECIDED = 0.85
/** Codes of what a condition is refused with. */
const REFUSALS = ['condition', 'limit']

test.before(begin)
test.after(end)

/** A function whose marked line has the variables of a case. */
function written (host, entry, number) {
  const { declarations } = entry
  const declared = Array.from(declarations.matchAll(host.DECLARED), (match) => match[1])
  const unset = Array.from(declarations.matchAll(host.UNSET), (match) => match[1])
  const own = new Set([...declared, ...unset])
  const named = Object.keys(host.WORLD).filter((name) => !own.has(name))
  const set = declarations.replace(host.UNSET, '')
  const later = unset.map((name) => `let ${name} = 1;`).join(' ')
  const body = `(${named.join(', ')}) {\n${set};\nreturn 0 //: c${number}\n${later}\n}`
  if (!entry.inside) return `exports.c${number} = function ${body}\n`
  // Inside its class, in place of the method that evaluates: an object of the same fields.
  const look = /look\(source\) \{.*?\}/
  const owner = String(entry.inside.constructor).replace(look, `at ${body}`)
  const renamed = owner.replace(/class \w+/, 'class Owner')
  return `exports.c${number} = (...values) => { ${renamed}; new Owner().at(...values) }\n`
}

/** What becomes of a condition at a place that is run once. */
function outcome (location, condition, run) {
  let placed
  try {
    placed = new Placed(location, { kind: 'count', condition })
  } catch (error) {
    // What is no condition at all is told to whoever places it.
    const isOne = error instanceof StillframeError && REFUSALS.includes(error.code)
    return isOne ? 'refused' : error.message
  }
  run()
  const { state, counters, why } = placed.report()
  placed.remove()
  if (state === 'refused') return REFUSALS.includes(why.code) ? 'refused' : JSON.stringify(why)
  if (counters.hits !== 1) return `${counters.hits} hits`
  if (counters.captured === 1) return 'true'
  return counters.condition_false === 1 ? 'false' : 'failed'
}

function expected ({ expect, test: holds }) {
  if ('refused' in expect) return 'refused'
  return 'error' in expect ? 'failed' : String(holds)
}

/** The cases that are run, as functions of one file. */
async function begun () {
  const host = await import(path.join(FOLDER, 'javascript_host.mjs'))
  const { SECTIONS } = await import(path.join(FOLDER, 'javascript_conditions.mjs'))
  if (host.CASES.length === 0) SECTIONS.forEach((section) => section())
  const vectors = JSON.parse(fs.readFileSync(path.join(FOLDER, FILE), 'utf8'))
  assert.equal(host.CASES.length, vectors.length)
  const skipped = new Map()
  const kept = []
  for (let number = 0; number < vectors.length; number++) {
    const reason = whyNot(host.CASES[number], vectors[number])
    if (reason === null) kept.push(number)
    else skipped.set(reason, (skipped.get(reason) ?? 0) + 1)
  }
  const text = kept.map((number) => written(host, host.CASES[number], number)).join('')
  const place = new Place(text)
  return { host, vectors, skipped, kept, place, functions: place.load() }
}

/** What is wrong with the cases, and how many of them are true or false. */
function ran ({ host, vectors, kept, place, functions }) {
  const faults = []
  let decisions = 0
  host.ranMeanwhile()
  for (const number of kept) {
    const entry = host.CASES[number]
    const given = Object.keys(host.WORLD).filter((name) => isPassed(host, entry, name))
    const values = given.map((name) => host.WORLD[name])
    const run = () => functions[`c${number}`].apply(entry.self, values)
    const found = outcome(place.at(`c${number}`), entry.source, run)
    const wanted = expected(vectors[number])
    if (found !== wanted) faults.push(`${entry.name}: ${found}, not ${wanted}`)
    if (host.ranMeanwhile() > 0) faults.push(`${entry.name}: code of the application ran`)
    if (wanted === 'true' || wanted === 'false') decisions++
  }
  return { faults, decisions }
}

test('each condition comes out in a real frame as Node itself says', async () => {
  const cases = await begun()
  const before = decided.byFunction
  const { faults, decisions } = ran(cases)
  const byFunction = decided.byFunction - before
  tell(cases.kept.length, cases.skipped)
  assert.deepEqual(faults, [])
  console.log(`${byFunction} of ${decisions} decisions by functions`)
  assert.ok(byFunction >= LEAST_DECIDED * decisions, `${byFunction} of ${decisions}`)
})

test('the machine of the core says the same', async () => {
  const cases = await begun()
  conditions.use(false)
  const before = decided.byFunction
  try {
    assert.deepEqual(ran(cases).faults, [])
  } finally {
    conditions.use(true)
  }
  assert.equal(decided.byFunction, before)
})

function isPassed (host, { declarations }, name) {
  const of = (pattern) => Array.from(declarations.matchAll(pattern), (match) => match[1])
  return !of(host.DECLARED).includes(name) && !of(host.UNSET).includes(name)
}

/** Why a case is not run here; null if it is. */
function whyNot (entry, vector) {
  const hasBytes = JSON.stringify(vector.vars).includes('"bytes"')
  if (hasBytes && vector.rule) return 'of byte arrays more is seen here'
  if (entry.vars && !entry.inside) return 'a value that no declaration makes'
  if (!('refused' in vector.expect) && !('error' in vector.expect) && vector.test === undefined) {
    return 'no outcome as a condition'
  }
  return null
}

/** Adds to the table that the gate prints. */
function tell (ran, skipped) {
  const file = process.env.STILLFRAME_CONFORMANCE
  if (file === undefined) return
  const count = Array.from(skipped.values()).reduce((sum, one) => sum + one, 0)
  const major = process.versions.node.split('.')[0]
  const lines = [`${FILE}\tNode ${major}\t${ran}\t${count}`]
  for (const [reason, of] of skipped) lines.push(`\t${of}\t${reason}`)
  fs.appendFileSync(file, lines.join('\n') + '\n')
}
