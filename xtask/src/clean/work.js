// Works until the file `done` is there, or a minute has passed.
'use strict'

const fs = require('node:fs')

function work(n) {
  const twice = n * 2
  return twice
}

const end = Date.now() + 60_000
const timer = setInterval(() => {
  work(21)
  if (fs.existsSync('done') || Date.now() > end) clearInterval(timer)
}, 10)
