// Node 20: has ES modules get checks, in the thread of Node's loader, which each thread of the
// application has for itself.
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

/** The thread of the application that this one loads for. */
let thread = 0

export function initialize (data) {
  thread = data.thread
}

export async function load (url, context, next) {
  const loaded = await next(url, context)
  if (native === null || loaded.format !== 'module' || !url.startsWith('file:')) return loaded
  try {
    const { source } = loaded
    const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
    if (!text.isWellFormed()) return loaded
    const code = native.rewriteSource(text, 'module', fileURLToPath(url), thread)
    return code === null ? loaded : { ...loaded, source: code }
  } catch {
    return loaded
  }
}
