// Code that runs in contexts of `node:vm`: the main one is probed, of others it is said that they
// are not. Knows the API alone. Invariant: a probe that cannot be hit says so.

'use strict'

const assert = require('node:assert/strict')
const { Session } = require('node:inspector')
const test = require('node:test')
const vm = require('node:vm')
const { begin, end, Place, Placed } = require('./help')

const TEXT = '(function h (q) {\n  return q + 1 //: vm\n})'

test.before(begin)
test.after(end)

/** A file that nothing has loaded, and how `vm` is told of it. */
function placed () {
  const place = new Place(TEXT)
  return { place, text: TEXT, options: { filename: place.file } }
}

/** How often a probe on the marked line says that it is hit, and how it stands. */
function counted (place, hit, times) {
  const placed = new Placed(place.at('vm'), { kind: 'count' })
  for (let n = 0; n < times; n++) assert.equal(hit(n), n + 1)
  const { state, why, at } = placed.report()
  const hits = placed.count('hits')
  placed.remove()
  return { hits, state, why, note: at?.note }
}

function isUnsupported ({ hits, state, why }) {
  assert.deepEqual([hits, state, why?.code], [0, 'refused', 'unsupported'], JSON.stringify(why))
  assert.ok(why.message.includes('node:vm') && why.hint, JSON.stringify(why))
}

test('a script of another context is unsupported, and nothing pauses there', () => {
  let paused = 0
  const watcher = new Session()
  watcher.connect()
  watcher.on('Debugger.paused', () => { paused += 1 })
  watcher.post('Debugger.enable')
  const { place, text, options } = placed()
  const context = vm.createContext({})
  isUnsupported(counted(place, vm.runInContext(text, context, options), 3))
  const fresh = placed()
  isUnsupported(counted(fresh.place, vm.runInNewContext(fresh.text, {}, fresh.options), 3))
  watcher.disconnect()
  assert.equal(paused, 0)
})

test('so is a function that was compiled for one, as test runners do', () => {
  const { place, text, options } = placed()
  const parsingContext = vm.createContext({})
  const compiled = vm.compileFunction(`return ${text}`, [], { ...options, parsingContext })
  isUnsupported(counted(place, compiled(), 3))
})

test('so is a script that was compiled here and runs there', () => {
  const { place, text, options } = placed()
  const hit = new vm.Script(text, options).runInContext(vm.createContext({}))
  isUnsupported(counted(place, hit, 3))
})

test('a script that vm runs in the main context is probed', () => {
  const { place, text, options } = placed()
  const { hits, state, note } = counted(place, vm.runInThisContext(text, options), 3)
  assert.deepEqual([hits, state, note], [3, 'armed', undefined])
})

test('what runs in several contexts is probed in the main one, and the rest is said', () => {
  // There the call raises, of which nobody is told.
  let paused = 0
  const watcher = new Session()
  watcher.connect()
  watcher.on('Debugger.paused', () => { paused += 1 })
  watcher.post('Debugger.enable')
  watcher.post('Debugger.setPauseOnExceptions', { state: 'all' })
  const { place, text, options } = placed()
  const script = new vm.Script(text, options)
  const there = script.runInContext(vm.createContext({}))
  const here = script.runInThisContext()
  const both = counted(place, (n) => here(n) && there(n), 3)
  assert.deepEqual([both.hits, both.state], [3, 'armed'])
  assert.ok(both.note.includes('node:vm'), both.note)

  assert.equal(paused, 0)
  watcher.disconnect()

  const second = placed()
  const own = vm.runInThisContext(second.text, second.options)
  const other = vm.runInNewContext(second.text, {}, second.options)
  const separate = counted(second.place, (n) => own(n) && other(n), 3)
  assert.deepEqual([separate.hits, separate.state], [3, 'armed'])
  assert.ok(separate.note.includes('node:vm'), separate.note)
})
