//! Errors of the hand and the eye on one word of text.

use super::random::Draw;

/// Neighbours on a US keyboard, for A to Z.
const NEIGHBOURS: [&str; 26] = [
    "QWSZ", "VGHN", "XDFV", "SERFCX", "WSDR", "DRTGVC", "FTYHBV", "GYUJNB", "UJKO", "HUIKMN",
    "JIOLM", "KOP", "NJK", "BHJM", "IKLP", "OL", "WA", "EDFT", "AWEDXZ", "RFGY", "YHJI", "CFGB",
    "QASE", "ZSDC", "TGHU", "ASX",
];

/// Letters that a scanner takes for digits, and the reverse.
const LOOK_ALIKE: [(char, char); 8] = [
    ('S', '5'),
    ('O', '0'),
    ('I', '1'),
    ('Z', '2'),
    ('G', '6'),
    ('B', '8'),
    ('A', '4'),
    ('L', '1'),
];

/// Spellings that sound alike; either may stand for the other.
const SOUND_ALIKE: [(&str, &str); 20] = [
    ("c", "k"),
    ("s", "z"),
    ("ph", "f"),
    ("ee", "i"),
    ("i", "y"),
    ("ie", "y"),
    ("v", "b"),
    ("j", "g"),
    ("x", "j"),
    ("ll", "y"),
    ("nn", "n"),
    ("tt", "t"),
    ("ck", "k"),
    ("th", "t"),
    ("ai", "ay"),
    ("ou", "u"),
    ("sch", "sh"),
    ("qu", "k"),
    ("gh", "g"),
    ("e", "a"),
];

/// `text` with one letter error, now and then two; unchanged if it has less than two letters.
pub(super) fn typo(text: &str, draw: &mut Draw) -> String {
    let once = one(text, draw);
    if draw.chance(0.12) {
        one(&once, draw)
    } else {
        once
    }
}

fn one(text: &str, draw: &mut Draw) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let letters: Vec<usize> = (0..chars.len())
        .filter(|&i| chars[i].is_alphabetic())
        .collect();
    if letters.len() < 2 {
        return text.to_owned();
    }
    // Most errors are in the middle of a word or at its end, few at its beginning.
    let at = if draw.chance(0.9) {
        letters[1 + draw.index(letters.len() - 1)]
    } else {
        letters[0]
    };
    match draw.below(100) {
        0..22 => {
            chars.remove(at);
        }
        22..34 => chars.insert(at, chars[at]),
        34..44 => {
            let c = neighbour(chars[at], draw);
            chars.insert(at, c);
        }
        44..62 => chars[at] = neighbour(chars[at], draw),
        62..82 => {
            let other = if at + 1 < chars.len() { at + 1 } else { at - 1 };
            let (a, b) = (chars[at], chars[other]);
            // The capital stays in front: Jsoe, not oJse.
            chars[at] = like(b, a);
            chars[other] = like(a, b);
        }
        82..90 => match LOOK_ALIKE
            .iter()
            .find(|(c, _)| chars[at].to_ascii_uppercase() == *c)
        {
            Some((_, digit)) => chars[at] = *digit,
            None => chars[at] = neighbour(chars[at], draw),
        },
        _ => return respelt(text, draw),
    }
    chars.into_iter().collect()
}

fn neighbour(c: char, draw: &mut Draw) -> char {
    let upper = c.to_ascii_uppercase();
    let list = match upper {
        'A'..='Z' => NEIGHBOURS[(upper as u8 - b'A') as usize],
        _ => "AEIOU",
    };
    like(char::from(*draw.pick(list.as_bytes())), c)
}

/// `c` in the case of `model`.
fn like(c: char, model: char) -> char {
    if model.is_lowercase() {
        c.to_ascii_lowercase()
    } else {
        c.to_ascii_uppercase()
    }
}

/// `text` spelt by ear in one place, behind its first letter so that the case stays as it is.
fn respelt(text: &str, draw: &mut Draw) -> String {
    let start = text.chars().next().map_or(0, char::len_utf8);
    let from = draw.index(SOUND_ALIKE.len());
    for k in 0..SOUND_ALIKE.len() {
        let (a, b) = SOUND_ALIKE[(from + k) % SOUND_ALIKE.len()];
        let (a, b) = if draw.chance(0.5) { (a, b) } else { (b, a) };
        if let Some(at) = text[start..].find(a) {
            let at = start + at;
            return format!("{}{b}{}", &text[..at], &text[at + a.len()..]);
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::random::Streams;

    #[test]
    fn a_typo_is_small_and_nearly_always_there() {
        let mut draw = Streams::new(1, "typo").at(0);
        let mut changed = 0;
        for _ in 0..2_000 {
            let got = typo("Zzyzxson", &mut draw);
            assert!(strsim::osa_distance("Zzyzxson", &got) <= 6);
            assert!(got.chars().count().abs_diff(8) <= 4);
            changed += u32::from(got != "Zzyzxson");
        }
        assert!(changed > 1_850, "{changed}");
    }

    #[test]
    fn short_and_odd_text_is_safe() {
        let mut draw = Streams::new(1, "typo").at(1);
        for text in ["", "X", "-", "Ñu", "Đỗ", "a b", "É"] {
            for _ in 0..200 {
                let _ = typo(text, &mut draw);
            }
        }
    }
}
