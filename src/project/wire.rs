//! The project file as written: strict TOML in, canonical bytes out.

use serde::{Deserialize, Serialize};

use super::Project;
use super::agreement::{self, AgreementWire};
use super::schema::{BlockFeature, Bucket, Fill, Filter, FilterFeature, Pass, Schema, Similarity};
use crate::error::{Error, Result};
use crate::units::{Fingerprint, PartyId, unhex};

/// The first key of every project file of this format.
pub(super) const FORMAT: &str = "blindlink-project-1";
/// Version of docs/spec/encoding.md; part of the schema's canonical form, so of its keys.
const ENCODING: u32 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ProjectWire {
    format: String,
    id: String,
    name: String,
    round: String,
    #[serde(default)]
    purpose: String,
    parties: Vec<String>,
    #[serde(default)]
    // Not of tuples: TOML lists that are too long would lose their rest without a word.
    pairs: Option<Vec<Vec<String>>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    duplicate_free: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    stable_link_ids: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agreement: Option<AgreementWire>,
    decision: DecisionWire,
    schema: SchemaWire,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DecisionWire {
    threshold: f64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SchemaWire {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dice: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    similarity: Similarity,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    rows: usize,
    pass: Vec<PassWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PassWire {
    name: String,
    block: Vec<BlockFeature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bucket: Option<Bucket>,
    #[serde(default, skip_serializing_if = "is_default")]
    dummies: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    undated: bool,
    #[serde(default)]
    filter: Vec<FilterWire>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct FilterWire {
    name: String,
    of: Vec<FilterFeature>,
    bits: usize,
    #[serde(default = "one")]
    layers: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hashes: Option<usize>,
}

fn one() -> usize {
    1
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_one(value: &usize) -> bool {
    *value == 1
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

pub(super) fn parse(text: &str) -> Result<Project> {
    let wire: ProjectWire = toml::from_str(text).map_err(|e| {
        let mut error = Error::input("", format!("not a project file: {}", e.message()));
        if let Some(span) = e.span() {
            let before = text.get(..span.start).unwrap_or(text);
            error = error.line(1 + before.matches('\n').count() as u64);
        }
        error
    })?;
    check(wire).map_err(|e| {
        let hint = e
            .to_string()
            .split_once("\nhint: ")
            .map(|(_, h)| h.to_owned());
        let error = Error::input("", e.problem());
        match hint {
            Some(h) => error.hint(h),
            None => error,
        }
    })
}

fn check(mut wire: ProjectWire) -> Result<Project> {
    if wire.format != FORMAT {
        return Err(
            Error::usage(format!("expected format = \"{FORMAT}\", found another one"))
                .hint("use the version of blindlink that made this file"),
        );
    }
    let id = unhex(&wire.id).ok_or_else(|| {
        Error::usage("id must be 32 lower-case hexadecimal digits, as `project new` makes it")
    })?;
    // The round stands in the footer of a token file, in which `blake3:` marks the checksum.
    if wire.round.is_empty() || wire.round.len() > 64 || wire.round.contains("blake3:") {
        return Err(Error::usage(
            "round must be 1 to 64 bytes long and must not contain `blake3:`",
        ));
    }
    let threshold = wire.decision.threshold;
    if !(threshold > 0.0 && threshold < 1.0) {
        return Err(Error::usage(
            "decision.threshold must be above 0 and below 1",
        ));
    }
    let parties: Vec<PartyId> = wire
        .parties
        .iter()
        .map(|p| p.parse())
        .collect::<Result<_>>()?;
    if parties.len() < 2 {
        return Err(Error::usage("a project has at least two parties"));
    }
    for (i, party) in parties.iter().enumerate() {
        if parties[..i].contains(party) {
            return Err(Error::usage(format!("the party `{party}` is listed twice")));
        }
    }
    let named = wire.pairs.get_or_insert_with(|| all_pairs(&wire.parties));
    let pairs = check_pairs(named, &parties)?;
    let duplicate_free = check_duplicate_free(&wire.duplicate_free, &parties)?;
    let agreement = match &wire.agreement {
        Some(agreement) => Some(agreement::check(agreement, &parties)?),
        None => None,
    };
    let schema = check_schema(&wire.schema)?;
    // Canonical form: the parsed values as compact JSON, keys in the order of the specification,
    // defaults written out, so that comments and white space do not count.
    let canonical = serde_json::to_vec(&wire)
        .map_err(|_| Error::internal("a project file has no canonical form"))?;
    Ok(Project {
        id,
        name: wire.name,
        round: wire.round,
        purpose: wire.purpose,
        parties,
        pairs,
        duplicate_free,
        stable_link_ids: wire.stable_link_ids,
        agreement,
        threshold,
        schema,
        fingerprint: Fingerprint(*blake3::hash(&canonical).as_bytes()),
        canonical,
    })
}

fn all_pairs(parties: &[String]) -> Vec<Vec<String>> {
    (0..parties.len())
        .flat_map(|i| (i + 1..parties.len()).map(move |j| (i, j)))
        .map(|(i, j)| vec![parties[i].clone(), parties[j].clone()])
        .collect()
}

fn check_pairs(named: &[Vec<String>], parties: &[PartyId]) -> Result<Vec<(PartyId, PartyId)>> {
    let mut pairs: Vec<(PartyId, PartyId)> = Vec::new();
    for pair in named {
        let [a, b] = pair.as_slice() else {
            return Err(Error::usage(format!(
                "a pair is of two parties, found one of {}",
                pair.len()
            )));
        };
        let (a, b): (PartyId, PartyId) = (a.parse()?, b.parse()?);
        if !parties.contains(&a) || !parties.contains(&b) || a == b {
            return Err(Error::usage(format!(
                "the pair {a}, {b} is not of two parties of the project"
            )));
        }
        if pairs
            .iter()
            .any(|(x, y)| (x == &a && y == &b) || (x == &b && y == &a))
        {
            return Err(Error::usage(format!("the pair {a}, {b} is listed twice")));
        }
        pairs.push((a, b));
    }
    if pairs.is_empty() {
        return Err(Error::usage("pairs allows no pair of parties"));
    }
    Ok(pairs)
}

fn check_duplicate_free(named: &[String], parties: &[PartyId]) -> Result<Vec<PartyId>> {
    let mut out: Vec<PartyId> = Vec::new();
    for name in named {
        let party: PartyId = name.parse()?;
        if !parties.contains(&party) || out.contains(&party) {
            return Err(Error::usage(format!(
                "duplicate_free names {party}, which is not a party of the project or is named twice"
            )));
        }
        out.push(party);
    }
    Ok(out)
}

fn check_schema(wire: &SchemaWire) -> Result<Schema> {
    #[derive(Serialize)]
    struct Canonical<'a> {
        encoding: u32,
        schema: &'a SchemaWire,
    }
    let canonical = serde_json::to_vec(&Canonical {
        encoding: ENCODING,
        schema: wire,
    })
    .map_err(|_| Error::internal("a schema has no canonical form"))?;
    let passes = wire
        .pass
        .iter()
        .map(|p| Pass {
            name: p.name.clone(),
            block: p.block.clone(),
            bucket: p.bucket.clone(),
            dummies: p.dummies,
            undated: p.undated,
            filters: p
                .filter
                .iter()
                .map(|f| Filter {
                    name: f.name.clone(),
                    of: f.of.clone(),
                    bits: f.bits,
                    layers: f.layers,
                    fill: f.hashes.map_or(Fill::Half, Fill::Fixed),
                })
                .collect(),
        })
        .collect();
    let schema = Schema {
        name: wire.name.clone(),
        passes,
        rows: wire.rows,
        dice: wire.dice,
        similarity: wire.similarity,
        fingerprint: Fingerprint(*blake3::hash(&canonical).as_bytes()),
    };
    schema.check()?;
    Ok(schema)
}

#[cfg(test)]
mod tests {
    use super::super::new_project;
    use super::*;

    fn parties() -> Vec<PartyId> {
        ["district", "college"]
            .iter()
            .map(|p| p.parse().unwrap())
            .collect()
    }

    #[test]
    fn comments_and_blanks_do_not_change_the_fingerprint_but_values_do() {
        let text = new_project(&parties(), "k12", [7; 16]).unwrap();
        let base = parse(&text).unwrap();
        let spaced = parse(&text.replace("\n[", "\n\n# more\n[")).unwrap();
        assert_eq!(base.fingerprint, spaced.fingerprint);
        let other = parse(&text.replace("round = \"1\"", "round = \"2\"")).unwrap();
        assert_ne!(base.fingerprint, other.fingerprint);
        assert_eq!(base.schema.fingerprint, other.schema.fingerprint);
        let bits = parse(&text.replacen("bits = 2048", "bits = 512", 1)).unwrap();
        assert_ne!(base.schema.fingerprint, bits.schema.fingerprint);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let text = new_project(&parties(), "k12", [7; 16]).unwrap();
        let cases = [
            ("round = \"1\"", "rond = \"1\"", "unknown field"),
            ("\"college\"", "\"District\"", "a party's name"),
            ("threshold = 0.5", "threshold = 1.5", "above 0 and below 1"),
            ("bits = 2048", "bits = 1000", "power of two"),
            (
                "block = [\"birthdate\"]",
                "block = [\"birthdat\"]",
                "no block feature",
            ),
            (FORMAT, "blindlink-project-9", "expected format"),
        ];
        for (from, to, want) in cases {
            assert!(text.contains(from), "the template lost `{from}`");
            let e = parse(&text.replacen(from, to, 1)).unwrap_err();
            assert!(e.to_string().contains(want), "{e}");
            assert_eq!(e.class(), crate::error::Class::Input);
        }
        let wrong = text.replace("round = \"1\"", "rond = \"1\"");
        let e = parse(&wrong).unwrap_err();
        let line = 1 + wrong.lines().position(|l| l.starts_with("rond")).unwrap();
        assert_eq!(e.location().unwrap().line, Some(line as u64));
    }

    #[test]
    fn every_shipped_schema_parses() {
        for name in ["k12", "k12-strict", "clk"] {
            let p = parse(&new_project(&parties(), name, [1; 16]).unwrap()).unwrap();
            assert_eq!(p.schema.name, name);
            assert_eq!(p.pairs.len(), 1);
        }
        assert!(new_project(&parties(), "none", [1; 16]).is_err());
    }
}
