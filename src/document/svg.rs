//! The graph as one SVG picture: for a README, a wiki, a review.
//!
//! Light and dark follow the viewer. What is said of a revision beyond one
//! line is its tooltip.

use std::fmt::Write as _;

use super::{
    escape::xml,
    strokes::{Grid, circle, fold_mark, strokes},
    tone::{self, COLLIDES, row_tone, tag_class},
    words::{columns, day, minute, short, summary},
};
use crate::model::picture::{Item, Node, Picture, Rows, Tag};

const MARGIN: usize = 16;
const HEADER: usize = 64;
const FOOTER: usize = 12;
/// A letter of the fixed-width font.
const LETTER: usize = 7;
/// Columns of a message; the rest is in the tooltip.
const MESSAGE: usize = 90;

const STYLE: &str = "\
svg{background:var(--paper)}\
text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:var(--ink);unicode-bidi:isolate;white-space:pre}\
.title{font-size:16px;font-weight:600}\
.soft{fill:var(--soft)}\
.mono{font:12px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}\
path{fill:none;stroke:currentColor;stroke-width:2}\
.collides{stroke-dasharray:1 5;stroke-linecap:round}\
.chip.collides{stroke-dasharray:none}\
.dep{stroke-dasharray:2 4;stroke-linecap:round}\
circle{fill:currentColor;stroke:currentColor;stroke-width:2}\
.pending{fill:var(--paper)}\
.phantom circle{fill:var(--paper);stroke-dasharray:2.5 2}\
.chip rect{fill:none;stroke:currentColor}\
.chip text{fill:currentColor;font:11px ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace}\
.place,.label{color:var(--soft)}\
.database rect{fill:var(--ink);stroke:var(--ink)}\
.database text{fill:var(--paper)}\
.row:hover .mono{text-decoration:underline}";

/// Draws rows of a picture.
pub fn render(picture: &Picture, rows: &Rows) -> String {
    let grid = Grid::new(rows.width());
    let mut body = String::new();
    let mut right = MARGIN + 8 * picture.title.chars().count().max(60) + MARGIN;
    for (at, item) in rows.items.iter().enumerate() {
        let y = HEADER + at * grid.height;
        let end = row(&mut body, picture, rows, grid, (at, item), y);
        right = right.max(end + MARGIN);
    }
    collisions(&mut body, picture, rows, grid);
    let height = HEADER + rows.items.len() * grid.height + FOOTER;
    let title = xml(&picture.title);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{right}\" height=\"{height}\" \
         viewBox=\"0 0 {right} {height}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>\n{}{STYLE}\n</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"var(--paper)\"/>\n\
         <text class=\"title\" x=\"{MARGIN}\" y=\"26\">{title}</text>\n\
         <text class=\"soft\" x=\"{MARGIN}\" y=\"48\">{}</text>\n",
        tone::css(),
        xml(&summary(picture)),
    );
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

/// Draws a row; gives where it ends.
fn row(
    out: &mut String,
    picture: &Picture,
    rows: &Rows,
    grid: Grid,
    (at, item): (usize, &Item),
    y: usize,
) -> usize {
    let lanes = &rows.lanes[at];
    let tone = |row: usize| row_tone(picture, rows, row);
    let own = tone(at);
    let begin = MARGIN / 2;
    let _ = write!(
        out,
        "<g class=\"row {}\" transform=\"translate({begin} {y})\">",
        own.class()
    );
    let _ = write!(out, "<title>{}</title>", xml(&tooltip(picture, item)));
    out.push_str(&strokes(lanes, grid, own, tone));
    let (cx, cy) = (grid.x(lanes.column), grid.middle());
    let mut x = grid.width();
    let baseline = cy + 4;
    match item {
        Item::Folded(range) => {
            out.push_str(&fold_mark(grid, cx));
            let text = picture.stretch(range);
            let _ = write!(
                out,
                "<text class=\"soft\" x=\"{x}\" y=\"{baseline}\">{}</text>",
                xml(&text)
            );
            x += 9 * text.chars().count();
        }
        Item::Revision(node) => {
            let node = &picture.nodes[*node];
            out.push_str(&circle(picture, node, grid, cx));
            let id = node.id.as_str();
            let wide = LETTER * id.len();
            let _ = write!(
                out,
                "<text class=\"mono\" id=\"r-{id}\" x=\"{x}\" y=\"{baseline}\" textLength=\"{wide}\">{id}</text>"
            );
            x += wide + 10;
            for tag in picture.tags(node) {
                x += chip(out, picture, node, &tag, (x, cy)) + 6;
            }
            let message = short(&node.message, MESSAGE);
            let _ = write!(
                out,
                "<text x=\"{x}\" y=\"{baseline}\">{}</text>",
                xml(&message)
            );
            x += xml_width(&message);
        }
    }
    out.push_str("</g>\n");
    begin + x
}

/// Lines between revisions that collide, beside those of the graph.
fn collisions(out: &mut String, picture: &Picture, rows: &Rows, grid: Grid) {
    let place = |node: usize| {
        let row = rows.row_of(node)?;
        let x = MARGIN / 2 + grid.x(rows.lanes.get(row)?.column);
        Some((x, HEADER + row * grid.height + grid.middle()))
    };
    for collision in &picture.collisions {
        if let (Some((x, y)), Some((to, end))) = (place(collision.one), place(collision.other)) {
            let beside = x.max(to) + MARGIN;
            let _ = writeln!(
                out,
                "<path class=\"{COLLIDES}\" d=\"M{x} {y}Q{beside} {} {to} {end}\"><title>{}: {}</title></path>",
                usize::midpoint(y, end),
                collision.clash.words(),
                xml(&collision.words())
            );
        }
    }
}

fn tooltip(picture: &Picture, item: &Item) -> String {
    match item {
        Item::Folded(range) => picture.stretch(range),
        Item::Revision(at) => {
            let node = &picture.nodes[*at];
            let mut text = format!("{} {}", node.id, node.message);
            if let Some(day) = day(node) {
                let _ = write!(text, " · {day}");
            }
            for applied in &node.applied {
                if let Some(environment) = picture.environments.get(applied.environment) {
                    let _ = write!(text, " · applied in {}", environment.name);
                    if let Some(at) = applied.at {
                        let _ = write!(text, ", {} by {}", minute(at), applied.by);
                    }
                }
            }
            text
        }
    }
}

/// Draws a tag at a place; gives its width.
fn chip(
    out: &mut String,
    picture: &Picture,
    node: &Node,
    tag: &Tag,
    (x, middle): (usize, usize),
) -> usize {
    let text = short(&tag.text, 40);
    let letters = (text.chars().map(columns).sum::<usize>() * 67).div_ceil(10);
    let wide = letters + 12;
    let _ = write!(
        out,
        "<g class=\"chip {}\"><rect x=\"{x}.5\" y=\"{}.5\" width=\"{wide}\" height=\"17\" rx=\"8.5\"/>\
         <text x=\"{}\" y=\"{}\" textLength=\"{letters}\">{}</text></g>",
        tag_class(picture, node, tag),
        middle - 9,
        x + 6,
        middle + 4,
        xml(&text)
    );
    wide
}

/// Pixels that a message may take at most, in whatever font.
fn xml_width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            'W' | 'M' | '@' | '%' | 'm' | 'w' => 14,
            c if c.is_uppercase() => 11,
            c if columns(c) == 2 => 18,
            c if crate::model::visible::is_hidden(c) => 60,
            _ => 9,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use crate::{document::testing, model::picture::Fold};

    #[test]
    fn a_small_graph() {
        let picture = testing::team();
        let svg = super::render(&picture, &picture.rows(Fold::Never));
        let rows: Vec<&str> = svg.lines().filter(|line| line.starts_with("<g")).collect();
        insta::assert_snapshot!(rows.join("\n"), @r#"
        <g class="row mine" transform="translate(8 64)"><title>aaaa00000004 Mine &amp; &lt;b&gt;new&lt;/b&gt; · 2026-11-22</title><path class="mine" d="M12 16V32"/><circle class="pending" cx="12" cy="16" r="5"/><text class="mono" id="r-aaaa00000004" x="42" y="20" textLength="84">aaaa00000004</text><g class="chip place"><rect x="136.5" y="7.5" width="39" height="17" rx="8.5"/><text x="142" y="20" textLength="27">head</text></g><g class="chip mine"><rect x="181.5" y="7.5" width="100" height="17" rx="8.5"/><text x="187" y="20" textLength="88">not committed</text></g><g class="chip collides"><rect x="287.5" y="7.5" width="287" height="17" rx="8.5"/><text x="293" y="20" textLength="275">collides with bbbb00000003: column users…</text></g><text x="580" y="20">Mine &amp; &lt;b&gt;new&lt;/b&gt;</text></g>
        <g class="row b0" transform="translate(8 96)"><title>bbbb00000003 Theirs · 2026-11-22</title><path class="mine" d="M12 0V32"/><path class="b0" d="M30 16H28Q12 16 12 32V32"/><path class="b0 dep" d="M30 16V32"/><circle class="pending" cx="30" cy="16" r="5"/><text class="mono" id="r-bbbb00000003" x="42" y="20" textLength="84">bbbb00000003</text><g class="chip place"><rect x="136.5" y="7.5" width="39" height="17" rx="8.5"/><text x="142" y="20" textLength="27">head</text></g><g class="chip b0"><rect x="181.5" y="7.5" width="100" height="17" rx="8.5"/><text x="187" y="20" textLength="88">origin/theirs</text></g><g class="chip collides"><rect x="287.5" y="7.5" width="287" height="17" rx="8.5"/><text x="293" y="20" textLength="275">collides with aaaa00000004: column users…</text></g><text x="580" y="20">Theirs</text></g>
        <g class="row phantom" transform="translate(8 128)"><title>cccc00000002  · 2026-11-22 · applied in dev, 2026-11-23 08:00 UTC by ann@host</title><path class="mine" d="M12 0V32"/><path class="b0 dep" d="M30 0V16"/><path class="phantom dep" d="M30 16V30"/><circle cx="30" cy="16" r="5"/><text class="mono" id="r-cccc00000002" x="42" y="20" textLength="84">cccc00000002</text><g class="chip phantom"><rect x="136.5" y="7.5" width="59" height="17" rx="8.5"/><text x="142" y="20" textLength="47">phantom</text></g><g class="chip database"><rect x="201.5" y="7.5" width="93" height="17" rx="8.5"/><text x="207" y="20" textLength="81">current: dev</text></g><text x="300" y="20"></text></g>
        <g class="row plain" transform="translate(8 160)"><title>dddd00000001 Base · 2026-11-22 · applied in dev, 2026-11-23 08:00 UTC by ann@host · applied in staging, 2026-11-23 08:00 UTC by ann@host</title><path class="mine" d="M12 0V16"/><circle cx="12" cy="16" r="5"/><text class="mono" id="r-dddd00000001" x="42" y="20" textLength="84">dddd00000001</text><g class="chip place"><rect x="136.5" y="7.5" width="86" height="17" rx="8.5"/><text x="142" y="20" textLength="74">branchpoint</text></g><g class="chip place"><rect x="228.5" y="7.5" width="39" height="17" rx="8.5"/><text x="234" y="20" textLength="27">base</text></g><g class="chip label"><rect x="273.5" y="7.5" width="39" height="17" rx="8.5"/><text x="279" y="20" textLength="27">shop</text></g><g class="chip plain"><rect x="318.5" y="7.5" width="86" height="17" rx="8.5"/><text x="324" y="20" textLength="74">origin/main</text></g><g class="chip database"><rect x="410.5" y="7.5" width="120" height="17" rx="8.5"/><text x="416" y="20" textLength="108">current: staging</text></g><text x="536" y="20">Base</text></g>
        "#);
    }
}
