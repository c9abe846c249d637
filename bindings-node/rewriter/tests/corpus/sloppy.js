// What only sloppy code can do: `with`, `eval`, semicolons that are not written, names that are words.
var log = []
var i = 0
function asi(a, b) {
  var c = a // hit 1: a=1|b=2|c=undefined|d=undefined
  ++b // hit 1: a=1|b=2|c=1|d=undefined
  var d = function () {
    return 1 // hit 1:
  }
  (2)
  do log.push(a)
  while (a++ < 2)
  if (a > 1) log.push('big')
  else log.push('small')
  d
  return [a, b, c, d] // hit 1: a=3|b=3|c=1|d=1
}
log.push(asi(1, 2))

function within(object) {
  with (object) {
    log.push(x) // none
    var f = function () {
      return x // none
    }
    log.push(f())
  }
  return this === globalThis // hit 1: this=Object|object=Proxy|f=function
}
log.push(within(new Proxy({ x: 5 }, {
  has(target, name) {
    log.push('has ' + String(name)) // hit 6: target=Object|name="log"
    return name in target
  }
})))

function evaluates(a) {
  eval('var b = a + 1')
  log.push(b) // hit 1: a=1
  return (function () {
    return eval('a + b') // hit 1:
  })()
}
log.push(evaluates(1))

function mapped(a) {
  arguments[0] = 7
  return a // hit 1: a=7
}
log.push(mapped(1))

function words(let_, yield, async, of) {
  var let = yield + async // hit 1: let_=1|yield=2|async=3|of=4|let=undefined|static=undefined
  var static = of // hit 1: let_=1|yield=2|async=3|of=4|let=5|static=undefined
  return let + static // hit 1: let_=1|yield=2|async=3|of=4|let=5|static=4
}
log.push(words(1, 2, 3, 4))

function hoists() {
  log.push(typeof inner)
  if (log)
    function inner() {
      return 'inner' // hit 1:
    }
  return inner() // hit 1:
}
log.push(hoists())
label: {
  if (log.length) break label // hit 1: log=Array|i=0|x=undefined
  log.push('not reached') // hit 0:
}
x <!-- an old comment
--> and another
var x = 1; log.push(x)
if (i)
  log.push('i')
else if (!i)
  log.push('not i') // hit 1: log=Array|i=0|x=1
console.log(JSON.stringify(log), this === module.exports, mapped.length)
return
log.push('behind the end') // hit 0:
