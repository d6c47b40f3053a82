//! `rehearse`: the whole job on made-up students in the party's own export format. `demo` is the same job on
//! tables that come with the program.

use std::path::{Path, PathBuf};

use super::verify::{self, Verified};
use super::{Progress, encode, link, resolve};
use crate::atomic;
use crate::csvfile::{self, CsvReader};
use crate::custody::Logging;
use crate::error::{Error, Result};
use crate::evaluate::{Evaluation, evaluate};
use crate::matcher::report::Report;
use crate::owner::key::LinkageKey;
use crate::owner::table::{Exclude, Form, Mapping, Record, Table};
use crate::project::{Project, new_project};
use crate::synth;
use crate::units::PartyId;

/// What marks a made-up student id.
pub const MADE_UP: &str = "MADE-UP-";

/// What to rehearse.
#[derive(Debug)]
pub struct Options {
    /// The project whose parties and schema are rehearsed; that of two parties with `k12` if not given.
    pub project: Option<PathBuf>,
    /// Whose export is rehearsed.
    pub party: PartyId,
    /// The form of the party's export.
    pub form: Form,
    /// How the party's export is read.
    pub mapping: Mapping,
    /// Made-up records a party.
    pub records: u64,
    /// The folder for all files; made if it is not there.
    pub out: PathBuf,
}

/// The files of a whole job.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) folder: &'a Path,
    /// What the names of all files start with.
    pub(super) prefix: &'static str,
    pub(super) parties: [PartyId; 2],
    pub(super) mappings: [Mapping; 2],
}

/// What a whole job did.
#[derive(Debug)]
pub struct Done {
    /// The parties, the first of the truth's columns first.
    pub parties: [PartyId; 2],
    /// What each encoded.
    pub encoded: Vec<encode::Summary>,
    /// What each found in its token file.
    pub verified: Vec<Verified>,
    /// What the operator found.
    pub report: Report,
    /// How that compares with the truth.
    pub evaluation: Evaluation,
}

/// Makes up students in `options.form` and in a college's form, and links them.
///
/// The project is a copy of the given one with an id of its own, so that no token of the rehearsal can meet a real
/// one; the key is new.
///
/// # Errors
/// As the verbs that it runs; [`Class::Mismatch`](crate::error::Class::Mismatch) if the project does not
/// have the party or no partner for it; [`Class::Io`](crate::error::Class::Io) if a file is there already.
pub fn rehearse(options: &Options, progress: &dyn Progress) -> Result<Done> {
    let o = options;
    let (text, partner) = project(o)?;
    std::fs::create_dir_all(&o.out).map_err(|e| Error::io("create", &o.out, e))?;
    let job = Job {
        folder: &o.out,
        prefix: "rehearsal-",
        parties: [o.party.clone(), partner],
        mappings: [
            o.mapping.clone().with_date_format(o.form.dates()),
            Mapping::default(),
        ],
    };
    make_up(&job, &o.form, o.records, progress)?;
    job.run(&text, progress)
}

/// The text of the rehearsal's project, and the party to link with.
fn project(o: &Options) -> Result<(String, PartyId)> {
    let id = fresh_id()?;
    let Some(path) = &o.project else {
        let other = if o.party.as_str() == "college" {
            "district"
        } else {
            "college"
        };
        let partner: PartyId = other.parse()?;
        let text = new_project(&[o.party.clone(), partner.clone()], "k12", id)?;
        return Ok((text, partner));
    };
    let real = Project::read(path)?;
    real.expect_party(&o.party).map_err(|e| e.at(path))?;
    let partner = real.pairs.iter().find_map(|(a, b)| match () {
        () if *a == o.party => Some(b.clone()),
        () if *b == o.party => Some(a.clone()),
        () => None,
    });
    let partner = partner.ok_or_else(|| {
        Error::mismatch(format!("the project has no pair with party `{}`", o.party)).at(path)
    })?;
    let text = std::fs::read_to_string(path).map_err(|e| Error::io("read", path, e))?;
    let id = format!("id = \"{}\"", crate::units::hex(&id));
    let is_id = |l: &str| l.split('=').next().is_some_and(|k| k.trim() == "id");
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(line) = lines.iter_mut().find(|l| is_id(l)) {
        *line = &id;
    }
    let text = lines.join("\n") + "\n";
    if Project::parse(&text).map_err(|e| e.at(path))?.id == real.id {
        return Err(Error::input(
            path,
            "expected the project's id on a line of its own",
        ));
    }
    Ok((text, partner))
}

/// 16 random bytes for a project.
pub(super) fn fresh_id() -> Result<[u8; 16]> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Ok(id)
}

/// Writes the tables of both parties and their truth.
fn make_up(job: &Job<'_>, form: &Form, records: u64, progress: &dyn Progress) -> Result<()> {
    let made = tempfile::tempdir().map_err(|e| Error::io("write", std::env::temp_dir(), e))?;
    let [first, second] = &job.parties;
    let targets = [job.table(first), job.table(second), job.at("truth.csv")];
    let targets: Vec<&Path> = targets.iter().map(PathBuf::as_path).collect();
    super::files::check_outputs(&[], &targets, false)?;
    let seed = u64::from(u32::from_le_bytes(
        fresh_id()?[..4].try_into().unwrap_or([1; 4]),
    ));
    let summary = synth::generate(
        &synth::Options {
            parties: 2,
            records,
            profile: synth::Profile::Typical,
            seed,
            out: made.path().to_path_buf(),
            force: false,
        },
        &|done, total| progress.at("make up", done, total),
    )?;
    let marked = |id: &str| format!("{MADE_UP}{id}");
    for (i, party) in summary.parties.iter().enumerate() {
        let rows = Table::open(&party.path, &Mapping::default())?.records();
        let mut rows: Vec<Record> = rows.collect::<Result<_>>()?;
        for row in &mut rows {
            row.student_id = marked(&row.student_id);
        }
        let partners = Form::of_table(&party.path, &Mapping::default())?;
        let form = if i == 0 { form } else { &partners };
        atomic::write(targets[i], &form.write(&rows)?)?;
    }
    let mut truth = Vec::new();
    let mut reader = CsvReader::open_pairs(&summary.truth[0].path)?;
    while reader.advance()? {
        truth.push([marked(reader.cell(0)), marked(reader.cell(1))]);
    }
    csvfile::write(targets[2], &["id_a", "id_b"], |out| {
        truth.iter().try_for_each(|pair| out.row(pair))
    })
}

impl Job<'_> {
    /// A file of the job.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}{name}", self.prefix))
    }

    /// Where the operator works: the owners' files are not in it.
    fn operator(&self) -> PathBuf {
        self.at("operator")
    }

    fn table(&self, party: &PartyId) -> PathBuf {
        self.at(&format!("{party}.csv"))
    }

    /// Runs project, key, encode, verify-tokens, match, resolve and evaluate on the tables that are there, under the
    /// project file `project`.
    pub(super) fn run(self, project: &str, progress: &dyn Progress) -> Result<Done> {
        let at = |name: &str| self.at(name);
        super::files::check_outputs(&[], &[&at("project.toml")], false)?;
        atomic::write(at("project.toml"), project.as_bytes())?;
        LinkageKey::random()?.write_new(&at("linkage.key"))?;
        let is_stable = Project::parse(project)?.stable_link_ids;
        let operator = self.operator();
        std::fs::create_dir_all(&operator).map_err(|e| Error::io("create", &operator, e))?;
        let (mut encoded, mut verified) = (Vec::new(), Vec::new());
        for (party, mapping) in self.parties.iter().zip(&self.mappings) {
            let ref_key = is_stable.then(|| at(&format!("{party}.ref.key")));
            if let Some(path) = &ref_key {
                LinkageKey::random()?.write_new(path)?;
            }
            let options = encode::Options {
                table: self.table(party),
                project: at("project.toml"),
                party: party.clone(),
                key: at("linkage.key"),
                ref_key,
                out: operator.join(format!("{party}.tokens")),
                refs: at(&format!("{party}.refs.csv")),
                rejects: at(&format!("{party}.rejects.csv")),
                mapping: mapping.clone(),
                exclude: Exclude::default(),
                log: Logging::Off,
                require_signatures: false,
                force: false,
                decoys: false,
                plants: None,
                resume: false,
                test_seed: None,
            };
            encoded.push(encode::encode(&options, progress)?);
            let found = verify::verify(
                &verify::Options {
                    tokens: options.out,
                    against: options.table,
                    mapping: options.mapping,
                    project: Some(options.project),
                    manifest: None,
                    refs: Some(options.refs),
                    html: None,
                    force: false,
                },
                progress,
            )?;
            verified.push(found);
        }
        let results = operator.join("results");
        let report = link::link(
            &link::Options {
                tokens: self
                    .parties
                    .iter()
                    .map(|p| operator.join(format!("{p}.tokens")))
                    .collect(),
                project: at("project.toml"),
                out: results.clone(),
                watched: vec![self.operator()],
                threshold: None,
                duplicates: false,
                decoys: Vec::new(),
                approximate: None,
                block_pairs: link::BLOCK_PAIRS,
                memory: None,
                resume: false,
                log: Logging::Off,
                require_signatures: false,
                force: false,
                instructions: None,
            },
            progress,
        )?;
        let refs = self
            .parties
            .each_ref()
            .map(|p| at(&format!("{p}.refs.csv")));
        for (party, refs) in self.parties.iter().zip(&refs) {
            let options = resolve::Options {
                crosswalk: results.join(format!("crosswalk-{party}.csv")),
                project: Some(at("project.toml")),
                refs: refs.clone(),
                out: at(&format!("{party}-links.csv")),
                plants: None,
                rates: None,
                log: Logging::Off,
                force: false,
            };
            resolve::resolve(&options, progress)?;
        }
        let evaluation = evaluate(&results, &refs[0], &refs[1], &at("truth.csv"))?;
        Ok(Done {
            parties: self.parties,
            encoded,
            verified,
            report,
            evaluation,
        })
    }
}
