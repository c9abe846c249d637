// The globals that checks in rewritten code call: `__sf0`, `__sf1`, …
//
// Knows numbers and texts of functions, not what is probed. Invariants: a global is there, and holds
// undefined, before code that names it runs; it is never assigned but made anew, which V8 takes for a
// constant each time; what is put there is a plain function that never throws.

'use strict'

const { Script } = require('node:vm')
const P = require('./primordials')

const run = P.uncurry(Script.prototype.runInThisContext)
const realm = globalThis

/** The numbers of those that are there. */
const defined = new Set()

function put (number, value) {
  const name = `__sf${number}`
  if (P.SetHas(defined, number)) P.ReflectDeleteProperty(realm, name)
  else P.SetAdd(defined, number)
  const property = { __proto__: null, value, writable: true, enumerable: false, configurable: true }
  P.ObjectDefineProperty(realm, name, property)
}

/** Makes those of pairs: from a number on, before another. */
function define (pairs) {
  for (let at = 0; at < pairs.length; at += 2) {
    for (let number = pairs[at]; number < pairs[at + 1]; number++) {
      if (!P.SetHas(defined, number)) put(number, undefined)
    }
  }
}

/** Makes all before a number. */
function defineAll (number) {
  define([0, number])
}

/** What a text is worth, which is compiled of its own: V8 knows what it calls, and inlines that. */
function evaluate (text) {
  return run(new Script(text, { filename: '' }))
}

/**
 * Has the checks of a function call the one that `text` is, of places with these numbers; nothing,
 * if it is empty. The text has `isNFalse` for each place, and `take` for what is a hit.
 */
function check (number, text, places, numbers, hit, lost) {
  if (text === '') return put(number, undefined)
  const names = numbers.map((one) => `is${one}False`)
  const make = evaluate(`(take, ${names.join()}) => { 'use strict'; return ${text} }`)
  function take (place, read, until, line, column) {
    try {
      hit(place, read, until, line, column)
    } catch {
      lost(place)
    }
  }
  put(number, P.ReflectApply(make, undefined, [take, ...places.map(isFalse)]))
}

/**
 * Says whether every condition of a place is false, where that is all that is to be done then. One
 * that cannot say so itself is not called false.
 */
function isFalse ({ sites }) {
  if (!sites.every((site) => site.isUncounted && site.test !== null)) {
    return evaluate('() => false')
  }
  const tests = sites.map((_, at) => `test${at}`)
  const all = tests.map((test) => `!${test}(v)`).join(' && ')
  const make = evaluate(`(${tests.join()}) => v => { try { return ${all} } catch { return false } }`)
  return P.ReflectApply(make, undefined, sites.map((site) => site.test))
}

module.exports = { define, defineAll, check }
