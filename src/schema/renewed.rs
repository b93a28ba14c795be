//! A script that makes objects anew from whole texts, on top of what others did to them.
//!
//! Only texts change: a `CREATE TABLE` of a rebuild gets what others changed in that
//! table, its copy of the rows the columns, and what is made again as it was is made as
//! others have it now. Everything else of the script stays as it was written. What is not
//! understood exactly is refused; whether the outcome does what was meant is for a
//! scratch database to say.

mod copy;
mod merged;

use std::{collections::BTreeSet, ops::Range};

use super::{
    Fact, FactId, Kind, Schema,
    plan::{
        Decisions, plan,
        sqlite::{guard, guarded},
    },
    told,
};
use crate::{
    model::Dialect,
    sql::{self, Noun, Statement, TableAct},
};

/// Bytes of a text, and what is to stand there.
type Edit = (Range<usize>, String);

/// Why a script could not be made anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRenewed {
    /// Both sides changed the same.
    #[error("both sides changed {0}")]
    Both(String),
    /// It is not mine alone.
    #[error("others have it as it is, on {0}")]
    Shared(String),
    /// They dropped it.
    #[error("theirs dropped {0}")]
    Gone(String),
    /// The text of a table that it makes is not understood.
    #[error("how it makes table {0} is not understood")]
    Table(String),
    /// The statement that brings the rows over is not understood.
    #[error(
        "how it brings the rows of {0} over is not understood: write it as `INSERT INTO new (…) SELECT … FROM old`"
    )]
    Copy(String),
    /// Nothing in it makes anything anew.
    #[error("no statement of it makes the whole object, so it is not known what to change")]
    NoText,
    /// It was made anew, and does not do what was meant.
    #[error("made anew it does not do what it did: {0}")]
    NotProved(String),
}

/// The statements of a script that stop it where a table has more than the script knows:
/// nothing but what was there when it was written.
pub fn guards(script: &str) -> Vec<Range<usize>> {
    let statements = sql::statements(script, Dialect::Sqlite).into_iter();
    let guards = statements.filter(|one| guarded(one.text(script)).is_some());
    guards.map(|one| one.span).collect()
}

/// The schemas that a script was written for, and the one that it is to run on.
#[derive(Debug, Clone, Copy)]
pub struct Renewal<'a> {
    /// Before it, where it was written.
    pub before: &'a Schema,
    /// After it, there.
    pub after: &'a Schema,
    /// What it is going to find.
    pub onto: &'a Schema,
}

impl Renewal<'_> {
    /// The script with what others changed.
    pub fn script(&self, script: &str) -> Result<String, NotRenewed> {
        let dialect = self.before.dialect;
        let statements = sql::statements(script, dialect);
        let mut edits: Vec<Edit> = Vec::new();
        let mut missing = Vec::new();
        if dialect == Dialect::Sqlite {
            self.rebuilds(script, &statements, &mut edits, &mut missing)?;
        }
        for statement in &statements {
            self.made_again(script, statement, &mut edits)?;
        }
        let made: Vec<FactId> = statements
            .iter()
            .filter_map(|one| self.made(script, one))
            .collect();
        missing.retain(|fact: &&Fact| !made.contains(&fact.id));
        if edits.is_empty() && missing.is_empty() {
            return Err(NotRenewed::NoText);
        }
        let mut out = edited(script, edits).ok_or(NotRenewed::NoText)?;
        if !missing.is_empty() {
            let kept = out.trim_end().len();
            let after = out.split_off(kept);
            for fact in missing {
                out.push_str("\n\n");
                out.push_str(&text_of(fact));
                out.push(';');
            }
            out.push_str(&after);
        }
        Ok(out)
    }

    /// Tables that are made again under their own name.
    fn rebuilds<'s>(
        &'s self,
        script: &str,
        statements: &[Statement],
        edits: &mut Vec<Edit>,
        missing: &mut Vec<&'s Fact>,
    ) -> Result<(), NotRenewed> {
        let acts: Vec<TableAct> = statements
            .iter()
            .map(|one| TableAct::of(one, script))
            .collect();
        for (at, act) in acts.iter().enumerate() {
            let TableAct::Create(new) = act else {
                continue;
            };
            let Some(last) = becomes(&acts[at + 1..], new) else {
                continue;
            };
            let id = FactId::new(Kind::Table, [last.to_ascii_lowercase()]);
            let Some(base) = self.before.facts.get(&id) else {
                continue;
            };
            let name = self.before.shown(base);
            let Some(theirs) = self.onto.facts.get(&id) else {
                return Err(NotRenewed::Gone(format!("table {name}")));
            };
            let texts = [base, theirs].map(|fact| fact.ddl.as_deref().unwrap_or_default());
            let span = statements[at].span.clone();
            let merged = merged::merged(&script[span.clone()], texts[0], texts[1], &name)?;
            if let Some(merged) = merged {
                edits.extend(copy::edits(
                    script,
                    statements,
                    &acts,
                    (at, new),
                    &merged,
                    &name,
                )?);
                edits.push((span, merged.text));
            }
            if let Some(after) = self.after.facts.get(&id) {
                let guards = statements
                    .iter()
                    .filter(|one| guarded(one.text(script)).as_deref() == Some(id.name()));
                edits.extend(guards.map(|one| {
                    let text = guard(theirs, self.onto, base, after);
                    (one.span.clone(), text)
                }));
            }
            missing.extend(self.onto.facts.values().filter(|fact| {
                fact.parent.as_ref() == Some(&id)
                    && matches!(fact.id.kind, Kind::Index | Kind::Trigger)
                    && fact.ddl.is_some()
                    && !self.before.facts.contains_key(&fact.id)
            }));
        }
        Ok(())
    }

    /// The object that a statement makes, as the schema before it has it.
    fn made(&self, script: &str, statement: &Statement) -> Option<FactId> {
        let made = sql::made(statement, script).into_iter().next()?;
        told::made(self.before, &made).or_else(|| told::made(self.onto, &made))
    }

    /// What is made again just as it was is made as others have it now.
    fn made_again(
        &self,
        script: &str,
        statement: &Statement,
        edits: &mut Vec<Edit>,
    ) -> Result<(), NotRenewed> {
        let made = sql::made(statement, script).into_iter().next();
        let is_text = made.as_ref().is_some_and(|made| {
            matches!(
                made.noun,
                Noun::View | Noun::MaterializedView | Noun::Index | Noun::Trigger
            ) && statement.text(script).len() >= 6
                && statement.text(script)[..6].eq_ignore_ascii_case("create")
        });
        let id = made
            .filter(|_| is_text)
            .and_then(|made| told::made(self.before, &made));
        let Some(base) = id.and_then(|id| self.before.facts.get(&id)) else {
            return Ok(());
        };
        let same = |other: Option<&Fact>| other.is_some_and(|fact| fact.payload == base.payload);
        let theirs = self.onto.facts.get(&base.id);
        if same(theirs) {
            return Ok(());
        }
        let name = format!("{} {}", base.id.kind.name(), self.before.shown(base));
        if !same(self.after.facts.get(&base.id)) {
            return Err(NotRenewed::Both(name));
        }
        if let Some(theirs) = theirs {
            let text = self.theirs(theirs).ok_or(NotRenewed::Both(name))?;
            edits.push((statement.span.clone(), text));
        } else {
            let rest = &script[statement.span.end..];
            let semicolon = rest.find(';').map_or(0, |at| at + 1);
            let end = statement.span.end + semicolon;
            edits.push((statement.span.start..end, String::new()));
        }
        Ok(())
    }
}

impl Renewal<'_> {
    /// The statements that make an object as others have it, without the last semicolon.
    fn theirs(&self, fact: &Fact) -> Option<String> {
        if self.onto.dialect == Dialect::Sqlite {
            return fact.ddl.is_some().then(|| text_of(fact));
        }
        // PostgreSQL keeps no statements: the way from a schema without it.
        let mut without = self.onto.clone();
        let parts: BTreeSet<FactId> = self
            .onto
            .within(&fact.id)
            .map(|part| part.id.clone())
            .collect();
        without.remove(|one| one.id == fact.id || parts.contains(&one.id));
        let way = plan(&without, self.onto, &Decisions::default()).ok()?;
        let own = way
            .statements()
            .filter(|one| one.about == fact.id || parts.contains(&one.about));
        let own: Vec<&str> = own.map(|one| one.sql.as_str()).collect();
        (!own.is_empty()).then(|| own.join(";\n"))
    }
}

/// A text with other ones in places of it; `None` where two of these overlap.
fn edited(text: &str, mut edits: Vec<Edit>) -> Option<String> {
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    if edits.windows(2).any(|pair| pair[0].0.end > pair[1].0.start) {
        return None;
    }
    let mut out = text.to_owned();
    for (span, new) in edits.into_iter().rev() {
        out.replace_range(span, &new);
    }
    Some(out)
}

/// The name that a table has at the end; `None` where it is dropped again.
fn becomes<'a>(acts: &'a [TableAct], new: &'a str) -> Option<&'a str> {
    let mut name = new;
    for act in acts {
        match act {
            TableAct::Rename { from, to } if from.eq_ignore_ascii_case(name) => name = to,
            TableAct::Drop(dropped) if dropped.table.eq_ignore_ascii_case(name) => return None,
            _ => {}
        }
    }
    Some(name)
}

/// The statement that makes an object, without its semicolon.
fn text_of(fact: &Fact) -> String {
    let text = fact.ddl.as_deref().unwrap_or_default().trim();
    text.strip_suffix(';').unwrap_or(text).trim_end().to_owned()
}

#[cfg(test)]
mod tests;
