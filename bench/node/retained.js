// What many hits leave behind, in a process of its own: bytes of V8's heap a hit, behind a collection,
// and what a hit takes before one.
//
//     node --expose-gc retained.js SUBJECT CASE HITS
//
// The figure of `retained_bytes` is bytes and no time. Invariant: the hits were counted.

'use strict'

const { SEED } = require('./subject')
const { subjectNamed } = require('./subjects')
const { print } = require('./row')
const { loops } = require('./targets')

/** Hits that fill what is filled once. */
const FIRST = 500
/** Hits of one call, and calls, of which the fastest counts. */
const HITS = 20
const CALLS = 20

function held () {
  for (let turn = 0; turn < 3; turn++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Nanoseconds a hit. */
function fastest (loop) {
  const took = Array.from({ length: CALLS }, () => {
    const began = process.hrtime.bigint()
    loop(HITS, SEED)
    return Number(process.hrtime.bigint() - began) / HITS
  })
  return Math.min(...took)
}

async function main (name, key, hits) {
  const subject = subjectNamed(name)
  for (const loop of Object.values(loops)) loop(1, SEED)
  await subject.start()
  await subject.arm()
  await subject.before(key)
  const loop = subject.loop(key)
  loop(FIRST, SEED)
  const before = held()
  loop(hits, SEED)
  const late = fastest(loop)
  const grown = held() - before
  const ran = hits + HITS * CALLS
  await subject.after(key, FIRST + ran, 2 + CALLS)
  await subject.disarm()
  await subject.stop()
  print('retained_bytes', name, grown / ran)
  print(`${key}_late`, name, late)
}

const [name, key, hits] = process.argv.slice(2)
main(name, key, Number(hits)).then(
  () => process.exit(0),
  (fault) => {
    console.error(fault.message.split('\n')[0])
    process.exit(1)
  }
)
