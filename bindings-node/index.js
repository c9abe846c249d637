// Stillframe for Node.js: non-breaking breakpoints for running code.
//
// The same calls as in the other runtimes. Invariant: what is called here explicitly throws a
// `StillframeError` when it cannot be done; nothing else of ours ever throws into the application.

'use strict'

const path = require('node:path')
const { isMainThread, threadId, threadName } = require('node:worker_threads')
const native = require('./native')
const session = require('./lib/session')
const hit = require('./lib/hit')
const price = require('./lib/price')
const reach = require('./lib/reach')
const receivers = require('./lib/receivers')
const rewrite = require('./lib/rewrite')
const values = require('./lib/values')
const { trace } = require('./lib/trace')
const { StillframeError, calling } = require('./lib/errors')

const DEFAULT_TIMEOUT_S = 0.5
/** What Node calls a worker that has no name. */
const NAMELESS = ['', 'WorkerThread', undefined]

const host = {
  source: session.source,
  places: session.places,
  arm: session.arm,
  disarm: session.disarm,
  check: hit.check,
  learn: hit.learn,
  values,
  forget: hit.forget,
  surplus: price.surplus,
  begin,
  end,
  wake () {
    native.runTasks(false)
    reach.look()
    receivers.deliver(native)
  }
}

/** What the agent calls itself, where nobody says so. */
function nameOf (program) {
  return program === undefined ? null : path.basename(program).replace(/\.[cm]?js$/, '')
}

/**
 * Starts the agent of this process; options win over the environment's `STILLFRAME_…`. In a worker,
 * has the agent of the main thread probe it, whose options go for all.
 */
function start (options = {}) {
  if ('rewrite' in options) {
    const hint = 'start with `stillframe run --rewrite -- …`, or set STILLFRAME_REWRITE=1'
    throw new StillframeError('option', 'code that is loaded already cannot be rewritten', hint)
  }
  if (!isMainThread) return attach()
  const { sink, ...others } = options
  const receiver = receivers.add(sink)
  const runtime = `node ${process.versions.node}`
  const told = { ...others, runtime, main: nameOf(process.argv[1]) }
  if (receiver === null && sink !== undefined) told.sink = sink
  const json = JSON.stringify(told)
  if (!calling(() => native.start(json, receiver, host, hit.scratch, values.info, trace))) return
  hit.prepare(native)
  begin()
  reach.begin(native)
  process.once('exit', () => {
    native.stop(DEFAULT_TIMEOUT_S)
    receivers.deliver(native)
  })
}

/** Has the agent of this process probe this worker too. */
function attach () {
  const name = `worker ${threadId}` + (NAMELESS.includes(threadName) ? '' : ` (${threadName})`)
  const buffers = [hit.scratch, values.info, trace]
  if (!calling(() => native.attach(threadId, name, host, ...buffers))) {
    const hint = 'call start() in the main thread before the worker is made, and then in the worker'
    throw new StillframeError('not_started', 'the main thread of this worker has no agent', hint)
  }
  hit.prepare(native)
  begin()
}

/** What V8 tells this thread goes to the agent from now on; what it loads gets checks if asked. */
function begin () {
  session.begin(cameScript)
  price.begin()
  rewrite.begin(native)
}

/** Nothing of this thread is probed any more. */
function end () {
  rewrite.end()
  price.end()
  session.end()
  hit.forgetAll()
}

/** V8 compiled a script, of which nothing has run: who waits for it is told before. */
function cameScript (id, url, hash, isHere, map) {
  rewrite.catchUp(url)
  native.scriptCame(id, url, hash, isHere, map)
  if (!hit.isUnderWay()) native.runTasks(true)
}

/** Stops the agent; nothing is probed afterwards. In a worker, nothing in the worker. */
function stop (timeoutS = DEFAULT_TIMEOUT_S) {
  reach.end()
  if (isMainThread) calling(() => native.stop(timeoutS))
  else calling(() => native.leave())
  end()
  receivers.deliver(native)
}

/**
 * Waits until what was captured is delivered, at most so many seconds; whether it was. Functions of
 * this thread are called before it returns.
 */
function flush (timeoutS = DEFAULT_TIMEOUT_S) {
  const isDone = calling(() => native.flush(timeoutS))
  receivers.deliver(native)
  return isDone
}

/** What the agent does and knows. */
function status () {
  return JSON.parse(calling(() => native.status()))
}

/** Places a probe at `location`; its id. `onSnapshot` is called with each snapshot. */
function probe (location, { onSnapshot, ...options } = {}) {
  if (onSnapshot != null && typeof onSnapshot !== 'function') {
    const hint = 'pass a function that takes a snapshot'
    throw new StillframeError('option', 'onSnapshot is not a function', hint)
  }
  const kind = options.log === undefined ? 'snap' : 'log'
  const specification = JSON.stringify({ kind, location, ...options })
  return calling(() => native.probe(specification, receivers.add(onSnapshot)))
}

/** Takes a probe away. */
function remove (id) {
  calling(() => native.remove(id))
}

module.exports = { start, stop, flush, status, probe, remove, StillframeError }

// A process has one agent: where `stillframe run` brought one, the application's own package is that.
const HERE = Symbol.for('stillframe')
if (process[HERE] === undefined) Object.defineProperty(process, HERE, { value: module.exports })
module.exports = process[HERE]
