// Has what this thread loads from now on get checks: hooks in Node's loaders.
//
// Knows how Node loads, not what a check is. Invariants: whatever fails here, the application's own
// source is loaded; globals of checks are made, in this thread, before the code that names them runs;
// an application whose sources are not rewritten has no hook of ours in its loaders.

'use strict'

const Module = require('node:module')
const path = require('node:path')
const { fileURLToPath, pathToFileURL } = require('node:url')
const { isMainThread, threadId } = require('node:worker_threads')
const { define, defineAll } = require('./checks')
const P = require('./primordials')

/** Our own folder. */
const OWN = path.dirname(__dirname)
/** What Node's formats of TypeScript are once their types are blanks. */
const STRIPPED = {
  __proto__: null,
  'commonjs-typescript': 'commonjs',
  'module-typescript': 'module',
  typescript: undefined
}

let native = null
/** What takes the hooks out of the loaders again. */
let undo = null
/** Whether Node's loader has a thread of its own for ours, with our hooks, which it keeps. */
let hasThread = false

/** Begins, if the environment asks for it. */
function begin (library) {
  if (undo !== null || !library.beginRewriting(OWN)) return
  native = library
  undo = typeof Module.registerHooks === 'function' ? hooked() : patched()
}

/** Ends: what was rewritten still has its globals. */
function end () {
  if (undo === null) return
  undo()
  undo = null
  const numbered = native.endRewriting()
  if (hasThread) defineAll(numbered)
}

/** Makes the globals of a file that the loader's thread rewrote, before this one runs it. */
function catchUp (url) {
  if (hasThread && undo !== null) define(native.numbersOf(url))
}

/** Hooks for both of Node's loaders, from Node 22.15 on. */
function hooked () {
  const hooks = Module.registerHooks({
    load (url, context, next) {
      const loaded = next(url, context)
      try {
        return rewritten(url, loaded)
      } catch {
        return loaded
      }
    }
  })
  return () => hooks.deregister()
}

/** What was loaded, with checks if it is to have them. */
function rewritten (url, loaded) {
  const { format, source } = loaded
  if (!P.StringStartsWith(url, 'file:') || source === null || source === undefined) return loaded
  const isTypeScript = typeof format === 'string' && format in STRIPPED
  const isJavaScript = format === 'commonjs' || format === 'module' || !format
  if (!isTypeScript && !isJavaScript) return loaded
  const file = fileURLToPath(url)
  let text = typeof source === 'string' ? withoutMark(source) : new TextDecoder().decode(source)
  if (isTypeScript) text = stripped(text, file)
  if (text === null) return loaded
  const plain = isTypeScript ? STRIPPED[format] : format
  const code = codeOf(text, plain, file)
  return code === null ? loaded : { ...loaded, format: plain, source: code }
}

/** A text with checks whose globals are there; null if it has none. */
function codeOf (text, format, file) {
  // Half a character would not survive the way to native code.
  if (!text.isWellFormed()) return null
  const code = native.rewriteSource(text, format, file, threadId)
  if (code !== null) define(native.numbersOf(file))
  return code
}

function withoutMark (text) {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** TypeScript with blanks in place of its types; null where Node says no, or does more. */
function stripped (text, file) {
  const isTransformed = (process.env.NODE_OPTIONS ?? '') + process.execArgv.join(' ')
  if (isTransformed.includes('transform-types')) {
    native.leaveSource(file, 'its types are not only taken away, but transformed')
    return null
  }
  // It would tell the application that this is an experiment, which is nothing it asked about.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return Module.stripTypeScriptTypes(text)
  } catch (error) {
    native.leaveSource(file, `its types cannot be taken away: ${error.message}`)
    return null
  } finally {
    process.emitWarning = emitWarning
  }
}

/** On older ones CommonJS's loader is patched, and that of ES modules has a thread of hooks. */
function patched () {
  const { _compile } = Module.prototype
  let isOn = true
  function compile (content, file, format) {
    let code = null
    try {
      if (isOn && typeof content === 'string') code = codeOf(content, format, file)
    } catch {
      code = null
    }
    return P.ReflectApply(_compile, this, code === null ? arguments : [code, file, format])
  }
  Module.prototype._compile = compile
  if (!hasThread && mayLoadModules()) {
    hasThread = true
    const data = { thread: threadId }
    Module.register(pathToFileURL(path.join(__dirname, 'rewrite-hooks.mjs')), { data })
  }
  return () => {
    isOn = false
    if (Module.prototype._compile === compile) Module.prototype._compile = _compile
  }
}

/**
 * Whether this thread is likely to load ES modules of the application: a worker's loader would have
 * a thread of its own, which takes as long as the worker.
 */
function mayLoadModules () {
  return isMainThread || native.hasModules() || P.StringEndsWith(process.argv[1] ?? '', '.mjs')
}

module.exports = { begin, end, catchUp }
