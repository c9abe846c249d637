// Lets Node.js read and run packages that `examples/mass.rs` rewrote, beside the same as they were.
//
// `node --experimental-vm-modules run.js OLD NEW`: both are folders `node_modules` with acorn, lodash,
// express and typescript. Every rewritten file must have the syntax that it had; what the packages
// answer must be the same with checks that sleep and with checks that call. Ends
// with 1 if anything differs.
'use strict';
const { createHash } = require('node:crypto');
const { readFileSync, readdirSync, existsSync } = require('node:fs');
const { join, dirname, resolve } = require('node:path');
const vm = require('node:vm');

const [old, rewritten] = process.argv.slice(2).map(folder => resolve(folder));
const globals = Number(readFileSync(join(rewritten, 'checks.json'), 'utf8'));
let calls = 0;

function arm(hook) {
  for (let number = 0; number < globals; number++) {
    const property = { value: hook, writable: true, configurable: true };
    Object.defineProperty(globalThis, `__sf${number}`, property);
  }
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.[cm]?js$/.test(entry.name))
    .map(entry => join(entry.path, entry.name))
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

const digest = value => createHash('sha256').update(value).digest('hex').slice(0, 16);

/** What JSON has no form for. */
function plain(key, value) {
  return typeof value === 'bigint' ? String(value) : value;
}

function acorn(folder) {
  const { parse } = require(join(folder, 'acorn'));
  const sources = [...files(join(old, 'acorn')), ...files(join(old, 'lodash')).slice(0, 400)];
  const answers = sources.map(file => {
    const source = readFileSync(file, 'utf8');
    try {
      return JSON.stringify(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }), plain);
    } catch (error) {
      return String(error);
    }
  });
  return digest(answers.join('\n'));
}

function lodash(folder) {
  const _ = require(join(folder, 'lodash'));
  const values = [[3, 1, 2], { a: { b: [1, 2] } }, 'some Text', 42, null, [[1, 'a']], x => x];
  const random = 'now random sample sampleSize shuffle uniqueId delay defer debounce throttle'
    + ' runInContext';
  const answers = [];
  for (const name of _.functions(_).sort()) {
    if (random.split(' ').includes(name)) continue;
    for (const one of values)
      for (const two of values)
        try {
          const answer = JSON.stringify(_[name](_.cloneDeep(one), _.cloneDeep(two)));
          answers.push(`${name} ${answer?.slice(0, 500)}`);
        } catch (error) {
          answers.push(`${name} ${error}`);
        }
  }
  return digest(answers.join('\n'));
}

async function express(folder) {
  const make = require(join(folder, 'express'));
  const app = make();
  app.use(make.json());
  app.get('/items/:id', ({ params, query }, response) => response.json({ ...params, query }));
  app.post('/items', (request, response) => response.status(201).send(request.body));
  app.get('/fails', () => { throw new TypeError('fails'); });
  app.use((error, request, response, next) => response.status(500).send(error.message));
  const server = await new Promise(done => { const made = app.listen(0, '127.0.0.1', () => done(made)); });
  const at = `http://127.0.0.1:${server.address().port}`;
  const body = { method: 'POST', body: '{"a":[1]}', headers: { 'content-type': 'application/json' } };
  const answers = [];
  for (const [path, options] of [['/items/7?q=1'], ['/items', body], ['/fails'], ['/none']]) {
    const response = await fetch(at + path, { ...options, keepalive: false });
    answers.push(response.status, await response.text());
  }
  server.closeAllConnections();
  await new Promise(done => server.close(done));
  return digest(answers.join('\n'));
}

function typescript(folder) {
  const ts = require(join(folder, 'typescript'));
  const source = readFileSync(join(old, 'typescript/lib/lib.es5.d.ts'), 'utf8')
    + '\nconst wrong: number = "text"; class A<T> { constructor(private a: T) {} }';
  const options = { noLib: true, target: ts.ScriptTarget.ES5, noEmit: false };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile;
  host.getSourceFile = (name, ...rest) =>
    name === 'a.ts' ? ts.createSourceFile(name, source, options.target, true) : read(name, ...rest);
  let emitted = '';
  host.writeFile = (name, text) => { emitted += text; };
  const program = ts.createProgram(['a.ts'], options, host);
  program.emit();
  const say = one => `${one.start} ${JSON.stringify(one.messageText)}`;
  const faults = ts.getPreEmitDiagnostics(program).map(say);
  return digest(emitted + faults.join('\n'));
}

async function main() {
  const { count, faults } = syntax();
  let differing = faults;
  const expected = new Map();
  arm(undefined);
  for (const use of [acorn, lodash, express, typescript])
    expected.set(use, await use(old));
  const hook = function () { calls += 1; };
  for (const [how, value] of [['asleep', undefined], ['awake', hook]]) {
    arm(value);
    for (const [use, answer] of expected)
      if (await use(rewritten) !== answer) differing = differing.concat(`${use.name} ${how}`);
  }
  const differ = differing.length;
  console.log(`files=${count} packages=${expected.size} calls=${calls} differing=${differ}`);
  if (differing.length || calls < 1e6) {
    console.error(differing.join('\n'));
    process.exitCode = 1;
  }
}

main();
