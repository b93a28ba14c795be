#!/usr/bin/env bash
# Draws a graph with the real Mermaid, which `cargo test` does not fetch: hostile messages, and a
# repository of one's own if its path is given. Needs npm and Chromium.
#   tests/mermaid.sh [PROJECT]
set -euo pipefail
own=${1:+$(realpath "$1")}
cd "$(dirname "$0")/.."
root=$PWD
work=$root/target/mermaid
mkdir -p "$work/project/migrations"
cd "$work"
[ -d node_modules/@mermaid-js ] || PUPPETEER_SKIP_DOWNLOAD=1 npm install --no-audit --no-fund @mermaid-js/mermaid-cli
chromium=$(command -v "${TEAMMIG_TEST_CHROMIUM:-chromium}")
printf '{"executablePath": "%s", "args": ["--no-sandbox"]}' "$chromium" >browser.json

parents=
n=0
while IFS= read -r message; do
  n=$((n + 1))
  # `end` is a word of Mermaid's.
  id=$([ "$n" = 3 ] && echo end || echo "r$n")
  printf -- "-- teammig:\n--   revision: %s\n--   parents: [%s]\n--   message: '%s'\n\n-- migrate:up\nSELECT 1;\n" \
    "$id" "$parents" "$message" >"project/migrations/$n.sql"
  parents=$id
done <<'MESSAGES'
</title><script>alert(1)</script> & &amp; #quot; ;
"quoted" %%{init: {"theme": "dark"}}%% %% comment
1. a list
- a dash
# a heading `code` **bold** _it_
a\nb \N [x] (y) {z} |p|
MESSAGES

draw() {
  cargo run --quiet --locked -- -C "$1" graph --all -q --as mermaid >"$2.mmd"
  node_modules/.bin/mmdc -p browser.json -i "$2.mmd" -o "$2.svg" -q
  # Mermaid draws its complaints too, as a picture of a bomb.
  if grep -q 'Syntax error' "$2.svg"; then
    echo "$2: Mermaid cannot read it" >&2
    exit 1
  fi
  echo "$work/$2.svg"
}
draw project hostile
for text in 'alert(1)' '%%{init' 'a\' '1. a list' '# a heading'; do
  # Labels are HTML in the picture; a zero-width space stands behind each backslash.
  if ! sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' hostile.svg | grep -qF -- "$text"; then
    echo "hostile: \`$text\` is not in the picture" >&2
    exit 1
  fi
done
[ -z "$own" ] || draw "$own" own
