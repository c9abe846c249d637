// `node --require stillframe/register`: starts the agent by the environment alone.
//
// Invariant: an application starts as it would without us, whatever is wrong here.

'use strict'

const { isMainThread } = require('node:worker_threads')

if (isMainThread) {
  try {
    require('./index').start()
  } catch (error) {
    process.stderr.write(`stillframe: ${error.message}\n`)
  }
}
