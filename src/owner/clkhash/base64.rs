//! Salt and info of a schema, in base64 as lenient as Python's.

/// What `base64.b64decode(text)` gives: characters of no meaning are skipped, what follows the padding is not read.
/// `None` where it fails.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let (mut out, mut bits, mut held, mut padding) = (Vec::new(), 0_u32, 0, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if held >= 2 => {
                padding += 1;
                if held + padding >= 4 {
                    return Some(out);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        bits = bits << 6 | u32::from(value);
        held += 1;
        if held > 1 {
            out.push((bits >> (2 * (4 - held))) as u8);
        }
        held %= 4;
    }
    (held == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_lenient_as_python() {
        let of = |text| decode(text).map(|b| String::from_utf8(b).unwrap());
        for (text, bytes) in [
            ("", ""),
            ("c2NoZW1hX2V4YW1wbGU=", "schema_example"),
            ("c2No\nZW 1h!", "schema"),
            ("YQ==", "a"),
            ("YQ==YQ==", "a"),
            ("Y=Q==", "a"),
            ("YWI=", "ab"),
            ("=", ""),
        ] {
            assert_eq!(of(text).as_deref(), Some(bytes), "{text}");
        }
        for text in ["Y", "YQ", "YQ=", "YWI", "\u{e9}", "YWJjY"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
