// An ECMAScript module: exports, imports, top-level await.
import { strictEqual } from 'node:assert'
export let counter = 0 // hit 1:
export function bump(by = 1) {
  counter += by // hit 2: by=1
  return counter // hit 2: by=1
}
export class Shop {
  static name_ = 'shop'
  open() {
    return new.target === undefined // hit 1:
  }
}
export default (a, b) =>
  a + b // hit 0:
bump()
const later = await new Promise(resolve => { // hit 1: counter=1
  setTimeout(() => {
    resolve(bump(2)) // hit 1: resolve=function
  }, 1)
})
strictEqual(later, 3) // hit 1: counter=3|later=3
const lines = new Error('here').stack.split('\n').slice(0, 2) // hit 1: counter=3|later=3
console.log(counter, new Shop().open(), import.meta.url.endsWith('module.mjs'), lines.join().replace(/file:.*corpus/, ''))
