//! Patterns of a schema: Python's regular expressions, translated to those of `fancy-regex`.
//!
//! SPEC clk-encoding.md 3.4. A pattern decides only whether a cell is refused, never a bit, so that a pattern that cannot be
//! translated is no reason to refuse a schema: without validation it is not needed. What Python means by a word, a digit
//! or a blank is written out, as is what it takes for the other case of a letter.

mod class;

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// How many steps a search may take, and how much memory a compiled pattern: more is refused, never waited for.
const MOST_STEPS: usize = 1_000_000;
const MOST_BYTES: usize = 10 << 20;

const DIGITS: &str = r"\p{Nd}";
const WORDS: &str = r"\p{L}\p{N}_";
const BLANKS: &str = r"\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}";

/// Why a pattern cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// Python does not take it either.
    Invalid(String),
    /// Python takes it, this program does not.
    Beyond(String),
}

use Unusable::{Beyond, Invalid};

/// A pattern that a whole cell must match.
#[derive(Debug, Clone)]
pub(super) struct Pattern(fancy_regex::Regex);

impl Pattern {
    /// Translates and compiles the pattern of a schema.
    pub(super) fn parse(pattern: &str) -> Result<Self, Unusable> {
        let translated = translate(pattern)?;
        fancy_regex::RegexBuilder::new(&format!(r"\A(?:{translated})\z"))
            .backtrack_limit(MOST_STEPS)
            .delegate_size_limit(MOST_BYTES)
            .build()
            .map(Self)
            .map_err(|_| Beyond("it is too large, or of a form that is not known here".into()))
    }

    /// Whether all of `cell` matches; `None` if that takes too many steps to find out.
    pub(super) fn matches(&self, cell: &str) -> Option<bool> {
        self.0.is_match(cell).ok()
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    either_case: bool,
    dot_takes_all: bool,
    lines: bool,
    ascii: bool,
}

struct Translator<'p> {
    rest: Peekable<Chars<'p>>,
    out: String,
    /// Names of the groups, in their order; empty for those that have none.
    groups: Vec<String>,
    depth: u32,
}

fn invalid<T>(why: &str) -> Result<T, Unusable> {
    Err(Invalid(why.into()))
}

fn beyond<T>(why: &str) -> Result<T, Unusable> {
    Err(Beyond(why.into()))
}

/// The pattern in the words of `fancy-regex`.
fn translate(pattern: &str) -> Result<String, Unusable> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        out: String::new(),
        groups: Vec::new(),
        depth: 0,
    };
    let mut flags = Flags::default();
    translator.leading_flags(&mut flags)?;
    translator.alternatives(flags)?;
    if translator.rest.next().is_some() {
        return invalid("a ) that nothing opens");
    }
    Ok(translator.out)
}

/// What a term of a pattern was.
#[derive(PartialEq)]
enum Term {
    /// May be repeated.
    Item,
    /// A place, which may not.
    Place,
    /// Nothing: a comment.
    Nothing,
}

impl Translator<'_> {
    fn is_next(&mut self, c: char) -> bool {
        self.rest.next_if_eq(&c).is_some()
    }

    fn looks_at(&self, text: &str) -> bool {
        let mut rest = self.rest.clone();
        text.chars().all(|c| rest.next() == Some(c))
    }

    fn skip(&mut self, n: usize) {
        for _ in 0..n {
            self.rest.next();
        }
    }

    /// `(?i)` and its like at the very start, which hold for all of the pattern.
    fn leading_flags(&mut self, flags: &mut Flags) -> Result<(), Unusable> {
        while self.looks_at("(?") {
            let mut ahead = self.rest.clone();
            ahead.nth(1);
            let letters: String = ahead.take_while(char::is_ascii_alphabetic).collect();
            let length = letters.len();
            let closing = self.rest.clone().nth(2 + length);
            if letters.is_empty() || closing != Some(')') {
                return Ok(());
            }
            for letter in letters.chars() {
                set(flags, letter, true)?;
            }
            self.skip(3 + length);
        }
        Ok(())
    }

    fn alternatives(&mut self, flags: Flags) -> Result<(), Unusable> {
        self.depth += 1;
        if self.depth > 100 {
            return beyond("groups lie too deep in one another");
        }
        self.sequence(flags)?;
        while self.is_next('|') {
            self.out.push('|');
            self.sequence(flags)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn sequence(&mut self, flags: Flags) -> Result<(), Unusable> {
        // What a repetition that comes next would repeat.
        let mut last = Term::Nothing;
        let mut repeated = false;
        while let Some(&c) = self.rest.peek() {
            match c {
                '|' | ')' => break,
                '*' | '+' | '?' | '{' => {
                    let Some(times) = self.times()? else {
                        self.rest.next();
                        self.literal(c, flags)?;
                        (last, repeated) = (Term::Item, false);
                        continue;
                    };
                    if repeated {
                        return invalid("a repetition of a repetition");
                    }
                    if last != Term::Item {
                        return invalid("a repetition of nothing");
                    }
                    self.out += &times;
                    repeated = true;
                }
                _ => {
                    let term = self.term(flags)?;
                    if term != Term::Nothing {
                        (last, repeated) = (term, false);
                    }
                }
            }
        }
        Ok(())
    }

    /// A repetition, if the next characters are one.
    fn times(&mut self) -> Result<Option<String>, Unusable> {
        let mut times = match self.rest.peek() {
            Some('{') => {
                let mut ahead = self.rest.clone();
                ahead.next();
                let inside: String = ahead.take_while(|c| *c != '}').collect();
                let number = |text: &str| -> Option<Option<u32>> {
                    if text.is_empty() {
                        Some(None)
                    } else if text.bytes().all(|b| b.is_ascii_digit()) {
                        Some(Some(text.parse().unwrap_or(u32::MAX)))
                    } else {
                        None
                    }
                };
                let closes = self.rest.clone().any(|c| c == '}');
                let bounds = match inside.split_once(',') {
                    Some((low, high)) => number(low).zip(number(high)),
                    None => number(&inside).filter(Option::is_some).map(|n| (n, n)),
                };
                let Some((low, high)) = bounds.filter(|_| closes) else {
                    return Ok(None);
                };
                let low = low.unwrap_or(0);
                if high.is_some_and(|high| high < low) {
                    return invalid("a repetition of fewer times at most than at least");
                }
                self.skip(inside.chars().count() + 2);
                match high {
                    Some(high) => format!("{{{low},{high}}}"),
                    None => format!("{{{low},}}"),
                }
            }
            Some(&c) => {
                self.rest.next();
                c.to_string()
            }
            None => return Ok(None),
        };
        if let Some(c) = self.rest.next_if(|c| *c == '?' || *c == '+') {
            times.push(c);
        }
        Ok(Some(times))
    }

    fn term(&mut self, flags: Flags) -> Result<Term, Unusable> {
        let Some(c) = self.rest.next() else {
            return Ok(Term::Nothing);
        };
        match c {
            '(' => return self.group(flags),
            '[' => self.class(flags)?,
            '\\' => return self.escape(flags),
            '.' if flags.dot_takes_all => self.out += "(?s:.)",
            '.' => self.out += r"[^\n]",
            '^' => {
                self.out += if flags.lines { "(?m:^)" } else { r"\A" };
                return Ok(Term::Place);
            }
            '$' => {
                let ends = self.depth == 1 && matches!(self.rest.peek(), None | Some('|'));
                self.out += match (flags.lines, ends) {
                    (true, _) => "(?m:$)",
                    // All of the cell must match: what stands here is its end.
                    (false, true) => r"\z",
                    (false, false) => r"(?:\z|(?=\n\z))",
                };
                return Ok(Term::Place);
            }
            c => self.literal(c, flags)?,
        }
        Ok(Term::Item)
    }

    fn group(&mut self, flags: Flags) -> Result<Term, Unusable> {
        if !self.is_next('?') {
            self.groups.push(String::new());
            return self.inside("(", flags);
        }
        if self.is_next('#') {
            return match self.rest.find(|c| *c == ')') {
                Some(_) => Ok(Term::Nothing),
                None => invalid("a comment that is not closed"),
            };
        }
        for start in ["?:", "?=", "?!", "?>", "?<=", "?<!"] {
            if self.looks_at(&start[1..]) {
                self.skip(start.len() - 1);
                return self.inside(&format!("({start}"), flags);
            }
        }
        if self.is_next('P') {
            if self.is_next('<') {
                let name = self.name('>')?;
                if self.groups.contains(&name) {
                    return invalid("two groups of one name");
                }
                self.groups.push(name);
                return self.inside("(", flags);
            }
            if self.is_next('=') {
                let name = self.name(')')?;
                return match self.groups.iter().position(|g| *g == name) {
                    Some(at) => self.reference(at + 1, flags),
                    None => invalid("a group is named that does not exist"),
                };
            }
            return invalid("(?P with something unknown");
        }
        if self.is_next('(') {
            return beyond("(?(...)...), which depends on another group,");
        }
        let mut inner = flags;
        let mut on = true;
        let mut any = false;
        loop {
            match self.rest.next() {
                Some('-') if on => on = false,
                Some(':') if any => return self.inside("(?:", inner),
                Some(')') if any => {
                    return invalid("flags for all of it that are not at its start");
                }
                Some(letter) if letter.is_ascii_alphabetic() => {
                    set(&mut inner, letter, on)?;
                    any = true;
                }
                _ => return invalid("(? with something unknown"),
            }
        }
    }

    /// The rest of a group that starts with `start`.
    fn inside(&mut self, start: &str, flags: Flags) -> Result<Term, Unusable> {
        self.out += start;
        self.alternatives(flags)?;
        if !self.is_next(')') {
            return invalid("a ( that is not closed");
        }
        self.out.push(')');
        Ok(Term::Item)
    }

    fn name(&mut self, end: char) -> Result<String, Unusable> {
        let mut name = String::new();
        loop {
            match self.rest.next() {
                Some(c) if c == end => break,
                Some(c) => name.push(c),
                None => return invalid("a name that is not closed"),
            }
        }
        let mut chars = name.chars();
        let first = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
        if first && chars.all(|c| c == '_' || c.is_alphanumeric()) {
            Ok(name)
        } else {
            invalid("a group with a name that is none")
        }
    }

    fn reference(&mut self, group: usize, flags: Flags) -> Result<Term, Unusable> {
        if group > self.groups.len() {
            return invalid("a group is referred to that does not exist");
        }
        if flags.either_case {
            return beyond("a group that is referred to in either case");
        }
        let _ = write!(self.out, r"(?:\{group})");
        Ok(Term::Item)
    }
}

fn set(flags: &mut Flags, letter: char, on: bool) -> Result<(), Unusable> {
    match letter {
        'i' => flags.either_case = on,
        's' => flags.dot_takes_all = on,
        'm' => flags.lines = on,
        'a' | 'u' if !on => return invalid("a flag that cannot be taken away"),
        'a' => flags.ascii = true,
        'u' => flags.ascii = false,
        'x' => return beyond("the flag x, for patterns with blanks in them,"),
        _ => return invalid("a flag that means nothing"),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
