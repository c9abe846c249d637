// The package as people get it: installed from one file into a folder that holds nothing, and used.
//
// Knows npm's command line and the file that `cargo xtask dist` makes. Invariant: no registry is asked,
// for npm is told to be offline and given a cache of its own that holds nothing.

'use strict'

const assert = require('node:assert/strict')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const { Application, USE } = require('./help')

const PACKAGE = process.env.STILLFRAME_PACKAGE
const TYPESCRIPT = process.env.STILLFRAME_TYPESCRIPT

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

let shop

test.before(async () => {
  assert.ok(PACKAGE && TYPESCRIPT, 'run: cargo xtask test --only "npm package"')
  const probes = [{ location: 'work.js:3', kind: 'snap', condition: 'n > 20' }]
  const typed = { 'typed.mts': TYPED, 'typed.cts': TYPED }
  const files = { 'module.mjs': MODULE, ...typed, 'probes.json': JSON.stringify(probes) }
  shop = new Application(files)
  await shop.npm(['install', '--offline', PACKAGE])
})

test.after(() => shop.remove())

test('CommonJS requires it', async () => {
  const { snapshot } = await shop.captures(['common.cjs'])
  assert.deepEqual(snapshot.watches, { 'twice + 1': 43 })
  assert.equal(snapshot.service.name, 'shop')
})

test('a module imports its names', async () => {
  const { out } = await shop.captures(['module.mjs'])
  assert.equal(out, 'condition\n')
})

for (const option of ['--require', '--import']) {
  test(`${option} stillframe/register starts it by the environment`, async () => {
    const environment = {
      STILLFRAME_PROBES: shop.path('probes.json'),
      STILLFRAME_SINK: `file://${shop.path('results')}`
    }
    await shop.captures([option, 'stillframe/register', 'work.js'], environment)
    const NODE_OPTIONS = `${option} stillframe/register`
    await shop.captures(['work.js'], { ...environment, NODE_OPTIONS })
  })
}

test('the agent that the command brought is the one that the application finds', async () => {
  const whole = shop.path('node_modules', 'stillframe')
  const agent = shop.path('agent')
  fs.cpSync(whole, agent, { recursive: true })
  const [name] = require(path.join(agent, 'package.json')).bundleDependencies
  const addon = path.join(agent, 'node_modules', name, 'stillframe.node')
  fs.renameSync(addon, path.join(agent, 'stillframe.node'))
  const own = { STILLFRAME_SINK: `file://${shop.path('results')}`, STILLFRAME_SERVICE: 'run' }
  for (const program of ['common.cjs', 'module.mjs']) {
    const words = ['--require', path.join(agent, 'register.js'), program]
    const { snapshot } = await shop.captures(words, own)
    assert.equal(snapshot.service.name, 'run')
  }
})

test('TypeScript knows its types, as a module and as CommonJS', async () => {
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022']
  const all = [TYPESCRIPT, ...options, 'typed.mts', 'typed.cts']
  const { code, out } = await shop.run(process.execPath, all)
  assert.deepEqual([code, out], [0, ''])
})

test('it holds what is needed and nothing else, and has nothing run at an install', () => {
  const whole = shop.path('node_modules', 'stillframe')
  const entries = fs.readdirSync(whole, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const names = files.map(({ parentPath, path: older, name }) => {
    return path.relative(whole, path.join(parentPath ?? older, name))
  })
  const page = '(LICENSE|README\\.md|package\\.json)'
  const own = `${page}|(index|register)\\.(d\\.ts|js)|native\\.js|lib/.*\\.m?js`
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

test('without a native half it is required all the same, and starting says why', async () => {
  const text = `
    Object.defineProperty(process, 'arch', { value: 'riscv64' })
    const stillframe = require('stillframe')
    stillframe.stop()
    try { stillframe.start() } catch (error) { console.log(error.name, error.code, error.message) }
  `
  const { out, err } = await shop.run(process.execPath, ['-e', text])
  assert.ok(out.startsWith('StillframeError unsupported no prebuilt agent for'), out + err)
  assert.ok(out.includes('riscv64') && out.includes('there is one for'), out)
  const native = shop.path('node_modules', 'stillframe', 'node_modules', '@stillframe')
  fs.renameSync(native, `${native}.away`)
  const preload = ['--require', 'stillframe/register', '-p', '"runs"']
  const told = await shop.run(process.execPath, preload, { STILLFRAME_LOG: 'warn' })
  fs.renameSync(`${native}.away`, native)
  assert.deepEqual([told.code, told.out], [0, 'runs\n'])
  assert.match(told.err, /^stillframe: the package @stillframe\/\S+ is not installed: install /)
  assert.equal(told.err.split('\n').length, 2, told.err)
})
