//! `clk match`: files of CLKs into what an anonlink entity service gives.

use std::path::PathBuf;

use crate::clk::{Clks, read_json};
use crate::error::{Error, Result};
use crate::pipeline::Progress;
use crate::pipeline::files::check_outputs;

/// What to match, and where to.
#[derive(Debug)]
pub struct Options {
    /// The files of CLKs, one a party: the first is dataset 0.
    pub files: Vec<PathBuf>,
    /// The Dice coefficient from which a pair counts, from 0 to 1.
    pub threshold: f64,
    /// The file for the result.
    pub out: PathBuf,
    /// Replace a result that exists.
    pub force: bool,
}

/// What a match was of.
#[derive(Debug, serde::Serialize)]
pub struct Summary {
    /// Records of each party.
    pub records: Vec<u64>,
}

/// Matches files of CLKs.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) as of [`read_json`]; [`Class::Mismatch`](crate::error::Class::Mismatch) if CLKs of two
/// files are of different lengths; [`Class::Io`](crate::error::Class::Io).
pub fn link(options: &Options, progress: &dyn Progress) -> Result<Summary> {
    let inputs: Vec<_> = options.files.iter().map(PathBuf::as_path).collect();
    check_outputs(&inputs, &[&options.out], options.force)?;
    let mut parties: Vec<Clks> = Vec::new();
    for (i, file) in options.files.iter().enumerate() {
        progress.at("reading", i as u64, options.files.len() as u64);
        let clks = read_json(file)?;
        if let Some(first) = parties.first().filter(|first| first.bits() != clks.bits()) {
            return Err(Error::mismatch(format!(
                "CLKs of {} bits, those of the first file have {}",
                clks.bits(),
                first.bits()
            ))
            .at(file));
        }
        parties.push(clks);
    }
    Ok(Summary {
        records: parties.iter().map(|p| p.len() as u64).collect(),
    })
}
