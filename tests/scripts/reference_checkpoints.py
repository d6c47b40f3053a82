"""What an unfinished run leaves, with one fault each: writes testdata/vectors/checkpoints.

    python3 tests/scripts/reference_checkpoints.py [VERSION]

The form is that of docs/spec/unfinished-run.md. It is read by the version that wrote it alone: with a new version of
blindlink the vectors are written again.
"""

import json
import pathlib
import sys

from blake3_reference import keyed

FORMAT = "blindlink-partial-2"
SECRET = bytes(range(32))
OTHER = bytes(range(1, 33))
NAME = "000000"
CONTENT = b"Zzyzx tokens"


def pretty(header):
    return json.dumps(header, indent=2, ensure_ascii=False).encode()


def header(version, secret=SECRET, **changes):
    """run.json under the check that belongs to it."""
    bare = {"format": FORMAT, "version": version, "subject": {"what": "Zzyzx", "sizes": [2, 1]}, "secret": secret.hex(), **changes}
    bare["check"] = ""
    return pretty({**bare, "check": keyed(secret, pretty(bare)).hex()})


def part(content=CONTENT, name=NAME, secret=SECRET):
    named = len(name).to_bytes(8, "little") + name.encode()
    return content + keyed(secret, named + content)


def vectors(version):
    run, whole = header(version), part()
    fields = json.loads(run)

    def lacks(key):
        return pretty({k: v for k, v in fields.items() if k != key})

    def other(key, value):
        return pretty({**fields, key: value})

    def flipped(data, at):
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]

    yield "good", run, whole, "ok", "a header and a part"
    for name, text, expected, comment in [
        ("format-1", header(version, format="blindlink-partial-1"), "mismatch", "another format"),
        ("format-missing", lacks("format"), "mismatch", "no format"),
        ("version-other", header("0.0.1"), "mismatch", "another version"),
        ("version-missing", lacks("version"), "mismatch", "no version"),
        ("subject-other", header(version, subject={"what": "Qwerty", "sizes": [2, 1]}), "mismatch", "of something else"),
        ("subject-sizes", header(version, subject={"what": "Zzyzx", "sizes": [2, 2]}), "mismatch", "with other options"),
        ("subject-changed", other("subject", {"what": "Zzyzx", "sizes": [2, 2]}), "input", "changed after it was written"),
        ("subject-unknown", header(version, subject={"what": "Zzyzx", "sizes": [2, 1], "x": 1}), "input", "an unknown member"),
        ("subject-lacks", header(version, subject={"what": "Zzyzx"}), "input", "a member missing"),
        ("subject-type", header(version, subject=["Zzyzx", [2, 1], 3]), "input", "a list"),
        ("subject-missing", lacks("subject"), "input", "no subject"),
        ("secret-changed", other("secret", OTHER.hex()), "input", "another secret under the old check"),
        ("secret-short", other("secret", SECRET[:31].hex()), "input", "a secret that is too short"),
        ("secret-long", other("secret", SECRET.hex() + "00"), "input", "a secret that is too long"),
        ("secret-capitals", other("secret", SECRET.hex().upper()), "input", "a secret in capitals"),
        ("secret-missing", lacks("secret"), "input", "no secret"),
        ("check-changed", other("check", "00" * 32), "input", "another check"),
        ("check-capitals", other("check", fields["check"].upper()), "input", "a check in capitals"),
        ("check-missing", lacks("check"), "input", "no check"),
        ("member-unknown", other("note", "x"), "input", "an unknown member"),
        ("member-twice", run.replace(b'"secret"', b'"secret": "00",\n  "secret"'), "input", "a member twice"),
        ("member-order", pretty(dict(reversed(fields.items()))), "input", "members in another order"),
        ("compact", json.dumps(fields, separators=(",", ":")).encode(), "input", "the same in one line"),
        ("line-end", run + b"\n", "input", "a line end more"),
        ("blank", run.replace(b": ", b":  ", 1), "input", "a blank more"),
        ("mark", b"\xef\xbb\xbf" + run, "input", "a byte order mark"),
        ("cut-short", run[:-20], "input", "cut short"),
        ("empty", b"", "input", "an empty file"),
        ("not-json", b"Zzyzx", "input", "something else"),
        ("array", b"[" + run + b"]", "mismatch", "a list of one: no format is named"),
    ]:
        yield f"run-{name}", text, whole, expected, comment
    for name, data, comment in [
        ("changed", flipped(whole, 3), "a byte changed"),
        ("hash-changed", flipped(whole, len(whole) - 1), "a byte of the hash changed"),
        ("cut-short", whole[:-1], "cut short"),
        ("longer", whole + b"\0", "a byte more"),
        ("empty", b"", "an empty file"),
        ("no-hash", CONTENT, "shorter than a hash"),
        ("unkeyed", CONTENT + keyed(bytes(32), CONTENT), "a hash under another key"),
        ("other-run", part(secret=OTHER), "a part of another run"),
        ("other-name", part(name="000001"), "a part that was renamed"),
    ]:
        yield f"part-{name}", run, data, "input", comment


def main():
    version = (sys.argv[1:] or ["0.1.0"])[0]
    folder = pathlib.Path(__file__).parents[2] / "testdata/vectors/checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    index = []
    for name, run, data, expected, comment in vectors(version):
        (folder / f"{name}.run.json").write_bytes(run)
        (folder / f"{name}.part").write_bytes(data)
        index.append({"name": name, "class": expected, "comment": comment})
    text = {"comment": "NAME.run.json and NAME.part are run.json and part-000000 of an unfinished run, with one fault each.",
            "version": version, "vectors": index}
    (folder / "index.json").write_text(json.dumps(text, indent=1) + "\n")
    print(len(index), "vectors,", sum(v["class"] != "ok" for v in index), "with a fault")


if __name__ == "__main__":
    main()
