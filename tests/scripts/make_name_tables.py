#!/usr/bin/env python3
"""Make the name tables of src/synth/tables from public tables of names.

    python3 tests/scripts/make_name_tables.py INPUT_FOLDER src/synth/tables

INPUT_FOLDER holds (see src/synth/tables/README.md for where they come from):
census2010_surnames.csv.gz, ssa_ca_1996_2012.csv.gz, tzioumis_first_name_race.csv.gz,
nicknames.csv.gz. Needs Python 3.9 and nothing else; the same input gives the same output.
"""

import collections
import csv
import gzip
import math
import pathlib
import sys

SURNAMES = 26_000  # kept by name; the rest is made by recombination (src/synth/names.rs)
FIRST_NAMES = 9_500
BANDS = ((2003, 2005), (2006, 2008))  # births that fall into the four cohorts
GROUPS = ("hispanic", "white", "asian", "black")  # the order of the share digits
CALIFORNIA = (0.52, 0.29, 0.12, 0.06)  # births about 2005
NATION = (0.163, 0.637, 0.048, 0.122)  # the census of 2010
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f)


def share_digit(share):
    """A share 0..1 as one digit of base 36, on a scale of squares: (d / 35)^2."""
    return DIGITS[min(35, round(35 * math.sqrt(max(share, 0.0))))]


def count_char(count):
    """A count as one character: '!' is none, else 4 steps an octave from '"' for 1."""
    return "!" if count <= 0 else chr(34 + round(4 * math.log2(count)))


def surnames(folder):
    kept, rest = [], [[0, 0.0] for _ in GROUPS]
    table = []
    for r in rows(folder / "census2010_surnames.csv.gz"):
        shares = [float(r[c] or 0) / 100 for c in ("pcthispanic", "pctwhite", "pctapi", "pctblack")]
        count = int(r["count"])
        here = sum(s * c / n for s, c, n in zip(shares, CALIFORNIA, NATION))
        table.append((-count * here, r["name"], count, shares))
    table.sort()
    for rank, (_, name, count, shares) in enumerate(table):
        if rank < SURNAMES:
            kept.append((name, count, shares))
        else:
            top = max(range(4), key=lambda g: shares[g])
            rest[top][0] += 1
            for g in range(4):
                rest[g][1] += count * shares[g]
    total = [sum(c * s[g] for _, c, s in kept) + rest[g][1] for g in range(4)]
    for g in range(4):
        print(f"{GROUPS[g]}: {rest[g][0]} names left out, {rest[g][1] / total[g]:.3f} of the group")
    return [f"{n}\t{count_char(c)}{''.join(map(share_digit, s))}" for n, c, s in kept]


def first_names(folder):
    known = {}
    for r in rows(folder / "tzioumis_first_name_race.csv.gz"):
        known[r["name"]] = [float(r[c]) for c in ("hispanic", "white", "api", "black")]
    counts = collections.defaultdict(lambda: [0, 0])
    for r in rows(folder / "ssa_ca_1996_2012.csv.gz"):
        for band, (first, last) in enumerate(BANDS):
            if first <= int(r["year"]) <= last:
                counts[r["name"], r["sex"]][band] += int(r["n"])
    # Tzioumis' people are mortgage applicants; scale the shares so that the births of
    # California have California's groups (a few rounds of proportional fitting).
    born = [(name, sum(n)) for (name, _), n in counts.items() if name in known]
    factor = [1.0] * 4
    for _ in range(30):
        got = [0.0] * 4
        for name, n in born:
            p = [s * f for s, f in zip(known[name], factor)]
            t = sum(p) or 1.0
            for g in range(4):
                got[g] += n * p[g] / t
        scale = sum(got)
        factor = [f * c / (x / scale) for f, c, x in zip(factor, CALIFORNIA, got)]

    def shares_of(name):
        p = [s * f for s, f in zip(known[name], factor)]
        t = sum(p)
        return [x / t for x in p] if t else list(CALIFORNIA)

    # Names that Tzioumis lacks take the mean of the known names with their ending, the
    # longest ending that 20 known names share.
    endings = collections.defaultdict(lambda: [0, [0.0] * 4])
    for name in known:
        for k in (1, 2, 3):
            e = endings[name[-k:]]
            e[0] += 1
            e[1] = [a + b for a, b in zip(e[1], shares_of(name))]

    def shares(name):
        if name in known:
            return shares_of(name)
        for k in (3, 2, 1):
            n, total = endings.get(name[-k:], (0, None))
            if n >= 20:
                return [t / n for t in total]
        return list(CALIFORNIA)

    best = sorted(counts.items(), key=lambda e: (-sum(e[1]), e[0]))[:FIRST_NAMES]
    lost = 1 - sum(sum(n) for _, n in best) / sum(sum(n) for n in counts.values())
    print(f"first names: {lost:.4f} of the listed births left out")
    return [
        f"{name}\t{sex}{count_char(n[0])}{count_char(n[1])}{''.join(map(share_digit, shares(name)))}"
        for (name, sex), n in best
    ]


def nicknames(folder, wanted):
    short = collections.defaultdict(list)
    for r in rows(folder / "nicknames.csv.gz"):
        if r["name"] in wanted and r["nickname"].isascii() and r["nickname"].isalpha():
            short[r["name"]].append(r["nickname"])
    return [f"{name}\t{' '.join(nicks)}" for name, nicks in sorted(short.items())]


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    first = first_names(folder)
    tables = {
        "surnames.tsv": surnames(folder),
        "first_names.tsv": first,
        "nicknames.tsv": nicknames(folder, {line.split("\t")[0] for line in first}),
    }
    for name, lines in tables.items():
        (out / name).write_bytes(("\n".join(lines) + "\n").encode("ascii"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
