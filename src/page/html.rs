//! The frame of every HTML page: one file, no script, nothing fetched; to be read aloud, printed, or sent.

/// Black on white in a size that can be read. What stands out does so without colour.
const STYLE: &str = "\
body{font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;color:#111;background:#fff;\
max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:1.6rem;border-bottom:1px solid #555}\
table{border-collapse:collapse;width:100%;margin:.6rem 0}caption{text-align:left;font-weight:bold;padding:.3rem 0}\
thead th{white-space:nowrap}th,td{border:1px solid #555;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:break-word}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:bold}dd{margin:0;overflow-wrap:anywhere}\
figure{margin:1rem 0}svg{width:100%;height:auto}figcaption{font-weight:bold}\
.verdict{border:3px solid #111;padding:.6rem;font-weight:bold}\
.blank{display:grid;grid-template-columns:22rem 1fr;gap:1rem;margin:0;padding-top:1.4rem;break-inside:avoid}\
.blank span{border-bottom:1px solid #111}\
footer{margin-top:1rem;color:#444;font-size:.85rem}\
@media print{@page{margin:14mm}body{margin:0;max-width:none;padding:0;font-size:10pt}h2,.verdict,figure,tr{break-inside:avoid}\
h2{break-after:avoid}thead{display:table-header-group}}";

/// A whole HTML document in English: `title` as its title and first heading, then `main`, then `foot`.
///
/// `title` and `foot` are text; `main` is markup and `style` more CSS, both of the program's own making, with everything
/// that comes from elsewhere through [`escaped`].
#[must_use]
pub fn document(title: &str, style: &str, main: &str, foot: &str) -> String {
    let title = escaped(title);
    let foot = escaped(foot);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         {main}</main>\n<footer><p>{foot}</p></footer>\n</body>\n</html>\n"
    )
}

/// Text for HTML, in an element or in a quoted attribute. Control characters become blanks.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// `text` in an element without attributes.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>\n", escaped(text))
}
