#!/usr/bin/env python3
"""blindlink beside anonlink, clkhash and Splink: the same data, one run, ratios.

    python3 benches/rivals.py                                    # 100,000 records a side, about ten minutes
    python3 benches/rivals.py --records 1740000 --work rivals    # keeps the environment and the data in ./rivals
    python3 benches/rivals.py --only clk,approximate --repeat 5 --json rivals.json

Builds blindlink, makes a virtual environment with the rivals (pinned below), makes up students, measures, and prints
Markdown on standard output. Parts, for --only:

    encode       a student table into tokens: default schema, whole command, 2 threads; clkhash: one CLK a record, 2 workers
    clk          all pairs of classic CLKs of Dice >= 0.85, lossless, one thread: anonlink on the very same CLKs
    clkencode    `clk encode` and clkhash's generate_clk_from_csv, one thread and one worker, on the same file and linkage schema
    clkmatch     `clk match` and anonlink's find_candidate_pairs, one thread each, on the same CLKs, Dice >= 0.85
    approximate  the same as clk with `match --approximate 0.99`, if this blindlink has it, against its lossless run
    match        two token files into crosswalks, default schema, 2 threads; Splink: the same people in clear
    threads      `match` with 1 and with 2 threads
    growth       `match` at a tenth, a third and the whole of --records: time against pairs inside blocks

Python 3.10 or later on Linux or macOS, cargo, and network access for pip alone. Where pip finds no wheel of anonlink it
compiles it, which needs a C++ compiler. How to read the ratios: benches/README.md.
"""

import argparse
import csv
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime

ROOT = pathlib.Path(__file__).resolve().parents[1]
OTHERS = ROOT / "benches" / "others.py"
PARTIES = ("district", "college")
PARTS = ("encode", "clk", "clkencode", "clkmatch", "approximate", "match", "threads", "growth")
# setuptools: anonlink imports pkg_resources, which later ones do not have.
RIVALS = ("anonlink==0.15.3", "clkhash==0.18.3", "splink==5.0.0", "duckdb==2.0.1", "setuptools<81")
NAMED = ("anonlink", "clkhash", "splink", "duckdb", "numpy", "bitarray")
DICE = 0.85
# Which columns of the two tables go into the table for clkhash, and how their dates are written.
COLUMNS = {
    "district": ("student_id", "first_name", "last_name", "birthdate", "%Y-%m-%d"),
    "college": ("APP_ID", "FNAME", "LNAME", "DOB", "%m/%d/%Y"),
}
SECRET = "not a secret"
INSTRUCTION_SETS = ("popcnt", "avx2", "avx512f", "avx512bw", "avx512_vnni", "avx512_vpopcntdq", "asimd", "sve")


# What is measured of a process -------------------------------------------------------------------------------------


def measure(*command):
    """Runs a command. Its standard output, and wall seconds, processor seconds and peak memory of its process."""
    with tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        child = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=errors, text=True)
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stdout.close()
        if child.returncode != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(map(str, command))}\nended with {child.returncode}:\n{errors.read()[-4000:]}")
    # Bytes on macOS, KiB elsewhere.
    peak = usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024
    return out, {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss_mb": peak / 1e6}


def median(runs):
    """The median of each measured number of several runs; counts and all else are those of the last run."""
    last = runs[-1]
    return {k: statistics.median(r[k] for r in runs) if isinstance(v, float) else v for k, v in last.items()}


def note(text):
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)


# blindlink ---------------------------------------------------------------------------------------------------------


class Bench:
    """Programs, data and folders of one run."""

    def __init__(self, options, work):
        self.options = options
        self.work = work
        self.program = options.binary or build()
        self.python = None
        self.runs = {}

    def blindlink(self, *arguments):
        """Runs a verb silently: its standard output and what it took."""
        return measure(self.program, "--quiet", *arguments)

    def alternate(self, ours, *theirs):
        """Runs each function --repeat times in turn, so that all see the same machine: the medians of each."""
        runs = [[run() for run in (ours, *theirs)] for _ in range(self.options.repeat)]
        return [median(column) for column in zip(*runs)]

    def people(self, records):
        """The folder of made-up students, two tables and their truth."""
        folder = self.work / f"people-{records}"
        if not (folder / "truth.csv").exists():
            note(f"making up {records} students a side")
            self.blindlink("synth", "--records", records, "--seed", 1, "-o", folder, "--force")
        return folder

    def project(self, schema):
        """Project file and key of a schema, one for all sizes."""
        project, key = self.work / f"{schema}.toml", self.work / "linkage.key"
        if not project.exists():
            parties = [a for p in PARTIES for a in ("--party", p)]
            self.blindlink("project", "new", "--schema", schema, *parties, "-o", project)
        if not key.exists():
            self.blindlink("key", "new", "-o", key)
        return project, key

    def encode(self, schema, records, party, threads=2):
        """Encodes the table of one party: what it took. The token file is `self.tokens(...)` afterwards."""
        project, key = self.project(schema)
        folder = self.work / f"{schema}-{records}"
        folder.mkdir(exist_ok=True)
        table = self.people(records) / f"{party}.csv"
        out, took = self.blindlink(
            "encode", table, "--project", project, "--party", party, "--key", key,
            "-o", folder / f"{party}.tokens", "--threads", threads, "--force", "--json",
        )  # fmt: skip
        return took | {"records": json.loads(out)["records"]}

    def tokens(self, schema, records):
        """The token files of both parties, encoded if they are not there."""
        files = [self.work / f"{schema}-{records}" / f"{p}.tokens" for p in PARTIES]
        for party, file in zip(PARTIES, files):
            if not file.exists():
                note(f"encoding {party}, {schema}, {records} records")
                self.encode(schema, records, party)
        return files

    def match(self, schema, records, threads, *more):
        """Matches both token files: what it took, and the report of the two parties."""
        project, _ = self.project(schema)
        tokens = self.tokens(schema, records)
        results = self.work / f"{schema}-{records}" / "results"
        out, took = self.blindlink(
            "match", *tokens, "--project", project, "-o", results, "--threads", threads, "--force", "--json", *more
        )
        return took | {"report": json.loads(out)["pairs"][0]}

    def quality(self, schema, records):
        """Precision, recall and F1 of the last match, as decided."""
        folder = self.work / f"{schema}-{records}"
        refs = [a for p in PARTIES for a in ("--refs", folder / f"{p}.refs.csv")]
        truth = self.people(records) / "truth.csv"
        out, _ = self.blindlink("evaluate", folder / "results", *refs, "--truth", truth, "--json")
        return {k: json.loads(out)["decided"][k] for k in ("precision", "recall", "f1")}

    def linkage(self, records):
        """For clkhash and `clk encode`: linkage schema, secret, and the tables of both parties in the schema's columns."""
        folder = self.work / f"clks-{records}"
        folder.mkdir(exist_ok=True)
        schema, secret = folder / "linkage-schema.json", folder / "secret.txt"
        schema.write_text(json.dumps(linkage_schema(), indent=1) + "\n")
        secret.write_text(SECRET)
        # Others may not read it, or `clk encode` refuses it.
        secret.chmod(0o600)
        tables = [folder / f"{p}.csv" for p in PARTIES]
        for party, table in zip(PARTIES, tables):
            if not table.exists():
                one_form(self.people(records) / f"{party}.csv", COLUMNS[party], table)
        return schema, secret, tables

    def clk_encode(self, schema, secret, table, threads=1):
        """Encodes a table by `clk encode`: what it took. The CLKs are beside the table."""
        out = table.with_suffix(".json")
        # To throw away a file of before takes the system longer than to write one.
        out.unlink(missing_ok=True)
        _, took = self.blindlink(
            "clk", "encode", table, "--schema", schema, "--secret-file", secret, "-o", out, "--threads", threads
        )
        return took

    def clk_match(self, clks, out):
        """Compares two files of CLKs by `clk match`: what it took."""
        _, took = self.blindlink(
            "clk", "match", *clks, "--threshold", DICE, "--output", "similarity_scores", "-o", out, "--threads", 1, "--force"
        )
        return took

    def rival(self, name, *arguments):
        """Runs a function of others.py in the rivals' environment: what it returns. Its times and memory are those that it
        took itself."""
        if self.python is None:
            self.python = environment(self.work / "venv")
        out, _ = measure(self.python, OTHERS, name, *arguments)
        return json.loads(out.splitlines()[-1])


def linkage_schema():
    """Bigrams of both names and the digits of the birthdate, by place, in a CLK of 1,024 bits."""
    text = {"type": "string", "encoding": "utf-8"}
    bigrams = {"comparison": {"type": "ngram", "n": 2}, "strategy": {"bitsPerToken": 15}, "hash": {"type": "blakeHash"}}
    digits = {
        "comparison": {"type": "ngram", "n": 1, "positional": True},
        "strategy": {"bitsPerToken": 15},
        "hash": {"type": "blakeHash"},
        "missingValue": {"sentinel": ""},
    }
    return {
        "version": 3,
        "clkConfig": {"l": 1024, "kdf": {"type": "HKDF", "hash": "SHA256", "info": "", "salt": "", "keySize": 64}},
        "features": [
            {"identifier": "id", "ignored": True},
            {"identifier": "first", "format": text, "hashing": bigrams},
            {"identifier": "last", "format": text, "hashing": bigrams},
            {"identifier": "birthdate", "format": {"type": "date", "format": "%Y-%m-%d"}, "hashing": digits},
        ],
    }


def one_form(table, columns, out):
    """Writes the people of a table as clkhash wants them: one order of columns, capitals, one form of dates."""
    *names, form = columns
    with open(table, encoding="utf-8", newline="") as file, open(out, "w", encoding="utf-8", newline="") as to:
        writer = csv.writer(to)
        writer.writerow(("id", "first", "last", "birthdate"))
        for row in csv.DictReader(file):
            key, first, last, birth = (row[n].strip() for n in names)
            try:
                birth = datetime.strptime(birth, form).strftime("%Y-%m-%d")
            except ValueError:
                # None, or one that does not exist.
                birth = ""
            writer.writerow((key, first.upper(), last.upper(), birth))


def build():
    """Builds blindlink; the path of its program."""
    note("building blindlink")
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True, stdout=sys.stderr)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return ROOT / target / "release" / "blindlink"


def environment(folder):
    """A virtual environment with the rivals; the path of its Python."""
    python = folder / "bin" / "python"
    installed = folder / "rivals.txt"
    if not installed.exists() or installed.read_text().split("\n") != list(RIVALS):
        note(f"installing {', '.join(RIVALS)}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, stdout=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *RIVALS], check=True, stdout=sys.stderr)
        installed.write_text("\n".join(RIVALS))
    return python


# The parts: each returns rows of the table -------------------------------------------------------------------------


def row(work, ours, theirs, ratio, compared):
    """One line of the result. `ratio` above 1 is in favour of what stands under blindlink."""
    return {"work": work, "blindlink": ours, "rival": theirs, "ratio": round(ratio, 2), "compared": compared}


def part_encode(bench):
    """Records a second of a whole encoding, and of clkhash's library on the rows of the same file."""
    records = bench.options.records
    table = bench.people(records) / "district.csv"
    ours, theirs = bench.alternate(
        lambda: bench.encode("k12", records, "district"),
        lambda: bench.rival("encode_by_clkhash", table),
    )
    bench.runs["encode"] = {"blindlink": ours, "clkhash": theirs}
    compared = "default schema (all passes, table to token file) with 2 threads; one CLK a record in memory with 2 workers"
    rows = []
    for key, unit in (("wall", "s"), ("cpu", "processor s")):
        rate, other = ours["records"] / ours[key], theirs["records"] / theirs[key]
        name = f"encode {records:,} records, records/{unit}"
        rows.append(row(name, f"{rate:,.0f}", f"clkhash {other:,.0f}", rate / other, compared))
    return rows


def part_clk(bench):
    """Lossless all-pairs of classic CLKs: blindlink's whole `match`, anonlink's search alone."""
    records = bench.options.all_pairs_records
    tokens = bench.tokens("clk", records)
    ours, theirs = bench.alternate(
        lambda: bench.match("clk", records, 1),
        lambda: bench.rival("pair_by_anonlink", DICE, *tokens, tokens[0].parent / "results" / "pairs.csv"),
    )
    found = ours.pop("report")["passes"][0]["kept"]
    bench.runs["clk"] = {"blindlink": ours | {"pairs": found}, "anonlink": theirs}
    verdict = "equal" if found == theirs["pairs"] else "NOT EQUAL"
    verdict += f"; of the {theirs['listed']:,} in pairs.csv anonlink found {theirs['listed_and_found']:,}"
    return [
        row(
            f"all pairs, {records:,} x {records:,} CLKs, Dice >= {DICE}, processor s",
            f"{ours['cpu']:.2f}",
            f"anonlink {theirs['cpu']:.2f}",
            theirs["cpu"] / ours["cpu"],
            f"whole command with 1 thread; find_candidate_pairs alone; pairs found {found:,} and {theirs['pairs']:,}: {verdict}",
        )
    ]


def part_clkencode(bench):
    """CLKs of the same table under the same linkage schema, byte for byte."""
    records = bench.options.records
    schema, secret, (table, _) = bench.linkage(records)
    clks = table.with_suffix(".json")
    other = table.with_name("clkhash.json")

    def rival():
        other.unlink(missing_ok=True)
        return bench.rival("encode_as_clkhash", table, schema, SECRET, other)

    ours, theirs = bench.alternate(lambda: bench.clk_encode(schema, secret, table), rival)
    bench.runs["clkencode"] = {"blindlink": ours, "clkhash": theirs}
    verdict = "the same bytes" if clks.read_bytes() == other.read_bytes() else "NOT THE SAME BYTES"
    compared = f"whole command, table to JSON, 1 thread; generate_clk_from_csv and its JSON, 1 worker; {verdict}"
    rows = []
    for key, unit in (("wall", "s"), ("cpu", "processor s")):
        rate, slower = records / ours[key], records / theirs[key]
        name = f"clk encode {records:,} records, records/{unit}"
        rows.append(row(name, f"{rate:,.0f}", f"clkhash {slower:,.0f}", rate / slower, compared))
    return rows + [memory(f"clk encode {records:,} records", ours, "clkhash", theirs)]


def part_clkmatch(bench):
    """All pairs of the same two files of CLKs, with their scores and in one order."""
    records = bench.options.all_pairs_records
    schema, secret, tables = bench.linkage(records)
    clks = [table.with_suffix(".json") for table in tables]
    for table in tables:
        bench.clk_encode(schema, secret, table, 2)
    out = clks[0].with_name("scores.json")
    ours, theirs = bench.alternate(
        lambda: bench.clk_match(clks, out),
        lambda: bench.rival("pair_clks_by_anonlink", DICE, *clks, out),
    )
    bench.runs["clkmatch"] = {"blindlink": ours, "anonlink": theirs}
    verdict = "the same pairs and scores, in one order" if theirs["same"] else "NOT THE SAME"
    compared = f"whole command, 1 thread; find_candidate_pairs alone, 1 thread; {theirs['pairs']:,} pairs: {verdict}"
    rows = []
    for key, unit in (("wall", "s"), ("cpu", "processor s")):
        rate, slower = records**2 / ours[key], records**2 / theirs[key]
        name = f"clk match {records:,} x {records:,}, Dice >= {DICE}, comparisons/{unit}"
        rows.append(row(name, f"{rate:.3g}", f"anonlink {slower:.3g}", rate / slower, compared))
    return rows + [memory(f"clk match {records:,} x {records:,}", ours, "anonlink", theirs)]


def memory(work, ours, name, theirs):
    """The line on peak memory."""
    return row(
        f"{work}, peak memory, MB",
        f"{ours['rss_mb']:.0f}",
        f"{name} {theirs['rss_mb']:.0f}",
        theirs["rss_mb"] / ours["rss_mb"],
        "whole command; whole process up to the end of what is timed",
    )


def part_approximate(bench):
    """`match --approximate` against the lossless `match`."""
    help_text, _ = bench.blindlink("match", "--help")
    if "--approximate" not in help_text:
        note("this blindlink has no `match --approximate`: left out")
        return []
    records = bench.options.all_pairs_records
    bench.tokens("clk", records)
    ours, exact = bench.alternate(
        lambda: bench.match("clk", records, 1, "--approximate", "0.99"),
        lambda: bench.match("clk", records, 1),
    )
    passes = [run.pop("report")["passes"][0] for run in (ours, exact)]
    said = passes[0]["approximate"]
    bench.runs["approximate"] = {"blindlink": ours, "lossless": exact, "report": said}
    kept = [p["kept"] for p in passes]
    return [
        row(
            f"the same with --approximate 0.99, {records:,} x {records:,}, processor s",
            f"{ours['cpu']:.2f}",
            f"lossless {exact['cpu']:.2f}",
            exact["cpu"] / ours["cpu"],
            f"whole commands with 1 thread; {kept[0]:,} of {kept[1]:,} pairs found ({kept[0] / max(1, kept[1]):.4f}); recall by "
            f"its report {said['recall']:.4f} ({said['recall_low']:.4f} to {said['recall_high']:.4f})",
        )
    ]


def part_match(bench):
    """The default schema on token files, and Splink on the same people in clear."""
    records = bench.options.records
    bench.tokens("k12", records)
    people = bench.people(records)
    clear = [bench.work / f"clear-{records}-{p}.parquet" for p in PARTIES]
    bench.rival("prepare", *(people / f"{p}.csv" for p in PARTIES), *clear)
    ours, theirs = bench.alternate(
        lambda: bench.match("k12", records, 2),
        lambda: bench.rival("link_by_splink", *clear, people / "truth.csv"),
    )
    ours.pop("report")
    quality = bench.quality("k12", records)
    bench.runs["match"] = {"blindlink": ours | quality, "splink": theirs}
    compared = "token files to crosswalks, whole command; tables in DuckDB to pairs of probability >= 0.5, without imports"
    name = f"match {records:,} x {records:,}, 2 threads"
    rows = [
        row(f"{name}, {unit}", f"{ours[key]:.1f}", f"Splink {theirs[key]:.1f}", theirs[key] / ours[key], compared)
        for key, unit in (("wall", "s"), ("cpu", "processor s"))
    ]
    rows.append(
        row(
            f"{name}, peak memory, MB",
            f"{ours['rss_mb']:.0f}",
            f"Splink {theirs['rss_mb']:.0f}",
            theirs["rss_mb"] / ours["rss_mb"],
            "whole command; whole process up to its last prediction",
        )
    )
    for key in ("precision", "recall", "f1"):
        rows.append(
            row(
                f"{name}, {key}",
                f"{quality[key]:.4f}",
                f"Splink {theirs[key]:.4f}, one to one {theirs['one_to_one'][key]:.4f}",
                quality[key] / theirs[key],
                "against the truth; blindlink at its threshold, from tokens; Splink in clear, all pairs of probability >= 0.5",
            )
        )
    return rows


def part_threads(bench):
    """How much faster two threads are than one."""
    records = bench.options.records
    bench.tokens("k12", records)
    two, one = bench.alternate(lambda: bench.match("k12", records, 2), lambda: bench.match("k12", records, 1))
    for run in (one, two):
        run.pop("report")
    bench.runs["threads"] = {"1": one, "2": two}
    return [
        row(
            f"match {records:,} x {records:,}, s with 2 threads",
            f"{two['wall']:.1f}",
            f"1 thread {one['wall']:.1f}",
            one["wall"] / two["wall"],
            "whole command, wall time",
        )
    ]


def part_growth(bench):
    """Time and candidate pairs as the files grow, each against the smallest size."""
    sizes = sorted({max(1000, bench.options.records // d) for d in (10, 3, 1)})
    runs = []
    for size in sizes:
        bench.tokens("k12", size)
        (run,) = bench.alternate(lambda size=size: bench.match("k12", size, 2))
        pairs = sum(p["candidates"] for p in run.pop("report")["passes"])
        runs.append(run | {"records": size, "pairs": pairs})
    bench.runs["growth"] = runs
    first = runs[0]
    return [
        row(
            f"growth of match, {first['records']:,} to {run['records']:,} a side",
            f"time {run['cpu'] / first['cpu']:.1f} x",
            f"pairs {run['pairs'] / first['pairs']:.1f} x",
            (run["pairs"] / first["pairs"]) / (run["cpu"] / first["cpu"]),
            f"processor s {first['cpu']:.2f} and {run['cpu']:.2f}; pairs inside blocks {first['pairs']:,} and {run['pairs']:,}",
        )
        for run in runs[1:]
    ]


# The machine, the table --------------------------------------------------------------------------------------------


def first_line(*command):
    """The first line that a command prints, empty where it cannot be run."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor():
    """The processor's name and those of its instruction sets that matter here, as far as the system tells."""
    if sys.platform == "darwin":
        return first_line("sysctl", "-n", "machdep.cpu.brand_string") or platform.machine(), []
    text = pathlib.Path("/proc/cpuinfo").read_text()
    value = dict(line.split(":", 1) for line in text.split("\n") if ":" in line)
    value = {k.strip(): v.strip() for k, v in value.items()}
    flags = (value.get("flags") or value.get("Features") or "").split()
    return value.get("model name", platform.machine()), [s for s in INSTRUCTION_SETS if s in flags]


def machine(bench):
    """What the figures mean nothing without."""
    name, sets = processor()
    versions = {}
    if bench.python:
        code = f"import importlib.metadata as m, json; print(json.dumps({{n: m.version(n) for n in {NAMED!r}}}))"
        versions = json.loads(first_line(bench.python, "-c", code))
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": name,
        "instruction_sets": sets,
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.system(),
        "load_average": [round(x, 1) for x in os.getloadavg()],
        "python": platform.python_version(),
        "blindlink": " ".join(
            # What a --binary was built from is not known.
            [first_line(bench.program, "--version")]
            + ([] if bench.options.binary else [first_line("git", "rev-parse", "--short", "HEAD")])
        ).strip(),
        "rustc": first_line("rustc", "--version"),
        "rivals": versions,
        "repeats": bench.options.repeat,
    }


def markdown(rows, about, load_before):
    """Table and machine as Markdown."""
    rivals = ", ".join(f"{name} {version}" for name, version in about["rivals"].items())
    lines = ["| work | blindlink | beside it | ratio | what is compared |", "| --- | --- | --- | --- | --- |"]
    lines += ["| {work} | {blindlink} | {rival} | {ratio:.2f} | {compared} |".format(**r) for r in rows]
    lines += [
        "",
        f"{about['date']}, {about['processor']} ({', '.join(about['instruction_sets'])}), {about['cores']} cores, "
        f"{about['memory_gb']} GB, {about['system']}; load average {load_before:.1f} before and "
        f"{about['load_average'][0]:.1f} after the run; medians of {about['repeats']}. {about['blindlink']}, "
        f"{about['rustc']}, Python {about['python']}" + (f", {rivals}." if rivals else "."),
    ]
    return "\n".join(lines)


def main():
    """Measures the parts asked for and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="records a side (default: %(default)s)")
    parser.add_argument(
        "--all-pairs-records", type=int, default=20_000, help="the same for clk, clkmatch and approximate (default: %(default)s)"
    )
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between (default: all)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, of which the median counts (default: %(default)s)")
    parser.add_argument("--work", type=pathlib.Path, help="folder for environment and data, kept (default: a temporary one)")
    parser.add_argument("--binary", type=pathlib.Path, help="a blindlink that is built already")
    parser.add_argument("--json", type=pathlib.Path, help="write all numbers to this file too")
    options = parser.parse_args()
    parts = options.only.split(",")
    unknown = set(parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; the parts are {', '.join(PARTS)}")
    if min(options.records, options.all_pairs_records, options.repeat) < 1:
        parser.error("--records, --all-pairs-records and --repeat must be 1 or more")
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or pathlib.Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(options, work)
        load_before, rows = os.getloadavg()[0], []
        for part in PARTS:
            if part in parts:
                note(f"measuring {part}")
                rows += globals()[f"part_{part}"](bench)
        about = machine(bench)
        print(markdown(rows, about, load_before))
        if options.json:
            options.json.write_text(json.dumps({"machine": about, "rows": rows, "runs": bench.runs}, indent=1) + "\n")


if __name__ == "__main__":
    main()
