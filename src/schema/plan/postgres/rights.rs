//! Policies, and who may do what.

use std::collections::BTreeSet;

use super::{
    Scene, comment,
    line::Line,
    names::{ident, is_type, parens},
};
use crate::schema::{Fact, FactId, Given, Kind, plan::Hazard};

/// `CREATE POLICY`.
pub(super) fn create_policy(scene: &Scene, fact: &Fact) -> Vec<Line> {
    let (name, table) = (ident(fact.id.name()), scene.names.object(&fact.id));
    let mut sql = format!("CREATE POLICY {name} ON {table}");
    if fact.get("restrictive").is_some() {
        sql.push_str(" AS RESTRICTIVE");
    }
    if let Some(command) = fact.get("command") {
        sql.extend([format!(" FOR {}", command.to_uppercase())]);
    }
    if let Some(roles) = fact.get("roles").filter(|roles| *roles != "public") {
        sql.extend([format!(" TO {roles}")]);
    }
    for (key, word) in [("using", "USING"), ("with check", "WITH CHECK")] {
        if let Some(expression) = fact.get(key) {
            sql.extend([format!(" {word} {}", parens(&scene.names.text(expression)))]);
        }
    }
    let sql = scene.decisions.texts.get(&fact.id).cloned().unwrap_or(sql);
    let mut lines = vec![Line::new(&fact.id, sql).with(Hazard::ChangesRights)];
    lines.extend(comment::first(scene, fact));
    lines
}

/// A policy that stays is altered.
pub(super) fn change_policy(scene: &Scene, before: &Fact, after: &Fact) -> Vec<Line> {
    let (name, table) = (ident(after.id.name()), scene.names.object(&after.id));
    let mut rest = String::new();
    if before.get("roles") != after.get("roles") {
        rest.extend([format!(" TO {}", after.get("roles").unwrap_or("public"))]);
    }
    for (key, word) in [("using", "USING"), ("with check", "WITH CHECK")] {
        if before.payload.get(key) != after.payload.get(key)
            && let Some(expression) = after.get(key)
        {
            rest.extend([format!(" {word} {}", parens(&scene.names.text(expression)))]);
        }
    }
    let mut lines = Vec::new();
    if !rest.is_empty() {
        let line = Line::new(&after.id, format!("ALTER POLICY {name} ON {table}{rest}"));
        lines.push(line.with(Hazard::ChangesRights));
    }
    lines.extend(comment::change(scene, before, after));
    lines
}

/// What a role may do: privileges, and which of them it may give to others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Privileges {
    /// `None`: all there are.
    plain: Option<BTreeSet<String>>,
    grantable: BTreeSet<String>,
}

impl Privileges {
    fn of(text: &str) -> Self {
        let mut privileges = Self {
            plain: Some(BTreeSet::new()),
            grantable: BTreeSet::new(),
        };
        for item in text.split(", ").filter(|item| *item != "none") {
            let name = match item.strip_suffix(" with grant option") {
                Some(name) => {
                    privileges.grantable.insert(name.to_owned());
                    name
                }
                None => item,
            };
            if let Some(plain) = &mut privileges.plain {
                plain.insert(name.to_owned());
            }
        }
        privileges
    }

    /// What a role may when nothing is said.
    fn usual(on: &Fact, grant: &FactId, is_column: bool, major: u32) -> Self {
        let kind = on.id.kind;
        let names: &[&str] = match grant.name() {
            _ if is_column => &[],
            "the owner" => {
                return Self {
                    plain: None,
                    grantable: BTreeSet::new(),
                };
            }
            "public" if kind.takes_arguments() => &["EXECUTE"],
            "public" if is_type(&on.id) => &["USAGE"],
            "public" if kind == Kind::Schema && on.id.name() == "public" && major < 15 => {
                &["CREATE", "USAGE"]
            }
            "public" if kind == Kind::Schema && on.id.name() == "public" => &["USAGE"],
            _ => &[],
        };
        Self {
            plain: Some(names.iter().map(|name| (*name).to_owned()).collect()),
            grantable: BTreeSet::new(),
        }
    }
}

/// What a role may do with an object that has just been made.
fn at_first(scene: &Scene, on: &Fact, grant: &FactId) -> Privileges {
    let usual = Privileges::usual(on, grant, false, scene.b.major);
    let Some(of) = letter(&on.id) else {
        return usual;
    };
    let given = |schema: Option<&str>, role: &str| {
        let key = Given {
            of: of.to_owned(),
            schema: schema.map(str::to_owned),
            role: role.to_owned(),
        };
        scene.a.given.get(&key).map(|text| Privileges::of(text))
    };
    if grant.name() == "the owner" {
        return usual;
    }
    // What is said for all schemas is said anew, from nothing.
    let mut first = if given(None, "the owner").is_some() {
        given(None, grant.name()).unwrap_or_else(|| Privileges::of("none"))
    } else {
        usual
    };
    if let Some(more) = given(on.id.path.first().map(String::as_str), grant.name()) {
        first.grantable.extend(more.grantable);
        if let (Some(plain), Some(more)) = (&mut first.plain, more.plain) {
            plain.extend(more);
        }
    }
    first
}

/// Default privileges have this letter for what is given with an object.
fn letter(on: &FactId) -> Option<&'static str> {
    Some(match on.kind {
        Kind::Table | Kind::View | Kind::MaterializedView => "r",
        Kind::Sequence => "S",
        Kind::Schema => "n",
        Kind::Function | Kind::Procedure | Kind::Aggregate => "f",
        _ if is_type(on) => "T",
        _ => return None,
    })
}

/// A new object is given to roles by default; those that shall not have it lose it.
pub(super) fn taken_back(scene: &Scene, made: &Fact) -> Vec<Line> {
    let parts = scene.work.within_b(&made.id);
    let columns = parts.iter().chain([&made.id]);
    let serials = columns.filter_map(|id| scene.b.facts.get(scene.serial_of(id)?));
    let mut lines = Vec::new();
    for on in serials.chain([made]) {
        let Some(of) = letter(&on.id) else { continue };
        let roles = scene.a.given.keys().filter(|given| given.of == of);
        let mut roles: BTreeSet<&str> = roles.map(|given| given.role.as_str()).collect();
        if !roles.is_empty() {
            roles.insert("public");
        }
        for role in roles {
            let mut path = on.id.path.clone();
            path.push(role.to_owned());
            let grant = FactId {
                kind: Kind::Grant,
                path,
            };
            let is_said = scene.work.within_b(&on.id).contains(&grant);
            if !is_said {
                let first = at_first(scene, on, &grant);
                let usual = Privileges::usual(on, &grant, false, scene.b.major);
                lines.extend(changed(scene, on, &grant, None, [&first, &usual]));
            }
        }
    }
    lines
}

/// What a role may do changes; where one side says nothing, it is the usual, or what a
/// new object is given by default.
pub(super) fn grant(scene: &Scene, before: Option<&Fact>, after: Option<&Fact>) -> Vec<Line> {
    let Some(fact) = after.or(before) else {
        return Vec::new();
    };
    let Some(on) = fact.parent.as_ref().and_then(|id| scene.fact(id)) else {
        return Vec::new();
    };
    let is_column = on.id.kind == Kind::Column
        || (matches!(
            on.id.kind,
            Kind::Table | Kind::View | Kind::MaterializedView
        ) && fact.id.path.len() == 4);
    let usual = Privileges::usual(on, &fact.id, is_column, scene.b.major);
    let of = |fact: Option<&Fact>| {
        let text = fact.and_then(|fact| fact.get("privileges"));
        text.map(Privileges::of)
    };
    let is_new = scene.work.create.contains(&on.id) && !is_column;
    let old = of(before).unwrap_or_else(|| {
        if is_new {
            at_first(scene, on, &fact.id)
        } else {
            usual.clone()
        }
    });
    let new = of(after).unwrap_or(usual);
    let column = is_column
        .then(|| fact.id.path.get(2).map(|name| ident(name)))
        .flatten();
    changed(scene, on, &fact.id, column.as_deref(), [&old, &new])
}

/// The statements that make one set of privileges out of another.
fn changed(
    scene: &Scene,
    on: &Fact,
    grant: &FactId,
    column: Option<&str>,
    [old, new]: [&Privileges; 2],
) -> Vec<Line> {
    let target = target(scene, on);
    let role = match grant.name() {
        "the owner" => "CURRENT_USER".to_owned(),
        "public" => "PUBLIC".to_owned(),
        name => ident(name),
    };
    let list = |names: &BTreeSet<String>| -> String {
        let names: Vec<String> = names
            .iter()
            .map(|name| match column {
                Some(column) => format!("{name} ({column})"),
                None => name.clone(),
            })
            .collect();
        names.join(", ")
    };
    let mut lines = Vec::new();
    let mut say = |sql: String| {
        lines.push(Line::new(grant, sql).with(Hazard::ChangesRights));
    };
    match (&old.plain, &new.plain) {
        (_, None) => say(format!("GRANT ALL ON {target} TO {role}")),
        (None, Some(now)) => {
            say(format!("REVOKE ALL ON {target} FROM {role}"));
            if !now.is_empty() {
                say(format!("GRANT {} ON {target} TO {role}", list(now)));
            }
        }
        (Some(was), Some(now)) => {
            let gone: BTreeSet<String> = was.difference(now).cloned().collect();
            let less: BTreeSet<String> = old
                .grantable
                .iter()
                .filter(|name| now.contains(*name) && !new.grantable.contains(*name))
                .cloned()
                .collect();
            let plain: BTreeSet<String> = now
                .difference(was)
                .filter(|name| !new.grantable.contains(*name))
                .cloned()
                .collect();
            let more: BTreeSet<String> =
                new.grantable.difference(&old.grantable).cloned().collect();
            if !gone.is_empty() {
                say(format!("REVOKE {} ON {target} FROM {role}", list(&gone)));
            }
            if !less.is_empty() {
                say(format!(
                    "REVOKE GRANT OPTION FOR {} ON {target} FROM {role}",
                    list(&less)
                ));
            }
            if !plain.is_empty() {
                say(format!("GRANT {} ON {target} TO {role}", list(&plain)));
            }
            if !more.is_empty() {
                say(format!(
                    "GRANT {} ON {target} TO {role} WITH GRANT OPTION",
                    list(&more)
                ));
            }
        }
    }
    lines
}

/// What an object is called after `GRANT … ON`.
fn target(scene: &Scene, on: &Fact) -> String {
    let object = scene.names.object(&on.id);
    match on.id.kind {
        Kind::Schema => format!("SCHEMA {}", ident(on.id.name())),
        Kind::Sequence => format!("SEQUENCE {object}"),
        Kind::Procedure => format!("PROCEDURE {}", scene.names.routine(on)),
        Kind::Function | Kind::Aggregate => {
            // Aggregates are told apart by all that they take.
            let name = scene.names.routine(on);
            let name = match (on.id.kind, name.split_once('(')) {
                (Kind::Aggregate, Some((name, _))) => format!("{name}({})", on.id.name()),
                _ => name,
            };
            format!("FUNCTION {name}")
        }
        Kind::Domain => format!("DOMAIN {object}"),
        _ if is_type(&on.id) => format!("TYPE {object}"),
        _ => object,
    }
}
