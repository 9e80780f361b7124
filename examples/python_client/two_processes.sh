#!/bin/sh
# The mock server is one process, the tests are another. The mock ends with the script.
set -eu
log=$(mktemp)
conformance mock --any-key --port "${PORT:-0}" >"$log" &
mock=$!
trap 'kill "$mock"; rm "$log"' EXIT
until grep -q http "$log"; do
    kill -0 "$mock" # it did not start where this fails
    sleep 0.1
done
MOCK_URL=$(grep -o 'http://[0-9.:]*' "$log") pytest test_integration.py
