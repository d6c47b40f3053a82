#!/usr/bin/env python3
"""Make the name tables of src/owner/audit/tables from public tables of names.

    python3 tests/scripts/make_audit_tables.py INPUT_FOLDER src/owner/audit/tables

INPUT_FOLDER holds (see src/owner/audit/tables/README.md for where they come from):
census2010_surnames.csv.gz, ssa_us_1996_2012.csv.gz. Needs Python 3.9 and nothing else; the same
input gives the same output.
"""

import collections
import csv
import gzip
import pathlib
import sys

FIRST_NAMES = 2_000
SURNAMES = 5_000


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as f:
        yield from csv.DictReader(f)


def write(path, counts, most):
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
    text = "".join(f"{name}\t{count}\n" for name, count in ranked)
    path.write_text(text, encoding="ascii", newline="\n")


def main():
    source, target = map(pathlib.Path, sys.argv[1:])
    first = collections.Counter()
    for r in rows(source / "ssa_us_1996_2012.csv.gz"):
        first[r["name"]] += int(r["n"])
    last = collections.Counter()
    for r in rows(source / "census2010_surnames.csv.gz"):
        last[r["name"]] += int(r["count"])
    write(target / "first_names.tsv", first, FIRST_NAMES)
    write(target / "surnames.tsv", last, SURNAMES)


main()
