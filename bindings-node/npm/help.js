// A folder of an application of its own, and what it runs.
//
// Knows no package. Invariant: nothing of what the tests themselves run under is seen there.

'use strict'

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const PATIENCE_MS = 120_000

const WORK = `function work (n) {
  const twice = n * 2
  return twice // line 3
}
work(21)
`
/** What an application of its own writes, for each way to load the package. */
const USE = `
start({ service: 'shop', sink: 'file://' + process.cwd() + '/results' })
const id = probe('work.js:3', { condition: 'n > 20', watches: ['twice + 1'] })
`
const COMMON = `const { start, probe, flush } = require('stillframe')${USE}
require('./work.js')
flush(5)
`

/** A new folder, with files of those names and texts besides the two that each has. */
class Application {
  constructor (files = {}) {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-npm-')))
    const all = { 'work.js': WORK, 'common.cjs': COMMON, ...files }
    for (const [name, text] of Object.entries(all)) {
      fs.writeFileSync(this.path(name), text)
    }
  }

  path (...names) {
    return path.join(this.folder, ...names)
  }

  /** Runs a program to its end. */
  run (program, words, environment = {}, cwd = this.folder) {
    const own = Object.entries(process.env).filter(([name]) => !/^(STILLFRAME|NODE)_/.test(name))
    const env = { ...Object.fromEntries(own), STILLFRAME_LOG: 'off', ...environment }
    const options = { env, cwd, timeout: PATIENCE_MS }
    return new Promise((resolve) => {
      execFile(program, words, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : error.code ?? error.signal, out, err })
      })
    })
  }

  /** Runs npm, which must end well, with a cache that nobody else has; what it wrote. */
  async npm (words, cwd = this.folder) {
    const all = [...words, '--no-audit', '--no-fund', '--cache', this.path('cache')]
    const { code, out, err } = await this.run('npm', all, {}, cwd)
    assert.equal(code, 0, out + err)
    return out
  }

  /** Runs a program that asks for one snapshot, and looks at it. */
  async captures (words, environment) {
    const { code, out, err } = await this.run(process.execPath, words, environment)
    assert.deepEqual([code, err], [0, ''])
    const [snapshot, ...others] = this.snapshots()
    assert.deepEqual(others, [])
    assert.deepEqual(snapshot.locals, { n: 21, twice: 42 })
    assert.equal(snapshot.at.function, 'work')
    return { out, snapshot }
  }

  snapshots () {
    const all = this.path('results')
    const files = fs.readdirSync(all).sort().map((name) => path.join(all, name))
    const text = files.map((file) => fs.readFileSync(file, 'utf8')).join('')
    fs.rmSync(all, { recursive: true })
    const results = text.split('\n').filter(Boolean).map((line) => JSON.parse(line))
    return results.filter((one) => one.type === 'snapshot')
  }

  remove () {
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}

module.exports = { Application, USE }
