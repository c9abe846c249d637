// dd-trace's Dynamic Instrumentation with the probes of a file, and its agent played by a small server.
//
// The product is in the folder BENCH_PEERS. Its probes are there from its start on and stay. Invariant:
// every snapshot that is measured reaches the server, and a condition that becomes true does.

'use strict'

const { once } = require('node:events')
const fs = require('node:fs')
const http = require('node:http')
const { createRequire } = require('node:module')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: sleep } = require('node:timers/promises')
const { FILE, HITS, ITERATIONS, Subject, expect, line } = require('./subject')
const { loops } = require('./targets')

const ENDPOINTS = ['/info', '/debugger/v1/input', '/debugger/v1/diagnostics', '/debugger/v2/input']
const ARRIVES_WITHIN_MS = 30_000
/** Over all probes it takes 25 snapshots a second. */
const CAPTURES = 5
const CAPTURE_CALLS = 4
const CAPTURE_INTERVAL_MS = 1_100
const IS_ZERO = { dsl: 'state == 0', json: { eq: [{ ref: 'state' }, 0] } }
const CONDITIONS = {
  condition_false: IS_ZERO, condition_false_10_locals: IS_ZERO, capture_10_locals_stack: undefined
}

class Datadog extends Subject {
  name = 'dd-trace'
  cases = {
    idle_function: 'calls',
    unprobed_function: 'calls',
    condition_false: 'base',
    condition_false_10_locals: 'capture_base',
    capture_10_locals_stack: 'capture_base'
  }

  #folder = ''
  #server = null
  #sent = { snapshots: {}, installed: new Set() }

  async start () {
    this.#folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-datadog-'))
    const probes = path.join(this.#folder, 'probes.json')
    fs.writeFileSync(probes, JSON.stringify(Object.entries(CONDITIONS).map(probe)))
    this.#server = http.createServer((request, response) => this.#answer(request, response))
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    Object.assign(process.env, {
      DD_TRACE_AGENT_URL: `http://127.0.0.1:${this.#server.address().port}`,
      DD_DYNAMIC_INSTRUMENTATION_ENABLED: 'true',
      DD_DYNAMIC_INSTRUMENTATION_PROBE_FILE: probes,
      DD_DYNAMIC_INSTRUMENTATION_UPLOAD_INTERVAL_SECONDS: '0.1',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_TRACE_STARTUP_LOGS: 'false'
    })
    createRequire(path.join(process.env.BENCH_PEERS, 'package.json'))('dd-trace').init()
    const all = Object.keys(CONDITIONS).length
    await this.#until(() => this.#sent.installed.size === all, 'every probe installed')
  }

  #answer (request, response) {
    const parts = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      this.#take(Buffer.concat(parts).toString('latin1'))
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ version: '7.70.0', endpoints: ENDPOINTS }))
    })
  }

  #take (text) {
    const { snapshots, installed } = this.#sent
    for (const name of Object.keys(CONDITIONS)) {
      const pairs = text.split(`"probeId":"${name}"`).slice(1)
      if (pairs.some((rest) => rest.slice(0, 200).includes('"INSTALLED"'))) installed.add(name)
      const count = text.split(`"snapshot":{"id":`).slice(1)
        .filter((rest) => rest.includes(`"probe":{"id":"${name}"`)).length
      snapshots[name] = (snapshots[name] ?? 0) + count
    }
  }

  async #until (is, what) {
    const end = Date.now() + ARRIVES_WITHIN_MS
    while (!is()) {
      if (Date.now() > end) throw new Error(`dd-trace: not ${what} in ${ARRIVES_WITHIN_MS} ms`)
      await sleep(20)
    }
  }

  loop (name) {
    return name === 'unprobed_function' ? loops.calls : loops[name]
  }

  iterations (name) {
    if (name.startsWith('capture')) return CAPTURES
    return name === 'unprobed_function' ? ITERATIONS : HITS
  }

  calls (name) {
    return name.startsWith('capture') ? CAPTURE_CALLS : Infinity
  }

  async before (name) {
    this.#sent.snapshots = {}
    if (name.startsWith('capture')) await sleep(CAPTURE_INTERVAL_MS)
  }

  async after (name, ran) {
    const seen = () => this.#sent.snapshots[name] ?? 0
    if (name.startsWith('capture')) {
      await this.#until(() => seen() >= ran, `${ran} snapshots sent, but ${seen()}`)
      expect('dd-trace: snapshots', seen(), ran)
    } else {
      await sleep(300)
      expect(`dd-trace ${name}: snapshots`, seen(), 0)
    }
  }

  async control () {
    this.#sent.snapshots = {}
    await sleep(CAPTURE_INTERVAL_MS)
    for (const name of ['condition_false', 'condition_false_10_locals']) {
      const loop = loops[name]
      // Only here a state is 0.
      loop(1, 0)
      await this.#until(() => this.#sent.snapshots[name] === 1, `told of ${name} when it is true`)
    }
  }

  async stop () {
    this.#server.close()
    fs.rmSync(this.#folder, { recursive: true })
  }
}

function probe ([name, when]) {
  return {
    id: name,
    type: 'LOG_PROBE',
    version: 0,
    language: 'javascript',
    where: { sourceFile: FILE, lines: [String(line(name))] },
    captureSnapshot: true,
    template: '',
    segments: [],
    sampling: { snapshotsPerSecond: 1_000_000 },
    when
  }
}

module.exports = { Datadog }
