//! A page for people, as text on a terminal and as HTML to be printed: the same words in both.

mod drawing;
mod html;

pub use drawing::Drawing;
use html::element;
pub use html::{document, escaped};

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
    /// A drawing, with its title and what it shows in words.
    Svg {
        title: String,
        desc: String,
        drawing: Drawing,
    },
}

/// A page under construction. What it is given is plain text, which it escapes where a form asks for it.
#[derive(Debug)]
pub struct Page {
    title: String,
    blocks: Vec<Block>,
}

/// Columns of text on a terminal.
const WIDTH: usize = 100;

impl Page {
    /// An empty page.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            blocks: Vec::new(),
        }
    }

    /// A heading below the title.
    pub fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    /// A paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// A verdict, which stands out.
    pub fn verdict(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Verdict(text.into()));
    }

    /// A list of short texts.
    pub fn list(&mut self, items: Vec<String>) {
        self.blocks.push(Block::List(items));
    }

    /// Names and what they are.
    pub fn facts(&mut self, facts: Vec<(&str, String)>) {
        let facts = facts.into_iter().map(|(k, v)| (k.to_owned(), v));
        self.blocks.push(Block::Facts(facts.collect()));
    }

    /// A table; the first cell of a row is its header.
    pub fn table(&mut self, caption: &str, headers: &[&str], rows: Vec<Vec<String>>) {
        self.blocks.push(Block::Table {
            caption: caption.to_owned(),
            headers: headers.iter().map(|h| (*h).to_owned()).collect(),
            rows,
        });
    }

    /// Lines to be filled in by hand, each behind what belongs there.
    pub fn blanks(&mut self, names: &[&str]) {
        let names = names.iter().map(|n| (*n).to_owned());
        self.blocks.push(Block::Blanks(names.collect()));
    }

    /// A drawing with its title, and `desc`, which tells those who cannot see it what it shows. One in a page.
    pub fn svg(&mut self, title: &str, desc: impl Into<String>, drawing: Drawing) {
        self.blocks.push(Block::Svg {
            title: title.to_owned(),
            desc: desc.into(),
            drawing,
        });
    }

    /// The page for a terminal, in lines of at most 100 columns where words allow it. A drawing is told in words.
    #[must_use]
    pub fn to_text(&self) -> String {
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
                Block::Svg { title, desc, .. } => {
                    out += &wrapped("", &format!("{title}: {desc}"));
                }
            }
        }
        out
    }

    /// The page as one HTML file, without scripts and without anything from elsewhere.
    #[must_use]
    pub fn to_html(&self) -> String {
        let main: String = self.blocks.iter().map(Block::to_html).collect();
        let foot = format!("Made by blindlink {}.", env!("CARGO_PKG_VERSION"));
        document(&self.title, "", &main, &foot)
    }
}

impl Block {
    fn to_html(&self) -> String {
        match self {
            Self::Heading(text) => element("h2", text),
            Self::Text(text) => element("p", text),
            Self::Verdict(text) => format!("<p class=\"verdict\">{}</p>\n", escaped(text)),
            Self::List(items) => {
                let items: String = items.iter().map(|i| element("li", i)).collect();
                format!("<ul>\n{items}</ul>\n")
            }
            Self::Facts(facts) => {
                let facts = facts
                    .iter()
                    .map(|(k, v)| element("dt", k) + &element("dd", v));
                format!("<dl>\n{}</dl>\n", facts.collect::<String>())
            }
            Self::Table {
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
            Self::Blanks(names) => names
                .iter()
                .map(|n| format!("<p class=\"blank\">{} <span></span></p>\n", escaped(n)))
                .collect(),
            Self::Svg {
                title,
                desc,
                drawing,
            } => format!(
                "<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n",
                escaped(title),
                drawing.to_svg(title, desc)
            ),
        }
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
        let mut drawing = Drawing::new(100, 100);
        drawing.boxed((0, 0), (50, 50), &["A & B", &"long ".repeat(9)], false);
        page.svg("Who gives what", "A gives <all>", drawing);
        let (text, html) = (page.to_text(), page.to_html());
        assert!(text.lines().all(|l| l.len() <= WIDTH));
        for word in ["one", "name", "Both", "Signed", "Who gives what"] {
            assert!(text.contains(word) && html.contains(word), "{word}");
        }
        assert!(html.contains("Zzyzx &lt;1&gt;") && html.contains("&quot;value&quot;"));
        assert!(html.contains("<th scope=\"row\">1</th>") && html.contains("lang=\"en\""));
        assert!(html.contains("<desc id=\"drawing-desc\">A gives &lt;all&gt;</desc>"));
        assert!(html.contains(">A &amp; B</text>") && html.contains("textLength=\"30\""));
        assert!(!html.contains("<script") && !html.contains("http"));
    }
}
