//! `clk import` and `clk export`.

#[cfg(feature = "owner")]
use super::encode::secret_of;
#[cfg(feature = "owner")]
use crate::cli::args::ClkImport;
use crate::cli::args::{Args, ClkExport, ExportFormat};
use crate::cli::term::{self, Progress};
use crate::error::Result;
use crate::pipeline::clk::transfer::{Export, Exported, Form, export as run_export};
#[cfg(feature = "owner")]
use crate::pipeline::clk::transfer::{Import, Imported, Linkage, Named, import as run_import};
#[cfg(feature = "owner")]
use crate::pipeline::files::beside;

/// That rows are all that joins a ref map to a table.
#[cfg(feature = "owner")]
const BY_ROW: &str = "warning: the CLKs have no ids, so that records are numbered by their order in the file: 1 is the first row \
below the header of the table that was encoded. A table that was sorted, filtered or exported again since then gives the wrong \
people; give the very table that was encoded by --ids TABLE --id-column HEADER, or keep it unchanged";

#[cfg(feature = "owner")]
pub(super) fn import(verb: &ClkImport, args: &Args, progress: &Progress) -> Result<()> {
    let linkage = match &verb.schema {
        None => None,
        Some(schema) => Some(Linkage {
            schema: schema.clone(),
            secret: secret_of(verb.secret_file.as_deref())?,
        }),
    };
    let options = Import {
        clks: verb.clks.clone(),
        format: verb.form.format.into(),
        hash_size: verb.form.hash_size,
        project: verb.project.clone(),
        party: verb.party.clone(),
        out: verb.out.clone(),
        refs: verb
            .refs
            .clone()
            .unwrap_or_else(|| beside(&verb.out, "refs.csv")),
        ids: verb.ids.clone().zip(verb.id_column.clone()),
        linkage,
        log: verb.log.logging(),
        require_signatures: verb.require_signatures,
        force: verb.force,
    };
    let found = run_import(&options, progress)?;
    progress.done();
    if found.named == Named::ByRow {
        eprintln!("{BY_ROW}");
    }
    if !args.quiet {
        eprint!("{}", imported(&options, found));
    }
    term::warn_of_copies(&options.refs);
    Ok(())
}

#[cfg(feature = "owner")]
fn imported(o: &Import, found: Imported) -> String {
    let mut text = format!(
        "imported    {} CLKs of {} bits as records of {}\n",
        found.records, found.bits, o.party
    );
    if found.empty > 0 {
        text += &format!(
            "empty       {} of them have no bit set: they are kept, and are linked with nobody\n",
            found.empty
        );
    }
    if found.has_blocks {
        text += "blocks      those of the file are not used: in a project everybody is compared with everybody\n";
    }
    text += &format!(
        "compared    {}\n",
        if found.is_checked {
            "a file of another linkage schema or secret will be refused"
        } else {
            "not with the others' linkage schema and secret: --schema and --secret-file do that, at all parties"
        }
    );
    text += &format!(
        "{} goes to the operator; {} stays with you\n",
        o.out.display(),
        o.refs.display()
    );
    text
}

pub(super) fn export(verb: &ClkExport, args: &Args, progress: &Progress) -> Result<()> {
    let options = Export {
        tokens: verb.tokens.clone(),
        out: verb.out.clone(),
        form: match verb.format {
            ExportFormat::Clkhash => Form::Clkhash,
            ExportFormat::Fable => Form::Fable,
            ExportFormat::Binary => Form::Binary,
        },
        force: verb.force,
    };
    let found = run_export(&options, progress)?;
    progress.done();
    term::warn_of_classic();
    if !args.quiet {
        eprint!("{}", exported(&options, &found));
    }
    Ok(())
}

fn exported(o: &Export, found: &Exported) -> String {
    let mut text = format!(
        "exported    {} CLKs of {} bits of {}\n",
        found.records, found.bits, found.party
    );
    if found.empty > 0 {
        text += &format!(
            "empty       {} records have no filter: no bit is set in their CLKs\n",
            found.empty
        );
    }
    text += match o.form {
        Form::Fable => "order       ascending by record ref, which is the id\n",
        Form::Clkhash | Form::Binary => {
            "order       ascending by record ref: the first CLK is of the smallest ref. It is not the order of any table\n"
        }
    };
    if !found.is_imported {
        text += "origin      encoded by blindlink: not to be compared with CLKs that another program made\n";
    }
    text
}
