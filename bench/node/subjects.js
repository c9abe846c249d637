// Subjects by name. Each is loaded only in the process that measures it.

'use strict'

const MAKERS = {
  stillframe: () => new (require('./stillframe').Stillframe)(),
  v8: () => new (require('./means').Alone)(),
  pausing: () => new (require('./means').Pausing)(),
  pausing_worker: () => new (require('./means').PausingWorker)(),
  'dd-trace': () => new (require('./datadog').Datadog)(),
  'debug-agent': () => new (require('./google').Google)()
}

/** The subject of that name. */
function subjectNamed (name) {
  const make = MAKERS[name]
  if (make === undefined) {
    throw new Error(`no subject ${name}; there are ${Object.keys(MAKERS).join(', ')}`)
  }
  return make()
}

module.exports = { subjectNamed }
