#!/usr/bin/env python3
"""Rebuilds the history of an Alembic project in teammig's native format.

    rebuild.py SOURCE DESTINATION [--pulls] [--folder PATH]...

SOURCE is a Git directory (bare or not) with Alembic migrations, DESTINATION a
folder that is not there yet. The new repository has

* the same commit graph: all parents in their order, authors, committers, dates
  and the first line of each message;
* in each commit one folder, `migrations/`, with a file per revision of that
  commit: revision, parents, depends_on, labels and message from its headers, and
  instead of the scripts a digest of what they say, so that real edits are edits
  of the script and formatting is none;
* a head file of the source (`.current-alembic-head`, `max_migration.txt`) as
  `migrations/HEAD`; nothing else;
* the branch that HEAD names as `main`, all branches as `origin/*`, the tags, and
  with --pulls the pull requests as `pull/*`.

What the digest leaves out, as a checksum over the syntax tree would: comments,
white space, docstrings, annotations, imports and `pass`. Python 2 is tokenized
instead. A file with conflict markers or without a readable header stays one that
cannot be read; Python that is no revision (`__init__.py`) is dropped. Folders of
revisions are found by themselves (all folders in which a revision ever stood: a
folder that moved stays one); --folder names them instead.

Only the standard library. Content is cached by blob id and folders by tree id, so
45,000 commits take less than a minute.
"""

import argparse
import ast
import hashlib
import io
import json
import re
import subprocess
import sys
import tokenize

CONFLICT = re.compile(rb"^(<{7}|>{7})( |\r?$)", re.M)
HEAD_FILES = (".current-alembic-head", "max_migration.txt")
KEYS = ("revision", "down_revision", "depends_on", "branch_labels")


# --- what a file of Alembic says ------------------------------------------


class NoRevision(Exception):
    """Python that is no revision."""


class Unreadable(Exception):
    """A revision that cannot be read."""


class Stripper(ast.NodeTransformer):
    """Takes out of a tree what is no edit."""

    def visit_Import(self, node):
        return None

    visit_ImportFrom = visit_Import

    def visit_Pass(self, node):
        return None

    def visit_Constant(self, node):
        node.kind = None
        return node

    def visit_arg(self, node):
        node.annotation = None
        node.type_comment = None
        return node

    def visit_AnnAssign(self, node):
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_FunctionDef(self, node):
        node.returns = None
        without_docstring(node)
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        without_docstring(node)
        return self.generic_visit(node)


def without_docstring(node):
    body = node.body
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        del body[0]


def digest(parts):
    text = "\n".join(part for part in parts if part)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] if text else None


def as_list(value):
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, (tuple, list, set)) and all(isinstance(one, str) for one in value):
        return sorted(value) if isinstance(value, set) else list(value)
    raise Unreadable(f"neither a text nor a list of texts: {value!r}")


def by_syntax(text):
    tree = ast.parse(text)
    message = (ast.get_docstring(tree) or "").strip().split("\n")[0]
    without_docstring(tree)
    known, values, scripts, rest = {}, {}, {"upgrade": None, "downgrade": None}, []
    for node in tree.body:
        target, value = None, None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        if isinstance(target, ast.Name):
            try:
                known[target.id] = literal(value, known)
            except ValueError:
                known.pop(target.id, None)
                if target.id in KEYS:
                    raise Unreadable(f"{target.id} is not a literal") from None
            if target.id in KEYS:
                values[target.id] = known[target.id]
                continue
        if isinstance(node, ast.FunctionDef) and node.name in scripts:
            body = [Stripper().visit(node)]
            scripts[node.name] = "\n".join(ast.dump(part) for part in body[0].body)
            continue
        stripped = Stripper().visit(node)
        if stripped is not None:
            rest.append(ast.dump(stripped))
    return values, message, [*rest, scripts["upgrade"]], scripts["downgrade"]


def literal(node, known):
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(literal(one, known) for one in node.elts)
    return ast.literal_eval(node)


def by_tokens(text):
    """For what is no Python 3: the same from lines and tokens."""
    values = {}
    for key in KEYS:
        found = re.findall(rf"^{key}\s*(?::[^=\n]*)?=\s*(\([^)]*\)|[^\n#]+)", text, re.M)
        if found:
            try:
                values[key] = ast.literal_eval(found[-1].strip())
            except (ValueError, SyntaxError):
                raise Unreadable(f"{key} is not a literal") from None
    docstring = re.match(r"(?:\s*#[^\n]*\n)*\s*[uUrR]?(\"\"\"|''')(.*?)\1", text, re.S)
    message = docstring.group(2).strip().split("\n")[0] if docstring else ""
    parts = re.split(r"(?m)^def (upgrade|downgrade)\b[^\n]*\n", text)
    scripts = {"upgrade": None, "downgrade": None}
    for name, body in zip(parts[1::2], parts[2::2]):
        scripts[name] = tokens(body)
    return values, message, [scripts["upgrade"]], scripts["downgrade"]


def tokens(text):
    kept = []
    try:
        for token in tokenize.generate_tokens(io.StringIO("if 1:\n" + text).readline):
            if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING) and token.string != "pass":
                kept.append(token.string)
    except (tokenize.TokenError, IndentationError, SyntaxError):
        kept.append(re.sub(r"\s+", " ", text))
    return " ".join(kept[3:])


def read(blob):
    """The native file of a blob."""
    text = blob.decode("utf-8", "replace")
    if not re.search(r"(?m)^(down_)?revision\b", text):
        raise NoRevision
    if CONFLICT.search(blob):
        raise Unreadable("conflict markers")
    try:
        values, message, up, down = by_syntax(text)
    except (SyntaxError, ValueError, RecursionError):
        values, message, up, down = by_tokens(text)
    if "revision" not in values:
        raise NoRevision
    if not isinstance(values["revision"], str):
        raise Unreadable("the revision is not a text")
    lists = {key: as_list(values.get(key)) for key in KEYS[1:]}
    return native(values["revision"], lists, message, digest(up), None if down is None else digest([down]) or "")


# --- teammig's native format ----------------------------------------------


def identifier(text):
    clean = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return clean if clean == text and clean else f"{clean}_{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def label(text):
    clean = re.sub(r"[^\w./-]", "_", text)
    return clean if clean[:1].isalpha() else "l" + clean


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def line(key, values):
    unique = list(dict.fromkeys(values))
    return f"--   {key}: [{', '.join(quoted(value) for value in unique)}]\n" if unique else ""


def native(revision, lists, message, up, down):
    message = " ".join(re.sub(r"[^ -~\u00a0-\ud7ff]", " ", message).split())
    text = f"-- teammig:\n--   revision: {quoted(identifier(revision))}\n"
    text += line("parents", map(identifier, lists["down_revision"]))
    # What a dependency names may be a label.
    text += line("depends_on", lists["depends_on"])
    text += line("labels", map(label, lists["branch_labels"]))
    if message:
        text += f"--   message: {quoted(message)}\n"
    text += "\n-- migrate:up\n" + (f"SELECT '{up}';\n" if up else "")
    if down is not None:
        text += "\n-- migrate:down\n" + (f"SELECT '{down}';\n" if down else "")
    return text.encode()


# --- Git --------------------------------------------------------------------


class Git:
    def __init__(self, path):
        self.path = path
        self.batch = subprocess.Popen(
            ["git", "-C", path, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, *arguments, data=None):
        done = subprocess.run(["git", "-C", self.path, *arguments], input=data, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode("utf-8", "surrogateescape")

    def objects(self, ids):
        """(id, content or None) of each, in chunks that no pipe can choke on."""
        ids = list(ids)
        for start in range(0, len(ids), 200):
            chunk = ids[start : start + 200]
            self.batch.stdin.write("".join(one + "\n" for one in chunk).encode())
            self.batch.stdin.flush()
            for one in chunk:
                head = self.batch.stdout.readline().split()
                if head[-1] == b"missing":
                    yield one, None
                    continue
                content = self.batch.stdout.read(int(head[2]))
                self.batch.stdout.read(1)
                yield one, content

    def ids_of(self, names):
        """The object id of each `commit:path`, or None."""
        answer = self.run("cat-file", "--batch-check=%(objectname) %(objecttype)", data="".join(n + "\n" for n in names).encode())
        for line in answer.splitlines():
            words = line.rsplit(" ", 1)
            yield words[0] if words[1] == "tree" or words[1] == "blob" else None


def entries(tree):
    """(mode, name, id) of a raw tree."""
    at = 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, name = tree[at:end].split(b" ", 1)
        yield mode, name.decode("utf-8", "surrogateescape"), tree[end + 1 : end + 21].hex()
        at = end + 21


def find_folders(git, tips):
    """Folders in which a file that says `down_revision` ever stood."""
    names = git.run("log", "--stdin", "--format=", "--no-renames", "--diff-filter=A", "--raw", "--no-abbrev", "-m",
                    "--first-parent", "--", "*.py", data=tips)
    names += git.run("log", "--stdin", "--format=", "--no-renames", "--diff-filter=A", "--raw", "--no-abbrev", "--",
                     "*.py", data=tips)
    sample = {}
    for line in names.splitlines():
        meta, path = line.split("\t", 1)
        folder, _, name = path.rpartition("/")
        if name != "__init__.py" and len(sample.setdefault(folder, {})) < 40:
            sample[folder][meta.split()[3]] = name
    wanted = {blob: folder for folder, blobs in sample.items() for blob in blobs}
    found = set()
    for blob, content in git.objects(wanted):
        if content and re.search(rb"(?m)^down_revision\b", content) and re.search(rb"(?m)^revision\b", content):
            found.add(wanted[blob])
    return sorted(found)


def person(raw):
    """`name <address> time zone`, as fast-import takes it."""
    found = re.match(rb"(.*?)\s*<([^<>\n]*)>.*?(-?\d+) ([+-]\d+)$", raw, re.S)
    if not found:
        return b"unknown <> 0 +0000"
    name, address, when, zone = found.groups()
    name = re.sub(rb"[<>\n]", b"", name)
    return b"%s <%s> %s %s" % (name, address, when, zone)


class Rebuild:
    def __init__(self, git, folders, out):
        self.git, self.folders, self.out = git, folders, out
        self.mark = 0
        self.blobs = {}  # source blob -> native mark, or None
        self.native = {}  # native content -> mark
        self.states = {}  # tree ids -> {name: mark}
        self.count = {"revisions": 0, "unreadable": 0}

    def next(self):
        self.mark += 1
        return self.mark

    def blob(self, content):
        if content not in self.native:
            self.native[content] = mark = self.next()
            self.out.write(b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content))
        return self.native[content]

    def convert(self, ids):
        for one, content in self.git.objects(one for one in ids if one not in self.blobs):
            try:
                self.blobs[one] = None if content is None else self.blob(read(content))
                self.count["revisions"] += 1
            except NoRevision:
                self.blobs[one] = None
            except Unreadable as error:
                self.count["unreadable"] += 1
                text = f"<<<<<<< {error}\n-- {one}\n=======\n>>>>>>> theirs\n"
                self.blobs[one] = self.blob(text.encode())

    def state(self, key):
        """The files of a commit: `key` is (tree ids of the folders, head files)."""
        if key in self.states:
            return self.states[key]
        trees, heads = key
        files = {}
        for tree in filter(None, trees):
            (_, raw), = self.git.objects([tree])
            listed = [(name, blob) for mode, name, blob in entries(raw) if mode[:3] == b"100" and name.endswith(".py")]
            self.convert(blob for _, blob in listed)
            for name, blob in listed:
                if self.blobs[blob]:
                    name = re.sub(r"[^ -~]|[\"\\]", "_", name[:-3])
                    while f"{name}.sql" in files:
                        name += "_"
                    files[f"{name}.sql"] = self.blobs[blob]
        for head in filter(None, heads):
            (_, raw), = self.git.objects([head])
            ids = [identifier(word) for word in raw.decode("utf-8", "replace").split()]
            files["HEAD"] = self.blob("".join(f"{one}\n" for one in ids).encode())
        self.states[key] = files
        return files

    def commits(self, lines, keys):
        marks, states = {}, {}
        raws = self.git.objects(line[0] for line in lines)
        # Objects are asked for in between, so these have to be here first.
        raws = [raw for _, raw in raws]
        for (commit, *parents), raw, key in zip(lines, raws, keys):
            files = self.state(key)
            head, _, message = raw.partition(b"\n\n")
            author = re.search(rb"(?m)^author (.*)$", head)
            committer = re.search(rb"(?m)^committer (.*)$", head)
            summary = message.strip().split(b"\n")[0]
            marks[commit] = mark = self.next()
            states[commit] = files
            known = [parent for parent in parents if parent in marks]
            if not known:
                # A root must not continue what was written last.
                self.out.write(b"reset refs/rebuilt/last\n\n")
            self.out.write(b"commit refs/rebuilt/last\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
                mark, person(author.group(1)), person(committer.group(1)), len(summary), summary))
            for at, parent in enumerate(known):
                self.out.write(b"%s :%d\n" % (b"merge" if at else b"from", marks[parent]))
            before = states[known[0]] if known else {}
            if before is not files:
                for name in before.keys() - files.keys():
                    self.out.write(b"D migrations/%s\n" % name.encode())
                for name, blob in files.items():
                    if before.get(name) != blob:
                        self.out.write(b"M 100644 :%d migrations/%s\n" % (blob, name.encode()))
            self.out.write(b"\n")
        return marks


def targets(git, pulls):
    """The branch that HEAD names, and {source ref: (commit, new ref)}."""
    default = git.run("symbolic-ref", "HEAD").strip()
    out = {}
    format = "%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)"
    for line in git.run("for-each-ref", f"--format={format}").splitlines():
        one, kind, peeled, peeled_kind, name = line.split(" ", 4)
        commit = one if kind == "commit" else peeled if peeled_kind == "commit" else None
        pull = re.fullmatch(r"refs/pull/(\d+)/head", name)
        if commit is None or name.endswith("/HEAD"):
            continue
        if name.startswith("refs/heads/"):
            new = "refs/remotes/origin/" + name[len("refs/heads/") :]
        elif name.startswith(("refs/remotes/origin/", "refs/tags/")):
            new = name
        elif pull and pulls:
            new = f"refs/remotes/pull/{pull[1]}"
        else:
            continue
        # Sorted by name, so a branch of the source itself comes before what it remembers of another.
        if all(new != other for _, other in out.values()) if name.startswith("refs/remotes/") else True:
            out[name] = (commit, new)
    return default, out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("destination")
    parser.add_argument("--pulls", action="store_true", help="also the pull requests, as pull/N")
    parser.add_argument("--folder", action="append", help="a folder of revisions (default: all that are found)")
    options = parser.parse_args()

    git = Git(options.source)
    default, refs = targets(git, options.pulls)
    tips = "".join(f"{commit}\n" for commit, _ in refs.values()).encode()
    folders = options.folder or find_folders(git, tips)
    if not folders:
        sys.exit(f"{options.source}: no folder with Alembic revisions")
    print(f"folders: {', '.join(folders)}", file=sys.stderr)
    lines = [line.split() for line in git.run("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", data=tips).splitlines()]
    above = sorted({folder.rpartition("/")[0] for folder in folders})
    heads = [f"{folder}/{name}".lstrip("/") for folder in [*above, *folders] for name in HEAD_FILES]
    columns = [list(git.ids_of(f"{line[0]}:{path}" for line in lines)) for path in [*folders, *heads]]
    keys = [(row[: len(folders)], row[len(folders) :]) for row in zip(*columns)]

    subprocess.run(["git", "init", "--quiet", "-b", "main", options.destination], check=True)
    new = ["git", "-C", options.destination]
    importer = subprocess.Popen([*new, "fast-import", "--quiet", "--force", "--date-format=raw-permissive"], stdin=subprocess.PIPE)
    out = importer.stdin
    rebuild = Rebuild(git, folders, out)
    marks = rebuild.commits(lines, keys)
    for name, (commit, target) in refs.items():
        out.write(b"reset %s\nfrom :%d\n\n" % (target.encode(), marks[commit]))
        if name == default:
            out.write(b"reset refs/heads/main\nfrom :%d\n\n" % marks[commit])
    out.write(b"reset refs/rebuilt/last\nfrom %s\n\n" % (b"0" * 40))
    out.close()
    if importer.wait():
        sys.exit("git fast-import failed")
    run = lambda *arguments: subprocess.run([*new, *arguments], check=True)
    run("remote", "add", "origin", "rebuilt:nowhere")
    run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/" + default.removeprefix("refs/heads/"))
    run("reset", "--quiet", "--hard", "main")
    print(f"{len(lines)} commits, {len(refs)} refs, {len(rebuild.states)} states of the folder, "
          f"{rebuild.count['revisions']} contents, {rebuild.count['unreadable']} unreadable", file=sys.stderr)


if __name__ == "__main__":
    main()
