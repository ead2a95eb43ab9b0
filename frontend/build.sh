#!/bin/sh
# Rebuilds protect/static from exact versions; the result is committed, so nobody needs Node to install or run the product.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --silent
out="${1:-../protect/static}"
mkdir -p "$out"
version="govuk-frontend $(node -p "require('./node_modules/govuk-frontend/package.json').version")"
notice="/*! $version, MIT, Copyright (C) Crown Copyright; see LICENCE.txt */"
node_modules/.bin/sass --no-source-map --style=compressed --no-charset --quiet-deps --load-path=node_modules src/protect.scss "$out/protect.css.tmp"
{ printf '%s\n' "$notice"; cat "$out/protect.css.tmp"; } > "$out/protect.css"
rm "$out/protect.css.tmp"
node_modules/.bin/esbuild src/js/main.js --bundle --minify --format=esm --target=es2020 --charset=utf8 --log-level=warning --outfile="$out/protect.js"
cp src/icon.svg "$out/icon.svg"
{ printf '%s\n\n' "protect.css contains styles of $version under this licence:"; cat src/LICENCE-govuk-frontend.txt; } > "$out/LICENCE.txt"
cd "$out"
sha256sum LICENCE.txt icon.svg protect.css protect.js > MANIFEST.sha256
