"""What anonlink itself gives: writes testdata/anonlink.

    python3.11 -m venv old && old/bin/pip install "setuptools<81" anonlink==0.15.3 clkhash==0.18.3
    old/bin/python tests/scripts/anonlink_vectors.py

anonlink's native code is called for pairs and groups; its groups come in an order that depends on addresses, so
those in the files are in the order of its Python solver, which is checked to give the same groups. The CLKs of large
cases are not in the files: `crowd` makes them, and tests/anonlink.rs has the same few lines.
"""

import array
import base64
import hashlib
import io
import itertools
import json
import pathlib
import struct

from bitarray import bitarray

from anonlink.candidate_generation import find_candidate_pairs
from anonlink.serialization import dump_candidate_pairs, load_candidate_pairs, merge_streams
from anonlink.similarities import dice_coefficient
from anonlink.similarities._dice_x86 import dice_coefficient_accelerated
from anonlink.solving import greedy_solve, probabilistic_greedy_solve
from anonlink.solving import probabilistic_greedy_solve_python

assert dice_coefficient is dice_coefficient_accelerated, "the native code is not there"

FOLDER = pathlib.Path(__file__).parents[2] / "testdata" / "anonlink"
MASK = (1 << 64) - 1


class Random:
    """SplitMix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n


def crowd(seed, parties, records, width, families):
    """CLKs of `width` bytes, so that many pairs are alike. Each family has a filter, in which about three bits of eight are
    set; each record is of some family, with up to a third of its bits drawn anew. One in 997 has no bit at all."""
    random = Random(seed)
    words = -(-width // 8)

    def fresh():
        whole = b""
        for _ in range(words):
            a, b, c = random.next(), random.next(), random.next()
            whole += (a & (b | c)).to_bytes(8, "little")
        return bytearray(whole[:width])

    parents = [fresh() for _ in range(families)]
    result = []
    for _ in range(parties):
        party = []
        for record in range(records):
            clk = bytearray(parents[random.below(families)])
            for _ in range(random.below(8 * width // 3 + 1)):
                draw = random.next()
                bit = (draw >> 32) % (8 * width)
                if draw % 8 < 3:
                    clk[bit // 8] |= 128 >> bit % 8
                else:
                    clk[bit // 8] &= ~(128 >> bit % 8) & 255
            if record % 997 == 996:
                clk = bytearray(width)
            party.append(bytes(clk))
        result.append(party)
    return result


def filters(party):
    result = []
    for clk in party:
        bits = bitarray(endian="big")
        bits.frombytes(clk)
        result.append(bits)
    return result


def pairs_of(parties, threshold, k=None, blocks=None):
    lookup = None
    if blocks is not None:
        lookup = lambda party, record, _: blocks[party][record]
    return find_candidate_pairs([filters(p) for p in parties], dice_coefficient, threshold, k=k, blocking_f=lookup)


def rows(candidates):
    scores, (a, b), (i, j) = candidates
    return list(zip(scores, a, b, i, j))


def exact(rows):
    """Scores as text: not every reader of JSON takes a number for the nearest double."""
    return [(repr(score), *numbers) for score, *numbers in rows]


def groups_of(candidates):
    """In the order of the Python solver."""
    ordered = probabilistic_greedy_solve_python(candidates, merge_threshold=1.0)
    native = probabilistic_greedy_solve(candidates, merge_threshold=1.0)
    service = greedy_solve(candidates)
    assert sorted(ordered) == sorted(native), "the two solvers differ"
    assert sorted(ordered) == sorted(service), "the solver of the service differs"
    return ordered


def digest_pairs(candidates):
    """SHA-256 over the pairs in order: score as a little-endian double, then four little-endian words."""
    hasher = hashlib.sha256()
    for score, a, b, i, j in rows(candidates):
        hasher.update(struct.pack("<dIIII", score, a, b, i, j))
    return hasher.hexdigest()


def digest_groups(groups):
    """SHA-256 over the groups in order: the number of members, then party and record of each, little-endian words."""
    hasher = hashlib.sha256()
    for group in groups:
        hasher.update(struct.pack("<I", len(group)))
        for party, record in group:
            hasher.update(struct.pack("<II", party, record))
    return hasher.hexdigest()


def text(clk):
    return base64.b64encode(clk).decode()


def small(name, parties, threshold, k=None, blocks=None):
    candidates = pairs_of(parties, threshold, k, blocks)
    return {
        "name": name,
        "threshold": repr(threshold),
        "k": k,
        "parties": [[text(clk) for clk in party] for party in parties],
        "blocks": blocks,
        "pairs": exact(rows(candidates)),
        "groups": groups_of(candidates),
    }


def weighted(width, *sets):
    """A filter of `width` bytes with these ranges of bits set."""
    clk = bytearray(width)
    for start, end in sets:
        for bit in range(start, end):
            clk[bit // 8] |= 128 >> bit % 8
    return bytes(clk)


def small_cases():
    # Filters whose coefficients are simple fractions: common bits from 0 on, own bits further up.
    ladder = [weighted(16, (0, n)) for n in range(0, 21)]
    for threshold in [0.0, 0.1, 0.5, 0.6, 2 / 3, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 0.28, 1 / 3, 6 / 7, 16 / 17]:
        yield small(f"ladder-{threshold:.4f}", [ladder, ladder[::-1]], threshold)
    just = [weighted(128, (0, 340), (400, 400 + n)) for n in range(0, 121, 4)]
    for threshold in [0.8, 0.85, 0.9, 680 / 740, 0.9189189189189190, 0.9189189189189189]:
        yield small(f"exact-{threshold!r}", [just, just[::-1]], threshold)
    same = [weighted(8, (0, 9)) for _ in range(5)]
    yield small("all-the-same", [same, same[:3]], 1.0)
    yield small("all-the-same-3", [same[:3], same, same[:4]], 0.9)
    yield small("no-bit", [[bytes(8)] * 3, [bytes(8), weighted(8, (0, 3))]], 0.0)
    yield small("no-bit-above-0", [[bytes(8)] * 3, [bytes(8), weighted(8, (0, 3))]], 1e-9)
    yield small("nobody-alike", [[weighted(8, (0, 9))], [weighted(8, (20, 29))]], 0.5)
    for number, (parties, records, width, families, threshold) in enumerate(
        [
            (2, 30, 16, 6, 0.7),
            (2, 40, 12, 10, 0.6),
            (2, 25, 1, 3, 0.5),
            (2, 25, 7, 4, 0.75),
            (3, 20, 16, 8, 0.72),
            (3, 30, 128, 9, 0.8),
            (4, 15, 8, 5, 0.7),
            (4, 20, 32, 12, 0.66),
            (5, 12, 16, 4, 0.6),
            (6, 10, 2, 3, 0.5),
        ]
    ):
        made = crowd(100 + number, parties, records, width, families)
        yield small(f"crowd-{number}", made, threshold)
        for k in [1, 2, 5]:
            yield small(f"crowd-{number}-k{k}", made, threshold, k=k)
        random = Random(200 + number)
        # A record in up to three of six blocks, or in none.
        blocks = [
            [sorted({f"b{random.below(6)}" for _ in range(random.below(4))}) for _ in party] for party in made
        ]
        yield small(f"crowd-{number}-blocks", made, threshold, blocks=blocks)
        yield small(f"crowd-{number}-blocks-0", made, 0.0, blocks=blocks)
        for k in [1, 3]:
            yield small(f"crowd-{number}-blocks-k{k}", made, threshold, k=k, blocks=blocks)


def large_cases():
    made = crowd(7, 2, 20_000, 128, 4_000)
    for threshold in [0.7, 0.8, 0.85]:
        candidates = pairs_of(made, threshold)
        groups = groups_of(candidates)
        yield {
            "name": f"20k-{threshold}",
            "crowd": {"seed": 7, "parties": 2, "records": 20_000, "width": 128, "families": 4_000},
            "threshold": repr(threshold),
            "pairs": len(candidates[0]),
            "pairs_sha256": digest_pairs(candidates),
            "groups": len(groups),
            "groups_sha256": digest_groups(groups),
        }
    for parties, records, width, families, threshold in [(3, 5_000, 128, 1_500, 0.75), (4, 2_000, 100, 700, 0.7), (2, 3_000, 64, 500, 0.4)]:
        seed = parties * 1000 + width
        made = crowd(seed, parties, records, width, families)
        candidates = pairs_of(made, threshold)
        groups = groups_of(candidates)
        yield {
            "name": f"{parties}-parties-{records}-{width}",
            "crowd": {"seed": seed, "parties": parties, "records": records, "width": width, "families": families},
            "threshold": repr(threshold),
            "pairs": len(candidates[0]),
            "pairs_sha256": digest_pairs(candidates),
            "groups": len(groups),
            "groups_sha256": digest_groups(groups),
        }


def dumped(candidates):
    out = io.BytesIO()
    dump_candidate_pairs(candidates, out)
    return out.getvalue()


def as_form(candidates, sizes):
    """The same candidates in numbers of these sizes."""
    score, dataset, record = sizes
    code = "<" + {2: "e", 4: "f", 8: "d"}[score] + 2 * {1: "B", 2: "H", 4: "L", 8: "Q"}[dataset] + 2 * {1: "B", 2: "H", 4: "L", 8: "Q"}[record]
    return struct.pack("<BBBB", 1, *sizes) + b"".join(struct.pack(code, *row) for row in rows(candidates))


def candidate_files():
    """Files as anonlink dumps and merges them, and in every form that it can read."""
    made = crowd(31, 4, 25, 16, 6)
    threshold = 0.7
    whole = pairs_of(made, threshold)
    parts = []
    for a, b in itertools.combinations(range(len(made)), 2):
        scores, _, (i, j) = pairs_of([made[a], made[b]], threshold)
        n = len(scores)
        parts.append((scores, (array.array("I", [a] * n), array.array("I", [b] * n)), (i, j)))
    files = [dumped(part) for part in parts]
    out = io.BytesIO()
    merge_streams([io.BytesIO(file) for file in files], out)
    assert out.getvalue() == dumped(whole)
    cases = [("parts", files, out.getvalue())]
    for name, forms in [
        ("sizes", [(8, 1, 1), (8, 2, 1), (8, 1, 2), (8, 4, 8), (8, 8, 4), (8, 1, 4)]),
        ("floats", [(4, 1, 1)] * 3 + [(8, 4, 4)] * 3),
        ("halves", [(2, 1, 1)] * 6),
    ]:
        files = [as_form(part, form) for part, form in zip(parts, forms)]
        out = io.BytesIO()
        merge_streams([io.BytesIO(file) for file in files], out)
        cases.append((name, files, out.getvalue()))
    for name, files, merged in cases:
        if merged[1] != 2:
            loaded = load_candidate_pairs(io.BytesIO(merged))
            loaded = (loaded[0], tuple(array.array("I", a) for a in loaded[1]), tuple(array.array("I", a) for a in loaded[2]))
        else:
            unpacked = list(struct.iter_unpack("<e2B2B", merged[4:]))
            columns = list(zip(*unpacked))
            loaded = (
                array.array("d", columns[0]),
                tuple(array.array("I", c) for c in columns[1:3]),
                tuple(array.array("I", c) for c in columns[3:5]),
            )
        yield {
            "name": name,
            "files": [file.hex() for file in files],
            "merged": merged.hex(),
            "groups": groups_of(loaded),
        }


def write(name, cases):
    cases = list(cases)
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n")
    print(name, len(cases))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    write("small.json", small_cases())
    write("candidates.json", candidate_files())
    write("large.json", large_cases())
