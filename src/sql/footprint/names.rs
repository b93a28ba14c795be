//! Which object a name means: schemas, temporary tables, and the names that PostgreSQL
//! makes up for what has none.

use std::collections::BTreeSet;

/// The schema of temporary tables, whichever it really is.
const TEMPORARY: &str = "pg_temp";

/// PostgreSQL's own schemas, which no revision changes.
const SYSTEM: [&str; 2] = ["pg_catalog", "information_schema"];

/// The longest name, in bytes.
const LONGEST: usize = 63;

/// What names mean at one place of a script.
#[derive(Debug, Clone)]
pub(super) struct Names {
    at_first: Vec<String>,
    path: Vec<String>,
    temporary: BTreeSet<String>,
}

/// A schema and a name in it.
pub(super) type Full = (String, String);

impl Names {
    pub(super) fn new(path: &[&str]) -> Self {
        let at_first: Vec<String> = path.iter().map(|schema| (*schema).to_owned()).collect();
        Self {
            path: at_first.clone(),
            at_first,
            temporary: BTreeSet::new(),
        }
    }

    /// `SET search_path`; nothing = `RESET`.
    pub(super) fn set_path(&mut self, schemas: Option<Vec<String>>) {
        self.path = match schemas {
            Some(mut schemas) => {
                schemas.retain(|schema| {
                    !schema.is_empty() && schema != "$user" && !SYSTEM.contains(&schema.as_str())
                });
                schemas
            }
            None => self.at_first.clone(),
        };
    }

    /// Does something with another schema as the default.
    pub(super) fn path(&self) -> Vec<String> {
        self.path.clone()
    }

    /// The schema that things are created in.
    pub(super) fn default_schema(&self) -> String {
        let first = self.path.first().or(self.at_first.first());
        first.map_or_else(|| "public".to_owned(), Clone::clone)
    }

    /// A name for something new.
    pub(super) fn created(&self, path: &[String]) -> Full {
        match path {
            [.., schema, name] => (schema.clone(), name.clone()),
            [name] => (self.default_schema(), name.clone()),
            [] => (self.default_schema(), String::new()),
        }
    }

    /// A temporary table: unqualified names mean it from now on.
    pub(super) fn temporary(&mut self, path: &[String]) -> Full {
        let name = path.last().cloned().unwrap_or_default();
        self.temporary.insert(name.clone());
        (TEMPORARY.to_owned(), name)
    }

    /// What a name can mean: one object for each schema of the path. None of ours where
    /// it is PostgreSQL's.
    pub(super) fn meant(&self, path: &[String]) -> Vec<Full> {
        let full = match path {
            [.., schema, _] if SYSTEM.contains(&schema.as_str()) => Vec::new(),
            [.., schema, name] => vec![(schema.clone(), name.clone())],
            [name] if self.temporary.contains(name) => {
                vec![(TEMPORARY.to_owned(), name.clone())]
            }
            [name] if self.path.len() < 2 => vec![(self.default_schema(), name.clone())],
            [name] => {
                let all = self.path.iter();
                all.map(|schema| (schema.clone(), name.clone())).collect()
            }
            [] => Vec::new(),
        };
        full.into_iter()
            .filter(|(_, name)| !name.is_empty())
            .collect()
    }
}

/// The name that PostgreSQL makes up (`makeObjectName`): `table_columns_label`, the
/// longer one of both cut first.
pub(super) fn made_up(table: &str, columns: Option<&str>, label: &str) -> String {
    let columns = columns.filter(|columns| !columns.is_empty());
    let joints = if columns.is_some() { 2 } else { 1 };
    let room = LONGEST.saturating_sub(label.len() + joints);
    let mut first = table.len();
    let mut second = columns.map_or(0, str::len);
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let first = cut(table, first);
    match columns {
        Some(columns) => format!("{first}_{}_{label}", cut(columns, second)),
        None => format!("{first}_{label}"),
    }
}

fn cut(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// A list that stands in a text: `'a, "B"'`.
pub(super) fn listed(text: &str) -> Vec<String> {
    text.split(',').map(dotless).collect()
}

/// A name that stands in a text, in its parts: `'app."Users_id_seq"'`.
pub(super) fn dotted(text: &str) -> Vec<String> {
    text.split('.').map(dotless).collect()
}

fn dotless(name: &str) -> String {
    let name = name.trim();
    match name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn schemas() {
        let mut names = Names::new(&["public"]);
        let full = |schema: &str, name: &str| (schema.to_owned(), name.to_owned());
        assert_eq!(names.created(&words("t")), full("public", "t"));
        assert_eq!(names.created(&words("app t")), full("app", "t"));
        assert_eq!(names.created(&words("db app t")), full("app", "t"));
        assert_eq!(names.meant(&words("pg_catalog pg_class")), []);
        names.set_path(Some(words("$user app public pg_catalog")));
        assert_eq!(names.created(&words("t")), full("app", "t"));
        assert_eq!(
            names.meant(&words("t")),
            [full("app", "t"), full("public", "t")]
        );
        assert_eq!(names.temporary(&words("t")), full("pg_temp", "t"));
        assert_eq!(names.meant(&words("t")), [full("pg_temp", "t")]);
        assert_eq!(names.meant(&words("app t")), [full("app", "t")]);
        names.set_path(Some(Vec::new()));
        assert_eq!(names.created(&words("u")), full("public", "u"));
        names.set_path(None);
        assert_eq!(names.meant(&words("u")), [full("public", "u")]);
    }

    /// As PostgreSQL 15 names them.
    #[test]
    fn names_that_postgresql_makes_up() {
        let long = "a_table_with_a_very_long_name_that_goes_on_and_on_for_ever";
        for (table, columns, label, name) in [
            ("t", None, "pkey", "t_pkey"),
            ("t", Some("a"), "key", "t_a_key"),
            ("t", Some("a_lower"), "idx", "t_a_lower_idx"),
            ("t", None, "check", "t_check"),
            (
                long,
                Some("id"),
                "seq",
                "a_table_with_a_very_long_name_that_goes_on_and_on_for_ev_id_seq",
            ),
            (
                long,
                None,
                "pkey",
                "a_table_with_a_very_long_name_that_goes_on_and_on_for_ever_pkey",
            ),
            (
                long,
                Some("some_column"),
                "key",
                "a_table_with_a_very_long_name_that_goes_on_and__some_column_key",
            ),
            (
                long,
                Some("some_column"),
                "check",
                "a_table_with_a_very_long_name_that_goes_on_an_some_column_check",
            ),
            (
                long,
                Some("some_column"),
                "fkey",
                "a_table_with_a_very_long_name_that_goes_on_and_some_column_fkey",
            ),
        ] {
            assert_eq!(made_up(table, columns, label), name);
        }
    }

    #[test]
    fn names_in_texts() {
        assert_eq!(dotted("app.\"Users_id_seq\""), ["app", "Users_id_seq"]);
        assert_eq!(listed("A, \"B\""), ["a", "B"]);
    }
}
