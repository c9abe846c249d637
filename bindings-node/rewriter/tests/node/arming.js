// Arms the checks of a hot program again and again, and prints how often they called.
'use strict';

function put(value) {
  for (let number = 0; number < Number(process.env.STILLFRAME_GLOBALS); number++) {
    delete globalThis[`__sf${number}`];
    const property = { value, writable: true, configurable: true };
    Object.defineProperty(globalThis, `__sf${number}`, property);
  }
}

const program = require(process.argv[2]);
const rest = program.each(3);
rest.next();
const closure = program.counter();
for (let warm = 0; warm < 200; warm++) program.calls(10_000);
const said = [];
let calls = 0;
const hook = function () { calls += 1; };
for (let activation = 0; activation < 5; activation++) {
  put(hook);
  program.calls(100_000);
  said.push(calls);
  calls = 0;
  closure();
  rest.next();
  said.push(calls);
  put(undefined);
  calls = 0;
  for (let warm = 0; warm < 50; warm++) program.calls(10_000);
  said.push(calls);
}
// Armed by what a function that is optimised calls, while it runs.
said.push(program.midway(() => put(hook)), calls);
console.log(said.join(' '));
