//! Were these token files made with one key, by normalisers and encoders that do the same?

use crate::error::{Error, Result};
use crate::token::{Header, TokenFile, UNCHECKED};

/// Fails unless all of `files` have one version of the normalisation, one linkage key and the same canaries.
///
/// Where one side of the difference is more than half of the files, the message names the parties of the other
/// one; else it names all.
///
/// # Errors
/// [`Class::Mismatch`](crate::error::Class::Mismatch), naming the parties and what differs.
pub(super) fn agree(files: &[&TokenFile]) -> Result<()> {
    expect_one_origin(files)?;
    if let Some(found) = Difference::of(files, |h| h.normalisation) {
        let versions = files.iter().map(|f| {
            let header = f.header();
            format!("by version {} at `{}`", header.normalisation, header.party)
        });
        return Err(Error::mismatch(format!(
            "names were normalised {}",
            enumerate(versions.collect())
        ))
        .at(found.first().path())
        .hint("encode all with the same version of blindlink"));
    }
    if let Some(found) = Difference::of(files, |h| h.key_check) {
        return Err(
            Error::mismatch(found.worded("encoded with", "linkage key", "linkage keys"))
                .at(found.first().path())
                .hint("compare the key fingerprints that `key show` prints at all parties"),
        );
    }
    if let Some(found) = Difference::of(files, |h| h.canaries.is_empty()) {
        let (without, with): (Vec<&TokenFile>, _) = files
            .iter()
            .partition::<Vec<&TokenFile>, _>(|f| f.header().canaries.is_empty());
        let verb = if without.len() == 1 { "has" } else { "have" };
        return Err(Error::mismatch(format!(
            "{} {verb} no canaries, unlike {}: whether its normaliser and encoder do the same cannot be told",
            parties(&without),
            parties(&with)
        ))
        .at(found.first().path())
        .hint("it was made by an earlier version; encode again with this one"));
    }
    if let Some(found) = Difference::of(files, |h| h.canaries.clone()) {
        let (a, b) = (found.first().header(), found.others[0].header());
        return Err(Error::mismatch(format!(
            "{}, although key, schema and version agree: {}",
            found.worded("made", "token of known-answer people", "tokens of known-answer people"),
            differing(a, b)
        ))
        .at(found.first().path())
        .hint(
            "one program was built otherwise or has been changed; encode again everywhere with the same release \
             (docs/spec/canaries.md)",
        ));
    }
    Ok(())
}

/// Fails unless all of `files` were encoded, or all imported, and the imported ones under one linkage schema and secret.
fn expect_one_origin(files: &[&TokenFile]) -> Result<()> {
    let (imported, encoded): (Vec<&TokenFile>, Vec<&TokenFile>) =
        files.iter().partition(|f| f.header().is_imported());
    let were = |files: &[&TokenFile]| match files {
        [_] => "was",
        _ => "were",
    };
    if let ([first, ..], [_, ..]) = (imported.as_slice(), encoded.as_slice()) {
        return Err(Error::mismatch(format!(
            "{} {} imported from CLKs of another program, {} {} encoded by blindlink: their bits mean different things and \
             can never be compared",
            parties(&imported),
            were(&imported),
            parties(&encoded),
            were(&encoded)
        ))
        .at(first.path())
        .hint(
            "import the CLKs of all parties, made under one linkage schema and secret (new parties make theirs with `clk \
             encode`), or encode the tables of all with `encode`",
        ));
    }
    let Some(found) = Difference::of(&imported, |h| h.key_check) else {
        return Ok(());
    };
    let (unchecked, checked): (Vec<&TokenFile>, Vec<&TokenFile>) = imported
        .iter()
        .partition(|f| f.header().key_check == UNCHECKED);
    let error = if unchecked.is_empty() {
        let what = found.worded(
            "used",
            "linkage schema or secret",
            "linkage schemas or secrets",
        );
        Error::mismatch(what).hint(
            "agree on one linkage schema file and one secret, make the CLKs of the odd one again with them, and import \
             them",
        )
    } else {
        Error::mismatch(format!(
            "{} {} imported without linkage schema and secret, unlike {}: whether they used the same cannot be told",
            parties(&unchecked),
            were(&unchecked),
            parties(&checked)
        ))
        .hint("import all with --schema and --secret-file, or all without")
    };
    Err(error.at(found.first().path()))
}

/// Files that do not have a value in common.
struct Difference<'f> {
    /// Those without the value of most; without such a value, all but those that have the first one's.
    odd: Vec<&'f TokenFile>,
    others: Vec<&'f TokenFile>,
    /// Whether the others are more than half.
    is_majority: bool,
}

impl<'f> Difference<'f> {
    fn of<T: PartialEq>(files: &[&'f TokenFile], value: impl Fn(&Header) -> T) -> Option<Self> {
        let with = |this: &T| {
            let is_same = |f: &&&TokenFile| value(f.header()) == *this;
            files.iter().filter(is_same).count()
        };
        let values: Vec<T> = files.iter().map(|f| value(f.header())).collect();
        let most = values.iter().find(|v| 2 * with(v) > files.len());
        let usual = most.or(values.first())?;
        let (others, odd): (Vec<&TokenFile>, Vec<&TokenFile>) =
            files.iter().partition(|f| value(f.header()) == *usual);
        (!odd.is_empty()).then_some(Self {
            odd,
            others,
            is_majority: most.is_some(),
        })
    }

    /// The first file that differs.
    fn first(&self) -> &'f TokenFile {
        self.odd[0]
    }

    /// "`c` encoded with another linkage key than `a` and `b`", or of all "with different linkage keys".
    fn worded(&self, verb: &str, one: &str, several: &str) -> String {
        let (odd, others) = (parties(&self.odd), parties(&self.others));
        if self.is_majority {
            format!("{odd} {verb} another {one} than {others}")
        } else {
            let all: Vec<&TokenFile> = self.others.iter().chain(&self.odd).copied().collect();
            format!("{} {verb} different {several}", parties(&all))
        }
    }
}

/// Which canaries two headers do not share.
fn differing(a: &Header, b: &Header) -> String {
    if a.canaries.len() != b.canaries.len() {
        return format!(
            "`{}` has {}, `{}` {}",
            b.party,
            b.canaries.len(),
            a.party,
            a.canaries.len()
        );
    }
    let pairs = (1..).zip(a.canaries.iter().zip(&b.canaries));
    let numbers = pairs.filter(|(_, (a, b))| a != b).map(|(i, _)| i);
    let numbers: Vec<String> = numbers.map(|i: usize| i.to_string()).collect();
    format!(
        "{} of {} differ, number {}",
        numbers.len(),
        a.canaries.len(),
        enumerate(numbers)
    )
}

fn parties(files: &[&TokenFile]) -> String {
    let name = |f: &&TokenFile| format!("`{}`", f.header().party);
    enumerate(files.iter().map(name).collect())
}

/// "a", "a and b", "a, b and c".
fn enumerate(mut words: Vec<String>) -> String {
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        last
    } else {
        format!("{} and {last}", words.join(", "))
    }
}
