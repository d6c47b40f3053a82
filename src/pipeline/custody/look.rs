//! What a single file is, and of which project.
//!
//! A token file, a manifest, a results folder and what an unfinished run has left name their project themselves. A
//! ref map or a crosswalk is of the project whose token file has all its record refs. Anything is of the project in
//! whose log its hash stands. A list of rejected rows has nothing in it but line numbers: it goes by its name beside
//! its token file. What cannot be known this way is told as such.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::survey::{Context, Holding, LOG, REPORT, Survey, is_leftover, name_of};
use super::{kind, secrets};
use crate::atomic::digest_of;
use crate::csvfile::{CLUSTERS, CsvReader, DUPLICATES, REFS_COLUMNS, REJECTS_COLUMNS};
use crate::custody::{Action, Entry, FileFacts, tombstone};
use crate::error::Result;
use crate::release::Manifest;
use crate::release::seal::Sealed as _;
use crate::token::TokenFile;
use crate::units::{Fingerprint, RecordRef, hex, unhex};

const RUN: &str = "run.json";
/// What a receipt names itself.
const RECEIPT: &str = "blindlink-receipt-1";
/// Most bytes of a header or a report that is read: larger ones are none of ours.
const MOST: u64 = 16 << 20;

/// A token file that others are known by.
struct Tokens {
    path: PathBuf,
    project: Fingerprint,
    party: String,
    round: String,
    refs: Vec<RecordRef>,
}

/// What files are known by.
pub(super) struct Look<'c> {
    /// The last entry of each hash.
    logged: BTreeMap<Fingerprint, &'c Entry>,
    /// Key checks, with the project that each is of.
    checks: BTreeSet<(Fingerprint, [u8; 16])>,
    tokens: Vec<Tokens>,
    context: &'c Context,
}

impl<'c> Look<'c> {
    /// By project files and logs alone, so far; token files that are looked at add to it.
    pub(super) fn new(context: &'c Context) -> Self {
        let mut look = Self {
            logged: BTreeMap::new(),
            checks: BTreeSet::new(),
            tokens: Vec::new(),
            context,
        };
        for (entry, file) in context.entries() {
            if !matches!(
                entry.action,
                Action::Destroying | Action::Destroyed | Action::Noted
            ) {
                look.logged.insert(file.blake3, entry);
            }
            if let Some(check) = file.key_check.as_deref().and_then(unhex) {
                look.checks.insert((entry.project, check));
            }
        }
        look
    }
}

impl Look<'_> {
    /// A holding of which the log may know the rest.
    fn holding(&self, path: PathBuf, kind: &str) -> Result<Holding> {
        let digest = digest_of(&path)?;
        let entry = self.logged.get(&digest.blake3);
        let modified = path.metadata().and_then(|m| m.modified()).ok();
        Ok(Holding {
            file: super::facts(&path, kind, digest),
            path,
            project: entry.map(|e| e.project),
            party: entry.and_then(|e| e.party.clone()),
            round: entry.map(|e| e.round.clone()),
            rows: entry.and_then(|e| e.rows),
            modified,
            is_logged: entry.is_some(),
        })
    }

    /// Enters a Parquet file into what was `found`.
    pub(super) fn token_file(&mut self, path: PathBuf, found: &mut Survey) -> Result<()> {
        let Ok(file) = TokenFile::open(&path) else {
            found.left(
                &path,
                "is a Parquet file and no token file, or a damaged one",
            );
            return Ok(());
        };
        let header = file.header().clone();
        let mut holding = self.holding(path, kind::TOKENS)?;
        holding.file.key_check = Some(hex(&header.key_check));
        holding.project = Some(header.project);
        holding.party = Some(header.party.to_string());
        holding.round = Some(header.round.clone());
        holding.rows = Some(header.records);
        self.checks.insert((header.project, header.key_check));
        self.tokens.push(Tokens {
            path: holding.path.clone(),
            project: header.project,
            party: header.party.to_string(),
            round: header.round,
            refs: file.refs()?.0,
        });
        found.holdings.push(holding);
        Ok(())
    }

    /// Enters any other file, which begins with `head`, into what was `found`.
    pub(super) fn file(&mut self, path: PathBuf, head: &[u8], found: &mut Survey) -> Result<()> {
        let name = name_of(&path);
        let folder = path.parent().unwrap_or(Path::new(""));
        if let Some(stone) = tombstone(&name) {
            found.stones.push((path, stone));
            return Ok(());
        }
        if name_of(folder).ends_with(".partial") {
            return self.checkpoint(path, found);
        }
        if is_leftover(&name) || is_leftover(&name_of(folder)) {
            found.leftovers.push(path);
            return Ok(());
        }
        if let Some(found_kind) =
            crate::identity::secret_kind(head, path.metadata().map_or(0, |m| m.len()))
        {
            return self.secret(path, found_kind, found);
        }
        if is_result(&name) && folder.join(REPORT).is_file() {
            return self.result(path, found);
        }
        let first = head.split(|b| *b == b'\n').next().unwrap_or_default();
        let first = std::str::from_utf8(first).unwrap_or_default().trim_end();
        if first == REFS_COLUMNS.join(",") {
            return self.of_refs(path, kind::REFS, found);
        }
        if first.starts_with("record_ref,link_id,status") {
            return self.of_refs(path, kind::CROSSWALK, found);
        }
        if first == REJECTS_COLUMNS.join(",") {
            return self.rejects(path, found);
        }
        if name.ends_with(".release.json")
            && let Ok(manifest) = Manifest::read(&path)
        {
            let mut holding = self.holding(path, kind::MANIFEST)?;
            holding.project = Some(manifest.project);
            holding.party = Some(manifest.party.to_string());
            holding.round = Some(manifest.round);
            holding.rows = Some(manifest.records);
            found.holdings.push(holding);
            return Ok(());
        }
        if name.ends_with(".json")
            && let Some(receipt) = json(&path).filter(|r| r["format"] == RECEIPT)
        {
            let mut holding = self.holding(path, kind::RECEIPT)?;
            let text = |key: &str| receipt[key].as_str();
            holding.project = text("project").and_then(|p| p.parse().ok());
            holding.party = text("party").map(str::to_owned);
            holding.round = text("round").map(str::to_owned);
            found.holdings.push(holding);
            return Ok(());
        }
        self.any(&path, found)
    }

    /// A file that only the log can tell about.
    fn any(&self, path: &Path, found: &mut Survey) -> Result<()> {
        let name = name_of(path);
        if name.ends_with(LOG) || name.ends_with(".toml") || name.ends_with(".toml.sigs") {
            found.left(
                path,
                "is a log, a project file or its signatures: kept as a record",
            );
            return Ok(());
        }
        // Tables may be large: only a file of the right size can be the one in the log.
        let size = path.metadata().map_or(0, |m| m.len());
        if self
            .logged
            .values()
            .any(|e| e.file.as_ref().is_some_and(|f| f.bytes == size))
        {
            let mut holding = self.holding(path.to_path_buf(), kind::OTHER)?;
            if let Some(entry) = self.logged.get(&holding.file.blake3) {
                let kind = entry.file.as_ref().map(|f| f.kind.clone());
                holding.file.kind = kind.unwrap_or_default();
                found.holdings.push(holding);
                return Ok(());
            }
        }
        found.left(path, "is of no project, as far as can be known");
        Ok(())
    }

    /// A file of record refs: of the token file that has all of them.
    fn of_refs(&self, path: PathBuf, kind: &str, found: &mut Survey) -> Result<()> {
        let mut holding = self.holding(path, kind)?;
        let Ok(refs) = refs_of(&holding.path) else {
            found.left(
                &holding.path,
                "begins as a file of record refs and is none, or a damaged one",
            );
            return Ok(());
        };
        holding.rows.get_or_insert(refs.len() as u64);
        let has_all = |t: &&Tokens| refs.iter().all(|r| t.refs.binary_search(r).is_ok());
        if let Some(tokens) = self
            .tokens
            .iter()
            .find(has_all)
            .filter(|_| !refs.is_empty())
        {
            holding.project = Some(tokens.project);
            holding.party = Some(tokens.party.clone());
            holding.round = Some(tokens.round.clone());
        }
        found.holdings.push(holding);
        Ok(())
    }

    fn rejects(&self, path: PathBuf, found: &mut Survey) -> Result<()> {
        let mut holding = self.holding(path, kind::REJECTS)?;
        let tokens = self
            .tokens
            .iter()
            .find(|t| t.path.with_extension("rejects.csv") == holding.path);
        if let Some(tokens) = tokens {
            holding.project = Some(tokens.project);
            holding.party = Some(tokens.party.clone());
            holding.round = Some(tokens.round.clone());
        } else if !self.is_logged_as(&holding) {
            // Without a line in it, it is the same as any other.
            (holding.project, holding.party, holding.round) = (None, None, None);
        }
        found.holdings.push(holding);
        Ok(())
    }

    /// Whether the log has the file under its name.
    fn is_logged_as(&self, holding: &Holding) -> bool {
        let is = |f: &FileFacts| f.blake3 == holding.file.blake3 && f.name == holding.file.name;
        self.context.entries().any(|(_, f)| is(f))
    }

    fn secret(&self, path: PathBuf, what: &str, found: &mut Survey) -> Result<()> {
        if what == secrets::IDENTITY {
            found.left(
                &path,
                "is an identity: it belongs to a person, not to a project",
            );
            return Ok(());
        }
        if what == secrets::SEALED {
            let mut holding = self.holding(path, kind::SEALED)?;
            if let Some(project) = secrets::project_of_sealed(&holding.path) {
                holding.project = Some(project);
            }
            found.holdings.push(holding);
            return Ok(());
        }
        let mut holding = self.holding(path, kind::KEY)?;
        for project in &self.context.projects {
            let of_project = self
                .checks
                .iter()
                .filter(|(p, _)| *p == project.fingerprint);
            let mut checks = of_project.map(|(_, check)| *check).peekable();
            if checks.peek().is_some()
                && let Ok(check) = secrets::key_check(project, &holding.path)
                && checks.any(|c| c == check)
            {
                holding.project = Some(project.fingerprint);
            }
        }
        found.holdings.push(holding);
        Ok(())
    }

    fn checkpoint(&self, path: PathBuf, found: &mut Survey) -> Result<()> {
        let name = name_of(&path);
        let run = json(&path.with_file_name(RUN));
        let subject = run.as_ref().map(|r| &r["subject"]);
        let text = |key: &str| subject.and_then(|s| s[key].as_str());
        let is_part = name == RUN || name.starts_with("part-") || is_leftover(&name);
        let Some(project) = text("project")
            .and_then(|p| p.parse().ok())
            .filter(|_| is_part)
        else {
            found.left(
                &path,
                "lies in a folder of an unfinished run and names no project",
            );
            return Ok(());
        };
        let mut holding = self.holding(path, kind::CHECKPOINT)?;
        holding.project = Some(project);
        holding.party = text("party").map(str::to_owned);
        found.holdings.push(holding);
        Ok(())
    }

    fn result(&self, path: PathBuf, found: &mut Survey) -> Result<()> {
        let report = json(&path.with_file_name(REPORT));
        let project = report.as_ref().and_then(|r| r["project"].as_str());
        let project: Option<Fingerprint> = project.and_then(|p| p.parse().ok());
        let name = name_of(&path);
        let kind = match name.starts_with("crosswalk-") {
            true if name.ends_with(".json") => kind::RECEIPT,
            true => kind::CROSSWALK,
            false => kind::RESULTS,
        };
        let mut holding = self.holding(path, kind)?;
        holding.project = project.or(holding.project);
        if holding.rows.is_none() && name.ends_with(".csv") {
            holding.rows = rows_of(&holding.path);
        }
        found.holdings.push(holding);
        Ok(())
    }
}

/// The value of a JSON file that is not too large, if it is one.
fn json(path: &Path) -> Option<serde_json::Value> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Whether a match writes a file of this name.
fn is_result(name: &str) -> bool {
    ["links.csv", "pairs.csv", REPORT, DUPLICATES, CLUSTERS].contains(&name)
        || name.starts_with("crosswalk-") && (name.ends_with(".csv") || name.ends_with(".json"))
}

/// The record refs of a ref map or a crosswalk.
fn refs_of(path: &Path) -> Result<Vec<RecordRef>> {
    let mut reader = CsvReader::open(path, &["record_ref"])?;
    let mut refs = Vec::new();
    while reader.advance()? {
        refs.push(reader.cell(0).parse()?);
    }
    Ok(refs)
}

/// The rows of a table of ours, if it is whole.
fn rows_of(path: &Path) -> Option<u64> {
    let mut reader = CsvReader::open(path, &[]).ok()?;
    let mut rows = 0;
    while reader.advance().ok()? {
        rows += 1;
    }
    Some(rows)
}
