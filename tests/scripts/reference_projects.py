"""The cases of testdata/vectors/project.json: texts that are read, and texts that are refused."""

import reference_encoder as reference
from reference_cases import a_filter, one_block, one_filter, one_pass, project_text, schema, shipped

SMALL = project_text(one_filter(["last"], block='["birthdate"]'))
BUCKET = project_text(schema(one_pass("year", bucket=(["first", "last"], 1024)) + a_filter("f", "day", 64)))

CONTACT = '''[[agreement.contact]]
role = "district"
organisation = "Zzyzx Unified"
person = "Q. Vvortex"
contact = "q@example.org"
public_key = "ssh-ed25519 AAAAC3 district"
'''
AGREEMENT = SMALL.replace(
    "[decision]",
    f"""[agreement]
number = "MOU-7"
exception = "34 CFR 99.31(a)(3)"
representative = "Zzyzx Institute"
destroy_by = "2027-06-30"
minimum_cell = 11
elements = ["student-id", "last", "birthdate"]
{CONTACT}[decision]""",
)


def swap(old, new, text=SMALL):
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def good():
    yield "small", SMALL
    yield "comments, blanks and order of keys do not count", (
        "# a comment\n\nround = '1'\nname = \"Vectors\"  # another\nparties = [\n  \"district\",\n  \"college\",\n]\n"
        'id = "00112233445566778899aabbccddeeff"\nformat = "blindlink-project-1"\n'
        + swap("bits = 64", "layers = 1\nbits = 0x40", SMALL[SMALL.index("[decision]") :])
    )
    yield "defaults written out: the same as small", swap("[decision]", 'purpose = ""\npairs = [["district", "college"]]\n[decision]')
    yield "pairs in the other order: another fingerprint", swap("[decision]", 'pairs = [["college", "district"]]\n[decision]')
    yield "a purpose, in several scripts", swap("[decision]", 'purpose = "Évaluation 評価 😀"\n[decision]')
    yield "characters that JSON escapes", swap("[decision]", 'purpose = "\\" \\\\ / \\b\\f\\n\\r\\t \\u0001 \\u007F"\n[decision]')
    yield "three parties, all pairs", project_text(one_block("last"), ("a", "b", "c"))
    yield "three parties, two pairs", swap("[decision]", 'pairs = [["a", "b"], ["c", "a"]]\n[decision]', project_text(one_block("last"), ("a", "b", "c")))
    yield "a round of 64 bytes", swap('round = "1"', f'round = "{"é" * 32}"')
    yield "an empty name", swap('name = "Vectors"', 'name = ""')
    for threshold in ("0.9", "0.999999", "0.1", "1e-3", "0.0001", "0.00001", "0.000012345", "0.000001", "1.5e-7", "1e-300", "0.30000000000000004"):
        yield f"threshold {threshold}", swap("threshold = 0.5", f"threshold = {threshold}")
    yield "no filter", project_text(one_block("last"))
    yield "an empty list of filters: the same as no filter", swap("block = ", "filter = []\nblock = ", project_text(one_block("last")))
    yield "fixed hashes", project_text(one_filter(["last"], hashes=20))
    dice = swap("[[schema.pass]]", "dice = 0.85\n[[schema.pass]]", project_text(one_filter(["last"], hashes=20)))
    yield "dice", dice
    yield "dice as a whole number is 1.0", swap("0.85", "1", dice)
    yield "similarity jaccard", swap("dice = 0.85", 'dice = 0.85\nsimilarity = "jaccard"', dice)
    yield "similarity dice: the same as dice", swap("dice = 0.85", 'similarity = "dice"\ndice = 0.85', dice)
    yield "schema k12", project_text(shipped("k12"))
    yield "schema k12-strict", project_text(shipped("k12-strict"))
    yield "schema clk", project_text(shipped("clk"))
    passes = "".join(f'[[schema.pass]]\nname = "p{i}"\nblock = ["last"]\n' for i in range(16))
    yield "16 passes", project_text('[schema]\nname = "many"\n' + passes)
    yield "8 filters of a pass", project_text(one_filter(["last"]) + more_filters(7))
    yield "a bucket", BUCKET
    yield "a bucket as a table of its own, its keys in another order: the same as a bucket", swap(
        'bucket = { of = ["first", "last"], count = 1024 }\n',
        '[schema.pass.bucket]\ncount = 1_024\nof = ["first", "last"]\n',
        BUCKET,
    )
    yield "the least number of buckets", swap("1024", "2", BUCKET)
    yield "the greatest number of buckets", swap("1024", "1048576", BUCKET)
    yield "a bucket, an empty block list and no filter", project_text(schema(one_pass(bucket=(["last-part"], 16))))
    yield "rows = 3", swap('name = "one"', 'name = "one"\nrows = 3')
    yield "rows = 1: the same as small", swap('name = "one"', 'rows = 1\nname = "one"')
    yield "dummies", swap('name = "p"', 'name = "p"\ndummies = true')
    yield "dummies = false: the same as small", swap('name = "p"', 'name = "p"\ndummies = false')
    yield "a bucket and dummies", swap('name = "p"', 'dummies = true\nname = "p"', BUCKET)
    yield "dummies in a pass with an empty block", swap("block = []", "block = []\ndummies = true", project_text(one_filter(["last"])))

    yield "stable link ids", swap("[decision]", "stable_link_ids = true\n[decision]")
    yield "stable_link_ids = false: the same as small", swap("[decision]", "stable_link_ids = false\n[decision]")
    yield "an agreement", AGREEMENT
    start = AGREEMENT.index("[agreement]")
    tail = AGREEMENT[start : AGREEMENT.index("[decision]")]
    yield "an agreement at the end: the same as an agreement", AGREEMENT.replace(tail, "") + tail
    yield "an agreement, its keys in another order: the same as an agreement", swap('role = "district"\n', "", AGREEMENT).replace(
        'person = "Q', 'role = "district"\nperson = "Q'
    )
    yield "an agreement and stable link ids", swap("[agreement]", "stable_link_ids = true\n[agreement]", AGREEMENT)
    least = '[agreement]\ndestroy_by = "2028-02-29"\nminimum_cell = 1\nelements = ["first"]\n[decision]'
    yield "an agreement of what it must have, on a leap day", swap("[decision]", least)
    for key in ("number", "exception", "representative", "organisation", "person", "contact"):
        row = next(row for row in AGREEMENT.splitlines(keepends=True) if row.startswith(f"{key} = "))
        yield f"an agreement without {key}", swap(row, "", AGREEMENT)
    yield "a contact without a public key", swap('public_key = "ssh-ed25519 AAAAC3 district"\n', "", AGREEMENT)
    yield "contacts of all roles", swap(
        "[decision]", "".join(f'[[agreement.contact]]\nrole = "{r}"\n' for r in ("operator", "college", "custodian")) + "[decision]", AGREEMENT
    )
    yield "no contact", swap(CONTACT, "", AGREEMENT)
    yield "every element, in another order", swap(
        '["student-id", "last", "birthdate"]',
        '["alias-last", "alias-first", "gender", "birthdate", "suffix", "last", "middle", "first", "student-id"]',
        AGREEMENT,
    )
    yield "the last day of the calendar", swap("2027-06-30", "9999-12-31", AGREEMENT)
    yield "the greatest minimum cell", swap("minimum_cell = 11", "minimum_cell = 1_000_000", AGREEMENT)
    yield "a number of 1000 bytes", swap("MOU-7", "é" * 500, AGREEMENT)
    yield "a person of another script, with quotes", swap('"Q. Vvortex"', '"Ζ \\"評価\\" \\\\ 😀"', AGREEMENT)
    yield "a public key of 400 characters", swap("ssh-ed25519 AAAAC3 district", "k" * 400, AGREEMENT)
    yield "a party named operator, without an agreement", swap('"college"', '"operator"')


def more_filters(n):
    return "".join(f'[[schema.pass.filter]]\nname = "x{i}"\nof = ["last"]\nbits = 64\n' for i in range(n))


def bad():
    """(comment, phrase of the message, text)"""
    yield "not TOML", "not a project file", "format = \n"
    yield "empty", "missing field `format`", ""
    yield "another format", "expected format", swap("project-1", "project-2")
    yield "an unknown key", "unknown field", swap("round = ", 'colour = "red"\nround = ')
    yield "a key twice", "duplicate key", swap("round = ", 'round = "2"\nround = ')
    yield "a key of the wrong type", "invalid type", swap('round = "1"', "round = 1")
    for key in ("id", "name", "round", "parties", "decision", "schema"):
        lines = SMALL.splitlines(keepends=True)
        if key == "decision":
            text = SMALL.replace("[decision]\nthreshold = 0.5\n", "")
        elif key == "schema":
            text = SMALL[: SMALL.index("[schema]")]
        else:
            at = next(i for i, line in enumerate(lines) if line.startswith(f"{key} ="))
            text = "".join(lines[:at] + lines[at + 1 :])
        yield f"without {key}", f"missing field `{key}`", text
    yield "an id that is too short", "id must be", swap("ccddeeff", "ccddee")
    yield "an id in capitals", "id must be", swap("ccddeeff", "CCDDEEFF")
    yield "an empty round", "round must be", swap('round = "1"', 'round = ""')
    yield "a round of 65 bytes", "round must be", swap('round = "1"', f'round = "{"é" * 32}x"')
    yield "a round that looks like a checksum", "round must be", swap('round = "1"', 'round = "blake3:1"')
    for threshold in ("0", "1", "1.0", "-0.5", "nan", "inf"):
        yield f"threshold {threshold}", "decision.threshold must be", swap("= 0.5", f"= {threshold}")
    yield "an unknown key of decision", "unknown field", swap("threshold = 0.5", "threshold = 0.5\nfuzzy = 1")
    yield "one party", "at least two parties", swap(', "college"', "")
    yield "a party twice", "listed twice", swap('"college"', '"district"')
    for party in ("College", "1st", "a b", "a" * 33, "", "é"):
        yield f"the party name {party!r}", "a party's name", swap('"college"', f'"{party}"')
    for pairs, phrase in (
        ("[]", "no pair"),
        ('[["district", "state"]]', "not of two parties"),
        ('[["district", "district"]]', "not of two parties"),
        ('[["district", "college"], ["college", "district"]]', "listed twice"),
        ('[["district"]]', "a pair is of two parties"),
        ('[["district", "college", "district"]]', "a pair is of two parties"),
        ('[["District", "college"]]', "a party's name"),
    ):
        yield f"pairs {pairs}", phrase, swap("[decision]", f"pairs = {pairs}\n[decision]")
    yield "an unknown block feature", "no block feature", swap('["birthdate"]', '["birthday"]')
    yield "a filter feature as block feature", "no block feature", swap('["birthdate"]', '["gender"]')
    for feature in ("first-bucket", "last-bucket", "last-part-bucket", "Year", ""):
        yield f"the block feature {feature!r}", "no block feature", swap('["birthdate"]', f'["{feature}"]')
    yield "an unknown feature in a bucket", "no block feature", swap('of = ["first", "last"]', 'of = ["first", "last-bucket"]', BUCKET)
    yield "a filter feature in a bucket", "no block feature", swap('of = ["first", "last"]', 'of = ["middle"]', BUCKET)
    yield "a bucket of nothing", "names no feature", swap('of = ["first", "last"]', "of = []", BUCKET)
    for count in ("0", "1", "3", "1000", "2097152", "4294967295"):
        yield f"{count} buckets", "count of buckets must be a power of two", swap("1024", count, BUCKET)
    yield "a negative number of buckets", "invalid value", swap("1024", "-2", BUCKET)
    yield "a number of buckets beyond 32 bits", "invalid value", swap("1024", "4294967298", BUCKET)
    yield "a number of buckets that is not whole", "invalid type", swap("1024", "1024.0", BUCKET)
    yield "a bucket without of", "missing field `of`", swap('of = ["first", "last"], ', "", BUCKET)
    yield "a bucket without a count", "missing field `count`", swap(", count = 1024", "", BUCKET)
    yield "an unknown key of a bucket", "unknown field", swap("count = 1024", "count = 1024, salt = 1", BUCKET)
    yield "a bucket that is a number", "invalid type", swap('{ of = ["first", "last"], count = 1024 }', "1024", BUCKET)
    for rows in ("0", "5"):
        yield f"rows = {rows}", "rows must be 1 to 4", swap('name = "one"', f'name = "one"\nrows = {rows}')
    yield "rows = true", "invalid type", swap('name = "one"', 'name = "one"\nrows = true')
    for value in ("1", '"true"', "[]"):
        yield f"dummies = {value}", "invalid type", swap('name = "p"', f'name = "p"\ndummies = {value}')
    yield "an unknown filter feature", "no filter feature", swap('of = ["last"]', 'of = ["surname"]')
    yield "a block feature as filter feature", "no filter feature", swap('of = ["last"]', 'of = ["last-part"]')
    yield "a filter of nothing", "names no feature", swap('of = ["last"]', "of = []")
    for bits in ("0", "32", "100", "8192"):
        yield f"{bits} bits", "power of two", swap("bits = 64", f"bits = {bits}")
    yield "a negative number of bits", "invalid value", swap("bits = 64", "bits = -64")
    for layers in ("0", "9"):
        yield f"{layers} layers", "layers must be", swap("bits = 64", f"bits = 64\nlayers = {layers}")
    for hashes in ("0", "257"):
        yield f"{hashes} hashes", "hashes must be", swap("bits = 64", f"bits = 64\nhashes = {hashes}")
    yield "an unknown key of a filter", "unknown field", swap("bits = 64", "bits = 64\nlayer = 3")
    yield "an unknown key of a pass", "unknown field", swap('name = "p"', 'name = "p"\nblocks = []')
    yield "an unknown key of the schema", "unknown field", swap('name = "one"', 'name = "one"\nversion = 1')
    yield "a pass without a block list", "missing field `block`", swap('block = ["birthdate"]\n', "")
    yield "a pass of nothing", "neither a block nor a filter", project_text(one_block("last").replace('"last"', ""))
    yield "a pass name in capitals", "a pass's name", swap('name = "p"', 'name = "P"')
    yield "a filter name with an underscore", "a filter's name", swap('name = "f"', 'name = "f_1"')
    yield "a filter name of 41 characters", "a filter's name", swap('name = "f"', f'name = "{"f" * 41}"')
    yield "a filter named block", "is taken", swap('name = "f"', 'name = "block"')
    yield "two filters of one name", "is taken", SMALL + more_filters(1) + more_filters(1)
    yield "two passes of one name", "two passes named", SMALL + '[[schema.pass]]\nname = "p"\nblock = ["last"]\n'
    yield "no pass", "1 to 16 passes", project_text('[schema]\nname = "none"\npass = []\n')
    passes = "".join(f'[[schema.pass]]\nname = "p{i}"\nblock = ["last"]\n' for i in range(17))
    yield "17 passes", "1 to 16 passes", project_text('[schema]\nname = "many"\n' + passes)
    yield "9 filters of a pass", "more than 8 filters", SMALL + more_filters(8)
    seven = "".join(f'[[schema.pass]]\nname = "p{i}"\nblock = ["last"]\n' + more_filters(7) for i in range(7))
    yield "49 filters", "at most 48 filters", project_text('[schema]\nname = "many"\n' + seven)
    dice = project_text(one_filter(["last"], hashes=20)).replace("[[schema.pass]]", "dice = 0.8\n[[schema.pass]]", 1)
    yield "dice of 0", "dice must be", dice.replace("0.8", "0")
    yield "dice above 1", "dice must be", dice.replace("0.8", "1.01")
    yield "an unknown similarity", "unknown variant", dice.replace("dice = 0.8", 'dice = 0.8\nsimilarity = "cosine"')
    yield "similarity without dice", "similarity is for", dice.replace("dice = 0.8", 'similarity = "jaccard"')
    yield "dice with a block", "dice is for", dice.replace("block = []", 'block = ["last"]')
    yield "dice with a bucket", "dice is for", dice.replace("block = []", 'block = []\nbucket = { of = ["last"], count = 2 }')
    yield "dice with two filters", "dice is for", dice + more_filters(1)
    yield "dice with two passes", "dice is for", dice + '[[schema.pass]]\nname = "q"\nblock = ["last"]\n'

    yield "stable_link_ids = 1", "invalid type", swap("[decision]", "stable_link_ids = 1\n[decision]")
    for key in ("destroy_by", "minimum_cell", "elements"):
        row = next(row for row in AGREEMENT.splitlines(keepends=True) if row.startswith(f"{key} = "))
        yield f"an agreement without {key}", f"missing field `{key}`", swap(row, "", AGREEMENT)
    yield "an agreement that is a text", "invalid type", swap("[decision]", 'agreement = "MOU-7"\n[decision]')
    yield "an unknown key of an agreement", "unknown field", swap("minimum_cell", "purpose = 'x'\nminimum_cell", AGREEMENT)
    yield "an agreement's number that is a number", "invalid type", swap('"MOU-7"', "7", AGREEMENT)
    for date in (
        "2027-02-29", "2027-13-01", "2027-06-31", "2027-6-30", "20270630", "30/06/2027", "2027-06-30T00:00:00", "0000-01-01",
        "02027-06-30", "2027-06", "", " 2027-06-30", "2027-W26-3",
    ):  # fmt: skip
        yield f"the last day {date!r}", "destroy_by must be", swap("2027-06-30", date, AGREEMENT)
    yield "the last day as a date of TOML", "invalid type", swap('"2027-06-30"', "2027-06-30", AGREEMENT)
    for cell in ("0", "1000001"):
        yield f"a minimum cell of {cell}", "minimum_cell must be", swap("_cell = 11", f"_cell = {cell}", AGREEMENT)
    yield "a negative minimum cell", "invalid value", swap("_cell = 11", "_cell = -11", AGREEMENT)
    yield "a minimum cell that is not whole", "invalid type", swap("_cell = 11", "_cell = 11.0", AGREEMENT)
    for elements, phrase in (
        ("[]", "allows no data element"),
        ('["last", "last"]', "twice"),
        ('["surname"]', "no data element"),
        ('["id"]', "no data element"),
        ('["Last"]', "no data element"),
        ('["last "]', "no data element"),
        ('"last"', "invalid type"),
        ("[1]", "invalid type"),
    ):
        yield f"the elements {elements}", phrase, swap('["student-id", "last", "birthdate"]', elements, AGREEMENT)
    for role in ("state", "District", "", "custodian "):
        yield f"the role {role!r}", "the role of a contact is none", swap('role = "district"', f'role = "{role}"', AGREEMENT)
    yield "a contact without a role", "missing field `role`", swap('role = "district"\n', "", AGREEMENT)
    yield "two contacts of one role", "two contacts of", swap("[decision]", CONTACT + "[decision]", AGREEMENT)
    yield "an unknown key of a contact", "unknown field", swap("person =", "phone = '1'\nperson =", AGREEMENT)
    yield "a contact that is no list", "invalid type", swap("[[agreement.contact]]", "[agreement.contact]", AGREEMENT)
    for role in ("custodian", "operator"):
        text = swap('role = "district"', 'role = "college"', AGREEMENT)
        yield f"with an agreement, a party named {role}", f"no party may be named `{role}`", swap('["district"', f'["{role}"', text)
    for key, old in (
        ("number", "MOU-7"), ("exception", "34 CFR 99.31(a)(3)"), ("representative", "Zzyzx Institute"),
        ("organisation", "Zzyzx Unified"), ("person", "Q. Vvortex"), ("contact", "q@example.org"),
    ):  # fmt: skip
        yield f"{key} of two lines", "must be one line", swap(old, "a\\nb", AGREEMENT)
    yield "a number with a C1 control character", "must be one line", swap("MOU-7", "MOU\\u0085", AGREEMENT)
    yield "a number of 1001 bytes", "must be one line of at most", swap("MOU-7", "é" * 500 + "x", AGREEMENT)
    for comment, key in (("of no character", ""), ("of 401 characters", "k" * 401), ("of two lines", "a\\nb"), ("with a tab", "a\\tb"), ("that is not ASCII", "clé")):
        yield f"a public key {comment}", "public_key", swap("ssh-ed25519 AAAAC3 district", key, AGREEMENT)


def vectors():
    accepted, refused = [], []
    for comment, text in good():
        project = reference.Project(text)
        accepted.append(
            {
                "comment": comment,
                "text": text,
                "canonical_schema": project.canonical_schema,
                "canonical": project.canonical,
                "schema_fingerprint": project.schema_fingerprint.hex(),
                "fingerprint": project.fingerprint.hex(),
            }
        )
    for comment, phrase, text in bad():
        try:
            reference.Project(text)
        except reference.Refused:
            refused.append({"comment": comment, "class": "input", "phrase": phrase, "text": text})
        else:
            raise AssertionError(f"the reference implementation reads: {comment}")
    return {
        "comment": "Vectors of docs/spec/project-file.md, made by tests/scripts/reference_encoder.py. A text under "
        "'refused' MUST NOT be read; 'phrase' is part of blindlink's own message and not binding.",
        "format": reference.PROJECT_FORMAT,
        "accepted": accepted,
        "refused": refused,
    }
