//! Text to A-Z and single spaces. Specified in `docs/spec/normalisation.md`, steps 1 and 2.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// `text` in capital letters A-Z, with single spaces where something else divided them.
///
/// Accents are dropped, letters of other Latin alphabets are spelt out, apostrophes vanish. Letters of
/// other scripts divide. May be empty.
#[must_use]
pub fn fold(text: &str) -> String {
    // PERF: most cells are one word of ASCII letters.
    if text.bytes().all(|b| b.is_ascii_alphabetic()) {
        return text.to_ascii_uppercase();
    }
    let mut out = Folder {
        text: String::with_capacity(text.len()),
        gap: false,
    };
    if text.is_ascii() {
        text.bytes().for_each(|b| out.ascii(b));
    } else {
        for c in repair(text).chars() {
            if !vanishes(c) {
                decompose_compatible(c, |part| out.part(part));
            }
        }
    }
    out.text
}

struct Folder {
    text: String,
    /// Something that divides has come since the last letter.
    gap: bool,
}

impl Folder {
    fn ascii(&mut self, byte: u8) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' => {
                if self.gap && !self.text.is_empty() {
                    self.text.push(' ');
                }
                self.gap = false;
                self.text.push(char::from(byte.to_ascii_uppercase()));
            }
            b'\'' | b'`' | b'?' | b'0'..=b'9' => {}
            _ => self.gap = true,
        }
    }

    /// One character of a decomposition.
    fn part(&mut self, c: char) {
        if c.is_ascii() {
            self.ascii(c as u8);
        } else if let Some(letters) = spell(c) {
            letters.bytes().for_each(|b| self.ascii(b));
        } else if !is_combining_mark(c) && !vanishes(c) {
            self.gap = true;
        }
    }
}

/// Letters of Latin alphabets that do not decompose into a letter and a mark.
fn spell(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "SS",
        'æ' | 'Æ' => "AE",
        'œ' | 'Œ' => "OE",
        'þ' | 'Þ' => "TH",
        'ø' | 'Ø' => "O",
        'ł' | 'Ł' => "L",
        'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ' | 'ɗ' | 'Ɗ' => "D",
        'ħ' | 'Ħ' => "H",
        'ı' => "I",
        'ŋ' | 'Ŋ' => "N",
        'ŧ' | 'Ŧ' => "T",
        'ə' | 'Ə' => "E",
        'ɓ' | 'Ɓ' => "B",
        'ƙ' | 'Ƙ' | 'ĸ' => "K",
        'ƴ' | 'Ƴ' => "Y",
        _ => return None,
    })
}

/// Apostrophes in all their forms, signs that mark a letter without being one, and characters
/// that cannot be seen.
fn vanishes(c: char) -> bool {
    matches!(
        c,
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{02B9}'..='\u{02BF}'
            | '\u{02C8}' | '\u{A78B}' | '\u{A78C}' | '\u{FF07}'
            // Accents that stand alone, and the middle dot of Catalan.
            | '\u{00B4}' | '\u{00A8}' | '\u{00AF}' | '\u{00B8}' | '\u{02D8}'..='\u{02DD}'
            | '\u{00B7}'
            // A letter that an earlier program has lost.
            | '\u{FFFD}'
            // Soft hyphen, joiners, direction marks, byte-order mark.
            | '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// `text` with UTF-8 that was read as Windows-1252 put right: `Ã±` becomes `ñ`.
///
/// Only sequences that yield a Latin letter with a mark, a no-break space or signs of U+00A1-U+00BF, or
/// punctuation of U+2010-U+203F are touched; none of them occurs in a name by itself.
#[must_use]
pub fn repair(text: &str) -> Cow<'_, str> {
    if !text.contains(['Â', 'Ã', 'Ä', 'Å', 'á', 'â']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut repaired = false;
    while let Some(c) = rest.chars().next() {
        if let Some((right, length)) = misread(rest) {
            out.push(right);
            rest = &rest[length..];
            repaired = true;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if repaired {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// The character that the start of `text` was before it was misread, and the length of the misreading.
fn misread(text: &str) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let mut bytes = [0; 3];
    bytes[0] = windows_1252(chars.next()?)?;
    bytes[1] = windows_1252(chars.next()?)?;
    let n = match bytes[..2] {
        [0xC2, 0xA0..=0xBF] | [0xC3..=0xC5, _] => 2,
        [0xE1, 0xBA | 0xBB] | [0xE2, 0x80] => {
            bytes[2] = windows_1252(chars.next()?)?;
            3
        }
        _ => return None,
    };
    let right = std::str::from_utf8(&bytes[..n]).ok()?.chars().next()?;
    Some((right, text.len() - chars.as_str().len()))
}

/// The byte that Windows-1252 has for `c`. Its five holes pass as control characters, as browsers do.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž',
        '\u{8F}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}',
        'ž', 'Ÿ',
    ];
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let at = HIGH.iter().position(|&h| h == c)?;
    u8::try_from(0x80 + at).ok()
}
