//! `plants`: the custodian's people, planted and found again.

use super::args::{Args, Plants};
use super::pretty;
use super::print;
use crate::error::{Error, Result};
use crate::evaluate::plants::{Score, Tally, score};
use crate::pipeline::plants::{Options, new};

pub(super) fn plants(verb: &Plants, args: &Args) -> Result<()> {
    match verb {
        Plants::New {
            project,
            together,
            apart,
            cohort,
            born,
            out,
            log,
            force,
        } => {
            let born = match (cohort, born) {
                // Most of those who leave school in a year are 17 or 18 then.
                (Some(years), _) => (
                    years.first.saturating_sub(18),
                    years.last.saturating_sub(17),
                ),
                (None, Some(years)) => (years.first, years.last),
                (None, None) => return Err(Error::usage("give --cohort or --born")),
            };
            let planted = new(&Options {
                project: project.clone(),
                together: *together,
                apart: *apart,
                born,
                out: out.clone(),
                log: log.logging(),
                force: *force,
            })?;
            if !args.quiet {
                for (party, path, people) in &planted.parties {
                    eprintln!("{}: {people} people, for {party} alone", path.display());
                }
                eprintln!("{} stays with you", planted.truth.display());
            }
            Ok(())
        }
        Plants::Score { truth, found, json } => {
            let score = score(truth, found)?;
            print(&if *json {
                pretty(&score)?
            } else {
                describe(&score)
            })
        }
    }
}

fn describe(score: &Score) -> String {
    let linked = |tally: &Tally| match tally.share {
        Some(share) => format!(
            "{} of {} linked, {:.1} % ({:.1} to {:.1})",
            tally.linked,
            tally.pairs,
            100.0 * share,
            100.0 * tally.low,
            100.0 * tally.high
        ),
        None => "none".to_owned(),
    };
    let mut text = format!(
        "must be linked        {}\nmust not be linked    {}\n",
        linked(&score.together),
        linked(&score.apart)
    );
    for (kind, tally) in &score.apart_by_kind {
        text += &format!("  {kind:<19} {} of {} linked\n", tally.linked, tally.pairs);
    }
    text += &format!(
        "across pairs          {} links\nto somebody else      {} links\n",
        score.across_pairs, score.to_records
    );
    text += &format!(
        "planted records       {} listed, {} missing\n",
        score.listed, score.not_listed
    );
    if score.not_scored > 0 {
        text += &format!(
            "{} pairs not scored: nothing was heard of one of their parties\n",
            score.not_scored
        );
    }
    text
}
