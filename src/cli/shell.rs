//! `completions` and `man`: what a shell and a reader of manuals know of the program.

use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};

use super::args::{Args, Completions, Man};
use super::print;
use crate::atomic;
use crate::error::{Error, Result};
use crate::pipeline::files::check_outputs;

const NAME: &str = "blindlink";

pub(super) fn completions(verb: &Completions) -> Result<()> {
    let mut script = Vec::new();
    let mut shown = shown(&Args::command());
    clap_complete::generate(verb.shell, &mut shown, NAME, &mut script);
    print(&text(script)?)
}

/// A command without what is hidden, which some of the scripts would name.
fn shown(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|a| !a.is_hide_set());
    let verbs = command.get_subcommands().filter(|c| !c.is_hide_set());
    let about = command.get_about().cloned().unwrap_or_default();
    Command::new(command.get_name().to_owned())
        .about(about)
        .args(arguments.cloned())
        .subcommands(verbs.map(shown))
}

/// The page of the program on standard output, or a page of each verb in a folder.
pub(super) fn man(verb: &Man) -> Result<()> {
    let mut command = Args::command();
    command.build();
    let Some(folder) = &verb.out else {
        return print(&text(page(&command)?)?);
    };
    let mut pages = Vec::new();
    pages_of(&command, folder, &mut pages)?;
    let paths: Vec<&Path> = pages.iter().map(|(path, _)| path.as_path()).collect();
    check_outputs(&[], &paths, verb.force)?;
    std::fs::create_dir_all(folder).map_err(|e| Error::io("create", folder, e))?;
    for (path, page) in &pages {
        atomic::write(path, page)?;
    }
    Ok(())
}

/// The pages of a command and of those below it: `blindlink-key-new.1`.
fn pages_of(command: &Command, folder: &Path, out: &mut Vec<(PathBuf, Vec<u8>)>) -> Result<()> {
    let name = command.get_display_name().unwrap_or(NAME);
    out.push((folder.join(format!("{name}.1")), page(command)?));
    command
        .get_subcommands()
        .filter(|c| !c.is_hide_set() && c.get_name() != "help")
        .try_for_each(|c| pages_of(c, folder, out))
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone());
    man.render(&mut page)
        .map_err(|_| Error::internal("a manual page cannot be made"))?;
    Ok(page)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|_| Error::internal("what was made is not UTF-8"))
}
