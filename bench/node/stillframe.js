// The agent, without a hub, by the library's own calls.
//
// Invariant: each hit is looked for in the counters.

'use strict'

const fs = require('node:fs')
const { Session } = require('node:inspector')
const os = require('node:os')
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const { setTimeout: sleep } = require('node:timers/promises')
const stillframe = require('../../bindings-node')
const { FILE, HITS, ITERATIONS, SEED, Subject, expect, line, middle } = require('./subject')
const { TEN, loops } = require('./targets')
const { write } = require('./writer')

/** Snapshots of one call, and calls: a process takes 25 snapshots a second. */
const CAPTURES = 5
const CAPTURE_CALLS = 4
const CAPTURE_INTERVAL_MS = 1_100
/** Log lines at once: the shipper empties 64 buffers behind them. */
const LINES = 20
/** Captures that only the writer sees, which have it compiled. */
const WRITTEN = 2_000

const FALSE = { condition: 'state === 0' }
const WITHOUT_RATE = { limit: 2 ** 40, rate_per_s: 1_000_000 }
const SPECIFICATIONS = {
  cold: {},
  condition_false: FALSE,
  condition_false_10_locals: FALSE,
  count: { kind: 'count' },
  // Ten are let through, then it is over quota. A count, for snapshots of all probes share a rate.
  over_quota: { kind: 'count', limit: 2 ** 40, rate_per_s: 1 },
  log_line: { kind: 'log', log: 'state={state}', ...WITHOUT_RATE },
  watch: { watches: ['state + 1'], ...WITHOUT_RATE, capture: { frames: 0 } },
  capture_10_locals: { ...WITHOUT_RATE, capture: { frames: 0 } },
  capture_10_locals_stack: WITHOUT_RATE,
  timed: { kind: 'time' },
  removed: FALSE
}
/** Cases with another probe than that of their name, or with none. */
const PROBE = { unprobed_function: null, unprobed_line: 'cold', time_function: 'timed' }
/** What became of a hit, where it is not a false condition. */
const OUTCOME = {
  count: 'captured',
  over_quota: 'over_quota',
  log_line: 'captured',
  watch: 'captured',
  time_function: 'captured',
  capture_10_locals: 'captured',
  capture_10_locals_stack: 'captured'
}

class Stillframe extends Subject {
  name = 'stillframe'
  cases = {
    idle_function: 'calls',
    unprobed_function: 'calls',
    unprobed_line: 'base',
    condition_false: 'base',
    condition_false_10_locals: 'capture_base',
    count: 'base',
    over_quota: 'base',
    time_function: 'calls',
    log_line: 'base',
    watch: 'base',
    write_10_locals: '',
    capture_10_locals: 'capture_base',
    capture_10_locals_stack: 'capture_base',
    removed: 'base'
  }

  #folder = ''
  #ids = {}
  #counted = null
  #armed = []
  #disarmed = []

  async start () {
    // A sink that is a function has to wait for the event loop, which is not run while it is measured.
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-bench-'))
    stillframe.start({ service: 'bench', sink: `file://${this.#folder}` })
    expect('stillframe', stillframe.status().notes?.off, undefined)
  }

  async arm () {
    this.#armed = []
    for (const [name, specification] of Object.entries(SPECIFICATIONS)) {
      const began = performance.now()
      this.#ids[name] = this.#place(name, specification)
      this.#armed.push(performance.now() - began)
    }
    for (const [name, id] of Object.entries(this.#ids)) {
      expect(`stillframe: state of ${name}`, this.#report(id).state, 'armed')
    }
    loops.over_quota(40, SEED)
  }

  #place (name, specification) {
    const place = name === 'timed' ? 'timed' : line(name)
    const all = { ...specification, budget_ppm: 1_000_000 }
    return stillframe.probe(`${FILE}:${place}`, all)
  }

  #report (id) {
    return stillframe.status().probes.find((one) => one.probe === id)
  }

  async disarm () {
    this.#disarmed = []
    for (const id of Object.values(this.#ids)) {
      const began = performance.now()
      stillframe.remove(id)
      this.#disarmed.push(performance.now() - began)
    }
    this.#ids = {}
  }

  figures () {
    return { arm: 1e6 * middle(this.#armed) }
  }

  loop (name) {
    const others = {
      unprobed_function: loops.calls, unprobed_line: loops.cold, write_10_locals: write
    }
    return others[name] ?? loops[name]
  }

  iterations (name) {
    if (takesSnapshots(name)) return CAPTURES
    if (name === 'log_line') return LINES
    return name.startsWith('unprobed') || name === 'removed' ? ITERATIONS : HITS
  }

  calls (name) {
    return takesSnapshots(name) ? CAPTURE_CALLS : Infinity
  }

  async before (name) {
    if (takesSnapshots(name)) {
      await sleep(CAPTURE_INTERVAL_MS)
      // A process that lives long has had the writer compiled as well.
      write(WRITTEN)
    }
    this.#counted = this.#counters(name)
  }

  between (name) {
    // Buffers are empty again.
    if (name === 'log_line') expect('delivered', stillframe.flush(10), true)
  }

  async after (name, ran) {
    if (this.#counted === null) return
    const grown = this.#counters(name)
    for (const [counter, before] of Object.entries(this.#counted)) {
      grown[counter] -= before
      if (grown[counter] === 0) delete grown[counter]
    }
    if (name === 'over_quota' && grown.captured < 10) {
      // The rate's one a second.
      grown.over_quota += grown.captured
      delete grown.captured
    }
    const outcome = OUTCOME[name] ?? 'condition_false'
    const wanted = name === 'unprobed_line' ? {} : { hits: ran, [outcome]: ran }
    expect(`stillframe ${name}`, grown, wanted)
  }

  /** Counters of the probe of a case; null if it has none. */
  #counters (name) {
    const probe = PROBE[name] === undefined ? name : PROBE[name]
    const id = this.#ids[probe]
    return id === undefined ? null : { ...this.#report(id).counters }
  }

  async control () {
    const seen = []
    const onSnapshot = (snapshot) => seen.push(snapshot)
    const watcher = new Session()
    let paused = 0
    watcher.connect()
    watcher.on('Debugger.paused', () => { paused += 1 })
    watcher.post('Debugger.enable')
    await sleep(CAPTURE_INTERVAL_MS)
    const condition = { ...WITHOUT_RATE, condition: 'i === 7' }
    const ids = [
      this.#place('condition_false', { ...condition, onSnapshot }),
      this.#place('capture_10_locals_stack', { ...WITHOUT_RATE, onSnapshot }),
      this.#place('watch', { ...SPECIFICATIONS.watch, onSnapshot })
    ]
    // Called plainly: a method's `this` would be the eleventh.
    const { condition_false: first, capture_10_locals_stack: second, watch: third } = loops
    first(100, SEED)
    second(1, SEED)
    third(1, SEED)
    while (seen.length < ids.length) await sleep(1)
    const [one, ten, watched] = seen
    expect('the iteration of a true condition', one.locals.i, 7)
    expect('captured locals', Object.keys(ten.locals).sort(), Object.keys(TEN).sort())
    expect('captured items', ten.locals.items, TEN.items)
    expect('captured at depth 3', ten.locals.point.y.z, 2)
    expect('captured keys and the type', Object.keys(ten.locals.order).length, 21)
    expect('a watch', watched.watches, { 'state + 1': 2 })
    expect('frames', ten.stack.slice(0, 2).map((frame) => frame.line > 0), [true, true])
    for (const id of ids) stillframe.remove(id)
    watcher.disconnect()
    expect('pauses of V8', paused, 0)
  }

  async stop () {
    stillframe.stop()
    fs.rmSync(this.#folder, { recursive: true })
  }
}

function takesSnapshots (name) {
  return name === 'watch' || name.startsWith('capture')
}

module.exports = { Stillframe }
