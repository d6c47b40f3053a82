//! What the three versions of a linkage schema demand of its JSON: the same as clkhash's own JSON schemas.
//!
//! SPEC clk-encoding.md 2.1. All faults of a schema are found at once. A fault names places and keys, never a value.

mod features;

use serde_json::{Map, Value};

/// A version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// One strategy and one hash for all features, and a weight for each.
    V1,
    /// Strategy and hash by feature.
    V2,
    /// Comparison by feature: what this program works with.
    V3,
}

impl Version {
    /// What version a schema says it is of.
    pub(super) fn of(schema: &Value) -> Result<Self, String> {
        let Some(schema) = schema.as_object() else {
            return Err("expected an object, with version, clkConfig and features".into());
        };
        match schema.get("version") {
            None => Err("there is no version".into()),
            Some(version) => match version.as_f64() {
                Some(1.0) => Ok(Self::V1),
                Some(2.0) => Ok(Self::V2),
                Some(3.0) => Ok(Self::V3),
                _ => Err("of an unknown version: expected 1, 2 or 3".into()),
            },
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V2 => 2,
            Self::V3 => 3,
        }
    }
}

/// What the checks have found.
pub(super) struct Findings {
    version: Version,
    /// Why the schema is none, each with its place.
    pub(super) faults: Vec<String>,
    /// Keys that mean nothing and are allowed.
    pub(super) strays: Vec<String>,
}

/// Checks the JSON of a schema of `version`.
pub(super) fn check(schema: &Value, version: Version) -> Findings {
    let mut findings = Findings {
        version,
        faults: Vec::new(),
        strays: Vec::new(),
    };
    findings.top(schema);
    findings
}

type Object = Map<String, Value>;

impl Findings {
    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn object<'v>(&mut self, value: &'v Value, at: &str) -> Option<&'v Object> {
        let object = value.as_object();
        if object.is_none() {
            self.fault(at, "expected an object");
        }
        object
    }

    /// The value of a key that must be there.
    fn needed<'v>(&mut self, object: &'v Object, key: &str, at: &str) -> Option<&'v Value> {
        let value = object.get(key);
        if value.is_none() {
            self.fault(at, &format!("there is no {key}"));
        }
        value
    }

    /// Tells of keys that are not among `known`: a fault if `strict`.
    fn keys(&mut self, object: &Object, known: &[&str], strict: bool, at: &str) {
        for key in object.keys().filter(|k| !known.contains(&k.as_str())) {
            if strict {
                self.fault(at, &format!("unknown key {key:?}"));
            } else {
                self.strays.push(format!("{at}: {key:?}"));
            }
        }
    }

    fn optional_text(&mut self, object: &Object, key: &str, at: &str) {
        if object.get(key).is_some_and(|v| !v.is_string()) {
            self.fault(&format!("{at}.{key}"), "expected a text");
        }
    }

    fn optional_flag(&mut self, object: &Object, key: &str, at: &str) {
        if object.get(key).is_some_and(|v| !v.is_boolean()) {
            self.fault(&format!("{at}.{key}"), "expected true or false");
        }
    }

    fn optional_whole(&mut self, object: &Object, key: &str, least: Option<i64>, at: &str) {
        if let Some(value) = object.get(key) {
            self.whole(value, least, &format!("{at}.{key}"));
        }
    }

    fn needed_whole(&mut self, object: &Object, key: &str, least: i64, at: &str) {
        if self.needed(object, key, at).is_some() {
            self.optional_whole(object, key, Some(least), at);
        }
    }

    fn whole(&mut self, value: &Value, least: Option<i64>, at: &str) {
        // JSON schema calls 20.0 whole, but for the draft that version 1 is written in.
        let whole = value.is_i64()
            || value.is_u64()
            || self.version > Version::V1 && value.as_f64().is_some_and(|v| v.fract() == 0.0);
        let enough = least.is_none_or(|least| value.as_f64().is_some_and(|v| v >= least as f64));
        if !(whole && enough) {
            let least = least.map_or(String::new(), |least| format!(" of at least {least}"));
            self.fault(at, &format!("expected a whole number{least}"));
        }
    }

    fn one_of(&mut self, object: &Object, key: &str, words: &[&str], at: &str) {
        if let Some(value) = object.get(key)
            && !value.as_str().is_some_and(|v| words.contains(&v))
        {
            let at = format!("{at}.{key}");
            self.fault(&at, &format!("expected one of {}", words.join(", ")));
        }
    }

    fn top(&mut self, schema: &Value) {
        let Some(schema) = self.object(schema, "schema") else {
            return;
        };
        self.keys(
            schema,
            &["version", "clkConfig", "features"],
            false,
            "schema",
        );
        if let Some(config) = self.needed(schema, "clkConfig", "schema") {
            self.config(config);
        }
        if let Some(features) = self.needed(schema, "features", "schema") {
            match features.as_array() {
                Some(features) => {
                    for (i, feature) in features.iter().enumerate() {
                        self.feature(feature, &place(i, feature));
                    }
                }
                None => self.fault("features", "expected a list"),
            }
        }
    }

    fn config(&mut self, config: &Value) {
        let at = "clkConfig";
        let Some(config) = self.object(config, at) else {
            return;
        };
        let mut known = vec!["l", "kdf", "xorFolds", "xor_folds"];
        self.needed_whole(config, "l", 1, at);
        self.optional_whole(config, "xorFolds", Some(0), at);
        if self.version == Version::V1 {
            known.extend(["k", "hash"]);
            self.needed_whole(config, "k", 1, at);
            if let Some(hash) = self.needed(config, "hash", at) {
                self.hash(hash, "clkConfig.hash");
            }
        }
        self.keys(config, &known, false, at);
        let Some(kdf) = self.needed(config, "kdf", at) else {
            return;
        };
        let at = "clkConfig.kdf";
        let Some(kdf) = self.object(kdf, at) else {
            return;
        };
        self.needed(kdf, "type", at);
        self.one_of(kdf, "type", &["HKDF"], at);
        self.one_of(kdf, "hash", &["SHA256", "SHA512"], at);
        self.optional_text(kdf, "salt", at);
        self.optional_text(kdf, "info", at);
        self.optional_whole(kdf, "keySize", Some(1), at);
        self.keys(kdf, &["type", "hash", "salt", "info", "keySize"], false, at);
    }
}

/// Where feature number `i` stands: by its place in the list, and its identifier where it has one.
pub(super) fn place(i: usize, feature: &Value) -> String {
    match feature.get("identifier").and_then(Value::as_str) {
        Some(identifier) => format!("features[{i}] {identifier:?}"),
        None => format!("features[{i}]"),
    }
}
