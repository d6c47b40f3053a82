"""What defects of a student table cost in links: run from an empty folder, with the program as argument.

Each figure is the mean over three linkage keys, which alone move it by half a point.
"""

import csv
import json
import random
import subprocess
import sys

prog = sys.argv[1]


def run(*a):
    return subprocess.run([prog, *a, "-q"], check=True, capture_output=True, text=True).stdout


def encode(party, table, key):
    out = "district.tokens" if party == "district" else f"college{key}.tokens"
    run("encode", table, "--project", "p.toml", "--party", party, "--key", f"key{key}", "-o", out, "--force")


run("synth", "--records", "20000", "--seed", "5", "--out", "s")
run("project", "new", "--party", "district", "--party", "college", "-o", "p.toml")
NAMES = ("first_name", "middle_name", "last_name")
rows = list(csv.DictReader(open("s/district.csv", encoding="utf-8")))


def none(r):
    pass


def no_middle(r):
    r["middle_name"] = ""


def cut10(r):
    for f in NAMES:
        r[f] = r[f][:10]


def default_birth(r):
    if random.random() < 0.05:
        r["birthdate"] = "1900-01-01"


def no_birth(r):
    if random.random() < 0.05:
        r["birthdate"] = ""


def first_placeholder(r):
    if random.random() < 0.05:
        r["first_name"] = "FNU"


def upper(r):
    for f in NAMES:
        r[f] = r[f].upper()


def initial(r):
    if random.random() < 0.05:
        r["first_name"] = r["first_name"][:1]


def mojibake(r):
    for f in NAMES:
        r[f] = r[f].encode().decode("cp1252", "replace")


def question(r):
    for f in NAMES:
        r[f] = r[f].encode("ascii", "replace").decode()


KEYS = range(3)
for k in KEYS:
    run("key", "new", "-o", f"key{k}")
    encode("college", "s/college.csv", k)
print("| defect of the district's table | recall, % | precision, % |\n| --- | --- | --- |", flush=True)
DEFECTS = [
    ("none", none),
    ("no middle name at all", no_middle),
    ("names cut at 10 letters", cut10),
    ("5 % of birthdates are 1900-01-01", default_birth),
    ("5 % of birthdates are empty", no_birth),
    ("5 % of first names are `FNU`", first_placeholder),
    ("5 % of first names are an initial", initial),
    ("every accented letter is `?`", question),
    ("all in capital letters", upper),
    ("UTF-8 read as Windows-1252", mojibake),
]
for name, f in DEFECTS:
    random.seed(1)
    out = [dict(r) for r in rows]
    for r in out:
        f(r)
    with open("d.csv", "w", newline="", encoding="utf-8") as h:
        w = csv.DictWriter(h, out[0].keys())
        w.writeheader()
        w.writerows(out)
    done = []
    for k in KEYS:
        encode("district", "d.csv", k)
        run("match", "district.tokens", f"college{k}.tokens", "--project", "p.toml", "-o", "r", "--force")
        refs = ("--refs", "district.refs.csv", "--refs", f"college{k}.refs.csv")
        done.append(json.loads(run("evaluate", "r", *refs, "--truth", "s/truth.csv", "--json"))["decided"])
    recall, precision = (100 * sum(d[what] for d in done) / len(done) for what in ("recall", "precision"))
    print(f"| {name} | {recall:.1f} | {precision:.1f} |", flush=True)
