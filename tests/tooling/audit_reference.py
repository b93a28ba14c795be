#!/usr/bin/env python3
"""Judges a repository's history slowly and compares with `teammig audit`.

    audit_reference.py REPOSITORY [TEAMMIG] [--ref REF] [--heads]
    audit_reference.py REPOSITORY [TEAMMIG] [--ref REF] --alembic FOLDER [--alembic OLDER_FOLDER]…

For every landing the whole folder is read with `git`, every header with a regular
expression, and the graph is built from nothing: heads by looking for children,
lines by walking up for labels, whether heads were joined by walking up from every
revision. It shares no code with the program. Differences are printed and make it
fail; the counts of both are printed in any case. With --heads, `teammig heads --at`
is compared as well, for every state that the folder has in any commit of any branch.

Without --alembic it needs repositories in the written form of headers, as `rebuild.py`
makes them. With it, modules are read with Python's own `ast` (`alembic_reference.py`); one
that is no Python of today by its tokens. Where the folder was moved, the older names follow
the newest. Only the standard library.
"""

import argparse
import ast
import io
import json
import re
import subprocess
import sys
import time
import tokenize
from collections import Counter

import alembic_reference


def git(repository, *arguments):
    return subprocess.run(["git", "-C", repository, *arguments], stdout=subprocess.PIPE, check=True).stdout.decode("utf-8", "replace")


def seen_tips(repository, ref):
    """What a remote-tracking branch was, newest first, as its reflog says: (id, it was pushed)."""
    full = git(repository, "rev-parse", "--symbolic-full-name", ref).strip()
    if not full.startswith("refs/remotes/"):
        return []
    log = git(repository, "reflog", "show", "--format=%H%x00%gs", full).splitlines()
    return [(line.split("\0")[0], line.split("\0")[1] == "update by push") for line in log]


def mainline(repository, ref, branch):
    """The commits of the branch, oldest first: (id, time, committer, kind, was a tip or not or None)."""
    commits = {}
    for line in git(repository, "log", "--format=%H%x00%ct%x00%ce%x00%P%x00%s", ref).splitlines():
        one, at, committer, parents, summary = line.split("\0", 4)
        commits[one] = (int(at), committer, parents.split(), summary)
    ancestry = {}

    def above(tip):
        """The ancestors of a commit, with itself."""
        if tip not in ancestry:
            ancestry[tip] = upwards(tip, {one: said[2] for one, said in commits.items()})
        return ancestry[tip]

    at, line = git(repository, "rev-parse", f"{ref}^{{commit}}").strip(), []
    names = {branch} | ({"main", "master"} if branch in ("main", "master") else set())
    remotes = {ref.split("/")[0], "origin", "upstream"}
    tips = [(tip, pushed) for tip, pushed in seen_tips(repository, ref) if tip in commits]
    pushed_onto = None
    while at:
        when, committer, parents, summary = commits[at]
        which = 0
        found = re.match(r"Merge (remote-tracking )?branch '([^']*)'", summary)
        if len(parents) > 1 and found:
            name = found[2]
            if found[1]:
                remote, name = name.removeprefix("refs/remotes/").split("/", 1)
                name = name if remote in remotes else None
            which = int(name in names)
        # The reflog: the newest tip that is older than this commit must stay in reach.
        was_tip = None
        place = next((n for n, (tip, _) in enumerate(tips) if tip == at), None)
        if place is not None:
            was_tip, pushed = True, tips[place][1]
            tips = tips[place + 1:]
        elif pushed_onto:
            was_tip = False
        older = next((tip for tip, _ in tips if tip != at and tip in above(at)), None) if tips else None
        if place is not None:
            pushed_onto = older if pushed else None
        if len(parents) > 1 and older and older not in above(parents[which]):
            which = next(n for n, parent in enumerate(parents) if older in above(parent))
        kind = "plain" if len(parents) < 2 else "pull" if which else "merge"
        line.append((at, when, committer, kind, was_tip))
        at = parents[which] if parents else None
    line.reverse()
    return line


def landings(line):
    """Commits at which a landing ends."""
    pull = None
    for here, after in zip(line, [*line[1:], None]):
        if here[3] == "pull":
            pull = here

        def together(one, seconds):
            return one and after[3] == "plain" and one[2] == after[2] and 0 <= after[1] - one[1] < seconds

        ends = after is None
        if after and here[4] is not None:
            ends = here[4]
        elif after:
            ends = not (here[3] == "plain" and together(here, 60)) and not together(pull, 3600)
        if ends:
            pull = None
            yield here[0]


def words(text):
    return re.findall(r'"([^"]*)"', text)


def parse(text):
    """(id, parents, depends_on, labels, up, down), or None."""
    if "<<<<<<<" in text:
        return None
    keys = {key: words(value) for key, value in re.findall(r"^--   (\w+): (.*)$", text, re.M)}
    up = re.search(r"-- migrate:up\n(.*?)(?=\n-- migrate:down|\Z)", text, re.S)[1].strip()
    down = re.search(r"-- migrate:down\n(.*)\Z", text, re.S)
    return (keys["revision"][0], tuple(keys.get("parents", ())), tuple(keys.get("depends_on", ())),
            tuple(keys.get("labels", ())), up, down[1].strip() if down else None)


def tokens(text):
    """What an old module does, as far as its tokens tell."""
    left_out = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    try:
        return [one.string for one in tokenize.generate_tokens(io.StringIO(text).readline) if one.type not in left_out]
    except (tokenize.TokenError, SyntaxError):
        return text.split()


def parse_module(text):
    """The same of an Alembic module: all that is not `downgrade()`, then all. None where it says no revision."""
    known = alembic_reference.shapes(text)
    if known:
        whole, rest, said = known
    else:
        if "<<<<<<<" in text:
            return None
        lines = [line for line in text.splitlines() if line.startswith(alembic_reference.KEYS)]
        said, whole = alembic_reference.header(ast.parse("\n".join(lines))), tokens(text)
        rest = whole
    if said["revision"] is None:
        return None
    return (said["revision"], tuple(said["parents"]), tuple(said["depends_on"]), tuple(said["labels"]), rest, whole)


class Reader:
    def __init__(self, repository, folders=("migrations",), ending=".sql"):
        self.repository = repository
        self.folders, self.ending = folders, ending
        self.parse = parse if ending == ".sql" else parse_module
        self.parsed = {}
        self.names = subprocess.Popen(["git", "-C", repository, "cat-file", "--batch-check"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.batch = subprocess.Popen(["git", "-C", repository, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def read(self, blob):
        if blob not in self.parsed:
            self.batch.stdin.write(f"{blob}\n".encode())
            self.batch.stdin.flush()
            size = int(self.batch.stdout.readline().split()[2])
            self.parsed[blob] = self.parse(self.batch.stdout.read(size).decode("utf-8", "replace"))
            self.batch.stdout.read(1)
        return self.parsed[blob]

    def tree(self, commit):
        """The folder's id, under whichever of its names."""
        for folder in self.folders:
            self.names.stdin.write(f"{commit}:{folder}\n".encode())
            self.names.stdin.flush()
            said = self.names.stdout.readline().decode().rstrip("\n")
            if not said.endswith("missing"):
                return said
        return ""

    def state(self, commit):
        """{path: (blob, what it says)} in file order."""
        listed = ""
        for folder in self.folders:
            listed = listed or git(self.repository, "ls-tree", commit, f"{folder}/")
        files = {}
        for line in listed.splitlines():
            meta, path = line.split("\t", 1)
            name = path.rsplit("/", 1)[-1]
            if path.endswith(self.ending) and not name.startswith((".#", "__init__")):
                blob = meta.split()[2]
                files[path] = (blob, self.read(blob))
        return files


def upwards(start, parents):
    seen, todo = {start}, [start]
    while todo:
        for up in parents.get(todo.pop(), ()):
            if up not in seen:
                seen.add(up)
                todo.append(up)
    return seen


class Cycle(Exception):
    """A revision comes before itself: this reference does not judge those."""


class World:
    def __init__(self, files):
        self.files = files
        self.first, self.holders = {}, {}
        for path, (blob, said) in files.items():
            if said:
                self.holders.setdefault(said[0], []).append((path, blob))
                self.first.setdefault(said[0], said)
        self.parents = {one: [p for p in said[1] if p in self.first and p != one] for one, said in self.first.items()}
        for one in self.first:
            if any(one in upwards(parent, self.parents) for parent in self.parents[one]):
                raise Cycle(one)

    def heads(self):
        children = {parent for parents in self.parents.values() for parent in parents}
        return [one for one in self.first if one not in children]

    def lines(self):
        lines = []
        for head in self.heads():
            labels = {label for up in upwards(head, self.parents) for label in self.first[up][3]}
            same = [line for line in lines if line[0] & labels or not (line[0] or labels)]
            lines = [line for line in lines if line not in same]
            lines.append((set.union(labels, *(line[0] for line in same)), [head, *(h for line in same for h in line[1])]))
        return [set(heads) for _, heads in lines if len(heads) > 1]


def tail(one):
    rest = one.lstrip("0123456789")
    return rest if rest and rest != one else None


def judge(reader, repository, ref, branch):
    divergences, edits, listed, open_, published = [], Counter(), [], [], {}
    before, folder, count = World({}), None, 0
    for commit in landings(mainline(repository, ref, branch)):
        count += 1
        now_folder = reader.tree(commit)
        if now_folder == folder:
            continue
        folder = now_folder
        now = World(reader.state(commit))
        came = sorted(set(now.first) - set(before.first))
        unreadable = {path for path, (_, said) in now.files.items() if said is None}
        replaced = {}
        for one in sorted(set(before.first) - set(now.first)):
            if published[one][2] in unreadable:
                continue
            ranks = [(2 * (tail(one) is not None and tail(one) == tail(other)) + 3 * (before.first[one][4:] == now.first[other][4:]), other)
                     for other in came if other not in replaced.values()]
            best = max((rank for rank, _ in ranks), default=0)
            if best:
                replaced[one] = next(other for rank, other in ranks if rank == best)
        # Edits.
        for one, (blob, said, path, gone) in list(published.items()):
            if one not in now.first:
                if not gone and path not in unreadable:
                    edits["deleted"] += 1
                    listed.append((commit, one, "deleted"))
                    published[one] = (blob, said, path, True)
                continue
            if all(blob != other for _, other in now.holders[one]):
                new = now.first[one]
                kinds = []
                if said[4] != new[4]:
                    kinds.append("scripts")
                elif said[5] != new[5]:
                    kinds.append("down")
                if said[1:3] != new[1:3]:
                    kinds.append("parents")
                edits.update(kinds or ["comments"])
                listed += [(commit, one, kind) for kind in kinds or ["comments"]]
        for one, said in now.first.items():
            path, blob = now.holders[one][0]
            published[one] = (blob, said, path, False)
        # Divergences.
        lines = now.lines()
        above = {one: upwards(one, now.parents) for one in now.first}
        still = []
        for strands, entry in open_:
            left = [one if one in now.first else replaced.get(one) for one in strands]
            left = [one for one in left if one]
            joined = any(all(one in up for one in left) for up in above.values())
            waiting = [line for line in lines if sum(any(one in above[head] for head in line) for one in left) > 1]
            if len(left) < 2 or joined or not waiting:
                entry[1] = commit
            else:
                lines.remove(waiting[0])
                still.append((waiting[0], entry))
        for line in lines:
            entry = [commit, None, sorted(line)]
            divergences.append(entry)
            still.append((line, entry))
        open_ = still
        before = now
    return count, divergences, edits, listed


def all_heads(repository, teammig):
    """Compares the heads of every state of the folder; the numbers of states and of differences."""
    commits = git(repository, "rev-list", "--all").split()
    names = "".join(f"{one}:migrations\n" for one in commits).encode()
    trees = subprocess.run(["git", "-C", repository, "cat-file", "--batch-check=%(objectname) %(objecttype)"],
                           input=names, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    states = {tree.split()[0]: one for one, tree in zip(commits, trees) if tree.endswith(" tree")}
    reader, different, diverged, cycles = Reader(repository), 0, 0, 0
    for commit in states.values():
        answer = subprocess.run([teammig, "heads", "--at", commit, "--format", "json"], cwd=repository, stdout=subprocess.PIPE)
        document = json.loads(answer.stdout)
        try:
            world = World(reader.state(commit))
        except Cycle:
            cycles += 1
            continue
        lines = world.lines()
        diverged += bool(lines)
        ours = [one["revision"] for one in document["heads"]], document["diverged"]
        if ours != (world.heads(), bool(lines)):
            different += 1
            print(f"  DIFFERENT heads at {commit}: {ours} {world.heads()}")
    print(f"  heads of {len(states)} states of {len(commits)} commits: {diverged} diverged, {cycles} with cycles, {different} different")
    return different == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("teammig", nargs="?", default="teammig")
    parser.add_argument("--ref", default="origin/main")
    parser.add_argument("--heads", action="store_true", help="compare `heads --at` for every state as well")
    parser.add_argument("--alembic", action="append", metavar="FOLDER", help="a folder of Alembic's modules; older names of it follow")
    options = parser.parse_args()
    start = time.monotonic()
    # As the program takes it: any exit code, the document decides.
    reader, how_read = Reader(options.repository), []
    if options.alembic:
        reader = Reader(options.repository, options.alembic, ".py")
        how_read = ["--layout", "alembic", "--migrations", options.alembic[0]]
    answer = subprocess.run([options.teammig, *how_read, "audit", "--ref", options.ref, "--format", "json"], cwd=options.repository, stdout=subprocess.PIPE)
    document = json.loads(answer.stdout)
    took = time.monotonic() - start
    start = time.monotonic()
    count, divergences, edits, listed = judge(reader, options.repository, options.ref, options.ref.split("/")[-1])
    slow = time.monotonic() - start
    ours = [[one["commit"], one["repaired_by"], sorted(one["heads"])] for one in document["divergences"]]
    kinds = Counter(one["kind"] for one in document["edits"])
    how = Counter(one["how"] for one in document["divergences"])
    print(f"{options.repository}: {document['commits']} commits, {count} landings, {document['changing_landings']} with migrations")
    print(f"  divergences {len(ours)} {dict(how)}, edits {dict(sorted(kinds.items()))}")
    print(f"  problems {dict(Counter(one['rule'] for one in document['problems']))}")
    print(f"  teammig {took:.2f} s, reference {slow:.1f} s")
    fine = True
    each = sorted((one["commit"], one["revision"], one["kind"]) for one in document["edits"])
    for name, a, b in [("landings", document["landings"], count), ("divergences", ours, divergences), ("edits", kinds, edits), ("edits, each", each, sorted(listed))]:
        if a != b:
            fine = False
            print(f"  DIFFERENT {name}:\n    teammig   {a}\n    reference {b}")
    if options.heads:
        fine &= all_heads(options.repository, options.teammig)
    print("  the same" if fine else "  not the same")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
