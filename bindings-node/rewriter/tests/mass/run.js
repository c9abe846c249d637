// Lets Node.js read and run packages that `examples/mass.rs` rewrote, beside the same as they were.
//
// `node --experimental-vm-modules run.js OLD NEW [USE…]`: both are folders with that name,
// `node_modules`, so that packages find each other, and hold acorn, lodash, express and typescript.
// Every rewritten file must have the syntax that it had; what the packages answer, and the stack
// traces of the errors that they throw, must be the same with checks that sleep, that call, and that
// sleep again. The answer is one line of words `name=number`; ends with 1 if anything differs.
'use strict';
const { readFileSync, readdirSync, existsSync } = require('node:fs');
const { join, dirname, resolve } = require('node:path');
const vm = require('node:vm');
const uses = require('./uses.js');

const [old, rewritten] = process.argv.slice(2, 4).map(folder => resolve(folder));
const wanted = process.argv.slice(4);
const globals = Number(readFileSync(join(rewritten, 'checks.json'), 'utf8'));
let calls = 0;
Error.stackTraceLimit = 50;

/** As an agent arms: a property that is renewed stays a constant to V8. */
function arm(value) {
  for (let number = 0; number < globals; number++) {
    delete globalThis[`__sf${number}`];
    const property = { value, writable: true, configurable: true };
    Object.defineProperty(globalThis, `__sf${number}`, property);
  }
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.[cm]?js$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

function isModule(file) {
  if (!file.endsWith('.js')) return file.endsWith('.mjs');
  for (let folder = dirname(file); folder.length > 1; folder = dirname(folder)) {
    const about = join(folder, 'package.json');
    if (existsSync(about)) return JSON.parse(readFileSync(about, 'utf8')).type === 'module';
  }
  return false;
}

/** What V8 has against a file; nothing if it can be compiled. */
function fault(file, code) {
  const attempts = [
    () => vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname']),
    () => new vm.SourceTextModule(code, { identifier: file }),
  ];
  if (isModule(file)) attempts.reverse();
  let first;
  for (const attempt of attempts) {
    try {
      attempt();
      return undefined;
    } catch (error) {
      first ??= error;
    }
  }
  return first;
}

function syntax() {
  const faults = [];
  let count = 0;
  for (const file of files(rewritten)) {
    count += 1;
    const plain = join(old, file.slice(rewritten.length));
    const error = fault(plain, readFileSync(file, 'utf8').replace(/^#!.*/, ''));
    if (error && !fault(plain, readFileSync(plain, 'utf8').replace(/^#!.*/, '')))
      faults.push(`${file}: ${error}`);
  }
  return { count, faults };
}

/** What a package answers, and the stacks of what it throws, without Node.js's frames and ours. */
async function outcome(use, folder) {
  const traces = [];
  const note = error => {
    const isOurs = line => !line.includes(__filename) && !/[( ]node:/.test(line);
    const frames = String(error.stack).split('\n').filter(isOurs);
    traces.push(frames.join('\n').replaceAll(folder, ''));
  };
  let answers;
  try {
    answers = await uses[use](folder, files(old), note);
  } catch (error) {
    note(error);
    answers = [`it fails: ${error}`];
  }
  return { answers, traces };
}

/** Where two lists differ first. */
function difference(expected, found) {
  const at = expected.findIndex((one, index) => one !== found[index]);
  if (at < 0 && expected.length === found.length) return undefined;
  return `${at}\nexpected: ${expected[at]}\nfound: ${found[at]}`.slice(0, 4_000);
}

async function main() {
  const { count, faults } = syntax();
  const differing = { syntax: faults.length, answers: 0, traces: 0 };
  const names = wanted.length > 0 ? wanted : Object.keys(uses);
  arm(undefined);
  const expected = new Map();
  for (const use of names) expected.set(use, await outcome(use, old));
  const hook = function () { calls += 1; };
  let before = 0;
  const states = [['asleep', undefined], ['awake', hook], ['asleep again', undefined]];
  for (const [how, value] of states) {
    arm(value);
    before = calls;
    for (const [use, plain] of expected) {
      const found = await outcome(use, rewritten);
      for (const what of ['answers', 'traces']) {
        const said = difference(plain[what], found[what]);
        if (said === undefined) continue;
        differing[what] += 1;
        faults.push(`${what} of ${use} ${how} differ at ${said}`);
      }
    }
  }
  const called = calls - before;
  const sum = what => [...expected.values()].reduce((total, one) => total + one[what].length, 0);
  console.log(`files=${count} answers=${sum('answers')} traces=${sum('traces')} calls=${calls}`
    + ` after=${called} bad_syntax=${differing.syntax} bad_answers=${differing.answers}`
    + ` bad_traces=${differing.traces}`);
  if (faults.length > 0) console.error(faults.join('\n'));
  if (faults.length > 0 || called > 0) process.exitCode = 1;
}

main();
