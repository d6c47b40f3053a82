"""What benches/rivals.py measures of other programs, in the virtual environment that it makes for them.

    python others.py FUNCTION ARGUMENT...

Prints one JSON object on its last line: wall and processor seconds of the part that counts, and what was found.
"""

import csv
import json
import multiprocessing
import os
import resource
import sys
import time

# Of the true pairs of `synth`, about so many have the same first name, last name and birthdate in clear.
EXACT = 0.75


class Clock:
    """Wall and processor seconds of a `with` block, its finished children included."""

    def __enter__(self):
        self.start = time.perf_counter(), self.processor()
        return self

    def __exit__(self, *_):
        self.wall = time.perf_counter() - self.start[0]
        # The system counts the time of children once they are waited for, which clkhash leaves to the end of the program.
        for child in multiprocessing.active_children():
            child.join()
        self.cpu = self.processor() - self.start[1]

    @staticmethod
    def processor():
        return sum(os.times()[:4])


def encode_by_clkhash(table):
    """One CLK a record of 1,024 bits from bigrams of names and birthdate, 20 bits a bigram, 2 workers. Values are not
    validated, which is faster."""
    import clkhash.clk
    import clkhash.schema

    feature = {
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": {"type": "ngram", "n": 2},
            "strategy": {"bitsPerToken": 20},
            "hash": {"type": "blakeHash"},
        },
    }
    columns = ("first_name", "last_name", "birthdate")
    schema = clkhash.schema.from_json_dict(
        {
            "version": 3,
            "clkConfig": {
                "l": 1024,
                "kdf": {"type": "HKDF", "hash": "SHA256", "info": "", "salt": "", "keySize": 64},
            },
            "features": [{"identifier": c, **feature} for c in columns],
        }
    )
    with open(table, encoding="utf-8", newline="") as file:
        rows = [tuple(r[c] for c in columns) for r in csv.DictReader(file)]
    with Clock() as clock:
        clks = clkhash.clk.generate_clks(rows, schema, b"not a secret", validate=False, max_workers=2)
    return {"wall": clock.wall, "cpu": clock.cpu, "records": len(clks)}


def pair_by_anonlink(dice, left, right, listed):
    """All pairs of two token files of the schema `clk` whose Dice coefficient is `dice` or more, and how many of the pairs
    that blindlink listed are among them."""
    import anonlink
    import duckdb
    from bitarray import bitarray

    sides, refs = [], []
    for file in (left, right):
        wanted = f"""SELECT record_ref, "clk.clk" FROM read_parquet('{file}') WHERE "clk.clk" IS NOT NULL"""
        found = duckdb.sql(wanted).fetchall()
        refs.append([ref.hex() for ref, _ in found])
        sides.append([bitarray() for _ in found])
        for bits, (_, blob) in zip(sides[-1], found):
            # Which bit of a byte is the first does not matter to a count of common ones.
            bits.frombytes(blob)
    with Clock() as clock:
        _, sides_of, indices = anonlink.candidate_generation.find_candidate_pairs(
            sides, anonlink.similarities.dice_coefficient_accelerated, float(dice)
        )
    pairs = {frozenset((refs[a][i], refs[b][j])) for a, b, i, j in zip(*sides_of, *indices)}
    with open(listed, encoding="utf-8", newline="") as file:
        rows = [frozenset((r["ref_a"], r["ref_b"])) for r in csv.DictReader(file)]
    return {
        "wall": clock.wall,
        "cpu": clock.cpu,
        "pairs": len(indices[0]),
        "listed": len(rows),
        "listed_and_found": sum(r in pairs for r in rows),
    }


def encode_as_clkhash(table, schema, secret, out):
    """CLKs of a whole table, validated, by one worker, and their JSON: what `anonlink encode` does."""
    import clkhash.clk
    import clkhash.schema
    from clkhash.serialization import serialize_bitarray

    with open(schema, encoding="utf-8") as file:
        linkage = clkhash.schema.from_json_file(file)
    with Clock() as clock, open(table, encoding="utf-8", newline="") as rows, open(out, "w", encoding="utf-8") as to:
        clks = clkhash.clk.generate_clk_from_csv(rows, secret, linkage, progress_bar=False, max_workers=1)
        json.dump({"clks": [serialize_bitarray(c) for c in clks]}, to)
    return {"wall": clock.wall, "cpu": clock.cpu, "rss_mb": peak_memory(), "records": len(clks)}


def pair_clks_by_anonlink(dice, left, right, scores):
    """All pairs of two files of CLKs whose Dice coefficient is `dice` or more, and whether they are those in the file `scores`,
    in its order."""
    import base64

    import anonlink
    from bitarray import bitarray

    sides = []
    for name in (left, right):
        with open(name, encoding="utf-8") as file:
            encoded = json.load(file)["clks"]
        sides.append([bitarray(endian="big") for _ in encoded])
        for bits, text in zip(sides[-1], encoded):
            bits.frombytes(base64.b64decode(text))
    with Clock() as clock:
        found, sides_of, indices = anonlink.candidate_generation.find_candidate_pairs(
            sides, anonlink.similarities.dice_coefficient_accelerated, float(dice)
        )
    memory = peak_memory()
    with open(scores, encoding="utf-8") as file:
        listed = json.load(file)["similarity_scores"]
    pairs = zip(found, *sides_of, *indices)
    same = len(listed) == len(found) and all(
        [[a, i], [b, j], score] == given for (score, a, b, i, j), given in zip(pairs, listed)
    )
    return {"wall": clock.wall, "cpu": clock.cpu, "rss_mb": memory, "pairs": len(found), "same": same}


def prepare(district, college, *out):
    """Prepares the people for Splink: names in plain capitals, dates as dates, written as Parquet."""
    import duckdb

    plain = "nullif(trim(regexp_replace(strip_accents(upper({})), '[^A-Z ]', '', 'g')), '')"
    read = "read_csv('{}', all_varchar = true, header = true)"
    for table, names, to in (
        (district, ("student_id", "first_name", "last_name", "birthdate", "%Y-%m-%d"), out[0]),
        (college, ("APP_ID", "FNAME", "LNAME", "DOB", "%m/%d/%Y"), out[1]),
    ):
        key, first, last, birth, form = names
        duckdb.sql(
            f"""COPY (SELECT "{key}" AS unique_id, {plain.format(first)} AS first, {plain.format(last)} AS last,
                      CAST(try_strptime({birth}, '{form}') AS DATE) AS dob
                      FROM {read.format(table)}) TO '{to}' (FORMAT parquet)"""
        )
    return {}


def link_by_splink(district, college, truth):
    """Splink's link of both tables: blocking on first and date, last and date, first and last, with what it finds."""
    import logging

    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.WARNING)
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        for name, file in (("a", district), ("b", college)):
            connection.execute(f"CREATE TABLE people_{name} AS SELECT * FROM read_parquet('{file}')")
        rules = [block_on("first", "dob"), block_on("last", "dob"), block_on("first", "last")]
        settings = SettingsCreator(
            link_type="link_only",
            blocking_rules_to_generate_predictions=rules,
            comparisons=[
                cl.NameComparison("first"),
                cl.NameComparison("last"),
                cl.DateOfBirthComparison("dob", input_is_string=False),
            ],
        )
        with Clock() as clock:
            api = DuckDBAPI(connection)
            linker = Linker([api.register("people_a"), api.register("people_b")], settings)
            # The default prior, one pair in 10,000, is for smaller files.
            exact = [block_on("first", "last", "dob")]
            linker.training.estimate_probability_two_random_records_match(exact, recall=EXACT)
            linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
            for rule in rules:
                linker.training.estimate_parameters_using_expectation_maximisation(rule)
            linked = linker.inference.predict(threshold_match_probability=0.5).physical_name
            connection.execute(f"CREATE TABLE links AS SELECT * FROM {linked}")
        # Before the truth is read: that is no part of a link.
        memory = peak_memory()
        # The order of the tables in a link is Splink's.
        pairs = connection.execute(
            """SELECT unique_id_l, unique_id_r, match_probability FROM links ORDER BY match_probability DESC, 1, 2"""
        ).fetchall()
    with open(truth, encoding="utf-8", newline="") as file:
        true = {frozenset(r) for r in list(csv.reader(file))[1:]}
    taken, single = set(), []
    for left, right, _ in pairs:
        if left not in taken and right not in taken:
            taken |= {left, right}
            single.append((left, right))
    return {
        "wall": clock.wall,
        "cpu": clock.cpu,
        "rss_mb": memory,
        "links": len(pairs),
        **score((p[:2] for p in pairs), true),
        "one_to_one": score(single, true),
    }


def peak_memory():
    """The largest resident memory of this process until now, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (peak if sys.platform == "darwin" else peak * 1024) / 1e6


def score(pairs, true):
    """Precision, recall and F1 of pairs of ids."""
    found = {frozenset(p) for p in pairs}
    right = len(found & true)
    return {
        "precision": right / max(1, len(found)),
        "recall": right / max(1, len(true)),
        "f1": 2 * right / max(1, len(found) + len(true)),
    }


FUNCTIONS = {
    f.__name__: f
    for f in (
        encode_by_clkhash, pair_by_anonlink, encode_as_clkhash, pair_clks_by_anonlink, prepare, link_by_splink
    )
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(FUNCTIONS[sys.argv[1]](*sys.argv[2:])))
