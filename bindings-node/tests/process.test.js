// The agent in a process of its own: by the environment alone, and at its end.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')

/** Works until something was captured, or for ten seconds. */
const PROGRAM = `
function work (n) {
  const twice = n * 2
  return twice // line 4
}
process.stdout.write('begun\\n')
let n = 0
const timer = setInterval(() => {
  work(n)
  n += 1
  const isDone = require('node:fs').existsSync('results') || n > 1000
  if (!isDone && process.argv[2] !== 'once') return
  clearInterval(timer)
  if (process.argv[2] === 'exits') process.exit(3)
  if (process.argv[2] === 'throws') throw new TypeError('its own')
}, 10)
`

let folder

test.before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-process-'))
  fs.writeFileSync(path.join(folder, 'program.js'), PROGRAM)
  const probes = [{ location: 'program.js:4', kind: 'snap', limit: 10, rate_per_s: 100 }]
  fs.writeFileSync(path.join(folder, 'probes.json'), JSON.stringify(probes))
})

test.after(() => fs.rmSync(folder, { recursive: true, force: true }))

function run (words, environment = {}) {
  const register = path.join(__dirname, '..', 'register.js')
  const env = { ...process.env, STILLFRAME_LOG: 'off', ...environment }
  const program = path.join(folder, 'program.js')
  const all = ['--require', register, program, ...words]
  const ended = spawnSync(process.execPath, all, { env, cwd: folder })
  return { code: ended.status, out: ended.stdout.toString(), err: ended.stderr.toString() }
}

const probing = () => ({
  STILLFRAME_PROBES: path.join(folder, 'probes.json'),
  STILLFRAME_SINK: `file://${path.join(folder, 'results')}`
})

function results () {
  const all = path.join(folder, 'results')
  const files = fs.readdirSync(all).sort().map((name) => path.join(all, name))
  const text = files.map((file) => fs.readFileSync(file, 'utf8')).join('')
  fs.rmSync(all, { recursive: true })
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line))
}

test('probes of a file are hit, and what was captured last is delivered at the end', () => {
  const { code, out, err } = run([], probing())
  assert.deepEqual([code, out, err], [0, 'begun\n', ''])
  const snapshots = results().filter((one) => one.type === 'snapshot')
  assert.ok(snapshots.length > 0)
  for (const { locals } of snapshots) assert.deepEqual(locals, { n: locals.n, twice: locals.n * 2 })
  assert.equal(snapshots[0].service.name, 'program')
})

test('exit code and errors are the application\'s own', () => {
  const exits = run(['exits'], probing())
  assert.deepEqual([exits.code, exits.err], [3, ''])
  assert.ok(results().some((one) => one.type === 'snapshot'))
  const throws = run(['throws'], probing())
  assert.equal(throws.code, 1)
  assert.ok(throws.err.includes('TypeError: its own'), throws.err)
  assert.ok(!throws.err.includes('stillframe: '), throws.err)
  results()
})

test('what is wrong is said once, and the application runs', () => {
  const wrong = { STILLFRAME_SINK: 'nowhere', STILLFRAME_LOG: 'warn' }
  const { code, out, err } = run(['once'], wrong)
  assert.deepEqual([code, out], [0, 'begun\n'])
  assert.ok(err.startsWith('stillframe: '), err)
  const off = run(['once'], { STILLFRAME_ENABLED: 'false', ...probing() })
  assert.deepEqual([off.code, off.err], [0, ''])
  assert.ok(!fs.existsSync(path.join(folder, 'results')))
})

test('a hit runs nothing that the application patched, and leaves it as it was', () => {
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const program = path.join(__dirname, 'patched-hit.js')
  const ended = spawnSync(process.execPath, [program], { env, timeout: 30_000 })
  assert.equal(ended.status, 0, ended.stderr.toString())
  const { file, ...others } = JSON.parse(ended.stdout.toString())
  const decided = { byFunction: 1, byMachine: 0 }
  const locals = { a: 7, b: [7], c: { $type: 'Object', k: 7 } }
  assert.deepEqual(others, { ran: 0, isKept: true, decided, locals, line: 3 })
  assert.ok(file.startsWith('place'), file)
})

test('an agent that was stopped and started again counts each hit once', () => {
  const text = `
    const stillframe = require(${JSON.stringify(path.join(__dirname, '..'))})
    const { work } = require('./work.js')
    for (let turn = 0; turn < 3; turn++) {
      stillframe.start({ sink: () => {} })
      const id = stillframe.probe('work.js:2', { kind: 'count', condition: 'n < 5' })
      for (let n = 0; n < 7; n++) work(n)
      const report = stillframe.status().probes.find((one) => one.probe === id)
      const { hits, captured } = report.counters
      process.stdout.write([report.state, hits, captured].join(' ') + ';')
      stillframe.stop()
      work(1)
    }
  `
  fs.writeFileSync(path.join(folder, 'work.js'), 'exports.work = function (n) {\n  return n\n}\n')
  fs.writeFileSync(path.join(folder, 'again.js'), text)
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const ended = spawnSync(process.execPath, ['again.js'], { env, cwd: folder, timeout: 30_000 })
  assert.equal(ended.stdout.toString(), 'armed 7 5;'.repeat(3), ended.stderr.toString())
})

test('conditions are functions where code may not be made of strings', () => {
  const program = path.join(__dirname, 'decided-hit.js')
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const words = ['--disallow-code-generation-from-strings', program]
  const { stdout, stderr } = spawnSync(process.execPath, words, { env })
  assert.equal(stderr.toString(), '')
  const { counts, decided } = JSON.parse(stdout)
  assert.deepEqual(counts, [4, 6])
  assert.deepEqual(decided, { byFunction: 10, byMachine: 0 })
})

test('it works where Node froze what is its own', () => {
  const env = { ...process.env, STILLFRAME_LOG: 'warn', ...probing() }
  const register = path.join(__dirname, '..', 'register.js')
  const words = ['--no-warnings', '--frozen-intrinsics', '--require', register, 'program.js']
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, cwd: folder })
  const said = [status, stdout.toString(), stderr.toString()]
  assert.deepEqual(said, [0, 'begun\n', ''])
  const [first] = results().filter((one) => one.type === 'snapshot')
  assert.deepEqual(first.locals, { n: first.locals.n, twice: first.locals.n * 2 })
  const [{ file, line, function: name }, caller] = first.stack
  assert.deepEqual([path.basename(file), line, name], ['program.js', 4, 'work'])
  assert.deepEqual([path.basename(caller.file), caller.line], ['program.js', 9])
})

test('the end of an agent whose probes are armed waits for nothing', () => {
  const text = `
    const stillframe = require(${JSON.stringify(path.join(__dirname, '..'))})
    stillframe.start({ sink: () => {} })
    const { work } = require('./work.js')
    const id = stillframe.probe('work.js:2', { kind: 'count' })
    work(1)
    const { state } = stillframe.status().probes.find((one) => one.probe === id)
    const begun = performance.now()
    stillframe.stop(60)
    process.stdout.write([state, performance.now() - begun < 20_000].join(' '))
  `
  fs.writeFileSync(path.join(folder, 'work.js'), 'exports.work = function (n) {\n  return n\n}\n')
  fs.writeFileSync(path.join(folder, 'ends.js'), text)
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const ended = spawnSync(process.execPath, ['ends.js'], { env, cwd: folder, timeout: 90_000 })
  assert.equal(ended.stdout.toString(), 'armed true', ended.stderr.toString())
})
