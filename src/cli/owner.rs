//! `encode` and `resolve`: the data owner's verbs.

use serde_json::json;

use super::args::{Args, Encode, Resolve};
use super::print;
use super::term::{self, Progress};
use crate::error::{Error, Result};
use crate::owner::table::{DateFormat, Delimiter, Mapping};
use crate::pipeline::encode::{Options, Summary};
use crate::pipeline::files::beside;
use crate::pipeline::{encode as pipeline, resolve as resolving};

pub(super) fn encode(verb: &Encode, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        table: verb.table.clone(),
        project: verb.project.clone(),
        party: verb.party.clone(),
        key: verb.key.clone(),
        out: verb.out.clone(),
        refs: verb
            .refs
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "refs.csv")),
        rejects: verb
            .rejects
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "rejects.csv")),
        mapping: mapping(&verb.map, verb.date_format, verb.delimiter)?,
        decoys: verb.decoys,
        force: verb.force,
        resume: verb.resume,
        test_seed: verb.test_seed,
    };
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
    term::warn_of_copies(&options.refs);
    // `--quiet` leaves out the summary, not what is wrong with the table.
    for cut in &summary.cut_columns {
        eprintln!(
            "warning: column \"{}\" seems cut at {} letters ({} rows): ask for an export with whole names",
            cut.header, cut.letters, cut.rows
        );
    }
    if verb.json {
        print(&as_json(&summary)?)
    } else {
        Ok(())
    }
}

/// What the options on columns say together.
pub(super) fn mapping(
    maps: &[String],
    date_format: Option<DateFormat>,
    delimiter: Option<Delimiter>,
) -> Result<Mapping> {
    let mut mapping = Mapping::default();
    for argument in maps {
        mapping.map(argument)?;
    }
    if let Some(format) = date_format {
        mapping = mapping.with_date_format(format);
    }
    if let Some(delimiter) = delimiter {
        mapping = mapping.with_delimiter(delimiter);
    }
    Ok(mapping)
}

fn describe(options: &Options, summary: &Summary) -> String {
    let mut text = String::new();
    for (field, headers) in &summary.columns {
        if field.is_aside() && headers.is_empty() {
            continue;
        }
        let headers: Vec<String> = headers.iter().map(|h| format!("\"{h}\"")).collect();
        let shown = match headers.len() {
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
    text += &format!("\n{} goes to the operator\n", options.out.display());
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
        "rows_read": summary.read,
        "records": summary.records,
        "token_rows": summary.rows,
        "rejected": summary.rejected,
        "without_birthdate": summary.no_birthdate,
        "unreadable_birthdate": summary.bad_birthdate,
        "with_alias": summary.with_alias,
        "columns": columns,
        "cut_columns": cut,
        "date_format": summary.date_format,
        "resumed_partitions": summary.resumed,
    });
    pretty(&value)
}

/// A value as indented JSON with a line end.
pub(super) fn pretty(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|_| Error::internal("a result has no JSON form"))
}

pub(super) fn resolve(verb: &Resolve, args: &Args) -> Result<()> {
    let rates = verb.by.as_ref().zip(verb.table.as_ref());
    let rates = rates.map(|(by, table)| resolving::Rates {
        table: table.clone(),
        by: by.clone(),
        maps: verb.map.clone(),
        out: verb
            .rates
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "rates.csv")),
    });
    let options = resolving::Options {
        crosswalk: verb.crosswalk.clone(),
        refs: verb.refs.clone(),
        out: verb.out.clone(),
        rates,
        force: verb.force,
    };
    let (done, groups) = resolving::resolve(&options)?;
    if !args.quiet {
        eprintln!("{} lines, {} of them linked", done.lines, done.linked);
        if let Some(rates) = &options.rates {
            let out = rates.out.display();
            eprintln!("{out}: match rates of {groups} groups");
        }
    }
    Ok(())
}
