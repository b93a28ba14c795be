//! The header of a native revision: YAML in the leading comment block.
//!
//! Almost every header has the form that teammig itself writes, one `key:
//! value` per line with plain words and flow lists. Those are read directly,
//! since a YAML library takes longer for a header than the disk takes for the
//! file. Everything else that YAML allows goes to the library.

use std::ops::Range;

use serde::Deserialize;

use crate::model::{Finding, Revision, Rule, SourceFile, nesting::too_deep};

mod understand;

pub use understand::is_label;
use understand::understand;

/// The keys that a header may have.
pub const KEYS: [&str; 8] = [
    "revision",
    "parents",
    "depends_on",
    "labels",
    "message",
    "created",
    "proved",
    "amended",
];

/// A header, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What it says of the revision.
    pub revision: Revision,
    /// Its bytes, from the line `-- teammig:` to the end of its last line.
    pub span: Range<usize>,
}

/// One `key: value` of the header, by bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    key: Range<usize>,
    /// From after the colon to the end of the value's last line.
    value: Range<usize>,
    /// The value goes on below the key's line.
    multiline: bool,
}

/// The header's lines, before anything is understood.
#[derive(Debug)]
struct Block {
    span: Range<usize>,
    /// Content of each line after the `--`, by bytes of the file.
    lines: Vec<Range<usize>>,
    fields: Vec<Field>,
    /// There are lines that are neither a field nor the rest of one, such as a quoted key.
    odd: bool,
}

/// Reads the header of `file`, or says what is wrong with it.
pub fn parse(file: &SourceFile) -> Result<Header, Box<Finding>> {
    let Some(block) = find_block(&file.text) else {
        return Err(Box::new(no_header(file)));
    };
    check_keys(file, &block)?;
    let raw = match read_plain(&file.text, &block) {
        Some(raw) => raw,
        None => read_yaml(file, &block)?,
    };
    Ok(Header {
        revision: understand(file, &block, raw)?,
        span: block.span,
    })
}

/// Where the header's `key` names `text`; else the key's value; else the header.
pub fn locate(file: &SourceFile, key: &str, text: &str) -> Range<usize> {
    let Some(block) = find_block(&file.text) else {
        return 0..0;
    };
    let Some(field) = block.field(&file.text, key) else {
        return block.lines.first().cloned().unwrap_or(0..0);
    };
    find_word(&file.text, field.value.clone(), text)
        .unwrap_or_else(|| trim(&file.text, field.value.clone()))
}

/// Where a key's value stands, or would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// From after the colon to the end of the value's last line.
    Value(Range<usize>),
    /// There is no such key; the one of the revision's id stands here.
    After(Range<usize>),
}

/// The last key of a header, with its value.
pub(super) fn last_field(file: &SourceFile) -> Option<Range<usize>> {
    let block = find_block(&file.text)?;
    let field = block.fields.last()?;
    Some(field.key.start..field.value.end)
}

/// Where the value of `key` stands in a header that could be read.
pub(super) fn place(file: &SourceFile, key: &str) -> Option<Place> {
    let block = find_block(&file.text)?;
    match block.field(&file.text, key) {
        Some(field) => Some(Place::Value(field.value.clone())),
        None => block
            .field(&file.text, "revision")
            .map(|field| Place::After(field.key.start..field.value.end)),
    }
}

impl Block {
    fn field(&self, text: &str, key: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|field| &text[field.key.clone()] == key)
    }
}

/// What the header says, as text, before ids and times are checked.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    revision: Option<Text>,
    parents: Option<Vec<Text>>,
    depends_on: Option<Vec<Text>>,
    labels: Option<Vec<Text>>,
    message: Option<Text>,
    created: Option<Text>,
    proved: Option<Text>,
    amended: Option<Vec<RawAmended>>,
}

/// An entry that allows a deliberate edit of a fixed revision.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAmended {
    was: Text,
    options: Option<Text>,
    reason: Text,
}

/// A scalar taken as text: an id such as `123456789012` looks like a number to YAML,
/// which is kept beside it until the text is found in the file.
#[derive(Debug, PartialEq)]
struct Text(String, Option<serde_yaml::Value>);

impl Text {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into(), None)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Text;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text (put it in quotes)")
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text::new(text))
            }
            fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
                Ok(Text(number.to_string(), Some(number.into())))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string(), Some(number.into())))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
                Ok(Text(number.to_string(), Some(number.into())))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string(), Some(value.into())))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

fn find_block(text: &str) -> Option<Block> {
    let mut offset = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut lines: Vec<Range<usize>> = Vec::with_capacity(KEYS.len() + 1);
    let mut start = 0;
    let mut end = 0;
    let mut indent = 0;
    for line in text[offset..].split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let at = offset;
        offset += line.len();
        let comment = content.strip_prefix("--");
        if lines.is_empty() {
            match comment {
                Some(inner) if inner.trim() == "teammig:" => {
                    start = at;
                    end = at + content.len();
                    indent = inner.len() - inner.trim_start().len();
                    lines.push(at + 2..end);
                }
                // A licence or a remark may stand above the header, SQL may not.
                Some(inner) if !inner.trim_start().starts_with("migrate:") => {}
                None if content.trim().is_empty() => {}
                _ => return None,
            }
            continue;
        }
        match comment {
            Some(inner)
                if inner.trim().is_empty() || inner.len() - inner.trim_start().len() > indent =>
            {
                end = at + content.len();
                lines.push(at + 2..end);
            }
            _ => break,
        }
    }
    if lines.is_empty() {
        return None;
    }
    while lines.len() > 1 && text[lines[lines.len() - 1].clone()].trim().is_empty() {
        lines.pop();
        end = lines[lines.len() - 1].end;
    }
    let (fields, odd) = find_fields(text, &lines);
    Some(Block {
        span: start..end,
        lines,
        fields,
        odd,
    })
}

fn find_fields(text: &str, lines: &[Range<usize>]) -> (Vec<Field>, bool) {
    let mut fields: Vec<Field> = Vec::with_capacity(KEYS.len());
    let mut odd = false;
    let mut base = None;
    for line in &lines[1..] {
        let content = &text[line.clone()];
        let trimmed = content.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let indent = content.len() - trimmed.len();
        let outer = *base.get_or_insert(indent);
        let key = (indent == outer)
            .then(|| trimmed.split_once(':'))
            .flatten()
            .filter(|(key, _)| is_word(key));
        if let Some((key, _)) = key {
            let start = line.start + indent;
            fields.push(Field {
                key: start..start + key.len(),
                value: start + key.len() + 1..line.end,
                multiline: false,
            });
        } else {
            odd |= indent <= outer;
            if let Some(field) = fields.last_mut() {
                field.value.end = line.end;
                field.multiline = true;
            }
        }
    }
    (fields, odd)
}

fn check_keys(file: &SourceFile, block: &Block) -> Result<(), Box<Finding>> {
    for (n, field) in block.fields.iter().enumerate() {
        let key = &file.text[field.key.clone()];
        if !KEYS.contains(&key) {
            return Err(Box::new(
                bad(format!("unknown key `{key}` in the header"))
                    .at(file, field.key.clone(), "not a key of a revision")
                    .help(format!("the keys are {}", KEYS.join(", "))),
            ));
        }
        if let Some(first) = block.fields[..n]
            .iter()
            .find(|other| &file.text[other.key.clone()] == key)
        {
            return Err(Box::new(
                bad(format!("the header has `{key}` twice"))
                    .at(file, field.key.clone(), "the second one")
                    .see(file, first.key.clone(), "the first one")
                    .help("remove one of them"),
            ));
        }
    }
    Ok(())
}

/// The forms that teammig writes; `None` hands over to the YAML library.
fn read_plain(text: &str, block: &Block) -> Option<Raw> {
    // A line that belongs to no field is something only YAML can judge.
    if block.odd {
        return None;
    }
    let mut raw = Raw::default();
    for field in &block.fields {
        if field.multiline {
            return None;
        }
        let value = text[field.value.clone()].trim();
        match &text[field.key.clone()] {
            "revision" => raw.revision = Some(plain(value)?),
            "parents" => raw.parents = Some(plain_list(value)?),
            "depends_on" => raw.depends_on = Some(plain_list(value)?),
            "labels" => raw.labels = Some(plain_list(value)?),
            "message" => raw.message = Some(plain(value)?),
            "created" => raw.created = Some(plain(value)?),
            "proved" => raw.proved = Some(plain(value)?),
            _ => return None,
        }
    }
    Some(raw)
}

fn plain(value: &str) -> Option<Text> {
    if value.starts_with('"') {
        // Every JSON string is a YAML double-quoted scalar with the same meaning.
        return serde_json::from_str::<String>(value).ok().map(Text::new);
    }
    let first = value.chars().next()?;
    let fine = first.is_alphanumeric()
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.contains('\t')
        && !value.ends_with(':');
    fine.then(|| Text::new(value))
}

fn plain_list(value: &str) -> Option<Vec<Text>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?.trim();
    if inner.is_empty() {
        return Some(Vec::new());
    }
    inner
        .split(',')
        .map(|item| {
            let item = item.trim();
            let item = item
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or(item);
            let fine = item.starts_with(char::is_alphanumeric)
                && item
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
            fine.then(|| Text::new(item))
        })
        .collect()
}

fn read_yaml(file: &SourceFile, block: &Block) -> Result<Raw, Box<Finding>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Document {
        teammig: Option<Raw>,
    }
    let yaml = block
        .lines
        .iter()
        .map(|line| &file.text[line.clone()])
        .collect::<Vec<_>>()
        .join("\n");
    let help = "a header looks like `--   parents: [9209a434d045]`, one key per line";
    if too_deep(&yaml).is_some() {
        let finding = bad("the header cannot be read as YAML");
        let finding = finding.at(file, block.span.clone(), "it goes too deep");
        return Err(Box::new(finding.help(help)));
    }
    // The indentation after `--` is common to all lines, so YAML sees a nested mapping.
    match serde_yaml::from_str::<Document>(&yaml) {
        Ok(document) => {
            let mut raw = document.teammig.unwrap_or_default();
            as_written(file, block, &mut raw)?;
            Ok(raw)
        }
        Err(error) => {
            let span = error.location().map_or(block.span.clone(), |at| {
                let line = &block.lines[(at.line().max(1) - 1).min(block.lines.len() - 1)];
                let column = file.text[line.clone()]
                    .char_indices()
                    .nth(at.column().saturating_sub(1))
                    .map_or(line.len(), |(offset, _)| offset);
                let start = line.start + column;
                start..line.end.max(start)
            });
            Err(Box::new(
                bad("the header cannot be read as YAML")
                    .at(file, span, yaml_reason(&error))
                    .help(help),
            ))
        }
    }
}

/// Ids, labels and messages that YAML took for numbers get the text that stands in the file.
fn as_written(file: &SourceFile, block: &Block, raw: &mut Raw) -> Result<(), Box<Finding>> {
    let lists = [
        ("parents", &mut raw.parents),
        ("depends_on", &mut raw.depends_on),
        ("labels", &mut raw.labels),
    ];
    let scalars = [
        ("revision", &mut raw.revision),
        ("message", &mut raw.message),
        ("proved", &mut raw.proved),
    ];
    let amended = raw.amended.iter_mut().flatten();
    let texts = lists
        .into_iter()
        .flat_map(|(key, list)| list.iter_mut().flatten().map(move |text| (key, text)))
        .chain(
            scalars
                .into_iter()
                .flat_map(|(key, text)| text.iter_mut().map(move |text| (key, text))),
        )
        .chain(amended.flat_map(|entry| {
            let options = entry.options.iter_mut();
            let texts = [&mut entry.was, &mut entry.reason]
                .into_iter()
                .chain(options);
            texts.map(|text| ("amended", text))
        }));
    for (key, text) in texts {
        let Some(value) = text.1.take() else { continue };
        let Some(written) = written(file, block, key, &value) else {
            return Err(Box::new(
                bad(format!("`{key}` has a value that is not a text"))
                    .at(
                        file,
                        locate(file, key, &text.0),
                        "read as a number or a truth value",
                    )
                    .help("write it in quotes"),
            ));
        };
        text.0 = written;
    }
    Ok(())
}

/// The only word in the value of `key` that YAML reads as `value`.
fn written(
    file: &SourceFile,
    block: &Block,
    key: &str,
    value: &serde_yaml::Value,
) -> Option<String> {
    let field = block.field(&file.text, key)?;
    let mut found: Option<&str> = None;
    let words = file.text[field.value.clone()]
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'));
    for word in words.filter(|word| !word.is_empty()) {
        let same = serde_yaml::from_str::<serde_yaml::Value>(word).is_ok_and(|it| it == *value);
        if same && found.is_some_and(|other| other != word) {
            return None;
        }
        if same {
            found = Some(word);
        }
    }
    found.map(str::to_owned)
}

fn yaml_reason(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let text = text
        .strip_prefix("teammig.")
        .or_else(|| text.strip_prefix("teammig: "))
        .unwrap_or(&text);
    // The position is shown as a caret.
    text.split(" at line ").next().unwrap_or(text).to_owned()
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

pub(super) fn find_word(text: &str, within: Range<usize>, word: &str) -> Option<Range<usize>> {
    if word.is_empty() {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let hay = &text[within.clone()];
    hay.match_indices(word)
        .find(|(at, _)| {
            !hay[..*at].chars().next_back().is_some_and(is_part)
                && !hay[at + word.len()..].chars().next().is_some_and(is_part)
        })
        .map(|(at, _)| within.start + at..within.start + at + word.len())
}

fn trim(text: &str, span: Range<usize>) -> Range<usize> {
    let inner = &text[span.clone()];
    let start = span.start + (inner.len() - inner.trim_start().len());
    start..(start + inner.trim().len())
}

fn no_header(file: &SourceFile) -> Finding {
    if file.text.trim().is_empty() {
        return bad("the file is empty")
            .at(file, 0..0, "")
            .help("delete it, or write the revision with `teammig create`");
    }
    bad("no teammig header")
        .at(file, 0..0, "expected `-- teammig:` in the leading comment")
        .help("`teammig create` writes the header; `teammig import` takes over other tools' files")
}

pub(super) fn bad(message: impl Into<String>) -> Finding {
    Finding::error(Rule::UnreadableRevision, message)
}

#[cfg(test)]
mod tests;
