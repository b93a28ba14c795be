//! `teammig conflicts`

pub(super) mod words;

use serde_json::{Value, json};

use super::{
    Status,
    create::show_findings,
    events::{names, plural},
    json,
    merge_heads::{origin, whose_name},
};
use crate::{
    model::{conflict::Clash, footprint::Object},
    ui::{TextStyle, Ui},
    workflow::{
        Context, Error,
        conflicts::{Answer, Ask, Collision, Pair, Side, Statement, Unknown, conflicts},
        divergence::Whose,
    },
};

/// Show what two lines of revisions do to each other: the statements that collide
///
/// Reads the scripts of both sides, from where they part, and says which statements touch
/// the same objects so that it matters which runs first, or that both cannot run. Without
/// arguments these are the heads, each with each. Needs no database and tries nothing:
/// what it finds is a hint, by objects and statements, and what it does not find is no
/// proof.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig conflicts                        the heads that are here
  teammig conflicts --with origin/feature  what is here, and what another branch has
  teammig conflicts 7f3a 51be              two revisions, each with what only it builds on

Exits with 3 where the order matters or both cannot be applied, with 4 where a statement
could not be read and nothing else was found")]
pub(super) struct Args {
    /// Two revisions
    #[arg(value_name = "REV", num_args = 2, conflicts_with = "with")]
    revisions: Vec<String>,

    /// Compare what is here with a branch or any other commit
    #[arg(long, value_name = "REF")]
    with: Option<String>,
}

impl Args {
    fn ask(&self) -> Ask {
        match (&self.with, self.revisions.as_slice()) {
            (Some(name), _) => Ask::With(name.clone()),
            (None, [left, right]) => Ask::Between(left.clone(), right.clone()),
            (None, _) => Ask::Heads,
        }
    }
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let answer = conflicts(context, &args.ask())?;
    let files = show_findings(ui, &answer.project);
    if ui.is_json() {
        ui.json(&document(&answer));
    } else {
        show(ui, context, &answer);
    }
    Ok(match status(&answer) {
        Status::Fine => files,
        status => status,
    })
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

fn show(ui: &mut Ui, context: &Context, answer: &Answer) {
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
    }
    let mut said: Vec<String> = Vec::new();
    for hint in answer.pairs.iter().flat_map(words::hints) {
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
    ui.data(format!("  {}", words::verdict(pair)));
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

fn document(answer: &Answer) -> Value {
    let clash = answer.pairs.iter().map(Pair::clash).max();
    let mut all: Vec<&Object> = Vec::new();
    for one in answer.pairs.iter().flat_map(|pair| &pair.collisions) {
        for object in &one.objects {
            if !all.contains(&object) {
                all.push(object);
            }
        }
    }
    json!({
        "schema": "teammig.conflicts/1",
        // Scripts alone are no proof of either.
        "verdict": "unproved",
        "clash": clash.unwrap_or(Clash::None).name(),
        "evaluated": answer.pairs.iter().all(Pair::is_read),
        "dialects": answer.dialects.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "objects": objects(all),
        "orders": [],
        "pairs": answer.pairs.iter().map(pair).collect::<Vec<_>>(),
        "stops": answer.stops.iter().map(crate::model::merge::Conflict::words).collect::<Vec<_>>(),
        "findings": json::findings(&answer.project),
    })
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
