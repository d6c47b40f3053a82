//! Sets of records that grow together: union-find.

/// The leader of the set of `record`, by each record's parent; a leader is its own. Shortens the way for
/// the next who asks.
pub fn root(parent: &mut [u32], record: u32) -> u32 {
    let mut at = record;
    while parent[at as usize] != at {
        parent[at as usize] = parent[parent[at as usize] as usize];
        at = parent[at as usize];
    }
    at
}
