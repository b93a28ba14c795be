//! What is asked of new revisions alone: what others have is as it is.

use crate::{
    layout,
    model::{
        Dialect, Finding, Language, Migration, NoWayBack, Project, RevId, Rule, finding::Place,
        hand_made,
    },
    workflow::{Context, lint, unrunnable::unrunnable},
};

/// What is wrong with the revisions that `after` has and `before` has not, in file order.
/// `all` gives `after` with the scripts of all its files; it is called where they matter.
pub(in crate::workflow) fn of_new<'a>(
    context: &Context,
    before: &Project,
    after: &'a Project,
    all: &dyn Fn() -> &'a Project,
) -> Vec<Finding> {
    let ids = after.graph.iter().map(|revision| &revision.id);
    let new: Vec<RevId> = ids
        .filter(|id| before.graph.get(id.as_str()).is_none())
        .cloned()
        .collect();
    if new.is_empty() {
        return Vec::new();
    }
    let mut dialects = lint::dialects(context, all);
    if dialects.is_empty() {
        dialects = vec![Dialect::Postgres, Dialect::Sqlite];
    }
    let mut findings = Vec::new();
    for migration in new.iter().filter_map(|id| after.migration(id.as_str())) {
        findings.extend(hand_made_id(context, migration));
        findings.extend(irreversible(migration));
        findings.extend(scripts(migration, &dialects));
        findings.extend(syntax(migration));
    }
    findings.extend(lint::lint(context, after, all, &new));
    findings
}

fn hand_made_id(context: &Context, migration: &Migration) -> Option<Finding> {
    let id = &migration.revision.id;
    let why = hand_made::why(id.as_str())?;
    let span = context.layout().locate(migration, "revision", "");
    Some(
        Finding::warning(
            Rule::HandMadeId,
            format!("the id {id} was made up by hand: it {why}"),
        )
        .at(&migration.file, span, "others come upon such ids too")
        .about(id)
        .help("`teammig create` makes 12 random hex digits; while nobody else has the revision, give it such an id"),
    )
}

/// Alembic imports each module before it does anything: one that cannot be stops everybody.
fn syntax(migration: &Migration) -> Option<Finding> {
    if migration.language != Language::Python {
        return None;
    }
    let (span, why) = layout::python_syntax_error(&migration.file.text)?;
    let id = &migration.revision.id;
    Some(
        Finding::error(
            Rule::UnreadableRevision,
            format!("{id} is no Python that Alembic can import: {why}"),
        )
        .at(&migration.file, span, "")
        .about(id)
        .help("every call of Alembic imports all modules, so none goes through while this is here"),
    )
}

fn irreversible(migration: &Migration) -> Option<Finding> {
    let id = &migration.revision.id;
    let why = match migration.no_way_back()? {
        // It says so where a reviewer sees it.
        NoWayBack::OnPurpose => return None,
        why => why,
    };
    // Where there is no section, it is missing after the last line.
    let end = migration.file.text.trim_end().len();
    let last = migration.file.text[..end]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let span = migration.down_marker.clone().unwrap_or(last..end);
    let help = match migration.language {
        Language::Sql => {
            "write the way back below `-- migrate:down`, or say on purpose that there is none: `-- migrate:down irreversible`"
        }
        Language::Python => {
            "write the way back in `downgrade()`, or say on purpose that there is none: `raise NotImplementedError(\"…\")`; where \
             nothing has to be undone, `op.execute(\"SELECT 1\")` says so"
        }
    };
    Some(
        Finding::warning(
            Rule::Irreversible,
            match (migration.language, why) {
                (Language::Sql, why) => format!("{id} cannot be rolled back: {why}"),
                (Language::Python, NoWayBack::EmptySection) => {
                    format!("rolled back, {id} leaves what it did: {}", why.in_python())
                }
                (Language::Python, why) => {
                    format!("{id} cannot be rolled back: {}", why.in_python())
                }
            },
        )
        .at(&migration.file, span, "")
        .about(id)
        .help(help),
    )
}

/// What keeps the scripts from being run, in every product that it may be.
fn scripts(migration: &Migration, dialects: &[Dialect]) -> Vec<Finding> {
    // What is sent to a server is in calls.
    if migration.language == Language::Python {
        return Vec::new();
    }
    let both = [Some(&migration.up), migration.down.as_ref()];
    let mut findings = Vec::new();
    for script in both.into_iter().flatten() {
        let text = &migration.file.text[script.span.clone()];
        let place = |span: std::ops::Range<usize>| Place {
            file: migration.file.clone(),
            span: script.span.start + span.start..script.span.start + span.end,
            label: String::new(),
        };
        let mut of_each = dialects.iter().map(|dialect| {
            let id = &migration.revision.id;
            unrunnable(text, script.transaction, *dialect, id, &place)
        });
        let first = of_each.next().unwrap_or_default();
        let rest: Vec<Vec<Finding>> = of_each.collect();
        let is_in_all = |finding: &Finding| {
            let is_it = |other: &Finding| other.place == finding.place;
            rest.iter().all(|all| all.iter().any(is_it))
        };
        findings.extend(first.into_iter().filter(is_in_all));
    }
    findings
}
