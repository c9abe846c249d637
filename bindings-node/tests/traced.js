// Hits within and outside of traces of OpenTelemetry's packages in the folder that is named.
//
// Runs in a process of its own, for the API is registered once. Prints, of each hit, the id that
// the trace has and the one that came with what was captured.

'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')
const { begin, end, Place, Placed } = require('./help')

const load = createRequire(path.join(process.argv[2], 'package.json'))
const { context, trace } = load('@opentelemetry/api')
const { BasicTracerProvider } = load('@opentelemetry/sdk-trace-base')
const managers = load('@opentelemetry/context-async-hooks')
const WORK = 'exports.work = (n) => {\n  return n //: work\n}\n'

/** What ran of what is here to be run by nobody. */
let ran = 0

async function main () {
  begin()
  const place = new Place(WORK)
  const { work } = place.load()
  const told = { ids: [] }
  const hits = async (expected, run = (hit) => hit()) => {
    const placed = new Placed(place.at('work'), { kind: 'snap' })
    await run(() => work(1))
    const [{ trace_id: got }] = await placed.snapshots()
    placed.remove()
    told.ids.push([expected, got ?? null])
  }
  await hits(null)
  context.setGlobalContextManager(new managers.AsyncLocalStorageContextManager().enable())
  await hits(null)
  await inTraces(hits)
  await logged(place, work, told)
  await strange(hits)
  end()
  process.stdout.write(JSON.stringify({ ...told, ran }))
}

const tracer = new BasicTracerProvider().getTracer('tests')
const active = (span, run) => context.with(trace.setSpan(context.active(), span), run)

async function inTraces (hits) {
  const span = tracer.startSpan('outer')
  const id = span.spanContext().traceId
  await hits(id, (hit) => active(span, hit))
  await hits(id, (hit) => active(span, async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    hit()
  }))
  await hits(id, (hit) => active(span, () => active(tracer.startSpan('inner'), hit)))
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const remote = (traceId) => ({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 0 })
  await hits(traceId, (hit) => active(trace.wrapSpanContext(remote(traceId)), hit))
  await hits(null, (hit) => active(trace.wrapSpanContext(remote('0'.repeat(32))), hit))
}

async function logged (place, work, told) {
  const span = tracer.startSpan('logged')
  const placed = new Placed(place.at('work'), { kind: 'log', log: '{n}', condition: 'n === 1' })
  active(span, () => work(1))
  const [{ trace_id: got }] = await placed.snapshots()
  placed.remove()
  told.ids.push([span.spanContext().traceId, got ?? null])
}

/** What looks alike and would have to be asked. */
async function strange (hits) {
  const counted = (value) => ({ get () { ran += 1; return value }, configurable: true })
  const proxied = (value) => new Proxy(value, { get () { ran += 1 }, has () { ran += 1 } })
  const span = tracer.startSpan('strange')
  const { traceId } = span.spanContext()
  const spans = [
    proxied(span),
    Object.defineProperty({}, '_spanContext', counted({ traceId })),
    { _spanContext: proxied({ traceId }) },
    { _spanContext: Object.defineProperty({}, 'traceId', counted(traceId)) },
    { _spanContext: { traceId: traceId.slice(1) } },
    { _spanContext: { traceId: traceId.slice(1) + 'g' } },
    { _spanContext: { traceId: { toString () { ran += 1; return traceId } } } }
  ]
  for (const one of spans) await hits(null, (hit) => active(one, hit))
  await managed(hits, span, counted, proxied)
}

/** A context manager that is another one, or was changed. */
async function managed (hits, span, counted, proxied) {
  const api = globalThis[Symbol.for('opentelemetry.js.api.1')]
  const { context: manager } = api
  const { _asyncLocalStorage: storage } = manager
  const within = (run) => manager.with(trace.setSpan(manager.active(), span), run)
  const inherited = counted(manager)
  const instead = (it) => hits(null, (hit) => within(() => {
    Object.defineProperty(api, 'context', it)
    Object.defineProperty(Object.prototype, 'value', inherited)
    hit()
    delete Object.prototype.value
    Object.defineProperty(api, 'context', plain(manager))
  }))
  const plain = (value) => ({ value, writable: true, configurable: true })
  const holding = (value) => plain({ _asyncLocalStorage: value })
  await instead(plain(proxied(manager)))
  await instead(counted(manager))
  await instead(plain(Object.defineProperty({}, '_asyncLocalStorage', counted(storage))))
  await instead(holding(proxied(storage)))
  await instead(holding(Object.create(Object.getPrototypeOf(storage))))
  await instead(holding({ getStore () { ran += 1 } }))
  await instead(holding({ enabled: true, kResourceStore: { toString () { ran += 1 } } }))
  await hits(span.spanContext().traceId, (hit) => within(hit))
}

main()
