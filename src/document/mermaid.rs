//! The graph as a Mermaid flowchart, for Markdown pages.
//!
//! Not a `gitGraph`: that one knows merges of two branches and no edge between
//! any others. Arrows point the way revisions are applied, the newest on top.

use std::fmt::Write as _;

use super::{
    escape::mermaid,
    tone::{Tone, row_tone},
    words::short,
};
use crate::model::{
    lanes::Tie,
    picture::{Item, Node, Picture, Rows, TagKind},
};

/// More edges are refused by Mermaid unless the page says otherwise (`maxEdges`).
pub const MOST_EDGES: usize = 500;
/// More bytes are refused by Mermaid unless the page says otherwise (`maxTextSize`).
pub const MOST_BYTES: usize = 50_000;

/// Columns of a message.
const MESSAGE: usize = 60;

/// Writes rows of a picture as a flowchart.
pub fn render(picture: &Picture, rows: &Rows) -> String {
    let mut out = String::from("flowchart BT\n");
    let mut used: Vec<Tone> = Vec::new();
    for (row, item) in rows.items.iter().enumerate() {
        let tone = row_tone(picture, rows, row);
        if !used.contains(&tone) {
            used.push(tone);
        }
        let class = tone.class();
        let _ = match item {
            Item::Folded(range) => writeln!(
                out,
                "  {}[\"{}\"]:::fold",
                name(picture, item),
                mermaid(&picture.stretch(range))
            ),
            Item::Revision(at) => {
                let node = &picture.nodes[*at];
                let (open, close) = if node.stands.is_empty() {
                    ("(", ")")
                } else {
                    ("([", "])")
                };
                writeln!(
                    out,
                    "  {}{open}\"{}\"{close}:::{class}",
                    name(picture, item),
                    label(picture, node)
                )
            }
        };
    }
    for (row, item) in rows.items.iter().enumerate() {
        // A child comes first here; the arrow goes up to it.
        for link in &rows.lanes[row].links {
            let arrow = match link.tie {
                Tie::Parent => "-->",
                Tie::Dependency => "-.->",
            };
            if let Some(to) = rows.items.get(link.to) {
                let _ = writeln!(
                    out,
                    "  {} {arrow} {}",
                    name(picture, to),
                    name(picture, item)
                );
            }
        }
    }
    for collision in &picture.collisions {
        let place = |node: usize| {
            let item = &rows.items[rows.row_of(node)?];
            Some(name(picture, item))
        };
        if let (Some(one), Some(other)) = (place(collision.one), place(collision.other)) {
            let words = mermaid(&collision.words());
            let _ = writeln!(out, "  {one} x-. \"{words}\" .-x {other}");
        }
    }
    if rows.folded() > 0 {
        out.push_str("  classDef fold fill:none,stroke:none\n");
    }
    used.sort_unstable();
    for tone in used {
        let color = tone.light();
        let dash = match tone {
            Tone::Phantom => ",stroke-dasharray:4 3",
            _ => "",
        };
        let _ = writeln!(
            out,
            "  classDef {} fill:#fff,color:#1f2328,stroke:{color},stroke-width:2px{dash}",
            tone.class()
        );
    }
    out
}

/// Words like `end` mean something to Mermaid, so every id gets a prefix.
fn name(picture: &Picture, item: &Item) -> String {
    let id = picture
        .nodes
        .get(item.nodes().start)
        .map_or("", |node| node.id.as_str());
    match item {
        Item::Revision(_) => format!("r_{id}"),
        Item::Folded(_) => format!("f_{id}"),
    }
}

fn label(picture: &Picture, node: &Node) -> String {
    let mut text = format!("<b>{}</b>", mermaid(node.id.as_str()));
    if !node.message.is_empty() {
        let _ = write!(text, "<br/>{}", mermaid(&short(&node.message, MESSAGE)));
    }
    let tags: Vec<String> = picture
        .tags(node)
        .iter()
        .filter(|tag| match tag.kind {
            TagKind::Place => tag.text == "head",
            // That is an edge.
            TagKind::Collision => false,
            TagKind::Label | TagKind::Holder | TagKind::Database => true,
        })
        .map(|tag| mermaid(&tag.text))
        .collect();
    if !tags.is_empty() {
        let _ = write!(text, "<br/><i>{}</i>", tags.join(" · "));
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::{document::testing, model::picture::Fold};

    #[test]
    fn a_small_graph() {
        let picture = testing::team();
        insta::assert_snapshot!(super::render(&picture, &picture.rows(Fold::Never)), @r#"
        flowchart BT
          r_aaaa00000004("<b>aaaa00000004</b><br/>Mine #amp; #lt;b#gt;new#lt;/b#gt;<br/><i>head · not committed</i>"):::mine
          r_bbbb00000003("<b>bbbb00000003</b><br/>Theirs<br/><i>head · origin/theirs</i>"):::b0
          r_cccc00000002(["<b>cccc00000002</b><br/><i>phantom · current: dev</i>"]):::phantom
          r_dddd00000001(["<b>dddd00000001</b><br/>Base<br/><i>shop · origin/main · current: staging</i>"]):::plain
          r_dddd00000001 --> r_aaaa00000004
          r_dddd00000001 --> r_bbbb00000003
          r_cccc00000002 -.-> r_bbbb00000003
          r_aaaa00000004 x-. "column users.a#quot;b" .-x r_bbbb00000003
          classDef plain fill:#fff,color:#1f2328,stroke:#57606a,stroke-width:2px
          classDef mine fill:#fff,color:#1f2328,stroke:#1a7f37,stroke-width:2px
          classDef b0 fill:#fff,color:#1f2328,stroke:#8250df,stroke-width:2px
          classDef phantom fill:#fff,color:#1f2328,stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3
        "#);
    }
}
