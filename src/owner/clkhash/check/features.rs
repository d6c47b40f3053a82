//! What a feature must say of itself: of its cells by a format, of their bits by a hashing.

use serde_json::Value;

use super::{Findings, Version};

impl Findings {
    pub(super) fn feature(&mut self, feature: &Value, at: &str) {
        let Some(feature) = self.object(feature, at) else {
            return;
        };
        if self.needed(feature, "identifier", at).is_some() {
            self.optional_text(feature, "identifier", at);
        }
        self.optional_text(feature, "description", at);
        let ignored = feature.get("ignored");
        let is_ignored = ignored == Some(&Value::Bool(true));
        let is_whole = feature.contains_key("format") && feature.contains_key("hashing");
        let strict = self.version == Version::V3;
        if is_ignored && !is_whole {
            let known = ["identifier", "ignored", "description"];
            self.keys(feature, &known, strict, at);
            return;
        }
        if strict {
            self.optional_flag(feature, "ignored", at);
        } else if is_ignored {
            self.fault(
                at,
                "it is ignored and has a format and a hashing: expected one of the two",
            );
        }
        let known = ["identifier", "ignored", "description", "format", "hashing"];
        self.keys(feature, &known, false, at);
        if let Some(format) = self.needed(feature, "format", at) {
            self.format(format, &format!("{at}.format"));
        }
        if let Some(hashing) = self.needed(feature, "hashing", at) {
            self.hashing(hashing, &format!("{at}.hashing"));
        }
    }

    fn format(&mut self, format: &Value, at: &str) {
        let Some(format) = self.object(format, at) else {
            return;
        };
        self.needed(format, "type", at);
        self.optional_text(format, "description", at);
        let of_type: &[&str] = match format.get("type").and_then(Value::as_str) {
            Some("string") => {
                self.one_of(
                    format,
                    "encoding",
                    &["ascii", "utf-8", "utf-16", "utf-32"],
                    at,
                );
                if format.contains_key("pattern") {
                    self.optional_text(format, "pattern", at);
                    &["encoding", "pattern"]
                } else {
                    self.one_of(format, "case", &["upper", "lower", "mixed"], at);
                    self.optional_whole(format, "minLength", Some(0), at);
                    self.optional_whole(format, "maxLength", Some(1), at);
                    &["encoding", "case", "minLength", "maxLength"]
                }
            }
            Some("integer") => {
                self.optional_whole(format, "minimum", None, at);
                self.optional_whole(format, "maximum", None, at);
                &["minimum", "maximum"]
            }
            Some("date") => {
                if self.needed(format, "format", at).is_some() {
                    self.optional_text(format, "format", at);
                }
                &["format"]
            }
            Some("enum") => {
                let values = self.needed(format, "values", at);
                let good = |v: &Value| v.as_array().is_some_and(|v| v.iter().all(Value::is_string));
                if values.is_some_and(|v| !good(v)) {
                    self.fault(&format!("{at}.values"), "expected a list of texts");
                }
                &["values"]
            }
            _ => {
                self.one_of(format, "type", &["string", "integer", "date", "enum"], at);
                return;
            }
        };
        let known: Vec<&str> = ["type", "description"]
            .iter()
            .chain(of_type)
            .copied()
            .collect();
        self.keys(format, &known, true, at);
    }

    fn hashing(&mut self, hashing: &Value, at: &str) {
        let Some(hashing) = self.object(hashing, at) else {
            return;
        };
        let known: &[&str] = match self.version {
            Version::V1 => &["ngram", "positional", "weight", "missingValue"],
            Version::V2 => &["ngram", "positional", "strategy", "hash", "missingValue"],
            Version::V3 => &["comparison", "strategy", "hash", "missingValue"],
        };
        self.keys(hashing, known, self.version > Version::V1, at);
        if let Some(missing) = hashing.get("missingValue") {
            let at = format!("{at}.missingValue");
            if let Some(missing) = self.object(missing, &at) {
                if self.needed(missing, "sentinel", &at).is_some() {
                    self.optional_text(missing, "sentinel", &at);
                }
                self.optional_text(missing, "replaceWith", &at);
                self.keys(missing, &["sentinel", "replaceWith"], false, &at);
            }
        }
        if self.version < Version::V3 {
            let least = if self.version == Version::V1 { 0 } else { 1 };
            self.needed_whole(hashing, "ngram", least, at);
            self.optional_flag(hashing, "positional", at);
        }
        if self.version == Version::V1 {
            if let Some(weight) = hashing.get("weight")
                && !weight.as_f64().is_some_and(|w| w >= 0.0)
            {
                self.fault(&format!("{at}.weight"), "expected a number of at least 0");
            }
            return;
        }
        if let Some(hash) = hashing.get("hash") {
            self.hash(hash, &format!("{at}.hash"));
        }
        if let Some(strategy) = self.needed(hashing, "strategy", at) {
            self.strategy(strategy, &format!("{at}.strategy"));
        }
        if self.version == Version::V3
            && let Some(comparison) = self.needed(hashing, "comparison", at)
        {
            self.comparison(comparison, &format!("{at}.comparison"));
        }
    }

    pub(super) fn hash(&mut self, hash: &Value, at: &str) {
        let Some(hash) = self.object(hash, at) else {
            return;
        };
        self.needed(hash, "type", at);
        self.one_of(hash, "type", &["blakeHash", "doubleHash"], at);
        if hash.get("type").and_then(Value::as_str) == Some("doubleHash") {
            self.optional_flag(hash, "prevent_singularity", at);
        }
        self.keys(hash, &["type", "prevent_singularity"], false, at);
    }

    fn strategy(&mut self, strategy: &Value, at: &str) {
        let Some(strategy) = self.object(strategy, at) else {
            return;
        };
        let ways = match self.version {
            Version::V3 => ["bitsPerToken", "bitsPerFeature"],
            _ => ["k", "numBits"],
        };
        if ways.iter().filter(|w| strategy.contains_key(**w)).count() != 1 {
            self.fault(
                at,
                &format!("expected exactly one of {} and {}", ways[0], ways[1]),
            );
        }
        // Version 2 says nothing of the number itself: it is looked at when it has become version 3.
        let strict = self.version == Version::V3;
        self.keys(strategy, &ways, strict, at);
        if strict {
            for way in ways {
                self.optional_whole(strategy, way, Some(1), at);
            }
        }
    }

    fn comparison(&mut self, comparison: &Value, at: &str) {
        let Some(comparison) = self.object(comparison, at) else {
            return;
        };
        self.needed(comparison, "type", at);
        let known: &[&str] = match comparison.get("type").and_then(Value::as_str) {
            Some("ngram") => {
                self.needed_whole(comparison, "n", 1, at);
                self.optional_flag(comparison, "positional", at);
                &["type", "n", "positional"]
            }
            Some("exact") => &["type"],
            Some("numeric") => {
                let key = "thresholdDistance";
                if let Some(distance) = self.needed(comparison, key, at)
                    && !distance.as_f64().is_some_and(|d| d > 0.0)
                {
                    self.fault(&format!("{at}.{key}"), "expected a number above 0");
                }
                self.needed_whole(comparison, "resolution", 1, at);
                self.optional_whole(comparison, "fractional_precision", Some(0), at);
                &[
                    "type",
                    "thresholdDistance",
                    "resolution",
                    "fractional_precision",
                ]
            }
            _ => {
                self.one_of(comparison, "type", &["ngram", "exact", "numeric"], at);
                return;
            }
        };
        self.keys(comparison, known, false, at);
    }
}
