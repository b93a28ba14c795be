//! PostgreSQL's own texts in the form that they keep.
//!
//! What the server prints of an expression is not always what it prints once that
//! is read again: `varchar IN (…)` becomes an array that is cast as a whole, and on
//! the next reading an array whose elements are cast. Both are the same, and the
//! second one stays. Without this a schema that went through a dump would differ
//! for ever (pgschema#473, sqldef#1295, atlas#3242).

/// `(ARRAY[a, b])::t[]` as `ARRAY[(a)::t, (b)::t]`, at every place.
pub(super) fn stable(text: &str) -> Option<String> {
    const OPEN: &str = "(ARRAY[";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = find(rest, OPEN) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some((array, length)) = from.get(OPEN.len()..).and_then(cast) {
            out.push_str(&array);
            rest = from.get(OPEN.len() + length..).unwrap_or_default();
        } else {
            out.push_str(OPEN);
            rest = from.get(OPEN.len()..).unwrap_or_default();
        }
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// The array whose elements begin the text, with each of them cast, and where the
/// whole ends.
fn cast(text: &str) -> Option<(String, usize)> {
    let (elements, close) = elements(text)?;
    let rest = text.get(close..)?.strip_prefix("])::")?;
    let length = find(rest, "[]")?;
    let name = rest.get(..length)?;
    // Not beyond the type's name: `numeric(10,2)`, `character varying`, `"a b".c`.
    let is_type = name
        .chars()
        .all(|c| c.is_alphanumeric() || "_ .\"(),".contains(c));
    if !is_type || elements.is_empty() {
        return None;
    }
    let cast: Vec<String> = elements
        .iter()
        .map(|element| format!("({element})::{name}"))
        .collect();
    let end = close + "])::".len() + length + "[]".len();
    Some((format!("ARRAY[{}]", cast.join(", ")), end))
}

/// The elements up to the closing bracket, and where that is.
fn elements(text: &str) -> Option<(Vec<&str>, usize)> {
    let mut found = Vec::new();
    let (mut depth, mut begin) = (0_u32, 0);
    for (at, c) in outside_of_quotes(text) {
        match c {
            '(' | '[' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            ']' if depth == 0 => {
                found.push(text.get(begin..at)?.trim());
                return Some((found, at));
            }
            ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text.get(begin..at)?.trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// Where a text stands that is in no quotes.
fn find(text: &str, wanted: &str) -> Option<usize> {
    outside_of_quotes(text)
        .map(|(at, _)| at)
        .find(|at| text.get(*at..).is_some_and(|rest| rest.starts_with(wanted)))
}

/// Characters in neither kind of quotes, with their places. A doubled quote ends
/// and begins again, which comes to the same; the server prints no other escapes
/// than `E'\\'`, in which quotes are doubled too.
fn outside_of_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |(_, c)| {
        let is_quote = matches!(c, '\'' | '"');
        if let Some(open) = quote {
            if *c == open {
                quote = None;
            }
            return false;
        }
        if is_quote {
            quote = Some(*c);
        }
        !is_quote
    })
}

#[cfg(test)]
mod tests {
    use super::stable;

    #[test]
    fn arrays_that_are_cast() {
        for (text, expected) in [
            (
                "((s)::text = ANY ((ARRAY['a'::character varying, 'b,]'::character varying])::text[]))",
                Some(
                    "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b,]'::character varying)::text]))",
                ),
            ),
            (
                "(x <> ALL ((ARRAY[f(1, 2), 3])::numeric(10,2)[])) OR (y = ANY ((ARRAY[a[1]])::\"T x\"[]))",
                Some(
                    "(x <> ALL (ARRAY[(f(1, 2))::numeric(10,2), (3)::numeric(10,2)])) OR (y = ANY (ARRAY[(a[1])::\"T x\"]))",
                ),
            ),
            ("(a = ANY (ARRAY[1, 2]))", None),
            ("'(ARRAY[''a''])::text[]'", None),
            ("(ARRAY['a'])::text = 'b'", None),
            ("(ARRAY[", None),
        ] {
            assert_eq!(stable(text).as_deref(), expected, "{text}");
        }
    }
}
