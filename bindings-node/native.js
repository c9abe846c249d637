// The native half: the one that is named, else the one beside this file, else this platform's package.
//
// Knows of packages what `package.json` names. Invariant: requiring it never throws; where there is no
// native half, each call of the API does, and says for which platform and what to do.

'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { StillframeError } = require('./lib/errors')

/** As `stillframe run` finds it, and where this source was built. */
const BESIDE = path.join(__dirname, 'stillframe.node')
const SCOPE = '@stillframe/'
const BUILD = 'build it with `cargo build --release -p stillframe-node`, ' +
  'and name the library in STILLFRAME_NODE_LIBRARY'

/** `linux-x64`, the beginning of every package for such a machine. */
const machine = `${process.platform}-${process.arch}`

/** The whole name of this platform: of Linux it says which C library there is. */
function platform () {
  if (process.platform !== 'linux') return machine
  const { glibcVersionRuntime } = process.report.getReport().header
  return `${machine}-${glibcVersionRuntime === undefined ? 'musl' : 'gnu'}`
}

function refusal (message, hint) {
  return new StillframeError('unsupported', message, hint)
}

/** Why there is nothing for this platform, with the error of what was tried. */
function missing (packages, fault) {
  const name = platform()
  if (fault !== null) return refusal(`the agent for ${name} cannot be loaded: ${fault.message}`)
  if (packages.includes(SCOPE + name)) {
    const hint = 'install stillframe on this very platform, with its optional dependencies'
    return refusal(`the package ${SCOPE}${name} is not installed`, hint)
  }
  const others = packages.map((one) => one.slice(SCOPE.length)).join(', ')
  return refusal(`no prebuilt agent for ${name}`, `there is one for ${others}; else ${BUILD}`)
}

/** This platform's package. Of two that are installed, the wrong C library's does not load. */
function packaged () {
  const packages = Object.keys(require('./package.json').optionalDependencies)
  let fault = null
  for (const name of packages) {
    if (!name.startsWith(SCOPE + machine)) continue
    try {
      return require(name)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') fault = error
    }
  }
  throw missing(packages, fault)
}

function load () {
  const named = process.env.STILLFRAME_NODE_LIBRARY
  if (named) return require(path.resolve(named))
  return fs.existsSync(BESIDE) ? require(BESIDE) : packaged()
}

/** What stands in for it: nothing can be asked of it; there is nothing to stop or deliver. */
function absent (error) {
  const refuse = () => {
    throw error
  }
  const idle = { __proto__: null, stop () {}, nextResult: () => null }
  return new Proxy(idle, { get: (known, name) => known[name] ?? refuse })
}

function present () {
  try {
    return load()
  } catch (error) {
    const isTold = error instanceof StillframeError
    return absent(isTold ? error : refusal(`the agent cannot be loaded: ${error.message}`))
  }
}

module.exports = present()
