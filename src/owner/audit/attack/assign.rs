//! The linear assignment problem: one column for each row at the least total cost.
//!
//! The algorithm is that of R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for
//! dense and sparse linear assignment problems", Computing 38 (1987), 325-340: column reduction,
//! reduction transfer, augmenting row reduction, then shortest augmenting paths. Written from the
//! paper, on integers: it ends for every input and gives the same answer on every machine.

/// Stands for "no row" and "no column".
const NONE: usize = usize::MAX;

/// The square cost matrix of an assignment, row by row.
#[derive(Debug)]
pub(super) struct Costs<'c> {
    cells: &'c [i32],
    n: usize,
}

impl<'c> Costs<'c> {
    /// The costs `cells`, `n` rows of `n`. Each at most 2^24 in size, so that no sum overflows.
    pub(super) fn new(cells: &'c [i32], n: usize) -> Self {
        assert_eq!(cells.len(), n * n, "a square matrix");
        Self { cells, n }
    }

    fn row(&self, i: usize) -> &'c [i32] {
        &self.cells[i * self.n..(i + 1) * self.n]
    }
}

/// What is known while it is solved: who has whom, and the price of each column.
struct State<'c> {
    costs: Costs<'c>,
    /// The column of each row.
    column: Vec<usize>,
    /// The row of each column.
    row: Vec<usize>,
    price: Vec<i64>,
}

/// The column of each row in an assignment of the least total cost. O(n^3).
pub(super) fn assign(costs: Costs<'_>) -> Vec<usize> {
    let n = costs.n;
    if n == 0 {
        return Vec::new();
    }
    let mut state = State {
        costs,
        column: vec![NONE; n],
        row: vec![NONE; n],
        price: vec![0; n],
    };
    let mut free = state.reduce_columns();
    for _ in 0..2 {
        free = state.reduce_rows(&free);
    }
    let mut search = Search::new(n);
    for row in free {
        state.augment(row, &mut search);
    }
    state.column
}

impl State<'_> {
    /// Prices each column at its cheapest row; gives the rows that are left without a column.
    fn reduce_columns(&mut self) -> Vec<usize> {
        let n = self.costs.n;
        let mut cheapest = vec![0; n];
        let mut least = self.costs.row(0).to_vec();
        for i in 1..n {
            for (j, &cost) in self.costs.row(i).iter().enumerate() {
                if cost < least[j] {
                    least[j] = cost;
                    cheapest[j] = i;
                }
            }
        }
        let mut wanted = vec![0_u32; n];
        for j in (0..n).rev() {
            self.price[j] = i64::from(least[j]);
            let i = cheapest[j];
            wanted[i] += 1;
            if wanted[i] == 1 {
                self.column[i] = j;
                self.row[j] = i;
            }
        }
        let mut free = Vec::new();
        for (i, &times) in wanted.iter().enumerate() {
            match times {
                0 => free.push(i),
                // Reduction transfer: what the row could save elsewhere is the column's discount.
                1 => {
                    let own = self.column[i];
                    let cells = self.costs.row(i).iter().zip(&self.price).enumerate();
                    let second = cells
                        .filter(|(j, _)| *j != own)
                        .map(|(_, (&cost, price))| i64::from(cost) - price)
                        .min();
                    self.price[own] -= second.unwrap_or(0);
                }
                _ => {}
            }
        }
        free
    }

    /// Augmenting row reduction: rows outbid each other. Gives the rows still without a column.
    fn reduce_rows(&mut self, free: &[usize]) -> Vec<usize> {
        let mut left = Vec::new();
        let mut waiting: Vec<usize> = free.iter().rev().copied().collect();
        // Rows of nearly equal costs can outbid each other for long; paths are better then.
        let mut bids = 4 * self.costs.n;
        while let Some(i) = waiting.pop() {
            if bids == 0 {
                left.push(i);
                continue;
            }
            bids -= 1;
            let (best, least, second, next) = self.two_cheapest(i);
            let mut j = best;
            let mut owner = self.row[j];
            if least < next {
                self.price[j] -= next - least;
            } else if owner != NONE && second != NONE {
                j = second;
                owner = self.row[j];
            }
            self.column[i] = j;
            self.row[j] = i;
            if owner != NONE {
                self.column[owner] = NONE;
                if least < next {
                    waiting.push(owner);
                } else {
                    left.push(owner);
                }
            }
        }
        left
    }

    /// The cheapest column of row `i`, its reduced cost, the second cheapest and its.
    fn two_cheapest(&self, i: usize) -> (usize, i64, usize, i64) {
        let (mut best, mut least, mut second, mut next) = (0, i64::MAX, NONE, i64::MAX);
        for (j, (&cost, price)) in self.costs.row(i).iter().zip(&self.price).enumerate() {
            let reduced = i64::from(cost) - price;
            if reduced < next {
                if reduced < least {
                    (second, next) = (best, least);
                    (best, least) = (j, reduced);
                } else {
                    (second, next) = (j, reduced);
                }
            }
        }
        if next == i64::MAX {
            // One column only: nothing to outbid.
            (best, least, NONE, least)
        } else {
            (best, least, second, next)
        }
    }

    /// Finds a column for the free row `start` along the shortest augmenting path.
    fn augment(&mut self, start: usize, search: &mut Search) {
        let n = self.costs.n;
        for (j, (&cost, price)) in self.costs.row(start).iter().zip(&self.price).enumerate() {
            search.distance[j] = i64::from(cost) - price;
            search.from[j] = start;
            search.order[j] = j;
        }
        // order[..low] are done, order[low..up] have the least distance, the rest is open.
        let (mut low, mut up, mut done) = (0, 0, 0);
        let mut least = 0;
        let end = 'found: loop {
            if low == up {
                done = low;
                least = i64::MAX;
                for k in up..n {
                    let j = search.order[k];
                    let distance = search.distance[j];
                    if distance <= least {
                        if distance < least {
                            up = low;
                            least = distance;
                        }
                        search.order[k] = search.order[up];
                        search.order[up] = j;
                        up += 1;
                    }
                }
                for &j in &search.order[low..up] {
                    if self.row[j] == NONE {
                        break 'found j;
                    }
                }
            }
            let through = search.order[low];
            low += 1;
            let i = self.row[through];
            let cells = self.costs.row(i);
            let offset = i64::from(cells[through]) - self.price[through] - least;
            for k in up..n {
                let j = search.order[k];
                let distance = i64::from(cells[j]) - self.price[j] - offset;
                if distance < search.distance[j] {
                    search.distance[j] = distance;
                    search.from[j] = i;
                    if distance == least {
                        if self.row[j] == NONE {
                            break 'found j;
                        }
                        search.order[k] = search.order[up];
                        search.order[up] = j;
                        up += 1;
                    }
                }
            }
        };
        for &j in &search.order[..done] {
            self.price[j] += search.distance[j] - least;
        }
        let mut j = end;
        loop {
            let i = search.from[j];
            self.row[j] = i;
            let before = std::mem::replace(&mut self.column[i], j);
            if i == start {
                break;
            }
            j = before;
        }
    }
}

/// Room for one search after the other.
struct Search {
    distance: Vec<i64>,
    from: Vec<usize>,
    order: Vec<usize>,
}

impl Search {
    fn new(n: usize) -> Self {
        Self {
            distance: vec![0; n],
            from: vec![0; n],
            order: vec![0; n],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(cells: &[i32], n: usize, columns: &[usize]) -> i64 {
        let mut seen = vec![false; n];
        let mut sum = 0;
        for (i, &j) in columns.iter().enumerate() {
            assert!(!std::mem::replace(&mut seen[j], true), "a column twice");
            sum += i64::from(cells[i * n + j]);
        }
        sum
    }

    /// The least total by trying every permutation.
    fn least(cells: &[i32], n: usize, i: usize, taken: &mut Vec<bool>) -> i64 {
        if i == n {
            return 0;
        }
        let mut best = i64::MAX;
        for j in 0..n {
            if !taken[j] {
                taken[j] = true;
                let rest = least(cells, n, i + 1, taken);
                best = best.min(i64::from(cells[i * n + j]) + rest);
                taken[j] = false;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_assignment_is_cheaper(
            (n, cells) in (1usize..7).prop_flat_map(|n| {
                (Just(n), prop::collection::vec(prop_oneof![-3i32..4, -16_000_000i32..16_000_000], n * n))
            })
        ) {
            let columns = assign(Costs::new(&cells, n));
            prop_assert_eq!(
                total(&cells, n, &columns),
                least(&cells, n, 0, &mut vec![false; n])
            );
        }
    }

    #[test]
    fn a_hidden_permutation_is_found() {
        let n = 300;
        let cells: Vec<i32> = (0..n * n)
            .map(|c| {
                if (c / n * 7 + 3) % n == c % n {
                    -1
                } else {
                    (c % 13) as i32
                }
            })
            .collect();
        let columns = assign(Costs::new(&cells, n));
        assert!(
            columns
                .iter()
                .enumerate()
                .all(|(i, &j)| j == (i * 7 + 3) % n)
        );
    }

    #[test]
    fn equal_costs_end() {
        let n = 200;
        let columns = assign(Costs::new(&vec![5; n * n], n));
        assert_eq!(total(&vec![1; n * n], n, &columns), n as i64);
        assert!(assign(Costs::new(&[], 0)).is_empty());
    }
}
