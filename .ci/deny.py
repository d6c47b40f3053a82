#!/usr/bin/env python3
"""The rules of deny.toml on licences, sources and doubled crates, where cargo-deny is not installed.

Reads what cargo says of the crates that are built from, for all targets and features. Advisories are not looked at.
"""

import pathlib
import re
import subprocess
import sys
import tomllib

RULES = tomllib.loads(pathlib.Path(__file__).with_name("deny.toml").read_text())
MANIFEST = tomllib.loads(pathlib.Path(__file__).parent.with_name("Cargo.toml").read_text())


def crates():
    """Name, version, source and licence of every crate that ours is built from. The source of the default registry is empty."""
    command = ["cargo", "tree", "--locked", "--all-features", "--target", "all"]
    command += ["--edges", "normal,build,dev", "--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    ours = MANIFEST["package"]["name"]
    for line in sorted(set(lines)):
        crate, licence = line.split("\t")
        name, version, *source = crate.replace(" (proc-macro)", "").split(" ")
        if name != ours:
            yield name, version.removeprefix("v"), " ".join(source), licence


def allowed(expression):
    """Whether an SPDX expression holds with the licences that are allowed: OR binds less than AND."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    terms = []
    for word in words:
        if word in ("(", ")"):
            terms.append(word)
        elif word in ("AND", "OR"):
            terms.append(word.lower())
        elif word == "WITH" or terms and terms[-1] == "WITH":
            # An exception gives more rights, never fewer.
            terms.append("WITH") if word == "WITH" else terms.pop()
        else:
            terms.append(str(word in RULES["licenses"]["allow"]))
    text = " ".join(terms)
    if not re.fullmatch(r"(True|False|and|or|\(|\)| )+", text):
        return False
    return eval(text)  # noqa: S307, of these words and no others


def faults():
    versions = {}
    for name, version, source, licence in crates():
        if not allowed(licence or "none"):
            yield f"{name} {version}: the licence {licence} is not among those that are allowed"
        if source:
            yield f"{name} {version}: is not of the default registry"
        versions.setdefault(name, []).append(version)
    for name, wanted in MANIFEST["dependencies"].items():
        if wanted == "*" or not isinstance(wanted, str) and wanted.get("version", "*") == "*":
            yield f"{name}: any version would do"
    skipped = [s["crate"].split("@") for s in RULES["bans"]["skip"]]
    for name, found in versions.items():
        known = [v for n, v in skipped if n == name]
        rest = [v for v in found if not any(v == k or v.startswith(k + ".") for k in known)]
        if len(rest) > 1:
            yield f"{name}: there are versions {', '.join(sorted(rest))}"
    for name, version in skipped:
        if len(versions.get(name, [])) < 2:
            yield f"{name}@{version}: is not doubled any more: take it from deny.toml"
    count = sum(map(len, versions.values()))
    print(f"{count} third-party crates, for all targets and for tests", file=sys.stderr)


if __name__ == "__main__":
    found = list(faults())
    print("\n".join(found), end="\n" if found else "")
    sys.exit(bool(found))
