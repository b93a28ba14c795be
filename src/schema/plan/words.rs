//! What a reviewer reads of a statement's hazards, and what a question is about.

use super::{Hazard, Question, Statement};

impl Statement {
    /// What a reviewer has to know of it, a line each: what is lost first, all locks in
    /// one line.
    pub fn words(&self) -> Vec<String> {
        let loses =
            |hazard: &&Hazard| matches!(hazard, Hazard::LosesData(_) | Hazard::KeepsOthers(_));
        let (first, rest): (Vec<&Hazard>, Vec<&Hazard>) = self.hazards.iter().partition(loses);
        let mut lines: Vec<String> = Vec::new();
        let mut locks: Option<usize> = None;
        for hazard in first.into_iter().chain(rest) {
            match (hazard, locks.and_then(|at| lines.get_mut(at))) {
                (Hazard::Locks { mode, table }, Some(line)) => {
                    line.extend([format!(", {table} ({mode})")]);
                }
                (Hazard::Locks { .. }, None) => {
                    locks = Some(lines.len());
                    lines.push(hazard.words());
                }
                _ => lines.push(hazard.words()),
            }
        }
        lines
    }
}

impl Hazard {
    /// In one line: `loses data: column users.name`.
    pub fn words(&self) -> String {
        let words = match self {
            Self::LosesData(what) => format!("loses data: {what}"),
            Self::Converts { name, .. } => format!("teammig: loses {name}"),
            Self::KeepsOthers(what) => format!("does not bring back {what}"),
            Self::MayBeRename { from, to } => {
                format!("{from} is dropped and {to} is made: nobody said that it was renamed")
            }
            Self::FailsOnData(why) => format!("may fail on {why}"),
            Self::Rewrites => "rewrites the table".to_owned(),
            Self::Locks { mode, table } => format!("locks {table} ({mode})"),
            Self::NotTransactional => "is not undone when something after it fails".to_owned(),
            Self::DropsIndex(what) => format!("queries have to do without {what} for a time"),
            Self::BreaksOldCode(what) => format!("breaks programs that still use {what}"),
            Self::ChangesRights => "changes who may do what".to_owned(),
            Self::HiddenUses => "bodies of functions may use it, which nobody can see".to_owned(),
        };
        // It stands in a comment of one line.
        words.replace(char::is_control, " ")
    }
}

impl Question {
    /// What is to be decided, behind the name of what it is about.
    pub fn words(&self) -> String {
        match self {
            Self::Fill { .. } => {
                "must hold something in every row, and nothing says what is in those that are there"
                    .to_owned()
            }
            Self::FillBack { .. } => {
                "is dropped, and must hold something in every row when a downgrade brings it back"
                    .to_owned()
            }
            Self::NoRow { table } => {
                format!("has to refer to a row of {table}, which is new and has none")
            }
            Self::Using { from, to } => format!("{from} does not become {to} by itself"),
            Self::UsedUp { expression, by } => format!(
                "changes its type once more, and its remark (`using {expression}`) made its values in {by} already"
            ),
            Self::InUse(by) => format!(
                "would have to be dropped and made again, and is used by {}",
                by.join(", ")
            ),
            Self::Circle(all) => format!("no order works: {}", all.join(" → ")),
            Self::NoWay(why) => why.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{FactId, Kind};

    #[test]
    fn what_is_lost_first_and_all_locks_in_one_line() {
        let lock = |table: &str, mode: &str| Hazard::Locks {
            mode: mode.to_owned(),
            table: table.to_owned(),
        };
        let statement = Statement {
            sql: String::new(),
            about: FactId::new(Kind::Table, ["users"]),
            hazards: vec![
                Hazard::BreaksOldCode("table users".to_owned()),
                lock("users", "ACCESS EXCLUSIVE"),
                Hazard::Rewrites,
                lock("orders", "SHARE ROW EXCLUSIVE"),
                Hazard::LosesData("table users".to_owned()),
            ],
        };
        assert_eq!(
            statement.words(),
            [
                "loses data: table users",
                "breaks programs that still use table users",
                "locks users (ACCESS EXCLUSIVE), orders (SHARE ROW EXCLUSIVE)",
                "rewrites the table",
            ]
        );
    }
}
