//! Whether parties made their CLKs under one linkage schema and secret, told without either.
//!
//! SPEC token-file.md 8.

use std::path::Path;

use serde_json::Value;
use sha2::Sha256;

use super::key::Secret;
use super::schema::convert;
use crate::error::Result;
use crate::units::Fingerprint;

/// Iterations of PBKDF2. PRIVACY: a secret that people chose can be guessed; the check must be no quicker way to test a guess
/// than the CLKs are.
const ITERATIONS: u32 = 50_000;
const CONTEXT: &str = "blindlink 2026-11-27 imported CLKs key check v1";

/// The fingerprint of the linkage schema at `path`: of what it is in version 3, without descriptions and whatever its
/// spacing and the order of its keys, so that a schema and what `convert-schema` makes of it have the same.
///
/// # Errors
/// As of [`convert`].
pub fn fingerprint(path: &Path) -> Result<Fingerprint> {
    let (mut schema, _) = convert(path)?;
    forget_descriptions(&mut schema);
    // Its keys are sorted.
    Ok(Fingerprint(
        *blake3::hash(schema.to_string().as_bytes()).as_bytes(),
    ))
}

fn forget_descriptions(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, value| key != "description" || !value.is_string());
            map.values_mut().for_each(forget_descriptions);
        }
        Value::Array(values) => values.iter_mut().for_each(forget_descriptions),
        _ => {}
    }
}

/// 16 bytes that are equal for two parties of `project` if they name the same linkage schema and secret, and hardly else.
#[must_use]
pub fn key_check(linkage: Fingerprint, secret: &Secret, project: Fingerprint) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&project.0).update(&linkage.0);
    let mut salt = [0; 16];
    hasher.finalize_xof().fill(&mut salt);
    pbkdf2::pbkdf2_hmac_array::<Sha256, 16>(secret.bytes(), &salt, ITERATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::hex;

    const V3: &str = r#"{"version": 3, "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}}, "features": [{"identifier": "a",
        "format": {"type": "string"}, "hashing": {"comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 5}}}]}"#;

    fn print_of(text: &str) -> Fingerprint {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        fingerprint(file.path()).unwrap()
    }

    #[test]
    fn what_changes_no_bit_changes_no_fingerprint() {
        let first = print_of(V3);
        // By Python's json.dumps with sorted keys, and tests/scripts/blake3_reference.py.
        let by_python = "f6efd0478d59fc3194c0ed0f36e7020b150998a562dff6f551410317035670c6";
        assert_eq!(first.to_string(), by_python);
        assert_eq!(first, print_of(&V3.replace(['\n', ' '], "")));
        let described = V3.replace("\"format\"", "\"description\": \"a name\", \"format\"");
        assert_eq!(first, print_of(&described));
        let swapped = V3.replace(
            r#""version": 3, "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}}"#,
            r#""clkConfig": {"kdf": {"type": "HKDF"}, "l": 64}, "version": 3"#,
        );
        assert_ne!(swapped, V3);
        assert_eq!(first, print_of(&swapped));
        assert_ne!(
            first,
            print_of(&V3.replace("\"bitsPerToken\": 5", "\"bitsPerToken\": 6"))
        );
        assert_ne!(first, print_of(&V3.replace("\"a\"", "\"b\"")));
    }

    #[test]
    fn the_check_is_of_schema_secret_and_project() {
        let secret = |text: &str| Secret::from_reader(text.as_bytes(), Path::new("s")).unwrap();
        let of = |linkage, text: &str, project| {
            key_check(
                Fingerprint([linkage; 32]),
                &secret(text),
                Fingerprint([project; 32]),
            )
        };
        let first = of(1, "horse", 2);
        assert_eq!(first, of(1, "horse\n", 2));
        // By Python's hashlib.pbkdf2_hmac, over a salt by tests/scripts/blake3_reference.py.
        assert_eq!(hex(&first), "4b7debae0e0e29b47f7d31e7125597f3");
        for other in [of(3, "horse", 2), of(1, "house", 2), of(1, "horse", 3)] {
            assert_ne!(first, other);
        }
    }
}
