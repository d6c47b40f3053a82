//! `clk validate-schema` and `clk convert-schema`.

use super::encode::warn;
use crate::cli::args::{ClkConvert, ClkValidate};
use crate::cli::print;
use crate::error::Result;
use crate::pipeline::clk::schema::{self as pipeline, Conversion};

pub(super) fn validate(verb: &ClkValidate) -> Result<()> {
    let schema = pipeline::validate(&verb.schema, verb.keys.allow_unknown_keys)?;
    warn(&verb.schema, schema.notes());
    print(&format!(
        "{}: a good schema of version {}: {} of {} columns are encoded, into {} bits\n",
        verb.schema.display(),
        schema.version().number(),
        schema.encoded(),
        schema.columns().len(),
        schema.bits()
    ))
}

pub(super) fn convert(verb: &ClkConvert, quiet: bool) -> Result<()> {
    let converted = pipeline::convert(&Conversion {
        schema: verb.schema.clone(),
        out: verb.out.clone(),
        allow_unknown_keys: verb.keys.allow_unknown_keys,
        force: verb.force,
    })?;
    warn(&verb.schema, &converted.notes);
    if !quiet {
        eprintln!(
            "{}: version {} as version 3",
            verb.out.display(),
            converted.from
        );
    }
    Ok(())
}
