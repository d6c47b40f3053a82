//! A schema of version 1 or 2 as one of version 3.
//!
//! SPEC clk-encoding.md 2.2.

use serde_json::{Map, Value, json};

use super::check::Version;

/// The schema in version 3, which means the same. It was checked to be of `version`.
pub(super) fn upgrade(schema: Value, version: Version) -> Value {
    match version {
        Version::V1 => second_to_third(&first_to_second(&schema)),
        Version::V2 => second_to_third(&schema),
        Version::V3 => schema,
    }
}

fn first_to_second(schema: &Value) -> Value {
    let config = &schema["clkConfig"];
    let features = schema["features"].as_array();
    let features: Vec<Value> = features
        .into_iter()
        .flatten()
        .map(|feature| weigh(feature, config))
        .collect();
    json!({
        "version": 2,
        "clkConfig": {
            "l": config["l"],
            "xor_folds": config.get("xor_folds").cloned().unwrap_or(json!(0)),
            "kdf": config["kdf"],
        },
        "features": features,
    })
}

/// A feature of version 1, whose weight becomes a number of bits.
fn weigh(feature: &Value, config: &Value) -> Value {
    if is_ignored(feature) {
        return feature.clone();
    }
    let mut feature = feature.clone();
    let Some(hashing) = feature["hashing"].as_object_mut() else {
        return feature;
    };
    let weight = hashing.remove("weight").unwrap_or(json!(1.0));
    if weight.as_f64() == Some(0.0) {
        return json!({"identifier": feature["identifier"], "ignored": true});
    }
    hashing.insert(
        "strategy".into(),
        json!({"k": rounded_product(&weight, &config["k"])}),
    );
    hashing.insert("hash".into(), config["hash"].clone());
    feature
}

/// Python's `int(round(weight * k))`: exact where both are whole, else half to even. A product that no filter has room for
/// stays what it is, and is refused later.
fn rounded_product(weight: &Value, k: &Value) -> Value {
    if let (Some(weight), Some(k)) = (weight.as_u64(), k.as_u64()) {
        return weight
            .checked_mul(k)
            .map_or(json!(weight as f64 * k as f64), |product| json!(product));
    }
    let product = weight.as_f64().unwrap_or(0.0) * k.as_f64().unwrap_or(0.0);
    let rounded = product.round_ties_even();
    if rounded < 1e15 {
        json!(rounded as u64)
    } else {
        json!(rounded)
    }
}

fn second_to_third(schema: &Value) -> Value {
    let mut schema = schema.clone();
    schema["version"] = json!(3);
    for feature in schema["features"].as_array_mut().into_iter().flatten() {
        if is_ignored(feature) {
            continue;
        }
        let Some(hashing) = feature["hashing"].as_object_mut() else {
            continue;
        };
        if let Some(strategy) = hashing.get_mut("strategy").and_then(Value::as_object_mut) {
            rename(strategy);
        }
        let n = hashing.remove("ngram").unwrap_or(Value::Null);
        let positional = hashing.remove("positional").unwrap_or(json!(false));
        hashing.insert(
            "comparison".into(),
            json!({"type": "ngram", "n": n, "positional": positional}),
        );
    }
    schema
}

fn rename(strategy: &mut Map<String, Value>) {
    for (old, new) in [("k", "bitsPerToken"), ("numBits", "bitsPerFeature")] {
        if let Some(bits) = strategy.remove(old) {
            strategy.insert(new.into(), bits);
            return;
        }
    }
}

/// Whether Python takes the value of `ignored` for true.
pub(super) fn is_ignored(feature: &Value) -> bool {
    match feature.get("ignored") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(is)) => *is,
        Some(Value::Number(n)) => n.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(object)) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_rounded_half_to_even() {
        for (weight, k, bits) in [
            (json!(0.5), 5, 2),
            (json!(0.5), 7, 4),
            (json!(1.5), 3, 4),
            (json!(1), 20, 20),
            (json!(2.0), 20, 40),
            (json!(0.1), 25, 2),
            (json!(0.01), 20, 0),
        ] {
            assert_eq!(rounded_product(&weight, &json!(k)), json!(bits));
        }
    }
}
