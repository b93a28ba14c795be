//! Places in files, shown with their source line and a caret.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::model::{finding::Place, visible::is_hidden};

/// A title with the places that belong to it; ends without a line end.
pub(super) fn render(
    level: Kind,
    title: &str,
    places: &[&Place],
    color: bool,
    width: usize,
) -> String {
    let level = match level {
        Kind::Error => Level::ERROR,
        Kind::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(title));
    for (n, place) in places.iter().enumerate() {
        let kind = if n == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let (source, line, span) = excerpt(place);
        let mut annotation = kind.span(span);
        if !place.label.is_empty() {
            annotation = annotation.label(place.label.as_str());
        }
        group = group.element(
            Snippet::source(source)
                .line_start(line)
                .path(in_one_line(&place.file.path))
                .annotation(annotation),
        );
    }
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.term_width(width).render(&[group])
}

/// A file's name may have a line end in it, and what follows would be a line that the file
/// wrote: a command, where the log of a CI is read for such.
fn in_one_line(path: &str) -> Cow<'_, str> {
    if path.contains(is_hidden) {
        path.chars()
            .flat_map(|c| {
                let hidden = is_hidden(c).then(|| c.escape_default());
                let plain = (!is_hidden(c)).then_some(c);
                hidden.into_iter().flatten().chain(plain)
            })
            .collect::<String>()
            .into()
    } else {
        path.into()
    }
}

/// The weight of a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `error:`
    Error,
    /// `warning:`
    Warning,
}

/// The first line of a place, its number, and the place's span within it.
///
/// One line is enough to find the spot, and a script may have a statement of
/// hundreds of lines.
fn excerpt(place: &Place) -> (&str, usize, std::ops::Range<usize>) {
    let text = &*place.file.text;
    let mut start = place.span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = place.file.line_at(start);
    let from = (start - line_start).min(line.len());
    let mut to = place
        .span
        .end
        .saturating_sub(line_start)
        .clamp(from, line.len());
    while !line.is_char_boundary(to) {
        to -= 1;
    }
    (line, place.file.position(start).line, from..to.max(from))
}
