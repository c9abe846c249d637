#!/bin/sh
# Makes `generated` of `src`, by TypeScript 5.9.3 and esbuild 0.28.2:
#   npm install --prefix target/maps typescript@5.9.3 esbuild@0.28.2
#   bindings-node/tests/maps/build.sh target/maps
# Everything is made beside `src`, where tests put it too, and kept apart.
set -e
tools=$(cd "$1/node_modules" && pwd)
cd "$(dirname "$0")"
tsc="node $tools/typescript/bin/tsc --rootDir src --skipLibCheck src/main.ts"
esbuild="node $tools/esbuild/bin/esbuild src/main.ts --platform=node --format=cjs"

$tsc --target es2022 --module commonjs --sourceMap --outDir tsc
$tsc --target es2015 --module commonjs --inlineSourceMap --inlineSources --outDir inline
$tsc --target es2022 --module commonjs --outDir none
$esbuild --bundle --sourcemap --outfile=bundle/main.js
$esbuild --bundle --sourcemap --minify --outfile=min/main.js

rm -rf generated
mkdir generated
mv tsc inline none bundle min generated
