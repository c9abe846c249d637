// What is asked of each package: much of its code, and errors from many places of it.
//
// Each takes the folder `node_modules` of the package, the files that are to be read, and what notes
// an error; it answers a list of texts. Nothing here depends on time or chance.
'use strict';
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const digest = value => createHash('sha256').update(value).digest('hex').slice(0, 16);

/** What JSON has no form for. */
function plain(key, value) {
  return typeof value === 'bigint' ? String(value) : value;
}

/** Parses what is whole, and what breaks off somewhere: each error comes out of a deep stack. */
function acorn(folder, files, note) {
  const { parse } = require(join(folder, 'acorn'));
  const of = name => files.filter(file => file.includes(`/${name}/`));
  const answers = [];
  const one = source => {
    try {
      const tree = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
      answers.push(digest(JSON.stringify(tree, plain)));
    } catch (error) {
      note(error);
      answers.push(String(error));
    }
  };
  for (const file of [...of('acorn'), ...of('lodash').slice(0, 400)]) {
    const source = readFileSync(file, 'utf8');
    one(source);
    if (source.length < 20_000)
      for (let part = 1; part < 8; part++) one(source.slice(0, source.length * part / 8));
  }
  return answers;
}

function lodash(folder, files, note) {
  const _ = require(join(folder, 'lodash'));
  const values = [[3, 1, 2], { a: { b: [1, 2] } }, 'some Text', 42, null, [[1, 'a']], x => x];
  values.push({ get a() { throw new RangeError('a getter'); } });
  const random = 'now random sample sampleSize shuffle uniqueId delay defer debounce throttle'
    + ' runInContext';
  const answers = [];
  for (const name of _.functions(_).sort()) {
    if (random.split(' ').includes(name)) continue;
    for (const one of values)
      for (const two of values)
        try {
          const answer = JSON.stringify(_[name](_.clone(one), _.clone(two)));
          answers.push(`${name} ${answer?.slice(0, 500)}`);
        } catch (error) {
          note(error);
          answers.push(`${name} ${error}`);
        }
  }
  return answers;
}

async function express(folder, files, note) {
  const make = require(join(folder, 'express'));
  const app = make();
  app.use(make.json());
  app.get('/items/:id', ({ params, query }, response) => response.json({ ...params, query }));
  app.post('/items', (request, response) => response.status(201).send(request.body));
  app.get('/fails', () => { throw new TypeError('fails'); });
  app.use((error, request, response, next) => {
    note(error);
    response.status(500).send(error.message);
  });
  const server = await new Promise(done => {
    const made = app.listen(0, '127.0.0.1', () => done(made));
  });
  const at = `http://127.0.0.1:${server.address().port}`;
  const headers = { 'content-type': 'application/json' };
  const post = body => ({ method: 'POST', body, headers });
  const requests = [['/items/7?q=1'], ['/items', post('{"a":[1]}')], ['/items', post('{"a":')]];
  const answers = [];
  for (const [path, options] of [...requests, ['/fails'], ['/none'], ['/items/%E0%A4%A']]) {
    const response = await fetch(at + path, { ...options, keepalive: false });
    answers.push(`${response.status} ${await response.text()}`);
  }
  server.closeAllConnections();
  await new Promise(done => server.close(done));
  return answers;
}

/** Compiles a program with errors, and is cancelled earlier and later while it checks one. */
function typescript(folder, files, note) {
  const ts = require(join(folder, 'typescript'));
  const library = files.find(file => file.endsWith('/typescript/lib/typescript.js'));
  const source = readFileSync(join(library, '../lib.es5.d.ts'), 'utf8')
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
  const answers = [digest(emitted), ...ts.getPreEmitDiagnostics(program).map(say)];
  for (let calls = 1, ended = false; !ended; calls *= 2) {
    let left = calls;
    const throwIfCancellationRequested = () => {
      if (--left === 0) throw new Error(`cancelled after ${calls}`);
    };
    const stop = { isCancellationRequested: () => left <= 0, throwIfCancellationRequested };
    try {
      const again = ts.createProgram(['a.ts'], options, host);
      answers.push(String(again.getSemanticDiagnostics(undefined, stop).length));
      ended = true;
    } catch (error) {
      note(error);
    }
  }
  return answers;
}

module.exports = { acorn, lodash, express, typescript };
