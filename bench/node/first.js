// The first probe of a process, its first hit and its first snapshot: nanoseconds of each, on one line.
//
//     node first.js
//
// Invariant: each was counted.

'use strict'

const stillframe = require('../../bindings-node')
const { FILE, SEED, expect, line } = require('./subject')
const { loops } = require('./targets')

function timed (work) {
  const began = process.hrtime.bigint()
  const answer = work()
  return [Number(process.hrtime.bigint() - began), answer]
}

function captured (id) {
  const { probes } = stillframe.status()
  return probes.find((one) => one.probe === id).counters.captured
}

stillframe.start({ service: 'bench', sink: 'stderr' })
const { count, capture_10_locals_stack: capture } = loops
const place = (name, more) => () => stillframe.probe(`${FILE}:${line(name)}`, more)
const [arming, counting] = timed(place('count', { kind: 'count' }))
const [hit] = timed(() => count(1, SEED))
expect('the first hit', captured(counting), 1)
const snapping = place('capture_10_locals_stack', {})()
const [snapshot] = timed(() => capture(1, SEED))
expect('the first snapshot', captured(snapping), 1)
stillframe.remove(snapping)
console.log([arming, hit, snapshot].join(' '))
