// Has worker threads that do not return to their event loop do what waits for them there.
//
// Runs on the main thread. V8's inspector interrupts a worker in its JavaScript, and in `Atomics.wait`,
// to evaluate an expression that Node carries to it; ours has the agent's work done there. Knows the
// protocol, not what the work is. Invariants: nothing is paused; there is no session of this kind while
// no worker is late, and a worker that never answers keeps nothing alive.

'use strict'

const { Session } = require('node:inspector')
const P = require('./primordials')

/** A worker gets so much time to return to its event loop by itself. */
const PATIENCE_MS = 20
/** Workers that have not answered are looked at so often. */
const AGAIN_MS = 250
const WORK = JSON.stringify({
  id: 1,
  method: 'Runtime.evaluate',
  params: { expression: '__stillframe.work()', silent: true }
})

let native = null
let session = null
let timer = null
/** By Node's ids of the workers that can be asked: their number, and whether they owe an answer. */
let workers = { __proto__: null }

/** From now on `library` says which workers are late. */
function begin (library) {
  native = library
}

/** Looks after a while whether workers are late, if any has something to do. */
function look () {
  if (native === null || timer !== null || native.late().length === 0) return
  wait(PATIENCE_MS)
}

function wait (ms) {
  timer = P.SetTimeout(ask, ms)
  timer.unref()
}

/** Asks the workers that are late; those that were asked before will answer when they can. */
function ask () {
  timer = null
  const late = native.late()
  if (late.length === 0) return close()
  try {
    if (session === null) open()
    for (let at = 0; at < late.length; at++) tell(late[at])
    wait(AGAIN_MS)
  } catch {
    // Node forbids it: they are reached when they return to their event loop.
    close()
  }
}

function tell (number) {
  for (const id in workers) {
    const worker = workers[id]
    if (worker.number !== number || worker.isAsked) continue
    worker.isAsked = true
    session.post('NodeWorker.sendMessageToWorker', { sessionId: id, message: WORK })
  }
}

function open () {
  session = new Session()
  session.connect()
  // As in `session.js`: an emitter's own ways are what applications patch.
  session.emit = (event, { params } = {}) => {
    if (event === 'NodeWorker.attachedToWorker') came(params)
    if (event === 'NodeWorker.receivedMessageFromWorker') answered(params)
    return true
  }
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
}

/** Node names a worker by its number: `[worker 3] crunch`. */
function came ({ sessionId, workerInfo }) {
  const number = parseInt(P.StringSlice(workerInfo.title, '[worker '.length), 10)
  workers[sessionId] = { number, isAsked: false }
}

/** One that was within a hit, or has got more to do since, is asked again. */
function answered ({ sessionId }) {
  const worker = workers[sessionId]
  if (worker !== undefined) worker.isAsked = false
}

function close () {
  session?.disconnect()
  session = null
  workers = { __proto__: null }
}

/** No worker is reached from now on; what ends with the agent, they do when they have time. */
function end () {
  if (timer !== null) P.ClearTimeout(timer)
  timer = null
  native = null
  close()
}

module.exports = { begin, look, end }
