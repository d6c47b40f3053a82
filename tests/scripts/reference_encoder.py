#!/usr/bin/env python3
"""A second, slow implementation of docs/spec/project-file.md and docs/spec/encoding.md.

    python3 tests/scripts/reference_encoder.py            write testdata/vectors
    python3 tests/scripts/reference_encoder.py --check    exit 1 if they differ from what is there

Written from the specifications, not from the Rust. Needs Python 3.11 and nothing else.
"""

import datetime
import json
import math
import pathlib
import re
import sys
import tomllib
import unicodedata

import blake3_reference as blake3

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "testdata" / "vectors"

PROJECT_FORMAT = "blindlink-project-1"
ENCODING_VERSION = 1
BLOCK_FEATURES = (
    "birthdate", "year", "month", "day", "month-day-any-order", "first", "last", "last-part",
    "names-any-order", "first-initial", "first-sound", "last-sound",
    "first-part", "last-part-initial", "middle-initial", "given-root", "surname-root", "name-roots",
)  # fmt: skip
FILTER_FEATURES = (
    "first", "middle", "last", "birthdate", "year", "month", "day", "middle-initial", "gender", "suffix",
    "middle-initial-or-none", "gender-or-none",
)  # fmt: skip
OF_PARTS = {"last-part", "last-part-initial", "given-root", "surname-root"}


# ---- the project file (project-file.md) ----------------------------------------------------


class Refused(Exception):
    """The text is not a project file."""


def need(condition, what):
    if not condition:
        raise Refused(what)


def take(table, keys, where):
    """The values of a TOML table in the order of `keys`: name -> (types, default or ...)."""
    need(isinstance(table, dict), f"{where}: expected a table")
    need(set(table) <= set(keys), f"{where}: unknown field")
    values = []
    for name, (types, default) in keys.items():
        need(name in table or default is not ..., f"{where}: missing field {name}")
        value = table.get(name, default)
        # In Python a bool is an int, in TOML it is not.
        right = isinstance(value, types) and (types is bool or not isinstance(value, bool))
        need(right or name not in table, f"{where}: {name} has the wrong type")
        values.append(value)
    return values


def texts(value):
    need(all(isinstance(v, str) for v in value), "expected a list of texts")
    return value


def name(text, first="[a-z0-9-]", most=40):
    need(re.fullmatch(f"{first}[a-z0-9-]{{0,{most - 1}}}", text) is not None, "not a name")
    return text


def number(value):
    """A float as the canonical form has it: the shortest digits that read back as the same."""
    if not math.isfinite(value):
        raise Refused("not a finite number")
    digits, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        mantissa = digits
        if 0 < abs(value) < 1e-4:
            raise AssertionError("Python writes these with an exponent")
        return mantissa
    power = int(exponent)
    if power == -5:  # Python changes to exponents one decade before the specification does
        return "0.0000" + digits.replace(".", "")
    return f"{digits}e{power}"


def compact(value):
    """Compact JSON, keys in the order of insertion."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{compact(k)}:{compact(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    if isinstance(value, float):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def canonical_filter(table):
    filter_name, of, bits, layers, hashes = take(
        table,
        {"name": (str, ...), "of": (list, ...), "bits": (int, ...), "layers": (int, 1), "hashes": (int, None)},
        "filter",
    )
    need(of and set(texts(of)) <= set(FILTER_FEATURES), "filter features")
    need(64 <= bits <= 4096 and bits & (bits - 1) == 0, "bits")
    need(1 <= layers <= 8, "layers")
    out = {"name": name(filter_name), "of": of, "bits": bits, "layers": layers}
    if hashes is not None:
        need(1 <= hashes <= 256, "hashes")
        out["hashes"] = hashes
    return out


def canonical_bucket(table):
    of, count = take(table, {"of": (list, ...), "count": (int, ...)}, "bucket")
    need(of and set(texts(of)) <= set(BLOCK_FEATURES), "features of a bucket")
    need(2 <= count <= 1 << 20 and count & (count - 1) == 0, "count")
    return {"of": of, "count": count}


def is_blocked(pass_):
    return bool(pass_["block"]) or "bucket" in pass_


def canonical_schema(table):
    schema_name, dice, similarity, rows, passes = take(
        table,
        {
            "name": (str, ...), "dice": ((float, int), None), "similarity": (str, "dice"),
            "rows": (int, 1), "pass": (list, ...),
        },
        "schema",
    )  # fmt: skip
    need(1 <= rows <= 4, "rows")
    need(similarity in ("dice", "jaccard"), "similarity")
    need(dice is not None or similarity == "dice", "similarity without dice")
    out = {"name": schema_name}
    if dice is not None:
        need(0 < dice <= 1, "dice")
        out["dice"] = float(dice)
    if similarity != "dice":
        out["similarity"] = similarity
    if rows != 1:
        out["rows"] = rows
    out["pass"] = []
    for one in passes:
        pass_name, block, bucket, dummies, undated, filters = take(
            one,
            {
                "name": (str, ...), "block": (list, ...), "bucket": (dict, None),
                "dummies": (bool, False), "undated": (bool, False), "filter": (list, []),
            },
            "pass",
        )  # fmt: skip
        need(set(texts(block)) <= set(BLOCK_FEATURES), "block features")
        canonical = {"name": name(pass_name), "block": block}
        if bucket is not None:
            canonical["bucket"] = canonical_bucket(bucket)
        if dummies:
            canonical["dummies"] = True
        if undated:
            canonical["undated"] = True
        filters = [canonical_filter(f) for f in filters]
        names = [f["name"] for f in filters] + ["block"]
        need(len(set(names)) == len(names), "filter name taken")
        need(len(filters) <= 8, "filters of a pass")
        need(is_blocked(canonical) or filters, "a pass of nothing")
        need(is_blocked(canonical) or not undated, "undated without a block")
        out["pass"].append({**canonical, "filter": filters})
    need(1 <= len(out["pass"]) <= 16, "passes")
    need(len({p["name"] for p in out["pass"]}) == len(out["pass"]), "pass name taken")
    need(sum(len(p["filter"]) for p in out["pass"]) <= 48, "filters of a schema")
    if dice is not None:
        only = out["pass"][0]
        need(len(out["pass"]) == 1 and not is_blocked(only) and len(only["filter"]) == 1, "dice")
    return out


ELEMENTS = ["student-id", "first", "middle", "last", "suffix", "birthdate", "gender", "alias-first", "alias-last"]


def line(text):
    need(len(text.encode()) <= 1000, "a text of the agreement is too long")
    need(all(unicodedata.category(c) != "Cc" for c in text), "a text of the agreement is not one line")
    return text


def day(text):
    need(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII) is not None, "not a date")
    try:
        datetime.date.fromisoformat(text)
    except ValueError as e:
        raise Refused("no such day") from e
    return text


def canonical_agreement(table, parties):
    number_, exception, representative, destroy_by, cell, elements, contacts = take(
        table,
        {
            "number": (str, ""), "exception": (str, ""), "representative": (str, ""), "destroy_by": (str, ...),
            "minimum_cell": (int, ...), "elements": (list, ...), "contact": (list, []),
        },
        "agreement",
    )  # fmt: skip
    need(not {"custodian", "operator"} & set(parties), "a party named as a role")
    need(1 <= cell <= 1_000_000, "minimum_cell")
    need(elements and set(texts(elements)) <= set(ELEMENTS) and len(set(elements)) == len(elements), "elements")
    roles, canonical = set(), []
    for contact in contacts:
        role, organisation, person, address, public = take(
            contact,
            {
                "role": (str, ...), "organisation": (str, ""), "person": (str, ""), "contact": (str, ""),
                "public_key": (str, None),
            },
            "contact",
        )  # fmt: skip
        need(role in [*parties, "custodian", "operator"] and role not in roles, "role")
        roles.add(role)
        out = {"role": role, "organisation": line(organisation), "person": line(person), "contact": line(address)}
        if public is not None:
            need(re.fullmatch("[ -~]{1,400}", public) is not None, "public_key")
            out["public_key"] = public
        canonical.append(out)
    return {
        "number": line(number_), "exception": line(exception), "representative": line(representative),
        "destroy_by": day(destroy_by), "minimum_cell": cell, "elements": elements, "contact": canonical,
    }  # fmt: skip


class Project:
    """A project file: its values and fingerprints."""

    def __init__(self, text):
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as e:
            raise Refused("not TOML") from e
        version, project_id, title, round_, purpose, parties, pairs, free, stable, agreement, decision, schema = take(
            table,
            {
                "format": (str, ...), "id": (str, ...), "name": (str, ...), "round": (str, ...),
                "purpose": (str, ""), "parties": (list, ...), "pairs": (list, None), "duplicate_free": (list, []),
                "stable_link_ids": (bool, False), "agreement": (dict, None),
                "decision": (dict, ...), "schema": (dict, ...),
            },
            "project",
        )  # fmt: skip
        need(version == PROJECT_FORMAT, "format")
        need(re.fullmatch("[0-9a-f]{32}", project_id) is not None, "id")
        need(1 <= len(round_.encode()) <= 64 and "blake3:" not in round_, "round")
        (threshold,) = take(decision, {"threshold": ((float, int), ...)}, "decision")
        need(0 < threshold < 1, "threshold")
        for party in texts(parties):
            name(party, "[a-z]", 32)
        need(len(parties) >= 2 and len(set(parties)) == len(parties), "parties")
        if pairs is None:
            pairs = [[a, b] for i, a in enumerate(parties) for b in parties[i + 1 :]]
        need(pairs, "no pair")
        seen = set()
        for pair in pairs:
            need(isinstance(pair, list) and len(pair) == 2 and set(texts(pair)) <= set(parties), "pair")
            need(pair[0] != pair[1] and frozenset(pair) not in seen, "pair")
            seen.add(frozenset(pair))
        need(set(texts(free)) <= set(parties) and len(set(free)) == len(free), "duplicate_free")
        self.parties = parties
        self.id, self.round = bytes.fromhex(project_id), round_
        self.schema = canonical_schema(schema)
        self.canonical = compact(
            {
                "format": version, "id": project_id, "name": title, "round": round_, "purpose": purpose,
                "parties": parties, "pairs": pairs, **({"duplicate_free": free} if free else {}),
                **({"stable_link_ids": True} if stable else {}),
                **({} if agreement is None else {"agreement": canonical_agreement(agreement, parties)}),
                "decision": {"threshold": float(threshold)},
                "schema": self.schema,
            }
        )  # fmt: skip
        self.fingerprint = blake3.digest(self.canonical.encode())
        self.canonical_schema = compact({"encoding": ENCODING_VERSION, "schema": self.schema})
        self.schema_fingerprint = blake3.digest(self.canonical_schema.encode())


# ---- encoding.md 1 and 2: framing, keys ----------------------------------------------------


def lp(data):
    return len(data).to_bytes(4, "little") + data


def key_fingerprint(key):
    return blake3.derive_key("blindlink 2026-11-21 linkage key fingerprint v1", key)[:8]


def encoding_key(project, key):
    material = key + project.id + lp(project.round.encode()) + project.schema_fingerprint
    return blake3.derive_key("blindlink 2026-11-21 encoding key v1", material)


def key_check(encoding):
    return blake3.derive_key("blindlink 2026-11-21 key check v1", encoding)[:16]


def bucket_key(encoding):
    return blake3.derive_key("blindlink 2026-11-21 bucket key v1", encoding)


# ---- encoding.md 3: features, rows ---------------------------------------------------------


def soundex(text):
    """normalisation.md 9, for text of A-Z and spaces."""
    digit = {c: d for d, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1) for c in letters}
    letters = [c for c in text if c != " "]
    code, before = letters[0], digit.get(letters[0])
    for c in letters[1:]:
        if c in "HW":
            continue
        if c in digit and digit[c] != before:
            code += str(digit[c])
        before = digit.get(c)
    return code.ljust(4, "0")[:4]


def name_parts(text):
    return [part for part in text.split(" ") if part]


def read_roots():
    table = {"given": {}, "surname": {}}
    path = VECTORS.parents[1] / "src" / "owner" / "normalise" / "roots.csv"
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        field, name_, root = line.split(",")
        table[field][name_] = root
    return table


ROOTS = read_roots()
PAIRS = (
    ("CHL", "K"), ("CHR", "K"), ("PH", "F"), ("SC", "S"), ("CZ", "S"), ("SZ", "S"), ("TS", "S"), ("TZ", "S"), ("CH", "C"), ("SH", "S"), ("ZH", "S"),
    ("KH", "K"), ("TH", "T"), ("GH", "G"), ("CK", "K"),
)  # fmt: skip


def single(text):
    return "".join(c for i, c in enumerate(text) if i == 0 or c != text[i - 1])


def skeleton(text):
    """normalisation.md 12, for text of A-Z."""
    codes, i = [], 0
    while i < len(text):
        pair = next((code for two, code in PAIRS if text.startswith(two, i)), None)
        if pair:
            codes.append(pair)
            i += 2
            continue
        letter, following = text[i], text[i + 1 : i + 2]
        soft = following != "" and following in "EIY"
        if letter in "CKQ":
            codes.append("S" if letter == "C" and soft else "K")
        elif letter in "SZX":
            codes.append("S")
        elif letter == "G":
            codes.append("J" if soft else "G")
        elif letter == "Y" and i == 0 and following != "" and following in "AEIOU":
            codes.append("J")
        elif letter in "BVW":
            codes.append("B")
        elif letter in "AEIOUY":
            codes.append("A" if i == 0 else "")
        elif letter == "H":
            codes.append("")
        else:
            codes.append(letter)
        i += 1
    out = "".join(c for n, c in enumerate(codes) if n == 0 or c != codes[n - 1])
    return out if len(out) >= 3 else single(text)


def root(field, text):
    return skeleton(ROOTS[field].get(text, text))


def full_names(text):
    """The parts of a name that are no initials."""
    return [part for part in name_parts(text) if len(part) > 1]


def given_names(person):
    """The first two different roots of the given names; an initial in a middle name or an alias is none."""
    first = name_parts(person.get("first", ""))
    names = first[:1] + full_names(person.get("alias-first", "")) + first[1:] + full_names(person.get("middle", ""))
    return list(dict.fromkeys(ROOTS["given"].get(n, n) for n in names))[:2]


def last_names(person):
    """The different parts of the last name; parts of its aliases as far as two have room."""
    own = list(dict.fromkeys(name_parts(person.get("last", ""))))
    both = list(dict.fromkeys(own + full_names(person.get("alias-last", ""))))
    return both[: max(2, len(own))]


def block_text(feature, person, part, given=None):
    """The text of a block feature, or None if it is missing."""
    if feature == "given-root":
        return given
    if feature == "surname-root":
        return part and root("surname", part)
    if feature == "name-roots":
        first, last = ("".join(name_parts(person.get(field, ""))) for field in ("first", "last"))
        return f"{root('given', first)} {root('surname', last)}" if first and last else None
    if feature in ("birthdate", "year") and "year" in person:
        return person["year"]
    first, last = ("".join(name_parts(person.get(field, ""))) for field in ("first", "last"))
    if feature in ("birthdate", "year", "month", "day", "month-day-any-order"):
        if "birthdate" not in person:
            return None
        year, month, day = person["birthdate"].split("-")
        return {
            "birthdate": year + month + day,
            "year": year,
            "month": month,
            "day": day,
            "month-day-any-order": min(month, day) + max(month, day),
        }[feature]
    if feature == "last-part":
        return part
    if feature == "last-part-initial":
        return part and part[0]
    if feature == "first-part":
        return next(iter(name_parts(person.get("first", ""))), None)
    if feature == "middle-initial":
        return person.get("middle", "")[:1] or None
    if feature == "names-any-order":
        return " ".join(sorted((first, last))) if first and last else None
    value = first if feature.startswith("first") else last
    if not value:
        return None
    if feature.endswith("-initial"):
        return value[0]
    return soundex(value) if feature.endswith("-sound") else value


def bucket_text(bucket, person, part, given, encoding):
    """The number of a record's bucket, or None if one of its features is missing."""
    message = b""
    for feature in bucket["of"]:
        text = block_text(feature, person, part, given)
        if text is None:
            return None
        message += lp(feature.encode()) + lp(text.encode())
    hashed = blake3.keyed(bucket_key(encoding), message, 4)
    return str(int.from_bytes(hashed, "little") % bucket["count"])


def names_a_part(pass_):
    features = [*pass_["block"], *pass_.get("bucket", {"of": []})["of"]]
    return bool(OF_PARTS & set(features))


def q_grams(feature, person):
    """The q-grams of a filter feature with their tags; empty if it is missing."""
    if feature in ("first", "middle", "last"):
        padded = [f"_{part}_" for part in name_parts(person.get(feature, ""))]
        return {"n" + p[i : i + 2] for p in padded for i in range(len(p) - 1)}
    if feature in ("birthdate", "year", "month", "day"):
        if feature == "year" and "year" in person:
            return {f"y{i}{digit}" for i, digit in enumerate(person["year"], 1)}
        if "birthdate" not in person:
            return set()
        year, month, day = person["birthdate"].split("-")
        if feature == "month":
            return {"m" + month}
        tag, digits = {"birthdate": ("d", year + month + day), "year": ("y", year), "day": ("e", day)}[feature]
        return {f"{tag}{i}{digit}" for i, digit in enumerate(digits, 1)}
    if feature == "middle-initial-or-none":
        return {"i" + (person.get("middle") or "-")[0]}
    if feature == "gender-or-none":
        return {"g" + (person.get("gender") or "-")}
    if feature == "middle-initial":
        return {"i" + person["middle"][0]} if person.get("middle") else set()
    return {feature[0] + person[feature]} if person.get(feature) else set()


# ---- encoding.md 4 and 5: keys of a pass, filters ------------------------------------------


def positions(filter_, grams):
    if "hashes" in filter_:
        return filter_["hashes"]
    return max(1, (filter_["bits"] * 6_931_472 + grams * 5_000_000) // (grams * 10_000_000))


def filter_bytes(filter_, key, grams):
    bits, layers = filter_["bits"], filter_["layers"]
    k = positions(filter_, len(grams))
    layer_sets = [set() for _ in range(layers)]
    for gram in grams:
        stream = blake3.keyed(key, lp(filter_["name"].encode()) + gram.encode(), 2 * k * layers)
        for number_ in range(k * layers):
            value = stream[2 * number_] + 256 * stream[2 * number_ + 1]
            layer_sets[number_ % layers].add(value % bits)
    folded = set()
    for one in layer_sets:
        folded ^= one
    out = bytearray(bits // 8)
    for position in folded:
        out[position // 8] |= 1 << position % 8
    return bytes(out)


def dummy(pass_, encoding, record_ref, number_):
    """(block key, filters by name) of the bits that stand in for a token."""
    widths = {f["name"]: f["bits"] // 8 for f in pass_["filter"]}
    message = lp(pass_["name"].encode()) + lp(b"dummy") + record_ref + number_.to_bytes(4, "little")
    stream = blake3.keyed(encoding, message, 16 + sum(widths.values()))
    block, at, filters = stream[:16], 16, {}
    for name_, width in widths.items():
        filters[name_] = stream[at : at + width]
        at += width
    return block, filters


def block_values(pass_, encoding, person, part, given):
    """The texts of the block, that of the bucket last; None if one is missing."""
    values = [block_text(feature, person, part, given) for feature in pass_["block"]]
    if "bucket" in pass_:
        values.append(bucket_text(pass_["bucket"], person, part, given, encoding))
    return None if None in values else values


def encode_pass(pass_, encoding, person, values):
    """(block key, filters by name) of one token, or None if the person has none."""
    framed = b"".join(lp(text.encode()) for text in [pass_["name"], *values])
    keys = blake3.keyed(encoding, framed, 48)
    filters = {}
    for filter_ in pass_["filter"]:
        grams = set().union(*(q_grams(feature, person) for feature in filter_["of"]))
        filters[filter_["name"]] = filter_bytes(filter_, keys[16:], grams) if grams else None
    if not is_blocked(pass_) and not any(filters.values()):
        return None
    return keys[:16], filters


def whom(project, person, party, row):
    """What the block value of an undated pass ends with, in row number `row` (encoding.md 4.1)."""
    others = [p for p in project.parties if p != party]
    if "birthdate" in person:
        return ["of", party]
    return ["of", others[row]] if row < len(others) else ["undated"]


def encode(project, key, person, record_ref, party=None):
    """The rows of a person: a list of columns -> bytes or None. Empty: nothing to link."""
    encoding = encoding_key(project, key)
    party = party or project.parties[0]
    parts = last_names(person)
    given = given_names(person)
    is_undated = "birthdate" not in person and any(p.get("undated") for p in project.schema["pass"])
    undated = len(project.parties) if is_undated else 1
    rows = []
    for i in range(max(len(parts), len(given), undated)):
        row, any_token = {}, False
        part = parts[i] if i < len(parts) else None
        for pass_ in project.schema["pass"]:
            token = None
            if i == 0 or names_a_part(pass_) or (pass_.get("undated") and i < undated):
                values = block_values(pass_, encoding, person, part, given[i] if i < len(given) else None)
                if pass_.get("undated") and person.get("namesake"):
                    values, token = None, dummy(pass_, encoding, record_ref, i)
                elif pass_.get("undated") and values is not None:
                    values += whom(project, person, party, i)
                if values is not None:
                    token = encode_pass(pass_, encoding, person, values)
                    any_token |= token is not None
                elif pass_.get("dummies") and token is None:
                    # Not a token: a row of dummies alone is not written.
                    token = dummy(pass_, encoding, record_ref, i)
            block, filters = token or (None, {})
            row[pass_["name"] + ".block"] = block
            for filter_ in pass_["filter"]:
                row[f"{pass_['name']}.{filter_['name']}"] = filters.get(filter_["name"])
        if any_token:
            rows.append(row)
    while rows and len(rows) < project.schema.get("rows", 1):
        row = {column: None for column in rows[0]}
        filled = [p for p in project.schema["pass"] if names_a_part(p) and rows[0][p["name"] + ".block"]]
        for pass_ in filled:
            block, filters = dummy(pass_, encoding, record_ref, len(rows))
            row[pass_["name"] + ".block"] = block
            row |= {f"{pass_['name']}.{name_}": bits for name_, bits in filters.items()}
        if not filled:
            break
        rows.append(row)
    return rows


# ---- the files -----------------------------------------------------------------------------


def dump(value):
    """JSON with one case a line, so that a change shows as a change of few lines."""
    lines = []
    for key, part in value.items():
        if isinstance(part, list):
            inner = ",\n".join("    " + json.dumps(v, ensure_ascii=False) for v in part)
            lines.append(f"  {json.dumps(key)}: [\n{inner}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def main(arguments):
    import reference_canaries
    import reference_cases
    import reference_tokens

    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    blake3.self_test()
    files = {
        "encoding.json": dump(reference_cases.encoding()),
        "project.json": dump(reference_cases.projects()),
        "canaries.json": dump(reference_canaries.vectors()),
        **{f"tokens/{name_}": data for name_, data in reference_tokens.files(dump).items()},
    }
    differing = []
    for path, data in files.items():
        target = VECTORS / path
        if arguments:
            if not target.is_file() or target.read_bytes() != data:
                differing.append(path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    kept = set(reference_tokens.KEPT)
    there = {p.name for p in (VECTORS / "tokens").iterdir()}
    known = {pathlib.PurePath(path).name for path in files if path.startswith("tokens/")} | kept
    differing += [f"tokens/{stray}" for stray in sorted(there ^ known)]
    for path in differing:
        print(f"differs from the reference implementation: {path}", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    # The other files import this one by its name, not as __main__.
    import reference_encoder

    sys.exit(reference_encoder.main(sys.argv[1:]))
