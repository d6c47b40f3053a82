#!/usr/bin/env python3
"""The frontier of schemas: what graph matching finds against how well links are found.

    cargo build --release && cargo bench --bench frontier -- TABLE 1250 SCHEMA... >> benches/frontier/privacy.tsv
    python3 benches/frontier.py quality NAME=FOLDER... -- SCHEMA... >> benches/frontier/quality.tsv
    python3 benches/frontier.py draw
    python3 benches/frontier.py passes NAME=FOLDER... [-- PASS...]

SCHEMA is the name of a shipped schema or a file of benches/frontier. FOLDER holds district.csv, college.csv and
truth.csv; NAME is for the table, and may end in `:id=COLUMN` for a table with an unusual id column. `draw` writes
docs/concepts/frontier.svg and prints the table of docs/concepts/choosing-a-schema.md, `passes` that of what `k12` loses
without each of its passes, or without those given (`none` is the whole schema): F1, bytes, and what the audit finds in the first
set, which takes some minutes a pass. Python 3.11, nothing else.
"""

import collections
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = ROOT / "benches" / "frontier"
PROGRAM = ROOT / "target" / "release" / "blindlink"
SHIPPED = ("k12", "k12-strict", "clk")


def run(*arguments):
    return subprocess.run(
        [PROGRAM, "--quiet", *map(str, arguments)], check=True, capture_output=True, text=True
    ).stdout


def label(schema):
    return pathlib.Path(schema).stem


def encoded(schema, folder, mapping, work):
    """Encodes both tables of `folder` into `work`; the project file and the key."""
    shipped = schema if schema in SHIPPED else "k12"
    project, key = work / "project.toml", work / "linkage.key"
    run("project", "new", "--schema", shipped, "--party", "district", "--party", "college", "-o", project)
    if schema not in SHIPPED:
        head = project.read_text().split("\n# What is encoded")[0]
        project.write_text(f"{head}\n{pathlib.Path(schema).read_text()}")
    run("key", "new", "-o", key)
    for party in ("district", "college"):
        run(
            "encode", folder / f"{party}.csv", "--project", project, "--party", party, "--key", key,
            "-o", work / f"{party}.tokens", *(["--map", mapping] if mapping else []),
        )  # fmt: skip
    return project, key


def quality(schema, folder, mapping):
    """Precision, recall and F1 as decided, the best F1, bytes a record of the first party."""
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project, _ = encoded(schema, folder, mapping, work)
        run("match", work / "district.tokens", work / "college.tokens", "--project", project, "-o", work / "results")
        text = run(
            "evaluate", work / "results", "--refs", work / "district.refs.csv", "--refs", work / "college.refs.csv",
            "--truth", folder / "truth.csv",
        )  # fmt: skip
        records = sum(1 for _ in open(work / "district.refs.csv")) - 1
        size = (work / "district.tokens").stat().st_size / records
        rows = {line.split("  ")[0]: line.split()[-6:] for line in text.splitlines() if line.startswith(("as", "best"))}
        decided, best = rows["as decided"], rows["best, with the truth"]
        return [*decided[:3], best[2], f"{size:.0f}"]


def leak(schema, folder, mapping):
    """What the audit re-identifies in one birthdate of a state's size, in percent: the mean of its seeds with all people
    on the attacker's list, and with half of them; and the most lasting neighbours that any pass offers (its bound is 10)."""
    folder = pathlib.Path(folder)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        project, key = encoded(schema, folder, mapping, work)
        run(
            "audit", folder / "district.csv", "--project", project, "--party", "district", "--key", key,
            "--tokens", work / "district.tokens", "--json", work / "audit.json", *(["--map", mapping] if mapping else []),
        )  # fmt: skip
        audit = json.loads((work / "audit.json").read_text())
    found = {1.0: [], 0.5: []}
    for attack in audit["attacks"]:
        if attack["scope"] == "one birthdate":
            found[attack["overlap"]].append(100 * attack["reidentified"])
    shares = [sum(f) / len(f) for f in found.values()]
    neighbours = max(c["block"] / c["threshold"] for c in audit["correlation"])
    return [f"{s:.2f}" for s in shares] + [f"{neighbours:.1f}", audit["verdict"]]


def without_passes():
    """The schema k12 without each of its passes: the pass, and the text of the schema."""
    text = (ROOT / "src" / "project" / "schemas" / "k12.toml").read_text(encoding="utf-8")
    head, *passes = re.split(r"^(?=\[\[schema\.pass\]\]$)", text[text.index("[schema]") :], flags=re.MULTILINE)
    yield "none", head + "".join(passes)
    for i, one in enumerate(passes):
        yield re.search('name = "([^"]+)"', one)[1], head + "".join(passes[:i] + passes[i + 1 :])


def passes(sets, only):
    print("| without | " + " | ".join(name for name, _ in sets) + " | bytes | all, half, neighbours, verdict |")
    print("|" + " --- |" * (3 + len(sets)))
    with tempfile.TemporaryDirectory() as work:
        for name, text in (w for w in without_passes() if not only or w[0] in only):
            schema = pathlib.Path(work) / f"{name}.toml"
            schema.write_text(text, encoding="utf-8")
            marks, size = [], "-"
            for _, folder in sets:
                folder, _, mapping = folder.partition(":")
                *_, decided, best, size = quality(str(schema), folder, mapping)
                marks.append(f"{decided} / {best}".replace("0.", "."))
            folder, _, mapping = sets[0][1].partition(":")
            shown = ", ".join(leak(str(schema), folder, mapping))
            print(f"| `{name}` | " + " | ".join(marks) + f" | {size} | {shown} |", flush=True)


def read(name):
    path = DATA / name
    return [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else []


def privacy():
    """schema -> (overlap, attack) -> the share of each seed, the best mode counting."""
    out = collections.defaultdict(lambda: collections.defaultdict(list))
    for schema, overlap, _seed, _shared, *modes in read("privacy.tsv"):
        best = max(float(m.split()[-1]) for m in modes)
        attack = "namesakes" if modes[0].startswith("namesakes") else "graph"
        out[label(schema)][overlap, attack].append(best)
    return out


def draw():
    shares, f1 = privacy(), collections.defaultdict(dict)
    sets, size = [], {}
    for schema, name, _p, _r, decided, best, bytes_ in read("quality.tsv"):
        f1[label(schema)][name] = (decided, best)
        size[label(schema)] = bytes_
        if name not in sets:
            sets.append(name)
    mean = lambda values: f"{sum(values) / len(values):.1f}" if values else "-"
    spread = lambda v: f"{mean(v)} ({min(v):.1f}-{max(v):.1f})" if v else "-"
    print("| schema | all shared | half shared | namesakes: all, half | " + " | ".join(sets) + " | bytes |")
    print("|" + " --- |" * (5 + len(sets)))
    ordered = sorted(shares, key=lambda s: (s not in SHIPPED, max(shares[s]["1", "graph"], default=0)))
    for schema in ordered:
        s = shares[schema]
        votes = f"{mean(s['1', 'namesakes'])}, {mean(s['0.5', 'namesakes'])}" if s["1", "namesakes"] else "-"
        marks = [" / ".join(v.lstrip("0") for v in f1[schema].get(n, ("-", "-"))) for n in sets]
        name = f"**`{schema}`**" if schema in SHIPPED else f"`{schema}`"
        print(
            f"| {name} | {spread(s['1', 'graph'])} | {spread(s['0.5', 'graph'])} | {votes} | "
            + " | ".join(marks) + f" | {size.get(schema, '-')} |"
        )  # fmt: skip
    target = ROOT / "docs" / "concepts" / "frontier.svg"
    target.write_text(chart(shares, f1, sets[0]))


def chart(shares, f1, name):
    """Share re-identified, all shared (logarithmic), against the best F1 on one set."""
    width, height, left, bottom, top, right = 900, 460, 70, 50, 30, 240

    points = [
        (s, sum(v["1", "graph"]) / len(v["1", "graph"]), float(f1[s][name][1]))
        for s, v in shares.items()
        if v["1", "graph"] and name in f1[s]
    ]
    low_x, high_x = math.log10(0.1), 2.0
    low_y, high_y = min(p[2] for p in points) - 0.005, max(p[2] for p in points) + 0.005
    x = lambda share: left + (math.log10(max(share, 0.1)) - low_x) / (high_x - low_x) * (width - left - right)
    y = lambda f: height - bottom - (f - low_y) / (high_y - low_y) * (height - bottom - top)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f"<title>Share re-identified against F1, {name}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for share in (0.1, 0.3, 1, 3, 10, 30, 100):
        out.append(f'<line x1="{x(share):.0f}" x2="{x(share):.0f}" y1="{top}" y2="{height - bottom}" stroke="#ddd"/>')
        out.append(f'<text x="{x(share):.0f}" y="{height - bottom + 18}" text-anchor="middle">{share} %</text>')
    out.append(f'<line x1="{x(5):.0f}" x2="{x(5):.0f}" y1="{top}" y2="{height - bottom}" stroke="#c33" stroke-dasharray="4"/>')
    out.append(f'<text x="{x(5) + 4:.0f}" y="{top + 12}" fill="#c33">bound of k12: 5 %</text>')
    step = 0.01
    tick = math.ceil(low_y / step) * step
    while tick < high_y:
        out.append(f'<line x1="{left}" x2="{width - right}" y1="{y(tick):.0f}" y2="{y(tick):.0f}" stroke="#ddd"/>')
        out.append(f'<text x="{left - 8}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:.2f}</text>')
        tick += step
    # Shipped schemas by name, the others by a number and a list at the right.
    number = 0
    for schema, share, f in sorted(points, key=lambda p: (-p[2], p[1])):
        colour = "#1a5fb4" if schema in SHIPPED else "#777"
        out.append(f'<circle cx="{x(share):.1f}" cy="{y(f):.1f}" r="{5 if schema in SHIPPED else 3.5}" fill="{colour}"/>')
        if schema in SHIPPED:
            out.append(
                f'<text x="{x(share) - 9:.0f}" y="{y(f) + 4:.0f}" fill="{colour}" font-weight="bold" text-anchor="end">{schema}</text>'
            )
        else:
            number += 1
            out.append(f'<text x="{x(share) + 5:.0f}" y="{y(f) - 4:.0f}" fill="{colour}" font-size="10">{number}</text>')
            line = top + 16 * number
            out.append(f'<text x="{width - right + 15}" y="{line}" fill="#555">{number}  {schema}</text>')
    middle = (left + width - right) / 2
    out.append(
        f'<text x="{middle:.0f}" y="{height - 8}" text-anchor="middle">people re-identified in a birthdate block of 1,250, '
        "all shared (mean of three seeds)</text>"
    )
    out.append(f'<text x="{left}" y="18">best F1, {name}</text>')
    return "\n".join([*out, "</svg>", ""])


def main():
    match sys.argv[1:]:
        case ["draw"]:
            draw()
        case ["passes", *rest] if rest:
            end = rest.index("--") if "--" in rest else len(rest)
            passes([tuple(one.split("=", 1)) for one in rest[:end]], rest[end + 1 :])
        case ["quality", *rest] if "--" in rest:
            cut = rest.index("--")
            for schema in rest[cut + 1 :]:
                for one in rest[:cut]:
                    name, _, folder = one.partition("=")
                    folder, _, mapping = folder.partition(":")
                    print(label(schema), name, *quality(schema, folder, mapping), sep="\t", flush=True)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
