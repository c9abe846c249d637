// Makes the globals of checks before a program runs: undefined, or functions that count their
// calls.
//
// `STILLFRAME_GLOBALS` is how many; `STILLFRAME_CALLS` names the file that gets `line count
// first-arguments` for each line. Without it nothing is armed.
'use strict';
const { appendFileSync } = require('node:fs');
const { isProxy } = require('node:util').types;

const calls = new Map();
const file = process.env.STILLFRAME_CALLS;

function say(value) {
  if (isProxy(value)) return 'Proxy';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.getPrototypeOf(value)?.constructor?.name ?? 'Object';
}

for (let number = 0; number < Number(process.env.STILLFRAME_GLOBALS); number++) {
  const hook = function (line, ...values) {
    const known = calls.get(line);
    if (known) known.count += 1;
    else calls.set(line, { count: 1, values: values.map(say) });
  };
  const value = file ? hook : undefined;
  Object.defineProperty(globalThis, `__sf${number}`, { value, writable: true, configurable: true });
}
if (file) {
  process.on('exit', () => {
    for (const [line, { count, values }] of calls)
      appendFileSync(file, [line, count, ...values].join('\t') + '\n');
  });
}
