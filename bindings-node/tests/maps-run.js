// Run alone, by `maps.test.js`: loads one file and says what becomes of probes in it.
//
// Arguments: the file, the name of what it exports and is called, and probes as JSON. What is printed
// is their reports, and the first snapshot of each that has one. Invariant: probes that wait are
// placed before the file is loaded.

'use strict'

const { pathToFileURL } = require('node:url')
const stillframe = require('..')

const PATIENCE_MS = 10_000
/** How long what is to go on waiting is looked at. */
const LOOK_MS = 500
const [file, called, json] = process.argv.slice(2)

async function main () {
  stillframe.start({ service: 'maps', sink: () => {} })
  const probes = JSON.parse(json)
  const got = new Map()
  const place = ({ location, ...options }) => {
    const onSnapshot = (snapshot) => got.set(id, got.get(id) ?? snapshot)
    const id = stillframe.probe(location, { ...options, rate_per_s: 1000, onSnapshot })
    return id
  }
  const isKept = probes.some((probe) => probe.stays)
  for (const probe of probes) delete probe.stays
  const waiting = probes.filter((probe) => probe.waits).map(({ waits, ...probe }) => place(probe))
  const loaded = await import(pathToFileURL(file))
  const ids = waiting.concat(probes.filter((probe) => !probe.waits).map(place))
  const reports = () => ids.map((id) => stillframe.status().probes.find((one) => one.probe === id))
  const deadline = Date.now() + (isKept ? LOOK_MS : PATIENCE_MS)
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
  while (reports().some((one) => one.state === 'pending') && Date.now() < deadline) await turn()
  if (called !== '') await loaded[called]()
  const isOwed = (one) => one.counters.captured > 0 && !got.has(one.probe)
  while (reports().some(isOwed) && Date.now() < deadline) await turn()
  const told = reports().map((report) => ({ ...report, snapshot: got.get(report.probe) }))
  process.stdout.write(JSON.stringify(told))
  stillframe.stop()
}

main()
