//! Several heads, and who made each: that is whom to talk to.

use std::collections::HashMap;

use super::sides::Sides;
use crate::{
    git::CommitInfo,
    model::{Finding, RevId, Rule},
    workflow::{Context, Error},
};

/// Lines of the result that have several heads.
#[derive(Debug, Default)]
pub(super) struct Diverged {
    /// Those that were apart on the other side already.
    pub(super) old: Vec<Finding>,
    /// The others.
    pub(super) new: Vec<Finding>,
}

/// Every line of the result that has several heads.
pub(super) fn diverged(context: &Context, sides: &Sides) -> Result<Diverged, Error> {
    let (old, new) = sides.after.graph.diverged_since(&sides.before.graph);
    if old.is_empty() && new.is_empty() {
        return Ok(Diverged::default());
    }
    let makers = makers(context, sides, old.iter().chain(&new))?;
    let all = |lines: &[Vec<RevId>], is_old: bool| {
        let one = |heads: &Vec<RevId>| finding(context, sides, heads, is_old, &makers);
        lines.iter().map(one).collect()
    };
    Ok(Diverged {
        old: all(&old, true),
        new: all(&new, false),
    })
}

/// The commit that brought each head, by its file.
fn makers<'a>(
    context: &Context,
    sides: &Sides,
    lines: impl Iterator<Item = &'a Vec<RevId>>,
) -> Result<HashMap<String, CommitInfo>, Error> {
    let repo = context.repo()?;
    let paths: Vec<&str> = lines
        .flatten()
        .filter_map(|id| sides.after.migration(id.as_str()))
        .map(|migration| &*migration.file.path)
        .collect();
    let mut makers = HashMap::new();
    let base = sides.base.as_ref().map(|(_, commit)| *commit);
    for tip in base.into_iter().chain(sides.commit) {
        makers.extend(repo.introduced(tip, &context.prefix()?, &paths)?);
    }
    Ok(makers)
}

/// The base was merged here already, by whoever works on this branch. (A merge without a
/// branch was made by a forge, and nobody can go on from it.)
fn is_merged_here(context: &Context, sides: &Sides) -> bool {
    let head = context.repo().and_then(|repo| Ok(repo.head()?));
    sides.is_ahead && head.is_ok_and(|head| head.branch().is_some())
}

/// What to do about heads of which so many were there before, in a line that may have been
/// apart then.
fn help(sides: &Sides, merged_here: bool, line_is_old: bool, old: usize, all: usize) -> String {
    let base = sides.base.as_ref().map_or("HEAD", |(name, _)| name);
    if line_is_old && !sides.is_base {
        format!("who works on {base} joins them there: `teammig merge-heads`")
    } else if old > 0 && old < all && sides.merged && !merged_here {
        format!(
            "`git merge {base}` here, then `teammig sync`: it puts yours on top of theirs, or joins the heads"
        )
    } else if old > 0 {
        "`teammig sync` puts yours on top of theirs, or joins the heads with a merge revision"
            .to_owned()
    } else {
        "`teammig rebase` puts one on top of the other, `teammig merge-heads` joins them".to_owned()
    }
}

fn finding(
    context: &Context,
    sides: &Sides,
    heads: &[RevId],
    line_is_old: bool,
    makers: &HashMap<String, CommitInfo>,
) -> Finding {
    let is_old = |id: &&RevId| sides.before.migration(id.as_str()).is_some();
    let base = sides.base.as_ref().map_or("HEAD", |(name, _)| name);
    // Mine come first: those are the ones that I can do something about.
    let mut sorted: Vec<&RevId> = heads.iter().collect();
    sorted.sort_by_key(is_old);
    let maker = |id: &RevId| {
        let migration = sides.after.migration(id.as_str())?;
        makers.get(&*migration.file.path)
    };
    let words = |id: &&RevId| match (maker(id), is_old(id)) {
        (Some(commit), true) => format!("{id} by {} on {base}", commit.author),
        (Some(commit), false) => format!("{id} by {}", commit.author),
        (None, true) => format!("{id} on {base}"),
        (None, false) => format!("{id} (not committed)"),
    };
    let all: Vec<String> = sorted.iter().map(words).collect();
    let parts_at = sides.after.graph.merge_bases(heads);
    let parts_at = match parts_at.as_slice() {
        [] => String::new(),
        ids => format!(
            "; they part at {}",
            ids.iter().map(RevId::as_str).collect::<Vec<_>>().join(", ")
        ),
    };
    let there_are = if sides.merged {
        format!("merged with {base} there would be")
    } else {
        "there are".to_owned()
    };
    let mut finding = Finding::error(
        Rule::DivergedHeads,
        format!(
            "{there_are} {} heads: {}{parts_at}",
            heads.len(),
            all.join(" and ")
        ),
    )
    .help(help(
        sides,
        is_merged_here(context, sides),
        line_is_old,
        heads.iter().filter(is_old).count(),
        heads.len(),
    ));
    for (n, id) in sorted.iter().enumerate() {
        if let Some(migration) = sides.after.migration(id.as_str()) {
            let span = context.layout().locate(migration, "parents", "");
            let label = sides.after.message(id);
            finding = if n == 0 {
                finding.at(&migration.file, span, label).about(id)
            } else {
                finding.see(&migration.file, span, label)
            };
        }
    }
    finding
}
