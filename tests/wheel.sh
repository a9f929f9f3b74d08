#!/bin/sh
# Build the wheel, install it into an empty environment, and run a scenario from a folder that is not the checkout.
set -eu
python=$1
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/$python" -m build --wheel --outdir "$work/dist" "$root" >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
python3 -m venv "$work/empty"
"$work/empty/bin/python" -m pip --disable-pip-version-check --quiet install --constraint "$root/constraints.txt" "$work"/dist/*.whl
mkdir "$work/elsewhere"
cd "$work/elsewhere"
"$work/empty/bin/article4" run member --trials 1000 --quiet
test -s runs/member-*/chart.png
"$work/empty/bin/article4" verify runs/member-*
"$work/empty/bin/article4" record check
# Estimating writes to the checkout's seeds; a wheel has none, and must say so.
status=0
"$work/empty/bin/article4" estimate 2>"$work/refused" || status=$?
test "$status" -eq 2 || { echo "article4 estimate in a wheel ended with $status, not 2"; cat "$work/refused"; exit 1; }
status=0
"$work/empty/bin/article4" calibrate 2>"$work/refused" || status=$?
test "$status" -eq 2 || { echo "article4 calibrate in a wheel ended with $status, not 2"; cat "$work/refused"; exit 1; }
echo "wheel: installed in an empty environment and run from another folder"
