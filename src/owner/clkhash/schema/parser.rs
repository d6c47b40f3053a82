//! Reads a schema that was checked; what can be written in JSON and cannot be worked with is a fault.

use serde_json::Value;

use super::{
    BLAKE_KEY, Case, Comparison, Encoding, Field, FoldRule, Folds, Format, Hash, KEY_SIZE, Kdf,
    KdfHash, MOST_BITS, MOST_GRAM, MOST_PRECISION, MOST_SET, Missing, Schema, Spec, Strategy,
};
use crate::owner::clkhash::base64;
use crate::owner::clkhash::check::{Version, place};
use crate::owner::clkhash::date::DateFormat;
use crate::owner::clkhash::number::{Grid, power_of_ten};
use crate::owner::clkhash::pattern::{Pattern, Unusable};
use crate::owner::clkhash::upgrade::is_ignored;

/// Reads a schema, and keeps what is wrong with it.
pub(super) struct Parser {
    pub(super) faults: Vec<String>,
}

impl Parser {
    fn fault<T>(&mut self, at: &str, what: impl AsRef<str>) -> Option<T> {
        self.faults.push(format!("{at}: {}", what.as_ref()));
        None
    }

    /// A whole number that is written without a point, at most `most`.
    fn whole(&mut self, value: &Value, most: u64, at: &str) -> Option<u64> {
        match value.as_u64() {
            Some(number) if number <= most => Some(number),
            None if value.as_f64().is_some_and(|v| (0.0..1e15).contains(&v)) => {
                self.fault(at, "expected a whole number without a point")
            }
            _ => self.fault(at, format!("expected a number of at most {most}")),
        }
    }

    /// A whole number that may have a point, as in `20.0`.
    fn roughly_whole(&mut self, value: &Value, most: u64, at: &str) -> Option<u64> {
        match value.as_f64() {
            Some(number) if number.fract() == 0.0 && (0.0..1e15).contains(&number) => {
                self.whole(&Value::from(number as u64), most, at)
            }
            _ => self.whole(value, most, at),
        }
    }

    pub(super) fn schema(
        &mut self,
        schema: &Value,
        version: Version,
        folds: Folds,
        notes: &mut Vec<String>,
    ) -> Option<Schema> {
        let config = &schema["clkConfig"];
        let bits = self.whole(&config["l"], MOST_BITS as u64, "clkConfig.l");
        let folds = self.folds(folds, notes);
        let list = schema["features"].as_array()?;
        if list.is_empty() {
            return self.fault("features", "there are none");
        }
        let kdf = self.kdf(&config["kdf"], list.len());
        let mut fields = Vec::new();
        for (i, feature) in list.iter().enumerate() {
            fields.push(self.field(feature, &place(i, feature)));
        }
        let fields: Option<Vec<Field>> = fields.into_iter().collect();
        let (bits, folds, kdf, fields) = (bits? as usize, folds?, kdf?, fields?);
        let unfolded = (bits as u64).checked_shl(folds).unwrap_or(u64::MAX);
        if unfolded > MOST_BITS as u64 || folds > 20 {
            let what = format!("filters of more than {MOST_BITS} bits before they are folded");
            return self.fault("clkConfig", what);
        }
        let blake = |f: &&Field| {
            matches!(
                f.spec,
                Some(Spec {
                    hash: Hash::Blake,
                    ..
                })
            )
        };
        if let Some(field) = fields.iter().find(blake) {
            let at = format!("{:?} by blakeHash", field.identifier);
            if !unfolded.is_power_of_two() {
                let what = format!(
                    "expected l times 2 to the power of the folds to be a power of 2, found {unfolded}"
                );
                self.fault::<()>(&at, what);
            }
            if kdf.key_size > BLAKE_KEY {
                let what = format!("expected a keySize of at most {BLAKE_KEY} bytes");
                self.fault::<()>(&at, what);
            }
        }
        let safe = |f: &Field| {
            let hash = f.spec.as_ref().map(|s| s.hash);
            matches!(
                hash,
                Some(Hash::Double {
                    prevent_singularity: true
                })
            )
        };
        if unfolded == 1 && fields.iter().any(safe) {
            let what = "a filter of one bit has a singularity that nothing prevents";
            return self.fault("clkConfig.l", what);
        }
        if fields.iter().all(|f| f.spec.is_none()) {
            notes.push("all features are ignored: every encoding is of zeros alone".into());
        }
        Some(Schema {
            version,
            fields,
            bits,
            folds,
            kdf,
            notes: Vec::new(),
            unknown_keys: Vec::new(),
        })
    }

    fn folds(&mut self, folds: Folds, notes: &mut Vec<String>) -> Option<u32> {
        let mut number = |value: Option<&Value>, at: &str| match value {
            Some(value) => self.whole(value, 20, at).map(|n| Some(n as u32)),
            None => Some(None),
        };
        let read = number(folds.read.as_ref(), "clkConfig.xor_folds")?;
        let documented = match folds.rule {
            FoldRule::Honour => number(folds.documented.as_ref(), "clkConfig.xorFolds")?,
            // Whatever it is: it is not read.
            FoldRule::AsClkhash => None,
        };
        match (folds.rule, read, documented) {
            (FoldRule::Honour, Some(read), Some(documented)) if read != documented => self.fault(
                "clkConfig",
                "xor_folds and xorFolds differ: expected one of them, or both alike",
            ),
            (FoldRule::Honour, read, documented) => Some(documented.or(read).unwrap_or(0)),
            (FoldRule::AsClkhash, read, _) => {
                let folds_by = read.unwrap_or(0);
                if folds
                    .documented
                    .is_some_and(|d| d.as_f64() != Some(f64::from(folds_by)))
                {
                    notes.push(format!(
                        "xorFolds is not acted on, as clkhash has never acted on it: filters are folded {folds_by} times, \
                         as xor_folds says; --honour-xor-folds gives the other bits"
                    ));
                }
                Some(folds_by)
            }
        }
    }

    fn kdf(&mut self, kdf: &Value, features: usize) -> Option<Kdf> {
        let at = "clkConfig.kdf";
        let hash = match kdf["hash"].as_str() {
            Some("SHA512") => KdfHash::Sha512,
            _ => KdfHash::Sha256,
        };
        let size = kdf.get("keySize").map_or(Some(KEY_SIZE), |size| {
            self.whole(size, 1 << 20, "clkConfig.kdf.keySize")
        });
        let mut bytes = |key: &str| {
            let text = kdf[key].as_str().unwrap_or_default();
            base64::decode(text).or_else(|| self.fault(&format!("{at}.{key}"), "expected base64"))
        };
        let (salt, info) = (bytes("salt"), bytes("info"));
        let (key_size, salt, info) = (size? as usize, salt?, info?);
        let most = 255 * if hash == KdfHash::Sha512 { 64 } else { 32 };
        if 2 * features * key_size > most {
            let what = format!(
                "more keys than HKDF can give: {features} features, ignored ones too, take two keys of {key_size} bytes each, \
                 {} bytes, and {most} is the most",
                2 * features * key_size
            );
            return self.fault(at, what);
        }
        Some(Kdf {
            hash,
            salt,
            info,
            key_size,
        })
    }

    fn field(&mut self, feature: &Value, at: &str) -> Option<Field> {
        let identifier = feature["identifier"].as_str()?.to_owned();
        if is_ignored(feature) {
            let spec = None;
            return Some(Field { identifier, spec });
        }
        let format = self.format(&feature["format"], &format!("{at}.format"));
        let hashing = &feature["hashing"];
        let at = format!("{at}.hashing");
        let comparison = self.comparison(&hashing["comparison"], &format!("{at}.comparison"));
        let strategy = self.strategy(&hashing["strategy"], &format!("{at}.strategy"));
        let hash = self.hash(&hashing["hash"], &format!("{at}.hash"));
        let encoding = match feature["format"]["encoding"].as_str() {
            Some("ascii") => Encoding::Ascii,
            Some("utf-16") => Encoding::Utf16,
            Some("utf-32") => Encoding::Utf32,
            _ => Encoding::Utf8,
        };
        let missing = hashing.get("missingValue").map(|missing| {
            let text = |key: &str| missing.get(key).and_then(Value::as_str);
            let sentinel = text("sentinel").unwrap_or_default().to_owned();
            let replacement = text("replaceWith").unwrap_or(&sentinel).to_owned();
            Missing {
                sentinel,
                replacement,
            }
        });
        let spec = Spec {
            format: format?,
            encoding,
            comparison: comparison?,
            strategy: strategy?,
            hash: hash?,
            missing,
        };
        if let Some(missing) = &spec.missing {
            let (at, text) = (format!("{at}.missingValue"), &missing.replacement);
            if encoding == Encoding::Ascii && !text.is_ascii() {
                return self.fault(&at, "what stands for a missing value is not ASCII");
            }
            if let Comparison::Numeric(grid) = &spec.comparison
                && !text.is_empty()
                && grid.tokens(text).is_none()
            {
                let what =
                    "what stands for a missing value is no number, and the comparison is numeric";
                return self.fault(&at, what);
            }
        }
        Some(Field {
            identifier,
            spec: Some(spec),
        })
    }

    fn format(&mut self, format: &Value, at: &str) -> Option<Format> {
        let of = |key: &str| format.get(key);
        match of("type")?.as_str()? {
            "string" => {
                if let Some(pattern) = of("pattern") {
                    let pattern = Pattern::parse(pattern.as_str()?);
                    return match pattern {
                        Ok(pattern) => Some(Format::Pattern(Ok(pattern))),
                        Err(Unusable::Beyond(why)) => Some(Format::Pattern(Err(why))),
                        Err(Unusable::Invalid(why)) => self.fault(
                            &format!("{at}.pattern"),
                            format!("not a regular expression of Python: {why}"),
                        ),
                    };
                }
                let mut length = |key: &str, default: u64| match of(key) {
                    Some(length) => self.roughly_whole(length, u64::MAX, &format!("{at}.{key}")),
                    None => Some(default),
                };
                let (least, most) = (length("minLength", 0), length("maxLength", u64::MAX));
                let case = match of("case").and_then(Value::as_str) {
                    Some("upper") => Case::Upper,
                    Some("lower") => Case::Lower,
                    _ => Case::Mixed,
                };
                Some(Format::Text {
                    case,
                    least: least?,
                    most: most?,
                })
            }
            "integer" => {
                let mut bound = |key: &str, default: i128| match of(key) {
                    Some(bound) => self.bound(bound, &format!("{at}.{key}")),
                    None => Some(default),
                };
                let (minimum, maximum) = (bound("minimum", i128::MIN), bound("maximum", i128::MAX));
                Some(Format::Integer {
                    minimum: minimum?,
                    maximum: maximum?,
                })
            }
            "date" => match DateFormat::parse(of("format")?.as_str()?) {
                Ok(format) => Some(Format::Date(format)),
                Err(why) => self.fault(
                    &format!("{at}.format"),
                    format!("no date can be read by it: {why}"),
                ),
            },
            _ => {
                let values = of("values")?.as_array()?;
                let texts = values.iter().filter_map(Value::as_str);
                Some(Format::Enum(texts.map(str::to_owned).collect()))
            }
        }
    }

    /// A bound of whole numbers, which may have a point.
    fn bound(&mut self, value: &Value, at: &str) -> Option<i128> {
        let whole = value
            .as_i64()
            .map(i128::from)
            .or(value.as_u64().map(i128::from));
        let float = value.as_f64().filter(|v| v.abs() < 9e15);
        whole.or(float.map(|v| v as i128)).or_else(|| {
            self.fault(
                at,
                "expected a number from -9223372036854775808 to 18446744073709551615",
            )
        })
    }

    fn comparison(&mut self, comparison: &Value, at: &str) -> Option<Comparison> {
        match comparison["type"].as_str()? {
            "ngram" => {
                let n = self.whole(&comparison["n"], MOST_GRAM, &format!("{at}.n"))?;
                let positional = comparison["positional"].as_bool().unwrap_or(false);
                Some(Comparison::Ngram {
                    n: n as usize,
                    positional,
                })
            }
            "exact" => Some(Comparison::Exact),
            _ => self.grid(comparison, at).map(Comparison::Numeric),
        }
    }

    fn grid(&mut self, comparison: &Value, at: &str) -> Option<Grid> {
        let resolution = self.whole(
            &comparison["resolution"],
            MOST_SET,
            &format!("{at}.resolution"),
        );
        let precision = comparison.get("fractional_precision").map_or(Some(0), |p| {
            self.whole(p, MOST_PRECISION, &format!("{at}.fractional_precision"))
        });
        let (resolution, precision) = (resolution? as u32, precision? as u32);
        let at = format!("{at}.thresholdDistance");
        let given = &comparison["thresholdDistance"];
        let distance = match given.as_u64() {
            Some(whole) => 10_i128
                .checked_pow(precision)
                .and_then(|scale| scale.checked_mul(i128::from(whole))),
            None => {
                let scaled = given.as_f64()? * power_of_ten(precision)?;
                let small = given.as_f64().is_some_and(|v| v < 9e15);
                let rounded = scaled.round_ties_even();
                (small && rounded <= 1e30).then_some(rounded as i128)
            }
        };
        match distance {
            Some(0) => self.fault(
                &at,
                "with this fractional_precision it is rounded to nothing",
            ),
            Some(distance) if distance <= 10_i128.pow(30) => Some(Grid {
                distance,
                resolution,
                precision,
            }),
            _ => self.fault(&at, "it is too large"),
        }
    }

    fn strategy(&mut self, strategy: &Value, at: &str) -> Option<Strategy> {
        for (key, of) in [
            ("bitsPerToken", Strategy::PerToken as fn(usize) -> Strategy),
            ("bitsPerFeature", Strategy::PerFeature),
        ] {
            if let Some(bits) = strategy.get(key) {
                let bits = self.roughly_whole(bits, MOST_SET, &format!("{at}.{key}"))?;
                return Some(of(bits as usize));
            }
        }
        None
    }

    fn hash(&mut self, hash: &Value, at: &str) -> Option<Hash> {
        let flag = hash.get("prevent_singularity").unwrap_or(&Value::Null);
        if hash["type"].as_str() == Some("doubleHash") {
            return Some(Hash::Double {
                prevent_singularity: flag.as_bool().unwrap_or(false),
            });
        }
        if !flag.is_null() {
            return self.fault(at, "prevent_singularity is for doubleHash alone");
        }
        Some(Hash::Blake)
    }
}
