// What checks cost, by interleaved rounds of which the fastest count: rows of the bench, one a line.
//
// `node run.js OLD NEW assigned` and `renewed`: `loops.js` of two folders, with globals that are
// armed in one of the two ways. `node --single-threaded-gc run.js OLD NEW acorn`: the package acorn of
// two folders. `NEW` is what `examples/mass.rs` made of `OLD`; `short` as the last word is for trying
// it out. Invariant: that each check calls while it is armed is counted, or there is no row.
'use strict';
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const [old, rewritten, what, short] = process.argv.slice(2);
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

const COUNT = short ? 1e5 : 5e6;
// Checks that one turn of each loop passes; one more where it takes a branch.
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

/** A row: what is added, and the ratio. */
function row(name, ns, ratio) {
  const of = { runtime: 'node', version: process.versions.node, case: name, subject: 'stillframe' };
  console.log(JSON.stringify({ ...of, ns: Number(ns.toFixed(3)), ratio: Number(ratio.toFixed(4)) }));
}

/** Fails unless a turn passes as many checks as it is said to. */
function counted(way, name, run) {
  let calls = 0;
  const passing = count => {
    calls = 0;
    run(count);
    return calls;
  };
  ways[way](function () { calls++; });
  const found = (passing(64_000) - passing(0)) / 64_000;
  ways[way](undefined);
  const wanted = CHECKS[name];
  assert.ok(found >= wanted && found < wanted + 1, `${name}: ${found} calls a turn, not ${wanted}`);
}

function loops(way) {
  const plain = require(join(from(old), 'loops.js'));
  const checked = require(join(from(rewritten), 'loops.js'));
  for (const [name, checks] of Object.entries(CHECKS)) {
    const runs = [() => plain[name](COUNT), () => checked[name](COUNT)];
    fastest(3, ...runs);
    const [base, asleep] = fastest(15, ...runs);
    row(`dormant_${name}`, (asleep - base) / COUNT, asleep / base);
    const armed = [];
    for (let activation = 1; activation <= 4; activation++) {
      ways[way](hook(20 + activation));
      fastest(3, ...runs);
      const [before, awake] = fastest(9, ...runs);
      armed.push({ ns: (awake - before) / (COUNT * checks), ratio: awake / before });
      ways[way](undefined);
    }
    const [first, ...later] = armed;
    const worst = later.reduce((one, other) => one.ns > other.ns ? one : other);
    row(`armed_first_${name}`, first.ns, first.ratio);
    row(`armed_later_${name}`, worst.ns, worst.ratio);
    fastest(3, ...runs);
    const [again, after] = fastest(9, ...runs);
    row(`disarmed_${name}`, (after - again) / COUNT, after / again);
    counted(way, name, checked[name]);
  }
}

function acorn() {
  const [plain, checked] = [old, rewritten].map(folder => require(join(from(folder), 'acorn')));
  const source = readFileSync(join(from(old), 'acorn/dist/acorn.js'), 'utf8');
  const run = parser => () => parser.parse(source, { ecmaVersion: 2022 });
  fastest(short ? 2 : 100, run(plain), run(checked));
  const [base, asleep] = fastest(short ? 2 : 160, run(plain), run(checked));
  row('dormant_acorn', asleep - base, asleep / base);
}

if (what === 'acorn') acorn();
else loops(what);
