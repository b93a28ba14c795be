//! `teammig radar`

pub(super) mod words;

use serde_json::{Value, json};

use super::{
    Status,
    conflicts::objects,
    events::{names, plural},
    report, verdict,
};
use crate::{
    model::{
        merge::ConflictKind,
        radar::{Cluster, Kind, Verdict},
    },
    ui::{TextStyle, Ui, age},
    workflow::{
        Context, Error,
        orders::Prove,
        radar::{self, Against, Branch, Counts, Radar, Request},
    },
};

/// More branches than this that all collide with each other are counted, not listed.
const MOST_BRANCHES: usize = 12;
/// Branches are as old as the last fetch; more than this is worth a word.
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// Show which open branches will collide with mine, before anything is merged
///
/// Merges the migrations of every remote branch with mine in memory, uncommitted
/// revisions included, and tells what the merge would leave: several heads, an id
/// twice, a published revision that is edited, a conflict, scripts that collide. Needs no
/// database, writes nothing and never fetches. With --prove, scripts that collide are run in
/// both orders on a scratch database: what leaves the same either way is no collision.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  teammig radar                      which branches collide with mine
  teammig radar --at origin/feature  the same for another branch
  teammig radar --all                all branches, and which of them collide with each other
  teammig radar --prove              and try what collides, on a scratch database
  git fetch && teammig radar --ci    in CI, after a push to the main branch: a verdict for each branch

Exits with 3 where a branch collides, with 4 where one could not be judged")]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(super) struct Args {
    /// Leave out branches whose last commit is older than N days (0 = none)
    #[arg(long, value_name = "N", default_value_t = radar::DAYS)]
    days: u32,

    /// Show all branches, also those that are clean, and which of them collide with each other
    #[arg(long)]
    all: bool,

    /// Judge all open branches against the protected branch (or --at REF) instead of mine
    #[arg(long)]
    ci: bool,

    /// Look at the branches of this clone too, for example of other working trees
    #[arg(long)]
    local: bool,

    /// Run scripts that collide in both orders on a scratch database: that decides
    #[arg(long)]
    prove: bool,

    /// Make the scratch database on the server of a protected environment too
    #[arg(long, requires = "prove")]
    scratch_here: bool,
}

pub(super) fn run(ui: &mut Ui, context: &Context, args: &Args) -> Result<Status, Error> {
    let request = Request {
        days: args.days,
        all: args.all,
        ci: args.ci,
        local: args.local,
        side: None,
        scripts: true,
        prove: args.prove.then_some(Prove {
            here: args.scratch_here,
        }),
    };
    let radar = radar::radar(context, &request)?;
    let is = |verdict: Verdict| move |one: &&Branch| one.verdict == verdict;
    let unknown = radar.branches.iter().filter(is(Verdict::Unknown)).count();
    let clean = radar.branches.iter().filter(is(Verdict::Clean)).count();
    if ui.is_json() {
        ui.json(&document(&radar));
    } else {
        show(ui, context, &radar, &request);
    }
    talk(ui, context, &radar);
    Ok(
        if unknown > 0 || !radar.gaps.is_empty() || !is_tried(&radar) {
            Status::Unknown
        } else if clean < radar.branches.len() {
            Status::Attention
        } else {
            Status::Fine
        },
    )
}

/// All that was to be tried could be.
fn is_tried(radar: &Radar) -> bool {
    let mut branches = radar.branches.iter();
    radar.not_tried.is_none() && !branches.any(|one| matches!(one.proof, Some(Err(_))))
}

fn show(ui: &mut Ui, context: &Context, radar: &Radar, request: &Request) {
    let mine = &radar.mine;
    let not_clean = radar
        .branches
        .iter()
        .filter(|one| one.verdict != Verdict::Clean);
    let not_clean = not_clean.count();
    let unknown = radar.branches.iter();
    let unknown = unknown
        .filter(|one| one.verdict == Verdict::Unknown)
        .count();
    let not_judged = match unknown {
        0 => String::new(),
        n => format!(", {n} could not be judged"),
    };
    let judged = plural(radar.counts.judged, "open branch").replace("branchs", "branches");
    let name = ui.paint(&mine.name, &TextStyle::new().bold());
    if request.ci {
        ui.data(format!(
            "{name} at {}: {judged} with migrations, {}",
            &mine.commit.to_string()[..10],
            match not_clean {
                0 => "all clean".to_owned(),
                n => format!("{n} not clean"),
            }
        ));
    } else {
        let own = match (!radar.protected.is_empty(), mine.new_revisions.len()) {
            (false, _) => String::new(),
            (true, 0) => " (no revision of its own)".to_owned(),
            (true, n) => format!(" ({} of its own)", plural(n, "revision")),
        };
        let collide = match not_clean - unknown {
            0 => "none collides".to_owned(),
            1 => "1 collides".to_owned(),
            n => format!("{n} collide"),
        };
        ui.data(format!(
            "{name}{own}: {judged} with migrations, {collide}{not_judged}"
        ));
    }
    if mine.diverged {
        ui.warn(format!(
            "{} has several heads itself: {}",
            mine.name,
            names(&mine.heads)
        ));
    }
    for branch in &radar.branches {
        show_branch(ui, context, radar, branch);
    }
    if !radar.among.is_empty() {
        ui.data("");
        ui.data("Among each other, whatever lands first:");
        for cluster in &radar.among {
            show_cluster(ui, radar, cluster);
        }
    }
}

fn show_branch(ui: &mut Ui, context: &Context, radar: &Radar, branch: &Branch) {
    let style = match branch.verdict {
        Verdict::Clean => TextStyle::new().green(),
        Verdict::Unknown => TextStyle::new().yellow(),
        _ => TextStyle::new().red().bold(),
    };
    let verdict = ui.paint(&format!("{:<18}", branch.verdict.name()), &style);
    ui.data(format!(
        "  {verdict}  {}  {}, {}: {}",
        branch.refs.join(" = "),
        branch.commit.author,
        age::ago(branch.commit.time, context.now),
        branch.commit.summary
    ));
    let mut lines: Vec<String> = Vec::new();
    if let Some(why) = branch.unknown {
        lines.push(words::unknown(why, &radar.mine.name).0);
    }
    for one in &branch.collisions {
        let text = words::collision(&one.collision);
        lines.push(if one.with == radar.mine.name {
            text
        } else {
            format!("with {}: {text}", one.with)
        });
    }
    match &branch.proof {
        Some(Ok(proved)) => lines.push(verdict::line(proved)),
        Some(Err(error)) => lines.push(format!("not tried: {}", report::message(error))),
        None => {}
    }
    for line in lines {
        ui.data(format!("  {:<18}  {line}", ""));
    }
}

fn show_cluster(ui: &mut Ui, radar: &Radar, cluster: &Cluster) {
    let kind = ui.paint(
        &format!("{:<18}", cluster.kind.name()),
        &TextStyle::new().red(),
    );
    let groups: Vec<String> = cluster
        .groups
        .iter()
        .map(|group| {
            let refs = group.iter().filter_map(|at| radar.branches.get(*at));
            let refs: Vec<&str> = refs
                .filter_map(|one| Some(one.refs.first()?.as_str()))
                .collect();
            refs.join(" with ")
        })
        .collect();
    let shown = if groups.len() > MOST_BRANCHES && !ui.is_verbose() {
        let more = groups.len() - MOST_BRANCHES;
        format!(
            "{} and {more} more (-v lists them)",
            groups[..MOST_BRANCHES].join(", ")
        )
    } else {
        groups.join(", ")
    };
    ui.data(format!("  {kind}  {shown}"));
    ui.data(format!("  {:<18}  {}", "", words::cluster(cluster)));
}

/// What is no part of the answer.
fn talk(ui: &mut Ui, context: &Context, radar: &Radar) {
    if let Some(left_out) = words::left_out(&radar.counts) {
        ui.status(format!("left out: {left_out}"));
    }
    if let Some(fetched) = radar.fetched
        && context.now.as_second() - fetched.as_second() > SECONDS_OF_A_DAY
    {
        ui.warn(format!(
            "the remote branches are as they were fetched {}",
            age::ago(fetched, context.now)
        ));
        ui.hint("`git fetch --all --prune` brings them up to date");
    }
    for gap in &radar.gaps {
        let (message, hint) = words::gap(gap);
        ui.error(message);
        ui.hint(hint);
    }
    let failed = radar.branches.iter().filter_map(|one| one.proof.as_ref());
    for error in failed
        .filter_map(|proof| proof.as_ref().err())
        .chain(&radar.not_tried)
    {
        report::show_beside(ui, error);
    }
    let mut hints: Vec<&str> = Vec::new();
    for branch in &radar.branches {
        hints.extend(
            branch
                .unknown
                .map(|why| words::unknown(why, &radar.mine.name).1),
        );
        let own = branch
            .collisions
            .iter()
            .filter(|one| one.with == radar.mine.name);
        hints.extend(own.filter_map(|one| words::hint(&one.collision)));
    }
    let mut said: Vec<&str> = Vec::new();
    for hint in hints {
        if !said.contains(&hint) {
            said.push(hint);
            ui.hint(hint);
        }
    }
}

fn document(radar: &Radar) -> Value {
    let mine = &radar.mine;
    let Counts {
        judged,
        merged,
        old,
        untouched,
    } = radar.counts;
    json!({
        "schema": "teammig.radar/1",
        "evaluated": radar.gaps.is_empty() && is_tried(radar) && radar.branches.iter().all(is_read),
        "gaps": radar.gaps.iter().map(|gap| words::gap(gap).0).chain(radar.not_tried.iter().map(report::message)).collect::<Vec<_>>(),
        "mine": {
            "ref": mine.name,
            "commit": mine.commit.to_string(),
            "heads": mine.heads,
            "new_revisions": mine.new_revisions,
            "uncommitted": mine.uncommitted,
            "diverged": mine.diverged,
        },
        "protected": radar.protected.first(),
        "protected_refs": radar.protected,
        "fetched_at": radar.fetched.map(|at| at.to_string()),
        "counts": { "judged": judged, "merged": merged, "old": old, "untouched": untouched },
        "branches": radar.branches.iter().map(|one| branch(one, &mine.name)).collect::<Vec<_>>(),
        "among": radar.among.iter().map(|one| cluster(one, radar)).collect::<Vec<_>>(),
    })
}

/// All that the verdict is about could be judged.
fn is_read(branch: &Branch) -> bool {
    let mut collisions = branch.collisions.iter();
    branch.unknown.is_none() && !collisions.any(|one| one.collision.kind == Kind::UnreadStatement)
}

/// Why it is not known what it does.
fn reason(branch: &Branch, mine: &str) -> Option<String> {
    if let Some(why) = branch.unknown {
        return Some(words::unknown(why, mine).0);
    }
    let unread = |one: &&Against| one.collision.kind == Kind::UnreadStatement;
    let is_unknown = branch.verdict == Verdict::Unknown;
    let first = branch
        .collisions
        .iter()
        .find(unread)
        .filter(|_| is_unknown)?;
    Some(words::collision(&first.collision))
}

/// A branch, judged against `mine`.
pub(super) fn branch(branch: &Branch, mine: &str) -> Value {
    json!({
        "ref": branch.refs.first(),
        "refs": branch.refs,
        "commit": branch.commit.id.to_string(),
        "author": branch.commit.author,
        "date": branch.commit.time.to_string(),
        "summary": branch.commit.summary,
        "new_revisions": branch.new_revisions,
        "verdict": branch.verdict.name(),
        "reason": reason(branch, mine),
        "collisions": branch.collisions.iter().map(collision).collect::<Vec<_>>(),
        "proof": branch.proof.as_ref().map(|proof| match proof {
            Ok(proved) => verdict::document(proved),
            Err(error) => json!({ "verdict": "unproved", "message": report::message(error) }),
        }),
    })
}

fn collision(one: &Against) -> Value {
    let Against { with, collision } = one;
    json!({
        "kind": collision.kind.name(),
        "with": with,
        "revisions": collision.revisions,
        "objects": objects(&collision.objects),
        "parts_at": collision.parts_at,
        "paths": collision.paths.iter().map(|path| &**path).collect::<Vec<_>>(),
        "conflict": collision.conflict.map(ConflictKind::name),
        "message": words::collision(collision),
    })
}

fn cluster(cluster: &Cluster, radar: &Radar) -> Value {
    let refs = |group: &Vec<usize>| -> Vec<&String> {
        let branches = group.iter().filter_map(|at| radar.branches.get(*at));
        branches.filter_map(|one| one.refs.first()).collect()
    };
    json!({
        "kind": cluster.kind.name(),
        "groups": cluster.groups.iter().map(refs).collect::<Vec<_>>(),
        "revisions": cluster.revisions,
        "objects": objects(&cluster.objects),
        "paths": cluster.paths.iter().map(|path| &**path).collect::<Vec<_>>(),
        "message": words::cluster(cluster),
    })
}
