//! The graph in DOT, for Graphviz and whatever reads it.
//!
//! Arrows point the way revisions are applied, the newest on top.

use std::fmt::Write as _;

use super::{
    escape::dot,
    tone::{COLLIDES_LIGHT, Tone, row_tone},
    words::short,
};
use crate::model::{
    lanes::Tie,
    picture::{Item, Node, Picture, Rows, TagKind},
};

/// Columns of a message.
const MESSAGE: usize = 60;

/// Writes rows of a picture as a directed graph.
pub fn render(picture: &Picture, rows: &Rows) -> String {
    let mut out = format!(
        "digraph teammig {{\n  label=\"{}\";\n  labelloc=t;\n  fontname=\"Helvetica\";\n  rankdir=BT;\n  \
         node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=11];\n  \
         edge [color=\"#57606a\"];\n",
        dot(&picture.title)
    );
    for (row, item) in rows.items.iter().enumerate() {
        let tone = row_tone(picture, rows, row);
        let color = tone.light();
        let own = name(picture, item);
        let _ = match item {
            Item::Folded(range) => writeln!(
                out,
                "  \"{own}\" [shape=plaintext, fontcolor=\"{color}\", label=\"{}\"];",
                dot(&picture.stretch(range))
            ),
            Item::Revision(at) => {
                let node = &picture.nodes[*at];
                let mut style = String::from("rounded");
                if tone == Tone::Phantom {
                    style.push_str(",dashed");
                }
                let wide = if node.stands.is_empty() { 1 } else { 2 };
                writeln!(
                    out,
                    "  \"{own}\" [color=\"{color}\", style=\"{style}\", penwidth={wide}, label=\"{}\"];",
                    label(picture, node)
                )
            }
        };
    }
    for (row, item) in rows.items.iter().enumerate() {
        for link in &rows.lanes[row].links {
            let style = match link.tie {
                Tie::Parent => "",
                Tie::Dependency => " [style=dashed]",
            };
            if let Some(to) = rows.items.get(link.to) {
                let (from, to) = (name(picture, to), name(picture, item));
                let _ = writeln!(out, "  \"{from}\" -> \"{to}\"{style};");
            }
        }
    }
    for collision in &picture.collisions {
        let place = |node: usize| {
            let item = &rows.items[rows.row_of(node)?];
            Some(name(picture, item))
        };
        if let (Some(one), Some(other)) = (place(collision.one), place(collision.other)) {
            let _ = writeln!(
                out,
                "  \"{one}\" -> \"{other}\" [dir=none, constraint=false, style=dotted, \
                 color=\"{COLLIDES_LIGHT}\", fontcolor=\"{COLLIDES_LIGHT}\", fontsize=10, label=\"{}\"];",
                dot(&collision.words())
            );
        }
    }
    out.push_str("}\n");
    out
}

/// Ids are letters, digits and `_`, so a stretch cannot be taken for one.
fn name(picture: &Picture, item: &Item) -> String {
    let id = picture
        .nodes
        .get(item.nodes().start)
        .map_or("", |node| node.id.as_str());
    match item {
        Item::Revision(_) => id.to_owned(),
        Item::Folded(_) => format!("{id} …"),
    }
}

fn label(picture: &Picture, node: &Node) -> String {
    let mut lines = vec![dot(node.id.as_str())];
    if !node.message.is_empty() {
        lines.push(dot(&short(&node.message, MESSAGE)));
    }
    let tags: Vec<String> = picture
        .tags(node)
        .iter()
        // That is an edge.
        .filter(|tag| tag.kind != TagKind::Collision)
        .map(|tag| dot(&tag.text))
        .collect();
    if !tags.is_empty() {
        lines.push(format!("[{}]", tags.join(", ")));
    }
    lines.join("\\n")
}

#[cfg(test)]
mod tests {
    use crate::{document::testing, model::picture::Fold};

    #[test]
    fn a_small_graph() {
        let picture = testing::team();
        insta::assert_snapshot!(super::render(&picture, &picture.rows(Fold::Never)), @r##"
        digraph teammig {
          label="shop on main";
          labelloc=t;
          fontname="Helvetica";
          rankdir=BT;
          node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];
          edge [color="#57606a"];
          "aaaa00000004" [color="#1a7f37", style="rounded", penwidth=1, label="aaaa00000004\nMine &amp; <b>new</b>\n[head, not committed]"];
          "bbbb00000003" [color="#8250df", style="rounded", penwidth=1, label="bbbb00000003\nTheirs\n[head, origin/theirs]"];
          "cccc00000002" [color="#cf222e", style="rounded,dashed", penwidth=2, label="cccc00000002\n[phantom, current: dev]"];
          "dddd00000001" [color="#57606a", style="rounded", penwidth=2, label="dddd00000001\nBase\n[branchpoint, base, shop, origin/main, current: staging]"];
          "dddd00000001" -> "aaaa00000004";
          "dddd00000001" -> "bbbb00000003";
          "cccc00000002" -> "bbbb00000003" [style=dashed];
          "aaaa00000004" -> "bbbb00000003" [dir=none, constraint=false, style=dotted, color="#cf222e", fontcolor="#cf222e", fontsize=10, label="column users.a\"b"];
        }
        "##);
    }
}
