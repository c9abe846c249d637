// OpenTelemetry's trace id on what is captured, with the packages themselves, in several versions.
//
// Knows where npm puts packages. Invariant: versions are pinned; without npm a skip says so.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')

const PINNED = path.join(__dirname, 'otel')
const INSTALLED = path.join(__dirname, '../../target/node/otel')
const PATIENCE_MS = 120_000

/** Installs the packages that a folder pins; why that cannot be, if it cannot. */
function install (name) {
  const folder = path.join(INSTALLED, name)
  const lock = 'package-lock.json'
  const installed = path.join(folder, 'node_modules', lock)
  const pinned = fs.readFileSync(path.join(PINNED, name, lock))
  if (fs.existsSync(installed) && fs.readFileSync(installed).equals(pinned)) return null
  fs.cpSync(path.join(PINNED, name), folder, { recursive: true })
  const words = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const ended = spawnSync('npm', words, { cwd: folder, timeout: PATIENCE_MS })
  if (ended.status !== 0) return `npm has no packages: ${ended.error ?? ended.stderr}`
  fs.writeFileSync(installed, pinned)
  return null
}

for (const name of fs.readdirSync(PINNED)) {
  test(`a trace's id comes with what is captured: ${name} packages`, (t) => {
    const missing = install(name)
    if (missing !== null) return t.skip(missing)
    const words = [path.join(__dirname, 'traced.js'), path.join(INSTALLED, name)]
    const ended = spawnSync(process.execPath, words, { timeout: PATIENCE_MS })
    assert.equal(ended.status, 0, ended.stderr.toString())
    const { ids, ran } = JSON.parse(ended.stdout.toString())
    assert.equal(ids.length, 23)
    for (const [number, [expected, got]] of ids.entries()) {
      assert.equal(got, expected, `hit ${number} of ${JSON.stringify(ids)}`)
    }
    assert.equal(ran, 0)
  })
}
