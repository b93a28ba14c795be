//! The lines of a graph between some heads and what they have in common, as steps.

use std::collections::BTreeSet;

use super::{
    Context, Error, Lines, Prepared,
    behind::is_about,
    cascades::{after, words},
    replayed::{self, LeftOut},
};
use crate::{
    model::{Dialect, Language, Project, RevId},
    schema::canary::{self, Asked},
    sql,
};

/// Lines of revisions, and what all of them build on.
pub(super) struct Sides {
    pub(super) dialect: Dialect,
    /// What the revisions of the lines are written in.
    pub(super) language: Language,
    /// What all have in common, in the order in which an upgrade runs it.
    pub(super) history: Vec<Prepared>,
    /// What of all of them is not run.
    pub(super) left_out: Vec<LeftOut>,
    /// Each with all of its revisions; what two have in common is in both.
    lines: Vec<Vec<Prepared>>,
    /// All revisions of the lines, in the order in which an upgrade runs them.
    upgrade: Vec<Prepared>,
}

/// What two lines have in common, and what each has alone.
pub(super) type Parted = (Vec<Prepared>, Vec<Prepared>, Vec<Prepared>);

impl Sides {
    pub(super) fn of(
        context: &Context,
        project: &Project,
        lines: &Lines,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        if lines.lines.len() < 2 || lines.lines.iter().any(Vec::is_empty) {
            let why = "there is one order only: a line has nothing that another one has not";
            return Err(Error::Usage(why.to_owned()));
        }
        let all: BTreeSet<RevId> = lines.lines.iter().flatten().cloned().collect();
        let mut above = project.graph.order(&all);
        above.reverse();
        let steps = |ids: &[RevId]| replayed::of_files(context, project, ids, dialect);
        let (history, mut left_out) = steps(&lines.below)?;
        let (upgrade, left_out_above) = steps(&above)?;
        left_out.extend(left_out_above);
        let is_python = |id: &RevId| {
            let migration = project.migration(id.as_str());
            migration.is_some_and(|one| one.language == Language::Python)
        };
        let language = if above.iter().any(is_python) {
            Language::Python
        } else {
            Language::Sql
        };
        let of_sql = |step: &&Prepared| !is_python(&step.step.revision);
        let steps = history.iter().chain(&upgrade).filter(of_sql);
        let unrunnable: Vec<_> = steps.flat_map(|step| step.findings(dialect)).collect();
        if !unrunnable.is_empty() {
            return Err(Error::Findings(unrunnable));
        }
        let of_line = |line: &Vec<RevId>| -> Vec<Prepared> {
            let steps = upgrade.iter();
            let own = steps.filter(|step| line.contains(&step.step.revision));
            own.cloned().collect()
        };
        Ok(Self {
            dialect,
            language,
            lines: lines.lines.iter().map(of_line).collect(),
            history,
            left_out,
            upgrade,
        })
    }

    /// What the scripts of the lines ask of rows.
    pub(super) fn asked(&self) -> Vec<Asked> {
        if self.language == Language::Python {
            return Vec::new();
        }
        let scripts = self.upgrade.iter().map(|step| &step.scripts.up.text);
        scripts
            .flat_map(|script| canary::asked(script, self.dialect))
            .collect()
    }

    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn line(&self, at: usize) -> &[Prepared] {
        self.lines.get(at).map_or(&[], Vec::as_slice)
    }

    pub(super) fn first(&self) -> &[Prepared] {
        self.line(0)
    }

    pub(super) fn last(&self) -> &[Prepared] {
        self.line(self.lines.len().saturating_sub(1))
    }

    /// The revisions of each line.
    pub(super) fn lines(&self) -> Vec<Vec<RevId>> {
        self.lines.iter().map(|line| super::ids(line)).collect()
    }

    /// Line by line, and the reverse of it.
    pub(super) fn orders(&self) -> [Vec<Prepared>; 2] {
        let one = |lines: &mut dyn Iterator<Item = &Vec<Prepared>>| {
            let mut steps: Vec<Prepared> = Vec::new();
            for step in lines.flatten() {
                if !steps.iter().any(|there| there.step == step.step) {
                    steps.push(step.clone());
                }
            }
            steps
        };
        [
            one(&mut self.lines.iter()),
            one(&mut self.lines.iter().rev()),
        ]
    }

    pub(super) fn as_upgrade_does(&self) -> Vec<Prepared> {
        self.upgrade.clone()
    }

    pub(super) fn steps(self) -> Vec<Prepared> {
        self.history.into_iter().chain(self.upgrade).collect()
    }

    /// Each two of the lines.
    pub(super) fn pairs(&self) -> Vec<Parted> {
        let mut pairs = Vec::new();
        for (at, left) in self.lines.iter().enumerate() {
            for right in &self.lines[at + 1..] {
                let is_in = |line: &[Prepared], step: &Prepared| {
                    line.iter().any(|there| there.step == step.step)
                };
                let (below, own): (Vec<_>, Vec<_>) =
                    left.iter().cloned().partition(|step| is_in(right, step));
                let others = right.iter().filter(|step| !is_in(left, step));
                pairs.push((below, own, others.cloned().collect()));
            }
        }
        pairs
    }

    /// A script of a line can change rows; of Python nobody knows.
    pub(super) fn move_rows(&self) -> bool {
        if self.language == Language::Python {
            return true;
        }
        // A trigger of events runs for any statement, and a default may take numbers.
        let mut steps = self.history.iter().chain(&self.upgrade);
        let is_event = |text: &str| is_about(text, &["EVENT"]) && is_about(text, &["TRIGGER"]);
        any_statement(&self.upgrade, self.dialect, |text| {
            sql::moves_rows(text) || is_about(text, &["NEXTVAL"])
        }) || steps.any(|step| is_event(&step.script().text))
    }

    /// There may be triggers that run at the commit: after each revision, not after all.
    pub(super) fn wait_for_commit(&self) -> bool {
        let mut steps = self.history.iter().chain(&self.upgrade);
        steps.any(|step| {
            let text = step.script().text.to_ascii_uppercase();
            text.contains("CONSTRAINT TRIGGER")
        })
    }

    /// What of the lines was not run, where more than one of them has such a thing, or
    /// another one looks for what it is about.
    pub(super) fn left_out_of_two(&self) -> Option<Vec<(RevId, String)>> {
        let has = |line: &[Prepared], one: &LeftOut| {
            line.iter().any(|step| step.step.revision == one.revision)
        };
        let of_lines = self.lines.iter();
        let lines = of_lines.filter(|line| self.left_out.iter().any(|one| has(line, one)));
        let is_of_two = lines.count() > 1;
        let is_looked_for = |one: &LeftOut| {
            let words = words(&one.statement, self.dialect);
            let before = ["ROLE", "USER", "GROUP", "DATABASE", "TO", "FROM", "BY"];
            let names: BTreeSet<String> =
                before.iter().flat_map(|word| after(&words, word)).collect();
            let mut others = self.lines.iter().filter(|line| !has(line, one)).flatten();
            others.any(|step| {
                let mut names = names.iter();
                names.any(|name| is_about(&step.script().text, &[name]))
            })
        };
        let of_lines = self.left_out.iter();
        let of_lines = of_lines.filter(|one| self.lines.iter().any(|line| has(line, one)));
        let mut all: Vec<_> = of_lines
            .filter(|one| is_of_two || is_looked_for(one))
            .map(|one| (one.revision.clone(), one.statement.clone()))
            .collect();
        all.sort();
        all.dedup();
        (!all.is_empty()).then_some(all)
    }
}

/// Whether there is such a statement in the scripts that would run.
pub(super) fn any_statement(
    steps: &[Prepared],
    dialect: Dialect,
    is_such: impl Fn(&str) -> bool,
) -> bool {
    steps.iter().any(|step| {
        let text = &step.script().text;
        let statements = sql::statements(text, dialect);
        let mut texts = statements.iter().map(|statement| statement.text(text));
        texts.any(&is_such)
    })
}
