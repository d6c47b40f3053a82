//! What no linkage schema may say, and what its two spellings of folds mean.

use super::*;

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
