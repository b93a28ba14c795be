//! Several heads, and who made each: that is whom to talk to.

use std::collections::HashMap;

use super::sides::Sides;
use crate::{
    git::CommitInfo,
    model::{Finding, RevId, Rule},
    workflow::{Context, Error},
};

/// Every line of the result that has several heads.
pub(super) fn diverged(context: &Context, sides: &Sides) -> Result<Vec<Finding>, Error> {
    let lines = sides.after.graph.diverged_lines();
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let makers = makers(context, sides, &lines)?;
    Ok(lines
        .iter()
        .map(|heads| finding(context, sides, heads, &makers))
        .collect())
}

/// The commit that brought each head, by its file.
fn makers(
    context: &Context,
    sides: &Sides,
    lines: &[Vec<RevId>],
) -> Result<HashMap<String, CommitInfo>, Error> {
    let repo = context.repo()?;
    let paths: Vec<&str> = lines
        .iter()
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

/// What to do about heads of which so many were there before.
fn help(sides: &Sides, old: usize, all: usize) -> String {
    let base = sides.base.as_ref().map_or("HEAD", |(name, _)| name);
    if old == all && !sides.is_base {
        format!("who works on {base} joins them there: `teammig merge-heads`")
    } else if old > 0 && old < all && sides.merged {
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
