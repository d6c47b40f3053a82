#!/usr/bin/env python3
"""Precision, recall and F1 of the default schema on every data set, as the tables of docs/quality.md.

    cargo build --release
    python3 benches/quality.py LINK NAME=FOLDER... DEDUPE NAME=FILE... > tables.md

A FOLDER has district.csv, college.csv and truth.csv (two id columns), and may be followed by changes to be made before:
FOLDER:blank=S takes a share S of the birthdates out of both tables at random, FOLDER:blank-college=S of that one,
FOLDER:years leaves the year alone. A FILE has a column of ids and one whose values
are equal for records of one person: NAME=FILE:id=COLUMN:person=COLUMN:TRUTH, with TRUTH a CSV of pairs of ids instead of
the column. Further `field=COLUMN` map columns. An interval in bold does not hold the truth. Python 3.11, nothing else. Keys and projects are new in every run, so the
third decimal varies. F1 in clear is that of `evaluate --clear`: the same records and model, the names themselves.
"""

import collections
import csv
import itertools
import json
import pathlib
import random
import re
import sys
import tempfile
import unicodedata

from frontier import run

BIRTHDATE = ("birthdate", "DOB", "date_of_birth")
BINS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


def rows(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def project(work):
    run("project", "new", "--party", "district", "--party", "college", "-o", work / "p.toml")
    run("key", "new", "-o", work / "k")


def encode(work, party, table, maps=()):
    more = [a for m in maps for a in ("--map", m)]
    shared = ("encode", table, "--project", work / "p.toml", "--party", party, "--key", work / "k", *more)
    run(*shared, "-o", work / f"{party}.tokens")
    run(*shared, "--decoys", "-o", work / f"{party}.decoys.tokens")
    return {r["record_ref"]: r["student_id"] for r in rows(work / f"{party}.refs.csv")}


def score(found, truth):
    right = len(found & truth)
    precision, recall = right / max(1, len(found)), right / max(1, len(truth))
    return f"{precision:.4f} | {recall:.4f} | {2 * right / max(1, len(found) + len(truth)):.4f}"


def given_names(row):
    """The given names of a row of `synth`, folded: of the columns for first and middle names, without initials."""
    cells = " ".join(row.get(c, "") for c in ("first_name", "middle_name", "FNAME", "MI"))
    plain = "".join(c for c in unicodedata.normalize("NFKD", cells).upper() if not unicodedata.combining(c))
    return [word for word in re.sub("[^A-Z]+", " ", plain).split() if len(word) > 1]


def slips(a, b):
    """The least number of letters to be put in, left out or changed to make `a` of `b`."""
    before = list(range(len(b) + 1))
    for i, x in enumerate(a):
        row = [i + 1]
        for j, y in enumerate(b):
            row.append(min(row[-1] + 1, before[j + 1] + 1, before[j] + (x != y)))
        before = row
    return before[-1]


def share_a_name(left, right):
    """Whether a given name is in both, but for two slips or as the beginning of a longer one."""
    return any(
        x.startswith(y) or y.startswith(x) or (min(len(x), len(y)) > 3 and slips(x, y) <= 2) for x in left for y in right
    )


def interval(quality, what, truth):
    """An estimate with its interval, in bold if the truth lies outside."""
    known, low, high = quality[what], quality[what + "_low"], quality[what + "_high"]
    text = f"{'?' if known is None else f'{known:.3f}'} ({low:.3f} to {high:.3f})"
    return text if low <= truth <= high else f"**{text}**"


def changed(table, party, changes, out):
    """A copy of the table with its birthdates changed; the same in every run."""
    draw, share = random.Random(party), 0.0
    for change in changes:
        which, _, value = change.partition("=")
        share = float(value) if which in ("blank", f"blank-{party}") else share
    all_rows = rows(table)
    column = next(c for c in BIRTHDATE if c in all_rows[0])
    with open(out, "w", encoding="utf-8", newline="") as f:
        writer = csv.DictWriter(f, all_rows[0].keys())
        writer.writeheader()
        for row in all_rows:
            if draw.random() < share:
                row[column] = ""
            elif "years" in changes:
                row[column] = next(iter(re.findall(r"[0-9]{4}", row[column])), "")
            writer.writerow(row)
    return out


def linked(name, folder, reliability, groups):
    folder, *options = folder.split(":")
    folder, maps = pathlib.Path(folder), [o for o in options if o.startswith("id=")]
    columns = [a for m in maps for a in ("--map", m)]
    changes = [o for o in options if o not in maps]
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project(work)
        tables = {p: folder / f"{p}.csv" for p in ("district", "college")}
        if changes:
            tables = {p: changed(t, p, changes, work / f"{p}.csv") for p, t in tables.items()}
        ids = [encode(work, p, t, maps) for p, t in tables.items()]
        truth = {tuple(list(r.values())[:2]) for r in rows(folder / "truth.csv")}
        for more in ((), ("--duplicates",)):
            out = work / f"r{len(more)}"
            decoys = [a for p in ("district", "college") for a in ("--decoys", work / f"{p}.decoys.tokens")]
            tokens = (work / "district.tokens", work / "college.tokens")
            run("match", *tokens, "--project", work / "p.toml", "-o", out, *decoys, *more)
            refs = [a for p in ("district", "college") for a in ("--refs", work / f"{p}.refs.csv")]
            best = json.loads(run("evaluate", out, *refs, "--truth", folder / "truth.csv", "--json"))["best"]["f1"]
            clear = run("evaluate", "--clear", *tables.values(), "--truth", folder / "truth.csv", "--json", *more, *columns)
            clear = json.loads(clear)["clear"]["decided"]["f1"]
            links = {(ids[0][r["ref_a"]], ids[1][r["ref_b"]]): float(r["probability"]) for r in rows(out / "links.csv")}
            report = json.loads((out / "report.json").read_text())["pairs"][0]
            quality = report["quality"]
            right = len(set(links) & truth)
            shown = [interval(quality, "precision", right / len(links)), interval(quality, "recall", right / len(truth))]
            shown.append(" / ".join(f"{d['precision']:.3f}" for d in report["decoys"]))
            print(f"| {name} | {'with' if more else 'without'} | {score(set(links), truth)} | {best:.4f} | {clear:.4f}", end=" | ")
            print(" | ".join(shown) + " |", flush=True)
            if more:
                tags = folder / "tags-district.csv"
                if tags.exists():
                    group = {r["id"]: r["group"] for r in rows(tags)}
                    given = [{next(iter(r.values())): given_names(r) for r in rows(t)} for t in tables.values()]
                    for pair in truth:
                        counts = groups[name][group[pair[0]]]
                        counts[0] += 1
                        counts[1] += pair in links
                        counts[2] += not share_a_name(given[0][pair[0]], given[1][pair[1]])
                for pair, probability in links.items():
                    at = next(i for i, edge in enumerate(BINS[1:]) if probability < edge)
                    reliability[name][at][0] += 1
                    reliability[name][at][1] += pair in truth


def deduped(name, text):
    file, *options = text.split(":")
    pairs = [o for o in options if "=" not in o]
    maps = [o for o in options if "=" in o and not o.startswith("person=")]
    person = next((o.split("=")[1] for o in options if o.startswith("person=")), None)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project(work)
        ids = encode(work, "district", file, maps)
        if pairs:
            truth = {tuple(sorted(list(r.values())[:2])) for r in rows(pairs[0])}
        else:
            of, column = collections.defaultdict(list), next(m.split("=")[1] for m in maps if m.startswith("id="))
            for r in rows(file):
                of[r[person]].append(r[column])
            truth = {tuple(sorted(p)) for group in of.values() for p in itertools.combinations(group, 2)}
        run("match", work / "district.tokens", "--project", work / "p.toml", "-o", work / "r", "--duplicates")
        found = {tuple(sorted((ids[r["ref_1"]], ids[r["ref_2"]]))) for r in rows(work / "r" / "duplicates.csv")}
        print(f"| {name} | {len(ids)} | {len(truth)} | {score(found, truth)} |")


def main(arguments):
    split = arguments.index("DEDUPE") if "DEDUPE" in arguments else len(arguments)
    reliability = collections.defaultdict(lambda: [[0, 0] for _ in BINS[1:]])
    groups = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0, 0]))
    print("| data | duplicates | precision | recall | F1 | best F1, with the truth | F1 in clear | precision, estimated (90 %) | recall, estimated (90 %) | precision by decoys of either party |")
    print("|" + " --- |" * 10)
    for one in arguments[1:split]:
        linked(*one.split("=", 1), reliability, groups)
    print("\n| data | records | true pairs | precision | recall | F1 |\n| --- | --- | --- | --- | --- | --- |")
    for one in arguments[split + 1 :]:
        deduped(*one.split("=", 1))
    print("\n| data | " + " | ".join(f"{a} to {min(b, 1)}" for a, b in itertools.pairwise(BINS)) + " |")
    print("| --- |" + " --- |" * (len(BINS) - 1))
    for name, bins in reliability.items():
        print(f"| {name} | " + " | ".join(f"{100 * r / n:.0f} % of {n}" if n else "none" for n, r in bins) + " |")
    print("\n| data | group | true pairs | recall | no given name in common |\n| --- | --- | --- | --- | --- |")
    for name, counts in groups.items():
        for group, (n, r, unlike) in sorted(counts.items()):
            print(f"| {name} | {group} | {n} | {r / n:.4f} | {100 * unlike / n:.1f} % |")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 2 else print(__doc__))
