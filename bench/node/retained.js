// Bytes of V8's heap that a hit leaves behind, in a process of its own.
//
//     node --expose-gc retained.js SUBJECT CASE HITS
//
// The row's figure is bytes and no time. Invariant: the hits were counted.

'use strict'

const { SEED } = require('./subject')
const { subjectNamed } = require('./subjects')
const { print } = require('./row')
const { loops } = require('./targets')

/** Hits that fill what is filled once. */
const FIRST = 500

function held () {
  for (let turn = 0; turn < 3; turn++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
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
  const grown = held() - before
  await subject.after(key, FIRST + hits, 2)
  await subject.disarm()
  await subject.stop()
  print('retained_bytes', name, grown / hits)
}

const [name, key, hits] = process.argv.slice(2)
main(name, key, Number(hits)).then(
  () => process.exit(0),
  (fault) => {
    console.error(fault.message.split('\n')[0])
    process.exit(1)
  }
)
