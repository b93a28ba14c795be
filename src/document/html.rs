//! The graph as one HTML page that needs nothing else: no network, no script.
//!
//! Every row is a `<details>`: the keyboard opens it, and find-in-page looks
//! into stretches that are folded. The lines are cut into rows of SVG, so
//! that rows can be opened without anybody drawing them anew.

use std::{fmt::Write as _, ops::Range};

use super::{
    escape::xml,
    strokes::{Grid, circle, fold_mark, strokes},
    tone::{self, BRANCHES, Tone, row_tone, tag_class},
    words::{day, minute, summary},
};
use crate::model::{
    lanes::{self, Lane, Link, Tie},
    picture::{Holder, Item, Node, Picture, Rows},
};

const STYLE: &str = include_str!("page.css");

/// Draws rows of a picture as a page.
pub fn render(picture: &Picture, rows: &Rows) -> String {
    let page = Page {
        picture,
        rows,
        grid: Grid::new(rows.width()),
        dated: picture.nodes.iter().any(|node| node.created.is_some()),
    };
    let ids = picture.nodes.iter().map(|node| node.id.as_str().len());
    let wide = ids.max().unwrap_or(12).clamp(4, 26);
    let databases = picture.environments.len();
    let style = format!(
        "{}{STYLE}:root{{--lanes:{}px;--id:{}px;--databases:{databases};--row:{}px;\
         --columns:var(--lanes) var(--id) minmax(0,1fr) {}{}}}\n",
        tone::css(),
        page.grid.width(),
        // Letters of the fixed-width font at 12px, in the widest of its fonts.
        (wide * 73).div_ceil(10) + 4,
        page.grid.height,
        "72px ".repeat(databases),
        if page.dated { "84px" } else { "" },
    );
    let title = xml(&picture.title);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<header><h1>{title}</h1><p>{}</p></header>",
        xml(&summary(picture))
    );
    page.legend(&mut out);
    page.columns(&mut out);
    out.push_str("<main>\n");
    for (at, item) in rows.items.iter().enumerate() {
        match item {
            Item::Revision(node) => page.revision(&mut out, *node, &rows.lanes[at]),
            Item::Folded(range) => page.fold(&mut out, at, range),
        }
    }
    out.push_str("</main>\n");
    super::page::page(&picture.title, &style, &out)
}

struct Page<'a> {
    picture: &'a Picture,
    rows: &'a Rows,
    grid: Grid,
    /// Some revisions say when they were written.
    dated: bool,
}

impl Page<'_> {
    fn tone(&self, row: usize) -> Tone {
        row_tone(self.picture, self.rows, row)
    }

    /// What colours and marks mean, of those that occur.
    fn legend(&self, out: &mut String) {
        let nodes = &self.picture.nodes;
        let mut entries: Vec<(Tone, String)> = Vec::new();
        let published = nodes.iter().find_map(|node| match &node.holder {
            Holder::Published(name) => Some(name.clone()),
            _ => None,
        });
        if let Some(name) = published {
            entries.push((Tone::Plain, format!("published ({name})")));
        }
        if nodes.iter().any(|node| Tone::of(node) == Tone::Mine) {
            entries.push((Tone::Mine, "here, not published".to_owned()));
        }
        let branches = &self.picture.branches;
        if branches.len() <= BRANCHES {
            let named = branches.iter().enumerate();
            entries.extend(named.map(|(at, branch)| (Tone::branch(at), branch.clone())));
        } else {
            let text = format!("{} other branches, each in a colour", branches.len());
            entries.push((Tone::branch(0), text));
        }
        if nodes.iter().any(|node| node.holder == Holder::LedgerOnly) {
            entries.push((Tone::Phantom, "in a database, in no file".to_owned()));
        }
        if nodes.iter().any(|node| node.holder == Holder::Unread) {
            entries.push((Tone::Phantom, "in a file that cannot be read".to_owned()));
        }
        out.push_str("<ul class=\"legend\">\n");
        for (tone, text) in entries {
            let _ = writeln!(
                out,
                "<li><svg class=\"{}\" width=\"14\" height=\"14\" aria-hidden=\"true\"><circle cx=\"7\" cy=\"7\" r=\"5\"/></svg>{}</li>",
                tone.class(),
                xml(&text)
            );
        }
        if nodes
            .iter()
            .any(|node| self.picture.is_applied(node) == Some(false))
        {
            out.push_str(
                "<li><svg class=\"plain\" width=\"14\" height=\"14\" aria-hidden=\"true\">\
                 <circle class=\"pending\" cx=\"7\" cy=\"7\" r=\"5\"/></svg>applied nowhere</li>\n",
            );
        }
        for environment in &self.picture.environments {
            let when = minute(environment.seen_at);
            let how = if environment.fresh {
                format!("read {when}")
            } else {
                format!("as last read {when}")
            };
            let kind = if environment.protected {
                ", protected"
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<li><span><b>{}</b>{kind}: {how}</span></li>",
                xml(&environment.name)
            );
        }
        out.push_str("</ul>\n");
    }

    fn columns(&self, out: &mut String) {
        out.push_str(
            "<div class=\"columns\"><span></span><span>revision</span><span>message</span>",
        );
        for environment in &self.picture.environments {
            let name = xml(&environment.name);
            let _ = write!(out, "<span class=\"env\" title=\"{name}\">{name}</span>");
        }
        if self.dated {
            out.push_str("<span class=\"day\">written</span>");
        }
        out.push_str("</div>\n");
    }

    fn svg(&self, out: &mut String, class: &str, content: &str) {
        let _ = write!(
            out,
            "<svg class=\"{class}\" width=\"{}\" height=\"{}\" aria-hidden=\"true\">{content}</svg>",
            self.grid.width(),
            self.grid.height
        );
    }

    fn revision(&self, out: &mut String, at: usize, lanes: &lanes::Row) {
        let picture = self.picture;
        let node = &picture.nodes[at];
        let own = Tone::of(node);
        let id = node.id.as_str();
        let _ = write!(
            out,
            "<details class=\"rev {}\" id=\"r-{id}\"><summary>",
            own.class()
        );
        let mut content = strokes(lanes, self.grid, own, |from| self.tone(from));
        content.push_str(&circle(picture, node, self.grid, self.grid.x(lanes.column)));
        self.svg(out, "lanes", &content);
        let _ = write!(
            out,
            "<code title=\"{id}\">{id}</code><span class=\"message\">"
        );
        for tag in picture.tags(node) {
            let text = xml(&tag.text);
            let _ = write!(
                out,
                "<span class=\"chip {}\" title=\"{text}\">{text}</span> ",
                tag_class(picture, node, &tag)
            );
        }
        let message = xml(&node.message);
        let _ = write!(out, "<bdi title=\"{message}\">{message}</bdi></span>");
        for (environment, known) in picture.environments.iter().enumerate() {
            let applied = node
                .applied
                .iter()
                .find(|applied| applied.environment == environment);
            let name = xml(&known.name);
            let _ = match applied {
                Some(applied) => write!(
                    out,
                    "<span class=\"env\" title=\"applied in {name}{}\">{}</span>",
                    applied.at.map_or_else(String::new, |at| format!(
                        ", {} by {}",
                        minute(at),
                        xml(&applied.by)
                    )),
                    if node.stands.contains(&environment) {
                        "◉"
                    } else {
                        "●"
                    }
                ),
                None => write!(
                    out,
                    "<span class=\"env no\" title=\"not applied in {name}\">·</span>"
                ),
            };
        }
        if self.dated {
            let day = day(node).unwrap_or_default();
            let _ = write!(out, "<span class=\"day\">{day}</span>");
        }
        out.push_str("</summary>");
        self.more(out, node, lanes);
        let _ = writeln!(out, "</details>");
    }

    /// What opens below a revision.
    fn more(&self, out: &mut String, node: &Node, lanes: &lanes::Row) {
        let picture = self.picture;
        out.push_str("<div class=\"more\"><svg class=\"tail\" aria-hidden=\"true\">");
        for lane in &lanes.below {
            let x = self.grid.x(lane.column);
            let dashed = match lane.tie {
                Tie::Parent => "",
                Tie::Dependency => " dep",
            };
            let _ = write!(
                out,
                "<line class=\"{}{dashed}\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"100%\"/>",
                self.tone(lane.from).class()
            );
        }
        out.push_str("</svg><dl>");
        let mut entry = |name: &str, html: &str| {
            let _ = write!(out, "<dt>{name}</dt><dd>{html}</dd>");
        };
        if !node.message.is_empty() {
            entry("message", &format!("<bdi>{}</bdi>", xml(&node.message)));
        }
        let links = |tie: Tie| -> Vec<String> {
            node.ties
                .iter()
                .filter(|other| other.1 == tie)
                .filter_map(|other| picture.nodes.get(other.0))
                .map(|other| format!("<a href=\"#r-{0}\"><code>{0}</code></a>", other.id))
                .collect()
        };
        let mut parents = links(Tie::Parent);
        parents.extend(
            node.undrawn
                .iter()
                .map(|id| format!("<code>{}</code> (not drawn)", xml(id.as_str()))),
        );
        if !parents.is_empty() {
            entry("parents", &parents.join(", "));
        }
        let dependencies = links(Tie::Dependency);
        if !dependencies.is_empty() {
            entry("depends on", &dependencies.join(", "));
        }
        if !node.labels.is_empty() {
            entry("labels", &xml(&node.labels.join(", ")));
        }
        entry("on", &xml(&self.holder(node)));
        if let Some(path) = &node.path {
            entry("file", &format!("<code>{}</code>", xml(path)));
        }
        if let Some(created) = node.created {
            entry("written", &minute(created));
        }
        for applied in &node.applied {
            if let Some(environment) = picture.environments.get(applied.environment) {
                entry(
                    "applied",
                    &format!(
                        "{}{}",
                        xml(&environment.name),
                        applied.at.map_or_else(String::new, |at| format!(
                            ", {} by {}",
                            minute(at),
                            xml(&applied.by)
                        ))
                    ),
                );
            }
        }
        out.push_str("</dl></div>");
    }

    fn holder(&self, node: &Node) -> String {
        match &node.holder {
            Holder::Published(name) => format!("{name} (published)"),
            Holder::Mine(Some(branch)) => format!("{branch}, not published"),
            Holder::Mine(None) => "no branch, not published".to_owned(),
            Holder::Uncommitted => "the working tree, not committed".to_owned(),
            Holder::Branches(of) => {
                let names: Vec<&str> = of
                    .iter()
                    .filter_map(|&at| self.picture.branches.get(at))
                    .map(String::as_str)
                    .collect();
                names.join(", ")
            }
            Holder::Unread => "a file that cannot be read here".to_owned(),
            Holder::LedgerOnly => {
                "no branch that was looked at; a database's ledger has it".to_owned()
            }
            Holder::Unknown => "unknown: there is no Git repository".to_owned(),
        }
    }

    /// A stretch that can be opened: closed it is one row, open it stands above its rows.
    fn fold(&self, out: &mut String, at: usize, range: &Range<usize>) {
        let row = &self.rows.lanes[at];
        let own = self.tone(at);
        let straight = straight(row, at);
        let _ = write!(out, "<details class=\"fold {}\"><summary>", own.class());
        let mark = fold_mark(self.grid, self.grid.x(row.column));
        for (class, row) in [("lanes closed", row), ("lanes open", &straight)] {
            let lines = strokes(row, self.grid, own, |from| self.tone(from));
            self.svg(out, class, &format!("{lines}{mark}"));
        }
        let _ = writeln!(
            out,
            "<span class=\"folded\">{}</span></summary>",
            xml(&self.picture.stretch(range))
        );
        for node in range.clone() {
            let last = node + 1 == range.end;
            self.revision(out, node, if last { row } else { &straight });
        }
        out.push_str("</details>\n");
    }
}

/// The row of a revision inside a stretch: its line goes straight down.
fn straight(row: &lanes::Row, at: usize) -> lanes::Row {
    let own = Lane {
        column: row.column,
        to: at,
        from: at,
        tie: Tie::Parent,
    };
    let mut below: Vec<Lane> = row.passing().copied().chain([own]).collect();
    below.sort_by_key(|lane| lane.column);
    lanes::Row {
        below,
        links: vec![Link {
            column: row.column,
            to: at,
            tie: Tie::Parent,
        }],
        shifted: None,
        cut: false,
        ..row.clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::{document::testing, model::picture::Fold};

    #[test]
    fn the_page_loads_nothing_and_runs_nothing() {
        let mut picture = testing::team();
        picture.title = "</title><script>alert(1)</script>".to_owned();
        picture.nodes[0].message = "\"><img src=x onerror=alert(1)>".to_owned();
        picture.branches[0] = "o/<b>".to_owned();
        picture.environments[0].name = "<i>dev".to_owned();
        let page = super::render(&picture, &picture.rows(Fold::Never));
        for bad in [
            "<script", "<img", "<b>o", "<i>", "http:", "https:", "url(", "@import",
        ] {
            assert!(!page.contains(bad), "{bad} in {page}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)"));
        for node in &picture.nodes {
            assert_eq!(page.matches(&format!("id=\"r-{}\"", node.id)).count(), 1);
        }
    }
}
