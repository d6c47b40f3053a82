//! A drawing of boxes and arrows as SVG, in black and white.

use std::fmt::Write as _;

use super::html::escaped;

/// Width of a letter of the drawing's font at most, in units of the drawing.
const LETTER: u32 = 8;

/// Boxes, arrows and words in a field of a given size. Everything it is told as text is escaped.
#[derive(Debug)]
pub struct Drawing {
    width: u32,
    height: u32,
    markup: String,
}

impl Drawing {
    /// An empty drawing of so many units, of which about 900 are the width of a page.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            markup: String::new(),
        }
    }

    /// A box with its corner at (`x`, `y`), the first line of words in bold; `is_dashed` for what is not there.
    pub fn boxed(
        &mut self,
        (x, y): (u32, u32),
        (w, h): (u32, u32),
        words: &[&str],
        is_dashed: bool,
    ) {
        let dash = if is_dashed {
            " stroke-dasharray=\"6 4\""
        } else {
            ""
        };
        let _ = writeln!(
            self.markup,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" fill=\"#fff\" stroke=\"#111\" stroke-width=\"2\"{dash}/>"
        );
        for (i, line) in (0..).zip(words) {
            let weight = if i == 0 { " font-weight=\"bold\"" } else { "" };
            self.line_of_words(
                (x + 10, y + 22 + 18 * i),
                line,
                weight,
                w.saturating_sub(20),
            );
        }
    }

    /// Words that start at (`x`, `y`), the foot of their letters.
    pub fn words(&mut self, at: (u32, u32), words: &str) {
        self.line_of_words(at, words, "", self.width.saturating_sub(at.0));
    }

    fn line_of_words(&mut self, (x, y): (u32, u32), words: &str, weight: &str, room: u32) {
        // What does not fit is squeezed rather than cut.
        let length = u32::try_from(words.chars().count())
            .unwrap_or(u32::MAX)
            .saturating_mul(LETTER);
        let squeeze = if length > room {
            format!(" textLength=\"{room}\" lengthAdjust=\"spacingAndGlyphs\"")
        } else {
            String::new()
        };
        let _ = writeln!(
            self.markup,
            "<text x=\"{x}\" y=\"{y}\"{weight}{squeeze}>{}</text>",
            escaped(words)
        );
    }

    /// An arrow from one point to another; `is_dashed` tells a second kind of arrow from the first.
    pub fn arrow(&mut self, (x1, y1): (u32, u32), (x2, y2): (u32, u32), is_dashed: bool) {
        let dash = if is_dashed {
            " stroke-dasharray=\"8 5\""
        } else {
            ""
        };
        let _ = writeln!(
            self.markup,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#111\" stroke-width=\"2\"{dash} \
             marker-end=\"url(#head)\"/>"
        );
    }

    /// The drawing as an `svg` element with `title` and `desc`, for those who cannot see it. One in a page.
    pub(super) fn to_svg(&self, title: &str, desc: &str) -> String {
        format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"drawing-title drawing-desc\" \
             font-family=\"system-ui,'DejaVu Sans',sans-serif\" font-size=\"14\" fill=\"#111\">\n\
             <title id=\"drawing-title\">{}</title>\n<desc id=\"drawing-desc\">{}</desc>\n\
             <defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
             <path d=\"M0 0 10 5 0 10z\" fill=\"#111\"/></marker></defs>\n{}</svg>\n",
            self.width,
            self.height,
            escaped(title),
            escaped(desc),
            self.markup
        )
    }
}
