//! A page for people, as text on a terminal and as HTML to be printed: the same words in both.

/// What a page is made of.
#[derive(Debug)]
enum Block {
    Heading(String),
    Text(String),
    /// A verdict, which stands out; never by colour alone.
    Verdict(String),
    List(Vec<String>),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    Table {
        caption: String,
        headers: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// Lines to be filled in by hand.
    Blanks(Vec<String>),
}

/// A page under construction.
#[derive(Debug)]
pub(super) struct Page {
    title: String,
    blocks: Vec<Block>,
}

/// Columns of text on a terminal.
const WIDTH: usize = 100;

/// Black on white in a size that can be read; nothing is loaded from elsewhere.
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:1.6rem;border-bottom:1px solid #555}\
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:bold;padding:.3rem 0}\
thead th{white-space:nowrap}th,td{border:1px solid #555;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:bold}dd{margin:0;overflow-wrap:anywhere}\
.verdict{border:3px solid #111;padding:.6rem;font-weight:bold}.blank{border-bottom:1px solid #111;height:2.2rem;margin:0 0 .2rem}\
@media print{body{margin:0;font-size:10pt}h2,table,.verdict{break-inside:avoid}h2{break-after:avoid}}";

impl Page {
    pub(super) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    pub(super) fn verdict(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Verdict(text.into()));
    }

    pub(super) fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    pub(super) fn facts(&mut self, facts: Vec<(&str, String)>) {
        let facts = facts.into_iter().map(|(k, v)| (k.to_owned(), v));
        self.blocks.push(Block::Facts(facts.collect()));
    }

    pub(super) fn table(&mut self, caption: &str, headers: &[&str], rows: Vec<Vec<String>>) {
        self.blocks.push(Block::Table {
            caption: caption.to_owned(),
            headers: headers.iter().map(|h| (*h).to_owned()).collect(),
            rows,
        });
    }

    pub(super) fn blanks(&mut self, names: &[&str]) {
        let names = names.iter().map(|n| (*n).to_owned());
        self.blocks.push(Block::Blanks(names.collect()));
    }

    /// The page for a terminal, in lines of at most 100 columns where words allow it.
    pub(super) fn to_text(&self) -> String {
        let mut out = format!("{}\n{}\n", self.title, "=".repeat(self.title.len()));
        for block in &self.blocks {
            match block {
                Block::Heading(text) => {
                    out += &format!("\n{text}\n{}\n", "-".repeat(text.len()));
                }
                Block::Text(text) => out += &wrapped("", text),
                Block::Verdict(text) => out += &wrapped("", &format!("*** {text} ***")),
                Block::List(items) => {
                    items.iter().for_each(|i| out += &wrapped("- ", i));
                }
                Block::Facts(facts) => {
                    let width = facts.iter().map(|(k, _)| k.len()).max().unwrap_or(0);
                    for (name, value) in facts {
                        out += &format!("{name:<width$}  {value}\n");
                    }
                }
                Block::Table {
                    caption,
                    headers,
                    rows,
                } => out += &columns(caption, headers, rows),
                Block::Blanks(names) => {
                    let width = names.iter().map(String::len).max().unwrap_or(0);
                    for name in names {
                        out += &format!("\n{name:<width$}  {}\n", "_".repeat(50));
                    }
                }
            }
        }
        out
    }

    /// The page as one HTML file, without scripts and without anything from elsewhere.
    pub(super) fn to_html(&self) -> String {
        let title = escaped(&self.title);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        );
        for block in &self.blocks {
            out += &match block {
                Block::Heading(text) => format!("<h2>{}</h2>\n", escaped(text)),
                Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
                Block::Verdict(text) => format!("<p class=\"verdict\">{}</p>\n", escaped(text)),
                Block::List(items) => {
                    let items = items.iter().map(|i| format!("<li>{}</li>\n", escaped(i)));
                    format!("<ul>\n{}</ul>\n", items.collect::<String>())
                }
                Block::Facts(facts) => {
                    let fact = |(k, v): &(String, String)| {
                        format!("<dt>{}</dt><dd>{}</dd>\n", escaped(k), escaped(v))
                    };
                    format!(
                        "<dl>\n{}</dl>\n",
                        facts.iter().map(fact).collect::<String>()
                    )
                }
                Block::Table {
                    caption,
                    headers,
                    rows,
                } => {
                    let head = headers
                        .iter()
                        .map(|h| format!("<th scope=\"col\">{}</th>", escaped(h)));
                    let row = |cells: &Vec<String>| {
                        let cell = |(i, c): (usize, &String)| match i {
                            0 => format!("<th scope=\"row\">{}</th>", escaped(c)),
                            _ => format!("<td>{}</td>", escaped(c)),
                        };
                        let cells: String = cells.iter().enumerate().map(cell).collect();
                        format!("<tr>{cells}</tr>\n")
                    };
                    format!(
                        "<table>\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n",
                        escaped(caption),
                        head.collect::<String>(),
                        rows.iter().map(row).collect::<String>()
                    )
                }
                Block::Blanks(names) => names
                    .iter()
                    .map(|n| format!("<p class=\"blank\">{}</p>\n", escaped(n)))
                    .collect(),
            };
        }
        out + "</main>\n</body>\n</html>\n"
    }
}

/// `text` in lines, the first behind `mark`, the others as far in.
fn wrapped(mark: &str, text: &str) -> String {
    let indent = " ".repeat(mark.len());
    let (mut out, mut line) = (String::new(), mark.to_owned());
    let mut is_start = true;
    for word in text.split_whitespace() {
        if !is_start && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out += &format!("{line}\n");
            line.clone_from(&indent);
            is_start = true;
        }
        if !is_start {
            line.push(' ');
        }
        line += word;
        is_start = false;
    }
    out + &line + "\n"
}

fn columns(caption: &str, headers: &[String], rows: &[Vec<String>]) -> String {
    let all = || std::iter::once(headers).chain(rows.iter().map(Vec::as_slice));
    let mut out = format!("{caption}\n");
    for row in all() {
        let mut line = String::new();
        for (i, cell) in row.iter().enumerate() {
            let width = all().filter_map(|r| r.get(i)).map(|c| c.chars().count());
            let width = width.max().unwrap_or(0);
            line += &format!("{cell:<width$}  ");
        }
        out += &format!("  {}\n", line.trim_end());
    }
    out
}

/// Text for HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same_and_html_is_escaped() {
        let mut page = Page::new("Zzyzx <1>");
        page.heading("What & why");
        page.text(["word"; 60].join(" "));
        page.list(vec!["one".into()]);
        page.facts(vec![("name", "\"value\"".into())]);
        page.table("Both", &["a", "b"], vec![vec!["1".into(), "2".into()]]);
        page.blanks(&["Signed"]);
        let (text, html) = (page.to_text(), page.to_html());
        assert!(text.lines().all(|l| l.len() <= WIDTH));
        for word in ["one", "name", "Both", "Signed"] {
            assert!(text.contains(word) && html.contains(word), "{word}");
        }
        assert!(html.contains("Zzyzx &lt;1&gt;") && html.contains("&quot;value&quot;"));
        assert!(html.contains("<th scope=\"row\">1</th>") && html.contains("lang=\"en\""));
        assert!(!html.contains("<script") && !html.contains("http"));
    }
}
