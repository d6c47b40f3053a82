//! Student ids that a spreadsheet has spoiled.

/// Whether a student id was cut to a few digits by a spreadsheet: `1.23E+09` may have been any of millions of
/// numbers, so that two students may have the same one.
///
/// Such are one digit, or one digit with decimals, and an exponent. Without decimals the exponent must have a sign, since
/// `1E5` may well be an id.
#[must_use]
pub fn is_mangled_id(id: &str) -> bool {
    let Some((number, exponent)) = id.split_once(['E', 'e']) else {
        return false;
    };
    let are_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, decimals) = match number.split_once(['.', ',']) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (number, None),
    };
    let digits = exponent.trim_start_matches(['+', '-']);
    let has_sign = exponent.len() == digits.len() + 1;
    whole.len() == 1
        && are_digits(whole)
        && decimals.is_none_or(are_digits)
        && (1..=3).contains(&digits.len())
        && are_digits(digits)
        && (has_sign || decimals.is_some() && exponent == digits)
}

#[cfg(test)]
mod tests {
    use super::is_mangled_id;

    #[test]
    fn exponents_are_known_in_every_form() {
        for id in [
            "1.23E+09", "1.23E+9", "1,23E+09", "1.23e+15", "1E+15", "1.2345E9", "9E-05", "-1.2E+05",
        ] {
            assert!(is_mangled_id(id), "{id}");
        }
        for id in [
            "",
            "123",
            "E",
            "1E5",
            "12E+05",
            "1.23E",
            "1.E+09",
            "1.2E++9",
            "A1.2E+09",
            "1.2E+09x",
            "1.2E+1234",
            "1E+",
            "ELE-05",
        ] {
            assert!(!is_mangled_id(id), "{id}");
        }
    }
}
