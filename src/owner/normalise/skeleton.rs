//! The consonants of a name, with those that are mistaken for each other made one. Specified in
//! `docs/spec/normalisation.md`, step 12.

/// Skeletons of fewer consonants say too little; such names keep their letters.
const LEAST: usize = 3;

/// What is left of `name`, of A-Z, when vowels are dropped, doubled letters made single and letters
/// that stand for one sound in the spellings of English, Spanish and the usual romanisations made
/// one. A name of fewer than three such consonants stays as it is, doubled letters made single.
#[must_use]
pub fn skeleton(name: &str) -> String {
    let mut out = Vec::with_capacity(name.len());
    push_skeleton(name, &mut out);
    out.into_iter().map(char::from).collect()
}

/// As [`skeleton`], appended to `out`.
pub fn push_skeleton(name: &str, out: &mut Vec<u8>) {
    let start = out.len();
    let letters = name.as_bytes();
    let mut before = None;
    let mut i = 0;
    while i < letters.len() {
        let next = letters.get(i + 1).copied();
        let after = letters.get(i + 2).copied();
        let (code, length) = consonant(letters[i], (next, after), i == 0);
        if let Some(code) = code
            && before != Some(code)
        {
            out.push(code);
        }
        before = code;
        i += length;
    }
    if out.len() - start >= LEAST {
        return;
    }
    out.truncate(start);
    for &letter in letters {
        if out[start..].last() != Some(&letter) {
            out.push(letter);
        }
    }
}

/// The sound that begins with `letter`, and how many letters it takes; `None` for what is dropped.
fn consonant(
    letter: u8,
    (next, after): (Option<u8>, Option<u8>),
    is_first: bool,
) -> (Option<u8>, usize) {
    let soft = matches!(next, Some(b'E' | b'I' | b'Y'));
    match (letter, next) {
        (b'P', Some(b'H')) => (Some(b'F'), 2),
        (b'S', Some(b'C')) => (Some(b'S'), 2),
        (b'C' | b'S', Some(b'Z')) => (Some(b'S'), 2),
        (b'T', Some(b'S' | b'Z')) => (Some(b'S'), 2),
        (b'C', Some(b'H')) if matches!(after, Some(b'L' | b'R')) => (Some(b'K'), 2),
        (b'C' | b'S' | b'Z' | b'K' | b'T' | b'G', Some(b'H')) => (
            Some(match letter {
                b'C' => b'C',
                b'S' | b'Z' => b'S',
                b'K' => b'K',
                b'T' => b'T',
                _ => b'G',
            }),
            2,
        ),
        (b'C', Some(b'K')) => (Some(b'K'), 2),
        (b'C', _) if soft => (Some(b'S'), 1),
        (b'C' | b'K' | b'Q', _) => (Some(b'K'), 1),
        (b'S' | b'Z' | b'X', _) => (Some(b'S'), 1),
        (b'G', _) if soft => (Some(b'J'), 1),
        (b'J', _) => (Some(b'J'), 1),
        (b'Y', Some(b'A' | b'E' | b'I' | b'O' | b'U')) if is_first => (Some(b'J'), 1),
        (b'B' | b'V' | b'W', _) => (Some(b'B'), 1),
        (b'A' | b'E' | b'I' | b'O' | b'U' | b'Y', _) if is_first => (Some(b'A'), 1),
        (b'A' | b'E' | b'I' | b'O' | b'U' | b'Y' | b'H', _) => (None, 1),
        (other, _) => (Some(other), 1),
    }
}
