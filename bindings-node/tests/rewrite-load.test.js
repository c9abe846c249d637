// Programs whose code is rewritten while it is loaded, each in a process of its own.
//
// Invariant: what a program says, and how it ends, is the same with checks and without.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')

const REGISTER = path.join(__dirname, '..', 'register.js')
const MAJOR = parseInt(process.versions.node, 10)
/**
 * Frames of Node, which loads in another way while somebody listens; and on Node 20 one of ours,
 * where a module is compiled.
 */
const NOT_ITS_OWN = /^ *at .*(node:internal|lib\/rewrite\.js).*\n/gm

let folder

test.before(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-load-')) })
test.after(() => fs.rmSync(folder, { recursive: true, force: true }))

/** Writes files, the first of which is the program. */
function files (all) {
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
  return path.join(folder, Object.keys(all)[0])
}

function run (program, rewrite, options = []) {
  const env = { ...process.env, STILLFRAME_LOG: 'warn', STILLFRAME_SINK: 'stderr' }
  delete env.STILLFRAME_REWRITE
  if (rewrite !== undefined) env.STILLFRAME_REWRITE = rewrite
  const all = [...options, '--require', REGISTER, program]
  const ended = spawnSync(process.execPath, all, { env, cwd: folder, timeout: 60_000 })
  const text = (bytes) => bytes.toString().replace(NOT_ITS_OWN, '')
  return { code: ended.status, out: text(ended.stdout), err: text(ended.stderr) }
}

/** The program does the same with checks; what it said. */
function same (all, options = []) {
  const program = files(all)
  const plain = run(program, undefined, options)
  assert.ok(!plain.err.includes('stillframe: '), plain.err)
  assert.deepEqual(run(program, '1', options), plain)
  return plain
}

const STACKS = `
'use strict'
const { run } = require('./other')
class Deep {
  constructor (depth) {
    if (depth === 0) throw new TypeError('deep')
    this.inner = [0].map(() => new Deep(depth - 1))
  }
  get value () {
    return this.missing.name
  }
  static of = (depth) => {
    return new Deep(depth)
  }
}
async function later () {
  await null
  const value = Object.create(Deep.prototype).value
  return value
}
const said = []
const keep = (error) => { said.push(error.stack) }
try {
  Deep.of(3)
} catch (error) {
  keep(error)
}
run(() => { throw new Error('mine') }, keep)
later().catch(keep).then(() => console.log(said.join('\\n')))
`

test('stacks of errors are the same to the column', () => {
  const other = [
    'exports.run = (work, keep) => {', '  try {', '    work()', '  } catch (e) {',
    '    keep(e)', '  }', '}'
  ].join('\n')
  const { code, out } = same({ 'stacks.js': STACKS, 'other.js': other })
  assert.equal(code, 0)
  assert.ok(out.includes('stacks.js:6:28') && out.includes('other.js:3:5'), out)
})

test('an error that nobody catches ends the program as before', () => {
  const { code, err } = run(files({ 'throws.js': 'function f () {\n  null.x\n}\nf()\n' }), '1')
  assert.equal(code, 1)
  assert.ok(err.includes("reading 'x'") && err.includes('throws.js:2:8'), err)
})

test('formats other than JavaScript, and every way to load, are as before', () => {
  const { code, out } = same({
    'main.js': `
      const data = require('./data.json')
      const fs = require('node:fs')
      console.log(data.a, typeof fs.readFileSync, require('./strict').sloppy(), require('./bom'))
      console.log(require.main === module, __filename.endsWith('main.js'), require('./hash'))
      import('./module.mjs').then((module) => console.log(module.default, Object.keys(module)))
    `,
    'data.json': '{ "a": 1 }',
    'strict.js': '"use strict"\nexports.sloppy = function () { return this === exports }\n',
    'bom.js': '\ufeffmodule.exports = "marked"\n',
    'hash.js': '#!/usr/bin/env node\nmodule.exports = "hashed"\n',
    'common.cjs': 'exports.first = 1\nexports.second = () => {\n  return 2\n}\n',
    'module.mjs': `
      import { first, second } from './common.cjs'
      import fs from 'node:fs'
      const here = import.meta.url.endsWith('module.mjs')
      export const last = await Promise.resolve(3)
      export default [first, second(), typeof fs.readFileSync, here].join()
    `
  })
  assert.equal(code, 0)
  assert.ok(out.includes('1 function true marked') && out.includes('1,2,function,true'), out)
})

const TELLS = `
const dep = require('dep')
const scoped = require('@scope/dep')
const has = (f) => f.toString().includes('__sf')
console.log(has(dep), has(scoped), has(function () {
  return 1
}))
`
const PACKAGES = {
  'tells.js': TELLS,
  'node_modules/dep/index.js': 'module.exports = function () {\n  return 1\n}\n',
  'node_modules/@scope/dep/index.js': 'module.exports = function () {\n  return 1\n}\n'
}

test('packages are rewritten only if they are named', () => {
  const program = files(PACKAGES)
  assert.equal(run(program).out, 'false false false\n')
  assert.equal(run(program, 'off').out, 'false false false\n')
  assert.equal(run(program, '1').out, 'false false true\n')
  assert.equal(run(program, 'dep').out, 'true false true\n')
  assert.equal(run(program, 'other, @scope/dep').out, 'false true true\n')
})

test('a worker runs what it loads', () => {
  const { code, out, err } = same({
    'workers.js': `
      const { Worker, isMainThread, parentPort } = require('node:worker_threads')
      const { twice } = require('./twice')
      if (isMainThread) {
        const worker = new Worker(__filename)
        worker.once('message', (got) => console.log(twice(1), got))
      } else {
        import('./twice.mjs').then(({ three }) => parentPort.postMessage(twice(3) + three(1)))
      }
    `,
    'twice.js': 'exports.twice = (n) => {\n  return n * 2\n}\n',
    'twice.mjs': 'export function three (n) {\n  return n * 3\n}\n'
  })
  assert.deepEqual([code, out], [0, '2 9\n'], err)
})

test('what was rewritten runs on when the agent stops, and what comes then is as it is', () => {
  const { code, out, err } = run(files({
    'stops.js': `
      const stillframe = require(${JSON.stringify(path.join(__dirname, '..'))})
      const has = (f) => f.toString().includes('__sf')
      const { early } = require('./early')
      const loading = import('./early.mjs')
      stillframe.stop()
      const { late } = require('./late')
      loading.then(({ module }) => {
        console.log(has(early), early(1), has(late), late(1), module(1))
        stillframe.start()
        const again = require('./again').again
        console.log(has(again), again(1), early(2))
      })
    `,
    'early.js': 'exports.early = function (n) {\n  return n\n}\n',
    'early.mjs': 'export function module (n) {\n  return n\n}\n',
    'late.js': 'exports.late = function (n) {\n  return n\n}\n',
    'again.js': 'exports.again = function (n) {\n  return n\n}\n'
  }), '1')
  assert.deepEqual([code, out, err], [0, 'true 1 false 1 1\ntrue 1 2\n', ''])
})

test('a hit runs nothing that the application patched, and leaves it as it was', () => {
  const env = { ...process.env, STILLFRAME_LOG: 'off', STILLFRAME_REWRITE: '1' }
  const program = path.join(__dirname, 'patched-hit.js')
  const ended = spawnSync(process.execPath, [program], { env, timeout: 30_000 })
  assert.equal(ended.status, 0, ended.stderr.toString())
  const { file, decided, ...others } = JSON.parse(ended.stdout.toString())
  const locals = { a: 7, b: [7], c: { $type: 'Object', k: 7 } }
  assert.deepEqual(others, { ran: 0, isKept: true, locals, line: 3 })
  assert.ok(file.startsWith('place') && decided.byFunction === 1, file)
})

const skip = MAJOR < 22 && 'Node 20 reads no TypeScript'

test('TypeScript whose types Node takes away has checks', { skip }, () => {
  const typed = [
    'export type T = number', 'export function typed (n: T): T {', '  const m: T = n',
    '  return m', '}'
  ].join('\n')
  const program = files({
    'types.mts': `
      import { typed } from './typed.mts'
      import { common } from './common.cts'
      import { any } from './any.ts'
      const has = (f: Function): boolean => f.toString().includes('__sf')
      console.log(has(typed), typed(1), has(common), common(2), has(any), any(3))
      try {
        null!.x
      } catch (error) {
        console.log((error as Error).stack!.split('\\n')[1].split(':').slice(-2).join(':'))
      }
    `,
    'typed.mts': typed,
    'common.cts': 'exports.common = (n: number): number => {\n  return n\n}\n',
    'any.ts': typed.replaceAll('typed', 'any')
  })
  const { code, out, err } = run(program, '1', ['--no-warnings'])
  assert.deepEqual([code, out], [0, 'true 1 true 2 true 3\n8:15\n'], err)
  const noisy = run(program, '1').err
  assert.ok(!noisy.includes('stripTypeScriptTypes'), noisy)
})
