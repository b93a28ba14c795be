//! Web pages that stand alone: no script, nothing from the network, and nothing of
//! a text that a browser could take for more than text.

use super::escape::xml;

/// The look of reports; readable in light and in dark.
pub const REPORT: &str = "\
:root { color-scheme: light dark; --ink: #1c2128; --dim: #59636e; --paper: #ffffff; --box: #f4f6f8; --line: #d0d7de;\
 --red: #c62828; --orange: #b35900; --green: #1a7f37; --blue: #0757ba; --violet: #7a3ec2; --grey: #6e7781; }\n\
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --dim: #a0a9b4; --paper: #12161c; --box: #1b2129;\
 --line: #333c47; --red: #ff7b72; --orange: #f0a04b; --green: #56d364; --blue: #79b8ff; --violet: #c9a2ff; --grey: #949ea9; } }\n\
* { box-sizing: border-box; }\n\
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--paper); color: var(--ink);\
 font: 15px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }\n\
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }\n\
p { margin: .25rem 0; } code { font: .9em ui-monospace, monospace; } .dim { color: var(--dim); }\n\
.box { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }\n\
.wide { overflow-x: auto; } svg { display: block; width: 100%; height: auto; min-width: 44rem; }\n\
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .dim { fill: var(--dim); }\n\
table { border-collapse: collapse; width: 100%; } th { text-align: left; color: var(--dim); font-weight: 600; }\n\
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }\n\
td { overflow-wrap: anywhere; min-width: 8rem; } td.when { min-width: 0; }\n\
.when { white-space: nowrap; } tr:target { background: var(--box); }\n\
summary { cursor: pointer; margin: .5rem 0; } .bad { color: var(--red); font-weight: 600; }\n";

/// A whole page. `title` is a text; `style` is CSS; `body` is HTML, with every text
/// in it escaped.
pub fn page(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        xml(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_asks_for_nothing() {
        let page = page("<t>", REPORT, "<p>body</p>\n");
        assert!(page.contains("<title>&lt;t&gt;</title>"));
        assert!(page.contains("default-src 'none'"));
        assert!(!page.contains("http://") && !page.contains("https://"));
    }
}
