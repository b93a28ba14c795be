#!/usr/bin/env python3
"""Reads an Alembic repository's history with Python's own `ast` and compares with teammig.

    alembic_reference.py REPOSITORY FOLDER TEAMMIG [--commits 200] [--edits 2000]

FOLDER is the folder with the versions, relative to the repository. Two comparisons:

* the graph (ids, parents, dependencies, labels) at commits spread over the history;
* every edit of a file that landed before: whether what the module does, what it does
  without `downgrade()`, and what it says of its revision stayed the same.

A file that is no Python of today is left out of the second, and counted. Differences are
printed and make it fail. Only the standard library; shares no code with the program.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter

KEYS = ("revision", "down_revision", "branch_labels", "depends_on")


def git(repository, *arguments, data=None):
    return subprocess.run(["git", "-C", repository, *arguments], input=data, stdout=subprocess.PIPE, check=True).stdout


def files_at(repository, commit, folder):
    """name -> blob of the modules in the folder."""
    out = git(repository, "ls-tree", "-z", commit, folder.rstrip("/") + "/").decode("utf-8", "replace")
    found = {}
    for entry in filter(None, out.split("\0")):
        facts, path = entry.split("\t", 1)
        mode, kind, blob = facts.split()
        name = path.rsplit("/", 1)[-1]
        if kind == "blob" and name.endswith(".py") and not name.startswith((".", "__init__")):
            found[name] = blob
    return found


BLOBS = {}


def blob(repository, name):
    if name not in BLOBS:
        BLOBS[name] = git(repository, "cat-file", "blob", name)
    return BLOBS[name]


def value(node, known):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [value(one, known) for one in node.elts]
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return value(node.left, known) + value(node.right, known)
    raise ValueError(ast.dump(node))


def header(tree):
    known = {}
    for node in tree.body:
        targets = []
        if isinstance(node, ast.Assign):
            targets = [one.id for one in node.targets if isinstance(one, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            targets = [node.target.id]
        for name in targets:
            try:
                known[name] = value(node.value, known)
            except (ValueError, TypeError):
                known.pop(name, None)
    as_list = lambda v: [] if v in (None, "") else [v] if isinstance(v, str) else list(v)
    return {
        "revision": known.get("revision"),
        "parents": as_list(known.get("down_revision")),
        "labels": as_list(known.get("branch_labels")),
        "depends_on": as_list(known.get("depends_on")),
    }


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


class Shape(ast.NodeTransformer):
    """Takes out what does not count."""

    def body(self, statements, documented):
        out = list(statements)
        if documented and out and is_text(out[0]):
            out = out[1:]
        return [one for one in out if not self.left_out(one)]

    def left_out(self, node):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return True
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return True
        return isinstance(node, ast.If) and not node.orelse and only_imports(node.body)

    def generic_visit(self, node):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                documented = name == "body" and isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
                setattr(node, name, self.body(statements, documented))
        super().generic_visit(node)
        return node

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=node.value, type_comment=None), node)

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_Constant(self, node):
        node.kind = None
        return node


def only_imports(statements):
    return bool(statements) and all(isinstance(one, (ast.Import, ast.ImportFrom)) for one in statements)


def shapes(text):
    """(all, all but downgrade, header), or None where it is no Python of today."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    said = header(tree)

    def is_header(node):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        return bool(targets) and all(isinstance(one, ast.Name) and one.id in KEYS for one in targets)

    if tree.body and is_text(tree.body[0]):
        tree.body = tree.body[1:]
    tree.body = [one for one in tree.body if not is_header(one)]
    whole = ast.dump(Shape().visit(ast.Module(body=list(ast.parse(ast.unparse(tree)).body), type_ignores=[])))
    is_down = lambda one: isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)) and one.name == "downgrade"
    rest = ast.Module(body=[one for one in ast.parse(ast.unparse(tree)).body if not is_down(one)], type_ignores=[])
    return whole, ast.dump(Shape().visit(rest)), said


def teammig(program, folder, *arguments, cwd=None):
    done = subprocess.run(
        [program, "--layout", "alembic", "--migrations", folder, *arguments, "--format", "json"],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"{arguments}: {done.returncode} {done.stdout[:200]} {done.stderr[:400]}")


def compare_graphs(arguments, commits):
    wrong = 0
    compared = Counter()
    for commit in commits:
        expected = {}
        unread = 0
        for name, one in files_at(arguments.repository, commit, arguments.folder).items():
            text = blob(arguments.repository, one)
            try:
                said = header(ast.parse(text))
            except (SyntaxError, ValueError):
                # Python 2: the header alone.
                lines = [line for line in text.decode("utf-8", "replace").splitlines() if line.startswith(KEYS)]
                said = header(ast.parse("\n".join(lines)))
                unread += 1
            if said["revision"] is not None:
                expected[said["revision"]] = said
        document = teammig(arguments.teammig, arguments.folder, "history", "--at", commit, cwd=arguments.repository)
        got = {}
        for one in document["revisions"]:
            got[one["revision"]] = one
        compared["revisions"] += len(expected)
        compared["python 2"] += unread
        for identity in sorted(set(expected) | set(got)):
            want, have = expected.get(identity), got.get(identity)
            if want is None or have is None:
                print(f"{commit[:10]} {identity}: ast {'has' if want else 'lacks'} it, teammig {'has' if have else 'lacks'} it")
                wrong += 1
                continue
            same = (
                want["parents"] == have["parents"]
                and want["labels"] == have.get("labels", [])
                and want["depends_on"] == have.get("depends_on", [])
            )
            if not same:
                print(f"{commit[:10]} {identity}: ast {want}, teammig {have}")
                wrong += 1
    print(f"graphs: {len(commits)} commits, {dict(compared)}, {wrong} differences")
    return wrong


def edits(repository, folder):
    """(commit, path, old blob, new blob) of every change of a file that was there before."""
    out = git(
        repository, "log", "--first-parent", "-m", "--diff-filter=MR", "-M60%", "--raw", "--abbrev=40", "--format=%H", "HEAD", "--", folder
    ).decode("utf-8", "replace")
    commit = None
    for line in out.splitlines():
        if line.startswith(":"):
            facts, *paths = line[1:].split("\t")
            _, _, old, new, _ = facts.split()
            if paths[-1].endswith(".py") and old != new:
                yield commit, paths[-1], old, new
        elif line:
            commit = line


def sums(arguments, text, cache):
    key = hash(text)
    if key not in cache:
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "one.py"), "wb") as file:
                file.write(text)
            document = teammig(arguments.teammig, ".", "history", cwd=folder)
            found = document["revisions"]
            if len(found) != 1:
                cache[key] = None
            else:
                one = teammig(arguments.teammig, ".", "show", found[0]["revision"], cwd=folder)["revisions"][0]
                cache[key] = (one["checksum"], one["up_checksum"], (one["revision"], tuple(one["parents"]), tuple(one["depends_on"]), tuple(one["labels"])))
    return cache[key]


def compare_edits(arguments):
    classes = Counter()
    wrong = 0
    cache = {}
    for commit, path, old, new in list(edits(arguments.repository, arguments.folder))[: arguments.edits]:
        texts = blob(arguments.repository, old), blob(arguments.repository, new)
        expected = [shapes(text) for text in texts]
        if None in expected:
            classes["not Python of today"] += 1
            continue
        if expected[0][2]["revision"] is None or expected[1][2]["revision"] is None:
            classes["no revision"] += 1
            continue
        got = [sums(arguments, text, cache) for text in texts]
        if None in got:
            print(f"{commit[:10]} {path}: teammig cannot read one side")
            wrong += 1
            continue
        want = tuple(a == b for a, b in zip(*expected))
        have = tuple(a == b for a, b in zip(*got))
        name = {
            (True, True): "how it is written", (False, True): "downgrade only", (False, False): "upgrade or module",
        }.get(want[:2], "?") + ("" if want[2] else " + header")
        classes[name] += 1
        if want != have:
            print(f"{commit[:10]} {path}: ast (same, same but downgrade, same header) {want}, teammig {have}")
            wrong += 1
    print(f"edits: {dict(classes)}, {wrong} differences")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository")
    parser.add_argument("folder")
    parser.add_argument("teammig", help="the program")
    parser.add_argument("--commits", type=int, default=200)
    parser.add_argument("--edits", type=int, default=2000)
    arguments = parser.parse_args()
    arguments.teammig = os.path.abspath(arguments.teammig)
    arguments.repository = os.path.abspath(arguments.repository)
    all_commits = git(arguments.repository, "rev-list", "HEAD", "--", arguments.folder).decode().split()
    step = max(1, len(all_commits) // max(1, arguments.commits))
    commits = [one for one in all_commits[::step] if files_at(arguments.repository, one, arguments.folder)][: arguments.commits]
    wrong = compare_graphs(arguments, commits) + compare_edits(arguments)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
