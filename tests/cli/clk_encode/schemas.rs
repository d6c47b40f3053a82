//! Linkage schemas: checked as a whole and by place, and old ones converted.

use serde_json::{Value, json};

use super::{ENCODE, folder, refused, schema, with};

#[test]
fn schemas_are_checked_as_a_whole_and_by_place() {
    let dir = folder();
    let done = dir.ok(&["clk", "validate-schema", "s.json"]);
    assert!(
        done.out
            .contains("version 3: 3 of 4 columns are encoded, into 128 bits"),
        "{}",
        done.out
    );
    let check = ["clk", "validate-schema", "s.json"];
    for (text, parts) in [
        (
            "{\"version\": 3,\n \"clkConfig\": }",
            &["s.json:2", "not JSON", "character"][..],
        ),
        ("[]", &["expected an object"]),
        ("{}", &["there is no version"]),
        ("{\"version\": 4}", &["unknown version"]),
        ("", &["not JSON"]),
    ] {
        dir.write("s.json", text);
        dir.fails(&check, 3, parts);
        refused(&dir, &[], parts);
    }
    dir.write("s.json", [b'{', 0xff]);
    dir.fails(&check, 3, &["s.json:1", "UTF-8"]);
    let mut bad = schema();
    bad["features"][1]["hashing"]["weight"] = json!(2);
    bad["features"][2]["format"]["format"] = json!("%Y-%Q");
    bad["clkConfig"]["l"] = json!("128");
    dir.write("s.json", bad.to_string());
    dir.fails(
        &check,
        3,
        &[
            "for 2 reasons",
            "clkConfig.l",
            "features[1] \"NAME\".hashing: unknown key \"weight\"",
        ],
    );
    let mut many = schema();
    many["features"] = vec![many["features"][0].clone(); 64].into();
    dir.write("s.json", many.to_string());
    dir.fails(&check, 3, &["more keys than HKDF can give: 64 features"]);
    let mut stray = schema();
    stray["clkConfig"]["k"] = json!(30);
    dir.write("s.json", stray.to_string());
    dir.write("t.csv", "INDEX,NAME\n");
    let texts = ["s.json: keys that mean nothing", "clkConfig: \"k\""];
    let encode = [
        "clk", "encode", "t.csv", "--schema", "s.json", "-o", "x.json",
    ];
    let convert = ["clk", "convert-schema", "s.json", "-o", "x.json"];
    for args in [&check[..], &encode, &convert] {
        dir.fails(args, 3, &[&texts[..], &["--allow-unknown-keys"]].concat());
    }
    let allowed = "--allow-unknown-keys";
    let done = dir.ok(&[&check[..], &[allowed]].concat());
    for text in ["warning", texts[0], texts[1]] {
        assert!(done.err.contains(text), "{}", done.err);
    }
    dir.ok(&[&convert[..], &[allowed]].concat());
}

#[test]
fn an_old_schema_is_converted_and_gives_the_same_clks() {
    let dir = folder();
    let feature = |name: &str, format: Value, hashing: Value| json!({"identifier": name, "format": format, "hashing": hashing});
    let old = json!({
        "version": 1,
        "clkConfig": {"l": 128, "k": 15, "hash": {"type": "doubleHash"}, "kdf": {"type": "HKDF"}, "xorFolds": 1},
        "features": [
            {"identifier": "INDEX", "ignored": true},
            feature("NAME", json!({"type": "string"}), json!({"ngram": 2, "weight": 0.5})),
            feature("DOB", json!({"type": "date", "format": "%Y-%m-%d"}), json!({"ngram": 1, "positional": true})),
            feature("GRADE", json!({"type": "integer"}), json!({"ngram": 1, "weight": 0})),
        ],
    });
    dir.write("s.json", old.to_string());
    let done = dir.line(ENCODE);
    assert!(done.err.contains("xorFolds"), "{}", done.err);
    let first = dir.read("clks.json");
    let done = dir.ok(&["clk", "convert-schema", "s.json", "-o", "new.json"]);
    assert!(done.err.contains("version 1 as version 3"), "{}", done.err);
    let new = dir.json("new.json");
    assert_eq!(new["version"], 3);
    assert_eq!(
        new["features"][1]["hashing"]["strategy"],
        json!({"bitsPerToken": 8})
    );
    assert_eq!(
        new["features"][3],
        json!({"identifier": "GRADE", "ignored": true})
    );
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "new.json"],
        1,
        &["--force"],
    );
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "s.json", "--force"],
        2,
        &["overwrite"],
    );
    dir.line("clk convert-schema s.json -o new.json --force");
    dir.write("s.json", dir.read("new.json"));
    dir.ok(&with(&["--force"]));
    assert_eq!(dir.read("clks.json"), first);
    dir.write("s.json", "{\"version\": 1}");
    dir.fails(
        &["clk", "convert-schema", "s.json", "-o", "x.json"],
        3,
        &["there is no clkConfig"],
    );
}
