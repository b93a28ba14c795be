#!/usr/bin/env python3
"""What would the radar have said before each merge of a repository's history?

For every merge commit both of whose sides changed the migrations since they parted,
the two parents become `origin/main` and a branch of a scratch clone, `teammig radar
--ci` judges the branch, and the merge as somebody committed it says how it came out.
The history is looked at with Git alone; heads are read with `teammig heads --at`.

    tests/tooling/radar_replay.py REPOSITORY [--teammig PROGRAM] [--folder migrations] [--layout native] [-v]
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time


def git(repo, *args, check=True):
    run = subprocess.run(["git", "-C", repo, *args], capture_output=True, text=True)
    if check and run.returncode:
        sys.exit(f"git {' '.join(args)}: {run.stderr}")
    return run.stdout.strip() if run.returncode == 0 else None


def folder(repo, commit, path):
    return git(repo, "rev-parse", "-q", "--verify", f"{commit}:{path}", check=False)


def merges(repo, path):
    """Merges of two parents, both of which changed the folder since they parted."""
    for line in git(repo, "rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents").splitlines():
        merge, ours, theirs = line.split()
        bases = git(repo, "merge-base", "--all", ours, theirs, check=False)
        if not bases:
            continue
        trees = {folder(repo, base, path) for base in bases.split()}
        one, other = folder(repo, ours, path), folder(repo, theirs, path)
        if one not in trees and other not in trees and one != other:
            yield merge, ours, theirs


def teammig(program, repo, *args):
    run = subprocess.run(
        [program, "-C", repo, *args, "--format", "json"], capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}
    )
    if not run.stdout:
        sys.exit(f"{program} {' '.join(args)}: {run.stderr}")
    return json.loads(run.stdout)


def too_many(heads):
    """Heads that are too many, where no labels part lines."""
    return len(heads["heads"]) - 1 if heads.get("diverged") else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository")
    parser.add_argument("--teammig", default="teammig")
    parser.add_argument("--folder", default="migrations")
    parser.add_argument("--layout", default="native")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    program = os.path.abspath(args.teammig) if os.sep in args.teammig else args.teammig
    where = ["--migrations", args.folder, "--layout", args.layout]
    counts = collections.Counter()
    wrong, spent = [], 0.0
    with tempfile.TemporaryDirectory() as scratch:
        repo = os.path.join(scratch, "clone")
        subprocess.run(["git", "clone", "-q", "--bare", "--shared", args.repository, repo], check=True)
        for name in git(repo, "for-each-ref", "--format=%(refname)").splitlines():
            git(repo, "update-ref", "-d", name)
        git(repo, "config", "remote.origin.url", "nowhere")
        git(repo, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
        git(repo, "symbolic-ref", "HEAD", "refs/heads/none")
        for merge, ours, theirs in merges(args.repository, args.folder):
            git(repo, "update-ref", "refs/remotes/origin/main", ours)
            git(repo, "update-ref", "refs/remotes/origin/branch", theirs)
            began = time.monotonic()
            radar = teammig(program, repo, "radar", "--ci", "--days", "0", *where)
            spent += time.monotonic() - began
            branch = next(iter(radar["branches"]), None)
            if branch:
                verdict, kinds = branch["verdict"], {c["kind"] for c in branch["collisions"]}
            else:
                verdict, kinds = "merged", set()
            before = teammig(program, repo, "heads", "--at", ours, *where)
            after = teammig(program, repo, "heads", "--at", merge, *where)
            diverged = too_many(after) > too_many(before)
            come_out = "diverged" if diverged else "fine"
            # A merge that was put right while it was made is not what Git would have made.
            git_says = subprocess.run(
                ["git", "-C", repo, "-c", "merge.directoryRenames=false", "merge-tree", "--write-tree", "--name-only", "--no-messages", ours, theirs],
                capture_output=True,
                text=True,
            )
            lines = git_says.stdout.splitlines()
            inside = {path for path in lines[1:] if path.startswith(args.folder + "/")}
            # A conflict in the head file is the divergence itself, and no conflict of revisions.
            head_file = inside == {args.folder + "/HEAD"}
            stops = bool(inside) and not head_file
            as_is = not inside and folder(repo, lines[0], args.folder) == folder(repo, merge, args.folder)
            by_hand = "conflicts in the head file" if head_file else "conflicts" if stops else "as Git makes it" if as_is else "changed by hand"
            counts[(verdict, come_out, by_hand)] += 1
            predicted = "diverges" in kinds
            if (as_is and predicted != diverged) or stops != bool(
                kinds & {"conflict"} or any(c["conflict"] == "add/add" for c in (branch or {}).get("collisions", []))
            ):
                wrong.append((merge, verdict, come_out, by_hand))
            if args.v:
                print(merge[:10], verdict, come_out, by_hand)
    for (verdict, come_out, by_hand), n in sorted(counts.items()):
        print(f"{n:6}  radar: {verdict:20} merge: {come_out:10} {by_hand}")
    total = sum(counts.values())
    print(f"{total} merges, {len(wrong)} judged otherwise than Git, {1000 * spent / max(total, 1):.0f} ms each")
    for one in wrong:
        print("  ", *one)
    sys.exit(1 if wrong else 0)


main()
