"""What defects of a student table cost in links: run from an empty folder, with the program as argument."""

import csv
import json
import random
import subprocess
import sys

prog = sys.argv[1]


def run(*a):
    return subprocess.run([prog, *a, "-q"], check=True, capture_output=True, text=True).stdout


run("synth", "--records", "20000", "--seed", "5", "--out", "s")
run("project", "new", "--party", "district", "--party", "college", "-o", "p.toml")
run("key", "new", "-o", "k")
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


run("encode", "s/college.csv", "--project", "p.toml", "--party", "college", "--key", "k", "-o", "college.tokens", "--force")
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
    run("encode", "d.csv", "--project", "p.toml", "--party", "district", "--key", "k", "-o", "district.tokens", "--force")
    run("match", "district.tokens", "college.tokens", "--project", "p.toml", "-o", "r", "--force")
    t = json.loads(run("evaluate", "r", "--refs", "district.refs.csv", "--refs", "college.refs.csv", "--truth", "s/truth.csv", "--json"))
    print("|", name, "|", format(100 * t["decided"]["recall"], ".1f"), "|", format(100 * t["decided"]["precision"], ".1f"), "|", flush=True)
