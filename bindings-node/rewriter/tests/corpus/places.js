// Lines of every kind. A comment `hit N: a=1|b=2` says how often the check before its line calls,
// and what the first call passes; `none` is for a line that has no check.
'use strict';
const log = []; // hit 1:
function sum(list, start = 0) {
  let total = start; // hit 2: list=Array|start=0
  for (const item of list)
    total += item; // hit 5: list=Array|start=0|total=0|item=1
  return total; // hit 2: list=Array|start=0|total=6
}
log.push(sum([1, 2, 3]), sum([4, 5], 1)); // hit 1: log=Array

class Base {
  static made = 0;
  static {
    Base.made += 1; // hit 1: this=function
    this.first = true; // hit 1: this=function
  }
  #secret = 4;
  read = () => {
    return this.#secret; // hit 1: this=Derived
  };
  constructor(value) {
    this.value = value; // hit 1: this=Derived|value=6
  }
  get twice() {
    return this.value * 2; // hit 1: this=Derived
  }
}

class Derived extends Base {
  field = [1].map(one =>
    one + 1 // hit 1: one=1
  );
  constructor(n) {
    const doubled = n * 2; // hit 1: n=3
    const later = () => {
      return this.value; // hit 1:
    };
    super(doubled); // hit 1: n=3|doubled=6|later=function
    this.later = later(); // hit 1: this=Derived|n=3|doubled=6|later=function
  }
  *each(limit) {
    for (let i = 0; i < limit; i++) { // hit 1: limit=2
      yield i; // hit 2: limit=2|i=0
    }
  }
}
const derived = new Derived(3); // hit 1: log=Array
log.push(derived.read(), derived.twice, derived.later, [...derived.each(2)], derived.field);

function scopes(outer) {
  const before = () => {
    try {
      return later; // hit 1:
    } catch (error) {
      return error.name.length; // hit 1: error=ReferenceError
    }
  };
  const early = before(); // hit 1: outer=1|before=function
  let later = 2; // hit 1: outer=1|before=function|early=14
  const after = () => {
    return outer + later; // hit 1: outer=1|later=2
  };
  {
    const name = hoisted(); // hit 1: before=function|early=14|later=2|after=function
    let outer = 'in'; // hit 1: before=function|early=14|later=2|after=function|name=3
    log.push(name); // hit 1: before=function|early=14|later=2|after=function|name=3|outer="in"
  }
  function hoisted() {
    return outer + 2; // hit 1: outer=1
  }
  switch (outer) {
    case 0:
      let skipped = 1; // hit 0:
    case 1:
      log.push('one'); // hit 1: outer=1|before=function|early=14|later=2|after=function
      let own = 5; // hit 1: outer=1|before=function|early=14|later=2|after=function
      log.push(own); // hit 1: outer=1|before=function|early=14|later=2|after=function|own=5
    default:
      log.push('default'); // hit 1: outer=1|before=function|early=14|later=2|after=function
  }
  return [early, after()]; // hit 1: outer=1|before=function|early=14|later=2|after=function
}
log.push(scopes(1));

const object = {
  method(a, { b, c: [d] } = { b: 2, c: [3] }, ...rest) {
    return a + b + d + rest.length; // hit 1: a=1|b=2|d=3|rest=Array
  },
  set it(value) {
    log.push(value); // hit 1: value=9
  },
  short(a) { return a; }, // none
};
log.push(object.method(1, undefined, 4, 5), object.short(1));
object.it = 9;

async function waits(n) {
  for await (const one of [n, n + 1])
    await one; // hit 2: n=1|one=1
  const all = await Promise.all([1, 2].map(async x =>
    x * n // hit 2: x=1|n=1
  ));
  if (all.length > 5)
    return 'many'; // hit 0:
  else
    return all; // hit 1: n=1|all=Array
}

const text = `a ${(() => {
  return `b ${[1, 2].map(x => {
    return x * 2; // hit 2: x=1
  })}`;
})()} c`;
log.push(text, /[/]\/x/.test('//x'));

function labels() {
  label:
  for (let i = 0; i < 3; i++) { // none
    for (;;) { // hit 2: i=0
      if (i === 1)
        break label; // hit 1: i=1
      continue label; // hit 1: i=0
    }
  }
}
labels(); // hit 1: log=Array|derived=Derived|object=Object|text="a b 2,4 c"
waits(1).then(all => console.log(JSON.stringify([...log, all])));
