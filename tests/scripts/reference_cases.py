"""The cases of testdata/vectors/encoding.json and project.json. Every person is invented."""

import blake3_reference as blake3
import reference_encoder as reference

SHIPPED = reference.VECTORS.parents[1] / "src" / "project" / "schemas"
KEYS = {"counting": bytes(range(32)), "zeros": bytes(32), "all-ones": b"\xff" * 32}

ANN = {"first": "ANN MARIE", "middle": "ELLEN", "last": "TESTA SAMPLE", "birthdate": "2006-03-09", "gender": "F"}
BOB = {"first": "BOB", "middle": "Q", "last": "EXAMPLE", "suffix": "JR", "birthdate": "2005-12-31", "gender": "M"}
FULL = {**ANN, "suffix": "III", "gender": "X"}
NO_DATE = {k: v for k, v in ANN.items() if k != "birthdate"}
# Only dummies depend on it.
REF = b"\x07" * 16


def project_text(schema, parties=("district", "college"), project_id="00112233445566778899aabbccddeeff", round_="1"):
    quoted = ", ".join(f'"{p}"' for p in parties)
    return (
        f'format = "{reference.PROJECT_FORMAT}"\nid = "{project_id}"\nname = "Vectors"\nround = "{round_}"\n'
        f"parties = [{quoted}]\n[decision]\nthreshold = 0.5\n{schema}"
    )


def shipped(name):
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def one_filter(of, bits=64, layers=None, hashes=None, block="[]", name="f", pass_name="p"):
    optional = "".join(f"{k} = {v}\n" for k, v in (("layers", layers), ("hashes", hashes)) if v is not None)
    features = ", ".join(f'"{f}"' for f in of)
    return (
        f'[schema]\nname = "one"\n[[schema.pass]]\nname = "{pass_name}"\nblock = {block}\n'
        f'[[schema.pass.filter]]\nname = "{name}"\nof = [{features}]\nbits = {bits}\n{optional}'
    )


def one_pass(*features, name="p", bucket=None, dummies=False, undated=False):
    """The head of a pass, to which filters can be added; `bucket` is (features, count)."""
    listed = ", ".join(f'"{f}"' for f in features)
    text = f'[[schema.pass]]\nname = "{name}"\nblock = [{listed}]\n'
    if bucket is not None:
        of = ", ".join(f'"{f}"' for f in bucket[0])
        text += f"bucket = {{ of = [{of}], count = {bucket[1]} }}\n"
    return text + ("dummies = true\n" if dummies else "") + ("undated = true\n" if undated else "")


def a_filter(name, of, bits):
    return f'[[schema.pass.filter]]\nname = "{name}"\nof = ["{of}"]\nbits = {bits}\n'


def schema(*passes, rows=None):
    return '[schema]\nname = "one"\n' + (f"rows = {rows}\n" if rows else "") + "".join(passes)


def one_block(*features):
    return schema(one_pass(*features))


def encoding():
    projects, cases = {}, []

    def project(name, text):
        assert projects.setdefault(name, text) == text, name
        return name

    def case(comment, name, person, key="counting", ref=REF, party="district"):
        rows = reference.encode(reference.Project(projects[name]), KEYS[key], person, ref, party)
        rows = [{c: v.hex() if v is not None else None for c, v in row.items()} for row in rows]
        cases.append(
            {
                "comment": comment, "project": name, "party": party, "key": key, "record_ref": ref.hex(),
                "person": person, "rows": rows,
            }  # fmt: skip
        )

    for feature in reference.BLOCK_FEATURES:
        name = project(f"block-{feature}", project_text(one_block(feature)))
        case(f"block feature {feature}", name, FULL)
        case(f"block feature {feature}: nothing known, nothing to link", name, {})
    for feature in reference.FILTER_FEATURES:
        name = project(f"filter-{feature}", project_text(one_filter([feature])))
        case(f"filter feature {feature}", name, FULL)
        case(f"filter feature {feature}: nothing known, and a pass without a block has no token", name, {})
    for layers in range(1, 9):
        name = project(f"layers-{layers}", project_text(one_filter(["first", "last"], 128, layers)))
        case(f"half full, {layers} layers", name, ANN)
    for bits in (64, 128, 256, 512, 1024, 2048, 4096):
        name = project(f"bits-{bits}", project_text(one_filter(["last"], bits, 2)))
        case(f"{bits} bits", name, BOB)
    for hashes, layers in ((1, 1), (20, 1), (5, 3), (256, 1)):
        name = project(f"hashes-{hashes}-{layers}", project_text(one_filter(["first", "last"], 256, layers, hashes)))
        case(f"{hashes} hashes a q-gram, {layers} layers", name, BOB)

    block = project("block-year-last", project_text(one_filter(["first"], block='["year", "last"]')))
    case("the key of a filter depends on the block's value", block, BOB)
    case("another year: another block key, and other bits of the same name", block, {**BOB, "birthdate": "2006-12-31"})
    case("a name of two parts is joined in a block", block, {**BOB, "last": "EXAM PLE"})
    case("block there, filter's field missing: a token without that filter", block, {**BOB, "first": ""})
    case("one field of the block missing: no token", block, {**BOB, "last": ""})
    other = project("order-last-year", project_text(one_filter(["first"], block='["last", "year"]')))
    case("the order of the features counts", other, BOB)
    other = project("pass-name", project_text(one_filter(["first"], block='["year", "last"]', pass_name="q")))
    case("the name of the pass counts", other, BOB)
    other = project("filter-name", project_text(one_filter(["first"], block='["year", "last"]', name="g")))
    case("the name of the filter counts", other, BOB)
    case("another linkage key", block, BOB, "zeros")
    case("a linkage key of all ones", block, BOB, "all-ones")
    text = project_text(one_filter(["first"], block='["year", "last"]'), project_id="ff" * 16)
    case("another project id", project("other-id", text), BOB)
    text = project_text(one_filter(["first"], block='["year", "last"]'), round_="2027 été")
    case("another round, with letters of two bytes in UTF-8", project("other-round", text), BOB)

    names = project("names", project_text(one_block("names-any-order")))
    case("first and last name in alphabetical order", names, {"first": "ZED", "last": "ALPHA"})
    case("exchanged: the same block key", names, {"first": "ALPHA", "last": "ZED"})
    case("names of several parts are joined before they are ordered", names, {"first": "AN NA", "last": "AN A"})
    case("only a last name: no token", names, {"last": "ALPHA"})
    month_day = project("month-day", project_text(one_block("month-day-any-order")))
    case("month and day", month_day, {"birthdate": "2006-11-02"})
    case("month and day exchanged: the same block key", month_day, {"birthdate": "2006-02-11"})
    case("a day that is no month", month_day, {"birthdate": "2006-02-28"})
    dates = project("dates", project_text(one_block("birthdate")))
    case("a year of three digits is written with four", dates, {"birthdate": "0987-01-01"})
    case("29 February", dates, {"birthdate": "2004-02-29"})
    sounds = project("sounds", project_text(one_block("last-sound", "first-initial")))
    for last in ("PFISTER", "ASHCRAFT", "TYMCZAK", "LEE", "GARCIA LOPEZ", "A"):
        case(f"sound of {last}", sounds, {"first": "ANN", "last": last})

    root_cases(project, case)
    alias_cases(project, case)
    undated_cases(project, case)
    bucket_cases(project, case)
    dummy_cases(project, case)

    part = project("part", project_text(one_filter(["last"], block='["last-part", "year"]')))
    case("one part of the last name: one row", part, {"last": "TESTA", "birthdate": "2006-01-01"})
    case("two parts: two rows", part, {"last": "TESTA SAMPLE", "birthdate": "2006-01-01"})
    case("a repeated part counts once", part, {"last": "TESTA SAMPLE TESTA", "birthdate": "2006-01-01"})
    case("five parts: five rows", part, {"last": "TESTA SAMPLE DEMO MOCK DUMMY", "birthdate": "2006-01-01"})
    case("parts but no year: nothing to link", part, {"last": "TESTA SAMPLE"})
    mixed = project("mixed", project_text(one_block("birthdate") + '[[schema.pass]]\nname = "q"\nblock = ["last-part"]\n'))
    case("a further row holds only the passes that block on a part", mixed, ANN)
    case("no last name: one row, without the pass on a part", mixed, {**ANN, "last": ""})
    case("no birthdate: rows of the other pass alone", mixed, {"last": "TESTA SAMPLE"})

    grams = project("grams", project_text(one_filter(["first", "middle", "last"], 256, 3)))
    case("first, middle and last name share their q-grams' tag", grams, {"first": "ANN", "middle": "BOB", "last": "CARL"})
    case("the same names in other fields: the same filter", grams, {"first": "CARL", "middle": "ANN", "last": "BOB"})
    case("equal q-grams count once", grams, {"first": "ANANAN", "middle": "ANAN", "last": "AN"})
    case("a name of one letter", grams, {"first": "A"})
    long = " ".join(("ABCDEFGHIJKLMNOPQRSTUVWXYZ" * 3)[i : i + 40] for i in range(26))
    case("so many q-grams that each sets one position", project("crowded", project_text(one_filter(["last"]))), {"last": long})
    wide = project("wide-name", project_text(one_filter(["last"], 64, 1, 4, name="f" * 40)))
    case("a filter's name of 40 characters", wide, {"last": "TESTA"})
    case("a block longer than one BLAKE3 block", project("long-last", project_text(one_block("last"))), {"last": long[:400]})
    case("a block longer than one BLAKE3 chunk", "long-last", {"last": long})
    several = one_filter(["gender", "suffix", "middle-initial"], 64, 1, 7)
    case("several features in one filter", project("several", project_text(several)), FULL)
    case("of several features, one is there", "several", {"gender": "F"})
    always = project("always", project_text(one_filter(["middle-initial-or-none"]) + one_filter(["gender-or-none"], name="g").partition("block = []\n")[2]))
    case("middle initial and gender are there", always, {"middle": "BOB", "gender": "F"})
    case("neither is there: the filters are", always, {"first": "ANN"})
    twice = project("twice", project_text(one_filter(["first", "first"])))
    case("a feature named twice counts once", twice, ANN)

    for name in ("k12", "k12-strict", "clk"):
        project(name, project_text(shipped(name)))
        case(f"schema {name}: everything known", name, FULL)
        case(f"schema {name}: compound surname", name, {**ANN, "last": "GARCIASAMPLE DELATEST MOCK"})
        case(f"schema {name}: no middle name, suffix, gender", name, {k: BOB[k] for k in ("first", "last", "birthdate")})
        case(f"schema {name}: no birthdate", name, {"first": "BOB", "last": "EXAMPLE"})
        case(f"schema {name}: one name only", name, {"last": "MONONYM", "birthdate": "2006-07-04"})
        case(f"schema {name}: nothing known", name, {})

    return {
        "comment": "Vectors of docs/spec/encoding.md, version 1, made by tests/scripts/reference_encoder.py. Persons "
        "are normalised and invented. A row holds every column, as hexadecimal digits or null; no row: nothing to link.",
        "version": reference.ENCODING_VERSION,
        "blake3": blake3_vectors(),
        "keys": [{"name": n, "key": k.hex(), "fingerprint": reference.key_fingerprint(k)} for n, k in KEYS.items()],
        "projects": [project_vector(n, t) for n, t in projects.items()],
        "cases": cases,
    }


def bucket_cases(project, case):
    one = project("bucket", project_text(schema(one_pass("birthdate", bucket=(["first-part"], 128)))))
    case("a bucket of the first part of the first name", one, ANN)
    case("the rest of the first name does not count", one, {**ANN, "first": "ANN"})
    case("another name", one, {**ANN, "first": "BOB"})
    case("other keys make other buckets", one, ANN, key="zeros")
    case("a bucket needs its name", one, {**ANN, "first": ""})
    case("a bucket does not stand for the rest of the block", one, {"first": "ANN"})
    two = project("bucket-two", project_text(schema(one_pass("year", "month", bucket=(["first", "last"], 65536)))))
    for first, last in (("ANN", "TESTA"), ("BOB", "TESTA"), ("TESTA", "ANN"), ("ANNT", "ESTA"), ("AN N", "TE STA")):
        case(f"a bucket of {first} and {last}", two, {"first": first, "last": last, "birthdate": "2006-03-09"})
    case("a bucket of two names needs the first", two, {"last": "TESTA", "birthdate": "2006-03-09"})
    case("a bucket of two names needs the last", two, {"first": "ANN", "birthdate": "2006-03-09"})
    other = project("bucket-order", project_text(schema(one_pass("year", "month", bucket=(["last", "first"], 65536)))))
    case("the order of the features of a bucket counts", other, {"first": "ANN", "last": "TESTA", "birthdate": "2006-03-09"})
    twice = project("bucket-twice", project_text(schema(one_pass(bucket=(["first", "first"], 1024)))))
    case("a feature named twice in a bucket is hashed twice", twice, {"first": "ANN"})
    for count in (2, 4096, 1 << 20):
        name = project(f"bucket-{count}", project_text(schema(one_pass("year", bucket=(["last"], count)))))
        for last in ("TESTA", "SAMPLE", "EXAMPLE"):
            case(f"the bucket of {last}, one of {count}", name, {"last": last, "birthdate": "2006-03-09"})
    for feature in reference.BLOCK_FEATURES:
        name = project(f"bucket-of-{feature}", project_text(schema(one_pass(bucket=([feature], 1 << 20)))))
        case(f"a bucket of {feature} and nothing else", name, FULL)
        case(f"a bucket of {feature}: nothing known, nothing to link", name, {})
    alone = project("bucket-alone", project_text(schema(one_pass(bucket=(["first", "last"], 1024)) + a_filter("f", "middle", 64))))
    case("an empty block list with a bucket and a filter", alone, ANN)
    case("a pass with a bucket has a token without any filter", alone, {**ANN, "middle": ""})
    both = project("bucket-and-block", project_text(schema(one_pass("last", bucket=(["last"], 16)))))
    case("a feature in the block and in the bucket", both, BOB)

    parts = project(
        "bucket-parts",
        project_text(schema(one_pass("birthdate", bucket=(["last-part"], 128)), one_pass("birthdate", name="q"))),
    )
    case("a bucket of one part of the last name: a row for each", parts, {**ANN, "last": "TESTA SAMPLE DEMO"})
    case("a bucket of a part, with one part: one row", parts, {**ANN, "last": "TESTA"})
    case("a bucket of a part without a last name: the other pass", parts, {**ANN, "last": ""})
    name = project("bucket-first-part", project_text(schema(one_pass("month", "day", bucket=(["first", "last-part"], 65536)))))
    case("a bucket of the first name and a part: a row for each part", name, ANN)
    case("a bucket of the first name and a part without the first name: no token", name, {**ANN, "first": ""})
    name = project("bucket-shared", project_text(schema(one_pass("birthdate", bucket=(["last-part"], 2)))))
    case("parts that share a bucket: rows of equal block keys", name, {**ANN, "last": "TESTA SAMPLE DEMO"})
    initials = project("part-initials", project_text(schema(one_pass("birthdate", "last-part-initial"))))
    case("the first letter of each part: a row for each", initials, ANN)
    case("parts of one first letter: rows of equal block keys", initials, {**ANN, "last": "SAMPLE SMITHTEST"})
    name = project("bucket-initials", project_text(schema(one_pass(bucket=(["last-part-initial", "first-initial"], 256)))))
    case("first letters in a bucket: a row for each part", name, ANN)


def root_cases(project, case):
    given = project("given-root", project_text(schema(one_pass("birthdate", "given-root"), one_pass("birthdate", name="q"))))
    case("two given names: a row for each", given, {**ANN, "middle": ""})
    case("the middle name is a given name", given, {**BOB, "middle": "ELLEN"})
    case("a middle initial is none", given, BOB)
    case("a nickname and the name it is short for: one row", given, {**BOB, "first": "BOB", "middle": "ROBERT"})
    case("of three given names the first two", given, ANN)
    case("no given name: the other pass", given, {**BOB, "first": "", "middle": ""})
    surname = project("surname-root", project_text(schema(one_pass("birthdate", "surname-root"))))
    case("two surnames: a row for each", surname, ANN)
    case("another spelling of a surname: the same key", surname, {**ANN, "last": "TEZTTA ZAMPLE"})
    both = project("roots-both", project_text(schema(one_pass("birthdate", bucket=(["given-root"], 64)), one_pass("year", bucket=(["surname-root"], 64), name="q"), rows=2)))
    case("rows of given names and of surnames side by side", both, ANN)
    case("one of each, padded", both, BOB)
    case("two given names, one surname", both, {**ANN, "last": "TESTA"})
    year = {"first": "ANN", "last": "TESTA", "year": "2006"}
    for features in (("birthdate",), ("year",), ("month",)):
        name = project(f"year-alone-{features[0]}", project_text(schema(one_pass(*features), one_pass("last", name="q") + a_filter("y", "year", 64))))
        case(f"the year alone, block {features[0]}", name, year)


def alias_cases(project, case):
    features = one_pass("birthdate", "given-root", name="given"), one_pass("birthdate", bucket=(["last-part"], 64))
    name = project("aliases", project_text(schema(*features, one_pass("birthdate", "last", name="q") + a_filter("f", "last", 64), rows=2)))
    one = {"first": "ANN", "last": "TESTA", "birthdate": "2006-03-09"}
    case("no alias: one row and padding", name, one)
    case("a former last name: a token of its own, in no filter", name, {**one, "alias-last": "SAMPLE"})
    case("two former last names: the second has no room", name, {**one, "alias-last": "SAMPLE DEMO"})
    case("two surnames and a former one: it has no room", name, {**one, "last": "TESTA MOCK", "alias-last": "SAMPLE"})
    case("three surnames and a former one: three rows, as without it", name, {**one, "last": "TESTA MOCK DEMO", "alias-last": "SAMPLE"})
    case("an alias that repeats a part, and an initial: no room is lost", name, {**one, "alias-last": "TESTA D SAMPLE"})
    case("a former name alone: the last name is missing", name, {**one, "last": "", "alias-last": "SAMPLE"})
    case("a preferred first name", name, {**one, "alias-first": "CLARA"})
    case("a preferred first name goes before a second one and a middle name", name, {**one, "first": "ANN MARIE", "middle": "ELLEN", "alias-first": "CLARA"})
    case("a nickname that has the same root: the second name has its room", name, {**one, "first": "ROBERT LEE", "alias-first": "BOB"})
    case("aliases of both names", name, {**one, "alias-first": "J CLARA", "alias-last": "SAMPLE"})
    for shipped_name in ("k12", "k12-strict", "clk"):
        name = project(shipped_name, project_text(shipped(shipped_name)))
        case(f"schema {shipped_name}: aliases", name, {**BOB, "alias-first": "CLARA", "alias-last": "SAMPLE DEMO"})


def undated_cases(project, case):
    text = schema(one_pass("birthdate"), one_pass("name-roots", name="u", undated=True) + a_filter("year", "year", 64))
    two = project("undated", project_text(text))
    three = project("undated-three", project_text(text, parties=("district", "college", "agency")))
    year = {**NO_DATE, "year": "2006"}
    for name in (two, three):
        for party in ("district", "college"):
            case(f"{name}, {party}: with a birthdate", name, ANN, party=party)
            case(f"{name}, {party}: without a birthdate", name, NO_DATE, party=party)
    case("a year alone is no birthdate", two, year)
    case("a namesake with a birthdate: a dummy", two, {**ANN, "namesake": True})
    case("a namesake without a birthdate: dummies alone, nothing to link", two, {**NO_DATE, "namesake": True})
    case("a namesake with a year: tokens and dummies", two, {**year, "namesake": True})
    case("no last name: no token in the pass", two, {**ANN, "last": ""})
    case("neither last name nor birthdate: nothing to link", two, {**NO_DATE, "last": ""})


def dummy_cases(project, case):
    real = one_pass("birthdate", name="real")
    by_middle = one_pass("year", "middle-initial", dummies=True)
    plain = project("dummies", project_text(schema(real, by_middle)))
    case("a pass with dummies: nothing is missing", plain, ANN)
    case("no middle name: a dummy", plain, {**ANN, "middle": ""})
    case("no middle name, another record: another dummy", plain, {**ANN, "middle": ""}, ref=bytes(range(16)))
    case("no middle name, another key: another dummy", plain, {**ANN, "middle": ""}, key="zeros")
    case("no birthdate: dummies alone are nothing to link", plain, NO_DATE)
    case("nothing known: dummies alone are nothing to link", plain, {})
    two = by_middle + one_pass("month", "middle-initial", name="q", dummies=True)
    two = project("dummies-two", project_text(schema(real, two)))
    case("two passes with dummies: each its own", two, {**ANN, "middle": ""})
    filters = a_filter("first", "first", 128) + a_filter("g", "gender", 64) + a_filter("last", "last", 1024)
    with_filters = project("dummies-filters", project_text(schema(by_middle + filters, real)))
    case("a dummy has every filter", with_filters, {**ANN, "middle": ""})
    case("a dummy has the filters of fields that are missing, too", with_filters, {**ANN, "middle": "", "gender": ""})
    case("a token of which a filter is missing gets no dummy of it", with_filters, {**ANN, "gender": ""})
    empty = project("dummies-empty", project_text(schema(real, one_pass(dummies=True) + a_filter("f", "middle", 64))))
    case("a pass with an empty block lacks no field of it: no dummy", empty, {**ANN, "middle": ""})
    bucket = one_pass("year", bucket=(["first-part", "middle-initial"], 4096), dummies=True)
    bucket = project("dummies-bucket", project_text(schema(real, bucket)))
    case("a dummy for a bucket", bucket, {**ANN, "middle": ""})
    case("dummies and a bucket: nothing is missing", bucket, ANN)

    for rows in (2, 4):
        padded = project(
            f"rows-{rows}",
            project_text(
                schema(
                    one_pass("last-part", "year", name="part") + a_filter("f", "first", 64),
                    one_pass("year", name="q", bucket=(["last-part"], 128)),
                    real,
                    one_pass("last-part", "middle-initial", name="dummies", dummies=True),
                    rows=rows,
                )
            ),
        )
        case(f"at least {rows} rows: two parts", padded, ANN)
        case(f"at least {rows} rows: one part, no middle name", padded, {**ANN, "last": "EXEMPLAR", "middle": ""})
        case(f"at least {rows} rows: no birthdate", padded, NO_DATE)
        case(f"at least {rows} rows: no last name, dummies of the pass that has them", padded, {**ANN, "last": ""})
        case(f"at least {rows} rows: nothing known, no row", padded, {})
    none = project("rows-without-parts", project_text(schema(real, rows=2)))
    case("at least 2 rows, and no pass names a part: one row", none, ANN)

    parts = project(
        "dummies-parts",
        project_text(
            schema(
                one_pass("last-part", "middle-initial", dummies=True) + a_filter("f", "first", 64),
                one_pass("month", "middle-initial", name="whole", dummies=True),
                one_pass("last-part", "year", name="part"),
                real,
            )
        ),
    )
    case("dummies in passes on a part: in every row, each its own", parts, {**ANN, "middle": ""})
    case("nothing is missing: a further row still lacks the passes that name no part", parts, ANN)
    case("no last name: one row, a dummy in each pass with dummies", parts, {**ANN, "last": "", "middle": ""})
    case("no birthdate: tokens and dummies in one row", parts, NO_DATE)
    case("neither: dummies alone, in no row", parts, {"last": "TESTA SAMPLE"})
    further = project("dummies-further", project_text(schema(real, one_pass("last-part", "middle-initial", dummies=True))))
    case("a further row would hold dummies alone: it is not written", further, {**ANN, "middle": ""})
    case("a further row with a token is written", further, ANN)


def project_vector(name, text):
    project = reference.Project(text)
    key = reference.encoding_key(project, KEYS["counting"])
    return {
        "name": name,
        "text": text,
        "schema_fingerprint": project.schema_fingerprint.hex(),
        "key": "counting",
        "encoding_key": key.hex(),
        "key_check": reference.key_check(key).hex(),
    }


def blake3_vectors():
    """131 bytes of each mode, at the lengths where the tree changes its shape."""
    out = []
    for length in (0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2048, 2049, 3073, 5121):
        data = blake3.official_input(length)
        out.append(
            {
                "input_bytes": length,
                "hash": blake3.digest(data, 131).hex(),
                "keyed": blake3.keyed(blake3.OFFICIAL_KEY, data, 131).hex(),
                "derive_key": blake3.derive_key(blake3.OFFICIAL_CONTEXT, data, 131).hex(),
            }
        )
    return out


def projects():
    import reference_projects

    return reference_projects.vectors()
