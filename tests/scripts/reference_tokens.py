"""The token files of testdata/vectors/tokens: good ones, and each fault by itself.

Writes Parquet by hand (docs/spec/token-file.md), so that every byte of a faulty file can be chosen and
the good file is of a second writer, too.
"""

import blake3_reference as blake3
import reference_canaries
import reference_encoder as reference
from reference_cases import KEYS, one_filter, project_text

# Made once by blindlink itself and kept for ever: what was written must stay readable.
KEPT = ("kept-0.1.0.tokens",)
DIGITS_AFTER = b"blake3:"
SCHEMA = one_filter(["first", "last"], 64, 2, block='["birthdate"]', name="names", pass_name="day") + (
    '[[schema.pass]]\nname = "part"\nblock = ["last-part", "year"]\n'
)
PROJECT = project_text(SCHEMA)
PEOPLE = (
    {"first": "ANN", "last": "TESTA SAMPLE", "birthdate": "2006-03-09"},
    {"first": "BOB", "last": "EXAMPLE", "birthdate": "2005-12-31"},
    {"first": "CAT", "birthdate": "2006-07-04"},
    {"last": "DEMO", "birthdate": "2006-01-02"},
)
FIXED, BYTES, REQUIRED, OPTIONAL = 7, 6, 0, 1


# ---- Thrift's compact protocol, as much as a Parquet footer needs --------------------------


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def zigzag(n):
    return varint(2 * n if n >= 0 else -2 * n - 1)


class Long(int):
    """An i64; a plain int is an i32."""


def thrift(value):
    """(type, bytes) of a value: int, Long, str or bytes, list, or dict of field number -> value."""
    if isinstance(value, dict):
        out, last = b"", 0
        for field, inner in value.items():
            kind, data = thrift(inner)
            out += bytes([field - last << 4 | kind]) + data
            last = field
        return 12, out + b"\0"
    if isinstance(value, list):
        kind = thrift(value[0])[0]
        size = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind]) + varint(len(value))
        return 9, size + b"".join(thrift(v)[1] for v in value)
    if isinstance(value, int):
        return (6 if isinstance(value, Long) else 5), zigzag(value)
    data = value.encode() if isinstance(value, str) else value
    return 8, varint(len(data)) + data


# ---- Parquet -------------------------------------------------------------------------------


class File:
    """A token file before it is written; the cases below change one thing of a good one."""

    def __init__(self, person_rows, columns, pairs):
        self.columns = columns  # name -> [type, width, repetition]
        self.groups = [person_rows]  # lists of rows: column -> bytes or None
        self.pairs = pairs  # list of (key, value)
        self.rows = len(person_rows)  # as the footer says
        self.page_type = 0
        self.chunk_shift = 0  # how far the footer's offsets are from the truth

    def group(self, rows, offset):
        """(pages, RowGroup)"""
        out, chunks = b"", []
        for name, (kind, width, repetition) in self.columns.items():
            values = [row[name] for row in rows]
            data = b""
            if repetition == OPTIONAL:
                levels = b"".join(varint(1 << 1) + bytes([v is not None]) for v in values)
                data = len(levels).to_bytes(4, "little") + levels
            for v in values:
                if v is not None:
                    data += v if kind == FIXED else len(v).to_bytes(4, "little") + v
            header = {1: self.page_type, 2: len(data), 3: len(data), 5: {1: len(rows), 2: 0, 3: 3, 4: 3}}
            page = thrift(header)[1] + data
            start = Long(offset + len(out) + self.chunk_shift)
            meta = {1: kind, 2: [0, 3], 3: [name], 4: 0, 5: Long(len(rows)), 6: Long(len(page)), 7: Long(len(page)), 9: start}
            chunks.append({2: start, 3: meta})
            out += page
        return out, {1: chunks, 2: Long(len(out)), 3: Long(len(rows))}

    def unsealed(self):
        body, groups = b"PAR1", []
        for rows in self.groups:
            pages, group = self.group(rows, len(body))
            body += pages
            groups.append(group)
        elements = [{4: "schema", 5: len(self.columns)}]
        for name, (kind, width, repetition) in self.columns.items():
            size = {2: width} if kind == FIXED else {}
            elements.append({1: kind, **size, 3: repetition, 4: name})
        pairs = [{1: k, 2: v} for k, v in self.pairs]
        footer = {1: 1, 2: elements, 3: Long(self.rows), 4: groups, 5: pairs, 6: "blindlink reference"}
        footer = thrift(footer)[1]
        return body + footer + len(footer).to_bytes(4, "little") + b"PAR1"

    def sealed(self):
        return seal(self.unsealed())


def seal(data):
    """token-file.md 4: the digits, which are all 0 now, become the checksum."""
    at = data.rindex(DIGITS_AFTER) + len(DIGITS_AFTER)
    zeroed = data[:at] + b"0" * 64 + data[at + 64 :]
    return zeroed[:at] + blake3.digest(zeroed).hex().encode() + zeroed[at + 64 :]


def good_file(text=PROJECT, key="counting", party="district", people=PEOPLE):
    project = reference.Project(text)
    refs = sorted(blake3.digest(b"ref" + bytes([i]), 16) for i in range(len(people)))
    rows = []
    for ref, person in zip(refs, people):
        rows += [{"record_ref": ref, **row} for row in reference.encode(project, KEYS[key], person, ref)]
    columns = {"record_ref": [FIXED, 16, REQUIRED]}
    for pass_ in project.schema["pass"]:
        columns[pass_["name"] + ".block"] = [FIXED, 16, OPTIONAL]
        for filter_ in pass_["filter"]:
            columns[f"{pass_['name']}.{filter_['name']}"] = [FIXED, filter_["bits"] // 8, OPTIONAL]
    check = reference.key_check(reference.encoding_key(project, KEYS[key]))
    values = {
        "format": "blindlink-tokens-1", "project": project.fingerprint.hex(), "schema": project.schema_fingerprint.hex(),
        "party": party, "round": project.round, "normalisation": "3", "key-check": check.hex(),
        "records": str(len(refs)), "rows": str(len(rows)), "checksum": "blake3:" + "0" * 64,
    }  # fmt: skip
    return File(rows, columns, [("blindlink." + k, v) for k, v in values.items()])


def with_canaries(file, text=PROJECT, key="counting"):
    """The same file with the canaries that its project and key give."""
    found = reference_canaries.canaries(reference.Project(text), KEYS[key])
    file.pairs.append(("blindlink.canaries", b"".join(found).hex()))
    return file


# ---- the cases -----------------------------------------------------------------------------


def put(file, key, value):
    """Replaces the value of a metadata key; None takes the pair out."""
    pairs = [(k, value if k == "blindlink." + key else v) for k, v in file.pairs]
    file.pairs = [(k, v) for k, v in pairs if v is not None]
    return file


def cases():
    """(name, comment, stage, class, phrase, bytes)"""

    def changed(change):
        file = good_file()
        change(file)
        return file.sealed()

    def meta(key, value):
        return changed(lambda f: put(f, key, value))

    good = good_file().sealed()
    # What is no Parquet file, or damaged.
    yield "empty", "no byte at all", "open", "input", "not Parquet", b""
    yield "text", "a CSV file", "open", "input", "not Parquet", b"record_ref,block\n00,11\n22,33\n"
    yield "magic-only", "Parquet's magic bytes twice and nothing else", "open", "input", "not Parquet", b"PAR1PAR1"
    yield "no-footer", "a footer of no bytes", "open", "input", "no checksum", b"PAR1\0\0\0\0PAR1"
    yield "cut-one-byte", "the last byte is missing", "open", "input", "cut short", good[:-1]
    yield "cut-half", "the second half is missing", "open", "input", "cut short", good[: len(good) // 2]
    yield "footer-too-long", "the footer is longer than the file", "open", "input", "cut short", good[:-8] + b"\xff\xff\0\0PAR1"
    yield "encrypted-footer", "the magic of an encrypted footer", "open", "input", "not Parquet", good[:-4] + b"PARE"
    flipped = bytearray(good)
    flipped[60] ^= 1
    yield "flipped-data", "one bit of a page is flipped", "open", "input", "checksum does not agree", bytes(flipped)
    yield "flipped-footer", "one letter of the party is another", "open", "input", "checksum does not agree", good.replace(b"district", b"distrivt")
    yield "appended", "a byte before the footer's length", "open", "input", "", good[:-8] + b"\0" + good[-8:]
    # The checksum.
    at = good.index(DIGITS_AFTER) + 7
    wrong = good[:at] + (b"1" if good[at : at + 1] == b"0" else b"0") + good[at + 1 :]
    yield "checksum-wrong", "one digit of the checksum is another", "open", "input", "checksum does not agree", wrong
    yield "checksum-capitals", "the checksum in capitals", "open", "input", "checksum does not agree", good[:at] + good[at : at + 64].upper() + good[at + 64 :]
    yield "checksum-zeros", "the checksum was never filled in", "open", "input", "checksum does not agree", good_file().unsealed()
    unsealed = put(good_file(), "checksum", None).unsealed()
    yield "checksum-missing", "no checksum", "open", "input", "no checksum", unsealed
    twice = good_file()
    twice.pairs.append(("blindlink.checksum", "blake3:" + "0" * 64))
    yield "checksum-twice", "two checksums", "open", "input", "no checksum", twice.sealed()
    def alone(footer):
        return b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1"

    short = alone(DIGITS_AFTER + b"0" * 10)
    yield "checksum-short", "the footer ends within the digits", "open", "input", "no checksum", short
    garbage = seal(alone(b"\xff" * 40 + DIGITS_AFTER + b"0" * 64))
    yield "footer-garbage", "a right checksum in a footer that is none", "open", "input", "footer cannot be read", garbage
    # The metadata.
    yield "format-2", "a later format", "open", "input", "blindlink-tokens-2", meta("format", "blindlink-tokens-2")
    yield "format-other", "another program's format", "open", "input", "does not name", meta("format", "tokens")
    for key in ("format", "project", "schema", "party", "round", "normalisation", "key-check", "records", "rows"):
        phrase = "does not name" if key == "format" else f"lacks `blindlink.{key}`"
        yield f"without-{key}", f"the metadata lacks {key}", "open", "input", phrase, meta(key, None)
    yield "key-twice", "party stands twice", "open", "input", "twice", changed(lambda f: f.pairs.append(("blindlink.party", "district")))
    yield "decoys-not-true", "decoys that are something else than true", "open", "input", "not `true`", changed(lambda f: f.pairs.append(("blindlink.decoys", "no")))
    yield "key-unknown", "an unknown key of blindlink", "open", "input", "unknown key", changed(lambda f: f.pairs.append(("blindlink.extra", "1")))
    yield "project-capitals", "a fingerprint in capitals", "open", "input", "not a fingerprint", meta("project", "AB" * 32)
    yield "schema-short", "a fingerprint of 62 digits", "open", "input", "not a fingerprint", meta("schema", "ab" * 31)
    yield "party-capital", "a party that cannot be one", "open", "input", "not a party", meta("party", "District")
    yield "normalisation-word", "a version that is no number", "open", "input", "not a number", meta("normalisation", "one")
    yield "normalisation-large", "a version beyond 32 bits", "open", "input", "not a version", meta("normalisation", "4294967296")
    yield "key-check-short", "a key check of 15 bytes", "open", "input", "malformed", meta("key-check", "ab" * 15)
    yield "records-sign", "a number with a sign", "open", "input", "not a number", meta("records", "+4")
    yield "rows-leading-zero", "a number with a leading zero", "open", "input", "not a number", meta("rows", "05")
    yield "records-exceed-rows", "more records than rows", "open", "input", "more records than rows", meta("records", "9")
    yield "rows-wrong", "another number of rows than Parquet's", "open", "input", "not as many", meta("rows", "7")

    def huge(file):
        file.rows = 1 << 60
        put(put(file, "rows", str(1 << 60)), "records", str(1 << 60))

    yield "rows-huge", "2^60 rows claimed in both places", "open", "input", "more rows than", changed(huge)

    def million(file):
        file.rows = 1 << 31
        put(put(file, "rows", str(1 << 31)), "records", str(1 << 31))

    yield "rows-claimed", "2^31 rows claimed in both places", "refs", "input", "", changed(million)
    # Record refs.
    yield "records-wrong", "fewer record refs than the header says", "refs", "input", "not as many", meta("records", "5")
    yield "refs-descending", "record refs in falling order", "refs", "input", "out of order", changed(lambda f: f.groups[0].reverse())
    yield "refs-split", "the rows of one record do not stand together", "refs", "input", "out of order", changed(
        lambda f: f.groups[0].append(f.groups[0].pop(0))
    )

    def null_ref(file):
        file.columns["record_ref"][2] = OPTIONAL
        file.groups[0][-1]["record_ref"] = None

    yield "ref-null", "a record ref is null", "refs", "input", "record ref", changed(null_ref)

    def column(name, width):
        def change(file):
            file.columns[name][1] = width
            for row in file.groups[0]:
                row[name] = None if row[name] is None else (row[name] * 2)[:width]

        return changed(change)

    yield "ref-narrow", "record refs of 8 bytes", "refs", "mismatch", "`record_ref` of 16 bytes", column("record_ref", 8)
    yield "ref-missing", "no column of record refs", "refs", "mismatch", "`record_ref` of 16 bytes", changed(lambda f: f.columns.pop("record_ref"))
    # Columns.
    yield "filter-wide", "a filter of 16 bytes instead of 8", "pass", "mismatch", "`day.names`", column("day.names", 16)
    yield "block-narrow", "block keys of 8 bytes", "pass", "mismatch", "`day.block`", column("day.block", 8)
    yield "block-missing", "the second pass has no column", "pass", "mismatch", "`part.block`", changed(lambda f: f.columns.pop("part.block"))

    def variable(file):
        file.columns["day.block"][0] = BYTES

    yield "block-variable", "block keys of no fixed width", "pass", "mismatch", "`day.block`", changed(variable)

    def extra(file):
        file.columns["name"] = [FIXED, 4, OPTIONAL]
        for row in file.groups[0]:
            row["name"] = b"ZZYZ"

    yield "column-extra", "a column that the schema does not have", "pass", "mismatch", "does not have", changed(extra)

    def order(file):
        file.columns = {k: file.columns[k] for k in ("record_ref", "day.names", "day.block", "part.block")}

    yield "columns-order", "the columns in another order", "pass", "mismatch", "order", changed(order)

    def undecodable(file):
        file.page_type = 9

    yield "page-unknown", "pages of an unknown kind", "refs", "input", "", changed(undecodable)
    for name, shift in (("negative", -(1 << 20)), ("beyond", 1 << 20)):
        file = good_file()
        file.chunk_shift = shift
        yield f"offsets-{name}", "the footer points outside of the file", "open", "input", "points outside", file.sealed()
    # Whole files that do not belong to the good one or to the project.
    other = project_text(SCHEMA, round_="2")
    yield "other-round", "of another round", "admit", "mismatch", "another round", good_file(other, party="college").sealed()
    other = project_text(SCHEMA, project_id="ff" * 16)
    yield "other-project", "of another project", "admit", "mismatch", "made under project", good_file(other, party="college").sealed()
    yield "other-schema", "of another schema", "admit", "mismatch", "made under schema", put(good_file(party="college"), "schema", "ab" * 32).sealed()
    yield "other-key", "made with another linkage key", "admit", "mismatch", "different linkage keys", good_file(key="zeros", party="college").sealed()
    yield "other-normalisation", "names normalised by another version", "admit", "mismatch", "normalised by version", put(
        good_file(party="college"), "normalisation", "2"
    ).sealed()
    yield "unknown-party", "of a party that is not of the project", "admit", "mismatch", "no party", good_file(party="state").sealed()
    # Canaries.
    digits = dict(with_canaries(good_file()).pairs)["blindlink.canaries"]
    for name, comment, value in (
        ("empty", "no canary", ""),
        ("cut", "the last canary is of 15 digits", digits[:-1]),
        ("capitals", "canaries in capitals", digits.upper()),
        ("words", "a canary that is no number", "canary--" * 2 + digits[16:]),
        ("many", "65 canaries", "ab" * 8 * 65),
    ):
        file = good_file()
        file.pairs.append(("blindlink.canaries", value))
        yield f"canaries-{name}", comment, "open", "input", "`blindlink.canaries` is malformed", file.sealed()
    twice = with_canaries(with_canaries(good_file()))
    yield "canaries-twice", "canaries stand twice", "open", "input", "twice", twice.sealed()
    partner = good_file(party="college", people=PEOPLE[1:])
    yield "canaries-missing", "no canaries, beside a file that has some", "admit", "mismatch", "no canaries", partner.sealed()
    other = with_canaries(good_file(party="college", people=PEOPLE[1:]))
    changed_one = digits[:32] + ("1" if digits[32] == "0" else "0") + digits[33:]
    yield "canaries-behaviour", "the third canary is another, as of another normaliser of the same version", "admit", "mismatch", (
        "1 of 16 differ, number 3"
    ), put(other, "canaries", changed_one).sealed()
    other = with_canaries(good_file(party="college", people=PEOPLE[1:]))
    yield "canaries-fewer", "canaries of fewer people", "admit", "mismatch", "`college` 15", put(other, "canaries", digits[:-16]).sealed()
    other = with_canaries(good_file(key="zeros", party="college", people=PEOPLE[1:]), key="zeros")
    yield "canaries-other-key", "canaries and tokens of another linkage key", "admit", "mismatch", "different linkage keys", other.sealed()
    other = with_canaries(good_file(party="college", people=PEOPLE[1:]), key="zeros")
    yield "canaries-key-alone", "the key check of the other file, and canaries of another key", "admit", "mismatch", "14 of 16 differ", other.sealed()
    other = put(with_canaries(good_file(party="college", people=PEOPLE[1:])), "normalisation", "2")
    yield "canaries-other-normalisation", "names normalised by another version, which says so", "admit", "mismatch", "normalised by version", other.sealed()
    yield "same-party", "of the party that is there already", "admit", "mismatch", "there already", good_file().sealed()


def files(dump):
    groups = good_file()
    rows = groups.groups[0]
    groups.groups = [rows[:2], rows[2:3], rows[3:]]
    groups.pairs.insert(0, ("other-program", "its own note"))
    good = {"good.tokens": good_file().sealed(), "good-groups.tokens": groups.sealed()}
    good["good-canaries.tokens"] = with_canaries(good_file()).sealed()
    good["good-canaries-partner.tokens"] = with_canaries(good_file(party="college", people=PEOPLE[1:])).sealed()
    good["good-partner.tokens"] = good_file(party="college", people=PEOPLE[1:]).sealed()
    plain = [{c: v.hex() if v is not None else None for c, v in row.items()} for row in rows]
    out, faulty = dict(good), []
    for name, comment, stage, class_, phrase, data in cases():
        file = f"bad-{name}.tokens"
        assert file not in out and data not in out.values() or stage == "admit", name
        out[file] = data
        beside = {"beside": "good-canaries.tokens"} if stage == "admit" and name.startswith("canaries-") else {}
        faulty.append({"file": file, "comment": comment, "stage": stage, "class": class_, "phrase": phrase, **beside})
    index = {
        "comment": "Vectors of docs/spec/token-file.md. 'stage' is when blindlink refuses: on opening, on reading the record "
        "refs, on reading a pass, or on admitting it beside good.tokens or the file that 'beside' names. 'phrase' is part of its message and not binding.",
        "project": PROJECT,
        "key": KEYS["counting"].hex(),
        "good": [
            {"file": "good.tokens", "comment": "four persons, five rows, written by the reference implementation"},
            {"file": "good-groups.tokens", "comment": "the same in three row groups, one of which divides a record, and with another program's metadata"},
            {"file": "good-canaries.tokens", "comment": "the same with canaries", "partner": "good-canaries-partner.tokens"},
            *({"file": f, "comment": "the same, written by blindlink; kept as its later versions must read it"} for f in KEPT),
        ],
        "partner": "good-partner.tokens",
        "persons": list(PEOPLE),
        "rows": plain,
        "faulty": faulty,
    }
    out["index.json"] = dump(index)
    return out
