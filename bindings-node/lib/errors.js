// The one error of the API.

'use strict'

/** What went wrong in an explicit call: `code`, message, and perhaps what to do. */
class StillframeError extends Error {
  constructor (code, message, hint) {
    super(hint ? `${message}: ${hint}` : message)
    this.name = 'StillframeError'
    this.code = code
    if (hint) this.hint = hint
  }
}

/** Calls native code, whose errors say in JSON what they are. */
function calling (work) {
  try {
    return work()
  } catch (error) {
    let told
    try {
      told = JSON.parse(error.message)
    } catch {
      throw error
    }
    throw new StillframeError(told.code, told.message, told.hint)
  }
}

module.exports = { StillframeError, calling }
