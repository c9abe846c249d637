// Who waits for results gets them: functions are called before `flush` returns, and at the end.
//
// Invariant: nothing here lets the event loop run between a hit and what is asked of its result.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const test = require('node:test')
const stillframe = require('..')
const { begin, end, Place, Placed } = require('./help')

/** Longer than any machine takes, so that who waits for it in vain is seen. */
const LONG_S = 60

let folder

test.before(() => {
  begin()
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stillframe-flush-'))
  fs.writeFileSync(path.join(folder, 'work.js'), 'exports.work = function (n) {\n  return n\n}\n')
})
test.after(() => {
  end()
  fs.rmSync(folder, { recursive: true, force: true })
})

/** What a program says that has the agent, a function and a probe whose sink `receive` is. */
function said (receive, rest) {
  const text = `
    const stillframe = require(${JSON.stringify(path.join(__dirname, '..'))})
    const { work } = require('./work.js')
    const said = []
    const told = () => process.stdout.write(said.join(' '))
    const receive = ${receive}
    ${rest}
  `
  fs.writeFileSync(path.join(folder, 'program.js'), text)
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const ended = spawnSync(process.execPath, ['program.js'], { env, cwd: folder, timeout: 90_000 })
  return { out: ended.stdout.toString(), err: ended.stderr.toString(), code: ended.status }
}

test('a probe\'s function is called before flush returns, in order', () => {
  const place = new Place('module.exports = (n) => {\n  return n //: f\n}\n')
  const f = place.load()
  const placed = new Placed(place.at('f'))
  const begun = Date.now()
  for (let n = 0; n < 20; n++) f(n)
  assert.equal(stillframe.flush(LONG_S), true)
  assert.ok(Date.now() - begun < LONG_S * 1_000, 'it waited for all of its time')
  const order = placed.got.map(({ locals }) => locals.n)
  assert.deepEqual(order, Array.from({ length: 20 }, (_, n) => n))
  assert.equal(placed.count('captured'), 20)
  assert.equal(stillframe.flush(LONG_S), true)
  placed.remove()
})

test('so is the sink that is one', () => {
  const { out, err } = said('({ locals }) => said.push(locals.n)', `
    stillframe.start({ sink: receive })
    stillframe.probe('work.js:2')
    work(5)
    said.push(stillframe.flush(${LONG_S}))
    told()
  `)
  assert.deepEqual([out, err], ['5 true', ''])
})

test('what comes last is delivered at the end of the process', () => {
  const { out, err, code } = said('({ locals }) => said.push(locals.n)', `
    stillframe.start({ sink: receive })
    stillframe.probe('work.js:2')
    work(6)
    process.once('exit', told)
    process.exit(4)
  `)
  assert.deepEqual([out, err, code], ['6', '', 4])
})

test('what a function throws comes up as its own, and the next is called', () => {
  const { out, err } = said('({ locals }) => { said.push(locals.n); throw new Error(locals.n) }', `
    process.on('uncaughtException', ({ message }) => said.push('threw ' + message))
    stillframe.start({ sink: receive })
    stillframe.probe('work.js:2', { rate_per_s: 100 })
    work(7)
    work(8)
    said.push(stillframe.flush(${LONG_S}))
    setImmediate(told)
  `)
  assert.deepEqual([out, err], ['7 8 true threw 7 threw 8', ''])
})

test('a function may wait itself', () => {
  const { out, err } = said('({ locals }) => { said.push(locals.n, stillframe.flush(1)) }', `
    stillframe.start({ sink: receive })
    stillframe.probe('work.js:2', { rate_per_s: 100 })
    work(1)
    work(2)
    said.push(stillframe.flush(${LONG_S}))
    told()
  `)
  assert.deepEqual([out, err], ['2 true 1 true true', ''])
})

test('what is no function is told', () => {
  const wrong = () => stillframe.probe('work.js:2', { onSnapshot: 'log' })
  assert.throws(wrong, { code: 'option', message: /onSnapshot is not a function/ })
})
