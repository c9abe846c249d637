// Run alone, with what an application may forbid: who decides a condition.

'use strict'

const { decided } = require('../lib/hit')
const { Place, Placed, begin, end } = require('./help')

begin()
const place = new Place('module.exports = (n) => {\n  return n + 1 //: f\n}\n')
const f = place.load()
const placed = new Placed(place.at('f'), { kind: 'count', condition: 'n > 5' })
for (let n = 0; n < 10; n++) f(n)
const counts = [placed.count('captured'), placed.count('condition_false')]
process.stdout.write(JSON.stringify({ counts, decided }))
end()
