// Rounds over the cases of a subject, in one process: least nanoseconds an iteration of each.
//
//     node --expose-gc rounds.js SUBJECT ROUNDS MILLISECONDS
//
// Prints one JSON object. Knows no rows. Invariants: within a round everything is measured once, so that
// a machine that becomes slower does so for all, and the minimum counts; bases are measured before the
// subject is there, for what it does may reach code that it does not probe.

'use strict'

const { ITERATIONS, SEED } = require('./subject')
const { subjectNamed } = require('./subjects')
const { loops } = require('./targets')

/** Functions that are compared with, never probed. */
const BASES = ['base', 'again', 'calls', 'capture_base']
/** Cases that are not measured while probes are there. */
const ALONE = ['idle_function', 'removed']
/** Short calls, after which V8 takes the function as a whole and not its loop alone. */
const SHORT_CALLS = 3_000
const SHORT = 32
/** Hits that fill caches. */
const WARM_CALLS = 3

/** What loops answer with goes here, or V8 would leave them out. */
let sink = 0

class Rounds {
  least = {}
  #subject
  #window

  constructor (subject, milliseconds) {
    this.#subject = subject
    this.#window = BigInt(milliseconds * 1_000_000)
  }

  bases () {
    // Whoever is always first pays for caches that are always cold.
    for (const name of shuffled(BASES)) this.#untouched(name, name)
  }

  /** The subject is there and has done nothing yet. */
  idle () {
    this.#untouched('calls', 'idle_function')
  }

  #untouched (name, as) {
    this.#note(as, this.#fastest(loops[name], ITERATIONS, Infinity, () => {}).best)
  }

  async round () {
    const subject = this.#subject
    await subject.arm()
    for (const name of Object.keys(subject.cases)) {
      if (!ALONE.includes(name)) await this.#measure(name)
    }
    for (const [name, ns] of Object.entries(subject.figures())) this.#note(name, ns)
    await subject.disarm()
    if ('removed' in subject.cases) await this.#measure('removed')
  }

  async #measure (name) {
    const subject = this.#subject
    const loop = subject.loop(name)
    const iterations = subject.iterations(name)
    await subject.before(name)
    const between = () => subject.between(name)
    const { best, ran, calls } = this.#fastest(loop, iterations, subject.calls(name), between)
    await subject.after(name, ran, calls)
    this.#note(name, best)
  }

  /** Nanoseconds an iteration of the fastest call, and what was run in all. */
  #fastest (loop, iterations, most, between) {
    let ran = 0
    let calls = 0
    const call = (count) => {
      const began = process.hrtime.bigint()
      sink = loop(count, SEED)
      const took = process.hrtime.bigint() - began
      ran += count
      calls += 1
      return took
    }
    if (iterations === ITERATIONS) {
      for (let at = 0; at < SHORT_CALLS; at++) call(SHORT)
    }
    for (let at = 0; at < WARM_CALLS && most === Infinity; at++) call(iterations)
    // Each hit leaves V8 a script of its condition, and the next is dearer, until a collection.
    globalThis.gc()
    let best = Infinity
    const end = process.hrtime.bigint() + this.#window
    for (let at = 0; at < most && (at === 0 || process.hrtime.bigint() < end); at++) {
      between()
      best = Math.min(best, Number(call(iterations)) / iterations)
    }
    return { best, ran, calls }
  }

  #note (name, ns) {
    this.least[name] = Math.min(ns, this.least[name] ?? Infinity)
  }
}

function shuffled (names) {
  const keyed = names.map((name) => [Math.random(), name])
  return keyed.sort(([one], [other]) => one - other).map(([, name]) => name)
}

async function main ([name, rounds, milliseconds]) {
  const subject = subjectNamed(name)
  const measured = new Rounds(subject, Number(milliseconds))
  for (const loop of Object.values(loops)) sink = loop(1, SEED)
  for (let round = 0; round < Number(rounds); round++) measured.bases()
  await subject.start()
  for (let round = 0; round < Number(rounds); round++) measured.idle()
  for (let round = 0; round < Number(rounds); round++) await measured.round()
  await subject.control()
  await subject.stop()
  console.log(JSON.stringify(measured.least))
}

main(process.argv.slice(2)).then(
  // A peer's threads must not keep the process.
  () => process.exit(0),
  (fault) => {
    console.error(fault.stack)
    console.error(fault.message.split('\n')[0])
    process.exit(1)
  }
)
