//! Whose scripts collide: from what scripts touch, which is read once and kept.
//!
//! Hundreds of branches are looked at, each of which parted from hundreds of revisions, and
//! hardly any two touch the same table. So what a script is about ([`Roots`]) is kept by
//! its file's blob, and only where two are about the same are their statements compared.

use std::{
    borrow::Cow,
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    layout,
    model::{
        Dialect, Footprint, Language, RevId, SourceFile,
        audit::{FileFact, Outline},
        conflict::{self, Ancestor, Conflicts},
        footprint::{Object, Roots},
        merge::{Changed, Files},
        radar::{Collision, Kind, Met, Standing},
    },
    workflow::{
        At, Context, Error,
        footprints::{Footprints, ScriptKey},
        lint,
        merged::Merger,
        remembered::Remembered,
    },
};

/// What a file's way up is about: its key, what it changes, what it uses, and whether all
/// of it is known to be read.
type Row = (String, Vec<String>, Vec<String>, bool);

/// The scripts of all branches.
pub(super) struct Scripts<'a, 'c> {
    context: &'a Context,
    merger: &'a Merger<'c>,
    known: RefCell<Remembered<Row>>,
    footprints: RefCell<Vec<(Dialect, Footprints)>>,
    /// Where the text of a script is had.
    files: RefCell<HashMap<ScriptKey, FileFact>>,
    /// What is known of the schema behind these scripts.
    below: RefCell<Vec<(Dialect, Vec<ScriptKey>, Ancestor)>>,
}

/// A side that many branches are held against.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// By what they change and what they use.
    changed: HashMap<String, Vec<RevId>>,
    used: HashMap<String, Vec<RevId>>,
    /// Those of which it is not known whether all of them is read.
    doubted: BTreeSet<RevId>,
}

/// The new revisions of a branch, parents first.
#[derive(Debug)]
pub(super) struct Added {
    ids: Vec<RevId>,
    keys: Vec<ScriptKey>,
    roots: Roots,
    /// What they build on, in running order.
    common: Vec<ScriptKey>,
}

impl<'a, 'c> Scripts<'a, 'c> {
    /// For the databases that the scripts of a state are for.
    pub(super) fn new(context: &'a Context, merger: &'a Merger<'c>, at: &At) -> Self {
        let project = OnceCell::new();
        // Where the files give nothing away, they are read as PostgreSQL's.
        let all = || {
            let read = || context.project_at(at);
            project.get_or_init(|| read().unwrap_or_else(|_| context.no_revisions()))
        };
        let mut dialects = lint::dialects(context, &all);
        if dialects.is_empty() {
            dialects.push(Dialect::Postgres);
        }
        // Counted up where a script's key is another one.
        let name = match dialects.as_slice() {
            [Dialect::Postgres] => "scripts-postgres",
            [Dialect::Sqlite] => "scripts-sqlite-2",
            _ => "scripts-both-2",
        };
        let footprints = dialects
            .into_iter()
            .map(|dialect| (dialect, Footprints::new(context, dialect)));
        Self {
            known: RefCell::new(Remembered::load(merger.repo, name)),
            footprints: RefCell::new(footprints.collect()),
            files: RefCell::default(),
            below: RefCell::default(),
            context,
            merger,
        }
    }

    /// Keeps for the next call what this one found out.
    pub(super) fn remember(&self) {
        self.known.borrow_mut().store(self.merger.repo);
        for (_, footprints) in self.footprints.borrow_mut().iter_mut() {
            footprints.remember();
        }
    }

    /// A side, by what its revisions are about.
    pub(super) fn line(&self, standing: &Standing) -> Result<Line, Error> {
        let mut line = Line::default();
        for file in standing.files().iter() {
            let Some(outline) = file.outline() else {
                continue;
            };
            let (_, changed, used, is_read) = self.row(file)?;
            if !is_read {
                line.doubted.insert(outline.revision.clone());
            }
            for (names, by) in [(changed, &mut line.changed), (used, &mut line.used)] {
                for name in names {
                    by.entry(name).or_default().push(outline.revision.clone());
                }
            }
        }
        Ok(line)
    }

    /// What the scripts of a branch and those that a side has got meanwhile do to each
    /// other, and where that is not known. `base` are the files where they part.
    pub(super) fn collisions(
        &self,
        (standing, line): (&Standing, &Line),
        since: &[Changed],
        base: &dyn Fn() -> Result<Option<Files>, Error>,
    ) -> Result<Vec<Collision>, Error> {
        let files = new_files(standing, since);
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let mut roots = Roots::default();
        let mut is_read = true;
        for (file, _) in &files {
            let (_, changed, used, whole) = self.row(file)?;
            roots.changed.extend(changed);
            roots.used.extend(used);
            is_read &= whole;
        }
        let mut near = line.meeting(&roots);
        if near.is_empty() && is_read && line.doubted.is_empty() {
            return Ok(Vec::new());
        }
        let graph = standing.graph();
        let below = built_on(standing, &files);
        let mut left: BTreeSet<RevId> = graph.iter().map(|one| one.id.clone()).collect();
        left.retain(|id| !below.contains(id));
        // What stood on another line before is nothing that came meanwhile.
        if graph.heads().len() > 1
            && let Some(base) = base()?
        {
            left.retain(|id| base.holding(id).next().is_none());
        }
        near.retain(|id| left.contains(id));
        if near.is_empty() && is_read && !self.is_doubted(standing, line, &left)? {
            return Ok(Vec::new());
        }
        let added = self.added(standing, &files, &left)?;
        let mut left = graph.order(&left);
        left.reverse();
        let left_keys = self.keys(standing, &left)?;
        let mut found = Conflicts::default();
        let dialects = self.dialects();
        for (at, dialect) in dialects.into_iter().enumerate() {
            let ours = self.along(at, &added.common, &left_keys)?;
            let theirs = self.along(at, &added.common, &added.keys)?;
            let ancestor = self.ancestor(at, dialect, &added.common)?;
            found.join(conflict::conflicts(
                &members(&left, &ours),
                &members(&added.ids, &theirs),
                &ancestor,
            ));
        }
        let files = files.iter().map(|(file, _)| *file);
        let ours = left
            .iter()
            .filter_map(|id| standing.files().holding(id).next());
        let unread = self.unread(&found, files.chain(ours))?;
        Ok(of_each_two(&found).into_iter().chain(unread).collect())
    }

    /// What could not be read, by file. Of the others that is known then.
    fn unread<'f>(
        &self,
        found: &Conflicts,
        files: impl Iterator<Item = &'f FileFact>,
    ) -> Result<Vec<Collision>, Error> {
        let unknown = found.unknown.iter().filter(|one| !one.opaque);
        let unread: BTreeSet<&RevId> = unknown.map(|one| &one.revision).collect();
        let mut told = Vec::new();
        for file in files {
            let Some(outline) = file.outline() else {
                continue;
            };
            if unread.contains(&outline.revision) {
                told.push(Collision {
                    paths: vec![Arc::clone(&file.path)],
                    ..Collision::of(Kind::UnreadStatement, vec![outline.revision.clone()])
                });
                continue;
            }
            let mut row = self.row(file)?;
            if !row.3 {
                row.3 = true;
                self.known.borrow_mut().put(file.blob.to_string(), row);
            }
        }
        Ok(told)
    }

    fn is_doubted(
        &self,
        standing: &Standing,
        line: &Line,
        left: &BTreeSet<RevId>,
    ) -> Result<bool, Error> {
        let doubted = line.doubted.intersection(left);
        for file in doubted.filter_map(|id| standing.files().holding(id).next()) {
            if !self.row(file)?.3 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The new revisions of a branch, to be held against those of other branches.
    pub(super) fn of_branch(
        &self,
        standing: &Standing,
        files: &[FileFact],
    ) -> Result<Added, Error> {
        let files: Vec<(&FileFact, &Outline)> = files
            .iter()
            .filter_map(|file| Some((file, &**file.outline()?)))
            .collect();
        let below = built_on(standing, &files);
        let mut above: BTreeSet<RevId> =
            standing.graph().iter().map(|one| one.id.clone()).collect();
        above.retain(|id| !below.contains(id));
        self.added(standing, &files, &above)
    }

    /// Which of these branches collide with each other.
    pub(super) fn among(&self, branches: &[Added]) -> Result<Vec<Met>, Error> {
        let mut met = Vec::new();
        for (one, left) in branches.iter().enumerate() {
            for (other, right) in branches.iter().enumerate().skip(one + 1) {
                if !left.roots.meet(&right.roots) || left.ids == right.ids {
                    continue;
                }
                let found = self.between(left, right)?;
                let serious = found.collisions.iter().filter(|one| one.clash.is_serious());
                let (mut revisions, mut objects) = (BTreeSet::new(), BTreeSet::new());
                for collision in serious {
                    revisions.insert(collision.left.revision.clone());
                    revisions.insert(collision.right.revision.clone());
                    objects.extend(collision.objects.iter().cloned());
                }
                if !objects.is_empty() {
                    met.push(Met {
                        one,
                        other,
                        revisions: revisions.into_iter().collect(),
                        objects: objects.into_iter().collect(),
                    });
                }
            }
        }
        Ok(met)
    }

    /// What two branches do to each other, apart from what came to the side that both part
    /// from: one of them will have it first.
    fn between(&self, left: &Added, right: &Added) -> Result<Conflicts, Error> {
        let mut found = Conflicts::default();
        let longer = if left.common.len() < right.common.len() {
            &right.common
        } else {
            &left.common
        };
        let is_new = |other: &Added, id: &RevId| !other.ids.contains(id);
        for (at, dialect) in self.dialects().into_iter().enumerate() {
            let ours = self.along(at, &left.common, &left.keys)?;
            let theirs = self.along(at, &right.common, &right.keys)?;
            let mut ours = members(&left.ids, &ours);
            let mut theirs = members(&right.ids, &theirs);
            // What both have is no matter between them.
            ours.retain(|(id, _)| is_new(right, id));
            theirs.retain(|(id, _)| is_new(left, id));
            let ancestor = self.ancestor(at, dialect, longer)?;
            found.join(conflict::conflicts(&ours, &theirs, &ancestor));
        }
        Ok(found)
    }

    /// `above` is what the standing has and they do not build on.
    fn added(
        &self,
        standing: &Standing,
        files: &[(&FileFact, &Outline)],
        above: &BTreeSet<RevId>,
    ) -> Result<Added, Error> {
        let mut common: BTreeSet<RevId> =
            standing.graph().iter().map(|one| one.id.clone()).collect();
        common.retain(|id| !above.contains(id));
        let mut common = standing.graph().order(&common);
        common.reverse();
        let mut added = Added {
            common: self.keys(standing, &common)?,
            ids: Vec::new(),
            keys: Vec::new(),
            roots: Roots::default(),
        };
        for (file, outline) in parents_first(files) {
            let (key, changed, used, _) = self.row(file)?;
            added.ids.push(outline.revision.clone());
            added.keys.push(self.key(&key, file));
            added.roots.changed.extend(changed);
            added.roots.used.extend(used);
        }
        Ok(added)
    }

    fn dialects(&self) -> Vec<Dialect> {
        let footprints = self.footprints.borrow();
        footprints.iter().map(|(dialect, _)| *dialect).collect()
    }

    fn below_of(
        &self,
        at: usize,
        scripts: &[ScriptKey],
    ) -> Result<Option<Vec<Arc<Footprint>>>, Error> {
        match self.footprints.borrow_mut().get_mut(at) {
            Some((_, footprints)) => {
                footprints.below(scripts, &|key| Some(Cow::Owned(self.text(key)?)))
            }
            None => Ok(None),
        }
    }

    fn along(
        &self,
        at: usize,
        before: &[ScriptKey],
        scripts: &[ScriptKey],
    ) -> Result<Vec<Arc<Footprint>>, Error> {
        match self.footprints.borrow_mut().get_mut(at) {
            Some((_, footprints)) => {
                footprints.along(before, scripts, &|key| Some(Cow::Owned(self.text(key)?)))
            }
            None => Ok(Vec::new()),
        }
    }

    /// What is known behind these scripts. Branches part from one line in many places, so
    /// it goes on from the nearest one below.
    fn ancestor(
        &self,
        at: usize,
        dialect: Dialect,
        scripts: &[ScriptKey],
    ) -> Result<Ancestor, Error> {
        let Some(footprints) = self.below_of(at, scripts)? else {
            return Ok(Ancestor::default());
        };
        let mut below = self.below.borrow_mut();
        let nearest = below
            .iter()
            .filter(|(of, known, _)| *of == dialect && scripts.starts_with(known))
            .max_by_key(|(_, known, _)| known.len());
        let (depth, mut ancestor) = match nearest {
            Some((_, known, ancestor)) => (known.len(), ancestor.clone()),
            None => (0, Ancestor::of([], true)),
        };
        for footprint in &footprints[depth..] {
            ancestor.then(footprint);
        }
        if depth < scripts.len() || depth == 0 {
            below.push((dialect, scripts.to_vec(), ancestor.clone()));
        }
        Ok(ancestor)
    }

    fn keys(&self, standing: &Standing, ids: &[RevId]) -> Result<Vec<ScriptKey>, Error> {
        let key = |id: &RevId| match standing.files().holding(id).next() {
            Some(file) => Ok(self.key(&self.row(file)?.0, file)),
            None => Ok(ScriptKey::NONE),
        };
        ids.iter().map(key).collect()
    }

    /// The key of a file's script, which is had from there.
    fn key(&self, hex: &str, file: &FileFact) -> ScriptKey {
        let Some(key) = ScriptKey::from_hex(hex) else {
            return ScriptKey::NONE;
        };
        let mut files = self.files.borrow_mut();
        files.entry(key).or_insert_with(|| file.clone());
        key
    }

    fn row(&self, file: &FileFact) -> Result<Row, Error> {
        if let Some(row) = self.known.borrow().known.get(&*file.blob) {
            return Ok(row.clone());
        }
        // A blob that is not here now may be later.
        let Some((text, foreign_keys_off)) = self.script_of(file)? else {
            return Ok(Row::default());
        };
        let mut roots = Roots::default();
        let mut is_read = true;
        for dialect in self.dialects() {
            // Of SQLite's scripts, words are enough to look closer; it is asked then.
            let language = self.context.layout().language();
            let footprint = layout::footprint(&text, language, dialect);
            let is_guessed = dialect == Dialect::Sqlite && language == Language::Sql;
            is_read &= footprint.statements.is_empty() || !is_guessed && footprint.is_read();
            let of_one = footprint.roots();
            roots.changed.extend(of_one.changed);
            roots.used.extend(of_one.used);
        }
        let row = (
            ScriptKey::of(&text, foreign_keys_off).hex(),
            roots.changed.into_iter().collect(),
            roots.used.into_iter().collect(),
            is_read,
        );
        let blob = file.blob.to_string();
        self.known.borrow_mut().put(blob, Row::clone(&row));
        Ok(row)
    }

    fn text(&self, key: ScriptKey) -> Option<String> {
        let file = self.files.borrow().get(&key)?.clone();
        Some(self.script_of(&file).ok()??.0)
    }

    /// The script of a file, and whether it runs with `foreign_keys:off`.
    fn script_of(&self, file: &FileFact) -> Result<Option<(String, bool)>, Error> {
        let Some(bytes) = self.merger.bytes(&file.path, &file.blob)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let source = SourceFile::new(Arc::clone(&file.path), text);
        let read = self.context.layout().parse(source).ok();
        Ok(read.map(|migration| {
            let text = migration.file.text[layout::script(&migration)].to_owned();
            (text, migration.up.foreign_keys_off)
        }))
    }
}

impl Line {
    /// The revisions that may mind what these touch.
    fn meeting(&self, roots: &Roots) -> BTreeSet<RevId> {
        let of = |by: &HashMap<String, Vec<RevId>>, names: &BTreeSet<String>| -> Vec<RevId> {
            let found = names.iter().filter_map(|name| by.get(name));
            found.flatten().cloned().collect()
        };
        let mut near: BTreeSet<RevId> = of(&self.changed, &roots.changed).into_iter().collect();
        near.extend(of(&self.changed, &roots.used));
        near.extend(of(&self.used, &roots.changed));
        near
    }
}

fn members<'m>(ids: &'m [RevId], footprints: &'m [Arc<Footprint>]) -> Vec<conflict::Member<'m>> {
    ids.iter()
        .zip(footprints.iter().map(|one| &**one))
        .collect()
}

/// The files of revisions that the side has not.
pub(super) fn new_files<'f>(
    standing: &Standing,
    changes: &'f [Changed],
) -> Vec<(&'f FileFact, &'f Outline)> {
    let mut new: BTreeMap<&RevId, (&FileFact, &Outline)> = BTreeMap::new();
    for file in changes.iter().filter_map(|changed| changed.new.as_ref()) {
        if let Some(outline) = file.outline()
            && standing.graph().get(outline.revision.as_str()).is_none()
        {
            new.entry(&outline.revision).or_insert((file, outline));
        }
    }
    new.into_values().collect()
}

/// What the side has of what these build on.
fn built_on(standing: &Standing, files: &[(&FileFact, &Outline)]) -> BTreeSet<RevId> {
    let graph = standing.graph();
    let mut below = Vec::new();
    for (_, outline) in files {
        below.extend(outline.parents.iter().cloned());
        for name in &outline.depends_on {
            below.extend(graph.resolve(name).unwrap_or_default());
        }
    }
    graph.ancestors(&below)
}

fn parents_first<'f>(files: &[(&'f FileFact, &'f Outline)]) -> Vec<(&'f FileFact, &'f Outline)> {
    let mut open = files.to_vec();
    let mut sorted: Vec<(&FileFact, &Outline)> = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let waits = |one: &Outline| {
            let mut others = open.iter().map(|(_, other)| &other.revision);
            others.any(|other| {
                one.parents.contains(other) || one.depends_on.contains(&other.to_string())
            })
        };
        let (later, ready): (Vec<_>, Vec<_>) = open.iter().copied().partition(|one| waits(one.1));
        // A cycle: their order says nothing.
        if ready.is_empty() {
            sorted.extend(later);
            break;
        }
        sorted.extend(ready);
        open = later;
    }
    sorted
}

/// One collision for each two revisions.
fn of_each_two(found: &Conflicts) -> Vec<Collision> {
    let mut all: Vec<Collision> = Vec::new();
    for one in found.collisions.iter().filter(|one| one.clash.is_serious()) {
        let revisions = [one.left.revision.clone(), one.right.revision.clone()];
        match all.iter_mut().find(|known| known.revisions == revisions) {
            Some(known) => {
                let new = |object: &&Object| !known.objects.contains(object);
                let new: Vec<Object> = one.objects.iter().filter(new).cloned().collect();
                known.objects.extend(new);
                known.details.push(one.to_string());
            }
            None => all.push(Collision {
                objects: one.objects.clone(),
                details: vec![one.to_string()],
                ..Collision::of(Kind::SameObject, revisions.to_vec())
            }),
        }
    }
    all
}
