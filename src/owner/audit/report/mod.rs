//! The result of an audit, for people and for machines; sealed, so that an edit is noticed.

mod text;

use serde::{Deserialize, Serialize};

pub use text::checks_text;

use crate::leakage::{Check, Verdict};
use crate::release::Conclusion;
use crate::release::seal::Sealed;

/// The format that this version writes and reads.
pub const FORMAT: &str = "blindlink-audit-1";
/// The share of people that the attack must re-identify behind classic tokens, or it is no
/// attack and the audit is void.
pub const CONTROL: f64 = 0.95;

/// Of what, and on what, an audit was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Version of blindlink.
    pub version: String,
    /// Name of the schema.
    pub schema: String,
    /// Fingerprint of the schema.
    pub schema_fingerprint: String,
    /// Fingerprint of the project file.
    pub project: String,
    /// BLAKE3 of the token file.
    pub tokens: String,
    /// The party whose file it is.
    pub party: String,
    /// Records of the token file.
    pub records: u64,
    /// Size of the population that was reckoned with.
    pub population: u64,
    /// People drawn for the attacks.
    pub sample: u64,
    /// Whether people of neighbouring birthdates were given one birthdate, to make a block as
    /// large as the population would.
    pub pooled: bool,
    /// Whether the tokens are CLKs that another program made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// The seed of every draw; attacks use this one and the following.
    pub seed: u64,
}

/// One run of graph matching.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// `one birthdate`, `some birthdates` or `all, by namesakes`; of imported CLKs `the whole file`.
    pub scope: String,
    /// The share of each side's people that stand on both, 0 to 1.
    pub overlap: f64,
    /// Its seed.
    pub seed: u64,
    /// People whose names the attacker held and the tokens attacked have in common.
    pub shared: u64,
    /// The share of them that the best of the attack's modes re-identified, 0 to 1.
    pub reidentified: f64,
    /// The share that guessing would.
    pub chance: f64,
    /// Of all its seeds together: green up to 1 point above chance on average, red above 5.
    pub verdict: Verdict,
}

/// The same attack on tokens that it is known to break.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// People on both sides.
    pub shared: u64,
    /// The share re-identified, 0 to 1.
    pub reidentified: f64,
    /// Whether that is at least 95 %.
    pub passed: bool,
}

/// How much of the similarities of one filter, or of who meets in a pass, survives a change of key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// `PASS.FILTER`, or `PASS` for who meets in it.
    pub filter: String,
    /// Pairs of people measured.
    pub pairs: u64,
    /// Correlation of their similarities under two keys.
    pub rho: f64,
    /// People of a block from which graph matching may succeed; `None`: none is large enough.
    pub threshold: Option<u64>,
    /// People of the largest block at the size of the population: of the filter's pass, or of a
    /// birthdate for who meets.
    pub block: u64,
    /// Green if the block is smaller than the threshold, red if ten times as large.
    pub verdict: Verdict,
}

/// The result of an audit.
///
/// # Privacy
/// Counts, shares and fingerprints; no row, no name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditReport {
    /// [`FORMAT`].
    pub format: String,
    /// Of what and on what.
    pub subject: Subject,
    /// What it comes to.
    pub verdict: Conclusion,
    /// The positive control.
    pub control: Control,
    /// Every run of graph matching.
    pub attacks: Vec<Attack>,
    /// Cross-key correlation of each filter.
    pub correlation: Vec<Survival>,
    /// All other checks.
    pub checks: Vec<Check>,
    /// BLAKE3 of all that stands above; see [`Sealed`].
    pub seal: String,
}

impl AuditReport {
    /// Puts the parts together, draws the conclusion and seals it.
    #[must_use]
    pub fn new(
        subject: Subject,
        control: Control,
        attacks: Vec<Attack>,
        correlation: Vec<Survival>,
        checks: Vec<Check>,
    ) -> Self {
        let worst = Verdict::worst(
            attacks
                .iter()
                .map(|a| a.verdict)
                .chain(correlation.iter().map(|c| c.verdict))
                .chain(checks.iter().map(|c| c.verdict)),
        );
        let verdict = match worst {
            _ if !control.passed => Conclusion::Void,
            Verdict::Green => Conclusion::Green,
            Verdict::Amber => Conclusion::Amber,
            Verdict::Red => Conclusion::Red,
        };
        let report = Self {
            format: FORMAT.into(),
            subject,
            verdict,
            control,
            attacks,
            correlation,
            checks,
            seal: String::new(),
        };
        report.sealed()
    }
}

impl Sealed for AuditReport {
    const FORMAT: &'static str = FORMAT;
    const CONTEXT: &'static str = "blindlink 2026-11-22 audit seal v1";
    const NOUN: &'static str = "audit";
    const VERB: &'static str = "audit";

    fn format(&self) -> &str {
        &self.format
    }

    fn seal(&mut self) -> &mut String {
        &mut self.seal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    fn report(passed: bool, verdict: Verdict) -> AuditReport {
        let subject = Subject {
            version: "0".into(),
            schema: "t".into(),
            schema_fingerprint: "00".into(),
            project: "00".into(),
            tokens: "00".into(),
            party: "a".into(),
            records: 9,
            population: 9,
            sample: 9,
            pooled: true,
            imported: false,
            seed: 1,
        };
        let control = Control {
            shared: 9,
            reidentified: crate::leakage::rounded(1.0 / 3.0),
            passed,
        };
        let attack = Attack {
            scope: "one birthdate".into(),
            overlap: 0.5,
            seed: 1,
            shared: 9,
            reidentified: crate::leakage::rounded(0.1 + 0.2),
            chance: crate::leakage::rounded(2.0 / 3.0),
            verdict,
        };
        AuditReport::new(subject, control, vec![attack], vec![], vec![])
    }

    #[test]
    fn a_report_is_read_back_and_an_edited_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.json");
        let made = report(true, Verdict::Red);
        made.write(&path).unwrap();
        assert_eq!(AuditReport::read(&path).unwrap(), made);
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in [
            ("\"verdict\": \"red\"", "\"verdict\": \"green\""),
            ("\"records\": 9", "\"records\": 8"),
            ("0.3,", "0.29,"),
            ("\"party\": \"a\"", "\"party\": \"a\", \"note\": \"x\""),
            ("audit-1", "audit-2"),
            ("{", ""),
        ] {
            let edited = text.replacen(from, to, 1);
            assert_ne!(edited, text, "{from}");
            std::fs::write(&path, edited).unwrap();
            let refused = AuditReport::read(&path).unwrap_err();
            assert_eq!(refused.class(), Class::Input, "{from}");
        }
        // Other white space says the same.
        std::fs::write(&path, text.replace('\n', "\r\n")).unwrap();
        assert_eq!(AuditReport::read(&path).unwrap(), made);
    }

    #[test]
    fn without_its_control_an_audit_is_void() {
        assert_eq!(report(true, Verdict::Green).verdict, Conclusion::Green);
        assert_eq!(report(true, Verdict::Amber).verdict, Conclusion::Amber);
        let void = report(false, Verdict::Green);
        assert_eq!(void.verdict, Conclusion::Void);
        assert!(void.to_text().contains("void"));
    }

    #[test]
    fn no_verdict_promises_more_than_was_tried() {
        for verdict in [Verdict::Green, Verdict::Amber, Verdict::Red] {
            let text = report(true, verdict).to_text().to_lowercase();
            assert!(text.contains("on this sample"));
            for word in ["secure", "anonymous", "ferpa", "compliant"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
