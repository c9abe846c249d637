// Workers that do what they are told, and say when it is done.
//
// Knows worker threads, not probes. Invariant: a worker that was told something has done it when the
// promise is kept, unless it was ended meanwhile.

'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const vm = require('node:vm')
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads')

const REGISTER = path.join(__dirname, '..', 'register.js')

/** A worker that has the agent of this process probe it before it runs anything. */
class Hand {
  constructor (options = {}) {
    this.flag = new Int32Array(new SharedArrayBuffer(16))
    const workerData = { flag: this.flag }
    const own = { execArgv: ['--require', REGISTER], workerData }
    this.worker = new Worker(__filename, { ...own, ...options })
    this.name = `worker ${this.worker.threadId}`
    this.ended = new Promise((resolve) => this.worker.once('exit', resolve))
  }

  /** Has it do one of its jobs: what came of it, `ended` if it was ended meanwhile. */
  async tell (job, ...words) {
    this.worker.postMessage([job, ...words])
    const [failure, answer] = await new Promise((resolve) => {
      this.worker.once('message', resolve)
      this.ended.then(() => resolve([null, 'ended']))
    })
    if (failure) throw new Error(failure)
    return answer
  }

  /** Has it run no JavaScript until it is released: it reads what nobody has written. */
  async keep () {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-hand-'))
    const pipe = path.join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    this.pipe = fs.openSync(pipe, 'r+')
    await this.#begin('keep', pipe)
    fs.rmSync(folder, { recursive: true })
  }

  /** Has it wait in `Atomics.wait`, or turn in a loop, until it is released, and then do a job. */
  async hold (how, ...job) {
    Atomics.store(this.flag, 0, 1)
    await this.#begin(how, ...job)
  }

  async #begin (...words) {
    this.kept = new Promise((resolve) => this.worker.once('message', resolve))
    this.worker.postMessage(words)
    while (Atomics.load(this.flag, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  async release () {
    this.#let()
    const [failure, answer] = await this.kept
    if (failure) throw new Error(failure)
    return answer
  }

  #let () {
    Atomics.store(this.flag, 0, 0)
    Atomics.notify(this.flag, 0)
    if (this.pipe === undefined) return
    fs.writeSync(this.pipe, '.')
    fs.closeSync(this.pipe)
    this.pipe = undefined
  }

  async end () {
    const ended = this.worker.terminate()
    this.#let()
    await ended
    await this.ended
  }
}

const JOBS = {
  /** Loads a file and calls one of its functions so many times. */
  call (file, name, times = 1, ...words) {
    const called = require(file)[name]
    let answer
    for (let n = 0; n < times; n++) answer = called(...words)
    return answer
  },
  async import (url, name) {
    const { [name]: called } = await import(url)
    return called()
  },
  /** Runs a file as it is, under its own name, and calls one of its functions so many times. */
  plain (file, name, times, ...words) {
    const exports = {}
    const text = fs.readFileSync(file, 'utf8')
    vm.compileFunction(text, ['exports'], { filename: file })(exports)
    for (let n = 0; n < times; n++) exports[name](...words)
  },
  /** The globals of checks that call something. */
  checks () {
    const names = Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('__sf'))
    return names.filter((name) => globalThis[name] !== undefined)
  },
  keep (pipe) {
    const open = fs.openSync(pipe, 'r')
    Atomics.store(workerData.flag, 1, 1)
    fs.readSync(open, Buffer.alloc(1))
    fs.closeSync(open)
    Atomics.store(workerData.flag, 1, 0)
  },
  wait (job, ...words) {
    Atomics.store(workerData.flag, 1, 1)
    Atomics.wait(workerData.flag, 0, 1)
    Atomics.store(workerData.flag, 1, 0)
    return JOBS[job](...words)
  },
  turn (job, ...words) {
    Atomics.store(workerData.flag, 1, 1)
    while (Atomics.load(workerData.flag, 0) === 1) {}
    Atomics.store(workerData.flag, 1, 0)
    return JOBS[job](...words)
  },
  stop () {
    require('..').stop()
  },
  start () {
    require('..').start()
  }
}

if (!isMainThread) {
  parentPort.on('message', async ([job, ...words]) => {
    try {
      parentPort.postMessage([null, await JOBS[job](...words)])
    } catch (error) {
      parentPort.postMessage([`${error.code ?? ''} ${error.message}`])
    }
  })
}

/** A worker that a test ends, whatever becomes of it. */
function hire (t, options) {
  const hand = new Hand(options)
  t.after(() => hand.end())
  return hand
}

module.exports = { hire }
