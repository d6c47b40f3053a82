//! `log`, `status` and `destroy`.

use std::io::IsTerminal;
use std::path::Path;

use serde_json::json;

use super::args::{AddNote, Args, Destroy, Log, Status};
use super::term::Progress;
use super::{pretty, print, tell};
use crate::atomic;
use crate::csvfile;
use crate::custody::{self, Checked, Entry};
use crate::error::{Error, Result};
use crate::pipeline::custody::{destroy as destroying, note, status as holding};
use crate::pipeline::files::check_outputs;
use crate::units::{Fingerprint, spoken};

pub(super) fn log(verb: &Log, args: &Args) -> Result<()> {
    match verb {
        Log::Verify {
            log,
            includes,
            json,
        } => verify(log, *includes, *json),
        Log::Show { log } => {
            let checked = custody::read(log)?;
            warn_of(log, &checked);
            print(&checked.entries.iter().map(line).collect::<String>())
        }
        Log::Export {
            log,
            csv,
            html,
            force,
        } => export(log, csv.as_deref(), html.as_deref(), *force),
        Log::Add(add) => enter(add, args),
    }
}

fn verify(path: &Path, includes: Option<Fingerprint>, as_json: bool) -> Result<()> {
    let checked = custody::read(path)?;
    if let Some(hash) = includes
        && !checked.entries.iter().any(|e| e.hash == hash)
    {
        return Err(Error::mismatch(format!(
            "no entry has the hash {hash}: the log is another one, or entries were cut off at its end"
        ))
        .at(path)
        .hint("compare with the copies that the other parties keep"));
    }
    let last = checked.last();
    if as_json {
        return print(&pretty(&json!({
            "entries": checked.entries.len(),
            "last": last,
            "last_to_read_out": spoken(&last.0),
            "torn_bytes": checked.torn,
            "back_in_time": checked.back_in_time,
        }))?);
    }
    warn_of(path, &checked);
    print(&format!(
        "{} entries, each follows on the one before\nlast hash    {last}\nto read out  {}\n",
        checked.entries.len(),
        spoken(&last.0)
    ))
}

/// What is no fault of an entry, but to be known.
fn warn_of(path: &Path, checked: &Checked) {
    if checked.torn > 0 {
        tell(&format!(
            "warning: {}: the last {} bytes are an unfinished line: a run was killed while it wrote, and did not say that it \
             had. The next entry takes its place\n",
            path.display(),
            checked.torn
        ));
    }
    if let Some(first) = checked.back_in_time.first() {
        tell(&format!(
            "warning: {}: entry {first} is older than the one before it: the clock was set back, or two machines write to the log\n",
            path.display()
        ));
    }
}

/// An entry in one line.
fn line(e: &Entry) -> String {
    let mut text = format!("{:>4}  {}  {:<10}", e.seq, e.time, e.action.name());
    if let Some(file) = &e.file {
        text += &format!(
            " {} ({}), {} bytes, {}",
            file.name,
            file.kind,
            file.bytes,
            file.blake3.short()
        );
    }
    if let Some(party) = &e.party {
        text += &format!(", of {party}");
    }
    if let Some(rows) = e.rows {
        text += &format!(", {rows} records");
    }
    if let Some(recipient) = &e.recipient {
        text += &format!(", to {recipient}");
    }
    if !e.note.is_empty() {
        text += &format!(": {}", e.note);
    }
    text + "\n"
}

fn export(log: &Path, csv: Option<&Path>, html: Option<&Path>, force: bool) -> Result<()> {
    let outputs: Vec<&Path> = csv.into_iter().chain(html).collect();
    check_outputs(&[log], &outputs, force)?;
    let checked = custody::read(log)?;
    warn_of(log, &checked);
    if let Some(path) = csv {
        csvfile::write(path, &custody::COLUMNS, |out| {
            custody::csv(&checked)
                .into_iter()
                .try_for_each(|row| out.row(row))
        })?;
    }
    if let Some(path) = html {
        let name = log.file_name().unwrap_or_default().to_string_lossy();
        atomic::write(path, custody::page(&checked, &name).to_html().as_bytes())?;
    }
    Ok(())
}

fn enter(verb: &AddNote, args: &Args) -> Result<()> {
    let path = note::add(&note::Options {
        project: verb.project.clone(),
        log: verb.log.clone(),
        action: verb.action.action(),
        file: verb.file.clone(),
        kind: verb.kind.clone(),
        party: verb.party.as_ref().map(ToString::to_string),
        rows: verb.rows,
        elements: verb.elements.clone(),
        recipient: verb.recipient.clone(),
        purpose: verb.purpose.clone(),
        legal_basis: verb.legal_basis.clone(),
        note: verb.note.clone(),
    })?;
    if !args.quiet {
        tell(&format!("entered into {}\n", path.display()));
    }
    Ok(())
}

pub(super) fn status(verb: &Status) -> Result<()> {
    let found = holding::status(&holding::Options {
        paths: verb.paths.clone(),
        project: verb.project.clone(),
        log: verb.log.clone(),
    })?;
    if verb.json {
        print(&pretty(&found)?)?;
    } else {
        print(&describe(&found))?;
    }
    if verb.fail_if_overdue && found.overdue > 0 {
        return Err(
            Error::mismatch(format!("{} files are held beyond their day", found.overdue))
                .hint("see `destroy`"),
        );
    }
    Ok(())
}

fn describe(found: &holding::Status) -> String {
    let mut text = format!(
        "held on {}: {} files, {} of them overdue\n",
        found.date,
        found.held.len(),
        found.overdue
    );
    for h in &found.held {
        let mut facts = vec![h.kind.clone()];
        facts.push(match &h.project {
            Some(project) => format!("project {}", project.short()),
            None => "project not known".into(),
        });
        facts.extend(h.party.as_ref().map(|p| format!("of {p}")));
        facts.extend(h.round.as_ref().map(|r| format!("round {r}")));
        facts.extend(h.rows.map(|n| format!("{n} rows")));
        facts.extend(h.days.map(|n| format!("{n} days old")));
        facts.extend(match &h.destroy_by {
            Some(day) if h.is_overdue => Some(format!("OVERDUE since {day}")),
            day => day.as_ref().map(|d| format!("destroy by {d}")),
        });
        if found.has_log && !h.is_logged {
            facts.push("not in the log".into());
        }
        text += &format!("  {}: {}\n", h.path, facts.join(", "));
    }
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text += &format!("{title}\n");
            lines.iter().for_each(|l| text += &format!("  {l}\n"));
        }
    };
    list(
        "destruction begun and not finished: run `destroy` again",
        found.begun.clone(),
    );
    list(
        "not named yet: left by a run that was killed, or one that goes on",
        found.leftovers.clone(),
    );
    let missing = found.missing.iter().map(|m| {
        format!(
            "{} ({}), {}: entry {}, {}",
            m.file.name,
            m.file.kind,
            m.file.blake3.short(),
            m.entry,
            m.action.name()
        )
    });
    list(
        "in the log, not destroyed by it, and not in these folders",
        missing.collect(),
    );
    text
}

pub(super) fn destroy(verb: &Destroy, args: &Args, progress: &Progress) -> Result<()> {
    let plan = destroying::plan(destroying::Options {
        project: verb.project.clone(),
        paths: verb.paths.clone(),
        key: verb.key.clone(),
        leftovers: verb.leftovers,
        certificate: verb.certificate.clone(),
        witness: verb.witness.clone(),
        log: verb.log.logging(),
        force: verb.force,
    })?;
    if !args.quiet {
        tell(&announce(&plan));
    }
    if plan.has_key() {
        tell(
            "warning: a linkage key is among them: other projects that use it cannot go on, and tokens cannot be made again\n",
        );
    }
    let number = plan.doomed.len() + plan.begun.len();
    if !verb.yes && number > 0 {
        confirm(number)?;
    }
    let done = plan.carry_out(progress)?;
    progress.done();
    if !args.quiet {
        let [html, json] = done.written.map(|p| p.display().to_string());
        tell(&format!(
            "{} files destroyed\n{html}: the certificate, to be signed; {json}: the same as JSON\n",
            done.files
        ));
    }
    Ok(())
}

fn announce(plan: &destroying::Plan) -> String {
    let mut text = "to be destroyed:\n".to_owned();
    for h in &plan.doomed {
        text += &format!(
            "  {} ({}), {} bytes, {}\n",
            h.path.display(),
            h.file.kind,
            h.file.bytes,
            h.file.blake3.short()
        );
    }
    for (path, _) in &plan.begun {
        text += &format!("  {} (begun by an earlier run)\n", path.display());
    }
    if plan.doomed.is_empty() && plan.begun.is_empty() {
        text += "  nothing is left; the certificate is written of what the log has\n";
    }
    if !plan.left.is_empty() {
        text += "left alone:\n";
    }
    for left in &plan.left {
        text += &format!("  {} {}\n", left.path.display(), left.why);
    }
    text
}

/// Asks, or fails where nobody can be asked.
fn confirm(number: usize) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(
            Error::usage("nothing was destroyed: nobody can be asked here")
                .hint("look at the list and give --yes"),
        );
    }
    let asked = dialoguer::Confirm::new()
        .with_prompt(format!("Destroy {number} files? This cannot be undone"))
        .default(false)
        .interact();
    match asked {
        Ok(true) => Ok(()),
        _ => Err(Error::usage("nothing was destroyed")),
    }
}
