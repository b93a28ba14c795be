//! Pairs of revisions with what they do to each other: `tests/cases/conflicts`.
//!
//! A file has lines of labels, then sections, each behind a line of its own: `-- before`
//! (the schema where both sides part), `-- rows` (what stands in it), `-- left`, `-- left 2`
//! (a second revision of that side), `-- right` …
//!
//! * `-- verdict:` is the truth, found by running both orders ([`Verdict`]).
//! * `-- static:` is what footprints alone say, which is less: that rows are in question is
//!   `possible`, whatever becomes of them.
//! * `-- why:` says it where the two do not fit.
//! * `-- foreign keys: off`: SQLite's scripts run as those that rebuild tables do.
//!
//! `benches/conflicts.rs` reads them too.

use std::{
    fs,
    path::{Path, PathBuf},
};

use teammig::{
    db::SqliteFootprints,
    model::{
        Dialect, Footprint, RevId,
        conflict::{Ancestor, Clash, Conflicts, conflicts},
    },
    sql,
};

/// A pair.
#[derive(Debug, Default)]
pub(crate) struct Case {
    /// The file's name, without its ending.
    pub(crate) name: String,
    pub(crate) before: String,
    pub(crate) rows: String,
    /// The revisions of a side, the oldest first.
    pub(crate) left: Vec<String>,
    pub(crate) right: Vec<String>,
    pub(crate) verdict: Option<Verdict>,
    /// What footprints say.
    pub(crate) said: String,
    pub(crate) why: Option<String>,
    pub(crate) foreign_keys_off: bool,
}

/// What running both orders says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Both work and leave the same schema and the same rows.
    Independent,
    /// Both work and leave something else.
    OrderMatters,
    /// It fails if the left side runs first.
    FailsLeftFirst,
    /// It fails if the right side runs first.
    FailsRightFirst,
    /// Both orders fail.
    FailsBoth,
}

impl Verdict {
    pub(crate) const ALL: [Self; 5] = [
        Self::Independent,
        Self::OrderMatters,
        Self::FailsLeftFirst,
        Self::FailsRightFirst,
        Self::FailsBoth,
    ];

    /// As it stands in a file.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::OrderMatters => "order matters",
            Self::FailsLeftFirst => "fails left-first",
            Self::FailsRightFirst => "fails right-first",
            Self::FailsBoth => "fails both",
        }
    }
}

/// The word for what footprints say.
pub(crate) fn said(clash: Clash) -> &'static str {
    match clash {
        Clash::None => "none",
        Clash::Possible => "possible",
        Clash::Order => "order",
        Clash::Never => "cannot both",
    }
}

/// All pairs for a database, by name.
pub(crate) fn cases(dialect: Dialect) -> Vec<Case> {
    read_all(&folder("conflicts", dialect))
}

fn folder(of: &str, dialect: Dialect) -> PathBuf {
    let database = match dialect {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
    };
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    cases.join(of).join(database)
}

/// Pairs whose `-- rows` nobody but the database has: `tests/cases/hidden-rows`.
pub(crate) fn hidden(dialect: Dialect) -> Vec<Case> {
    read_all(&folder("hidden-rows", dialect))
}

/// The pairs in a folder, by name.
pub(crate) fn read_all(folder: &Path) -> Vec<Case> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            Case::read(name, &fs::read_to_string(file).unwrap())
        })
        .collect()
}

impl Case {
    fn read(name: String, text: &str) -> Self {
        let mut case = Self {
            name,
            ..Self::default()
        };
        let mut lines = text.lines().peekable();
        while let Some((label, value)) = lines.peek().and_then(|line| label(line)) {
            match label {
                "verdict" => {
                    let found = Verdict::ALL.into_iter().find(|one| one.words() == value);
                    case.verdict = Some(found.unwrap_or_else(|| panic!("{}: {value}", case.name)));
                }
                "static" => value.clone_into(&mut case.said),
                "why" => case.why = Some(value.to_owned()),
                "foreign keys" => case.foreign_keys_off = value == "off",
                _ => panic!("{}: {label}?", case.name),
            }
            lines.next();
        }
        let mut section = None;
        for line in lines {
            if let Some(name) = line.strip_prefix("-- ") {
                section = Some(case.section(name));
            } else if let Some(section) = section {
                let text: &mut String = match section {
                    Section::Before => &mut case.before,
                    Section::Rows => &mut case.rows,
                    Section::Left(at) => &mut case.left[at],
                    Section::Right(at) => &mut case.right[at],
                };
                text.push_str(line);
                text.push('\n');
            }
        }
        assert!(!case.left.is_empty() && !case.right.is_empty(), "{case:?}");
        case
    }

    fn section(&mut self, name: &str) -> Section {
        let (side, number) = name.split_once(' ').unwrap_or((name, "1"));
        let number: usize = number.parse().unwrap();
        let revisions = match side {
            "before" => return Section::Before,
            "rows" => return Section::Rows,
            "left" => &mut self.left,
            "right" => &mut self.right,
            _ => panic!("{}: section {name}?", self.name),
        };
        revisions.push(String::new());
        assert_eq!(revisions.len(), number, "{}: {name}", self.name);
        match side {
            "left" => Section::Left(number - 1),
            _ => Section::Right(number - 1),
        }
    }

    /// The footprints of what is there before, and of both sides.
    pub(crate) fn footprints(&self, dialect: Dialect) -> [Vec<Footprint>; 3] {
        let read = |script: &String| sql::footprint(script, Dialect::Postgres, &[]);
        if dialect == Dialect::Postgres {
            let before = vec![read(&self.before)];
            return [
                before,
                self.left.iter().map(read).collect(),
                self.right.iter().map(read).collect(),
            ];
        }
        let mut base = SqliteFootprints::new().unwrap();
        let before = vec![base.footprint(&self.before, self.foreign_keys_off)];
        let side = |scripts: &[String]| {
            let mut side = base.fork().unwrap();
            let scripts = scripts.iter();
            scripts
                .map(|script| side.footprint(script, self.foreign_keys_off))
                .collect()
        };
        [before, side(&self.left), side(&self.right)]
    }

    /// What footprints say.
    pub(crate) fn judged(&self, dialect: Dialect) -> Conflicts {
        let [before, left, right] = self.footprints(dialect);
        let ids: Vec<RevId> = (0..left.len() + right.len())
            .map(|at| RevId::trusted(&format!("r{at}")))
            .collect();
        let (ours, theirs) = ids.split_at(left.len());
        let left: Vec<_> = ours.iter().zip(&left).collect();
        let right: Vec<_> = theirs.iter().zip(&right).collect();
        conflicts(&left, &right, &Ancestor::of(&before, true))
    }
}

#[derive(Clone, Copy)]
enum Section {
    Before,
    Rows,
    Left(usize),
    Right(usize),
}

fn label(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("-- ")?.split_once(": ")
}
