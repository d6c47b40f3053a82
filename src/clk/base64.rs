//! Base64 as in RFC 4648, section 4, with padding.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{PAD, STANDARD};

/// PERF: writes as many bytes at once as the processor can; where the crate knows none that can, as [`STANDARD`] does. What comes
/// from other people is read by that one, which has no unsafe code.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
static WRITER: LazyLock<base64::engine::Simd> =
    LazyLock::new(|| base64::engine::Simd::standard(PAD));
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
)))]
static WRITER: LazyLock<base64::engine::GeneralPurpose> = LazyLock::new(|| STANDARD);

/// Appends the bytes of `text` to `bytes`. Line ends inside are passed over, as in the files of other programs.
///
/// # Errors
/// What is wrong, in words that show nothing of the text: characters that are none of base64's, padding that is missing, or
/// bits behind the last byte.
pub(super) fn decode(text: &str, bytes: &mut Vec<u8>) -> Result<(), &'static str> {
    if text.contains(['\n', '\r']) {
        return decode(&text.replace(['\n', '\r'], ""), bytes);
    }
    let start = bytes.len();
    STANDARD.decode_vec(text, bytes).map_err(|_| {
        bytes.truncate(start);
        fault(text)
    })
}

/// What is wrong with a text that is not base64.
fn fault(text: &str) -> &'static str {
    let body = text.trim_end_matches('=');
    let is_ours = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    if !body.bytes().all(is_ours) {
        "not base64: it holds a character that is none of A-Z, a-z, 0-9, + and /"
    } else if !text.len().is_multiple_of(4) || text.len() - body.len() > 2 {
        "not base64: it must be padded with = to a multiple of 4 characters"
    } else {
        "not base64: there are bits behind the last byte"
    }
}

/// Appends `bytes` as base64 to `text`.
pub(super) fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    let start = text.len();
    text.resize(start + bytes.len().div_ceil(3) * 4, 0);
    // Cannot fail: there is room for it.
    let _ = WRITER.encode_slice(bytes, &mut text[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
        let mut bytes = vec![7];
        let result = decode(text, &mut bytes);
        assert_eq!(bytes.remove(0), 7);
        result
            .map(|()| bytes.clone())
            .inspect_err(|_| assert!(bytes.is_empty()))
    }

    #[test]
    fn vectors_of_the_rfc_and_line_ends() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(decoded(text).unwrap(), bytes.as_bytes());
            let mut out = b"x".to_vec();
            encode(bytes.as_bytes(), &mut out);
            assert_eq!(out, format!("x{text}").into_bytes());
        }
        assert_eq!(decoded("Zm9v\r\nYmFy\n").unwrap(), b"foobar");
    }

    #[test]
    fn what_is_not_base64_is_told_without_being_shown() {
        for (text, word) in [
            ("Zg", "padded"),
            ("Zg=", "padded"),
            ("Z===", "padded"),
            ("====", "padded"),
            ("Zh==", "bits behind"),
            ("Zm9=", "bits behind"),
            ("Z-8=", "character"),
            ("Zm 8", "character"),
            ("Zg==Zg==", "character"),
            ("Zé==", "character"),
        ] {
            assert!(decoded(text).unwrap_err().contains(word), "{text}");
        }
    }
}
