//! `clk export`: the one filter of each record of a token file, as CLKs of another program.

use std::path::PathBuf;

use crate::clk::{self, Clks};
use crate::error::{Error, Result};
use crate::pipeline::Progress;
use crate::pipeline::files::check_outputs;
use crate::token::TokenFile;
use crate::units::{PartyId, hex};

/// What to export, and where to.
#[derive(Debug)]
pub struct Export {
    /// The token file.
    pub tokens: PathBuf,
    /// The file to write.
    pub out: PathBuf,
    /// How it is written.
    pub form: Form,
    /// Replace a file that exists.
    pub force: bool,
}

/// How exported CLKs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `{"clks": [...]}`, as clkhash and anonlink have it.
    Clkhash,
    /// FABLE's table `id,value`, in which the ids are record refs.
    Fable,
    /// The bytes of one CLK after the other, as the entity service takes them.
    Binary,
}

/// What [`export`] did.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The party whose records they are.
    pub party: PartyId,
    /// CLKs written.
    pub records: u64,
    /// Bits of each.
    pub bits: usize,
    /// Records without a filter, written as CLKs without a bit.
    pub empty: u64,
    /// Whether the tokens had been imported, so that these are another program's bits.
    pub is_imported: bool,
}

/// Writes the filters of a token file in the order of the file, which is that of the refs. Bytes are as they are in the token
/// file.
///
/// # Privacy
/// A CLK file says nothing of project, party or key: whoever gets it cannot tell what it may be compared with.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a file that is damaged; [`Class::Mismatch`](crate::error::Class::Mismatch) if its
/// tokens are not one filter a record with everybody in one block, or if they are of decoys;
/// [`Class::Io`](crate::error::Class::Io).
pub fn export(options: &Export, progress: &dyn Progress) -> Result<Exported> {
    let o = options;
    check_outputs(&[&o.tokens], &[&o.out], o.force)?;
    let file = TokenFile::open(&o.tokens)?;
    let header = file.header();
    let columns = file.columns();
    let [_, (_, width)] = columns.as_slice() else {
        return Err(not_classic(&columns).at(&o.tokens));
    };
    if header.records != header.rows || !file.is_classic()? {
        return Err(not_classic(&columns).at(&o.tokens));
    }
    if header.decoys {
        return Err(Error::mismatch(
            "the file holds decoys, to whom every link is false; CLKs could not tell that",
        )
        .at(&o.tokens)
        .hint("export the file of the people themselves"));
    }
    let (zeros, mut empty) = (vec![0; *width], 0);
    let (mut clks, mut ids) = (Clks::new(8 * width)?, Vec::new());
    file.each_row(&[0, 2], |row, values| {
        match values[1] {
            Some(filter) => clks.push(filter),
            None => {
                clks.push(&zeros);
                empty += 1;
            }
        }
        if o.form == Form::Fable {
            ids.push(hex(values[0].unwrap_or_default()));
        }
        if row.is_multiple_of(1 << 16) {
            progress.at("read", row, header.rows);
        }
        Ok(())
    })?;
    match o.form {
        Form::Clkhash => clk::write_json(&o.out, &clks)?,
        Form::Fable => clk::write_fable(&o.out, &clks.with_ids(ids))?,
        Form::Binary => clk::write_binary(&o.out, &clks)?,
    }
    Ok(Exported {
        party: header.party.clone(),
        records: header.records,
        bits: 8 * width,
        empty,
        is_imported: header.is_imported(),
    })
}

/// The error for a token file of a schema that has no CLKs.
fn not_classic(columns: &[(String, usize)]) -> Error {
    let blocks = columns.iter().filter(|(name, _)| name.ends_with(".block"));
    let blocks = blocks.count();
    Error::mismatch(format!(
        "a CLK is one filter a record, and all are compared with all; this file has {blocks} passes and {} filters, or keyed \
         blocks",
        columns.len() - blocks
    ))
    .hint("only token files of a schema such as `clk` can be exported; compare this one by `match`")
}
