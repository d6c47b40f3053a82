//! The steps on a name of one field. Specified in `docs/spec/normalisation.md`, steps 3 to 7 and 14.

use std::borrow::Cow;
use std::fmt;

use super::fold::fold;

/// The name of one field, by all steps.
///
/// # Privacy
/// Personal data. Its `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The name; empty if it is missing.
    pub name: String,
    /// The suffix that stood in it.
    pub suffix: Option<&'static str>,
    /// Other names that stood in brackets or quotation marks in a first or last name, in their
    /// order; none is empty.
    pub aliases: Vec<String>,
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(..)")
    }
}

/// A first name: titles and suffixes taken off, particles joined; nicknames in brackets are aliases.
#[must_use]
pub fn first(cell: &str) -> Name {
    name(cell, Field::First)
}

/// A middle name or initial, as [`first`], but it may be a title or a suffix alone, which is then
/// taken off, and what stands in brackets is dropped.
#[must_use]
pub fn middle(cell: &str) -> Name {
    name(cell, Field::Middle)
}

/// A last name: titles and suffixes taken off, particles joined, so that each space divides two
/// surnames; former names in brackets are aliases.
#[must_use]
pub fn last(cell: &str) -> Name {
    name(cell, Field::Last)
}

/// The names in a cell that holds an alias of a first name: the name itself, then what stands in
/// brackets. None of them is empty.
#[must_use]
pub fn first_aliases(cell: &str) -> Vec<String> {
    aliases(cell, Field::First)
}

/// As [`first_aliases`], for an alias of a last name.
#[must_use]
pub fn last_aliases(cell: &str) -> Vec<String> {
    aliases(cell, Field::Last)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    First,
    Middle,
    Last,
}

fn name(cell: &str, field: Field) -> Name {
    let (outside, inside) = divide(cell);
    let mut out = Name::default();
    for text in inside {
        match generation(&fold(text)) {
            Some(suffix) => out.suffix = out.suffix.or(Some(suffix)),
            None if field != Field::Middle => out.aliases.extend(alias(text, field)),
            None => {}
        }
    }
    let name = fold(&outside);
    if is_missing(cell, &name, field) {
        return out;
    }
    if field == Field::Middle {
        let bare = without_title(&name);
        if is_title(bare) {
            return out;
        }
        if let Some(suffix) = generation(bare) {
            out.suffix = Some(suffix);
            return out;
        }
    }
    let (name, suffix) = finish(name, field);
    out.name = name;
    out.suffix = suffix.or(out.suffix);
    out
}

fn aliases(cell: &str, field: Field) -> Vec<String> {
    let (outside, inside) = divide(cell);
    std::iter::once(outside.as_ref())
        .chain(inside)
        .filter_map(|text| alias(text, field))
        .collect()
}

/// The alias that a text is, if it is one: not a remark, not a placeholder, not a letter alone.
fn alias(text: &str, field: Field) -> Option<String> {
    if text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let folded = fold(text);
    let name = without_marker(&folded);
    if is_missing(text, name, field) || is_remark(name) || generation(name).is_some() {
        return None;
    }
    let (name, _) = finish(name.to_owned(), field);
    let longest = parts(&name).map(str::len).max().unwrap_or(0);
    (longest > 1 && parts(&name).count() <= MOST_ALIAS_PARTS).then_some(name)
}

/// An alias of more parts is a sentence.
const MOST_ALIAS_PARTS: usize = 3;

fn is_missing(cell: &str, name: &str, field: Field) -> bool {
    is_placeholder(cell, name)
        || (field != Field::Last && name == "NA")
        || (field == Field::First && is_unnamed(name))
}

/// The steps after the placeholder: title, suffix, particles.
fn finish(name: String, field: Field) -> (String, Option<&'static str>) {
    // None of them touches a name of one part.
    if !name.contains(' ') {
        return (name, None);
    }
    let (bare, suffix) = strip_suffix(without_title(&name));
    let is_particle = match field {
        Field::First | Field::Middle => is_given_particle,
        Field::Last => is_surname_particle,
    };
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

/// A name without the spaces between its parts.
pub(in crate::owner) fn joined(name: &str) -> Cow<'_, str> {
    if name.contains(' ') {
        Cow::Owned(name.replace(' ', ""))
    } else {
        Cow::Borrowed(name)
    }
}

/// `cell` without what stands in `()`, `[]` or double quotes, and what stands there. A bracket that is
/// not closed, as in a cell that was cut, reaches to the end, and what follows it is dropped: it may
/// be the start of a name. Where nothing else is there, the cell stays as it is.
fn divide(cell: &str) -> (Cow<'_, str>, Vec<&str>) {
    let whole = (Cow::Borrowed(cell), Vec::new());
    // PERF: bytes before characters; 0xE2 is the first byte of a curly quotation mark.
    if !cell.bytes().any(|b| matches!(b, b'(' | b'[' | b'"' | 0xE2)) {
        return whole;
    }
    let Some(open) = cell.find(['(', '[', '"', '“']) else {
        return whole;
    };
    let (mut outside, mut rest) = (String::with_capacity(cell.len()), cell);
    let mut inside = Vec::new();
    let mut next = Some(open);
    while let Some(at) = next {
        outside.push_str(&rest[..at]);
        outside.push(' ');
        let mut after = rest[at..].chars();
        let close = match after.next() {
            Some('(') => ')',
            Some('[') => ']',
            Some('“') => '”',
            _ => '"',
        };
        rest = match after.as_str().split_once(close) {
            Some((text, after)) => {
                inside.push(text);
                after
            }
            // A lone quotation mark marks nothing.
            None if matches!(close, '"' | '”') => after.as_str(),
            None => "",
        };
        next = rest.find(['(', '[', '"', '“']);
    }
    outside.push_str(rest);
    if outside.chars().any(char::is_alphabetic) {
        (Cow::Owned(outside), inside)
    } else {
        whole
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

fn is_title(word: &str) -> bool {
    matches!(word, "MR" | "MRS" | "MS" | "MISS" | "DR")
}

fn without_title(name: &str) -> &str {
    match name.split_once(' ') {
        Some((word, rest)) if is_title(word) => rest,
        _ => name,
    }
}

/// `name` without the words before it that say what kind of name it is.
#[rustfmt::skip]
fn without_marker(mut name: &str) -> &str {
    loop {
        let after = ["A K A ", "F K A ", "N K A "].iter().find_map(|m| name.strip_prefix(m));
        name = match (after, name.split_once(' ')) {
            (Some(rest), _) => rest,
            (None, Some((
                "AKA" | "FKA" | "NKA" | "ALIAS" | "BORN" | "BY" | "CALLED" | "FORMER" | "FORMERLY" | "GOES"
                | "LEGAL" | "LEGALLY" | "MAIDEN" | "NAME" | "NEE" | "NICKNAME" | "PREF" | "PREFERRED"
                | "PREFERS" | "PREVIOUSLY",
                rest,
            ))) => rest,
            _ => return name,
        };
    }
}

/// Whether a folded text beside a name says something of the record or the person instead.
#[rustfmt::skip]
fn is_remark(text: &str) -> bool {
    let is_word = |part: &str| {
        matches!(
            part,
            "ACCOUNT" | "ADOPTED" | "ALERT" | "CONFIDENTIAL" | "DECEASED" | "DELETE" | "DELETED" | "DONT" | "DROPPED"
            | "DUP" | "DUPE" | "DUPLICATE" | "ENROLLED" | "ERROR" | "EXITED" | "FEMALE" | "GRADE" | "GRADUATED"
            | "GUARDIAN" | "INACTIVE" | "INVALID" | "MALE" | "MERGE" | "MERGED" | "NOT" | "NOTE" | "NOTES" | "OTHER"
            | "PENDING" | "PRONOUNCED" | "RECORD" | "REMOVED" | "SAME" | "STUDENT" | "TEMP" | "TRANSFER"
            | "TRANSFERRED" | "TRIPLET" | "TWIN" | "USE" | "VERIFIED" | "VERIFY" | "VOID" | "WITHDRAWN" | "WRONG"
        )
    };
    let is_pronoun = |part: &str| {
        matches!(
            part,
            "SHE" | "HER" | "HERS" | "HE" | "HIM" | "HIS" | "THEY" | "THEM" | "THEIR" | "THEIRS" | "ELLA" | "EL" | "ELLE"
        )
    };
    // Some pronouns are names too, but not two of them.
    is_title(text) || parts(text).any(is_word) || (text.contains(' ') && parts(text).all(is_pronoun))
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
