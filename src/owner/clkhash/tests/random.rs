//! Random schemas, formats, patterns, cells and tables: none makes the program panic, and a cell is refused as input.

use proptest::prelude::*;

use super::*;

/// Some JSON, with keys and words of schemas in it.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "HKDF",
        "SHA512",
        "string",
        "integer",
        "date",
        "enum",
        "ngram",
        "exact",
        "numeric",
        "blakeHash",
        "doubleHash",
        "%Y-%m-%d",
        "[a-z]+",
        "",
        "ascii",
        "utf-16",
        "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..300).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "version",
        "clkConfig",
        "features",
        "l",
        "k",
        "kdf",
        "hash",
        "type",
        "salt",
        "info",
        "keySize",
        "xorFolds",
        "xor_folds",
        "identifier",
        "ignored",
        "format",
        "hashing",
        "pattern",
        "values",
        "minimum",
        "encoding",
        "case",
        "minLength",
        "ngram",
        "n",
        "positional",
        "weight",
        "strategy",
        "numBits",
        "bitsPerToken",
        "bitsPerFeature",
        "comparison",
        "thresholdDistance",
        "resolution",
        "fractional_precision",
        "missingValue",
        "sentinel",
        "replaceWith",
        "prevent_singularity",
    ]);
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let pair = (key.clone().prop_map(str::to_owned), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(pair, 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_and_no_json_is_a_schema_that_panics(
        text in ".{0,80}", mut json in any_json(), version in 1..4, place in 0..5_usize,
    ) {
        let _ = Schema::parse(&text, Path::new(PATH), FoldRule::Honour);
        let hashing = json!({"ngram": 2, "comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 5, "k": 2}});
        let mut good = schema_of(&json!({"type": "string"}), &hashing);
        good["version"] = json!(version);
        if version < 3 {
            let hashing = good["features"][0]["hashing"].as_object_mut().unwrap();
            hashing.remove("comparison");
            hashing["strategy"].as_object_mut().unwrap().remove("bitsPerToken");
            good["clkConfig"]["k"] = json!(7);
            good["clkConfig"]["hash"] = json!({"type": "doubleHash"});
        } else {
            let hashing = good["features"][0]["hashing"].as_object_mut().unwrap();
            hashing.remove("ngram");
            hashing["strategy"].as_object_mut().unwrap().remove("k");
        }
        let pointers = ["", "/clkConfig", "/features/0", "/features/0/format", "/features/0/hashing"];
        let target = good.pointer_mut(pointers[place]).unwrap();
        if let (Value::Object(new), Value::Object(old)) = (&mut json, target) {
            old.append(new);
        }
        if let Ok(schema) = parse(&good) {
            let _ = encode_all(&schema, b"7\n\"\"\n", true);
        }
    }

}

proptest! {
    // Patterns take long to compile without optimisation.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_format_no_pattern_and_no_cell_panics(
        format in "(%[a-zA-Z%]|[ -~]){0,6}", pattern in r"[\[\](){}|*+?^$.\\a-d0-2,<>=!:P-]{0,16}", cell in "\\PC{0,24}",
        comparison in 0..4_usize, digits in "[-+_ 0-9.e]{0,12}",
    ) {
        let comparisons = [
            json!({"type": "exact"}),
            json!({"type": "ngram", "n": 3, "positional": true}),
            json!({"type": "ngram", "n": 1}),
            json!({"type": "numeric", "thresholdDistance": 0.7, "resolution": 3, "fractional_precision": 2}),
        ];
        let hashing = json!({"comparison": comparisons[comparison], "strategy": {"bitsPerFeature": 7}});
        for format in [
            json!({"type": "date", "format": format}),
            json!({"type": "string", "pattern": pattern}),
            json!({"type": "string", "encoding": "utf-32", "case": "lower"}),
            json!({"type": "integer", "minimum": -5}),
        ] {
            let Ok(schema) = parse(&schema_of(&format, &hashing)) else { continue };
            for cell in [&cell, &digits] {
                let quoted = format!("\"{}\"\n", cell.replace('"', "\"\""));
                if let Err(e) = encode_all(&schema, quoted.as_bytes(), true) {
                    let text = e.to_string();
                    prop_assert!(e.class().exit_code() == 3, "{}", text);
                }
            }
        }
    }

    #[test]
    fn no_bytes_are_a_table_that_panics(table in prop::collection::vec(prop_oneof![
        Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>(),
    ], 0..60)) {
        let hashing = json!({"comparison": {"type": "exact"}, "strategy": {"bitsPerFeature": 7}});
        let schema = parse(&schema_of(&json!({"type": "string"}), &hashing)).unwrap();
        let _ = encode_all(&schema, &table, true);
    }
}
