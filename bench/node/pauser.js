// The worker of a subject that pauses from outside: its session is connected to the main thread.
//
// Invariant: every request is answered once; a pause is counted when its one value is read.

'use strict'

const { Session } = require('node:inspector/promises')
const { parentPort, workerData: expression } = require('node:worker_threads')

const session = new Session()
let seen = 0
let value = null
let breakpointId = null

async function paused ({ params }) {
  const { callFrameId } = params.callFrames[0]
  const asked = { callFrameId, expression, returnByValue: true }
  const { result } = await session.post('Debugger.evaluateOnCallFrame', asked)
  value = result.value
  seen += 1
  await session.post('Debugger.resume')
}

const doing = {
  async begin () {
    session.connectToMainThread()
    session.on('Debugger.paused', paused)
    await session.post('Debugger.enable')
  },
  async set ({ at }) {
    const answer = await session.post('Debugger.setBreakpointByUrl', at)
    breakpointId = answer.breakpointId
  },
  async clear () {
    await session.post('Debugger.removeBreakpoint', { breakpointId })
  },
  async tell () {
    return { seen, value }
  }
}

parentPort.on('message', async (request) => {
  try {
    parentPort.postMessage({ answer: await doing[request.do](request) })
  } catch (error) {
    parentPort.postMessage({ fault: error.message })
  }
})
