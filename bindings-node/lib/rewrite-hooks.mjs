// Node 20: has ES modules get checks, in the thread of Node's loader.
//
// Knows the addon, which is one for all threads of the process and numbers for all of them. Invariants:
// whatever fails here, the application's own source is loaded; the globals of checks are made by the
// application's thread, when V8 tells of a script of which nothing has run.

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

let native = null
try {
  native = createRequire(import.meta.url)('../native')
} catch {
  // Then nothing is rewritten here.
}

export async function load (url, context, next) {
  const loaded = await next(url, context)
  if (native === null || loaded.format !== 'module' || !url.startsWith('file:')) return loaded
  try {
    const { source } = loaded
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
    if (!text.isWellFormed()) return loaded
    const code = native.rewriteSource(text, 'module', fileURLToPath(url))
    return code === null ? loaded : { ...loaded, source: code }
  } catch {
    return loaded
  }
}
