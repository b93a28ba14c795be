//! Where the lines of a drawn graph run: one row a revision, children above
//! their parents, lines in columns.
//!
//! A column belongs to the revision that its line leads to, so all children of
//! one parent share a line from the row below them on, as in jj and Sapling: a
//! drawing has as many columns as there are revisions waited for, and no line
//! meets a revision that it does not lead to. A new line takes the leftmost
//! free column, and a revision's first parent inherits the revision's own.
//! A line changes its column in one case, to the left, into the column of a
//! revision that goes on in that same line: so a trunk comes back to where it
//! was before a branch was merged into it.
//!
//! It knows rows and columns, no letters and no pixels: the terminal, SVG and
//! HTML draw the same rows. Time and space are those of the answer, rows times
//! the lines beside them.

use std::collections::{BTreeSet, HashMap};

/// How a line came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// By `depends_on`.
    Dependency,
    /// By `parents`, perhaps besides.
    Parent,
}

/// What a row is connected to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ties {
    /// The rows of the parents, then of the dependencies; each is further down.
    pub to: Vec<(usize, Tie)>,
    /// It has parents that are not drawn.
    pub cut: bool,
    /// Where several share a lane it looks like the one with the lowest rank.
    pub rank: u8,
}

/// A line at the edge between two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// Its column.
    pub column: usize,
    /// The row that it leads to.
    pub to: usize,
    /// The row above that gives it its looks: of those that lead into it here,
    /// a child before a dependent, then the lowest rank, then the newest.
    pub from: usize,
    /// The strongest of what runs in it here.
    pub tie: Tie,
}

/// A line from a revision into a lane below its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The lane's column.
    pub column: usize,
    /// The row that it leads to.
    pub to: usize,
    /// How it came about.
    pub tie: Tie,
}

/// One row with the lines around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The revision's column.
    pub column: usize,
    /// The lanes that come in from above, from left to right; one in the
    /// revision's own column ends at it, all others pass.
    pub above: Vec<Lane>,
    /// The lanes that leave downwards, from left to right.
    pub below: Vec<Lane>,
    /// The revision's own lines down, in the order of its [`Ties`].
    pub links: Vec<Link>,
    /// The column above of a lane that goes on in the revision's own column,
    /// which the revision's only line goes down too.
    pub shifted: Option<usize>,
    /// It has parents that are not drawn.
    pub cut: bool,
}

impl Row {
    /// The lanes that go past the revision, one of them perhaps [shifted](Self::shifted).
    pub fn passing(&self) -> impl Iterator<Item = &Lane> {
        self.above.iter().filter(|lane| lane.column != self.column)
    }

    /// The lane that ends at the revision.
    pub fn incoming(&self) -> Option<&Lane> {
        self.above.iter().find(|lane| lane.column == self.column)
    }

    /// How many columns are in use.
    pub fn width(&self) -> usize {
        let lanes = self.above.iter().chain(&self.below);
        lanes
            .map(|lane| lane.column)
            .chain([self.column])
            .max()
            .map_or(0, |column| column + 1)
    }
}

/// Lays out rows given children first. A tie that does not lead further down
/// is left out.
pub fn lay_out(ties: &[Ties]) -> Vec<Row> {
    let mut columns = Columns::default();
    let mut rows = Vec::with_capacity(ties.len());
    for (at, own) in ties.iter().enumerate() {
        let above = columns.lanes();
        let column = match columns.of.remove(&at) {
            Some(column) => column,
            None => columns.claim(),
        };
        columns.release(column);
        let mut inherits = true;
        let mut links: Vec<Link> = Vec::new();
        let shifted = columns.pull(column, own);
        for &(to, tie) in &own.to {
            if to <= at || links.iter().any(|link| link.to == to) {
                continue;
            }
            let lane = columns.of.get(&to).copied().unwrap_or_else(|| {
                let column = if std::mem::take(&mut inherits) {
                    columns.take(column);
                    column
                } else {
                    columns.claim()
                };
                let lane = Lane {
                    column,
                    to,
                    from: at,
                    tie,
                };
                columns.open(column, lane);
                column
            });
            columns.join(lane, tie, at, |row| ties[row].rank);
            links.push(Link {
                column: lane,
                to,
                tie,
            });
        }
        columns.trim();
        rows.push(Row {
            column,
            above,
            below: columns.lanes(),
            links,
            shifted,
            cut: own.cut,
        });
    }
    rows
}

/// The columns while rows are laid out.
#[derive(Default)]
struct Columns {
    lanes: Vec<Option<Lane>>,
    /// Columns without a lane.
    free: BTreeSet<usize>,
    /// The column of the lane that leads to a row.
    of: HashMap<usize, usize>,
}

impl Columns {
    fn lanes(&self) -> Vec<Lane> {
        self.lanes.iter().flatten().copied().collect()
    }

    /// The leftmost free column, taken.
    fn claim(&mut self) -> usize {
        self.free.pop_first().unwrap_or_else(|| {
            self.lanes.push(None);
            self.lanes.len() - 1
        })
    }

    fn take(&mut self, column: usize) {
        self.free.remove(&column);
    }

    fn release(&mut self, column: usize) {
        self.lanes[column] = None;
        self.free.insert(column);
    }

    fn open(&mut self, column: usize, lane: Lane) {
        self.of.insert(lane.to, column);
        self.lanes[column] = Some(lane);
    }

    /// Moves the lane that a revision with one tie goes on in to the left, into
    /// the revision's column; gives the column that it had.
    fn pull(&mut self, column: usize, ties: &Ties) -> Option<usize> {
        let [(to, _)] = ties.to.as_slice() else {
            return None;
        };
        let old = self.of.get(to).copied().filter(|&old| old > column)?;
        let lane = self.lanes[old].take()?;
        self.free.insert(old);
        self.take(column);
        self.open(column, Lane { column, ..lane });
        Some(old)
    }

    /// A row's line runs in a lane from here on.
    fn join(&mut self, column: usize, tie: Tie, from: usize, rank: impl Fn(usize) -> u8) {
        let Some(lane) = &mut self.lanes[column] else {
            return;
        };
        if tie > lane.tie || (tie == lane.tie && rank(from) < rank(lane.from)) {
            lane.from = from;
            lane.tie = tie;
        }
    }

    fn trim(&mut self) {
        while self.lanes.last() == Some(&None) {
            self.lanes.pop();
            self.free.remove(&self.lanes.len());
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
