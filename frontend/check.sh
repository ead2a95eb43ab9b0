#!/bin/sh
# Fails when the committed files are not what the sources build to.
set -eu
cd "$(dirname "$0")"
(cd ../protect/static && sha256sum --check --quiet MANIFEST.sha256)
built="$(mktemp -d)"
trap 'rm -rf "$built"' EXIT
./build.sh "$built"
cmp "$built/MANIFEST.sha256" ../protect/static/MANIFEST.sha256
