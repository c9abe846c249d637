// Runs pairs of programs: as they were made, with checks that sleep, and with checks that call.
//
// Prints how many are valid, how many checks called, and which differ; then how the first of those
// differs.
'use strict';
const { readFileSync } = require('node:fs');
const { compileFunction } = require('node:vm');

const hooks = Object.getOwnPropertyNames(globalThis).filter(name => /^__sf\d+$/.test(name));
let calls = 0;
function hook() {
  calls += 1;
}

function arm(value) {
  for (const name of hooks) globalThis[name] = value;
}

function outcome(code) {
  const seen = [];
  const log = (...values) => {
    if (seen.push(values) > 3000) throw new Error('enough');
    return values.length;
  };
  let end;
  try {
    const program = compileFunction(code, ['log', 'a', 'b', 'c'], { filename: 'program.js' });
    end = program(log, 1, 2, 3);
  } catch (error) {
    const frames = String(error.stack).split('\n').filter(line => line.includes('program.js'));
    // V8 gives the call of a static initialiser no position: whose it shows is chance.
    const last = frames.findIndex(line => line.includes('<static_initializer>'));
    end = [error.name, error.message, ...frames.slice(0, last < 0 ? undefined : last + 1)];
  }
  const plain = (key, value) => typeof value === 'function' ? value.name : value;
  return JSON.stringify([seen, end], plain);
}

const different = [];
let valid = 0;
let first = '';
JSON.parse(readFileSync(process.argv[2], 'utf8')).forEach(([plain, checked], index) => {
  const expected = outcome(plain);
  if (expected.includes('SyntaxError')) return;
  valid += 1;
  const asleep = outcome(checked);
  arm(hook);
  const awake = outcome(checked);
  arm(undefined);
  if (asleep === expected && awake === expected) return;
  different.push(index);
  first ||= `\nexpected: ${expected}\nasleep: ${asleep}\nawake: ${awake}\n${checked}`;
});
console.log(valid, calls, ...different, first.replace(/\d+/g, n => `#${n}`));
