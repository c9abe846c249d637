// The native half: of this platform's package, or where this source was built.

'use strict'

module.exports = require(process.env.STILLFRAME_NODE_LIBRARY ?? './stillframe.node')
