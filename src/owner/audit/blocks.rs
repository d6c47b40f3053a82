//! Who shares a block with whom, over a whole file.

use std::borrow::Borrow;

use rayon::prelude::*;

use crate::owner::encode::Encoder;
use crate::owner::normalise::Person;
use crate::units::RecordRef;

/// People encoded in one task.
const TASK: usize = 4_096;

/// For every pass the tokens of `people` as the start of the block key and whose it is, sorted.
///
/// Keeps 16 bytes a token. `encoder` need not fill in filters.
pub(super) fn of<P: Borrow<Person> + Sync>(
    people: &[P],
    encoder: &Encoder,
) -> Vec<Vec<(u64, u32)>> {
    let layout = encoder.layout();
    let passes = layout.passes.len();
    let parts: Vec<Vec<Vec<(u64, u32)>>> = people
        .par_chunks(TASK)
        .enumerate()
        .map(|(task, people)| {
            let (mut out, mut rows) = (vec![Vec::new(); passes], Vec::new());
            for (i, person) in people.iter().enumerate() {
                let number = TASK * task + i;
                rows.clear();
                encoder.encode(person.borrow(), RecordRef::numbered(number), &mut rows);
                for row in rows.chunks_exact(layout.row_bytes()) {
                    for (out, columns) in out.iter_mut().zip(&layout.passes) {
                        if let Some(block) = layout.value(row, columns.block) {
                            // 8 bytes tell some million blocks apart, and take half the memory.
                            let mut start = [0; 8];
                            start.copy_from_slice(&block[..8]);
                            out.push((u64::from_le_bytes(start), number as u32));
                        }
                    }
                }
            }
            out
        })
        .collect();
    let mut all = vec![Vec::new(); passes];
    for part in parts {
        for (all, part) in all.iter_mut().zip(part) {
            all.extend(part);
        }
    }
    all.par_iter_mut().for_each(|tokens| tokens.sort_unstable());
    all
}

/// The sizes of the blocks of one pass.
pub(super) fn sizes(tokens: &[(u64, u32)]) -> Vec<usize> {
    tokens.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).collect()
}
