//! Decisions about pairs of parties into clusters over all parties, and back.
//!
//! Links are taken from likely to unlikely. One that would put two persons of a party into a cluster
//! is given up, so that what A and B, and B and C, say of somebody never makes two of a party one.
//! What hangs together through a third party becomes a link of the pair where the project allows
//! that pair. A cluster holds no two parties that the project does not allow to be linked.

use std::collections::BTreeMap;

use crate::matcher::assign::{Assignment, Scored, Status};

/// A person of a party, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The party's number.
    pub party: usize,
    /// The person's number in the party.
    pub person: u32,
}

/// The members of one person's cluster, ascending, and the probability of the least likely link
/// that holds it together.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Two or more members, no two of one party.
    pub members: Vec<Member>,
    /// 0 to 1.
    pub probability: f64,
}

/// Makes `decisions`, each about the persons of the two parties numbered beside it, agree with
/// each other, and gives the clusters, by their first member.
///
/// `allowed` says whether two parties may be linked. With two parties nothing changes.
#[must_use]
pub fn reconcile(
    decisions: &mut [((usize, usize), Assignment)],
    allowed: impl Fn(usize, usize) -> bool,
) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::new();
    // The clusters of a member. More than one only where two of its partners may not be linked.
    let mut of: BTreeMap<Member, Vec<usize>> = BTreeMap::new();
    for (probability, a, b) in ordered(decisions) {
        let own = |m: Member| of.get(&m).cloned().unwrap_or_default();
        let (of_a, of_b) = (own(a), own(b));
        let unions: Vec<Vec<Member>> = candidates(&of_a, &of_b)
            .into_iter()
            .map(|parts| union(&clusters, &parts, &[a, b]))
            .collect();
        let members = match unions.iter().find(|m| is_allowed(m, &allowed)) {
            _ if unions.iter().any(|m| !is_one_a_party(m)) => continue,
            Some(members) => members.clone(),
            // The third party's word does not count here: the two are a cluster of their own.
            None => vec![a, b],
        };
        let parts: Vec<usize> = of_a
            .iter()
            .chain(&of_b)
            .copied()
            .filter(|&c| clusters[c].members.iter().all(|m| members.contains(m)))
            .collect();
        let least = parts
            .iter()
            .map(|&c| clusters[c].probability)
            .fold(probability, f64::min);
        for &part in &parts {
            for m in std::mem::take(&mut clusters[part].members) {
                if let Some(list) = of.get_mut(&m) {
                    list.retain(|&c| c != part);
                }
            }
        }
        for m in &members {
            of.entry(*m).or_default().push(clusters.len());
        }
        clusters.push(Cluster {
            members,
            probability: least,
        });
    }
    clusters.retain(|c| !c.members.is_empty());
    clusters.sort_by(|a, b| a.members.cmp(&b.members));
    for (parties, decision) in decisions.iter_mut() {
        apply(*parties, decision, &clusters);
    }
    clusters
}

/// All links, from likely to unlikely.
fn ordered(decisions: &[((usize, usize), Assignment)]) -> Vec<(f64, Member, Member)> {
    let mut links: Vec<(f64, Member, Member)> = Vec::new();
    for ((x, y), decision) in decisions {
        links.extend(decision.links.iter().map(|&i| {
            let p = &decision.pairs[i as usize];
            let (a, b) = (
                Member {
                    party: *x,
                    person: p.left,
                },
                Member {
                    party: *y,
                    person: p.right,
                },
            );
            (p.probability, a.min(b), a.max(b))
        }));
    }
    links.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    links
}

/// Which clusters of the two ends might become one: each of one with each of the other, or with
/// none where the other end has none.
fn candidates(a: &[usize], b: &[usize]) -> Vec<Vec<usize>> {
    match (a, b) {
        ([], []) => vec![vec![]],
        (only, []) | ([], only) => only.iter().map(|&c| vec![c]).collect(),
        (a, b) => a
            .iter()
            .flat_map(|&x| {
                b.iter()
                    .map(move |&y| if x == y { vec![x] } else { vec![x, y] })
            })
            .collect(),
    }
}

fn union(clusters: &[Cluster], parts: &[usize], ends: &[Member]) -> Vec<Member> {
    let mut members: Vec<Member> = parts
        .iter()
        .flat_map(|&c| clusters[c].members.iter().copied())
        .chain(ends.iter().copied())
        .collect();
    members.sort_unstable();
    members.dedup();
    members
}

/// Whether no two members, in ascending order, are of one party.
fn is_one_a_party(members: &[Member]) -> bool {
    members.windows(2).all(|m| m[0].party != m[1].party)
}

/// Whether any two members are of parties that may be linked.
fn is_allowed(members: &[Member], allowed: &impl Fn(usize, usize) -> bool) -> bool {
    members.iter().enumerate().all(|(i, a)| {
        let mut rest = members[i + 1..].iter();
        rest.all(|b| allowed(a.party, b.party))
    })
}

/// Makes the links of one pair of parties those that the clusters hold.
fn apply((x, y): (usize, usize), decision: &mut Assignment, clusters: &[Cluster]) {
    let mut wanted: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for cluster in clusters {
        let of = |party| cluster.members.iter().find(|m| m.party == party);
        if let (Some(a), Some(b)) = (of(x), of(y)) {
            wanted.insert((a.person, b.person), cluster.probability);
        }
    }
    let is_link: Vec<bool> = decision
        .pairs
        .iter()
        .map(|p| wanted.remove(&(p.left, p.right)).is_some())
        .collect();
    let mut marked: Vec<(Scored, bool)> = decision.pairs.drain(..).zip(is_link).collect();
    // What is left hangs together through other parties only.
    marked.extend(wanted.into_iter().map(|((left, right), probability)| {
        let scored = Scored {
            left,
            right,
            passes: 0,
            odds: probability / (1.0 - probability).max(1e-9),
            probability,
        };
        (scored, true)
    }));
    marked.sort_by_key(|(p, _)| (p.left, p.right));
    decision.links = (0..marked.len() as u32)
        .filter(|&i| marked[i as usize].1)
        .collect();
    decision.pairs = marked.into_iter().map(|(p, _)| p).collect();
    for verdict in decision.left.iter_mut().chain(&mut decision.right) {
        if verdict.link.take().is_some() {
            // Given up below, unless it is found again.
            verdict.status = Status::Ambiguous;
        }
    }
    for (number, &i) in decision.links.iter().enumerate() {
        let p = decision.pairs[i as usize];
        for verdict in [
            &mut decision.left[p.left as usize],
            &mut decision.right[p.right as usize],
        ] {
            verdict.status = Status::Linked;
            verdict.link = Some(number as u32);
            verdict.probability = p.probability;
        }
    }
}
