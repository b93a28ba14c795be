//! A snapshot becomes a project: files read, graph built, problems pointed at.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::{Layout, header};
use crate::model::{
    Finding, HeadFile, Migration, Origin, Project, RevId, Revision, Rule, Snapshot, SnapshotFile,
    SourceFile, UnreadFile,
    finding::AFTER_REVISIONS,
    graph::{Graph, Problem},
    head_file,
    snapshot::Unreadable,
    threads,
};

/// Reads all files of a snapshot. Whatever is wrong with one of them becomes a
/// finding and leaves the others as they are.
pub fn load(snapshot: &Snapshot, layout: &dyn Layout) -> Project {
    let mut findings = Vec::new();
    let mut files: Vec<Migration> = Vec::with_capacity(snapshot.files.len());
    let parse = |file: &SnapshotFile| read_file(file).and_then(|source| layout.parse(source));
    let mut unread = Vec::new();
    for (file, parsed) in snapshot
        .files
        .iter()
        .zip(threads::map(&snapshot.files, parse))
    {
        match parsed {
            Ok(migration) => files.push(migration),
            Err(finding) => {
                findings.push(*finding);
                unread.push(UnreadFile::new(file));
            }
        }
    }
    let revisions = files.iter().map(|file| file.revision.clone()).collect();
    let (graph, problems) = Graph::build(revisions);
    let unreadable = !findings.is_empty();
    findings.extend(
        problems
            .iter()
            .map(|problem| explain(problem, &files, layout, unreadable)),
    );
    let head_file = snapshot.head_file.as_ref();
    assemble(&snapshot.origin, head_file, graph, files, unread, findings)
}

/// A file of a snapshot, or what is known of it.
#[derive(Debug)]
pub enum Part {
    /// To be read.
    File(SnapshotFile),
    /// Its revision, known without a look into it.
    Known(Arc<Revision>),
}

/// The same of files of which some are known: those are not read, and have no migration in
/// the project. `None` where something is wrong with the graph: to point at it needs all files.
pub fn load_known(
    origin: &Origin,
    parts: &[Part],
    head_file: Option<&SnapshotFile>,
    layout: &dyn Layout,
) -> Option<Project> {
    let (mut findings, mut files, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    let mut revisions = Vec::with_capacity(parts.len());
    for part in parts {
        let file = match part {
            Part::File(file) => file,
            Part::Known(revision) => {
                revisions.push(Arc::clone(revision));
                continue;
            }
        };
        match read_file(file).and_then(|source| layout.parse(source)) {
            Ok(migration) => {
                revisions.push(Arc::new(migration.revision.clone()));
                files.push(migration);
            }
            Err(finding) => {
                findings.push(*finding);
                unread.push(UnreadFile::new(file));
            }
        }
    }
    let (graph, problems) = Graph::of(revisions);
    problems
        .is_empty()
        .then(|| assemble(origin, head_file, graph, files, unread, findings))
}

/// The project as it was before the files that were read for `after` came to it, each of which
/// added a revision. `None` where that cannot be said from it.
pub fn before_added(after: &Project, head_file: Option<&SnapshotFile>) -> Option<Project> {
    let is_plain = after.repeated.is_empty() && after.unread.is_empty();
    let graph = is_plain.then(|| after.graph.without(after.migrations.keys()))??;
    let nothing = (Vec::new(), Vec::new(), Vec::new());
    let (files, unread, findings) = nothing;
    let origin = &after.origin;
    Some(assemble(origin, head_file, graph, files, unread, findings))
}

fn assemble(
    origin: &Origin,
    head_file: Option<&SnapshotFile>,
    graph: Graph,
    files: Vec<Migration>,
    unread: Vec<UnreadFile>,
    mut findings: Vec<Finding>,
) -> Project {
    let mut migrations = HashMap::with_capacity(files.len());
    let mut repeated = Vec::new();
    for file in files {
        // Of two files with one id the graph keeps the first, and so do we.
        match migrations.entry(file.revision.id.clone()) {
            Entry::Vacant(free) => {
                free.insert(file);
            }
            Entry::Occupied(_) => repeated.push(file),
        }
    }
    let head_file = head_file.map(read_head_file);
    let sound = findings.is_empty();
    // A revision that cannot be read is missing from the graph: what the head file says of it
    // is no mistake of its own.
    let of_head_file = head_file
        .iter()
        .filter(|one| unread.is_empty() || !one.is_plain())
        .flat_map(|one| head_file::check(one, &graph));
    findings.extend(of_head_file.map(|finding| match finding.help {
        // No command writes it before.
        Some(_) if !sound => finding.help(AFTER_REVISIONS),
        _ => finding,
    }));
    Project {
        origin: origin.clone(),
        graph: Arc::new(graph),
        migrations,
        repeated,
        head_file,
        unread,
        findings,
    }
}

/// A snapshot's head file, read as far as it can be.
fn read_head_file(file: &SnapshotFile) -> HeadFile {
    let source = |text: &str| SourceFile::new(Arc::clone(&file.path), text);
    match &file.content {
        Err(reason) => HeadFile::unreadable(source(""), reason.to_string()),
        Ok(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => HeadFile::parse(source(text)),
            Err(_) => HeadFile::unreadable(source(""), "it is not UTF-8"),
        },
    }
}

/// The text of a snapshot's file, or what keeps it from being one.
pub fn read_file(file: &SnapshotFile) -> Result<SourceFile, Box<Finding>> {
    let empty = SourceFile::new(Arc::clone(&file.path), "");
    let bytes = match &file.content {
        Ok(bytes) => bytes,
        Err(reason) => {
            let help = match reason {
                Unreadable::TooLarge(_) => {
                    "a revision changes the schema; load large data outside of it, or in parts"
                }
                Unreadable::Io(_) => "check the file's permissions and what it links to",
                Unreadable::Missing => {
                    "Git brings it when the remote can be reached; or use a full clone"
                }
            };
            return Err(Box::new(
                header::bad(format!("cannot read this file: {reason}"))
                    .at(&empty, 0..0, "")
                    .help(help),
            ));
        }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.valid_up_to();
            let source = SourceFile::new(Arc::clone(&file.path), String::from_utf8_lossy(bytes));
            return Err(Box::new(
                header::bad("the file is not UTF-8")
                    .at(
                        &source,
                        valid..valid + 1,
                        format!("byte 0x{:02x}", bytes[valid]),
                    )
                    .help("save it as UTF-8"),
            ));
        }
    };
    let source = SourceFile::new(Arc::clone(&file.path), text);
    if let Some(at) = text.find('\0') {
        return Err(Box::new(
            header::bad("the file holds a NUL byte")
                .at(&source, at..at + 1, "")
                .help("databases read SQL only up to a NUL; remove it"),
        ));
    }
    if let Some(at) = conflict_marker(text) {
        return Err(Box::new(
            header::bad("the file has merge-conflict markers")
                .at(&source, at..at + 7, "the conflict begins here")
                .help("resolve the conflict, then `git add` the file"),
        ));
    }
    Ok(source)
}

/// The start of Git's `<<<<<<< ` at the start of a line.
fn conflict_marker(text: &str) -> Option<usize> {
    // A single character is found many times faster, and few scripts have it.
    let first = text.find('<')?;
    text[first..]
        .match_indices("<<<<<<< ")
        .map(|(at, _)| first + at)
        .find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
}

/// A problem of the graph, at the place in the file that causes it.
#[allow(clippy::too_many_lines, reason = "one arm per problem: a table")]
fn explain(
    problem: &Problem,
    files: &[Migration],
    layout: &dyn Layout,
    unreadable: bool,
) -> Finding {
    let of = |id: &RevId| files.iter().find(|file| file.revision.id == *id);
    let at = |finding: Finding, id: &RevId, key: &str, text: &str, label: &str| match of(id) {
        Some(file) => finding
            .at(&file.file, layout.locate(file, key, text), label)
            .about(id),
        None => finding.about(id),
    };
    match problem {
        Problem::DuplicateId { first, second } => {
            let (first, second) = (&files[*first], &files[*second]);
            let id = &second.revision.id;
            Finding::error(
                Rule::DuplicateRevision,
                format!("two files have the revision id {id}"),
            )
            .at(
                &second.file,
                layout.locate(second, "revision", id.as_str()),
                "the second one",
            )
            .see(
                &first.file,
                layout.locate(first, "revision", id.as_str()),
                "the first one",
            )
            .about(id)
            .help(
                "give one of them a new `revision:`, and where others build on that one, the same in their `parents:`",
            )
        }
        Problem::MissingParent { revision, parent } => at(
            Finding::error(
                Rule::MissingParent,
                format!("parent {parent} of {revision} is in no file"),
            )
            .help(missing_help(parent.as_str(), unreadable)),
            revision,
            "parents",
            parent.as_str(),
            "no file has this revision",
        ),
        Problem::MissingDependency { revision, name } => at(
            Finding::error(
                Rule::MissingParent,
                format!("{revision} depends on {name}, which is in no file"),
            )
            .help(missing_help(name.as_str(), unreadable)),
            revision,
            "depends_on",
            name,
            "no revision and no label of this name",
        ),
        Problem::SelfParent { revision } => at(
            Finding::error(Rule::Cycle, format!("{revision} is its own parent"))
                .help("name the revision that it builds on"),
            revision,
            "parents",
            revision.as_str(),
            "",
        ),
        Problem::SelfDependency { revision, name } => at(
            Finding::error(Rule::Cycle, format!("{revision} depends on itself"))
                .help("remove it from depends_on"),
            revision,
            "depends_on",
            name,
            "",
        ),
        Problem::Cycle { members } => {
            let names: Vec<&str> = members.iter().map(RevId::as_str).collect();
            let mut finding = Finding::error(
                Rule::Cycle,
                format!(
                    "these revisions are each other's ancestors: {}",
                    names.join(" → ")
                ),
            )
            .help("take one of these edges out: a revision cannot come before itself");
            for (n, id) in members.iter().enumerate() {
                let Some(file) = of(id) else { continue };
                let next = &members[(n + 1) % members.len()];
                let key = if file.revision.parents.contains(next) {
                    "parents"
                } else {
                    "depends_on"
                };
                let span = layout.locate(file, key, next.as_str());
                finding = if n == 0 {
                    finding.at(&file.file, span, "").about(id)
                } else {
                    finding.see(&file.file, span, "")
                };
            }
            finding
        }
        Problem::DuplicateLabel {
            label,
            first,
            second,
        } => {
            let finding = Finding::error(
                Rule::DuplicateLabel,
                format!("label `{label}` belongs to {first} already"),
            )
            .help("a label names one line of revisions; choose another");
            let mut finding = at(finding, second, "labels", label, "the second one");
            if let Some(file) = of(first) {
                finding = finding.see(
                    &file.file,
                    layout.locate(file, "labels", label),
                    "the first one",
                );
            }
            finding
        }
        Problem::LabelIsId { label, revision } => at(
            Finding::error(
                Rule::DuplicateLabel,
                format!("label `{label}` is also the id of a revision"),
            )
            .help("choose another label"),
            revision,
            "labels",
            label,
            "",
        ),
    }
}

fn missing_help(name: &str, unreadable: bool) -> String {
    if unreadable {
        "it may stand in a file that cannot be read (see above); otherwise pull it, or correct the id".to_owned()
    } else {
        format!(
            "pull the commit that has it (`git log --all -S{name}` finds it), or correct the id"
        )
    }
}
