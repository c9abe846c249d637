// Stack traces: every place that a check comes near to, with line and column.
const seen = [];
function note(error) {
  seen.push(error.stack.split('\n').filter(line => !line.includes('node:')).join('\n'));
}
const attempts = [
  () => {
    null.x;
  },
  () => { const a = 1; undefinedFunction(a); },
  () =>
    [1].map(x =>
      x.y.z
    ),
  () => (
    undefined.call()
  ),
  function named() {
    if (true)
      throw new TypeError('if');
    else
      throw new TypeError('else');
  },
  () => {
    for (const a of [1])
      for (const b in { c: 1 })
        throw new RangeError(a + b);
  },
  () => new (class Thing {
    field = this.missing.field;
  })(),
  () => new (class extends Object {
    constructor() {
      const a = 1; /* between */ this.a = a;
      super();
    }
  })(),
  () => { let a = 1
    ;[a].forEach(function each() { throw new Error('each') })
  },
  () => {
    late; // A name that is not there yet.
    let late = 1;
  },
  () => `${1} ${(() => {
    return missing;
  })()}`,
  () => JSON.parse('{'), () => { throw new Error('same line'); },
  () => { switch (1) { case 1: throw new Error('case')
    case 2: } },
  () => {
    const deep = n => n
      ? deep(n - 1)
      : missing;
    return deep(3);
  },
  (a = missing) => a,
];
for (const attempt of attempts)
  try { attempt(); } catch (error) { note(error); }
async function main() {
  await null;
  const inner = async () => {
    await 1;
    throw new Error('async');
  };
  try {
    await inner();
  } catch (error) {
    note(error);
  }
  function* each() {
    yield 1;
    throw new Error('generator');
  }
  try {
    for (const one of each())
      seen.push(one);
  } catch (error) {
    note(error);
  }
}
main().then(() => console.log(seen.length, seen.join('\n')));
