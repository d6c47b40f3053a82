//! What a project file says, and what is refused of one.

mod review;
mod vectors;

use super::*;
use crate::error::Class;

fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// A project file of three parties, of whom two pairs may be linked.
fn three() -> String {
    let draft = Draft {
        parties: ["a", "b", "c"].map(party).to_vec(),
        schema: "k12".into(),
        pairs: vec![(party("a"), party("b")), (party("c"), party("a"))],
        ..Draft::default()
    };
    draft.to_toml([7; 16]).unwrap()
}

#[test]
fn a_pair_is_the_same_in_either_order_and_stands_as_in_the_file() {
    let project = Project::parse(&three()).unwrap();
    for (x, y, expected) in [
        ("a", "b", Some(("a", "b"))),
        ("b", "a", Some(("a", "b"))),
        ("a", "c", Some(("c", "a"))),
        ("c", "a", Some(("c", "a"))),
        ("b", "c", None),
        ("c", "b", None),
        ("a", "a", None),
        ("b", "b", None),
        ("c", "c", None),
    ] {
        let (x, y) = (party(x), party(y));
        let found = project.pair(&x, &y);
        let found = found.map(|(first, second)| (first.as_str(), second.as_str()));
        assert_eq!(found, expected, "{x}, {y}");
    }
}

#[test]
fn who_is_no_party_is_refused_and_told_who_is() {
    let project = Project::parse(&three()).unwrap();
    project.expect_party(&party("c")).unwrap();
    let e = project.expect_party(&party("d")).unwrap_err();
    assert_eq!(e.class(), Class::Mismatch);
    assert!(e.to_string().contains("its parties are: a, b, c"), "{e}");
}

#[test]
fn parties_without_duplicates_are_parties_and_named_once() {
    let with = |names: &str| {
        let line = format!("duplicate_free = [{names}]\nround = ");
        Project::parse(&three().replacen("round = ", &line, 1))
    };
    assert_eq!(with("").unwrap().duplicate_free, []);
    let two = with("\"c\", \"a\"").unwrap();
    assert_eq!(two.duplicate_free, ["c", "a"].map(party));
    for bad in ["\"d\"", "\"a\", \"a\"", "\"A\""] {
        assert_eq!(with(bad).unwrap_err().class(), Class::Input, "{bad}");
    }
}

#[test]
fn a_file_is_read_from_its_path_which_every_refusal_names() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.toml");
    let read = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Project::read(&path)
    };
    assert_eq!(read(three().as_bytes()).unwrap().parties.len(), 3);
    for (bytes, words) in [
        (&b"name = \"\xff\""[..], "UTF-8"),
        (b"name = ", "not a project file"),
    ] {
        let e = read(bytes).unwrap_err();
        assert_eq!(e.class(), Class::Input);
        let e = e.to_string();
        assert!(e.contains(words) && e.contains("p.toml"), "{e}");
    }
    let e = Project::read(&dir.path().join("none.toml")).unwrap_err();
    assert_eq!(e.class(), Class::Io);
    assert!(e.to_string().contains("none.toml"), "{e}");
}

#[test]
fn elements_are_known_by_the_names_that_the_file_uses() {
    for element in Element::ALL {
        assert_eq!(element.to_string(), element.name());
        assert_eq!(element.name().parse::<Element>().unwrap(), element);
    }
    let e = "surname".parse::<Element>().unwrap_err();
    assert!(
        e.to_string().contains("there are: student-id, first"),
        "{e}"
    );
}

#[test]
fn a_misspelt_feature_is_answered_with_the_nearest() {
    let text = three().replacen("\"first\", \"last\"", "\"first\", \"lastt\"", 1);
    let e = Project::parse(&text).unwrap_err().to_string();
    assert!(e.contains("no filter feature `lastt`"), "{e}");
    assert!(e.contains("there are: first, middle, last, "), "{e}");
    let e = "last-sund".parse::<BlockFeature>().unwrap_err().to_string();
    assert!(e.contains("did you mean `last-sound`?"), "{e}");
}

#[test]
fn what_a_schema_asks_of_an_encoder_is_said() {
    let schema = |name: &str| {
        let text = new_project(&[party("a"), party("b")], name, [1; 16]).unwrap();
        Project::parse(&text).unwrap().schema
    };
    let (k12, clk) = (schema("k12"), schema("clk"));
    assert!(clk.is_classic() && !clk.has_undated());
    assert!(!k12.is_classic() && k12.has_undated());
    assert!(k12.passes.iter().all(Pass::is_blocked));
    assert!(!clk.passes[0].is_blocked());
    // Of a person of two surnames these passes have two tokens.
    let by_part = k12.passes.iter().filter(|p| p.is_by_part());
    let by_part: Vec<&str> = by_part.map(|p| p.name.as_str()).collect();
    let buckets = ["birthdate-first-bucket", "birthdate-last-bucket"];
    assert_eq!(by_part, [&buckets[..], &["part-month-day"]].concat());
    assert!(k12.passes[1].blocks_on(Element::Birthdate));
    assert!(k12.passes[1].blocks_on(Element::AliasFirst));
    assert!(!k12.passes[1].blocks_on(Element::AliasLast));
}

/// A schema of passes with this many filters each, every name as long as one may be.
fn schema_of(filters: &[usize]) -> Result<Project> {
    let text = new_project(&[party("a"), party("b")], "clk", [1; 16]).unwrap();
    let mut text = text[..text.find("\n[schema]").unwrap()].to_owned();
    text += "\n[schema]\nname = \"many\"\n";
    let name = |i: usize| format!("{}{i:02}", "x".repeat(38));
    for (i, n) in filters.iter().enumerate() {
        text += &format!(
            "[[schema.pass]]\nname = \"{}\"\nblock = [\"year\"]\n",
            name(i)
        );
        for j in 0..*n {
            text += &format!(
                "[[schema.pass.filter]]\nname = \"{}\"\nof = [\"day\"]\nbits = 64\n",
                name(j)
            );
        }
    }
    Project::parse(&text)
}

#[test]
fn the_greatest_schema_has_16_passes_of_48_filters_in_64_columns() {
    let most = schema_of(&[3; 16]).unwrap();
    assert_eq!(most.schema.passes.len(), 16);
    let longest: usize = 40;
    assert_eq!(most.schema.passes[15].name.len(), longest);
    let mut more = [3; 16];
    more[0] = 4;
    for (filters, words) in [
        (&more[..], "at most 64 blocks and filters, this one has 65"),
        (
            &[7, 7, 7, 7, 7, 7, 7],
            "at most 48 filters, this one has 49",
        ),
        (&[9], "more than 8 filters"),
        (&[1; 17], "1 to 16 passes"),
    ] {
        let e = schema_of(filters).unwrap_err().to_string();
        assert!(e.contains(words), "{e}");
    }
}
