//! Dangerous statements in revisions that are new: the surroundings of `sql::lint`.
//!
//! It decides for which database the scripts are, and hands over what they build on.
//! Only what it is asked about is judged: what was applied long ago is past advice.
//! No connection is made.

use std::collections::BTreeSet;

use super::{Context, alembic, script};
use crate::{
    db,
    layout::{self, foreign},
    model::{Dialect, Finding, Language, Migration, Project, RevId, Rule, Span, lint::NOT_LINTED},
    sql,
};

/// The findings about revisions, in their order and in the order of each file. `all` gives
/// the project with the scripts of all its files, of which `project` may have those alone
/// that are asked about; it is called only where others matter.
pub fn lint<'a>(
    context: &Context,
    project: &'a Project,
    all: &dyn Fn() -> &'a Project,
    revisions: &[RevId],
) -> Vec<Finding> {
    let options = &context.config.lint;
    let judged: Vec<&Migration> = revisions
        .iter()
        .filter_map(|id| project.migration(id.as_str()))
        .filter(|migration| migration.up.has_statement)
        .collect();
    if options.off || judged.is_empty() {
        return Vec::new();
    }
    let dialects = dialects(context, all);
    if dialects.is_empty() {
        return options
            .severity(NOT_LINTED)
            .map(|severity| Finding {
                severity,
                ..unknown_database()
            })
            .into_iter()
            .collect();
    }
    let mut found: Vec<Finding> = Vec::new();
    let mut unread = Vec::new();
    for migration in judged {
        let from = found.len();
        for dialect in &dialects {
            let earlier = || below(all(), migration);
            let findings = match migration.language {
                Language::Sql => sql::lint(migration, *dialect, options, &earlier),
                // That it is no Python is an error of its own.
                Language::Python if layout::python_syntax_error(&migration.file.text).is_some() => {
                    Vec::new()
                }
                Language::Python => {
                    let calls = layout::calls(migration, *dialect);
                    let (findings, spans) = sql::lint_calls(migration, *dialect, options, &calls);
                    unread.extend(spans.into_iter().map(|span| (migration, span)));
                    findings
                }
            };
            for finding in findings {
                // What is dangerous in both databases is said once.
                let is_known = found[from..]
                    .iter()
                    .any(|known| known.rule == finding.rule && known.place == finding.place);
                if !is_known {
                    found.push(finding);
                }
            }
        }
    }
    found.extend(options.severity(NOT_LINTED).and_then(|severity| {
        let finding = computed(&unread)?;
        Some(Finding {
            severity,
            ..finding
        })
    }));
    found
}

/// What modules compute is not judged, and that is said once for all of them.
fn computed(unread: &[(&Migration, Span)]) -> Option<Finding> {
    let (first, span) = unread.first()?;
    let calls: BTreeSet<_> = unread
        .iter()
        .map(|(migration, span)| (&migration.revision.id, span.start))
        .collect();
    let modules: BTreeSet<&RevId> = calls.iter().map(|(id, _)| *id).collect();
    let which = match (calls.len(), modules.len()) {
        (1, _) => "this call is".to_owned(),
        (n, 1) => format!("this and {} further of its calls are", n - 1),
        (n, modules) => format!(
            "this and {} further calls in {modules} revisions are",
            n - 1
        ),
    };
    Some(
        Finding::warning(
            Rule::Lint(NOT_LINTED),
            format!("{which} not written out as SQL or as an operation, and not linted"),
        )
        .at(&first.file, span.clone(), "")
        .about(&first.revision.id),
    )
}

/// The databases that the scripts are for: those of all environments, since one script
/// goes to each of them; else what the configuration, an ini or the scripts themselves give
/// away. None where nothing does, as in a CI without secrets.
pub(super) fn dialects<'a>(context: &Context, all: &dyn Fn() -> &'a Project) -> Vec<Dialect> {
    let mut found = Vec::new();
    let mut add = |dialect: Option<Dialect>| {
        if let Some(dialect) = dialect.filter(|dialect| !found.contains(dialect)) {
            found.push(dialect);
        }
    };
    let chosen = || script::dialect(context).ok().flatten();
    if context.environment_was_named() {
        add(chosen());
    } else {
        for environment in &context.config.environments {
            // A variable that is not set here leads nowhere.
            let target = context
                .config
                .target(None, Some(&environment.name), &context.cwd);
            add(target
                .ok()
                .and_then(|target| db::dialect_of(target.url.expose())));
        }
        add(chosen());
    }
    if found.is_empty() && context.config.lint.postgres.is_some() {
        found.push(Dialect::Postgres);
    }
    if found.is_empty() && alembic::is_used(context) {
        let named = context.config.alembic.dialect;
        found.extend(named.or_else(|| {
            let modules = all().migrations.values().map(|one| &*one.file.text);
            let env = alembic::env_text(context);
            layout::python_evidence(modules.chain(env.as_deref()))
        }));
    } else if found.is_empty() {
        let files = all()
            .migrations
            .values()
            .map(|migration| migration.file.clone());
        found.extend(foreign::evidence_in(files).map(|evidence| evidence.dialect));
    }
    found
}

fn unknown_database() -> Finding {
    Finding::warning(
        Rule::Lint(NOT_LINTED),
        "for which database the scripts are written is not known, so they were not linted",
    )
    .help(
        "give an environment a URL that is known here, or DATABASE_URL; `lint: {postgres: 17}` says PostgreSQL, \
         `lint: off` that it is not wanted",
    )
}

/// What a revision builds on, in the order in which it runs.
fn below<'a>(project: &'a Project, migration: &Migration) -> Vec<&'a Migration> {
    let id = &migration.revision.id;
    let mut below: BTreeSet<RevId> = project.graph.ancestors(std::slice::from_ref(id));
    below.remove(id);
    let order = project.graph.order(&below);
    let parents_first = order.iter().rev();
    parents_first
        .filter_map(|id| project.migration(id.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        config::Env,
        workflow::{Interrupt, Options},
    };

    const INDEX: &str = "CREATE TABLE t (a, b); CREATE INDEX i ON t (a);";
    const DROP: &str = "ALTER TABLE t DROP COLUMN a;";

    /// The rules found in the last of some revisions, with a config.
    fn rules(config: &str, scripts: &[&str], env: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        fs::write(folder.path().join("teammig.yaml"), config).unwrap();
        for (n, script) in scripts.iter().enumerate() {
            let parents = match n {
                0 => String::new(),
                n => format!("--   parents: [rev{}]\n", n - 1),
            };
            let text = format!(
                "-- teammig:\n--   revision: rev{n}\n{parents}\n-- migrate:up\n{script}\n\n-- migrate:down irreversible\n"
            );
            // The names are in the reverse order.
            fs::write(
                folder.path().join(format!("migrations/{}.sql", 9 - n)),
                text,
            )
            .unwrap();
        }
        let context = Context::new(
            folder.path().to_owned(),
            Env::of(env),
            Options::default(),
            Interrupt::default(),
        )
        .unwrap();
        let project = context.project().unwrap();
        assert!(project.findings.is_empty(), "{:?}", project.findings);
        let last = RevId::trusted(&format!("rev{}", scripts.len() - 1));
        lint(&context, &project, &|| &project, &[last])
            .iter()
            .map(|finding| finding.rule.name().to_owned())
            .collect()
    }

    #[test]
    fn for_which_database() {
        let script = "CREATE INDEX i ON t (a); VACUUM;";
        let postgres = ["require-concurrent-index-creation", "not-in-transaction"];
        let sqlite = ["not-in-transaction"];
        let pg_url = "postgres://u@h/d";
        for (config, env, want) in [
            ("environments: {dev: \"sqlite:a.db\"}", &[][..], &sqlite[..]),
            ("environments: {dev: \"postgres://u@h/d\"}", &[], &postgres),
            (
                "environments: {dev: \"sqlite:a.db\", production: \"postgres://u@h/d\"}",
                &[],
                &["not-in-transaction", "require-concurrent-index-creation"],
            ),
            (
                "environments: {dev: \"sqlite:a.db\", production: \"${PRODUCTION}\"}",
                &[],
                &sqlite,
            ),
            ("", &[("DATABASE_URL", pg_url)], &postgres),
            ("lint: {postgres: 15}", &[], &postgres),
            (
                "environments: {production: \"${PRODUCTION}\"}",
                &[],
                &["not-linted"],
            ),
            ("lint: off", &[("DATABASE_URL", pg_url)], &[]),
            ("lint: {exclude: [not-linted]}", &[], &[]),
        ] {
            assert_eq!(rules(config, &[script], env), want, "{config}");
        }
        // The scripts give it away.
        let serial = "CREATE TABLE a (b serial);";
        assert_eq!(rules("", &[serial, script], &[]), postgres);
    }

    #[test]
    fn only_what_is_new_with_what_it_builds_on() {
        let config = "environments: {dev: \"sqlite:a.db\"}";
        assert_eq!(
            rules(config, &["DROP TABLE z;", INDEX, DROP], &[]),
            ["ban-drop-column", "dropping-used-column"]
        );
        assert_eq!(
            rules(config, &[INDEX, "DROP INDEX i;", DROP], &[]),
            ["ban-drop-column"]
        );
        assert!(rules(config, &[DROP, "-- nothing"], &[]).is_empty());
    }

    /// The findings about one module: rule, line, help.
    fn of_module(config: &str, upgrade: &str) -> Vec<(String, usize, String)> {
        let line = |finding: &Finding| {
            let place = finding.place.as_ref().unwrap();
            place.file.position(place.span.start).line - 6
        };
        let all = of_module_with(config, upgrade, "").into_iter();
        all.map(|finding| {
            (
                finding.rule.name().to_owned(),
                line(&finding),
                finding.help.clone().unwrap_or_default(),
            )
        })
        .collect()
    }

    fn of_module_with(config: &str, upgrade: &str, ini: &str) -> Vec<Finding> {
        let folder = tempfile::tempdir().unwrap();
        if !ini.is_empty() {
            fs::write(folder.path().join("alembic.ini"), ini).unwrap();
        }
        fs::create_dir(folder.path().join("versions")).unwrap();
        fs::write(
            folder.path().join("teammig.yaml"),
            format!("layout: alembic\nmigrations: versions\n{config}"),
        )
        .unwrap();
        let upgrade = upgrade.replace('\n', "\n    ");
        let text = format!(
            "from alembic import op\nimport sqlalchemy as sa\nrevision = 'rev1'\ndown_revision = None\n\ndef upgrade():\n    \
             {upgrade}\n\ndef downgrade():\n    op.drop_table('z')\n"
        );
        fs::write(folder.path().join("versions/rev1_x.py"), text).unwrap();
        let context = Context::new(
            folder.path().to_owned(),
            Env::of(&[]),
            Options::default(),
            Interrupt::default(),
        )
        .unwrap();
        let project = context.project().unwrap();
        assert!(project.findings.is_empty(), "{:?}", project.findings);
        lint(&context, &project, &|| &project, &[RevId::trusted("rev1")])
    }

    const POSTGRES: &str = "environments: {dev: \"postgresql://u@h/d\"}";
    const SQLITE: &str = "environments: {dev: \"sqlite:///a.db\"}";

    /// Where no URL is known, the ini or the modules may tell.
    #[test]
    fn for_which_database_modules_are() {
        let not_null = "op.add_column('t', sa.Column('a', sa.Integer, nullable=False))";
        let named = "op.create_index('i', 't', ['a'], postgresql_using='gin')";
        let both = "op.create_index('i', 't', ['a'], postgresql_using='gin') # not on SQLite";
        let rules = |upgrade: &str, ini: &str| -> Vec<String> {
            let found = of_module_with("", upgrade, ini).into_iter();
            found
                .map(|finding| finding.rule.name().to_owned())
                .collect()
        };
        let url =
            "[alembic]\nscript_location = .\nsqlalchemy.url = postgresql+asyncpg://%(USER)s@h/d\n";
        assert_eq!(rules(not_null, ""), ["not-linted"]);
        assert_eq!(rules(not_null, url), ["adding-required-field"]);
        assert_eq!(rules(named, ""), ["require-concurrent-index-creation"]);
        assert_eq!(rules(both, ""), ["not-linted"]);
    }

    #[test]
    fn calls_of_a_module() {
        for (config, upgrade, want) in [
            (
                POSTGRES,
                "op.add_column('t', sa.Column('a', sa.Integer, nullable=False))",
                &[("adding-required-field", 1)][..],
            ),
            (
                POSTGRES,
                "op.create_table('t', sa.Column('a', sa.Integer))\nop.create_index('i', 't', ['a'])\nop.create_index('j', 'u', ['a'])",
                &[("require-concurrent-index-creation", 3)],
            ),
            (
                POSTGRES,
                "op.create_index('j', 'u', ['a'], postgresql_concurrently=True)",
                &[("ban-concurrent-index-creation-in-transaction", 1)],
            ),
            (
                POSTGRES,
                "with op.get_context().autocommit_block():\n    op.create_index('j', 'u', ['a'], postgresql_concurrently=True)",
                &[],
            ),
            (
                POSTGRES,
                "op.execute(\n    \"\"\"\n    ALTER TABLE t DROP COLUMN a; -- old\n    DROP TABLE u -- old, too\"\"\"\n)\nop.rename_table('v', 'w')",
                &[
                    ("ban-drop-column", 1),
                    ("ban-drop-table", 1),
                    ("renaming-table", 6),
                ],
            ),
            (
                POSTGRES,
                "# squawk-ignore ban-drop-table -- nobody reads it\nop.drop_table('t')\nop.drop_table('u')  # squawk-ignore ban-drop-table\n\nop.drop_table(\n    'v',  # squawk-ignore ban-drop-table\n)\nop.drop_table('w')",
                &[("ban-drop-table", 8)],
            ),
            (
                POSTGRES,
                "# squawk-ignore-file ban-drop-table, ban-nothing\nop.drop_table('t')",
                &[("unused-ignore", 1)],
            ),
            (
                POSTGRES,
                "name = compute()\nop.drop_table(name)\nop.execute(compute())\nop.drop_table('t')",
                &[("ban-drop-table", 4), ("not-linted", 1)],
            ),
            (
                SQLITE,
                "op.drop_column('t', 'a')\nop.add_column('t', sa.Column('a', sa.Integer, nullable=False))",
                &[("ban-drop-column", 1), ("adding-required-field", 2)],
            ),
            (
                SQLITE,
                "op.add_column('t', sa.Column('a', sa.DateTime, server_default=sa.func.now()))\nwith op.batch_alter_table('t') as batch_op:\n    batch_op.add_column(sa.Column('a', sa.DateTime, server_default=sa.func.now()))",
                &[("adding-unsupported-field", 1)],
            ),
            ("lint: off", "op.drop_table('t')", &[]),
        ] {
            let found = of_module(config, upgrade);
            let short: Vec<(&str, usize)> = found
                .iter()
                .map(|(rule, line, _)| (rule.as_str(), *line))
                .collect();
            assert_eq!(short, want, "{upgrade}\n{found:?}");
            for (_, _, help) in found {
                assert!(
                    !help.contains("migrate:up") && !help.contains("-- squawk"),
                    "{help}"
                );
            }
        }
    }
}
