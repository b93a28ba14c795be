"""Somebody else's pairs of schemas, for `plan::postgres::outside`.

    python3 tests/tooling/plan_pairs.py <new folder> <git folder>...
    TEAMMIG_PAIRS=<that folder> cargo test --test it plan::postgres::outside -- --nocapture

The git folders are clones of djrobstep/migra, stripe/pg-schema-diff and
supabase/pg-toolbelt, any of them. Writes `<name>.a.sql` and `<name>.b.sql`. The
pairs are not ours: they are never committed. Some of pg-toolbelt's need
PostgreSQL 18; what they say of roles is left out, since roles belong to the cluster.
"""

import pathlib
import re
import subprocess
import sys


def git(folder, *arguments):
    command = ["git", "--git-dir", folder, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def migra(folder):
    files = git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    for file in files:
        found = re.fullmatch(r"tests/FIXTURES/(\w+)/a\.sql", file)
        if found:
            other = file.removesuffix("a.sql") + "b.sql"
            texts = [git(folder, "show", f"HEAD:{one}") for one in (file, other)]
            yield f"migra-{found[1]}", *texts


def ddl(case, field):
    found = re.search(field + r":\s*(nil|\[\]string\{)", case)
    if not found:
        return None
    if found[1] == "nil":
        return ""
    # Raw strings and quoted ones, up to the brace that closes the list.
    texts, at = [], found.end()
    token = re.compile(r"\s*(?:`([^`]*)`|\"((?:[^\"\\]|\\.)*)\"|(//[^\n]*)|(,)|(\}))")
    while True:
        one = token.match(case, at)
        if not one:
            return None
        at = one.end()
        if one[5]:
            return ";\n".join(texts)
        if one[1] is not None:
            texts.append(one[1])
        elif one[2] is not None:
            texts.append(one[2].encode().decode("unicode_escape"))


def stripe(folder):
    files = git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    for file in files:
        found = re.fullmatch(r"internal/migration_acceptance_tests/(\w+)_cases_test\.go", file)
        if not found:
            continue
        text = git(folder, "show", f"HEAD:{file}")
        cases = re.split(r"\n\t+name:\s*", text)[1:]
        for number, case in enumerate(cases):
            old, new = ddl(case, "oldSchemaDDL"), ddl(case, "newSchemaDDL")
            if old is not None and new is not None:
                name = re.sub(r"\W+", "-", case.split("\n")[0])[:60].strip("-")
                yield f"stripe-{found[1]}-{number:03}-{name}", old, new


def delta(folder):
    files = git(folder, "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    # A statement of its own, at the beginning of a line.
    roles = re.compile(
        r"^(?:CREATE|ALTER|DROP) (?:ROLE|USER)\b(?! MAPPING)[^;]*;|^COMMENT ON ROLE\b[^;]*;",
        re.IGNORECASE | re.MULTILINE,
    )
    for file in files:
        found = re.fullmatch(r"packages/pg-delta/corpus/([^/]+)/a\.sql", file)
        if found:
            other = file.removesuffix("a.sql") + "b.sql"
            texts = [git(folder, "show", f"HEAD:{one}") for one in (file, other)]
            yield f"delta-{found[1]}", *(roles.sub("", text) for text in texts)


def main():
    new = pathlib.Path(sys.argv[1])
    new.mkdir(parents=True, exist_ok=True)
    count = 0
    for folder in sys.argv[2:]:
        for pairs in (migra, stripe, delta):
            for name, old, wanted in pairs(folder):
                (new / f"{name}.a.sql").write_text(old)
                (new / f"{name}.b.sql").write_text(wanted)
                count += 1
    print(count, "pairs")


main()
