//! `clk encode`.

use std::io::IsTerminal as _;
use std::path::Path;

use dialoguer::Password;
use dialoguer::theme::SimpleTheme;
use zeroize::Zeroizing;

use crate::cli::args::{Args, ClkEncode};
use crate::cli::term::{self, Progress};
use crate::error::{Error, Result};
use crate::owner::clkhash::{FoldRule, Header, Secret};
use crate::pipeline::clk::encode::{self as pipeline, Options, Summary};

pub(super) fn encode(verb: &ClkEncode, args: &Args, progress: &Progress) -> Result<()> {
    let options = Options {
        table: verb.table.clone(),
        schema: verb.schema.clone(),
        out: verb.out.clone(),
        header: match (verb.no_header, verb.no_check_header) {
            (true, _) => Header::Absent,
            (_, true) => Header::Skipped,
            _ => Header::Checked,
        },
        validate: !verb.no_validate,
        allow_unknown_keys: verb.keys.allow_unknown_keys,
        folds: match verb.honour_xor_folds {
            true => FoldRule::Honour,
            false => FoldRule::AsClkhash,
        },
        force: verb.force,
    };
    let secret = || secret_of(verb.secret_file.as_deref());
    let summary = pipeline::encode(&options, secret, progress)?;
    progress.done();
    // `--quiet` leaves out the summary, not what is wrong with a schema.
    warn(&verb.schema, &summary.notes);
    if summary.has_mark {
        eprintln!(
            "warning: {}: it starts with a byte order mark, which was passed over; clkhash would refuse its header, or take the \
             mark for a part of the first cell",
            verb.table.display()
        );
    }
    if !args.quiet {
        eprint!("{}", describe(&options, &summary));
    }
    Ok(())
}

/// Warns of what of the schema at `path` was not acted on.
pub(super) fn warn(path: &Path, notes: &[String]) {
    for note in notes {
        eprintln!("warning: {}: {note}", path.display());
    }
}

fn describe(options: &Options, summary: &Summary) -> String {
    let (encoded, all) = summary.columns;
    let folded = match summary.folds {
        0 => String::new(),
        n => format!(", folded {n} times"),
    };
    format!(
        "schema      version {}, {encoded} of {all} columns encoded\n\
         CLKs        {} of {} bits{folded}, in the order of the table\n\
         {}: names and birthdates are not in it; CLKs are still personal data\n",
        summary.version,
        summary.records,
        summary.bits,
        options.out.display()
    )
}

/// The secret in a file or on standard input; on a terminal it is asked for.
pub(super) fn secret_of(file: Option<&Path>) -> Result<Secret> {
    match file {
        Some(path) if path == Path::new("-") => {
            Secret::from_reader(std::io::stdin().lock(), Path::new("standard input"))
        }
        Some(path) => {
            term::warn_of_place(path);
            Secret::read(path)
        }
        None if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() => asked(),
        None => Err(
            Error::usage("no secret is given, and there is no terminal to ask for it")
                .hint("--secret-file FILE, or --secret-file - for standard input"),
        ),
    }
}

fn asked() -> Result<Secret> {
    let typed = Password::with_theme(&SimpleTheme)
        .with_prompt("Secret of the data owners, which is not shown")
        .with_confirmation("The same again", "they differ")
        .interact()
        .map_err(|dialoguer::Error::IO(e)| Error::io("read the answer", "the terminal", e))?;
    let typed = Zeroizing::new(typed.into_bytes());
    Secret::new(typed, Path::new("the terminal"))
}
