// Probes in this process, files made for one test, and what came of them.
//
// Knows the API alone. Invariant: what is waited for either comes or fails with what was there.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const stillframe = require('..')

const PATIENCE_MS = 10_000
const COUNTED = [
  'captured', 'condition_false', 'condition_failed', 'over_quota', 'buffer_full', 'missed'
]

let folder = null
let number = 0

/** Starts the agent without a hub. */
function begin () {
  process.env.STILLFRAME_LOG ??= 'off'
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-node-'))
  stillframe.start({ service: 'tests', sink: () => {} })
}

/** Stops it. */
function end () {
  stillframe.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}

/** A source file of its own, whose lines are marked by comments `//: MARK`. */
class Place {
  constructor (text, ending = 'js') {
    number += 1
    this.file = path.join(folder, `place${number}.${ending}`)
    this.lines = text.split('\n')
    fs.writeFileSync(this.file, text)
  }

  load () {
    return require(this.file)
  }

  line (mark) {
    const found = this.lines.findIndex((line) => line.endsWith(`//: ${mark}`))
    assert.notEqual(found, -1, `${mark} marks no line`)
    return found + 1
  }

  at (mark) {
    return `${this.file}:${this.line(mark)}`
  }
}

/** A copy of what a tool made, in `maps`, beside the sources that it was made of. */
class Project {
  constructor (made, sources = 'src') {
    number += 1
    this.folder = path.join(folder, `project${number}`)
    this.made = made
    const maps = path.join(__dirname, 'maps')
    const past = new Date(Date.now() - 60_000)
    for (const [name, time] of [[sources, past], [made, new Date(past.getTime() + 1000)]]) {
      const to = path.join(this.folder, name)
      const from = name === made ? path.join(maps, 'generated', name) : path.join(maps, name)
      fs.cpSync(from, to, { recursive: true })
      for (const file of fs.readdirSync(to, { recursive: true })) {
        fs.utimesSync(path.join(to, file), time, time)
      }
    }
  }

  file (name) {
    return path.join(this.folder, name)
  }

  load (name) {
    return require(path.join(this.folder, this.made, name))
  }

  /** The line of a source that ends with a mark. */
  line (source, mark) {
    const lines = fs.readFileSync(this.file(source), 'utf8').split('\n')
    const found = lines.findIndex((line) => line.endsWith(`//: ${mark}`))
    assert.notEqual(found, -1, `${mark} marks no line`)
    return found + 1
  }

  at (source, mark) {
    return `${this.file(source)}:${this.line(source, mark)}`
  }
}

/** A probe, and the snapshots that came of it. */
class Placed {
  constructor (location, options = {}) {
    this.got = []
    const onSnapshot = (snapshot) => this.got.push(snapshot)
    const own = { limit: 1_000_000, rate_per_s: 1_000_000, budget_ppm: 1_000_000 }
    this.id = stillframe.probe(location, { ...own, ...options, onSnapshot })
  }

  report () {
    const all = stillframe.status().probes
    return all.find((one) => one.probe === this.id)
  }

  get state () {
    return this.report().state
  }

  /** A counter; all of them must add up to the hits. */
  count (name) {
    const { counters } = this.report()
    const sum = COUNTED.reduce((sum, one) => sum + counters[one], 0)
    assert.equal(counters.hits, sum, JSON.stringify(counters))
    return counters[name]
  }

  /** Its snapshots, once there are so many. */
  async snapshots (count = 1) {
    await until(() => this.got.length >= count, () => JSON.stringify(this.report()))
    return this.got
  }

  remove () {
    stillframe.remove(this.id)
  }
}

/** Waits until `is` says so. */
async function until (is, told) {
  const deadline = Date.now() + PATIENCE_MS
  while (!is()) {
    assert.ok(Date.now() < deadline, `it never came: ${told()}`)
    stillframe.flush(0.05)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

module.exports = { begin, end, Place, Placed, Project, until }
