// A loop that costs little, whose call has one line to be probed.

'use strict'

function step (n, table) {
  let x = n & 7
  x = table[x] + n // PROBE
  return x ^ 3
}

module.exports = function hot (count) {
  const table = [1, 2, 3, 4, 5, 6, 7, 8]
  let sum = 0
  for (let n = 0; n < count; n++) {
    sum = (sum + step(n, table)) | 0
  }
  return sum
}
