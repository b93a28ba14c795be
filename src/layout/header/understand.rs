//! What a header's texts mean: ids, labels, a time, recorded decisions. What they may
//! not be is a finding that points at them.

use jiff::Timestamp;

use super::{Block, Raw, RawAmended, Text, bad, locate};
use crate::model::{Amended, Finding, Options, RevId, Revision, SourceFile};

pub(super) fn understand(
    file: &SourceFile,
    block: &Block,
    raw: Raw,
) -> Result<Revision, Box<Finding>> {
    let Some(id) = raw.revision else {
        return Err(Box::new(
            bad("the header has no `revision`")
                .at(file, block.lines[0].clone(), "the header starts here")
                .help("add a line `--   revision: <id>`; ids are 12 hex digits as a rule"),
        ));
    };
    let id = revision_id(file, "revision", &id.0)?;
    let parents = raw
        .parents
        .unwrap_or_default()
        .iter()
        .map(|parent| revision_id(file, "parents", &parent.0))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(twice) = parents
        .iter()
        .enumerate()
        .find_map(|(n, parent)| parents[..n].contains(parent).then_some(parent))
    {
        return Err(Box::new(bad(format!("parent {twice} is named twice")).at(
            file,
            locate(file, "parents", twice.as_str()),
            "",
        )));
    }
    let labels = names(raw.labels);
    if let Some(label) = labels.iter().find(|label| !is_label(label)) {
        return Err(Box::new(
            bad(format!("`{label}` cannot be a label"))
                .at(file, locate(file, "labels", label), "")
                .help(
                    "a label has letters, digits, `_`, `-`, `.` and `/`, and starts with a letter",
                ),
        ));
    }
    let created = match &raw.created {
        None => None,
        Some(Text(text, _)) => Some(text.parse::<Timestamp>().map_err(|error| {
            Box::new(
                bad(format!("`{text}` is not a point in time"))
                    .at(file, locate(file, "created", text), error.to_string())
                    .help("write it as 2026-11-22T10:30:00Z"),
            )
        })?),
    };
    Ok(Revision {
        id,
        parents,
        depends_on: names(raw.depends_on),
        labels,
        message: raw.message.map(|text| text.0).unwrap_or_default(),
        created,
        proved: raw.proved.map(|text| text.0),
        amended: amended(file, raw.amended)?,
    })
}

/// The recorded decisions; each names what it changed, and says why.
fn amended(file: &SourceFile, raw: Option<Vec<RawAmended>>) -> Result<Vec<Amended>, Box<Finding>> {
    let entries = raw.unwrap_or_default().into_iter().map(|entry| {
        let was = entry.was.0.to_ascii_lowercase();
        let is_hex = was.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_hex || !(Amended::FEWEST..=64).contains(&was.len()) {
            return Err(Box::new(
                bad(format!("`{}` is no beginning of a checksum", entry.was.0))
                    .at(file, locate(file, "amended", &entry.was.0), "")
                    .help(AMEND),
            ));
        }
        let reason = entry.reason.0.trim();
        if reason.is_empty() {
            return Err(Box::new(
                bad("an entry of `amended` gives no reason")
                    .at(file, locate(file, "amended", &entry.was.0), "this one")
                    .help("say why it had to change, for whoever reviews it"),
            ));
        }
        let options = entry.options.map(|Text(text, _)| {
            text.parse::<Options>().map_err(|error| {
                Box::new(
                    bad(error.to_string())
                        .at(file, locate(file, "amended", text.trim()), "")
                        .help(OPTIONS),
                )
            })
        });
        Ok(Amended {
            was,
            options: options.transpose()?,
            reason: reason.to_owned(),
        })
    });
    entries.collect()
}

const OPTIONS: &str = "say which words stood behind its markers: `none`, `up transaction:false`, `down foreign_keys:off`; `teammig amend REVISION --reason \"…\"` writes it";
const AMEND: &str = "8 to 64 hex digits say what it was before; `teammig amend REVISION --reason \"…\"` writes the entry";

fn names(raw: Option<Vec<Text>>) -> Vec<String> {
    raw.unwrap_or_default()
        .into_iter()
        .map(|text| text.0)
        .collect()
}

fn revision_id(file: &SourceFile, key: &str, text: &str) -> Result<RevId, Box<Finding>> {
    RevId::parse(text).map_err(|error| {
        Box::new(bad(error.to_string()).at(file, locate(file, key, text), "in this id"))
    })
}

/// What a label may look like: Alembic's characters that are free of meaning in `label@head+1`.
pub fn is_label(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphabetic)
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
}
