//! Annotations of GitHub Actions: lines on stdout that its runner shows at the files of
//! a pull request.

use std::fmt::Write as _;

use super::{Answer, Finding, Severity, report, words};
use crate::cli::json::position;

/// A line for each finding and each gap.
pub(super) fn lines(answer: &Answer) -> String {
    let mut text = String::new();
    for finding in answer.findings() {
        let _ = writeln!(text, "{}", annotation(finding));
    }
    for gap in answer.gaps.iter().filter(|gap| gap.counts()) {
        let mut message = words::not_evaluated(gap);
        for hint in report::hints(&gap.error) {
            message.push('\n');
            message.push_str(&hint);
        }
        let _ = writeln!(text, "::error title=teammig::{}", escape(&message));
    }
    text
}

fn annotation(finding: &Finding) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut line = format!("::{kind} ");
    if let Some(place) = &finding.place {
        let (row, column) = position(place);
        let _ = write!(
            line,
            "file={},line={row},col={column},",
            escape_property(&place.file.path)
        );
    }
    let title = format!("teammig: {}", finding.rule);
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message = format!("{message}\n{help}");
    }
    let _ = write!(
        line,
        "title={}::{}",
        escape_property(&title),
        escape(&message)
    );
    line
}

/// A message: everything up to the end of the line.
fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property, which ends at a comma or a colon, too.
fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Rule, SourceFile};

    #[test]
    fn what_would_end_a_property_or_the_line_is_escaped() {
        let file = SourceFile::new("a, b/100%: c\nd.sql", "x\nyz");
        let finding = Finding::error(Rule::Cycle, "1\r\n::error::2 100%")
            .at(&file, 3..4, "")
            .help("a, b: c");
        assert_eq!(
            annotation(&finding),
            "::error file=a%2C b/100%25%3A c%0Ad.sql,line=2,col=2,title=teammig%3A cycle\
             ::1%0D%0A::error::2 100%25%0Aa, b: c"
        );
        let nowhere = Finding::warning(Rule::MissingFolder, "x");
        assert_eq!(
            annotation(&nowhere),
            "::warning title=teammig%3A missing-folder::x"
        );
    }
}
