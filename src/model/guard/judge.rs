//! What a change does to what is fixed.

use std::collections::BTreeMap;

use super::{
    Evidence, Fixed, Reading,
    case::{Case, Refused},
    words::{self, Change},
};
use crate::model::{
    finding::{Finding, Rule},
    migration::{Checksum, Migration},
    options::Options,
    project::Project,
    revision::{Amended, RevId},
    way_back::NoWayBack,
};

/// Judges the step from `before` (what is committed) to `after` (what would be).
///
/// Only what the step changes is judged: a branch that is merely behind is no
/// edit, and going back to what was published or applied is none either. What the way
/// back alone differs in, and what was decided on purpose, is said and stops nothing.
pub fn judge(
    before: &Project,
    after: &Project,
    fixed: &[Fixed],
    reading: &dyn Reading,
) -> Vec<Finding> {
    by_revision(fixed)
        .into_iter()
        .flat_map(
            |(id, fixed)| match Case::of(before, after, id, &fixed, reading) {
                Some(case) => changed(&case),
                None => deleted(before, after, id, &fixed, reading)
                    .into_iter()
                    .collect(),
            },
        )
        .collect()
}

/// What is known of each revision; what is published binds everybody and comes first.
pub(super) fn by_revision(fixed: &[Fixed]) -> BTreeMap<&RevId, Vec<&Fixed>> {
    let mut all: BTreeMap<&RevId, Vec<&Fixed>> = BTreeMap::new();
    for one in fixed {
        all.entry(&one.revision).or_default().push(one);
    }
    for fixed in all.values_mut() {
        fixed.sort_by_key(|one| !matches!(one.evidence, Evidence::Published { .. }));
    }
    all
}

fn deleted(
    before: &Project,
    after: &Project,
    id: &RevId,
    fixed: &[&Fixed],
    reading: &dyn Reading,
) -> Option<Finding> {
    let old = before.migration(id.as_str())?;
    let mut findings = after.findings.iter();
    let unreadable = findings.find(|finding| {
        finding.rule == Rule::UnreadableRevision
            && finding
                .place
                .as_ref()
                .is_some_and(|place| place.file.path == old.file.path)
    });
    // A file that cannot be read now is reported as such, unless that stops nobody here.
    if unreadable.is_some_and(|finding| reading.is_error(finding)) {
        return None;
    }
    let renamed = after
        .migrations
        .values()
        .find(|new| new.file.path == old.file.path);
    let what = match renamed {
        Some(new) => format!("{id} is gone: its file has the id {} now", new.revision.id),
        None if unreadable.is_some() => {
            format!("{id} is gone: its file cannot be read as a revision now")
        }
        None => format!("{id} is deleted"),
    };
    let help = words::help(
        fixed,
        Change::Deleted,
        &words::restore(&reading.restored(&old.file.path), None),
    );
    Some(
        Finding::error(
            Rule::DeletedRevision,
            format!("{what}, and it was {}", words::evidence(fixed)),
        )
        .at(&old.file, 0..0, "")
        .about(id)
        .help(help),
    )
}

fn changed(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(scripts(case));
    found.extend(edges(case));
    found.extend(amendments(case));
    found
}

fn scripts(case: &Case<'_>) -> Option<Finding> {
    let has = |content: &_| case.has_scripts(content);
    if !case.changes_scripts() || case.is_known(has) {
        return None;
    }
    let id = case.id;
    let was = words::evidence(case.fixed);
    let start = case.new.up.span.start;
    let recorded = case.recorded_scripts();
    let options = case.options_changed();
    let options = options.map_or(String::new(), |what| {
        format!("; its options changed: {what}")
    });
    let finding = if case.only_down() {
        let on_purpose = case.new.no_way_back() == Some(NoWayBack::OnPurpose);
        let no_way_back = if on_purpose {
            "; irreversible was added"
        } else {
            ""
        };
        let down = case.new.down_marker.clone().unwrap_or(start..start);
        let then = if recorded.is_some() {
            "this is recorded in its header"
        } else {
            "where its way up is what ran, databases are rolled back with the new way back from now on"
        };
        return Some(
            Finding::warning(
                Rule::EditedDown,
                format!("{id} has another way back than when it was {was}{no_way_back}{options}"),
            )
            .at(&case.new.file, down, "")
            .about(id)
            .help(then),
        );
    } else if let Some(reason) = recorded {
        Finding::warning(
            Rule::EditedRevision,
            format!("{id} is edited on purpose, and it was {was}{options}: {reason}"),
        )
        .at(&case.new.file, amended_at(case), "the decision")
        .help(words::RECORDED)
    } else if case.is_unclear() {
        unclear(case).at(
            &case.new.file,
            start..start,
            "its scripts differ from there",
        )
    } else {
        let (at, label) = if case.is_known(|content| case.has_text(content)) {
            (case.new.up_marker(), "")
        } else {
            (start..start, "its scripts differ from then")
        };
        Finding::error(
            Rule::EditedRevision,
            format!("{id} is edited, and it was {was}{options}"),
        )
        .at(&case.new.file, at, label)
        .help(words::of_case(case, Change::Edited))
    };
    Some(finding.about(id))
}

fn edges(case: &Case<'_>) -> Option<Finding> {
    let has = |content: &_| case.has_edges(content);
    // As long as nobody else has it, it may stand where it likes.
    let bound = case.counts.iter().any(|one| one.evidence.binds());
    if !bound || !case.changes_edges() || case.is_known(has) {
        return None;
    }
    let id = case.id;
    let was = words::evidence(case.fixed);
    let mut contents = case.counts.iter().flat_map(|one| one.contents());
    let key = if contents.any(|content| content.parents == case.new.revision.parents) {
        "depends_on"
    } else {
        "parents"
    };
    let span = case.reading.locate(case.after, id, key, "");
    let what = match key {
        "parents" => format!("{id} has other parents than when it was {was}"),
        _ => format!("{id} depends on others than when it was {was}"),
    };
    let recorded = case.recorded_edges();
    let finding = if recorded.is_none() && case.is_unclear() {
        unclear(case)
    } else if let Some(refused) = case.refused() {
        let why = match &refused {
            // That is what the sentence begins with.
            Refused::Deployed(_) => "; it runs where no decision can move it any more".to_owned(),
            other => format!(", and {}, which no decision can allow", other.words()),
        };
        Finding::error(Rule::ReparentedRevision, format!("{what}{why}"))
            .help(words::of_case(case, Change::Refused))
    } else if let Some(reason) = recorded {
        Finding::warning(
            Rule::ReparentedRevision,
            format!("{what}, on purpose: {reason}"),
        )
        .help(words::RECORDED_EDGES)
    } else {
        Finding::error(Rule::ReparentedRevision, what)
            .help(words::of_case(case, Change::Reparented))
    };
    Some(finding.at(&case.new.file, span, "").about(id))
}

/// It differs from what the ref has, and whether it went back to what was first there is
/// not known: neither fine nor an edit.
fn unclear(case: &Case<'_>) -> Finding {
    let id = case.id;
    let was = words::evidence(case.fixed);
    Finding::error(
        Rule::NotEvaluated,
        format!(
            "whether {id} is edited cannot be said: it was {was}; history does not reach back to where it was \
             first published"
        ),
    )
    .help("`git fetch --unshallow` brings the rest of the history (in CI: `fetch-depth: 0`)")
}

/// The decisions that the step adds have to be about something that was. A database may have
/// it as it is now already, since `sync` recorded the decision there: what it had before is
/// nowhere any more.
fn amendments(case: &Case<'_>) -> Vec<Finding> {
    let gone = removed(case);
    if !gone.is_empty() {
        // What stands in its place is put right with it.
        return gone;
    }
    let contents = case.fixed.iter().flat_map(|one| one.contents());
    let mut known: Vec<Checksum> = contents.map(|content| content.checksum).collect();
    known.extend(case.reading.checksum(case.before, case.id));
    let is_recorded = |one: &Fixed| {
        matches!(one.evidence, Evidence::Applied { .. }) && Some(one.content.checksum) == case.now
    };
    let bound = |one: &&&Fixed| one.evidence.binds() && !is_recorded(one);
    let Some(should) = case
        .counts
        .iter()
        .find(bound)
        .filter(|_| !case.is_unclear())
    else {
        return Vec::new();
    };
    // What is published with a decision in it was judged when that was made.
    let is_theirs = |entry: &&Amended| {
        let mut contents = case.fixed.iter().flat_map(|one| one.contents());
        contents.any(|content| content.amended.contains(entry))
    };
    // What is remembered of a database may be from before its options were.
    let had_options = |options: Options| {
        let mut contents = case.fixed.iter().flat_map(|one| one.contents());
        let committed = case.old.map(Migration::options);
        committed == Some(options)
            || contents.any(|content| content.options.is_none_or(|had| had == options))
    };
    let mut wrong = Vec::new();
    for entry in case.added().filter(|entry| !is_theirs(entry)) {
        let evidence = should.evidence.words();
        if !known.iter().any(|checksum| entry.covers(checksum)) {
            let what = format!("`was: {}`", entry.was);
            let help = format!(
                "it was {evidence} with {}: write that, or let `teammig amend` write it",
                case.bridged(should).checksum.short()
            );
            let label = "no checksum of its scripts begins so";
            wrong.push(wrong_amendment(case, &entry.was, &what, label).help(help));
        } else if let Some(options) = entry.options.filter(|options| !had_options(*options)) {
            let (word, what) = (options.to_string(), format!("`options: {options}`"));
            let help = match should.content.options {
                Some(had) => format!(
                    "it was {evidence} with `{had}`: write that, or let `teammig amend` write it"
                ),
                None => "let `teammig amend` write it".to_owned(),
            };
            wrong.push(wrong_amendment(case, &word, &what, "its markers never said so").help(help));
        }
    }
    wrong
}

/// Published decisions that the step takes out: databases that have what was before go by
/// them.
fn removed(case: &Case<'_>) -> Vec<Finding> {
    let finding = |(entry, evidence): (&Amended, &Evidence)| {
        let was = &entry.was;
        let span = case.reading.locate(case.after, case.id, "amended", "");
        let options = entry
            .options
            .map_or(String::new(), |options| format!(", options: \"{options}\""));
        Finding::error(
            Rule::WrongAmendment,
            format!(
                "the decision `was: {was}` of {} is gone, and it was {}",
                case.id,
                evidence.words()
            ),
        )
        .at(&case.new.file, span, "")
        .about(case.id)
        .help(format!(
            "write the entry back: `{{was: {was}{options}, reason: {:?}}}`; databases that ran what was before go by \
             it, and a further change takes an entry of its own",
            entry.reason
        ))
    };
    case.removed().into_iter().map(finding).collect()
}

/// An entry that is about nothing that was; `word` is where it says so.
fn wrong_amendment(case: &Case<'_>, word: &str, what: &str, label: &str) -> Finding {
    let span = case.reading.locate(case.after, case.id, "amended", word);
    Finding::error(
        Rule::WrongAmendment,
        format!(
            "{what} of {} is nothing that it ever was where it is fixed",
            case.id
        ),
    )
    .at(&case.new.file, span, label)
    .about(case.id)
}

fn amended_at(case: &Case<'_>) -> crate::model::source::Span {
    let entry = case.new.revision.amended.last();
    let word = entry.map_or("", |entry| &entry.was);
    case.reading.locate(case.after, case.id, "amended", word)
}
