//! `encode` and `resolve`: the data owner's verbs.

use std::path::Path;

use serde_json::json;

use super::args::{Args, Encode, Owner, Resolve};
use super::term::{self, Progress};
use super::{audit, check, keys, plants, reading, release, verify};
use super::{pretty, print};
use crate::error::{Error, Result};
use crate::owner::table::{Field, Mapping, SavedMapping};
use crate::pipeline::encode::{Options, Summary};
use crate::pipeline::files::beside;
use crate::pipeline::{encode as pipeline, resolve as resolving};

pub(super) fn run(verb: &Owner, args: &Args, progress: &Progress) -> Result<()> {
    match verb {
        Owner::Key(v) => keys::key(v, args.quiet),
        Owner::Plants(v) => plants::plants(v, args),
        Owner::Check(v) => check::check(v, args, progress),
        Owner::Encode(v) => encode(v, args, progress),
        Owner::Audit(v) => audit::audit(v, progress),
        Owner::Release(v) => release::release(v, args, progress),
        Owner::VerifyTokens(v) => verify::verify_tokens(v, args, progress),
        Owner::Resolve(v) => resolve(v, args, progress),
    }
}

fn encode(verb: &Encode, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        table: verb.table.clone(),
        project: verb.project.clone(),
        party: verb.party.clone(),
        key: verb.key.clone(),
        ref_key: verb.ref_key.clone(),
        out: verb.out.clone(),
        refs: verb
            .refs
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "refs.csv")),
        rejects: verb
            .rejects
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "rejects.csv")),
        mapping: with_saved(
            verb.reading.mapping(verb.member.name())?,
            verb.mapping.as_deref(),
        )?,
        exclude: verb.opt_outs.exclude(),
        decoys: verb.decoys,
        plants: verb.plants.clone(),
        log: verb.log.logging(),
        require_signatures: verb.require_signatures,
        force: verb.force,
        resume: verb.resume,
        test_seed: verb.test_seed,
    };
    term::warn_of_place(&verb.key);
    if let Some(path) = &verb.ref_key {
        term::warn_of_place(path);
    }
    let summary = pipeline::encode(&options, progress)?;
    progress.done();
    if !args.quiet {
        if summary.resumed > 0 {
            eprintln!(
                "resumed: {} partitions were encoded before",
                summary.resumed
            );
        }
        eprint!("{}", describe(&options, &summary));
    }
    if summary.stable {
        eprintln!(
            "warning: refs and link ids are the same in every round of this project: the operator can join rounds"
        );
    }
    term::warn_of_copies(&options.refs);
    check::warn_of_changes(&summary.header_changes);
    // `--quiet` leaves out the summary, not what is wrong with the table.
    for cut in &summary.cut_columns {
        eprintln!(
            "warning: column \"{}\" seems cut at {} letters ({} rows): ask for an export with whole names",
            cut.header, cut.letters, cut.rows
        );
    }
    let unmet = summary.opt_outs.unmet;
    if unmet > 0 {
        eprintln!(
            "warning: {unmet} of the {} ids in the lists of --exclude are in no row: one that is mistyped leaves nobody out",
            summary.opt_outs.listed
        );
    }
    if verb.json {
        print(&as_json(&summary)?)
    } else {
        Ok(())
    }
}

/// `mapping`, with what the file at `saved` holds where it says nothing.
pub(super) fn with_saved(mapping: Mapping, saved: Option<&Path>) -> Result<Mapping> {
    match saved {
        Some(path) => Ok(mapping.with_saved(SavedMapping::read(path)?)),
        None => Ok(mapping),
    }
}

fn describe(options: &Options, summary: &Summary) -> String {
    let mut text = format!("read as     {}\n", reading::describe(&summary.found));
    for (field, headers) in &summary.columns {
        if field.is_aside() && headers.is_empty() {
            continue;
        }
        let headers: Vec<String> = headers.iter().map(|h| format!("\"{h}\"")).collect();
        let shown = match headers.len() {
            0 if summary.undeclared.contains(field) => {
                "not read: the agreement does not declare it".to_owned()
            }
            0 => "not found".to_owned(),
            _ => headers.join(", "),
        };
        text += &format!("{:<11} {shown}\n", field.name());
    }
    if let Some(format) = &summary.date_format {
        text += &format!("dates       {format}\n");
    }
    if summary.with_alias > 0 {
        text += &format!("aliases     {} records\n", summary.with_alias);
    }
    for (rows, what) in [
        (summary.other_rows, "hold other names of students"),
        (summary.not_students, "are of no students"),
    ] {
        if rows > 0 {
            text += &format!("{rows} more rows {what}\n");
        }
    }
    text += &format!(
        "{} rows read, {} records encoded",
        summary.read, summary.records
    );
    let rejected: u64 = summary.rejected.values().sum();
    text += &format!(", {rejected} rejected");
    if rejected > 0 {
        let reasons: Vec<String> = summary
            .rejected
            .iter()
            .map(|(r, n)| format!("{n} {r}"))
            .collect();
        text += &format!(" ({})", reasons.join(", "));
    }
    text += "\n";
    if options.plants.is_some() {
        text += &format!("{} planted people mixed in\n", summary.planted);
    }
    let opt_outs = &summary.opt_outs;
    if opt_outs.held > 0 && !opt_outs.holds_left_out {
        let columns = summary
            .columns
            .iter()
            .find(|(field, _)| *field == Field::Hold);
        let header = columns.and_then(|(_, headers)| headers.first());
        text += &format!(
            "{} students have an opt-out in \"{}\": --exclude-holds leaves them out\n",
            opt_outs.held,
            header.map_or("", String::as_str)
        );
    }
    if let Some(fingerprint) = &summary.ref_key {
        text += &format!("ref key     {fingerprint}, to be the same in every round\n");
    }
    text += &format!("{} goes to the operator\n", options.out.display());
    text += &format!(
        "{} and {} stay with you\n",
        options.refs.display(),
        options.rejects.display()
    );
    text
}

fn as_json(summary: &Summary) -> Result<String> {
    let columns: serde_json::Map<String, serde_json::Value> = summary
        .columns
        .iter()
        .map(|(field, headers)| {
            let headers = if field.is_alias() {
                json!(headers)
            } else {
                json!(headers.first())
            };
            (field.name().to_owned(), headers)
        })
        .collect();
    let cut: Vec<serde_json::Value> = summary
        .cut_columns
        .iter()
        .map(|c| json!({"column": c.header, "letters": c.letters, "rows": c.rows}))
        .collect();
    let value = json!({
        "read_as": reading::as_json(&summary.found),
        "rows_read": summary.read,
        "records": summary.records,
        "planted": summary.planted,
        "token_rows": summary.rows,
        "rejected": summary.rejected,
        "without_birthdate": summary.no_birthdate,
        "unreadable_birthdate": summary.bad_birthdate,
        "with_alias": summary.with_alias,
        "rows_of_other_names": summary.other_rows,
        "rows_of_no_student": summary.not_students,
        "stable_refs": summary.stable,
        "ref_key": summary.ref_key,
        "opt_outs": {
            "held": summary.opt_outs.held,
            "holds_left_out": summary.opt_outs.holds_left_out,
            "listed": summary.opt_outs.listed,
            "listed_in_no_row": summary.opt_outs.unmet,
        },
        "preset": summary.preset,
        "columns": columns,
        "undeclared": summary.undeclared.iter().map(|f| f.name()).collect::<Vec<_>>(),
        "cut_columns": cut,
        "date_format": summary.date_format,
        "resumed_partitions": summary.resumed,
    });
    pretty(&value)
}

fn resolve(verb: &Resolve, args: &Args, progress: &Progress) -> Result<()> {
    if verb.by.is_none() && verb.reading.is_given() {
        return Err(Error::usage(
            "how a table is read is said, but no table: it is read for --by alone",
        ));
    }
    let mapping = verb.reading.mapping(verb.member.as_deref())?;
    let rates = verb.by.as_ref().zip(verb.table.as_ref());
    let rates = rates.map(|(by, table)| resolving::Rates {
        table: table.clone(),
        by: by.clone(),
        mapping,
        out: verb
            .rates
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "rates.csv")),
    });
    let options = resolving::Options {
        crosswalk: verb.crosswalk.clone(),
        project: verb.project.clone(),
        refs: verb.refs.clone(),
        out: verb.out.clone(),
        plants: verb.plants_out.clone(),
        rates,
        log: verb.log.logging(),
        force: verb.force,
    };
    let (done, groups) = resolving::resolve(&options, progress)?;
    if !args.quiet {
        eprintln!("{} lines, {} of them linked", done.lines, done.linked);
        if done.planted > 0 {
            let to = match &options.plants {
                Some(path) => format!("{} goes to the custodian", path.display()),
                None => "--plants-out writes them for the custodian".to_owned(),
            };
            eprintln!("{} lines of planted people left out: {to}", done.planted);
        }
        if let Some(rates) = &options.rates {
            let out = rates.out.display();
            eprintln!("{out}: match rates of {groups} groups");
        }
    }
    Ok(())
}
