// Google's archived @google-cloud/debug-agent: its own part that drives V8, without its cloud.
//
// The product is in the folder BENCH_PEERS. Invariant: each snapshot is looked at, and has the ten
// locals of its place.

'use strict'

const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { promisify } = require('node:util')
const { FILE, HITS, ITERATIONS, Subject, expect, line } = require('./subject')
const { TEN, loops } = require('./targets')

/** Snapshots of one measurement: it begins anew with V8 after 30. */
const CAPTURES = 20
/** It tells by the event loop. */
const TELLS_WITHIN_MS = 200
const SILENT = { error: console.error, warn: console.error, info () {}, debug () {} }

class Google extends Subject {
  name = 'debug-agent'
  cases = {
    idle_function: 'calls',
    unprobed_function: 'calls',
    condition_false: 'base',
    condition_false_10_locals: 'capture_base',
    capture_10_locals_stack: 'capture_base',
    removed: 'base'
  }

  #api = null
  #placed = {}
  #taken = 0

  async start () {
    const peer = createRequire(path.join(process.env.BENCH_PEERS, 'package.json'))
    const agent = '@google-cloud/debug-agent/build/src/agent'
    const { InspectorDebugApi } = peer(`${agent}/v8/inspector-debugapi`)
    const { defaultConfig } = peer(`${agent}/config`)
    const config = { ...defaultConfig, workingDirectory: __dirname }
    const lines = fs.readFileSync(FILE, 'utf8').split('\n').length
    const plain = { getMapInfoInput: () => null }
    this.#api = new InspectorDebugApi(SILENT, config, { [FILE]: { hash: '', lines } }, plain)
  }

  async arm () {
    for (const name of Object.keys(this.cases)) {
      if (name === 'unprobed_function' || name === 'idle_function') continue
      const condition = name.startsWith('capture') ? undefined : 'state === 0'
      const place = { path: path.basename(FILE), line: line(name) }
      const one = { id: name, location: place, condition, action: 'CAPTURE', expressions: [] }
      await promisify((done) => this.#api.set(one, done))()
      expect(`debug-agent ${name}: status`, one.status, undefined)
      this.#placed[name] = one
      this.#await(name)
    }
  }

  /** Has it take one snapshot. */
  #await (name) {
    this.#api.wait(this.#placed[name], (fault) => {
      if (fault) throw fault
      this.#taken += 1
    })
  }

  async disarm () {
    for (const [name, one] of Object.entries(this.#placed)) {
      await promisify((done) => this.#api.clear(one, () => done()))()
      delete this.#placed[name]
    }
  }

  loop (name) {
    return name === 'unprobed_function' ? loops.calls : loops[name]
  }

  iterations (name) {
    if (name.startsWith('capture')) return 1
    return name === 'unprobed_function' || name === 'removed' ? ITERATIONS : HITS
  }

  calls (name) {
    return name.startsWith('capture') ? CAPTURES : Infinity
  }

  async before () {
    this.#taken = 0
  }

  between (name) {
    if (name.startsWith('capture')) {
      const one = this.#placed[name]
      one.stackFrames = undefined
      this.#await(name)
    }
  }

  async after (name, ran) {
    await sleep(TELLS_WITHIN_MS)
    expect(`debug-agent ${name}: taken`, this.#taken, name.startsWith('capture') ? ran : 0)
    if (!name.startsWith('capture')) return
    const shown = this.#placed[name].stackFrames[0].locals.map((local) => local.name)
    expect('debug-agent: locals', Object.keys(TEN).every((local) => shown.includes(local)), true)
  }

  async control () {
    await this.arm()
    this.#taken = 0
    const { condition_false: loop } = loops
    // Only here a state is 0.
    loop(1, 0)
    await sleep(TELLS_WITHIN_MS)
    expect('debug-agent: a condition that is true', this.#taken, 1)
    await this.disarm()
  }

  async stop () {
    this.#api.disconnect()
  }
}

module.exports = { Google }
