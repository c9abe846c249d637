// The packages as a registry has them: each of its own, and npm takes this platform's.
//
// Knows what npm asks a registry, of which there is one here, on loopback. Invariant: what it has is
// made of the file that people install, without what that carries.

'use strict'

const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const test = require('node:test')
const { Application } = require('./help')

const PACKAGE = process.env.STILLFRAME_PACKAGE
/** A platform that this is not, whatever it is. */
const FOREIGN = '@stillframe/aix-ppc64'

let shop
let server
let native
/** What the registry has: manifest and file, by name. */
const has = new Map()

/** Has npm pack a folder with this manifest, and the registry have it. */
async function publish (folder, manifest) {
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest))
  await shop.npm(['pack', '--pack-destination', shop.folder], folder)
  const file = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
  has.set(manifest.name, { manifest, file: fs.readFileSync(shop.path(file)) })
}

function answer (request, response) {
  const [, name, isFile] = /^\/(.*?)(\/-\/file\.tgz)?$/.exec(decodeURIComponent(request.url))
  const found = has.get(name)
  if (found === undefined) {
    response.writeHead(404).end('{}')
  } else if (isFile) {
    response.end(found.file)
  } else {
    const { manifest, file } = found
    const integrity = `sha512-${createHash('sha512').update(file).digest('base64')}`
    const tarball = `http://${request.headers.host}/${name}/-/file.tgz`
    const versions = { [manifest.version]: { ...manifest, dist: { integrity, tarball } } }
    response.end(JSON.stringify({ name, 'dist-tags': { latest: manifest.version }, versions }))
  }
}

test.before(async () => {
  assert.ok(PACKAGE, 'run: cargo xtask test --only "npm package"')
  shop = new Application()
  const seed = shop.path('seed')
  fs.mkdirSync(seed)
  await shop.npm(['install', '--offline', '--prefix', seed, PACKAGE], seed)
  const whole = path.join(seed, 'node_modules', 'stillframe')
  const { bundleDependencies, ...manifest } = require(path.join(whole, 'package.json'))
  native = bundleDependencies[0]
  const platforms = { ...manifest.optionalDependencies, [FOREIGN]: manifest.version }
  const part = path.join(whole, 'node_modules', native)
  const its = require(path.join(part, 'package.json'))
  await publish(part, its)
  fs.mkdirSync(shop.path('foreign'))
  const foreign = { name: FOREIGN, version: its.version, os: ['aix'], cpu: ['ppc64'] }
  await publish(shop.path('foreign'), foreign)
  fs.rmSync(path.join(whole, 'node_modules'), { recursive: true })
  await publish(whole, { ...manifest, optionalDependencies: platforms })
  server = http.createServer(answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
})

test.after(() => {
  server.close()
  shop.remove()
})

test('npm installs the package of this platform with it, and no other', async () => {
  const registry = `http://127.0.0.1:${server.address().port}/`
  await shop.npm(['install', '--registry', registry, 'stillframe'])
  const scope = shop.path('node_modules', '@stillframe')
  assert.deepEqual(fs.readdirSync(scope), [native.split('/')[1]])
  assert.ok(!fs.existsSync(shop.path('node_modules', 'stillframe', 'node_modules')))
  await shop.captures(['common.cjs'])
})
