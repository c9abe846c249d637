'use strict'

// Values that chance makes, the same in each run.
//
// Knows no capture. Invariant: values nest, repeat and hold themselves, and none of them runs code.

/** Numbers that look like chance and are the same in each run. */
function chances(seed) {
  return (most) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * most)
  }
}

const LEAVES = [
  null, undefined, true, -0, 7, 300, 2 ** 40, 0.5, 1n << 70n, 'text', 'é€😀', Symbol('s'), /x/g,
  () => 1, new Date(5), Buffer.from('abc'), new Uint16Array(3), new Error('e'), class C {},
  Promise.resolve()
]

function tree(chance, depth, known) {
  if (depth === 0 || chance(4) === 0) return LEAVES[chance(LEAVES.length)]
  if (chance(6) === 0 && known.length > 0) return known[chance(known.length)]
  const inner = () => tree(chance, depth - 1, known)
  const size = chance(6)
  const all = [[], new Map(), new Set(), {}, Object.create(null), new (class Cart {})()]
  const made = all[chance(all.length)]
  known.push(made)
  for (let at = 0; at < size; at++) {
    if (Array.isArray(made)) made.push(inner())
    else if (made instanceof Map) made.set(inner(), inner())
    else if (made instanceof Set) made.add(inner())
    else made['key' + chance(30)] = inner()
  }
  return made
}

/** Variables and limits of one capture; rooms are small now and then. */
function captureOf(chance, room) {
  const known = []
  const [a, b, c] = [6, 6, 3].map((depth) => tree(chance, depth, known))
  const limits = {
    depth: chance(11), items: chance(8), fields: chance(8), stringBytes: chance(20),
    room: chance(3) === 0 ? 200 + chance(3_000) : room
  }
  return { locals: { a, b, c }, limits }
}

module.exports = { captureOf, chances }
