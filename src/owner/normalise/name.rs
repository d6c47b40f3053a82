//! The steps on a name of one field. Specified in `docs/spec/normalisation.md`, steps 3 to 7.

use std::borrow::Cow;

use super::fold::fold;

/// A first name: nicknames in brackets, titles and suffixes taken off, particles joined.
///
/// Returns the name, which may be empty, and the suffix that stood in it.
#[must_use]
pub fn first(cell: &str) -> (String, Option<&'static str>) {
    let name = fold(&without_nickname(cell));
    if is_placeholder(cell, &name) || name == "NA" || is_unnamed(&name) {
        return (String::new(), None);
    }
    finish(name, true, is_given_particle)
}

/// A middle name or initial, as [`first`], but it may be a suffix alone, which is then taken off.
#[must_use]
pub fn middle(cell: &str) -> (String, Option<&'static str>) {
    let name = fold(&without_nickname(cell));
    if is_placeholder(cell, &name) || name == "NA" {
        return (String::new(), None);
    }
    if let Some(suffix) = generation(&name) {
        return (String::new(), Some(suffix));
    }
    finish(name, false, is_given_particle)
}

/// A last name: titles and suffixes taken off, particles joined, so that each space divides two
/// surnames.
///
/// Returns the name, which may be empty, and the suffix that stood in it.
#[must_use]
pub fn last(cell: &str) -> (String, Option<&'static str>) {
    let name = fold(cell);
    if is_placeholder(cell, &name) {
        return (String::new(), None);
    }
    finish(name, true, is_surname_particle)
}

/// The steps after the placeholder: title, suffix, particles.
fn finish(
    name: String,
    has_title: bool,
    is_particle: fn(&str) -> bool,
) -> (String, Option<&'static str>) {
    // None of them touches a name of one part.
    if !name.contains(' ') {
        return (name, None);
    }
    let untitled = if has_title {
        without_title(&name)
    } else {
        &name
    };
    let (bare, suffix) = strip_suffix(untitled);
    (join(bare, is_particle), suffix)
}

/// The suffix that a cell of a suffix column names: `JR`, `SR`, `II`, `III`, `IV`, `V`, `VI` or nothing.
#[must_use]
pub fn suffix(cell: &str) -> &'static str {
    if cell.is_empty() {
        return "";
    }
    let word: String = cell
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    match word.as_str() {
        "JR" | "JNR" | "JUNIOR" => "JR",
        "SR" | "SNR" | "SENIOR" => "SR",
        "II" | "2" | "2ND" => "II",
        "III" | "3" | "3RD" => "III",
        "IV" | "4" | "4TH" => "IV",
        "V" | "5" | "5TH" => "V",
        "VI" | "6" | "6TH" => "VI",
        _ => "",
    }
}

/// The surnames in a normalised last name, in their order; none for the empty name.
pub fn parts(last: &str) -> impl Iterator<Item = &str> {
    last.split(' ').filter(|part| !part.is_empty())
}

/// `cell` without what stands in `()`, `[]` or double quotes. A bracket that is not closed, as
/// in a cell that was cut, reaches to the end. Where nothing else is there, the cell stays as it is.
#[must_use]
pub fn without_nickname(cell: &str) -> Cow<'_, str> {
    // PERF: bytes before characters; 0xE2 is the first byte of a curly quotation mark.
    if !cell.bytes().any(|b| matches!(b, b'(' | b'[' | b'"' | 0xE2)) {
        return Cow::Borrowed(cell);
    }
    let Some(open) = cell.find(['(', '[', '"', '“']) else {
        return Cow::Borrowed(cell);
    };
    let (mut outside, mut rest) = (String::with_capacity(cell.len()), cell);
    let mut next = Some(open);
    while let Some(at) = next {
        outside.push_str(&rest[..at]);
        outside.push(' ');
        let mut inside = rest[at..].chars();
        let close = match inside.next() {
            Some('(') => ')',
            Some('[') => ']',
            Some('“') => '”',
            _ => '"',
        };
        rest = match inside.as_str().split_once(close) {
            Some((_, after)) => after,
            // A lone quotation mark marks nothing.
            None if matches!(close, '"' | '”') => inside.as_str(),
            None => "",
        };
        next = rest.find(['(', '[', '"', '“']);
    }
    outside.push_str(rest);
    if outside.chars().any(char::is_alphabetic) {
        Cow::Owned(outside)
    } else {
        Cow::Borrowed(cell)
    }
}

/// Whether a cell, `name` when folded, stands for no name, in whichever field it is.
fn is_placeholder(cell: &str, name: &str) -> bool {
    let repeats =
        |letter: u8, least: usize| name.len() >= least && name.bytes().all(|b| b == letter);
    matches!(
        name,
        "" | "FNU" | "LNU" | "NFN" | "NLN" | "NMN" | "NMI" | "UNK" | "UNKNOWN" | "TEST" | "NONE"
            | "NULL" | "NOT AVAILABLE" | "NO NAME" | "NO FIRST NAME" | "NO MIDDLE NAME"
            | "NO LAST NAME"
    ) || repeats(b'X', 2)
        || repeats(b'Y', 3)
        // Folded, this would be the initials N and A.
        || (name == "N A" && matches!(cell.trim(), "N/A" | "n/a" | "#N/A"))
}

/// What a hospital calls a child before it has a name.
fn is_unnamed(name: &str) -> bool {
    matches!(name, "BABY BOY" | "BABY GIRL" | "BABYBOY" | "BABYGIRL")
}

fn without_title(name: &str) -> &str {
    match name.split_once(' ') {
        Some(("MR" | "MRS" | "MS" | "MISS" | "DR", rest)) => rest,
        _ => name,
    }
}

fn generation(word: &str) -> Option<&'static str> {
    Some(match word {
        "JR" | "JNR" => "JR",
        "SR" | "SNR" => "SR",
        "II" => "II",
        "III" => "III",
        "IV" => "IV",
        _ => return None,
    })
}

/// Takes a generation suffix off the end, if a name is left before it.
fn strip_suffix(name: &str) -> (&str, Option<&'static str>) {
    if let Some((before, word)) = name.rsplit_once(' ')
        && let Some(suffix) = generation(word)
    {
        return (before, Some(suffix));
    }
    (name, None)
}

/// Joins each particle to the part that follows it. Y and E between two parts ("Ortega y Gasset") go.
fn join(name: &str, is_particle: fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(name.len());
    let mut joined = true;
    let mut parts = name.split(' ').peekable();
    while let Some(part) = parts.next() {
        if !joined {
            if matches!(part, "Y" | "E") && parts.peek().is_some() {
                continue;
            }
            out.push(' ');
        }
        out.push_str(part);
        joined = is_particle(part);
    }
    out
}

#[rustfmt::skip]
fn is_surname_particle(part: &str) -> bool {
    matches!(
        part,
        "DE" | "DEL" | "DELA" | "DELLA" | "DELLO" | "DELOS" | "DELAS" | "DI" | "DA" | "DAS" | "DOS"
        | "DU" | "D" | "LA" | "LAS" | "LE" | "LOS" | "LO" | "L"
        | "SAN" | "SANTA" | "SANTO" | "ST"
        | "VAN" | "VANDER" | "VANDEN" | "VANDE" | "VON" | "DEN" | "DER" | "TEN" | "TER" | "ZU" | "ZUM" | "ZUR"
        | "AL" | "EL" | "BIN" | "BINT" | "IBN" | "ABU" | "BEN"
        | "MC" | "MAC" | "O"
    )
}

/// The particles that begin or divide given names. Fewer: AL, BEN, MAC and VAN are given names too.
fn is_given_particle(part: &str) -> bool {
    matches!(
        part,
        "DE" | "DEL" | "DELA" | "LA" | "LAS" | "LE" | "LOS" | "D"
    )
}
