// Lines on which a probe can sit, beside those on which V8 itself says that it can stop.
//
// Invariant: V8 is asked in a process of its own, for whatever it is asked about becomes slow.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const test = require('node:test')
const stillframe = require('..')
const v8 = require('node:v8')
const vm = require('node:vm')
const { begin, end, Place, Placed } = require('./help')

/**
 * Prints the lines of a file, from 1, on which V8 can stop; but for where it leaves a function, and
 * directives, which are where it stops before what has no place of its own.
 */
const ASKS = `
const { Session } = require('node:inspector')
const file = process.argv[1]
const lines = require('node:fs').readFileSync(file, 'utf8').split('\\n')
const session = new Session()
let scriptId
session.connect()
session.on('Debugger.scriptParsed', ({ params }) => {
  if (params.url.endsWith(file)) scriptId = params.scriptId
})
session.post('Debugger.enable')
require(file)
const found = new Set()
for (let line = 0; line < lines.length; line++) {
  const range = {
    start: { scriptId, lineNumber: line, columnNumber: 0 },
    end: { scriptId, lineNumber: line + 1, columnNumber: 0 }
  }
  session.post('Debugger.getPossibleBreakpoints', range, (error, { locations }) => {
    for (const { type, columnNumber } of locations) {
      const isDirective = lines[line].slice(columnNumber).startsWith("'use strict'")
      if (type !== 'return' && !isDirective) found.add(line + 1)
    }
  })
}
console.log(JSON.stringify([...found]))
`

const LIB = path.join(__dirname, '../lib')
const FILES = fs.readdirSync(LIB).map((name) => path.join(LIB, name))
/** Of these every line is probed; and which V8 leaves out, for nothing comes of them. */
const WITHOUT_CODE = { places: [], sloppy: ['d'], stacks: ['if (true)'] }

test.before(begin)
test.after(end)

/** Where a probe at a line would sit; undefined if nowhere. */
function lineOf (file, line) {
  const id = stillframe.probe(`${file}:${line}`, { kind: 'count', dry_run: true })
  const { at } = stillframe.status().probes.find((one) => one.probe === id)
  stillframe.remove(id)
  return at?.line
}

for (const file of FILES) {
  test(`lines of ${path.basename(file)} are those of V8`, () => {
    require(file)
    const asked = spawnSync(process.execPath, ['-e', ASKS, file], { encoding: 'utf8' })
    const ofV8 = JSON.parse(asked.stdout)
    const text = fs.readFileSync(file, 'utf8').split('\n')
    // Where a function is made, its first line is meant.
    const isHead = (line) => text[line - 1].endsWith('=> {')
    const missed = ofV8.filter((line) => lineOf(file, line) !== line && !isHead(line))
    const all = text.map((_, at) => at + 1)
    const made = all.filter((line) => lineOf(file, line) === line && !ofV8.includes(line))
    assert.deepEqual({ missed, made }, { missed: [], made: [] })
    assert.ok(ofV8.length > 0)
  })
}

for (const name of Object.keys(WITHOUT_CODE)) {
  test(`every line of ${name}.js that is named can be probed`, () => {
    const file = path.join(__dirname, `../rewriter/tests/corpus/${name}.js`)
    const text = fs.readFileSync(file, 'utf8')
    const place = new Place(text)
    place.load()
    const lines = text.split('\n').map((_, at) => at + 1)
    const named = lines.filter((line) => lineOf(place.file, line) === line)
    const refused = named.filter((line) => {
      const placed = new Placed(`${place.file}:${line}`, { kind: 'count' })
      const { state } = placed
      placed.remove()
      return state !== 'armed'
    })
    assert.deepEqual(refused.map((line) => place.lines[line - 1].trim()), WITHOUT_CODE[name])
    assert.ok(named.length > 10)
  })
}

const TWO = `
function probed (n) {
  return n + 1 //: probed
}
function beside (n) {
  return n + 2 //: beside
}
module.exports = { probed, beside }
`
/** Whether V8 optimises a function when it is told to. */
function optimises () {
  v8.setFlagsFromString('--allow-natives-syntax')
  return vm.runInThisContext(`(work) => {
    %PrepareFunctionForOptimization(work);
    work(1);
    work(2);
    %OptimizeFunctionOnNextCall(work);
    work(3);
    return %ActiveTierIsTurbofan(work);
  }`)
}

test('a probe keeps its own function alone from being optimised, and that until it goes', () => {
  const place = new Place(TWO)
  const { probed, beside } = place.load()
  const isOptimised = optimises()
  assert.deepEqual([isOptimised(probed), isOptimised(beside)], [true, true])
  const placed = new Placed(place.at('probed'), { kind: 'count' })
  assert.deepEqual([isOptimised(probed), isOptimised(beside)], [false, true])
  placed.remove()
  assert.deepEqual([isOptimised(probed), isOptimised(beside)], [true, true])
})

test('a function whose code V8 has dropped is probed as any other', () => {
  const place = new Place(TWO)
  const { beside } = place.load()
  beside(1)
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc')
  for (let turn = 0; turn < 20; turn++) collect()
  const placed = new Placed(place.at('beside'), { kind: 'count' })
  beside(1)
  assert.equal(placed.count('hits'), 1)
  placed.remove()
})
