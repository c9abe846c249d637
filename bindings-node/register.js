// `node --require …/register.js`: starts the agent by the environment alone, and has it probe workers.
//
// Written for any Node, however old. Invariant: an application starts as it would without us,
// whatever is wrong here; only the command that was started is told of it, not its children.

'use strict'

const OLDEST = 20

/** Whether this process gets an agent. */
function isWanted () {
  const own = process.env.STILLFRAME_RUN
  const isChild = own !== undefined && own !== String(process.pid)
  return !(isChild && process.env.STILLFRAME_CHILDREN === 'no')
}

/** Whether this is a worker of a process without an agent, of which that has said why. */
function isWithoutAgent (error) {
  return error.code === 'not_started' && !require('worker_threads').isMainThread
}

/** Says why there is no agent, unless this is a child that nobody asked about. */
function say (reason) {
  const own = process.env.STILLFRAME_RUN
  const isChild = own !== undefined && own !== String(process.pid)
  if (isChild || process.env.STILLFRAME_LOG === 'off') return
  process.stderr.write('stillframe: ' + reason + '\n')
}

try {
  const { versions } = process
  if (parseInt(versions.node, 10) < OLDEST || versions.electron !== undefined) {
    say('there is an agent for Node from ' + OLDEST + ' on, and this is ' + versions.node)
  } else if (isWanted()) {
    require('./index').start()
  }
} catch (error) {
  if (!isWithoutAgent(error)) say(error.message)
}
