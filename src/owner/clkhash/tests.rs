//! The small vectors that are known by heart, and what no schema and no cell may do.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const PATH: &str = "s.json";

fn secret(text: &str) -> Secret {
    Secret::from_reader(text.as_bytes(), Path::new("secret")).unwrap()
}

/// A schema of one feature, 64 bits.
fn schema_of(format: &Value, hashing: &Value) -> Value {
    json!({
        "version": 3,
        "clkConfig": {"l": 64, "kdf": {"type": "HKDF"}},
        "features": [{"identifier": "X", "format": format, "hashing": hashing}],
    })
}

fn parse(schema: &Value) -> Result<Schema> {
    Schema::parse(&schema.to_string(), Path::new(PATH), FoldRule::AsClkhash)
}

fn encode_all(schema: &Schema, table: &[u8], validate: bool) -> Result<Vec<u8>> {
    let options = Options {
        header: Header::Absent,
        validate,
    };
    let mut all = Vec::new();
    let key = secret("s3cr3t");
    encode(
        table,
        Path::new("t.csv"),
        schema,
        &key,
        options,
        |bytes, _| {
            all.extend_from_slice(bytes);
            Ok(())
        },
    )?;
    Ok(all)
}

#[test]
fn small_vectors_are_met() {
    let string = json!({"type": "string"});
    let two = json!({"type": "ngram", "n": 2});
    let exact = json!({"type": "exact"});
    for (format, hashing, value, hex) in [
        (
            &string,
            json!({"comparison": two, "strategy": {"bitsPerFeature": 20}}),
            "ana",
            0xa0a2_a642_0a00_80c2_u64,
        ),
        (
            &string,
            json!({"comparison": {"type": "ngram", "n": 2, "positional": true}, "strategy": {"bitsPerToken": 5}}),
            "ana",
            0x40b1_3823_01c0_0482,
        ),
        (
            &string,
            json!({"comparison": two, "strategy": {"bitsPerToken": 5}, "hash": {"type": "doubleHash"}}),
            "ana",
            0x9574_1040_0098_3050,
        ),
        (
            &string,
            json!({"comparison": exact, "strategy": {"bitsPerToken": 8}}),
            "Jos\u{e9}",
            0xf000_0004_8001_0010,
        ),
        (
            &json!({"type": "date", "format": "%m/%d/%Y"}),
            json!({"comparison": {"type": "ngram", "n": 1, "positional": true}, "strategy": {"bitsPerFeature": 24}}),
            "01/05/2008",
            0x0000_406d_1dc4_3235,
        ),
        (
            &json!({"type": "integer"}),
            json!({"comparison": {"type": "numeric", "thresholdDistance": 3, "resolution": 2}, "strategy": {"bitsPerToken": 4}}),
            "-7",
            0x2e80_2051_206c_a422,
        ),
    ] {
        let schema = parse(&schema_of(format, &hashing)).unwrap();
        let bytes = encode_all(&schema, value.as_bytes(), true).unwrap();
        let found = u64::from_be_bytes(bytes.try_into().unwrap());
        if found != hex {
            assert_eq!(format!("{found:016x}"), format!("{hex:016x}"), "{hashing}");
        }
    }
}

#[test]
fn caches_threads_and_order_change_no_bit() {
    let hashing =
        json!({"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerFeature": 30}});
    let schema = parse(&schema_of(&json!({"type": "string"}), &hashing)).unwrap();
    // So many cells that they are not remembered any more, and some that come again and again.
    let cell = |i: usize| format!("{}q{}", i * 7919 % 10_007, i % 3);
    let cells: Vec<String> = (0..20_000)
        .map(|i| if i % 5 == 0 { "zzyzx".into() } else { cell(i) })
        .collect();
    let table = cells.join("\n");
    let all = encode_all(&schema, table.as_bytes(), true).unwrap();
    for i in [0, 1, 4_097, 5_000, 19_999] {
        let one = encode_all(&schema, cells[i].as_bytes(), true).unwrap();
        assert_eq!(one, all[8 * i..][..8], "row {i}");
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = pool
        .unwrap()
        .install(|| encode_all(&schema, table.as_bytes(), true));
    assert_eq!(alone.unwrap(), all);
}

#[test]
fn the_first_bad_row_is_named_and_never_shown() {
    let hashing = json!({"comparison": {"type": "exact"}, "strategy": {"bitsPerFeature": 30}});
    let schema = parse(&schema_of(
        &json!({"type": "integer", "maximum": 9}),
        &hashing,
    ))
    .unwrap();
    let mut rows = vec!["7"; 3000];
    rows[1234] = "canary";
    rows[2345] = "1234567";
    let e = encode_all(&schema, rows.join("\n").as_bytes(), true).unwrap_err();
    assert_eq!(
        e.to_string(),
        "t.csv:1235: column \"X\": expected a whole number, found aaaaaa"
    );
    rows[1234] = "8";
    let e = encode_all(&schema, rows.join("\n").as_bytes(), true).unwrap_err();
    assert!(
        e.to_string()
            .starts_with("t.csv:2346: column \"X\": a number")
    );
    assert!(!e.to_string().contains("1234567"));
    assert!(encode_all(&schema, rows.join("\n").as_bytes(), false).is_ok());
}

#[test]
fn all_faults_of_a_schema_are_told_at_once_by_place() {
    let schema = json!({
        "version": 3,
        "clkConfig": {"l": 0, "kdf": {"type": "legacy"}},
        "features": [
            {"identifier": "A", "ignored": true, "format": {}},
            {"identifier": "B", "format": {"type": "string", "cases": "upper"},
             "hashing": {"comparison": {"type": "ngram"}, "strategy": {"k": 5}}},
            {"format": 7},
        ],
    });
    let text = parse(&schema).unwrap_err().to_string();
    for part in [
        "s.json: not a linkage schema, for",
        "clkConfig.l: expected a whole number of at least 1",
        "clkConfig.kdf.type: expected one of HKDF",
        "features[0] \"A\": unknown key \"format\"",
        "features[1] \"B\".format: unknown key \"cases\"",
        "features[1] \"B\".hashing.comparison: there is no n",
        "features[1] \"B\".hashing.strategy: expected exactly one of bitsPerToken and bitsPerFeature",
        "features[2]: there is no identifier",
        "features[2]: there is no hashing",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn what_clkhash_would_find_out_while_it_encodes_is_refused_before() {
    let good = json!({"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 5}});
    let string = json!({"type": "string"});
    let with = |change: &dyn Fn(&mut Value)| {
        let mut schema = schema_of(&string, &good);
        change(&mut schema);
        parse(&schema).map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(with(&|_| {}), Ok(()));
    let feature = "/features/0/hashing";
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Value));
    let changes: [Change<'_>; 20] = [
        ("power of 2", &|s| s["clkConfig"]["l"] = json!(96)),
        ("power of 2", &|s| {
            s["clkConfig"]["l"] = json!(24);
            s["clkConfig"]["xor_folds"] = json!(2);
        }),
        ("without a point", &|s| s["clkConfig"]["l"] = json!(64.0)),
        ("at most", &|s| s["clkConfig"]["l"] = json!(1_u64 << 40)),
        ("more than 1048576 bits", &|s| {
            s["clkConfig"]["xor_folds"] = json!(20);
        }),
        ("xor_folds", &|s| s["clkConfig"]["xor_folds"] = json!(-1)),
        ("xor_folds", &|s| s["clkConfig"]["xor_folds"] = json!(null)),
        ("keySize of at most 64", &|s| {
            s["clkConfig"]["kdf"]["keySize"] = json!(65);
        }),
        ("more keys than HKDF can give", &|s| {
            s["clkConfig"]["kdf"]["keySize"] = json!(4081);
        }),
        ("base64", &|s| s["clkConfig"]["kdf"]["salt"] = json!("YQ")),
        ("there are none", &|s| s["features"] = json!([])),
        ("doubleHash alone", &|s| {
            s.pointer_mut(feature).unwrap()["hash"] =
                json!({"type": "blakeHash", "prevent_singularity": true});
        }),
        ("no number", &|s| {
            *s.pointer_mut(feature).unwrap() = json!({
                "comparison": {"type": "numeric", "thresholdDistance": 1, "resolution": 1},
                "strategy": {"bitsPerToken": 5}, "missingValue": {"sentinel": "NA"},
            });
        }),
        ("rounded to nothing", &|s| {
            *s.pointer_mut(feature).unwrap() = json!({
                "comparison": {"type": "numeric", "thresholdDistance": 0.5, "resolution": 1},
                "strategy": {"bitsPerToken": 5},
            });
        }),
        ("not ASCII", &|s| {
            s["features"][0]["format"]["encoding"] = json!("ascii");
            s.pointer_mut(feature).unwrap()["missingValue"] =
                json!({"sentinel": "", "replaceWith": "\u{e9}"});
        }),
        ("no date can be read", &|s| {
            s["features"][0]["format"] = json!({"type": "date", "format": "%d/%d"});
        }),
        ("regular expression", &|s| {
            s["features"][0]["format"] = json!({"type": "string", "pattern": "("});
        }),
        ("at most", &|s| {
            s.pointer_mut(feature).unwrap()["strategy"]["bitsPerToken"] = json!(10_000_000);
        }),
        ("version", &|s| s["version"] = json!(4)),
        ("version", &|s| {
            s.as_object_mut().unwrap().remove("version");
        }),
    ];
    for (part, change) in changes {
        let e = with(change).unwrap_err();
        assert!(e.contains(part), "{part} in {e}");
    }
    // 63 features of 64 bytes are the most that SHA256 gives.
    let many = |n: usize| {
        with(&|s| {
            let feature = s["features"][0].clone();
            s["features"] = vec![feature; n].into();
        })
    };
    assert!(many(63).is_ok() && many(64).unwrap_err().contains("8192 bytes, and 8160"));
}

#[test]
fn both_spellings_of_folds() {
    let of = |config: Value, rule| {
        let hashing = json!({"comparison": {"type": "exact"}, "strategy": {"bitsPerToken": 5}});
        let mut schema = schema_of(&json!({"type": "string"}), &hashing);
        schema["clkConfig"]["kdf"] = json!({"type": "HKDF"});
        for (key, value) in config.as_object().unwrap() {
            schema["clkConfig"][key] = value.clone();
        }
        Schema::parse(&schema.to_string(), Path::new(PATH), rule)
            .map(|s| (s.folds(), s.notes().len()))
            .map_err(|e| e.to_string())
    };
    use FoldRule::{AsClkhash, Honour};
    let (old, new) = (json!({"xorFolds": 1}), json!({"xor_folds": 2}));
    assert_eq!(of(old.clone(), AsClkhash), Ok((0, 1)));
    assert_eq!(of(old, Honour), Ok((1, 0)));
    assert_eq!(of(new.clone(), AsClkhash), Ok((2, 0)));
    assert_eq!(of(new, Honour), Ok((2, 0)));
    let both = json!({"xorFolds": 1, "xor_folds": 2});
    assert_eq!(of(both.clone(), AsClkhash), Ok((2, 1)));
    assert!(of(both, Honour).unwrap_err().contains("differ"));
    let alike = json!({"xorFolds": 2, "xor_folds": 2});
    assert_eq!(of(alike.clone(), AsClkhash), Ok((2, 0)));
    assert_eq!(of(alike, Honour), Ok((2, 0)));
    assert_eq!(of(json!({"xorFolds": 0}), AsClkhash), Ok((0, 0)));
}

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
