// Probes on lines of TypeScript and of bundles: what source maps say of scripts.
//
// The folders of `maps/generated` are what real tools made (`maps/build.sh`). Invariant: each test has
// a copy of its own, so that no other one's scripts are loaded of it.

'use strict'

const assert = require('node:assert/strict')
const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const test = require('node:test')
const { pathToFileURL } = require('node:url')
const { begin, end, Placed, Project, until } = require('./help')

const ORDERS = 'src/orders/orders.service.ts'

const [MAJOR, MINOR] = process.versions.node.split('.').map(Number)
/** What has this Node run TypeScript: nothing, an option, or none at all. */
const TYPES = MAJOR >= 23 || (MAJOR === 22 && MINOR >= 18) ? [] : null

test.before(begin)
test.after(end)

/** Waits until a probe is not waiting any more. */
async function settled (placed) {
  await until(() => placed.state !== 'pending', () => JSON.stringify(placed.report()))
  return placed.report()
}

async function armed (location, options) {
  const placed = new Placed(location, options)
  const report = await settled(placed)
  assert.equal(report.state, 'armed', JSON.stringify(report))
  return placed
}

test('a line of TypeScript, compiled to CommonJS', async () => {
  const project = new Project('tsc')
  const { OrdersService } = project.load('main.js')
  const placed = await armed(project.at(ORDERS, 'total'))
  const { at } = placed.report()
  assert.deepEqual([at.file, at.line, at.function],
    [project.file(ORDERS), project.line(ORDERS, 'total'), 'OrdersService.total'])
  assert.ok(at.line_text.endsWith('//: total'), at.line_text)
  const service = new OrdersService('ann')
  service.add({ sku: 'a', price: 2 })
  assert.equal(service.total('fr'), 4)
  const [snapshot] = await placed.snapshots()
  assert.equal(snapshot.locals.sum, 4)
  assert.equal(snapshot.locals.country, 'fr')
  placed.remove()
})

test('a function is found by its name, and the head of one leads to its body', async () => {
  const project = new Project('inline')
  const { OrdersService } = project.load('main.js')
  // Compiled for old engines, an async function is a generator within a function.
  const placed = await armed(`${project.file(ORDERS)}:OrdersService.place`, { kind: 'count' })
  const head = await armed(`${project.file(ORDERS)}:28`, { kind: 'count' })
  for (const probe of [placed, head]) {
    const { at } = probe.report()
    assert.deepEqual([at.line, at.function], [29, 'OrdersService.place'])
  }
  await new OrdersService('ann').place('fr')
  assert.deepEqual([placed.count('hits'), head.count('hits')], [1, 1])
  placed.remove()
  head.remove()
})

for (const [made, what] of [
  ['tsc', 'TypeScript, by files'], ['inline', 'TypeScript, for old engines, inline'],
  ['bundle', 'a bundle'], ['min', 'a minified bundle']
]) {
  test(`lines and frames are those that were written: ${what}`, async () => {
    const project = new Project(made)
    const { OrdersService, twice, chain } = project.load('main.js')
    const condition = "total > 5 && this.owner === 'ann'"
    const order = await armed(project.at(ORDERS, 'order'), { condition })
    const body = await armed(project.at(ORDERS, 'body'), { kind: 'count' })
    const total = await armed(project.at(ORDERS, 'total'))
    const rate = await armed(project.at('src/rates.ts', 'rate'))
    const doubled = await armed(project.at(ORDERS, 'twice'), { kind: 'count' })
    const chained = await armed(project.at(ORDERS, 'chain'), { kind: 'count' })
    const service = new OrdersService('ann')
    service.add({ sku: 'a', price: 2 })
    service.add({ sku: 'b', price: 1 })
    assert.deepEqual(await service.place('fr'), { owner: 'ann', total: 6 })
    assert.deepEqual([twice(2), chain([1, 2])], [4, [4]])
    assert.equal(body.count('hits'), 2)
    // In one line without spaces the loop before it ends where this begins.
    assert.deepEqual((await total.snapshots())[0].locals.sum, 6)
    assert.deepEqual([doubled.count('hits'), chained.count('hits')], [3, 1])
    const [{ at, stack, locals }] = await order.snapshots()
    assert.deepEqual(at, {
      file: project.file(ORDERS),
      line: project.line(ORDERS, 'order'),
      function: 'OrdersService.place'
    })
    assert.deepEqual(stack[0], at)
    // What was a function for old engines is two, of which the inner one runs the line.
    const names = made === 'inline' ? ['this', 'total'] : ['this', 'country', 'total']
    assert.deepEqual(Object.keys(locals).slice(0, names.length), names)
    assert.equal(locals.total, 6)
    const { stack: frames } = (await rate.snapshots())[0]
    const shown = frames.slice(0, 3).map((frame) => {
      return [path.basename(frame.file), frame.line, frame.function]
    })
    assert.deepEqual(shown, [
      ['rates.ts', 5, 'rate'],
      ['orders.service.ts', project.line(ORDERS, 'body'), 'OrdersService.total'],
      ['orders.service.ts', project.line(ORDERS, 'order') - 1, 'OrdersService.place']
    ])
    assert.ok(stack.some((frame) => frame.file === __filename), 'a script without a map stays')
    for (const probe of [order, body, total, rate, doubled, chained]) probe.remove()
  })
}

test('sources of webpack, whose maps name no folder of this machine', async () => {
  const project = new Project('webpack')
  const { OrdersService } = project.load('main.js')
  const line = project.line(ORDERS, 'total')
  const placed = await armed(`shop/${ORDERS}:${line}`)
  const file = `webpack://shop/${ORDERS}`
  assert.deepEqual([placed.report().at.file, placed.report().at.line], [file, line])
  const named = await armed(`shop/${ORDERS}:OrdersService.total`, { kind: 'count' })
  new OrdersService('ann').total('fr')
  const [{ stack }] = await placed.snapshots()
  assert.deepEqual([stack[0].file, stack[0].function], [file, 'OrdersService.total'])
  assert.equal(named.count('hits'), 1)
  placed.remove()
  named.remove()
})

test('modules of ECMAScript', async () => {
  const project = new Project('esm')
  const { total } = await import(pathToFileURL(project.file('esm/esm/total.mjs')))
  const placed = await armed(project.at('src/esm/total.mts', 'body'), { condition: 'rate === 3' })
  assert.equal(total(), 6)
  const [{ locals, at }] = await placed.snapshots()
  assert.deepEqual([at.line, at.function, locals.price], [8, 'total', 2])
  placed.remove()
})

test('a map of sections', async () => {
  const project = new Project('bundle')
  edit(project, 'bundle/main.js', (text) => `'use strict'\n\n${text}`)
  edit(project, 'bundle/main.js.map', (text) => {
    const sections = [{ offset: { line: 2, column: 0 }, map: JSON.parse(text) }]
    return JSON.stringify({ version: 3, sections })
  })
  const { twice } = project.load('main.js')
  const placed = await armed(project.at(ORDERS, 'twice'))
  assert.equal(twice(4), 8)
  assert.equal((await placed.snapshots())[0].locals.doubled, 8)
  placed.remove()
})

test('a source that two bundles contain is hooked in both', async () => {
  const project = new Project('bundle')
  for (const ending of ['js', 'js.map']) {
    fs.copyFileSync(project.file(`bundle/main.${ending}`), project.file(`bundle/page.${ending}`))
  }
  edit(project, 'bundle/page.js', (text) => text.replace('main.js.map', 'page.js.map'))
  const both = [project.load('main.js'), project.load('page.js')]
  const placed = await armed(project.at(ORDERS, 'twice'), { kind: 'count' })
  for (const { twice } of both) assert.equal(twice(1), 2)
  assert.equal(placed.count('hits'), 2)
  placed.remove()
})

test('a script that goes by the path of its own source', async () => {
  const project = new Project('inline')
  const file = project.file(ORDERS)
  // As tsx, ts-node and alike do it: what V8 has is not what lies at that path.
  const text = fs.readFileSync(project.file('inline/orders/orders.service.js'), 'utf8')
  const made = new Module(file, module)
  made.filename = file
  made.paths = module.paths
  made.require = () => ({ rate: () => 2 })
  made._compile(text, file)
  const placed = await armed(project.at(ORDERS, 'total'))
  assert.equal(placed.report().at.function, 'OrdersService.total')
  new made.exports.OrdersService('ann').total('fr')
  const [{ stack, locals }] = await placed.snapshots()
  assert.deepEqual([stack[0].file, stack[0].line], [file, project.line(ORDERS, 'total')])
  assert.equal(locals.sum, 0)
  placed.remove()
})

const skip = TYPES === null && 'this Node runs no TypeScript'
test('types that Node itself blanks', { skip }, () => {
  const project = new Project('none')
  const file = project.file('src/typed.mts')
  const text = [
    'type Sum = { é: number }', 'export function add (a: number = 1, b?: number): Sum {',
    '  const sum: number = a + (b ?? 1)', '  return { é: sum } satisfies Sum', '}', ''
  ].join('\n')
  fs.writeFileSync(file, text)
  const location = (text) => ({ ...typed(text, 4), file: 'src/typed.mts', around: 'add' })
  const probes = [{ location: location(text) }, { location: location(`// One more.\n${text}`) }]
  const [equal, moved] = alone(project, 'src/typed.mts', probes, { called: 'add', words: TYPES })
  assert.deepEqual([equal.at?.source, equal.at?.function], ['equal', 'add'], JSON.stringify(equal))
  assert.equal(equal.snapshot.locals.sum, 2)
  assert.deepEqual([moved.at?.source, moved.at?.line], ['moved', 3], JSON.stringify(moved))
})

test("stack traces stay the application's own, with Node's maps too", () => {
  for (const words of [[], ['--enable-source-maps']]) {
    const project = new Project('tsc')
    edit(project, 'tsc/main.js', (text) => text + `
exports.traces = () => {
  const service = new exports.OrdersService('ann')
  const before = new Error('x').stack
  let ran = 0
  Error.prepareStackTrace = (error, sites) => { ran++; return String(error) }
  service.total('fr')
  const own = Error.prepareStackTrace
  const during = ran
  const shown = new Error('y').stack
  delete Error.prepareStackTrace
  const after = new Error('x').stack
  if (during !== 0 || ran !== 1 || shown !== 'Error: y') throw new Error('it ran ' + during)
  if (before.split('\\n').length !== after.split('\\n').length) throw new Error(after)
}
`)
    const probes = [{ location: project.at(ORDERS, 'total') }]
    const [report] = alone(project, 'tsc/main.js', probes, { called: 'traces', words })
    assert.equal(report.counters.captured, 1, JSON.stringify(report))
    assert.deepEqual(report.snapshot.at.file, project.file(ORDERS))
  }
})

/** What becomes of probes in a process of its own that loads one file of a project. */
function alone (project, file, probes, { called = '', words = [] } = {}) {
  const program = path.join(__dirname, 'maps-run.js')
  const all = [...words, program, project.file(file), called, JSON.stringify(probes)]
  const env = { ...process.env, STILLFRAME_LOG: 'off' }
  const { stdout, stderr } = spawnSync(process.execPath, all, { env, encoding: 'utf8' })
  assert.ok(stdout.startsWith('['), stderr)
  return JSON.parse(stdout)
}

/** What a map of the orders says, changed. */
function rewrite (project, change) {
  const file = project.file('tsc/orders/orders.service.js.map')
  const map = JSON.parse(fs.readFileSync(file))
  fs.writeFileSync(file, JSON.stringify({ ...map, ...change }))
}

const MAP = 'tsc/orders/orders.service.js.map'

/** Changes the text of a file. */
function edit (project, name, change) {
  const file = project.file(name)
  fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))
}

const unnamed = (text) => text.replace('//# source', '// source')
const REFUSED = {
  'that is missing': {
    made: 'tsc',
    change: (project) => fs.rmSync(project.file(MAP)),
    says: ['orders.service.js.map is not there']
  },
  'that is no JSON': {
    made: 'tsc',
    change: (project) => edit(project, MAP, () => '<html>'),
    says: ['orders.service.js.map is no source map: expected value']
  },
  'that is a folder': {
    made: 'tsc',
    change: (project) => {
      fs.rmSync(project.file(MAP))
      fs.mkdirSync(project.file(MAP))
    },
    says: ['orders.service.js.map cannot be read: it is no file']
  },
  'that has no mappings': {
    made: 'tsc',
    change: (project) => rewrite(project, { mappings: '' }),
    says: ['orders.service.js.map has no mappings']
  },
  'whose mappings make no sense': {
    made: 'tsc',
    change: (project) => rewrite(project, { mappings: 'AAAA,gggggggggggggggggg' }),
    says: ['orders.service.js.map has mappings that make no sense']
  },
  'that names other sources': {
    made: 'tsc',
    change: (project) => rewrite(project, { sources: ['../other.ts'] }),
    says: ['orders.service.js.map names other sources: other.ts']
  },
  'of more lines than there are': {
    made: 'tsc',
    change: (project) => rewrite(project, { mappings: ';'.repeat(90) + 'AAAA' }),
    says: ['its source map maps line 91, and the script has 37 lines']
  },
  'of another build': {
    made: 'inline',
    change: (project) => {
      const more = 'var a = 1, b = 2;\nif (a) {\n  b = [a];\n}\n'
      edit(project, 'inline/orders/orders.service.js', (text) => more + text)
    },
    says: ['its source map is of another build of the script']
  },
  'that is on the network': {
    made: 'tsc',
    change: (project) => {
      const far = (text) => text.replace('URL=', 'URL=https://maps.example/')
      edit(project, 'tsc/orders/orders.service.js', far)
    },
    says: ["https://maps.example/orders.service.js.map is not on this machine's disk"]
  },
  'that nobody made': {
    made: 'none',
    change: () => {},
    says: ['orders.service.js', 'names no source map', 'tsc --sourceMap']
  },
  'of a bundle that is missing': {
    made: 'bundle',
    change: (project) => fs.rmSync(project.file('bundle/main.js.map')),
    says: ['bundle/main.js', 'main.js.map is not there']
  },
  'that a bundle does not name': {
    made: 'bundle',
    change: (project) => edit(project, 'bundle/main.js', unnamed),
    says: ['bundle/main.js', 'looks like a bundle and names no source map', 'esbuild --sourcemap']
  },
  'that a minified bundle does not name': {
    made: 'min',
    change: (project) => edit(project, 'min/main.js', unnamed),
    says: ['min/main.js', 'looks like a bundle and names no source map']
  }
}
for (const [what, { made, change, says }] of Object.entries(REFUSED)) {
  test(`refused, with what to do: a map ${what}`, () => {
    const project = new Project(made)
    change(project)
    const [report] = alone(project, `${made}/main.js`, [{ location: project.at(ORDERS, 'total') }])
    assert.equal(report.state, 'refused', JSON.stringify(report))
    const said = `${report.why.message} ${report.why.hint}`
    for (const word of says) assert.ok(said.includes(word), `${word}: ${said}`)
    assert.ok(report.why.hint.includes(`or name a line of ${project.file(made)}`), said)
  })
}

for (const made of ['tsc', 'inline', 'bundle', 'min', 'webpack']) {
  test(`a function that is named without a file is the one that was written: ${made}`, () => {
    const project = new Project(made)
    const named = { location: { function: 'OrdersService.total' }, kind: 'count' }
    const text = { location: 'OrdersService.total', kind: 'count' }
    const [one, two] = alone(project, `${made}/main.js`, [named, text])
    for (const { state, at, why } of [one, two]) {
      assert.equal(state, 'armed', JSON.stringify(why))
      assert.ok(at.file.endsWith(ORDERS), at.file)
      assert.equal(at.function, 'OrdersService.total')
    }
  })
}

test('where no map can be read the script itself is meant', () => {
  for (const made of ['none', 'tsc']) {
    const project = new Project(made)
    if (made === 'tsc') fs.rmSync(project.file(MAP))
    const probes = [{ location: 'OrdersService.total', kind: 'count' }]
    const [{ state, at, why }] = alone(project, `${made}/main.js`, probes)
    assert.equal(state, 'armed', JSON.stringify(why))
    const file = project.file(`${made}/orders/orders.service.js`)
    assert.deepEqual([at.file, at.function], [file, 'OrdersService.total'])
  }
})

test('a file that is not loaded yet is waited for, whatever else is', () => {
  const project = new Project('tsc')
  const probes = [{ location: project.at(ORDERS, 'total'), stays: true }]
  const [report] = alone(project, 'tsc/rates.js', probes)
  assert.deepEqual([report.state, report.why.code], ['pending', 'file_not_loaded'])
})

test('a probe that waits sees the first call, though that comes while files are loaded', () => {
  const project = new Project('tsc')
  const main = project.file('tsc/first.js')
  fs.writeFileSync(main, "const { twice } = require('./main')\nexports.four = twice(2)\n")
  const probes = [{ location: project.at(ORDERS, 'twice'), kind: 'count', waits: true }]
  const [report] = alone(project, 'tsc/first.js', probes)
  assert.deepEqual([report.state, report.counters.hits], ['armed', 1])
})

/** A location as it is sent from where the text is at hand. */
function typed (text, line) {
  return {
    file: ORDERS,
    line,
    source_sha256: createHash('sha256').update(text).digest('hex'),
    line_text: text.split('\n')[line - 1],
    around: 'OrdersService.total'
  }
}

test('how the text compares with the one that was typed against', () => {
  const project = new Project('bundle')
  const text = fs.readFileSync(project.file(ORDERS), 'utf8')
  const line = project.line(ORDERS, 'total')
  const all = [
    typed(text, line),
    typed(`// One more.\n${text}`, line + 1),
    typed(text.replace('return sum', 'return Math.round(sum)'), line)
  ]
  const probes = all.map((location) => ({ location, kind: 'count' }))
  const [equal, moved, gone] = alone(project, 'bundle/main.js', probes)
  assert.deepEqual([equal.at.file, equal.at.source], [project.file(ORDERS), 'equal'])
  assert.deepEqual([moved.at.source, moved.at.line], ['moved', line])
  assert.ok(moved.at.note.includes(`${line + 1} -> ${line}`), moved.at.note)
  assert.deepEqual([gone.state, gone.why.code], ['refused', 'source_differs'])
  assert.deepEqual(gone.running.nearest, [line, text.split('\n')[line - 1]])
})

test('a source that the map does not hold is compared if it is the one of the build', () => {
  const same = new Project('tsc')
  const text = fs.readFileSync(same.file(ORDERS), 'utf8')
  const line = same.line(ORDERS, 'total')
  const probes = [{ location: typed(text, line) }, { location: typed(text, line), unchecked: true }]
  const [equal] = alone(same, 'tsc/main.js', probes)
  assert.equal(equal.at.source, 'equal', JSON.stringify(equal))
  const later = (project) => {
    const soon = new Date(Date.now() - 1000)
    fs.utimesSync(project.file(ORDERS), soon, soon)
  }
  const other = (project) => {
    const file = project.file(ORDERS)
    const past = fs.statSync(file).mtime
    fs.writeFileSync(file, `/* One more. */\n${text}`)
    fs.utimesSync(file, past, past)
  }
  const none = (project) => fs.rmSync(project.file('src'), { recursive: true })
  for (const change of [later, other, none]) {
    const project = new Project('tsc')
    change(project)
    const [refused, unchecked] = alone(project, 'tsc/main.js', probes)
    assert.deepEqual([refused.state, refused.why.code], ['refused', 'no_source'], `${change}`)
    assert.deepEqual([unchecked.state, unchecked.at.source], ['armed', 'unverifiable'], `${change}`)
  }
})
