//! Characters, escapes and classes of characters.

use std::fmt::Write as _;

use super::{BLANKS, DIGITS, Flags, Term, Translator, Unusable, WORDS, beyond, invalid};

impl Translator<'_> {
    pub(super) fn escape(&mut self, flags: Flags) -> Result<Term, Unusable> {
        let Some(c) = self.rest.next() else {
            return invalid("a single \\ at its end");
        };
        if let Some((inside, negated)) = set_of(c, flags) {
            let _ = write!(self.out, "[{}{inside}]", if negated { "^" } else { "" });
            return Ok(Term::Item);
        }
        let words = set_of('w', flags).map_or("", |(inside, _)| inside);
        match c {
            'A' => self.out += r"\A",
            'Z' => self.out += r"\z",
            'b' => {
                let _ = write!(
                    self.out,
                    "(?:(?<=[{words}])(?![{words}])|(?<![{words}])(?=[{words}]))"
                );
            }
            'B' => {
                let _ = write!(
                    self.out,
                    r"(?:(?!\A\z)(?:(?<=[{words}])(?=[{words}])|(?<![{words}])(?![{words}])))"
                );
            }
            '1'..='9' => {
                let mut digits = c.to_string();
                let octal = |c: &char| ('0'..='7').contains(c);
                if let Some(d) = self.rest.next_if(char::is_ascii_digit) {
                    digits.push(d);
                    if digits.chars().all(|c| octal(&c))
                        && let Some(d) = self.rest.next_if(octal)
                    {
                        digits.push(d);
                        let code = u32::from_str_radix(&digits, 8).unwrap_or(u32::MAX);
                        if code > 0o377 {
                            return invalid("an octal escape above 377");
                        }
                        self.literal(char_of(code)?, flags)?;
                        return Ok(Term::Item);
                    }
                }
                return self.reference(digits.parse().unwrap_or(usize::MAX), flags);
            }
            c => {
                let c = self.escaped(c)?;
                self.literal(c, flags)?;
                return Ok(Term::Item);
            }
        }
        Ok(Term::Place)
    }

    /// The one character that `\c` stands for, inside a class or outside.
    pub(super) fn escaped(&mut self, c: char) -> Result<char, Unusable> {
        let mut hex = |n: usize| {
            let digits: String = (0..n)
                .map_while(|_| self.rest.next_if(char::is_ascii_hexdigit))
                .collect();
            if digits.len() < n {
                return invalid("an escape with too few digits");
            }
            char_of(u32::from_str_radix(&digits, 16).unwrap_or(u32::MAX))
        };
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            'x' => hex(2),
            'u' => hex(4),
            'U' => hex(8),
            '0' => {
                let mut code = 0;
                for _ in 0..2 {
                    if let Some(d) = self.rest.next_if(|c| ('0'..='7').contains(c)) {
                        code = code * 8 + d.to_digit(8).unwrap_or(0);
                    }
                }
                char_of(code)
            }
            'N' => beyond("\\N, a character by its name,"),
            c if c.is_ascii_alphanumeric() => invalid("a \\ before a letter that means nothing"),
            c => Ok(c),
        }
    }

    pub(super) fn literal(&mut self, c: char, flags: Flags) -> Result<(), Unusable> {
        if !flags.either_case {
            push(&mut self.out, c);
            return Ok(());
        }
        self.out.push('[');
        push(&mut self.out, c);
        let others = other_cases(c, c, flags)?;
        self.out += &others;
        self.out.push(']');
        Ok(())
    }

    pub(super) fn class(&mut self, flags: Flags) -> Result<(), Unusable> {
        self.out.push('[');
        if self.is_next('^') {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let Some(c) = self.rest.next() else {
                return invalid("a [ that is not closed");
            };
            if c == ']' && !first {
                break;
            }
            first = false;
            let Some(low) = self.member(c, flags)? else {
                if self.looks_at("-") && !self.looks_at("-]") {
                    return invalid("a range in a class that starts with a set");
                }
                continue;
            };
            if !self.looks_at("-") || self.looks_at("-]") {
                push(&mut self.out, low);
                let others = other_cases(low, low, flags)?;
                self.out += &others;
                continue;
            }
            self.skip(1);
            let Some(c) = self.rest.next() else {
                return invalid("a [ that is not closed");
            };
            let before = self.out.len();
            let Some(high) = self.member(c, flags)? else {
                self.out.truncate(before);
                return invalid("a range in a class that ends in a set");
            };
            if high < low {
                return invalid("a range in a class that runs backwards");
            }
            push(&mut self.out, low);
            self.out.push('-');
            push(&mut self.out, high);
            let others = other_cases(low, high, flags)?;
            self.out += &others;
        }
        self.out.push(']');
        Ok(())
    }

    /// A member of a class that starts with `c`: one character, or `None` for a set, which is then written.
    pub(super) fn member(&mut self, c: char, flags: Flags) -> Result<Option<char>, Unusable> {
        if c != '\\' {
            return Ok(Some(c));
        }
        let Some(c) = self.rest.next() else {
            return invalid("a single \\ at its end");
        };
        if let Some((inside, negated)) = set_of(c, flags) {
            if negated {
                let _ = write!(self.out, "[^{inside}]");
            } else {
                self.out += inside;
            }
            return Ok(None);
        }
        match c {
            'b' => Ok(Some('\u{8}')),
            '1'..='7' => {
                let mut code = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(d) = self.rest.next_if(|c| ('0'..='7').contains(c)) {
                        code = code * 8 + d.to_digit(8).unwrap_or(0);
                    }
                }
                if code > 0o377 {
                    return invalid("an octal escape above 377");
                }
                char_of(code).map(Some)
            }
            c => self.escaped(c).map(Some),
        }
    }
}

/// The inside of a class for `\d`, `\w`, `\s` and their opposites, and whether it is an opposite.
pub(super) fn set_of(letter: char, flags: Flags) -> Option<(&'static str, bool)> {
    let inside = match (letter.to_ascii_lowercase(), flags.ascii) {
        ('d', false) => DIGITS,
        ('d', true) => "0-9",
        ('w', false) => WORDS,
        ('w', true) => "0-9A-Za-z_",
        ('s', false) => BLANKS,
        ('s', true) => r"\x{9}-\x{d}\x{20}",
        _ => return None,
    };
    Some((inside, letter.is_ascii_uppercase()))
}

pub(super) fn char_of(code: u32) -> Result<char, Unusable> {
    match char::from_u32(code) {
        Some(c) => Ok(c),
        None if code <= 0xffff => beyond("half of a character"),
        None => invalid("an escape for no character"),
    }
}

/// Appends one character, as itself and nothing else.
pub(super) fn push(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        let _ = write!(out, r"\x{{{:x}}}", u32::from(c));
    }
}

/// The other cases of the characters from `low` to `high`, as more members of a class.
pub(super) fn other_cases(low: char, high: char, flags: Flags) -> Result<String, Unusable> {
    let mut out = String::new();
    if !flags.either_case {
        return Ok(out);
    }
    if !high.is_ascii() {
        return beyond("letters beyond ASCII in either case");
    }
    for c in ('A'..='Z')
        .chain('a'..='z')
        .filter(|c| (low..=high).contains(c))
    {
        out.push(if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        });
        // Letters that become these, and so are theirs to Python.
        out += match c.to_ascii_lowercase() {
            'i' if !flags.ascii => r"\x{130}\x{131}",
            'k' if !flags.ascii => r"\x{212a}",
            's' if !flags.ascii => r"\x{17f}",
            _ => "",
        };
    }
    Ok(out)
}
