#!/bin/sh
# Makes `generated` of `src`, by TypeScript 5.9.3, esbuild 0.28.2 and webpack 5:
#   npm install --prefix target/maps typescript@5.9.3 esbuild@0.28.2 webpack@5 ts-loader@9
#   bindings-node/tests/maps/build.sh target/maps
# Everything is made beside `src`, where tests put it too, and kept apart.
set -e
tools=$(cd "$1/node_modules" && pwd)
cd "$(dirname "$0")"
tsc="node $tools/typescript/bin/tsc --rootDir src --skipLibCheck"
esbuild="node $tools/esbuild/bin/esbuild src/main.ts --platform=node --format=cjs --log-level=error"

$tsc src/main.ts --target es2022 --module commonjs --sourceMap --outDir tsc
$tsc src/main.ts --target es2015 --module commonjs --inlineSourceMap --inlineSources --outDir inline
$tsc src/main.ts --target es2022 --module commonjs --outDir none
$tsc src/esm/total.mts --module nodenext --sourceMap --outDir esm
$esbuild --bundle --sourcemap --outfile=bundle/main.js
$esbuild --bundle --sourcemap --minify --outfile=min/main.js
NODE_PATH=$tools node -e "
const webpack = require('webpack')
const compilerOptions = { target: 'es2022', module: 'esnext', sourceMap: true, skipLibCheck: true }
const options = { compilerOptions, configFile: process.argv[1], transpileOnly: true }
const loader = require.resolve('ts-loader')
webpack({
  context: process.cwd(),
  entry: './src/main.ts',
  mode: 'none',
  target: 'node',
  devtool: 'source-map',
  resolve: { extensions: ['.ts'] },
  module: { rules: [{ test: /\.ts\$/, use: [{ loader, options }] }] },
  output: {
    path: process.cwd() + '/webpack',
    filename: 'main.js',
    library: { type: 'commonjs2' },
    devtoolNamespace: 'shop'
  }
}, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString())
})" "$tools/../tsconfig.json"

rm -rf generated
mkdir generated
mv tsc inline none esm bundle min webpack generated
