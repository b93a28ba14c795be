//! Columns: how they are defined, added, altered and dropped.

use super::{
    Scene,
    counted::{self, Counter, is_counted},
    hazard::{self, Cast, Cast::Keeps},
    line::Line,
    names::{ident, is_type, parens},
    sequence::Numbers,
};
use crate::schema::{Fact, FactId, Kind, plan::Hazard};

/// Its name, type, and what else a definition says.
pub(super) fn definition(scene: &Scene, fact: &Fact, not_null: bool) -> String {
    let mut text = ident(fact.id.name());
    let of = fact.get("type").unwrap_or_default();
    let serial = scene.serial_of(&fact.id).is_some();
    text.push(' ');
    if serial {
        text.push_str(match of {
            "smallint" => "smallserial",
            "bigint" => "bigserial",
            _ => "serial",
        });
    } else {
        text.push_str(&scene.names.text(of));
    }
    if let Some(collation) = fact.get("collation") {
        text.extend([format!(" COLLATE {collation}")]);
    }
    if let Some(generated) = fact.get("generated") {
        text.extend([format!(
            " GENERATED ALWAYS AS {}",
            generation(scene, generated)
        )]);
    }
    if let Some(identity) = fact.get("identity") {
        text.extend([format!(" GENERATED {}", identity_text(identity, of))]);
    }
    if let Some(default) = fact.get("default")
        && !serial
        && !scene.has_late_default(&fact.id)
    {
        text.extend([format!(" DEFAULT {}", scene.names.text(default))]);
    }
    // A serial and an identity hold something in every row by themselves.
    let says = fact.get("not null").is_some() && fact.get("identity").is_none() && !serial;
    if says && not_null {
        text.push_str(" NOT NULL");
    }
    text
}

/// The expression that a column is computed by, in parentheses, and how it is kept.
fn generation(scene: &Scene, generated: &str) -> String {
    let (expression, kept) = generated.rsplit_once(' ').unwrap_or((generated, "stored"));
    let expression = parens(&scene.names.text(expression));
    format!("{expression} {}", kept.to_uppercase())
}

fn identity_text(identity: &str, of: &str) -> String {
    let (how, numbers) = identity.split_once(", ").unwrap_or((identity, ""));
    let options = Numbers::of_identity(numbers).unusual(of);
    let options = if options.is_empty() {
        String::new()
    } else {
        format!(" ({})", options.join(" "))
    };
    format!("{} AS IDENTITY{options}", how.to_uppercase())
}

/// `ALTER TABLE t ALTER COLUMN c …`
fn alter(scene: &Scene, id: &FactId, rest: &str) -> Line {
    let table = alter_relation(scene, id);
    Line::new(
        id,
        format!("{table} ALTER COLUMN {} {rest}", ident(id.name())),
    )
}

/// The beginning of a statement that alters the relation around.
fn alter_relation(scene: &Scene, id: &FactId) -> String {
    let parent = scene.fact(id).and_then(|fact| fact.parent.as_ref());
    let word = match parent.map(|parent| parent.kind) {
        Some(Kind::View) => "VIEW",
        Some(Kind::MaterializedView) => "MATERIALIZED VIEW",
        _ => "TABLE",
    };
    format!("ALTER {word} {}", scene.names.object(id))
}

/// A column begins in a table that is there, or says something of its own about an
/// inherited one.
pub(super) fn create(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    if fact.get("type").is_none() || scene.is_of_typed_table(fact) {
        lines.extend(own_values(scene, None, fact));
        return lines;
    }
    let table = scene.names.object(&fact.id);
    let name = ident(fact.id.name());
    let backfill = scene.decisions.backfill.get(&fact.id);
    let must = fact.get("not null").is_some();
    let fills_itself = has_value(scene, fact);
    let in_steps = backfill.is_some();
    let mut add = Line::new(
        &fact.id,
        format!(
            "ALTER TABLE {table} ADD COLUMN {}",
            definition(scene, fact, !in_steps)
        ),
    );
    if must && !in_steps && !fills_itself {
        add = add.with(Hazard::FailsOnData(format!(
            "rows that are there have nothing in {}",
            scene.shown(&fact.id)
        )));
    }
    if must && !fills_itself {
        add = add.with(Hazard::BreaksOldCode(format!(
            "INSERT into {table} without {name}"
        )));
    }
    lines.push(add);
    if let Some(expression) = backfill {
        lines.push(Line::new(
            &fact.id,
            format!("UPDATE {table} SET {name} = {expression}"),
        ));
        if must {
            lines.push(alter(scene, &fact.id, "SET NOT NULL"));
        }
    }
    lines.extend(settings(scene, None, fact));
    lines
}

/// Whether something fills the rows that are there by itself.
pub(super) fn has_value(scene: &Scene, fact: &Fact) -> bool {
    let of_domain = || {
        let domains = super::work::uses(scene.b, &fact.id).filter(|id| id.kind == Kind::Domain);
        let mut facts = domains.filter_map(|id| scene.b.facts.get(id));
        facts.any(|domain| domain.get("default").is_some())
    };
    ["default", "identity", "generated"]
        .iter()
        .any(|key| fact.get(key).is_some())
        || of_domain()
}

/// What is set apart from the definition: storage, statistics, comment.
fn settings(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
    let mut lines = Vec::new();
    let id = &after.id;
    let changed = |key: &str| before.and_then(|fact| fact.get(key)) != after.get(key);
    if changed("storage") {
        let storage = after.get("storage").map_or_else(
            || usual_storage(after.get("type").unwrap_or_default()).to_owned(),
            str::to_uppercase,
        );
        lines.push(alter(scene, id, &format!("SET STORAGE {storage}")));
    }
    if changed("compression") {
        let method = after.get("compression").unwrap_or("default");
        lines.push(alter(scene, id, &format!("SET COMPRESSION {method}")));
    }
    if changed("statistics") {
        let target = after.get("statistics").unwrap_or("-1");
        lines.push(alter(scene, id, &format!("SET STATISTICS {target}")));
    }
    if changed("options") {
        let (old, new) = (
            before.and_then(|fact| fact.get("options")),
            after.get("options"),
        );
        for change in super::table::options(old, new) {
            lines.push(alter(scene, id, &change));
        }
    }
    if changed("comment") {
        lines.push(super::comment::line(scene, after));
    }
    lines
}

/// The storage that a type has by itself, for `SET STORAGE`, which has no word for it
/// before version 16.
fn usual_storage(of: &str) -> &'static str {
    match hazard::base(of).0.as_str() {
        "numeric" | "inet" | "cidr" => "MAIN",
        _ => "EXTENDED",
    }
}

/// What a column says that is not its definition: all there is for an inherited one.
fn own_values(scene: &Scene, before: Option<&Fact>, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let mut lines = Vec::new();
    let old = |key: &str| before.and_then(|fact| fact.payload.get(key));
    if old("default") != after.payload.get("default")
        && !scene.work.loosen.contains(id)
        && !scene.has_late_default(id)
    {
        lines.push(set_default(scene, after));
    }
    if old("not null") != after.payload.get("not null") && scene.has_own_not_null(after) {
        lines.extend(not_null(scene, after));
    }
    lines.extend(settings(scene, before, after));
    lines
}

/// Sets the default, or takes it off.
pub(super) fn set_default(scene: &Scene, fact: &Fact) -> Line {
    match fact.get("default") {
        Some(default) => {
            let default = scene.names.text(default);
            alter(scene, &fact.id, &format!("SET DEFAULT {default}"))
        }
        None => alter(scene, &fact.id, "DROP DEFAULT"),
    }
}

fn not_null(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let id = &fact.id;
    if fact.get("not null").is_none() {
        return vec![alter(scene, id, "DROP NOT NULL")];
    }
    let mut lines = Vec::new();
    let (table, name) = (scene.names.object(id), ident(id.name()));
    let fill = match scene.decisions.backfill.get(id) {
        Some(expression) => Some(expression.clone()),
        None => fact.get("default").map(|_| "DEFAULT".to_owned()),
    };
    let mut set = alter(scene, id, "SET NOT NULL");
    if let Some(fill) = fill {
        lines.push(Line::new(
            id,
            format!("UPDATE {table} SET {name} = {fill} WHERE {name} IS NULL"),
        ));
    } else {
        set = set.with(Hazard::FailsOnData(format!(
            "rows without {}",
            scene.shown(id)
        )));
    }
    lines.push(set);
    lines
}

/// A column that stays is altered.
pub(super) fn change(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let mut lines = Vec::new();
    let changed = |key: &str| before.payload.get(key) != after.payload.get(key);
    if changed("generated") {
        lines.push(match after.get("generated") {
            None => alter(scene, id, "DROP EXPRESSION"),
            Some(generated) => {
                let (expression, _) = generated.rsplit_once(' ').unwrap_or((generated, ""));
                let expression = parens(&scene.names.text(expression));
                alter(scene, id, &format!("SET EXPRESSION AS {expression}"))
            }
        });
    }
    let taken_off = scene.work.loosen.contains(id);
    let drops_identity =
        before.get("identity").is_some() && after.get("identity").is_none() && !taken_off;
    if drops_identity {
        lines.extend(drop_identity(scene, after));
    }
    let retyped = scene.work.is_retyped(id);
    let mut numbers = if changed("identity") {
        identity(scene, before, after)
    } else {
        Vec::new()
    };
    if retyped {
        // Limits come down before the type that they have to fit into.
        if is_narrowed(before, after) {
            lines.append(&mut numbers);
        }
        lines.push(retype(scene, before, after));
    }
    if changed("default") && !taken_off && !retyped {
        lines.push(set_default(scene, after));
    }
    if changed("not null") {
        lines.extend(not_null(scene, after));
    }
    lines.extend(numbers);
    lines.extend(settings(scene, Some(before), after));
    lines
}

/// What counts instead goes on with its numbers where it is made for it; otherwise numbers of
/// rows that are gone are given out again.
fn drop_identity(scene: &Scene, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let line = alter(scene, id, "DROP IDENTITY");
    if counted::successor(scene, id).is_some() {
        return vec![counted::keep(scene, id, &Counter::Of(id)), line];
    }
    if is_counted(after) {
        let what = format!("the number that {} has come to", scene.shown(id));
        return vec![line.with(Hazard::LosesData(what))];
    }
    vec![line]
}

/// Whether an identity counts less far than before.
fn is_narrowed(before: &Fact, after: &Fact) -> bool {
    let numbers = |fact: &Fact| {
        let (_, numbers) = fact.get("identity")?.split_once(", ")?;
        Some(Numbers::of_identity(numbers))
    };
    let both = numbers(before).zip(numbers(after));
    both.is_some_and(|(before, after)| after.is_narrower_than(&before))
}

/// Another type, with the default off meanwhile.
fn retype(scene: &Scene, before: &Fact, after: &Fact) -> Line {
    let id = &after.id;
    let name = ident(id.name());
    let (old, new) = (
        before.get("type").unwrap_or_default(),
        after.get("type").unwrap_or_default(),
    );
    let written = scene.names.text(new);
    let mut change = format!("TYPE {written}");
    if let Some(collation) = after.get("collation") {
        change.extend([format!(" COLLATE {collation}")]);
    }
    let mut hazards = Vec::new();
    let by_text =
        scene.work.recast.contains(id) || (is_own_type(scene, before) && is_own_type(scene, after));
    let what = if scene.work.recast.contains(id) {
        Cast::Refuses
    } else {
        hazard::cast(old, new)
    };
    let shown = scene.shown(id);
    let converts = || Hazard::Converts {
        column: before.id.clone(),
        name: shown.clone(),
    };
    // A remark stays in the models for longer than the change that it is about.
    let using = scene.decisions.using.get(id);
    let using = using.filter(|_| old != new || scene.work.recast.contains(id));
    if let Some(expression) = using {
        change.extend([format!(" USING {expression}")]);
        hazards.push(converts());
    } else if after.get("generated").is_some() {
        // It is computed anew; the server takes no expression for it.
    } else if by_text {
        let array = if new.ends_with("[]") { "[]" } else { "" };
        change.extend([format!(" USING {name}::text{array}::{written}")]);
        hazards.push(Hazard::FailsOnData(format!(
            "values of {shown} that {written} does not have"
        )));
    } else if old != new {
        // A cast that is written cuts texts off; one that is not refuses them.
        let cuts = what == Cast::Refuses && is_text_with_length(new);
        if !cuts || scene.decisions.may_lose {
            change.extend([format!(" USING {name}::{written}")]);
        }
        if cuts && scene.decisions.may_lose {
            hazards.push(Hazard::LosesData(format!(
                "what does not fit into {written}"
            )));
            hazards.push(converts());
        } else if what == Cast::Refuses {
            hazards.push(Hazard::FailsOnData(format!(
                "values of {shown} that do not fit into {written}"
            )));
        }
    }
    if what == Cast::Loses && using.is_none() {
        hazards.push(Hazard::LosesData(format!(
            "what does not fit into {written}"
        )));
        hazards.push(converts());
    }
    if what != Keeps {
        hazards.push(Hazard::BreaksOldCode(format!("{shown} as {old}")));
    }
    let mut changes = vec![change];
    let same = before.payload.get("default") == after.payload.get("default")
        && hazard::is_same_family(old, new);
    if !scene.work.loosen.contains(id) && !same {
        if before.get("default").is_some() {
            changes.insert(0, "DROP DEFAULT".to_owned());
        }
        if let Some(default) = after.get("default") {
            changes.push(format!("SET DEFAULT {}", scene.names.text(default)));
        }
    }
    let changes: Vec<String> = changes
        .iter()
        .map(|change| format!("ALTER COLUMN {name} {change}"))
        .collect();
    let table = alter_relation(scene, id);
    let sql = match changes.as_slice() {
        [one] => format!("{table} {one}"),
        more => format!("{table}\n    {}", more.join(",\n    ")),
    };
    let mut line = Line::new(id, sql);
    line.statement.hazards = hazards;
    line
}

fn is_text_with_length(of: &str) -> bool {
    let (name, numbers) = hazard::base(of);
    !numbers.is_empty()
        && matches!(
            name.as_str(),
            "character varying" | "character" | "bit" | "bit varying"
        )
}

/// Whether its type is one that this schema made.
fn is_own_type(scene: &Scene, fact: &Fact) -> bool {
    let schemas = [scene.a, scene.b];
    schemas.iter().any(|schema| {
        let mut types = schema
            .facts
            .keys()
            .filter(|id| is_type(id) && id.kind != Kind::Domain);
        types.any(|id| super::closure::names(fact.get("type").unwrap_or_default(), id))
    })
}

fn identity(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let id = &after.id;
    let of = after.get("type").unwrap_or_default();
    let Some(new) = after.get("identity") else {
        return Vec::new();
    };
    let (how, numbers) = new.split_once(", ").unwrap_or((new, ""));
    let Some(old) = before.get("identity") else {
        let add = alter(
            scene,
            id,
            &format!("ADD GENERATED {}", identity_text(new, of)),
        );
        let kept = counted::becomes_identity(scene, id);
        let (counter, numbers) = (Counter::Of(id), Numbers::of_identity(numbers));
        let goes_on = counted::goes_on(scene, id, &counter, &[id], &numbers, kept);
        return [Some(add), goes_on].into_iter().flatten().collect();
    };
    let (old_how, old_numbers) = old.split_once(", ").unwrap_or((old, ""));
    let mut changes = Vec::new();
    if how != old_how {
        changes.push(format!("SET GENERATED {}", how.to_uppercase()));
    }
    let (old, new) = (
        Numbers::of_identity(old_numbers),
        Numbers::of_identity(numbers),
    );
    let options = new.altered_from(&old);
    changes.extend(
        options
            .iter()
            .map(|option| match option.strip_prefix("RESTART") {
                Some(_) => option.clone(),
                None => format!("SET {option}"),
            }),
    );
    if changes.is_empty() {
        return Vec::new();
    }
    let mut line = alter(scene, id, &changes.join(" "));
    if new.is_narrower_than(&old) {
        line = line.with(super::sequence::beyond(&scene.shown(id)));
    }
    if !super::sequence::restarts(&options) {
        return vec![line];
    }
    let counter = Counter::Of(id);
    let mut lines = vec![counted::keep(scene, id, &counter), line];
    lines.extend(counted::goes_on(scene, id, &counter, &[id], &new, true));
    lines
}

/// What holds the column to something else is taken off.
pub(super) fn loosen(scene: &Scene, id: &FactId) -> Vec<Line> {
    let Some(fact) = scene.a.facts.get(id) else {
        return Vec::new();
    };
    if id.kind == Kind::Sequence {
        return vec![super::sequence::loosen(scene, id)];
    }
    match scene.work.twin(id).and_then(|id| scene.b.facts.get(id)) {
        _ if fact.get("identity").is_none() => vec![alter(scene, id, "DROP DEFAULT")],
        Some(after) => drop_identity(scene, after),
        None => vec![alter(scene, id, "DROP IDENTITY")],
    }
}

/// A column ends, or what an inherited one has of its own.
pub(super) fn drop(scene: &Scene, fact: &Fact) -> Vec<Line> {
    if fact.get("type").is_none() || scene.is_of_typed_table(fact) {
        let mut bare = Fact::new(fact.id.clone(), fact.parent.clone());
        // The parent's default is the child's again.
        let parents = super::work::uses(scene.b, fact.parent.as_ref().unwrap_or(&fact.id));
        let columns = parents.filter_map(|table| {
            let mut path = table.path.clone();
            path.push(fact.id.name().to_owned());
            scene.b.facts.get(&FactId {
                kind: Kind::Column,
                path,
            })
        });
        for column in columns {
            for key in ["default", "not null"] {
                if let Some(value) = column.payload.get(key) {
                    bare.set(
                        if key == "default" {
                            "default"
                        } else {
                            "not null"
                        },
                        value.clone(),
                    );
                }
            }
        }
        return own_values(scene, Some(fact), &bare);
    }
    let table = scene.names.object(&fact.id);
    let mut line = Line::new(
        &fact.id,
        format!("ALTER TABLE {table} DROP COLUMN {}", ident(fact.id.name())),
    );
    line.statement.hazards = hazard::of_drop(scene, fact);
    vec![line]
}

/// What is said of a column that was made in its table.
pub(super) fn after_table(scene: &Scene, fact: &Fact) -> Vec<Line> {
    settings(scene, None, fact)
}
