//! Colours by who has a revision, for light and dark.

use std::fmt::Write as _;

use crate::model::picture::{Holder, Node, Picture, Rows, Tag, TagKind};

/// A colour with a meaning; its name is a CSS class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// Published, or nothing is known.
    Plain,
    /// Mine, not published.
    Mine,
    /// Of another branch; branches beyond the sixth share colours.
    Branch(usize),
    /// In a ledger only.
    Phantom,
}

/// How many colours there are for branches.
pub(super) const BRANCHES: usize = 6;

impl Tone {
    pub(super) fn of(node: &Node) -> Self {
        match &node.holder {
            Holder::Published(_) | Holder::Unknown => Self::Plain,
            Holder::Mine(_) | Holder::Uncommitted => Self::Mine,
            Holder::Branches(of) => of
                .first()
                .map_or(Self::Plain, |&branch| Self::branch(branch)),
            Holder::Unread | Holder::LedgerOnly => Self::Phantom,
        }
    }

    pub(super) fn branch(at: usize) -> Self {
        Self::Branch(at % BRANCHES)
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Mine => "mine",
            Self::Phantom => "phantom",
            Self::Branch(n) => ["b0", "b1", "b2", "b3", "b4", "b5"]
                .get(n)
                .copied()
                .unwrap_or("plain"),
        }
    }

    /// For programs that know no classes: a colour readable on white.
    pub(super) fn light(self) -> &'static str {
        COLORS
            .iter()
            .find(|(class, ..)| *class == self.class())
            .map_or("#57606a", |(_, light, _)| light)
    }
}

/// Class, colour on white, colour on black; each has a contrast of at least
/// 4.5 to its background (WCAG AA), which the test in the browser measures.
const COLORS: &[(&str, &str, &str)] = &[
    ("plain", "#57606a", "#9aa4af"),
    ("mine", "#1a7f37", "#3fb950"),
    ("b0", "#8250df", "#b392f0"),
    ("b1", "#bc4c00", "#f0883e"),
    ("b2", "#0969da", "#58a6ff"),
    ("b3", "#bf3989", "#f778ba"),
    ("b4", "#1b7c83", "#39c5cf"),
    ("b5", "#7d6300", "#d4b106"),
    ("phantom", "#cf222e", "#ff7b72"),
    (COLLIDES, "#cf222e", "#ff7b72"),
];

/// The class of what collides.
pub(super) const COLLIDES: &str = "collides";

/// Its colour for programs that know no classes.
pub(super) const COLLIDES_LIGHT: &str = "#cf222e";

/// The colours as CSS: a class sets `color`, and what is drawn uses `currentColor`.
pub(super) fn css() -> String {
    let mut light = String::from(
        ":root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--soft:#57606a;--line:#d8dee4;--hover:#f3f5f7}\n",
    );
    let mut dark = String::from(
        "@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--hover:#161b22}",
    );
    for (class, on_white, on_black) in COLORS {
        let _ = write!(light, ".{class}{{color:{on_white}}}");
        let _ = write!(dark, ".{class}{{color:{on_black}}}");
    }
    format!("{light}\n{dark}}}\n")
}

/// The colour of a row: of its revision, or of those that are folded there.
pub(super) fn row_tone(picture: &Picture, rows: &Rows, row: usize) -> Tone {
    rows.items
        .get(row)
        .and_then(|item| picture.nodes.get(item.nodes().start))
        .map_or(Tone::Plain, Tone::of)
}

/// The class of a tag's colour.
pub(super) fn tag_class(picture: &Picture, node: &Node, tag: &Tag) -> &'static str {
    match tag.kind {
        TagKind::Place => "place",
        TagKind::Label => "label",
        TagKind::Database => "database",
        TagKind::Collision => COLLIDES,
        TagKind::Holder => picture
            .branches
            .iter()
            .position(|branch| *branch == tag.text)
            .map_or_else(|| Tone::of(node), Tone::branch)
            .class(),
    }
}
