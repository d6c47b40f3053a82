//! How a party writes names: case, diacritics and what happens to them, stray marks, cut fields.

use super::names::tables;
use super::random::Draw;
use super::rates::Rates;
use super::record::{Record, Shape};

/// The longest name of a system that cuts.
const CUT_AT: usize = 20;

/// Writes the names of `record` as a file of this shape would have them.
pub(super) fn write(record: &mut Record, accented: bool, shape: Shape, r: &Rates, draw: &mut Draw) {
    let keeps = accented
        && match shape {
            Shape::District => !draw.chance(r.diacritics_lost),
            Shape::College => draw.chance(r.diacritics_at_college),
        };
    let damage = if keeps && draw.chance(r.mojibake) {
        Some(draw.chance(0.8))
    } else {
        None
    };
    let upper = shape == Shape::College || draw.chance(r.all_upper);
    let lower = !upper && draw.chance(r.all_lower);
    for name in [&mut record.first, &mut record.middle, &mut record.last] {
        if keeps {
            *name = accents(name);
            match damage {
                Some(true) => *name = mojibake(name),
                Some(false) => *name = name.replace(|c: char| !c.is_ascii(), "?"),
                None => {}
            }
        }
        if upper {
            *name = name.to_uppercase();
        } else if lower {
            *name = name.to_lowercase();
        }
    }
    if shape == Shape::College {
        record.suffix = "";
        record.middle.truncate(match record.middle.as_str() {
            "NMN" => 3,
            m => m.chars().next().map_or(0, char::len_utf8),
        });
    } else if upper {
        record.suffix = match record.suffix {
            "Jr" | "Jr." => "JR",
            other => other,
        };
    }
    stray(&mut record.last, r, draw);
    stray(&mut record.first, r, draw);
    cut(&mut record.first, r, draw);
    cut(&mut record.last, r, draw);
}

/// Each word that has a form with diacritics in that form.
fn accents(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for part in name.split_inclusive([' ', '-']) {
        let word = part.trim_end_matches([' ', '-']);
        match tables().accented(&word.to_uppercase()) {
            Some(form) => {
                out.push_str(form);
                out.push_str(&part[word.len()..]);
            }
            None => out.push_str(part),
        }
    }
    out
}

/// UTF-8 read as Windows-1252, as far as that has a character; the rest as Latin-1 control codes
/// do not survive a file and are left out.
fn mojibake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() * 2);
    for byte in name.bytes() {
        match byte {
            0..=0x7f | 0xa0.. => out.push(char::from(byte)),
            0x8d | 0x8f | 0x90 | 0x9d | 0x81 => {}
            _ => out.push(WINDOWS_1252[usize::from(byte - 0x80)]),
        }
    }
    out
}

/// Bytes 80 to 9F of Windows-1252; those without a character are never looked up.
#[rustfmt::skip]
const WINDOWS_1252: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ',
    ' ', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

fn stray(name: &mut String, r: &Rates, draw: &mut Draw) {
    if name.is_empty() || !draw.chance(r.stray_mark) {
        return;
    }
    match draw.below(3) {
        0 => name.push('.'),
        1 => name.push(' '),
        _ => match name.find(' ') {
            Some(at) => name.insert(at, ' '),
            None => name.insert(0, ' '),
        },
    }
}

fn cut(name: &mut String, r: &Rates, draw: &mut Draw) {
    if name.len() > CUT_AT
        && draw.chance(r.truncated)
        && let Some((at, _)) = name.char_indices().nth(CUT_AT)
    {
        name.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_by_word_and_their_ruin() {
        assert_eq!(accents("Jose Maria"), "José María");
        assert_eq!(accents("Garcia-Zzyzx"), "García-Zzyzx");
        assert_eq!(mojibake("García"), "Garc\u{c3}\u{ad}a");
        assert_eq!(mojibake("Đỗ"), "Ä\u{90}á»—".replace('\u{90}', ""));
        assert_eq!(mojibake("Muñoz"), "MuÃ±oz");
    }
}
