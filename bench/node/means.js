// What V8 itself offers: a breakpoint whose condition is `false`, and ways that pause.
//
// Invariant: each iteration is seen once. A condition that is `false` tells nobody, so the place is
// counted at before it is measured.

'use strict'

const { once } = require('node:events')
const { Session } = require('node:inspector')
const { pathToFileURL } = require('node:url')
const { Worker } = require('node:worker_threads')
const { FILE, HITS, ITERATIONS, SEED, Subject, expect, line } = require('./subject')
const { loops } = require('./targets')

/** Hits of one call, where each of them stops the thread. */
const PAUSES = 3
/** What is read while it stands still, and what it is in the first iteration. */
const READ = 'state'

/** Asks V8 in this thread, where the answer comes at once. */
function asking (session) {
  return (method, parameters) => {
    let answer
    let refusal = null
    session.post(method, parameters, (error, result) => {
      refusal = error
      answer = result
    })
    if (refusal !== null) throw new Error(`V8 refused ${method}: ${refusal.message}`)
    return answer
  }
}

/** Where a breakpoint on the marked line of a function is. */
function place (name) {
  return { url: pathToFileURL(FILE).href, lineNumber: line(name) - 1 }
}

/** The least that a condition of anybody calls: a function that does nothing, with one variable. */
const CALL = '(benchCalled(7, state), false)'

function isCall (name) {
  return name === 'condition_call'
}

/** V8's own part of a hit: nothing is called, or what does nothing. */
class Alone extends Subject {
  name = 'v8'
  cases = {
    idle_function: 'calls',
    condition_false: 'base',
    condition_call: 'base',
    condition_false_10_locals: 'capture_base',
    removed: 'base'
  }

  #session = new Session()
  #post = asking(this.#session)
  #id = null

  async start () {
    this.#session.connect()
    this.#post('Debugger.enable', { maxScriptsCacheSize: 0 })
    this.#post('Debugger.setSkipAllPauses', { skip: true })
    this.#post('Debugger.setAsyncCallStackDepth', { maxDepth: 0 })
    globalThis.benchSeen = 0
    globalThis.benchCalled = () => {}
  }

  #set (name, condition) {
    const all = { ...place(isCall(name) ? 'condition_false' : name), condition }
    const { breakpointId, locations } = this.#post('Debugger.setBreakpointByUrl', all)
    expect(`v8 ${name}: places`, locations.length, 1)
    this.#id = breakpointId
  }

  #clear () {
    this.#post('Debugger.removeBreakpoint', { breakpointId: this.#id })
  }

  loop (name) {
    return loops[isCall(name) ? 'condition_false' : name]
  }

  iterations (name) {
    return name === 'removed' ? ITERATIONS : HITS
  }

  async before (name) {
    this.#set(name, '(globalThis.benchSeen++, false)')
    globalThis.benchSeen = 0
    const loop = this.loop(name)
    loop(HITS, SEED)
    this.#clear()
    expect(`v8 ${name}: seen`, globalThis.benchSeen, HITS)
    if (name !== 'removed') this.#set(name, isCall(name) ? CALL : 'false')
  }

  async after (name) {
    if (name !== 'removed') this.#clear()
  }
}

/** What ways that pause have in common. */
class Means extends Subject {
  cases = {
    idle_function: 'calls', pause_read_one: 'base', pause_read_one_10_locals: 'capture_base'
  }

  /** Pauses so far, and the last value that was read. */
  seen = 0
  value = null
  #before = 0

  loop (name) {
    return loops[functionOf(name)]
  }

  iterations () {
    return PAUSES
  }

  async before (name) {
    await this.set(place(functionOf(name)))
    this.#before = await this.pauses()
  }

  async after (name, ran) {
    expect(`${this.name} ${name}: pauses`, await this.pauses() - this.#before, ran)
    await this.clear()
  }

  async control () {
    await this.set(place('condition_false'))
    const { condition_false: loop } = loops
    loop(1, 4711)
    await this.pauses()
    expect(`${this.name}: what was read`, this.value, 4711)
    await this.clear()
  }
}

function functionOf (name) {
  return name.endsWith('10_locals') ? 'condition_false_10_locals' : 'condition_false'
}

/** A session of the thread itself. */
class Pausing extends Means {
  name = 'pausing'
  #session = new Session()
  #post = asking(this.#session)
  #id = null

  async start () {
    this.#session.connect()
    this.#session.on('Debugger.paused', ({ params }) => {
      const { callFrameId } = params.callFrames[0]
      const asked = { callFrameId, expression: READ, returnByValue: true }
      this.value = this.#post('Debugger.evaluateOnCallFrame', asked).result.value
      this.seen += 1
      this.#post('Debugger.resume')
    })
    this.#post('Debugger.enable')
  }

  async set (at) {
    this.#id = this.#post('Debugger.setBreakpointByUrl', at).breakpointId
  }

  async clear () {
    this.#post('Debugger.removeBreakpoint', { breakpointId: this.#id })
  }

  async pauses () {
    return this.seen
  }
}

/** A worker's session, connected to the main thread: `pauser.js`. */
class PausingWorker extends Means {
  name = 'pausing_worker'
  #worker = null

  async start () {
    this.#worker = new Worker(require.resolve('./pauser'), { workerData: READ })
    await this.#ask({ do: 'begin' })
  }

  /** What the worker answers. */
  async #ask (request) {
    const answered = once(this.#worker, 'message')
    this.#worker.postMessage(request)
    const [{ fault, answer }] = await answered
    if (fault !== undefined) throw new Error(`pausing_worker: ${fault}`)
    return answer
  }

  async set (at) {
    await this.#ask({ do: 'set', at })
  }

  async clear () {
    await this.#ask({ do: 'clear' })
  }

  async pauses () {
    const { seen, value } = await this.#ask({ do: 'tell' })
    this.value = value
    return seen
  }

  async stop () {
    await this.#worker.terminate()
  }
}

module.exports = { Alone, Pausing, PausingWorker }
