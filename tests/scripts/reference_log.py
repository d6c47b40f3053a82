"""The disclosure log read and written from docs/spec/disclosure-log.md, with the standard library alone.

    python3 tests/scripts/reference_log.py LOG...      check logs: entries and last hash, or what is wrong
    python3 tests/scripts/reference_log.py --vectors   write testdata/vectors/log

It shares no code with blindlink: src/custody/tests.rs holds both to the same vectors.
"""

import datetime
import json
import pathlib
import re
import sys

from blake3_reference import digest

FORMAT = "blindlink-log-1"
START = b'{"format":"blindlink-log-1","seq":'
ZEROS = "0" * 64
MEMBERS = ["format", "seq", "time", "action", "project", "round", "party", "file", "rows", "elements", "legal_basis", "agreement",
           "purpose", "recipient", "destroy_by", "operator", "program", "note", "torn", "previous", "hash"]
FILE = ["name", "kind", "bytes", "blake3", "key_check"]
ACTIONS = ["made", "received", "matched", "released", "resolved", "opened", "destroying", "destroyed", "noted"]
MAX_LINE, MAX_TEXT = 1 << 16, 2000


class Bad(Exception):
    """What is wrong with a log."""


def line_of(entry):
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()


def sealed(entry):
    """The line of an entry, with the hash that belongs to it."""
    bare = {k: v for k, v in entry.items() if k != "hash"}
    return line_of({**bare, "hash": digest(line_of(bare)).hex()})


def need(truth, what):
    if not truth:
        raise Bad(what)


def is_number(value):
    return type(value) is int and 0 <= value < 1 << 64


def is_text(value):
    # Controls are U+0000 to U+001F and U+007F to U+009F.
    return isinstance(value, str) and len(value.encode()) <= MAX_TEXT and not re.search("[\x00-\x1f\x7f-\x9f]", value)


def is_hex(value, digits):
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{%d}" % digits, value) is not None


def is_date(value):
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except (ValueError, TypeError):
        return False


def is_time(value):
    try:
        return datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").strftime("%Y-%m-%dT%H:%M:%SZ") == value
    except (ValueError, TypeError):
        return False


def unique(pairs):
    need(len(dict(pairs)) == len(pairs), "a member stands twice")
    return dict(pairs)


def parse(line):
    """The entry of a line without its end."""
    need(len(line) <= MAX_LINE, "too long")
    need(line.startswith(START), "another format")
    try:
        entry = json.loads(line.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise Bad("malformed") from None
    need(isinstance(entry, dict) and list(entry) == MEMBERS, "other members")
    try:
        need(line_of(entry) == line, "not in the one form")
    except UnicodeEncodeError:
        raise Bad("half a letter") from None
    need(entry["format"] == FORMAT, "another format")
    need(is_number(entry["seq"]), "no number")
    need(is_time(entry["time"]), "no time")
    need(entry["action"] in ACTIONS, "no action")
    need(all(is_hex(entry[k], 64) for k in ("project", "previous", "hash")), "no hash")
    need(all(is_text(entry[k]) for k in ("round", "legal_basis", "agreement", "purpose", "operator", "program", "note")), "no text")
    need(all(entry[k] is None or is_text(entry[k]) for k in ("party", "recipient")), "no text")
    need(isinstance(entry["elements"], list) and all(is_text(e) for e in entry["elements"]), "no elements")
    need(entry["rows"] is None or is_number(entry["rows"]), "no rows")
    need(entry["torn"] is None or is_number(entry["torn"]) and entry["torn"] > 0, "nothing torn")
    need(entry["destroy_by"] is None or is_date(entry["destroy_by"]), "no date")
    file = entry["file"]
    if file is not None:
        need(isinstance(file, dict) and list(file) == FILE, "other members of file")
        need(is_text(file["name"]) and is_text(file["kind"]) and is_number(file["bytes"]), "no file")
        need(is_hex(file["blake3"], 64), "no hash")
        need(file["key_check"] is None or is_hex(file["key_check"], 32), "no key check")
    need(sealed(entry) == line, "changed after it was written")
    return entry


def is_torn(rest):
    """Whether what stands behind the last line end is a write that was cut short."""
    if len(rest) > MAX_LINE or not (rest.startswith(START) or START.startswith(rest) or not rest.strip(b"\0")):
        return False
    try:
        parse(rest[:-1])
    except Bad:
        return True
    return False


def read(data):
    """The entries of a log, and bytes of an unfinished line behind them."""
    *lines, rest = data.split(b"\n")
    entries, torn = [], 0
    if rest:
        try:
            parse(rest)
            lines.append(rest)
        except Bad as why:
            if not is_torn(rest):
                raise Bad(f"entry {len(lines) + 1}: {why}") from None
            torn = len(rest)
    for number, line in enumerate(lines, 1):
        try:
            entry = parse(line)
        except Bad as why:
            raise Bad(f"entry {number}: {why}") from None
        need(entry["seq"] == number, f"entry {number}: out of order")
        need(entry["previous"] == (entries[-1]["hash"] if entries else ZEROS), f"entry {number}: chain")
        entries.append(entry)
    return entries, torn


def entry(seq, previous, **more):
    facts = {"name": "district.tokens", "kind": "tokens", "bytes": 4242, "blake3": "ab" * 32, "key_check": "cd" * 16}
    base = dict(format=FORMAT, seq=seq, time=f"2027-01-0{seq}T08:30:00Z", action="made", project="12" * 32, round="1",
                party="district", file=facts, rows=300, elements=["first", "last", "birthdate"],
                legal_basis="34 CFR 99.31(a)(3): audit or evaluation", agreement="MOU-7", purpose="Zzyzx \"study\" of é\\è",
                recipient=None, destroy_by="2027-06-30", operator="zzyzx", program="blindlink 0.1.0", note="", torn=None,
                previous=previous, hash=ZEROS)
    return {**base, **more}


def chain(changes=(), n=3, reseal=True):
    """Lines of n entries; `changes` are by number; what follows is chained to what was changed."""
    changes, lines, previous = dict(changes), [], ZEROS
    for seq in range(1, n + 1):
        e = entry(seq, previous)
        if seq == 2:
            e.update(action="released", recipient="Zzyzx Data Centre")
        if seq == 3:
            e.update(action="noted", file=None, party=None, rows=None, elements=[], note="consent came in")
        e = changes[seq](e) if seq in changes else e
        line = sealed(e) if reseal or seq not in changes else line_of(e)
        lines.append(line)
        previous = json.loads(line)["hash"]
    return lines


def vectors():
    good = chain()
    text = b"\n".join(good) + b"\n"
    yield "good-three", text, 3, 0, "three entries"
    yield "good-empty", b"", 0, 0, "no entry yet"
    yield "good-torn", text + good[0][:77], 3, 77, "a write was cut short"
    yield "good-torn-start", text + START[:9], 3, 9, "a write was cut short within the first word"
    yield "good-torn-zeros", text + bytes(40), 3, 40, "room was set aside and not written to"
    yield "good-open", text[:-1], 3, 0, "the last line lacks its end, and is whole"
    yield "good-cut-at-end", good[0] + b"\n", 1, 0, "entries cut off at the end: only a hash that was noted tells"
    after = chain({3: lambda e: {**e, "torn": 77}})
    yield "good-after-torn", b"\n".join(after) + b"\n", 3, 0, "an entry that tells of what was cut off before it"

    def bad(name, lines, comment):
        data = lines if isinstance(lines, bytes) else b"\n".join(lines) + b"\n"
        return f"bad-{name}", data, None, None, comment

    def changed(**more):
        return chain({2: lambda e: {**e, **more}})

    def raw(old, new, resealed=True):
        """One line of text changed, under the hash of what it then is."""
        def change(line):
            assert line.count(old) == 1, (old, line)
            line = line.replace(old, new)
            if resealed:
                bare = line[:line.rindex(b',"hash":"')] + b"}"
                line = bare[:-1] + b',"hash":"' + digest(bare).hex().encode() + b'"}'
            return line
        return [good[0], change(good[1]), good[2]]

    yield bad("purpose-changed", raw(b"Zzyzx Data", b"Zzyzy Data", False), "a text changed, the hash not")
    yield bad("rows-changed", raw(b'"rows":300', b'"rows":301', False), "a number changed, the hash not")
    yield bad("replaced", raw(b"Zzyzx Data", b"Zzyzy Data"), "an entry replaced under its own hash: the next does not follow")
    yield bad("left-out", [good[0], good[2]], "an entry left out")
    yield bad("first-left-out", good[1:], "the first entry left out")
    yield bad("doubled", [good[0], good[1], good[1], good[2]], "an entry twice")
    yield bad("swapped", [good[1], good[0], good[2]], "two entries in each other's place")
    yield bad("seq-zero", chain({1: lambda e: {**e, "seq": 0}}, 1), "numbers begin at 1")
    yield bad("seq-gap", chain({2: lambda e: {**e, "seq": 3}}, 2), "a number left out")
    yield bad("previous-zeros", changed(previous=ZEROS), "an entry that follows on none")
    yield bad("previous-first", chain({1: lambda e: {**e, "previous": "12" * 32}}), "the first entry follows on something")
    yield bad("hash-capitals", [good[0], good[1][:-66] + good[1][-66:-2].upper() + good[1][-2:], good[2]], "a hash in capitals")
    yield bad("format-2", raw(b"blindlink-log-1", b"blindlink-log-2"), "another format")
    yield bad("action-unknown", changed(action="shredded"), "an action that there is not")
    yield bad("action-capital", changed(action="Made"), "an action in capitals")
    yield bad("time-offset", changed(time="2027-01-02T08:30:00+00:00"), "a time in another form")
    yield bad("time-fraction", changed(time="2027-01-02T08:30:00.5Z"), "a time with a fraction")
    yield bad("time-day", changed(time="2027-02-30T08:30:00Z"), "a day that there is not")
    yield bad("date", changed(destroy_by="2027-6-30"), "a date in another form")
    yield bad("date-day", changed(destroy_by="2027-06-31"), "a day that there is not")
    yield bad("project-short", changed(project="12" * 31), "a fingerprint that is too short")
    yield bad("key-check-short", chain({2: lambda e: {**e, "file": {**e["file"], "key_check": "cd" * 15}}}), "a key check too short")
    yield bad("file-hash-none", chain({2: lambda e: {**e, "file": {**e["file"], "blake3": None}}}), "a file without a hash")
    yield bad("file-member", chain({2: lambda e: {**e, "file": {**e["file"], "path": "x"}}}), "an unknown member of a file")
    yield bad("member-unknown", chain({2: lambda e: {**e, "student": "x"}}), "an unknown member")
    yield bad("member-missing", chain({2: lambda e: {k: v for k, v in e.items() if k != "note"}}), "a member missing")
    yield bad("null-missing", chain({2: lambda e: {k: v for k, v in e.items() if k != "torn"}}), "a member that is null missing")
    yield bad("member-order", raw(b'"rows":300,"elements":["first","last","birthdate"]',
                                  b'"elements":["first","last","birthdate"],"rows":300'), "two members in each other's place")
    yield bad("member-twice", raw(b'"rows":300', b'"rows":300,"rows":300'), "a member twice")
    yield bad("blank", raw(b'"rows":300', b'"rows": 300'), "a blank between")
    yield bad("escape", raw(b"\xc3\xa9", b"\\u00e9"), "a letter written as an escape")
    yield bad("number-form", raw(b'"rows":300', b'"rows":300.0'), "a number in another form")
    yield bad("number-negative", changed(rows=-1), "a negative number")
    yield bad("number-text", changed(rows="300"), "a number as text")
    yield bad("torn-zero", changed(torn=0), "nothing was cut off")
    yield bad("line-break", changed(note="two\nlines"), "a text of two lines")
    yield bad("text-long", changed(note="x" * (MAX_TEXT + 1)), "a text too long")
    yield bad("line-long", changed(elements=["x" * MAX_TEXT] * 40), "a line too long")
    yield bad("empty-line", [good[0], b"", good[1], good[2]], "an empty line")
    yield bad("line-ends", b"\r\n".join(good) + b"\r\n", "other line ends")
    yield bad("mark", b"\xef\xbb\xbf" + text, "a byte order mark")
    yield bad("not-utf-8", raw(b"\xc3\xa9", b"\xe9"), "bytes that are no text")
    yield bad("tail-foreign", text + b"Zzyzx", "an unfinished line that is no entry")
    yield bad("tail-more", text[:-1] + b" ", "a whole entry and a byte more")
    yield bad("not-json", [good[0], START + b"2,", good[2]], "an entry that was cut short, and more behind it")


def write():
    folder = pathlib.Path(__file__).parents[2] / "testdata/vectors/log"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    index = []
    for name, data, entries, torn, comment in vectors():
        (folder / f"{name}.jsonl").write_bytes(data)
        try:
            found, rest = read(data)
            assert (len(found), rest) == (entries, torn), name
            last = found[-1]["hash"] if found else ZEROS
            index.append({"file": f"{name}.jsonl", "class": "ok", "entries": entries, "torn": torn, "last": last, "comment": comment})
        except Bad:
            assert entries is None, name
            index.append({"file": f"{name}.jsonl", "class": "input", "comment": comment})
    text = json.dumps({"comment": "Vectors of docs/spec/disclosure-log.md: one fault each, and logs that are as they may be.",
                       "vectors": index}, indent=1)
    (folder / "index.json").write_text(text + "\n")
    print(len(index), "vectors,", sum(v["class"] == "input" for v in index), "with a fault")


def main():
    if sys.argv[1:] == ["--vectors"]:
        return write()
    code = 0
    for path in sys.argv[1:]:
        try:
            entries, torn = read(pathlib.Path(path).read_bytes())
            print(f"{path}: {len(entries)} entries, last hash {entries[-1]['hash'] if entries else ZEROS}, {torn} bytes torn")
        except Bad as why:
            print(f"{path}: {why}")
            code = 3
    return code


if __name__ == "__main__":
    sys.exit(main())
