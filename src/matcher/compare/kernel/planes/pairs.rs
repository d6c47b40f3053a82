//! The loops over pairs of rows, and over rows that are brought together for them.
#![allow(
    unsafe_code,
    reason = "to ask for memory before it is needed is unsafe by its type, and reads nothing"
)]

/// Rows by which memory is asked for before it is read.
const AHEAD: usize = 12;
/// Sketches that are compared with one at a time: two of the widest registers of each word.
const LANES: usize = 16;

/// Appends to `picked` the rows `numbers` of `rows`.
pub fn pick<const WORDS: usize>(
    rows: &[[u64; WORDS]],
    numbers: &[u32],
    picked: &mut Vec<[u64; WORDS]>,
) {
    picked.extend(numbers.iter().enumerate().map(|(n, &number)| {
        if let Some(&next) = numbers.get(n + AHEAD) {
            prefetch(&rows[next as usize]);
        }
        rows[number as usize]
    }));
}

/// Appends to `picked` the rows `numbers` of `rows`, of `words` words each.
pub fn pick_filters(rows: &[u64], words: usize, numbers: &[u32], picked: &mut Vec<u64>) {
    let row = |number: u32| &rows[number as usize * words..][..words];
    picked.reserve(numbers.len() * words);
    for (n, &number) in numbers.iter().enumerate() {
        if let Some(&next) = numbers.get(n + AHEAD) {
            prefetch(row(next));
        }
        picked.extend_from_slice(row(number));
    }
}

#[inline(always)]
pub(super) fn alike(
    own: [&[u64]; 3],
    others: [&[u64]; 3],
    tolerance: u32,
    alike: &mut Vec<(u32, u32)>,
) {
    // PERF: loops, since a closure is not compiled for the instruction set of the function around it.
    let (p, p_rest) = others[0].as_chunks::<LANES>();
    let (q, q_rest) = others[1].as_chunks::<LANES>();
    let (r, r_rest) = others[2].as_chunks::<LANES>();
    let tolerance = u64::from(tolerance);
    let own = own[0].iter().zip(own[1]).zip(own[2]);
    for (i, ((&x, &y), &z)) in own.enumerate() {
        let mut first = 0;
        for ((p, q), r) in p.iter().zip(q).zip(r) {
            let mut differing = [0u64; LANES];
            for j in 0..LANES {
                differing[j] = u64::from((x ^ p[j]).count_ones())
                    + u64::from((y ^ q[j]).count_ones())
                    + u64::from((z ^ r[j]).count_ones());
            }
            // PERF: collected as bits, so that nothing is guessed for most, who are not alike.
            let mut rest = 0u64;
            for (j, differing) in differing.iter().enumerate() {
                rest |= u64::from(*differing <= tolerance) << j;
            }
            while rest != 0 {
                alike.push((i as u32, first + rest.trailing_zeros()));
                rest &= rest - 1;
            }
            first += LANES as u32;
        }
        for (j, ((p, q), r)) in (first..).zip(p_rest.iter().zip(q_rest).zip(r_rest)) {
            let differing = (x ^ p).count_ones() + (y ^ q).count_ones() + (z ^ r).count_ones();
            if u64::from(differing) <= tolerance {
                alike.push((i as u32, j));
            }
        }
    }
}

#[inline(always)]
pub(super) fn count(
    (a, b): (&[u64], &[u64]),
    words: usize,
    pairs: &[(u32, u32)],
    counts: &mut Vec<u32>,
) {
    let row = |i: u32| i as usize * words..(i as usize + 1) * words;
    for (n, &(i, j)) in pairs.iter().enumerate() {
        if let Some(&(i, j)) = pairs.get(n + AHEAD) {
            prefetch(&a[row(i)]);
            prefetch(&b[row(j)]);
        }
        let mut common = 0;
        for (x, y) in a[row(i)].iter().zip(&b[row(j)]) {
            common += (x & y).count_ones();
        }
        counts.push(common);
    }
}

/// Asks for a row to be brought near.
#[inline(always)]
fn prefetch(row: &[u64]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(8) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: of every machine, and nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}
