//! How a name sounds. Specified in `docs/spec/normalisation.md`, step 9.

/// The Soundex code of `name` by the rules of the United States National Archives (General
/// Information Leaflet 55, "Using the Census Soundex"): a letter and three digits.
///
/// Letters of one group count once if they stand together, also with H or W between them; a vowel or Y
/// between them makes them count twice. Everything but A-Z (in either case) is passed over, so a name of
/// several parts is coded as one. The empty text if there is no letter.
#[must_use]
pub fn soundex(name: &str) -> String {
    let mut letters = name
        .bytes()
        .filter(u8::is_ascii_alphabetic)
        .map(|b| b.to_ascii_uppercase());
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut code = String::with_capacity(4);
    code.push(char::from(first));
    let mut previous = group(first);
    for letter in letters {
        if code.len() == 4 {
            break;
        }
        let group = group(letter);
        match group {
            Some(digit) if previous != group => code.push(digit),
            None if matches!(letter, b'H' | b'W') => continue,
            _ => {}
        }
        previous = group;
    }
    while code.len() < 4 {
        code.push('0');
    }
    code
}

/// The digit of a capital letter; vowels, Y, H and W have none.
fn group(letter: u8) -> Option<char> {
    match letter {
        b'B' | b'F' | b'P' | b'V' => Some('1'),
        b'C' | b'G' | b'J' | b'K' | b'Q' | b'S' | b'X' | b'Z' => Some('2'),
        b'D' | b'T' => Some('3'),
        b'L' => Some('4'),
        b'M' | b'N' => Some('5'),
        b'R' => Some('6'),
        _ => None,
    }
}
