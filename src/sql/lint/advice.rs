//! What to write instead, in teammig's words.
//!
//! squawk's own advice does not know that a script is one transaction unless its
//! section says otherwise, and has nothing to say where something is dropped.

/// The advice for a rule of PostgreSQL; `None` = squawk's own is good.
pub(super) fn advice(rule: &str, in_transaction: bool) -> Option<String> {
    let text = match rule {
        "adding-field-with-default" => {
            "add the column without the default, set the default in a statement of its own (it then holds for new rows), \
             and fill the old rows in batches in a later revision"
        }
        "adding-foreign-key-constraint" => {
            "add the constraint with NOT VALID here, and VALIDATE CONSTRAINT in the next revision: that does not block \
             writes"
        }
        "adding-not-nullable-field" => {
            "add CHECK (… IS NOT NULL) NOT VALID here, VALIDATE CONSTRAINT in the next revision, and SET NOT NULL in one \
             after that: it then needs no scan"
        }
        "adding-required-field" => {
            "give it a DEFAULT, or add it without NOT NULL, fill it, and add the constraint in a later revision"
        }
        "adding-serial-primary-key-field" => {
            "build a unique index CONCURRENTLY first, in a revision with `-- migrate:up transaction:false`, and then ADD \
             PRIMARY KEY USING INDEX"
        }
        "changing-column-type" => {
            "add a column of the new type, fill it in batches, let the program use it, and drop the old one in a later \
             revision"
        }
        "constraint-missing-not-valid" => {
            "add the constraint with NOT VALID here, and VALIDATE CONSTRAINT in the next revision, which is a transaction \
             of its own"
        }
        "disallowed-unique-constraint" => {
            "build the unique index CONCURRENTLY first, in a revision with `-- migrate:up transaction:false`, and then \
             ADD CONSTRAINT … UNIQUE USING INDEX"
        }
        "require-concurrent-index-creation"
        | "require-concurrent-index-deletion"
        | "require-concurrent-partition-detach"
        | "require-concurrent-reindex" => {
            return Some(if in_transaction {
                "write CONCURRENTLY, in a revision of its own whose way up begins with `-- migrate:up transaction:false`"
                    .to_owned()
            } else {
                "write CONCURRENTLY".to_owned()
            });
        }
        "renaming-column" | "renaming-table" | "ban-set-schema" => {
            return Some(format!(
                "while a release goes out, programs run that know the old name: keep both for a while, or {}",
                meant(rule)
            ));
        }
        "ban-drop-table"
        | "ban-drop-column"
        | "ban-drop-schema"
        | "ban-drop-type"
        | "ban-drop-domain"
        | "ban-drop-sequence"
        | "ban-drop-extension"
        | "ban-drop-database"
        | "ban-truncate-cascade" => {
            return Some(format!(
                "no way down brings it back as it was: release the program that no longer uses it first, then {}",
                meant(rule)
            ));
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// How a finding is answered that is no mistake.
pub(super) fn meant(rule: &str) -> String {
    format!("say that it is meant, on the line above: `-- squawk-ignore {rule}`")
}

/// Advice about a script as it is for a module of Alembic's.
pub(super) fn in_python(advice: &str) -> String {
    const OUTSIDE: &str = "within `with op.get_context().autocommit_block():`";
    let words = [
        (
            "in a revision with `-- migrate:up transaction:false`",
            OUTSIDE,
        ),
        (
            "in a revision of its own whose way up begins with `-- migrate:up transaction:false`",
            OUTSIDE,
        ),
        (
            "into a revision of its own whose way up begins with `-- migrate:up transaction:false`",
            OUTSIDE,
        ),
        (
            "write CONCURRENTLY",
            "write CONCURRENTLY (`postgresql_concurrently=True`)",
        ),
        (
            "with NOT VALID here",
            "with NOT VALID (`postgresql_not_valid=True`) here",
        ),
        ("`-- squawk-ignore", "`# squawk-ignore"),
    ];
    let all = words.into_iter();
    all.fold(advice.to_owned(), |text, (from, to)| text.replace(from, to))
}
