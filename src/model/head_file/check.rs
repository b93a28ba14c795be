//! What a head file says against what the graph is.

use super::{HeadFile, Named, Part};
use crate::model::{
    finding::{Finding, Rule},
    graph::Graph,
    revision::RevId,
};

/// What is wrong with a head file, as warnings: the graph decides, and every command
/// can go on without it. Empty where both say the same.
///
/// With conflict markers in it the rest is not looked at: it was not finished.
pub fn check(head_file: &HeadFile, graph: &Graph) -> Vec<Finding> {
    let path = &head_file.file.path;
    let file = &head_file.file;
    let warning = |message: String| Finding::warning(Rule::HeadFile, message);
    if let Some(reason) = &head_file.unreadable {
        return vec![
            warning(format!("cannot read {path}: {reason}"))
                .at(file, 0..0, "")
                .help(repair(graph)),
        ];
    }
    if let Some((first, rest)) = head_file.conflicts.split_first() {
        let side = |part: Part| {
            let ids = head_file.heads.iter().filter(|head| head.side == part);
            let ids: Vec<&str> = ids.map(|head| head.id.as_str()).collect();
            if ids.is_empty() {
                "none".to_owned()
            } else {
                ids.join(", ")
            }
        };
        let finding = warning(format!("{path} has merge-conflict markers")).at(
            file,
            first.clone(),
            format!("ours: {}; theirs: {}", side(Part::Ours), side(Part::Theirs)),
        );
        let finding = rest
            .iter()
            .fold(finding, |finding, span| finding.see(file, span.clone(), ""));
        return vec![finding.help(repair(graph))];
    }
    let mut findings: Vec<Finding> = head_file
        .flaws
        .iter()
        .map(|flaw| {
            warning(format!("{path} has a line that cannot be read"))
                .at(file, flaw.span.clone(), flaw.expected)
                .help(repair(graph))
        })
        .collect();
    let mut absent: Vec<RevId> = graph
        .heads()
        .into_iter()
        .filter(|id| !head_file.heads.iter().any(|named| named.id == *id))
        .collect();
    for (n, named) in head_file.heads.iter().enumerate() {
        let earlier = &head_file.heads[..n];
        if let Some((message, label)) = wrong(named, earlier, graph, &mut absent) {
            findings.push(
                warning(format!("{path} {message}"))
                    .at(file, named.span.clone(), label)
                    .about(&named.id)
                    .help(repair(graph)),
            );
        }
    }
    for line in graph.diverged_lines() {
        let named: Vec<&Named> = head_file
            .heads
            .iter()
            .filter(|named| line.contains(&named.id))
            .collect();
        if let [_, second, ..] = named.as_slice() {
            findings.push(
                warning(format!("{path} names several heads of one line"))
                    .at(file, second.span.clone(), "a second one")
                    .about(&second.id)
                    .help(repair(graph)),
            );
        }
    }
    for id in &absent {
        findings.push(
            warning(format!("{path} does not name {id}, which is a head"))
                .at(file, 0..0, "")
                .about(id)
                .help(repair(graph)),
        );
    }
    findings
}

/// What is wrong with one name, and words for the place. The heads that should stand
/// there instead are said with it, and are no longer absent.
fn wrong(
    named: &Named,
    earlier: &[Named],
    graph: &Graph,
    absent: &mut Vec<RevId>,
) -> Option<(String, String)> {
    let id = &named.id;
    if earlier.iter().any(|other| other.id == *id) {
        return Some((format!("names {id} twice"), "the second time".to_owned()));
    }
    if graph.get(id.as_str()).is_none() {
        let message = format!("names {id}, which is in no file");
        return Some((message, "no file has this revision".to_owned()));
    }
    if graph.is_head(id.as_str()) {
        return None;
    }
    let above = graph.descendants(std::slice::from_ref(id));
    let instead: Vec<String> = absent
        .extract_if(.., |head| above.contains(head))
        .map(|head| head.to_string())
        .collect();
    let message = match instead.as_slice() {
        [] => format!("names {id}, which is not a head"),
        [one] => format!("names {id}, and the head is {one}"),
        several => format!("names {id}, and the heads are {}", several.join(" and ")),
    };
    Some((message, "others build on it".to_owned()))
}

/// The command that puts it right.
fn repair(graph: &Graph) -> String {
    if graph.diverged().is_empty() {
        "`teammig heads --write` writes it anew; then `git add` it".to_owned()
    } else {
        "the heads diverged: `teammig sync` or `teammig merge-heads` settles them and writes it anew".to_owned()
    }
}
