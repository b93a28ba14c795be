//! What the sides of diverged lines do to each other, tried before anybody is asked, and
//! the merge revision that fits: with what was found in its header, and, where the order
//! matters, with a script after which both orders have left the same.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    Context, Error, NoScratch, Prepared, State,
    autogenerate::section,
    conflicts,
    divergence::{Divergence, Line, OneOrder},
    orders::{self, Lines, Proved},
    proof::{Ask, Found, prove},
    record, replayed,
    restack::Restacking,
    sides,
    walk::walk,
    write,
};
use crate::{
    db::Database,
    layout::render::{Body, Section},
    model::{
        Project, RevId, Revision,
        conflict::Clash,
        footprint::Object,
        verdict::{Failure, Verdict},
    },
    schema::{
        Difference, Schema, compare,
        plan::{Decisions, plan},
    },
};

/// A line of revisions with several heads, and what came of trying it.
#[derive(Debug)]
pub struct Tried {
    /// The heads, in their order.
    pub heads: Vec<RevId>,
    /// The last revisions that all of them have.
    pub base: Vec<RevId>,
    /// What was found, or why nothing was.
    pub outcome: Result<Proved, Box<Error>>,
    /// What a merge revision has to do, where the order matters.
    pub bridge: Option<Bridge>,
    /// Where nothing was proved: what the scripts collide at by themselves.
    pub collide: Vec<Object>,
    /// Which scripts were tried, in short.
    content: String,
}

/// A line that a merge revision alone does not settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerged {
    /// Its heads.
    pub heads: Vec<RevId>,
    /// Why not.
    pub why: Apart,
}

/// Why a merge revision alone does not settle a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Apart {
    /// Each order leaves something else.
    Differs,
    /// An order fails.
    Fails,
    /// Nothing was proved, and the scripts say that the order matters.
    Collide(Vec<Object>),
}

impl Unmerged {
    /// What is wrong, in a sentence.
    pub fn words(&self) -> String {
        let heads: Vec<&str> = self.heads.iter().map(RevId::as_str).collect();
        let heads = heads.join(" and ");
        match &self.why {
            Apart::Differs => format!(
                "the order of {heads} matters, so a merge revision alone would leave databases different"
            ),
            Apart::Fails => format!(
                "{heads} do not run in every order, so a merge revision alone would not settle it"
            ),
            Apart::Collide(objects) => {
                let objects: Vec<String> = objects.iter().map(ToString::to_string).collect();
                format!(
                    "nothing was proved, and the scripts of {heads} say that the order matters ({})",
                    objects.join(", ")
                )
            }
        }
    }
}

/// A script after which databases that ran either order have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridge {
    /// The order whose outcome it is.
    pub order: Vec<RevId>,
    /// The way up of the merge revision.
    pub up: Section,
    /// Whose changes it keeps.
    pub keeps: Vec<Keeps>,
}

/// An object that the two orders leave otherwise, and whose change stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeps {
    /// The object: `view v`.
    pub object: String,
    /// The side that it is kept as; none where it is as no side alone has it.
    pub head: Option<RevId>,
}

impl Keeps {
    /// What stays, and whose it is; `name` says who a side is.
    pub fn words(&self, name: &dyn Fn(&RevId) -> String) -> String {
        match &self.head {
            Some(head) => format!("{} stays as {} has it", self.object, name(head)),
            None => format!("{} becomes what no side alone has", self.object),
        }
    }
}

impl Bridge {
    /// The one side whose changes it keeps, where it keeps those of one.
    pub fn keeps_of(&self) -> Option<&RevId> {
        let first = self.keeps.first()?.head.as_ref()?;
        let mut all = self.keeps.iter();
        all.all(|one| one.head.as_ref() == Some(first))
            .then_some(first)
    }
}

impl Tried {
    /// Whether every order works, with what is left of it.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.outcome.as_ref().ok().map(|proved| &proved.verdict)
    }

    /// A merge revision alone settles it.
    pub fn merges(&self) -> bool {
        self.apart().is_none()
    }

    /// Why it does not.
    pub fn apart(&self) -> Option<Apart> {
        match self.verdict() {
            Some(Verdict::OrderMatters(_)) => self.bridge.is_none().then_some(Apart::Differs),
            Some(Verdict::Fails(_)) => Some(Apart::Fails),
            Some(Verdict::Independent) => None,
            Some(Verdict::Unproved(_)) | None => {
                (!self.collide.is_empty()).then(|| Apart::Collide(self.collide.clone()))
            }
        }
    }

    /// What the header of a merge revision says of it.
    pub fn header(&self) -> Option<String> {
        let word = match self.verdict()? {
            Verdict::Independent => "independent",
            Verdict::OrderMatters(_) | Verdict::Fails(_) => "order matters",
            Verdict::Unproved(_) => return None,
        };
        let base: Vec<&str> = self.base.iter().map(RevId::as_str).collect();
        let found = match base.as_slice() {
            [] => word.to_owned(),
            base => format!("{word} from {}", base.join(" and ")),
        };
        Some(record::written(&found, &self.content))
    }
}

/// Refuses merge revisions after which databases would not be the same.
pub(super) fn require_merges(divergence: &Divergence, tried: &[Tried]) -> Result<(), Error> {
    let open = tried.iter().filter_map(|one| {
        Some(Unmerged {
            heads: one.heads.clone(),
            why: one.apart()?,
        })
    });
    let lines: Vec<Unmerged> = open.collect();
    if lines.is_empty() {
        Ok(())
    } else {
        let way = match (divergence.one_order(), fails_on_top(divergence, tried)) {
            (OneOrder::Rebase, Some(failure)) => OneOrder::Edit(Box::new(failure.clone())),
            (way, _) => way,
        };
        Err(Error::OrderMatters { lines, way })
    }
}

/// What of mine was seen to fail after theirs, where it is clear which are mine.
fn fails_on_top<'t>(divergence: &Divergence, tried: &'t [Tried]) -> Option<&'t Failure> {
    let moves = divergence.lines.iter();
    let moves = moves.filter_map(|line| line.sides(&BTreeSet::new()));
    let heads: BTreeSet<RevId> = moves.flat_map(|one| one.heads).collect();
    tried.iter().find_map(|one| {
        let proved = one.outcome.as_ref().ok()?;
        let lines = proved.lines.iter();
        let lines = lines.filter(|line| line.iter().any(|id| heads.contains(id)));
        proved.fails_on_top(&lines.flatten().collect())
    })
}

/// The same where no database is asked: in memory, or on the server of `scratch:`.
pub fn without_database(
    context: &Context,
    project: &Project,
    divergence: &Divergence,
) -> Result<Vec<Tried>, Error> {
    match sides::without_database(context) {
        Ok(mut database) => lines(context, project, &mut *database, divergence),
        Err(error @ (Error::NoScratch(_) | Error::Config(_))) => {
            // Why nothing was tried is the same for all; it is said once.
            let mut why = Some(error);
            let tried = divergence.lines.iter().filter_map(|line| {
                let heads: Vec<RevId> = heads(line);
                let collide = collide(context, &heads);
                let error = match (why.take(), collide.is_empty()) {
                    (Some(error), _) => error,
                    (None, true) => return None,
                    (None, false) => Error::NoScratch(NoScratch::NotNamed),
                };
                Some(Tried {
                    collide,
                    heads,
                    base: line.parts_at.clone(),
                    outcome: Err(Box::new(error)),
                    bridge: None,
                    content: String::new(),
                })
            });
            Ok(tried.collect())
        }
        Err(error) => Err(error),
    }
}

/// Tries each line that diverged, on a scratch database that is like `database`.
pub fn lines(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    divergence: &Divergence,
) -> Result<Vec<Tried>, Error> {
    let mut tried = Vec::new();
    for line in &divergence.lines {
        tried.extend(one(context, project, database, line)?);
    }
    Ok(tried)
}

fn one(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    line: &Line,
) -> Result<Option<Tried>, Error> {
    let heads = heads(line);
    let lines = Lines::to(&project.graph, &heads);
    if lines.lines.iter().any(Vec::is_empty) {
        // One of them needs the other: there is one order.
        return Ok(None);
    }
    let outcome = outcome(context, project, database, &lines)?;
    let bridge = match outcome.as_ref().map(|proved| &proved.verdict) {
        Ok(Verdict::OrderMatters(found)) => {
            bridge(context, project, database, line, &lines, &found.orders)?
        }
        _ => None,
    };
    let collide = match outcome.as_ref().map(|proved| &proved.verdict) {
        Err(_) | Ok(Verdict::Unproved(_)) => collide(context, &heads),
        Ok(_) => Vec::new(),
    };
    Ok(Some(Tried {
        content: record::content(project, &heads),
        collide,
        heads,
        base: line.parts_at.clone(),
        outcome,
        bridge,
    }))
}

/// Tries what a restack moves with what it goes on top of. How the order could be made no
/// matter is not asked: it is chosen.
pub fn restacked(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    restacking: &Restacking,
) -> Result<Vec<Tried>, Error> {
    let mut tried = Vec::new();
    for one in &restacking.moves {
        let heads: Vec<RevId> = one.heads.iter().chain([&one.onto]).cloned().collect();
        let lines = Lines::to(&project.graph, &heads);
        if lines.lines.iter().any(Vec::is_empty) {
            continue;
        }
        tried.push(Tried {
            outcome: outcome(context, project, database, &lines)?,
            content: record::content(project, &heads),
            base: project.graph.merge_bases(&heads),
            heads,
            bridge: None,
            collide: Vec::new(),
        });
    }
    Ok(tried)
}

/// What is pending here of one side was seen to fail after what runs here before it, where all
/// sides are applied as they are.
pub(super) fn fails_beside<'t>(state: &State, tried: &'t [Tried]) -> Option<&'t Failure> {
    let entries = state.ledger.entries.iter().map(|entry| &entry.revision);
    let applied = entries.filter(|id| state.applied.contains(*id));
    let runs: Vec<&RevId> = applied.chain(&state.pending).collect();
    let proved = tried.iter().filter_map(|one| one.outcome.as_ref().ok());
    let mut failures = proved
        .flat_map(Proved::failures)
        .filter(|failure| state.pending.contains(&failure.revision));
    failures.find(|failure| {
        let is_before = |id: &&RevId| **id != failure.revision;
        let before: BTreeSet<&RevId> = failure.order.iter().take_while(is_before).collect();
        let here = runs.iter().copied().take_while(is_before);
        before == here.filter(|id| failure.order.contains(id)).collect()
    })
}

fn outcome(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    lines: &Lines,
) -> Result<Result<Proved, Box<Error>>, Error> {
    match orders::prove_orders(context, database, false, project, lines) {
        Ok(proved) => Ok(Ok(proved)),
        Err(error @ (Error::NoScratch(_) | Error::NotReplayed(_))) => Ok(Err(Box::new(error))),
        Err(error) => Err(error),
    }
}

fn heads(line: &Line) -> Vec<RevId> {
    let heads = line.heads.iter();
    heads.map(|head| head.revision.clone()).collect()
}

/// What the scripts below heads collide at so that the order matters. Where they cannot be
/// compared they say nothing.
fn collide(context: &Context, heads: &[RevId]) -> Vec<Object> {
    let Ok(answer) = conflicts::conflicts(context, &conflicts::Ask::Heads) else {
        return Vec::new();
    };
    let within = |side: &conflicts::Side| side.heads.iter().all(|head| heads.contains(head));
    let pairs = answer.pairs.into_iter();
    let pairs = pairs.filter(|pair| within(&pair.left) && within(&pair.right));
    let mut objects: Vec<Object> = Vec::new();
    for one in pairs.flat_map(|pair| pair.collisions) {
        if matches!(one.clash, Clash::Order | Clash::Never) {
            for object in one.objects {
                if !objects.contains(&object) {
                    objects.push(object);
                }
            }
        }
    }
    objects
}

/// The first order whose outcome the other one can be brought to.
fn bridge(
    context: &Context,
    project: &Project,
    database: &mut dyn Database,
    line: &Line,
    lines: &Lines,
    orders: &[Vec<RevId>; 2],
) -> Result<Option<Bridge>, Error> {
    let dialect = database.dialect();
    let heads = heads(line);
    let apart: BTreeSet<&RevId> = orders.iter().flatten().collect();
    let mut below = project.graph.ancestors(&heads);
    below.retain(|id| !apart.contains(id));
    let below = project.graph.order(&below);
    let mut ran = Vec::with_capacity(2);
    for order in orders {
        let all = below.iter().rev().chain(order);
        let (steps, _) = replayed::of_files(context, project, all, dialect)?;
        let schema = walk(context, database, &steps, &[])?.states.swap_remove(0);
        ran.push((steps, schema));
    }
    // What `upgrade` leaves from nothing comes first: there the script has nothing to do.
    let apart = apart.into_iter().cloned().collect();
    let mut upgrade = project.graph.order(&apart);
    upgrade.reverse();
    let first = usize::from(upgrade == orders[1]);
    for (to, from) in [(first, 1 - first), (1 - first, first)] {
        let wanted = &ran[to].1;
        let Ok(way) = plan(&ran[from].1, wanted, &Decisions::default()) else {
            continue;
        };
        let [part] = way.parts.as_slice() else {
            continue;
        };
        let up = section(std::slice::from_ref(part));
        let revision = Revision::new(write::fresh_id(project), Vec::new());
        let body = Body {
            up: up.clone(),
            down: Some(way_back()),
        };
        let step = replayed::unwritten(context, project, &revision, &body, dialect)?;
        let mut holds = true;
        for (steps, _) in &ran {
            holds = holds && does(context, database, steps, &step, wanted)?;
        }
        if holds {
            let order = orders[to].clone();
            let differ = compare(&ran[from].1, wanted).differences;
            let mut alone = Vec::new();
            for own in &lines.lines {
                let all = lines.below.iter().chain(own);
                let (steps, _) = replayed::of_files(context, project, all, dialect)?;
                alone.push(walk(context, database, &steps, &[])?.states.swap_remove(0));
            }
            let keeps = keeps(&heads, &alone, wanted, &differ);
            let up = saying(line, &keeps, &up);
            return Ok(Some(Bridge { order, up, keeps }));
        }
    }
    Ok(None)
}

/// Whose change stays, object by object: that of the side that alone leaves it so.
fn keeps(heads: &[RevId], alone: &[Schema], wanted: &Schema, differ: &[Difference]) -> Vec<Keeps> {
    let others: Vec<Vec<Difference>> = alone
        .iter()
        .map(|schema| compare(schema, wanted).differences)
        .collect();
    let mut all: Vec<Keeps> = Vec::new();
    for one in differ {
        let same = heads
            .iter()
            .zip(&others)
            .filter(|(_, differ)| differ.iter().all(|other| other.id != one.id));
        let same: Vec<&RevId> = same.map(|(head, _)| head).collect();
        let keeps = Keeps {
            object: format!("{} {}", one.id.kind.name(), one.name),
            head: match same.as_slice() {
                [head] => Some((*head).clone()),
                _ => None,
            },
        };
        if !all.contains(&keeps) {
            all.push(keeps);
        }
    }
    all
}

/// The script with a comment that says whose change it keeps.
fn saying(line: &Line, keeps: &[Keeps], up: &Section) -> Section {
    let name = |id: &RevId| {
        let mut heads = line.heads.iter();
        let Some(head) = heads.find(|head| head.revision == *id) else {
            return id.to_string();
        };
        let author = head.commit.as_ref().map(|commit| &commit.author);
        let author = author.map_or_else(String::new, |author| format!(", by {author}"));
        format!("{id} ({}{author})", head.message)
    };
    let mut sql = "-- Brings databases that ran the other order to the same schema.\n".to_owned();
    for one in keeps {
        // Names and messages are somebody's: none of them ends the comment.
        let words = one.words(&name).replace(char::is_control, " ");
        let _ = writeln!(sql, "-- {words}.");
    }
    sql.push_str(&up.sql);
    Section { sql, ..up.clone() }
}

/// Whether a script, run after others, reaches a schema and loses no rows.
fn does(
    context: &Context,
    database: &mut dyn Database,
    history: &[Prepared],
    step: &Prepared,
    wanted: &Schema,
) -> Result<bool, Error> {
    let ask = Ask {
        history,
        steps: std::slice::from_ref(step),
        wanted: Some(wanted),
        leave_out: context.leave_out(),
        ..Ask::default()
    };
    let proof = prove(context, database, false, &ask)?;
    let found = proof.revisions.iter().flat_map(|one| &one.findings);
    // There is nothing to undo: its way back leaves what it reached.
    let bad = |found: &Found| !matches!(found, Found::NotBack(_));
    Ok(!found.into_iter().any(bad) && compare(wanted, &proof.after).is_equal())
}

/// The way back of a merge revision with a script: both orders have led there.
pub(super) fn way_back() -> Section {
    Section::sql("-- Both orders lead to this schema: there is nothing to undo.\nSELECT 1;\n")
}
