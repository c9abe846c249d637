// The inspector's session of this thread, which never pauses.
//
// Knows V8's protocol, nothing of probes. Invariants: no handler of `Debugger.paused` is ever
// registered, for pauses of other sessions are told to it too, and V8 is told to skip all of ours;
// answers come at once, because the session is of the thread that asks.

'use strict'

const { Session } = require('node:inspector')
const P = require('./primordials')

/** What the names of our own scripts begin with. */
const OURS = 'stillframe:'

let session = null
/** Whether some script says where its source map is. */
let hasMaps = false

const isOurs = (url) => P.StringStartsWith(url, OURS)

/** Asks V8; throws what it answers with instead. */
function post (method, parameters) {
  let answer
  let refusal = null
  session.post(method, parameters, (error, result) => {
    refusal = error
    answer = result
  })
  if (refusal !== null) throw new Error(`V8 refused ${method}: ${refusal.message}`)
  return answer
}

/**
 * Begins; `came` is told of each script by its id, its URL, the hash of its text, whether it is in
 * the main context and the URL of its source map: those that are there already too, and for each
 * context once.
 */
function begin (came) {
  if (session !== null) return
  session = new Session()
  session.connect()
  // V8 compiles the condition of a breakpoint with each hit and tells of it as of any script, so this
  // runs inside of hits: an emitter's own ways are what applications and their tools patch.
  session.emit = (event, message) => {
    if (event !== 'Debugger.scriptParsed') return false
    const { scriptId, url, hash, executionContextAuxData: context, sourceMapURL } = message.params
    if (url === '' || isOurs(url)) return true
    const map = sourceMapURL ?? ''
    if (map !== '') hasMaps = true
    came(scriptId, url, hash, context?.isDefault !== false, map)
    return true
  }
  post('Debugger.enable', { maxScriptsCacheSize: 0 })
  // Else each `debugger` statement of the application would stop it for as long as that takes.
  post('Debugger.setSkipAllPauses', { skip: true })
  post('Debugger.setAsyncCallStackDepth', { maxDepth: 0 })
}

/** Ends; V8 forgets every breakpoint of ours. */
function end () {
  if (session === null) return
  session.disconnect()
  session = null
}

/** Whether frames may have been written in other files than those that V8 names. */
function isMade () {
  return hasMaps
}

/** Text of a script. */
function source (scriptId) {
  return post('Debugger.getScriptSource', { scriptId }).scriptSource
}

/**
 * Where the function around a place can be stopped, from there on and before another: line, column,
 * and 1 if it returns there. V8 keeps what it looks at for the answer in its interpreter, until a
 * breakpoint there goes: this is for a function that gets some.
 */
function places (scriptId, lineNumber, columnNumber, lastLine, lastColumn) {
  const start = { scriptId, lineNumber, columnNumber }
  const end = { scriptId, lineNumber: lastLine, columnNumber: lastColumn }
  const asked = { start, end, restrictToFunction: true }
  const { locations } = post('Debugger.getPossibleBreakpoints', asked)
  const flat = []
  for (const { lineNumber, columnNumber, type } of locations) {
    flat.push(lineNumber, columnNumber ?? 0, type === 'return' ? 1 : 0)
  }
  return flat
}

/**
 * Sets a breakpoint at a place, or at the next behind it where V8 can stop in that function and
 * that is not behind the other; its id.
 */
function arm (scriptId, lineNumber, columnNumber, lastLine, lastColumn, condition) {
  const location = { scriptId, lineNumber, columnNumber }
  const { breakpointId, actualLocation } = post('Debugger.setBreakpoint', { location, condition })
  const { lineNumber: line, columnNumber: column = 0 } = actualLocation
  if (line > lastLine || (line === lastLine && column > lastColumn)) {
    post('Debugger.removeBreakpoint', { breakpointId })
    throw new Error(`V8 has no code at line ${lineNumber + 1}`)
  }
  return breakpointId
}

/** Sets a breakpoint in a script of ours; its id. */
function armByUrl (url, lineNumber, condition) {
  return post('Debugger.setBreakpointByUrl', { url, lineNumber, condition }).breakpointId
}

/** Takes a breakpoint off. */
function disarm (breakpointId) {
  if (session !== null) post('Debugger.removeBreakpoint', { breakpointId })
}

module.exports = { begin, end, isMade, source, places, arm, armByUrl, disarm, OURS }
