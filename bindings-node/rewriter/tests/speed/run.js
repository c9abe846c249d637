// What checks cost, in nanoseconds and as ratios, by interleaved rounds of which the fastest count.
//
// `node run.js OLD NEW assigned` and `renewed`: `loops.js` of two folders, with globals that are
// armed in one of the two ways. `node --single-threaded-gc run.js OLD NEW acorn`: the package acorn of
// two folders `node_modules`. `NEW` is what `examples/mass.rs` made of `OLD`.
'use strict';
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const [old, rewritten, what] = process.argv.slice(2);
const from = folder => resolve(folder);
const globals = Number(readFileSync(join(from(rewritten), 'checks.json'), 'utf8'));
const names = Array.from({ length: globals }, (_, number) => `__sf${number}`);

for (const name of names)
  Object.defineProperty(globalThis, name, { value: undefined, writable: true, configurable: true });

function time(run) {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start);
}

/** The fastest of some rounds of each, in turn. */
function fastest(rounds, ...runs) {
  const best = runs.map(() => Infinity);
  for (let round = 0; round < rounds; round++)
    runs.forEach((run, index) => { best[index] = Math.min(best[index], time(run)); });
  return best;
}

const COUNT = 5e6;
// Checks that one turn of each loop passes.
const CHECKS = { calls: 4, loop: 3, objects: 2 };

/** A hook for a condition that is false: what a binding would write for `n > 1e12` on one line. */
function hook(line) {
  return new Function('hits', `return function (line, one, two) {
    if (line === ${line} && one > 1e12) hits.count++;
  }`)({ count: 0 });
}

/** Puts something into all globals, by assignment or as a property of its own. */
const ways = {
  assigned: value => { for (const name of names) globalThis[name] = value; },
  renewed: value => {
    for (const name of names) {
      delete globalThis[name];
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    }
  },
};

function loops(way) {
  const plain = require(join(from(old), 'loops.js'));
  const checked = require(join(from(rewritten), 'loops.js'));
  for (const [name, checks] of Object.entries(CHECKS)) {
    const runs = [() => plain[name](COUNT), () => checked[name](COUNT)];
    fastest(3, ...runs);
    const said = [];
    const [base, asleep] = fastest(15, ...runs);
    said.push(`dormant ${(asleep / base).toFixed(3)}x`);
    for (let activation = 1; activation <= 4; activation++) {
      ways[way](hook(20 + activation));
      fastest(3, ...runs);
      const [before, awake] = fastest(9, ...runs);
      const each = (awake - before) / (COUNT * checks);
      said.push(`armed ${activation}: ${each.toFixed(2)} ns`);
      ways[way](undefined);
    }
    fastest(3, ...runs);
    const [again, after] = fastest(9, ...runs);
    said.push(`after: ${(after / again).toFixed(3)}x`);
    console.log(`${way} ${name} ${(base / COUNT).toFixed(2)} ns a turn: ${said.join(', ')}`);
  }
}

function acorn() {
  const [plain, checked] = [old, rewritten].map(folder => require(join(from(folder), 'acorn')));
  const source = readFileSync(join(from(old), 'acorn/dist/acorn.js'), 'utf8');
  const run = parser => () => parser.parse(source, { ecmaVersion: 2022 });
  fastest(100, run(plain), run(checked));
  const [base, asleep] = fastest(160, run(plain), run(checked));
  console.log(`acorn ${(base / 1e6).toFixed(2)} ms: dormant ${(asleep / base).toFixed(3)}x`);
}

if (what === 'acorn') acorn();
else loops(what);
