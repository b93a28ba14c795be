//! The graph as lines: what stands beside each revision.

use crate::{
    model::picture::{Holder, Item, Node, Picture, Rows, TagKind},
    ui::{TextStyle, drawing},
};

/// The lines of a drawing; long texts are broken where there is a width.
pub(super) fn lines(
    picture: &Picture,
    rows: &Rows,
    color: bool,
    width: Option<usize>,
) -> Vec<String> {
    let paint =
        |text: &str, style: TextStyle| style.force_styling(color).apply_to(text).to_string();
    let entries: Vec<drawing::Entry> = rows
        .items
        .iter()
        .map(|item| match item {
            Item::Folded(range) => drawing::Entry {
                mark: "⋮".to_owned(),
                style: TextStyle::new().dim(),
                text: paint(&picture.stretch(range), TextStyle::new().dim()),
            },
            Item::Revision(at) => {
                let node = &picture.nodes[*at];
                drawing::Entry {
                    mark: mark(picture, node).to_owned(),
                    style: style(node),
                    text: beside(picture, node, &paint),
                }
            }
        })
        .collect();
    drawing::draw(&rows.lanes, &entries, color, width)
}

fn mark(picture: &Picture, node: &Node) -> &'static str {
    match (&node.holder, picture.is_applied(node)) {
        (Holder::Unread | Holder::LedgerOnly, _) => "◌",
        (_, Some(false)) => "○",
        _ => "●",
    }
}

/// The colour says whose it is, as the words beside it do.
fn style(node: &Node) -> TextStyle {
    let style = TextStyle::new();
    match node.holder {
        Holder::Mine(_) | Holder::Uncommitted => style.green().bold(),
        Holder::Branches(_) => style.magenta().bold(),
        Holder::Unread | Holder::LedgerOnly => style.red().bold(),
        Holder::Published(_) | Holder::Unknown => style.bold(),
    }
}

/// `7f3a9c21e4b0 (head, main) Add phone_number to users`
fn beside(picture: &Picture, node: &Node, paint: &dyn Fn(&str, TextStyle) -> String) -> String {
    let mut tags: Vec<String> = picture
        .tags(node)
        .iter()
        .map(|tag| {
            let own = TextStyle::new();
            let own = match tag.kind {
                TagKind::Place => own.green(),
                TagKind::Label => own.yellow(),
                TagKind::Holder => style(node),
                TagKind::Database => own.cyan().bold(),
                TagKind::Collision => own.red(),
            };
            paint(&tag.text, own)
        })
        .collect();
    let depends: Vec<&str> = node
        .ties
        .iter()
        .filter(|tie| tie.1 == crate::model::lanes::Tie::Dependency)
        .map(|tie| picture.nodes[tie.0].id.as_str())
        .collect();
    if !depends.is_empty() {
        tags.push(format!("depends on {}", depends.join(", ")));
    }
    let id = paint(node.id.as_str(), TextStyle::new().yellow());
    let tags = if tags.is_empty() {
        String::new()
    } else {
        format!(" ({})", tags.join(", "))
    };
    format!("{id}{tags}  {}", node.message)
}
