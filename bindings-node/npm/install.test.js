// The package as people get it: installed from one file into a folder that holds nothing, and used.
//
// Knows npm's command line and the file that `cargo xtask dist` makes. Invariant: no registry is asked,
// for npm is told to be offline and given a cache of its own that holds nothing.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')

const PACKAGE = process.env.STILLFRAME_PACKAGE
const TYPESCRIPT = process.env.STILLFRAME_TYPESCRIPT

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
const MODULE = `import { start, probe, flush, StillframeError } from 'stillframe'${USE}
await import('./work.js')
flush(5)
try {
  probe('work.js:3', { condition: 'n >' })
} catch (error) {
  if (error instanceof StillframeError) console.log(error.code)
}
`
const TYPED = `import { start, probe, status, StillframeError, type ProbeOptions } from 'stillframe'
import 'stillframe/register'
const options: ProbeOptions = { kind: 'snap', condition: 'n > 20', limit: 3 }
start({ sink: (result) => console.log(result.type), labels: { zone: 'b' } })
const id: string = probe('work.js:3', { ...options, onSnapshot: ({ locals }) => locals })
const told: Record<string, unknown> = status()
const hint = (error: StillframeError): string | undefined => error.hint
export { id, told, hint }
// @ts-expect-error A location is text.
probe(3)
// @ts-expect-error There is no such option.
start({ hubs: 'http://127.0.0.1:4737' })
`

let folder

function run (program, words, environment = {}) {
  const others = Object.entries(process.env).filter(([name]) => !/^(STILLFRAME|NODE)_/.test(name))
  const env = { ...Object.fromEntries(others), STILLFRAME_LOG: 'off', ...environment }
  const ended = spawnSync(program, words, { env, cwd: folder, timeout: 120_000 })
  const [out, err] = [String(ended.stdout), String(ended.stderr)]
  return { code: ended.status, out, err }
}

function snapshots () {
  const all = path.join(folder, 'results')
  const files = fs.readdirSync(all).sort().map((name) => path.join(all, name))
  const text = files.map((file) => fs.readFileSync(file, 'utf8')).join('')
  fs.rmSync(all, { recursive: true })
  const results = text.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  return results.filter((one) => one.type === 'snapshot')
}

/** Runs a program that asks for one snapshot, and looks at it. */
function captures (words, environment) {
  const { code, out, err } = run(process.execPath, words, environment)
  assert.deepEqual([code, err], [0, ''])
  const [snapshot, ...others] = snapshots()
  assert.deepEqual(others, [])
  assert.deepEqual(snapshot.locals, { n: 21, twice: 42 })
  assert.equal(snapshot.at.function, 'work')
  return { out, snapshot }
}

test.before(() => {
  assert.ok(PACKAGE && TYPESCRIPT, 'run: cargo xtask test --only "npm package"')
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-npm-')))
  const cache = path.join(folder, 'cache')
  const install = ['install', '--offline', '--no-audit', '--no-fund', '--cache', cache, PACKAGE]
  const { code, out, err } = run('npm', install)
  assert.equal(code, 0, out + err)
  const probes = [{ location: 'work.js:3', kind: 'snap', condition: 'n > 20' }]
  const files = {
    'work.js': WORK,
    'common.cjs': COMMON,
    'module.mjs': MODULE,
    'typed.mts': TYPED,
    'probes.json': JSON.stringify(probes)
  }
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text)
})

test.after(() => fs.rmSync(folder, { recursive: true, force: true }))

test('CommonJS requires it', () => {
  const { snapshot } = captures(['common.cjs'])
  assert.deepEqual(snapshot.watches, { 'twice + 1': 43 })
  assert.equal(snapshot.service.name, 'shop')
})

test('a module imports its names', () => {
  const { out } = captures(['module.mjs'])
  assert.equal(out, 'condition\n')
})

for (const option of ['--require', '--import']) {
  test(`${option} stillframe/register starts it by the environment`, () => {
    const environment = {
      STILLFRAME_PROBES: path.join(folder, 'probes.json'),
      STILLFRAME_SINK: `file://${path.join(folder, 'results')}`
    }
    captures([option, 'stillframe/register', 'work.js'], environment)
    captures(['work.js'], { ...environment, NODE_OPTIONS: `${option} stillframe/register` })
  })
}

test('TypeScript knows its types, as a module and as CommonJS', () => {
  fs.copyFileSync(path.join(folder, 'typed.mts'), path.join(folder, 'typed.cts'))
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022']
  const { code, out } = run(process.execPath, [TYPESCRIPT, ...options, 'typed.mts', 'typed.cts'])
  assert.deepEqual([code, out], [0, ''])
})

test('it holds what is needed and nothing else, and has nothing run at an install', () => {
  const whole = path.join(folder, 'node_modules', 'stillframe')
  const entries = fs.readdirSync(whole, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, path: older, name }) => {
    return path.relative(whole, path.join(parentPath ?? older, name))
  })
  const page = '(LICENSE|README\\.md|package\\.json)'
  const own = `${page}|(index|register)\\.(d\\.ts|js)|native\\.js|lib/.*\\.js`
  const native = `node_modules/@stillframe/[^/]+/(${page}|stillframe\\.node)`
  const known = new RegExp(`^(${own}|${native})$`)
  assert.deepEqual(names.filter((name) => !known.test(name)), [])
  const manifests = names.filter((name) => name.endsWith('package.json'))
  assert.equal(manifests.length, 2)
  for (const name of manifests) {
    const { scripts, license, dependencies } = require(path.join(whole, name))
    assert.deepEqual([scripts, license, dependencies], [undefined, 'Apache-2.0', undefined])
  }
})

test('where there is no native half, it is required all the same, and starting says why', () => {
  const text = `
    Object.defineProperty(process, 'arch', { value: 'riscv64' })
    const stillframe = require('stillframe')
    stillframe.stop()
    try { stillframe.start() } catch (error) { console.log(error.name, error.code, error.message) }
  `
  const { out, err } = run(process.execPath, ['-e', text])
  assert.ok(out.startsWith('StillframeError unsupported no prebuilt agent for'), out + err)
  assert.ok(out.includes('riscv64') && out.includes('there is one for'), out)
  const native = path.join(folder, 'node_modules', 'stillframe', 'node_modules', '@stillframe')
  fs.renameSync(native, `${native}.away`)
  const preload = ['--require', 'stillframe/register', '-p', '"runs"']
  const told = run(process.execPath, preload, { STILLFRAME_LOG: 'warn' })
  fs.renameSync(`${native}.away`, native)
  assert.deepEqual([told.code, told.out], [0, 'runs\n'])
  assert.match(told.err, /^stillframe: the package @stillframe\/\S+ is not installed: install /)
  assert.equal(told.err.split('\n').length, 2, told.err)
})
