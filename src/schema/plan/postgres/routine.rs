//! Functions, procedures, aggregates, views and what hangs on tables: objects that the
//! server keeps the whole text of.

use super::{Scene, comment, counted, hazard, line::Line, names::ident, star, table};
use crate::{
    model::Dialect,
    schema::{Fact, FactId, Kind, plan::Hazard},
    sql,
};

/// The statement of the user, or the server's.
fn text(scene: &Scene, fact: &Fact, server: &str) -> String {
    match scene.decisions.texts.get(&fact.id) {
        Some(text) => text.trim().to_owned(),
        None => scene.names.text(server),
    }
}

/// `CREATE OR REPLACE …` out of `CREATE …`.
fn or_replace(sql: &str) -> String {
    let mut words = sql.split_whitespace();
    let create = words.next().unwrap_or_default();
    let is_plain = create.eq_ignore_ascii_case("create")
        && !words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("or"));
    match sql.get(create.len()..) {
        Some(rest) if is_plain => format!("{create} OR REPLACE{rest}"),
        _ => sql.to_owned(),
    }
}

/// A function or a procedure; `again`: in the place of the one that is there.
pub(super) fn create(scene: &Scene, fact: &Fact, again: bool) -> Vec<Line> {
    let definition = fact.ddl.as_deref().unwrap_or_default();
    // The server always prints it with OR REPLACE.
    let mut server = definition.replacen("CREATE OR REPLACE", "CREATE", 1);
    let qualified = scene.names.routine(fact);
    if let Some((name, _)) = qualified.split_once('(')
        && !name.contains('.')
        && let Some(path) = fact.id.path.get(..2)
    {
        let written = super::names::qualified(path);
        server = server.replacen(&format!(" {written}("), &format!(" {name}("), 1);
    }
    let mut sql = match scene.decisions.texts.get(&fact.id) {
        Some(text) => text.trim().to_owned(),
        // Bodies are as they were written.
        None => server,
    };
    if again {
        sql = or_replace(&sql);
    }
    let mut line = Line::new(&fact.id, sql);
    let is_definer = fact
        .get("properties")
        .is_some_and(|text| text.contains("security definer"));
    if is_definer {
        line = line.with(Hazard::ChangesRights);
    }
    vec![line]
}

/// A function or a procedure that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let is_else = ["arguments", "language", "body", "properties"]
        .iter()
        .any(|key| before.payload.get(key) != after.payload.get(key));
    let mut lines = Vec::new();
    if is_else {
        lines.extend(create(scene, after, true));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// `CREATE AGGREGATE`.
pub(super) fn create_aggregate(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let definition = scene.names.text(fact.get("definition").unwrap_or_default());
    let name = scene.names.routine(fact);
    let sql = text(
        scene,
        fact,
        &format!(
            "CREATE AGGREGATE {name} (\n    {}\n)",
            definition.replace(", ", ",\n    ")
        ),
    );
    vec![Line::new(&fact.id, sql)]
}

/// A routine ends.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Line {
    let word = fact.id.kind.name().to_uppercase();
    let mut line = Line::new(
        &fact.id,
        format!("DROP {word} {}", scene.names.routine(fact)),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    line
}

/// A view; `again`: in the place of the one that is there.
pub(super) fn create_view(scene: &Scene, fact: &Fact, again: bool) -> Vec<Line> {
    let is_stored = fact.id.kind == Kind::MaterializedView;
    let definition = fact.get("definition").unwrap_or_default();
    let definition = definition.trim_start_matches(' ').trim_end_matches(';');
    let mut head = format!(
        "CREATE {} {}",
        fact.id.kind.name().to_uppercase(),
        scene.names.object(&fact.id)
    );
    if let Some(method) = fact.get("access method") {
        head.extend([format!(" USING {}", ident(method))]);
    }
    if let Some(options) = fact.get("options") {
        head.extend([format!(" WITH ({options})")]);
    }
    if let Some(space) = fact.get("tablespace") {
        head.extend([format!(" TABLESPACE {}", ident(space))]);
    }
    let data = match (is_stored, fact.get("populated")) {
        (true, Some(_)) => "\nWITH NO DATA",
        _ => "",
    };
    let server = format!("{head} AS\n{}{data}", scene.names.text(definition));
    let sql = match scene.decisions.texts.get(&fact.id) {
        Some(text) if !star::is_else(scene, fact, text) => text.trim().to_owned(),
        _ => server,
    };
    let sql = if again { or_replace(&sql) } else { sql };
    let mut lines = vec![Line::new(&fact.id, sql)];
    // A dump says of all of them that they hold nothing; the database knows whether the one that
    // was there did, and was asked before it went.
    if !data.is_empty() && scene.work.origin(&fact.id).is_some() {
        let name = scene.names.object(&fact.id);
        let setting = filled(&fact.id);
        let sql = format!(
            "DO $teammig$ BEGIN\n    IF coalesce(current_setting({setting}, true), 'true') = 'true' THEN\n        \
             REFRESH MATERIALIZED VIEW {name};\n    END IF;\nEND $teammig$"
        );
        lines.push(Line::new(&fact.id, sql));
    }
    lines
}

/// The setting that keeps whether a materialized view held rows, while it is made again.
fn filled(view: &FactId) -> String {
    counted::setting("filled", view)
}

/// A view that stays is altered.
pub(super) fn change_view(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    let word = after.id.kind.name().to_uppercase();
    let name = scene.names.object(&after.id);
    if before.payload.get("definition") == after.payload.get("definition") {
        for change in table::options(before.get("options"), after.get("options")) {
            lines.push(Line::new(
                &after.id,
                format!("ALTER {word} {name} {change}"),
            ));
        }
    } else {
        lines.extend(create_view(scene, after, true));
    }
    if before.get("tablespace") != after.get("tablespace") {
        let space = ident(after.get("tablespace").unwrap_or("pg_default"));
        lines.push(Line::new(
            &after.id,
            format!("ALTER {word} {name} SET TABLESPACE {space}"),
        ));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// A view ends. One that is made again and may hold nothing is asked first.
pub(super) fn drop_view(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let word = fact.id.kind.name().to_uppercase();
    let mut line = Line::new(
        &fact.id,
        format!("DROP {word} {}", scene.names.object(&fact.id)),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    let twin = scene
        .work
        .twin(&fact.id)
        .and_then(|id| scene.b.facts.get(id));
    let again = twin.filter(|twin| {
        let is_stored = fact.id.kind == Kind::MaterializedView && twin.id.kind == fact.id.kind;
        is_stored && twin.get("populated").is_some()
    });
    let Some(again) = again else {
        return vec![line];
    };
    let name = sql::literal(&scene.names.object(&fact.id), Dialect::Postgres).unwrap_or_default();
    let sql = format!(
        "-- it is filled again only where it held rows\nSELECT set_config({}, relispopulated::text, false) FROM pg_class WHERE oid = {name}::regclass",
        filled(&again.id)
    );
    vec![Line::new(&fact.id, sql), line]
}

/// A trigger or a rule begins.
pub(super) fn create_on_table(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let definition = fact.get("definition").unwrap_or_default();
    let mut lines = vec![Line::new(&fact.id, text(scene, fact, definition))];
    if fact.get("enabled").is_some() {
        lines.push(enabled(scene, fact));
    }
    lines.extend(comment::first(scene, fact));
    lines
}

fn enabled(scene: &Scene, fact: &Fact) -> Line {
    let how = match fact.get("enabled") {
        None => "ENABLE",
        Some("no") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some(_) => "ENABLE ALWAYS",
    };
    let word = fact.id.kind.name().to_uppercase();
    // The server takes this form for views too.
    table::alter(
        scene,
        &fact.id,
        &format!("{how} {word} {}", ident(fact.id.name())),
    )
}

/// A trigger or a rule that stays is altered.
pub(super) fn change_on_table(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if before.get("enabled") != after.get("enabled") {
        lines.push(enabled(scene, after));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// A trigger, a rule or a policy ends.
pub(super) fn drop_on_table(scene: &Scene, fact: &Fact) -> Line {
    let word = fact.id.kind.name().to_uppercase();
    let table: &FactId = &fact.id;
    let mut line = Line::new(
        table,
        format!(
            "DROP {word} {} ON {}",
            ident(table.name()),
            scene.names.object(table)
        ),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    line
}
