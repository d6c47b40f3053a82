//! `project`: a project file made, checked, printed and carried on to the next round.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;

use serde_json::json;

use super::args::{Args, NewProject, Project as Verb, ProjectCheck, Round, Show};
use super::{annex, identity, pretty, print, questions, term};
use crate::atomic;
use crate::error::{Error, Result};
use crate::identity::Public;
use crate::pipeline::files::check_outputs;
use crate::project::{
    Agreement, Contact, Draft, Element, Finding, Project, Weight, next_round, parse_date, review,
};
use crate::units::{PartyId, hex, today};

pub(super) fn project(verb: &Verb, args: &Args) -> Result<()> {
    match verb {
        Verb::New(new) => self::new(new),
        Verb::Check(check) => self::check(check),
        Verb::Annex(annex) => {
            check_outputs(&[&annex.project], &[&annex.out], annex.force)?;
            let page =
                annex::page(&Project::read(&annex.project)?).map_err(|e| e.at(&annex.project))?;
            atomic::write(&annex.out, page.to_html().as_bytes())?;
            if !args.quiet {
                eprintln!("{}: to be printed and signed", annex.out.display());
            }
            Ok(())
        }
        Verb::Round(round) => self::round(round, args),
        Verb::Show(show) => self::show(show),
        Verb::Sign(sign) => identity::sign(sign, args.quiet),
        Verb::Signatures(signatures) => identity::signatures(signatures, args.quiet),
    }
}

fn new(verb: &NewProject) -> Result<()> {
    check_outputs(&[], &[&verb.out], verb.force)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::internal("the system gives no random bytes"))?;
    let mut draft = Draft {
        parties: verb.parties.clone(),
        schema: verb.schema.clone(),
        name: verb.name.clone(),
        round: verb.round.clone(),
        purpose: verb.purpose.clone().unwrap_or_default(),
        pairs: verb.pairs.iter().map(|p| pair(p)).collect::<Result<_>>()?,
        stable_link_ids: verb.stable_link_ids,
        agreement: None,
    };
    // Without an agreement: what is wrong with parties and schema is said before anything is asked.
    let plain = checked(&draft, id)?;
    draft.agreement = if verb.agreement.is_given() {
        Some(agreement(verb, &plain)?)
    } else if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        questions::ask(&mut draft, &plain)?
    } else {
        None
    };
    let project = checked(&draft, id)?;
    if project.schema.is_classic() {
        term::warn_of_classic();
    }
    atomic::write(&verb.out, draft.to_toml(id)?.as_bytes())
}

/// What is written must be readable: a party named twice, say, is found out here.
fn checked(draft: &Draft, id: [u8; 16]) -> Result<Project> {
    Project::parse(&draft.to_toml(id)?).map_err(|e| Error::usage(e.problem().to_owned()))
}

fn pair(text: &str) -> Result<(PartyId, PartyId)> {
    match text.split_once(',') {
        Some((a, b)) => Ok((a.trim().parse()?, b.trim().parse()?)),
        None => Err(
            Error::usage("--pair takes two parties with a comma between them")
                .hint("for example --pair district,college"),
        ),
    }
}

/// The agreement that the options tell of.
fn agreement(verb: &NewProject, plain: &Project) -> Result<Agreement> {
    let said = &verb.agreement;
    let destroy_by = said.destroy_by.as_ref().ok_or_else(|| {
        Error::usage("an agreement needs a last day: --destroy-by is not given")
            .hint("for example --destroy-by 2027-06-30")
    })?;
    let destroy_by = parse_date(destroy_by)
        .map_err(|e| Error::usage(format!("--destroy-by {}", e.problem())))?;
    let mut keys = BTreeMap::new();
    for argument in &said.public_keys {
        let (role, path) = argument.split_once('=').ok_or_else(|| {
            Error::usage("--public-key takes a role, `=` and a file")
                .hint("for example --public-key district=district.pub")
        })?;
        if keys
            .insert(role.trim(), Public::read(Path::new(path))?.line())
            .is_some()
        {
            return Err(Error::usage("--public-key is given twice for one role"));
        }
    }
    let mut contacts = Vec::new();
    for argument in &said.contacts {
        let mut contact = contact(argument)?;
        contact.public_key = keys.remove(contact.role.as_str());
        contacts.push(contact);
    }
    if !keys.is_empty() {
        return Err(Error::usage(
            "--public-key is given for a role of which there is no --contact",
        )
        .hint("give both"));
    }
    Ok(Agreement {
        number: said.number.clone().unwrap_or_default(),
        exception: said.exception.clone().unwrap_or_default(),
        representative: said.representative.clone().unwrap_or_default(),
        destroy_by,
        minimum_cell: said.minimum_cell.unwrap_or(questions::CELL),
        elements: match &said.elements[..] {
            [] => of_schema(plain),
            elements => elements.to_vec(),
        },
        contacts,
    })
}

/// The elements that the schema of `project` is made of, or may be.
pub(super) fn of_schema(project: &Project) -> Vec<Element> {
    let needs = project.schema.needs();
    let passes = &project.schema.passes;
    let is_used = |e: &Element| needs.contains(e) || passes.iter().any(|p| p.blocks_on(*e));
    Element::ALL.into_iter().filter(is_used).collect()
}

fn contact(argument: &str) -> Result<Contact> {
    let wrong = || {
        Error::usage("--contact takes a role, `=`, and organisation, person and mail or telephone with `;` between them")
            .hint("for example --contact \"district=Zzyzx Unified;Q. Vvortex;q@example.org\"")
    };
    let (role, rest) = argument.split_once('=').ok_or_else(wrong)?;
    let parts: Vec<&str> = rest.split(';').map(str::trim).collect();
    let [organisation, person, contact] = parts[..] else {
        return Err(wrong());
    };
    Ok(Contact {
        role: role.trim().to_owned(),
        organisation: organisation.to_owned(),
        person: person.to_owned(),
        contact: contact.to_owned(),
        public_key: None,
    })
}

fn check(verb: &ProjectCheck) -> Result<()> {
    let project = Project::read(&verb.project)?;
    let mut findings = review(&project, today());
    findings.extend(keys(&project));
    findings.sort_by_key(|f| f.weight);
    let count = |weight| findings.iter().filter(|f| f.weight == weight).count();
    let (contradictions, missing) = (count(Weight::Contradiction), count(Weight::Missing));
    if verb.json {
        print(&pretty(&json!({
            "format": "blindlink-project-check-1",
            "project": project.fingerprint.to_string(),
            "can_be_acted_on": contradictions + missing == 0,
            "findings": findings.iter().map(|f| json!({
                "weight": f.weight.word(),
                "what": f.what,
                "action": f.action,
            })).collect::<Vec<_>>(),
        }))?)?;
    } else {
        print(&listed(&project, &findings))?;
    }
    if contradictions + missing == 0 {
        return Ok(());
    }
    Err(Error::mismatch(format!(
        "no agreement that can be acted on: {contradictions} contradictions, {missing} missing"
    ))
    .at(&verb.project)
    .hint("mend the file and check it again, before anybody signs it"))
}

/// What is wrong with the public keys that are there.
fn keys(project: &Project) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut known: Vec<(&str, String)> = Vec::new();
    for contact in project.agreement.iter().flat_map(|a| &a.contacts) {
        let Some(line) = &contact.public_key else {
            continue;
        };
        let role = contact.role.as_str();
        let contradiction = |what: String, action: &str| Finding {
            weight: Weight::Contradiction,
            what,
            action: action.to_owned(),
        };
        let key = match Public::parse(line.as_bytes()) {
            Ok(key) => key.openssh(),
            Err(e) => {
                findings.push(contradiction(
                    format!("the public key of `{role}` is none: {}", e.problem()),
                    "copy the line of the identity's public file as it is",
                ));
                continue;
            }
        };
        if let Some((other, _)) = known.iter().find(|(_, k)| *k == key) {
            findings.push(contradiction(
                format!("`{other}` and `{role}` have the same public key"),
                "each needs an identity of its own: one could sign for the other",
            ));
        }
        known.push((role, key));
    }
    findings
}

fn listed(project: &Project, findings: &[Finding]) -> String {
    let mut text = format!(
        "{}, round {}: fingerprint {}\n",
        project.name,
        project.round,
        project.fingerprint.short()
    );
    for finding in findings {
        text += &format!(
            "{:<13}  {}\n{:<13}  -> {}\n",
            finding.weight.word(),
            finding.what,
            "",
            finding.action
        );
    }
    if findings.is_empty() {
        text += "nothing is missing or contradictory\n";
    }
    text
}

fn round(verb: &Round, args: &Args) -> Result<()> {
    check_outputs(&[&verb.project], &[&verb.out], verb.force)?;
    let before = Project::read(&verb.project)?;
    let text =
        std::fs::read_to_string(&verb.project).map_err(|e| Error::io("read", &verb.project, e))?;
    let text = next_round(&text, &verb.next, verb.destroy_by.as_deref())?;
    let after = Project::parse(&text)?;
    atomic::write(&verb.out, text.as_bytes())?;
    if args.quiet {
        return Ok(());
    }
    eprintln!(
        "{}: round {} instead of {}, fingerprint {}; all parties must have this file, and sign it anew",
        verb.out.display(),
        after.round,
        before.round,
        after.fingerprint.short()
    );
    if let Some(agreement) = &after.agreement {
        eprintln!(
            "its data is to be destroyed by {}: --destroy-by sets another day; look at the number of the agreement too",
            agreement.destroy_by
        );
    }
    if after.stable_link_ids {
        eprintln!(
            "warning: refs and link ids are the same in every round of this project: the operator can join rounds"
        );
    } else {
        eprintln!("tokens, refs and link ids of the two rounds cannot be joined");
    }
    Ok(())
}

fn show(verb: &Show) -> Result<()> {
    let project = Project::read(&verb.project)?;
    if verb.canonical {
        let text = String::from_utf8(project.canonical)
            .map_err(|_| Error::internal("a canonical form is not UTF-8"))?;
        return print(&text);
    }
    let names: Vec<&str> = project.parties.iter().map(PartyId::as_str).collect();
    let pairs: Vec<String> = project
        .pairs
        .iter()
        .map(|(a, b)| format!("{a} - {b}"))
        .collect();
    let mut facts = vec![
        ("name", project.name.clone()),
        ("round", project.round.clone()),
        ("purpose", project.purpose.clone()),
        ("parties", names.join(", ")),
        ("pairs", pairs.join(", ")),
        ("schema", project.schema.name.clone()),
        ("link ids", link_ids(&project).to_owned()),
    ];
    if let Some(agreement) = &project.agreement {
        let elements: Vec<&str> = agreement.elements.iter().map(|e| e.name()).collect();
        facts.extend([
            ("agreement", agreement.number.clone()),
            ("destroy by", agreement.destroy_by.to_string()),
            ("elements", elements.join(", ")),
        ]);
    }
    facts.extend([
        ("id", hex(&project.id)),
        (
            "schema's fingerprint",
            project.schema.fingerprint.to_string(),
        ),
        ("fingerprint", project.fingerprint.to_string()),
    ]);
    let lines = facts
        .iter()
        .map(|(name, value)| format!("{name:<20}  {}\n", one_line(value)));
    print(&lines.collect::<String>())
}

fn link_ids(project: &Project) -> &'static str {
    if project.stable_link_ids {
        "the same in every round: the operator can join rounds"
    } else {
        "new in every round"
    }
}

/// A text of the project file, which may hold anything, for a line on a terminal.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
