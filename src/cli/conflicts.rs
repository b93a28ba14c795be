//! `teammig conflicts`

pub(super) mod words;

use serde_json::{Value, json};

use super::{
    Status,
    create::show_findings,
    events::{names, plural},
    json,
    merge_heads::{origin, whose_name},
    verdict,
};
use crate::{
    model::{conflict::Clash, footprint::Object, verdict::Verdict},
    ui::{TextStyle, Ui},
    workflow::{
        Context, Error,
        conflicts::{Answer, Ask, Collision, Pair, Side, Statement, Unknown, conflicts},
        divergence::Whose,
        orders::{Proved, prove_parting},
    },
};

/// Show what two lines of revisions do to each other: the statements that collide
///
/// Reads the scripts of both sides, from where they part, and says which statements touch
/// the same objects so that it matters which runs first, or that both cannot run. Without
/// arguments these are the heads, each with each. Needs no database and tries nothing:
/// what it finds is a hint, by objects and statements, and what it does not find is no
/// proof. With --prove both orders are run on a scratch database, and what each leaves is
/// compared: that decides.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig conflicts                        the heads that are here
  teammig conflicts --with origin/feature  what is here, and what another branch has
  teammig conflicts 7f3a 51be              two revisions, each with what only it builds on
  teammig conflicts --prove                and run in both orders, on a scratch database

Exits with 3 where the order matters or both cannot be applied, with 4 where a statement
could not be read and nothing else was found; with --prove, with 3 where the order matters
or fails when it is tried, with 4 where that proves nothing")]
pub(super) struct Args {
    /// Two revisions
    #[arg(value_name = "REV", num_args = 0..=2)]
    revisions: Vec<String>,

    /// Compare what is here with a branch or any other commit
    #[arg(long, value_name = "REF")]
    with: Option<String>,

    /// Run both orders on a scratch database, and compare what they leave
    #[arg(long)]
    prove: bool,

    /// Make the scratch database on the server of a protected environment too
    #[arg(long, requires = "prove")]
    scratch_here: bool,
}

impl Args {
    fn ask(&self) -> Result<Ask, Error> {
        match (&self.with, self.revisions.as_slice()) {
            (Some(name), []) => Ok(Ask::With(name.clone())),
            (Some(name), [revision, ..]) => Err(Error::Usage(format!(
                "`--with {name}` compares all that is here with {name}, so it takes no revision beside it: leave \
                 {revision} out, or name two revisions that both are here (`teammig conflicts {revision} OTHER`)"
            ))),
            (None, [left, right]) => Ok(Ask::Between(left.clone(), right.clone())),
            (None, [one]) => Err(Error::Usage(format!(
                "with what is {one} to be compared? Name a second revision (`teammig conflicts {one} OTHER`), or a \
                 branch (`teammig conflicts --with BRANCH`)"
            ))),
            (None, _) => Ok(Ask::Heads),
        }
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let answer = conflicts(context, &args.ask()?)?;
    let files = show_findings(ui, &answer.project);
    let proofs = if args.prove {
        prove(context, args.scratch_here, &answer)?
    } else {
        Vec::new()
    };
    if ui.is_json() {
        ui.json(&document(&answer, &proofs));
    } else {
        show(ui, context, &answer, &proofs);
    }
    let status = match proofs.as_slice() {
        [] => status(&answer),
        proofs => proved_status(proofs),
    };
    Ok(match status {
        Status::Fine => files,
        status => status,
    })
}

/// A proof for each of the pairs that have two orders.
type Proofs = Vec<Option<Proved>>;

fn prove(context: &Context, here: bool, answer: &Answer) -> Result<Proofs, Error> {
    let pairs = answer.pairs.iter();
    pairs
        .map(|pair| prove_parting(context, here, &answer.project, &pair.parting))
        .collect()
}

fn proved_status(proofs: &[Option<Proved>]) -> Status {
    let verdicts = || proofs.iter().flatten().map(|proved| &proved.verdict);
    if verdicts().any(|one| matches!(one, Verdict::OrderMatters(_) | Verdict::Fails(_))) {
        Status::Attention
    } else if verdicts().all(|one| *one == Verdict::Independent) {
        Status::Fine
    } else {
        Status::Unknown
    }
}

fn status(answer: &Answer) -> Status {
    if answer.pairs.iter().any(|pair| pair.clash().is_serious()) {
        Status::Attention
    } else if answer.pairs.iter().all(Pair::is_read) {
        Status::Fine
    } else {
        Status::Unknown
    }
}

fn show(ui: &mut Ui, context: &Context, answer: &Answer, proofs: &[Option<Proved>]) {
    if answer.assumed && !answer.pairs.is_empty() {
        ui.warn("for which database the scripts are is not known: they were read as PostgreSQL's");
        ui.hint("give an environment a URL that is known here, or DATABASE_URL");
    }
    for conflict in &answer.stops {
        ui.warn(format!(
            "Git itself would stop: {}; yours was looked at",
            conflict.words()
        ));
    }
    if answer.pairs.is_empty() {
        ui.status(match answer.project.graph.heads().len() {
            0 => "there is no revision".to_owned(),
            _ => "there is one head: no two lines to compare".to_owned(),
        });
    }
    for (at, pair) in answer.pairs.iter().enumerate() {
        if at > 0 {
            ui.data("");
        }
        show_pair(ui, context, answer, pair);
        match proofs.get(at) {
            Some(Some(proved)) => {
                let met = pair.collisions.iter();
                let told: Vec<_> = met
                    .flat_map(|one| [&one.left.place, &one.right.place])
                    .collect();
                verdict::show(ui, proved, &told);
            }
            // Where the graph has an order, or nothing was tried, the scripts have the word.
            _ => ui.data(format!("  {}", words::verdict(pair))),
        }
    }
    let mut said: Vec<String> = Vec::new();
    let hints: Vec<String> = if proofs.is_empty() {
        answer.pairs.iter().flat_map(words::hints).collect()
    } else {
        proofs.iter().flatten().filter_map(verdict::hint).collect()
    };
    for hint in hints {
        if !said.contains(&hint) {
            ui.hint(&hint);
            said.push(hint);
        }
    }
}

fn show_pair(ui: &mut Ui, context: &Context, answer: &Answer, pair: &Pair) {
    let apart = match pair.parts_at.as_slice() {
        _ if pair.parting.is_ordered() => String::new(),
        [] => ", without a common ancestor".to_owned(),
        parts => format!(", they part at {}", names(parts)),
    };
    ui.data(format!(
        "{} and {}{apart}",
        side(ui, answer, &pair.left),
        side(ui, answer, &pair.right)
    ));
    for one in &pair.collisions {
        let style = match one.clash {
            Clash::Possible | Clash::None => TextStyle::new().yellow(),
            Clash::Order | Clash::Never => TextStyle::new().red().bold(),
        };
        let clash = ui.paint(one.clash.words(), &style);
        ui.data(format!("  {clash}: {}", words::objects(&one.objects)));
        for statement in [&one.left, &one.right] {
            show_statement(ui, context, statement);
        }
    }
    let is_verbose = ui.is_verbose();
    let told = |one: &&Unknown| !one.opaque || is_verbose;
    for one in pair.unknown.iter().filter(told) {
        let what = ui.paint(words::unknown(one.opaque), &TextStyle::new().yellow());
        let place = words::place(&one.statement);
        ui.data(format!("  {what}: {} {place}", one.revision));
        let text = words::excerpt(&one.statement, is_verbose);
        ui.data_lines(&indented(&text));
    }
    for remark in &pair.remarks {
        ui.detail(format!("{remark} (means nothing)"));
    }
}

/// A side by its branch, or by the revision with its message.
fn side(ui: &Ui, answer: &Answer, side: &Side) -> String {
    match side.heads.as_slice() {
        [head] if head.as_str() == side.name => {
            let message = answer.project.message(head);
            format!("{} {message}", ui.id(head.as_str()))
                .trim_end()
                .to_owned()
        }
        _ => ui.paint(&side.name, &TextStyle::new().bold()),
    }
}

fn show_statement(ui: &mut Ui, context: &Context, one: &Statement) {
    let origin = origin(&one.whose, one.commit.as_ref(), context);
    let whose = match (&one.whose, &one.branch) {
        (Whose::Uncommitted | Whose::NotPublished, Some(branch)) => format!("{branch}, {origin}"),
        _ => origin,
    };
    let whose = ui.dim(&whose);
    ui.data(format!(
        "    {} {} it   {}   {whose}",
        ui.id(one.revision.as_str()),
        one.act.verb(),
        words::place(&one.place),
    ));
    let text = words::excerpt(&one.place, ui.is_verbose());
    ui.data_lines(&indented(&text));
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("      {line}")).collect();
    lines.join("\n")
}

fn document(answer: &Answer, proofs: &[Option<Proved>]) -> Value {
    let clash = answer.pairs.iter().map(Pair::clash).max();
    let mut all: Vec<&Object> = Vec::new();
    for one in answer.pairs.iter().flat_map(|pair| &pair.collisions) {
        for object in &one.objects {
            if !all.contains(&object) {
                all.push(object);
            }
        }
    }
    let with_proof = |(at, one): (usize, &Pair)| {
        let mut document = pair(one);
        let proof = proofs.get(at).and_then(Option::as_ref);
        if let Some(proved) = proof {
            document["message"] = json!(verdict::sentence(proved));
            document["proof"] = verdict::document(proved);
        }
        document
    };
    let pairs: Vec<Value> = answer.pairs.iter().enumerate().map(with_proof).collect();
    json!({
        "schema": "teammig.conflicts/1",
        // Scripts alone are no proof of either.
        "verdict": worst(proofs),
        "clash": clash.unwrap_or(Clash::None).name(),
        "evaluated": answer.pairs.iter().all(Pair::is_read),
        "dialects": answer.dialects.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "objects": objects(all),
        "orders": proofs.iter().flatten().flat_map(verdict::orders).collect::<Vec<_>>(),
        "pairs": pairs,
        "stops": answer.stops.iter().map(crate::model::merge::Conflict::words).collect::<Vec<_>>(),
        "findings": json::findings(&answer.project),
    })
}

/// The worst that proofs say, in the words of the contract.
fn worst(proofs: &[Option<Proved>]) -> &'static str {
    let words: Vec<&str> = proofs
        .iter()
        .flatten()
        .map(|one| one.verdict.word())
        .collect();
    let order = ["fails", "order-matters", "unproved", "independent"];
    let mut order = order.into_iter();
    order
        .find(|word| words.contains(word))
        .unwrap_or("unproved")
}

/// Two sides, with what they do to each other.
pub(super) fn pair(pair: &Pair) -> Value {
    let side = |side: &Side, revisions: &[_]| json!({ "name": side.name, "heads": side.heads, "revisions": revisions });
    json!({
        "left": side(&pair.left, &pair.parting.left),
        "right": side(&pair.right, &pair.parting.right),
        "parts_at": pair.parts_at,
        "clash": pair.clash().name(),
        "evaluated": pair.is_read(),
        "collisions": pair.collisions.iter().map(collision).collect::<Vec<_>>(),
        "remarks": pair.remarks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "unknown": pair.unknown.iter().map(unknown).collect::<Vec<_>>(),
        "message": words::verdict(pair),
    })
}

fn collision(one: &Collision) -> Value {
    json!({
        "clash": one.clash.name(),
        "objects": objects(&one.objects),
        "left": statement(&one.left),
        "right": statement(&one.right),
        "message": format!("{}: {}", one.clash.words(), words::objects(&one.objects)),
    })
}

/// Objects, for programs.
pub(super) fn objects<'o>(objects: impl IntoIterator<Item = &'o Object>) -> Value {
    let each = objects
        .into_iter()
        .map(|object| json!({ "kind": object.kind.word(), "name": object.path() }));
    each.collect()
}

fn statement(one: &Statement) -> Value {
    let position = json::position(&one.place);
    let commit = one.commit.as_ref();
    json!({
        "revision": one.revision,
        "path": &*one.place.file.path,
        "line": position.0,
        "column": position.1,
        "statement": words::text(&one.place),
        "act": one.act.verb(),
        "whose": whose_name(&one.whose),
        "branch": one.branch,
        "author": commit.map(|commit| &commit.author),
        "commit": commit.map(|commit| commit.id.to_string()),
        "date": commit.map(|commit| commit.time.to_string()),
    })
}

fn unknown(one: &Unknown) -> Value {
    let position = json::position(&one.statement);
    json!({
        "revision": one.revision,
        "path": &*one.statement.file.path,
        "line": position.0,
        "column": position.1,
        "statement": words::text(&one.statement),
        "opaque": one.opaque,
        "message": words::unknown(one.opaque),
    })
}

/// How many statements were not read, in words.
fn unread(pair: &Pair) -> String {
    let unread = pair.unknown.iter().filter(|one| !one.opaque).count();
    plural(unread, "statement")
}
