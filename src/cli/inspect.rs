//! `inspect`, and how what a manifest states is worded for who reads it.

use serde_json::json;

use super::args::Inspect;
use super::{pretty, print, term};
use crate::error::Result;
use crate::release::{Conclusion, Manifest, word};
use crate::token::{CANARY_BYTES, FORMAT, Header, TokenFile, UNCHECKED};
use crate::units::{Fingerprint, hex};

pub(super) fn inspect(verb: &Inspect) -> Result<()> {
    let file = TokenFile::open(&verb.tokens)?;
    let header = file.header();
    if file.is_classic()? {
        term::warn_of_classic();
    }
    let manifest = Manifest::beside(&file)?;
    let stated = manifest.as_ref().and_then(|m| m.audit.verdict);
    let columns = file.columns();
    let row_bytes: usize = 16 + columns.iter().map(|c| c.1).sum::<usize>();
    if verb.json {
        let value = json!({
            "format": FORMAT,
            "project": header.project.to_string(),
            "schema": header.schema.to_string(),
            "party": header.party.as_str(),
            "round": header.round,
            "normalisation": header.normalisation,
            "key_check": hex(&header.key_check),
            "records": header.records,
            "rows": header.rows,
            "decoys": header.decoys,
            "imported": header.is_imported(),
            "canaries": header.canaries.iter().map(|c| hex(c)).collect::<Vec<_>>(),
            "blake3": file.fingerprint()?.to_string(),
            "manifest": manifest.is_some(),
            "audit": word(stated),
            "columns": columns.iter().map(|(name, bytes)| json!({"name": name, "bytes": bytes})).collect::<Vec<_>>(),
        });
        return print(&pretty(&value)?);
    }
    let mut text = format!(
        "format         {FORMAT}\nproject        {}\nschema         {}\nparty          {}\nround          {}\n\
         normalisation  {}\nkey check      {}\nrecords        {}\nrows           {} of {row_bytes} bytes\nblake3         {}\n",
        header.project,
        header.schema,
        header.party,
        header.round,
        header.normalisation,
        hex(&header.key_check),
        header.records,
        header.rows,
        file.fingerprint()?,
    );
    text += &if header.is_imported() {
        origin(header)
    } else {
        canaries(&header.canaries)
    };
    if header.decoys {
        text += "decoys         every link to one of these records is false\n";
    }
    if manifest.is_some() {
        text += &format!("audit          {}\n", verdict(stated));
    }
    text += "columns        record_ref, 16 bytes\n";
    for (name, bytes) in &columns {
        text += &format!("               {name}, {bytes} bytes\n");
    }
    print(&text)
}

/// Where imported tokens come from, and what is known of how they were made.
fn origin(header: &Header) -> String {
    let check = if header.key_check == UNCHECKED {
        "nothing is known of their linkage schema and secret"
    } else {
        "the key check is of their linkage schema and secret"
    };
    format!("imported       from CLKs of another program; {check}\n")
}

/// How many canaries a file has, and one number for all of them, to be compared by telephone.
fn canaries(of_file: &[[u8; CANARY_BYTES]]) -> String {
    if of_file.is_empty() {
        return "canaries       none, it was made by an earlier version\n".to_owned();
    }
    let all = Fingerprint(*blake3::hash(of_file.as_flattened()).as_bytes());
    format!(
        "canaries       {}, together {}\n",
        of_file.len(),
        all.short()
    )
}

/// A verdict for a line of text: the word, and what it says about whom.
pub(super) fn verdict(verdict: Option<Conclusion>) -> String {
    let said = match verdict {
        None => return "none made".into(),
        Some(Conclusion::Green) => "the tokens withstood these attacks on its sample",
        Some(Conclusion::Amber) => "the tokens withstood most of these attacks on its sample",
        Some(Conclusion::Red) => "the tokens did NOT withstand these attacks on its sample",
        Some(Conclusion::Void) => "its attacks found nothing where they must, so it says nothing",
    };
    format!("{} - {said}", word(verdict))
}
