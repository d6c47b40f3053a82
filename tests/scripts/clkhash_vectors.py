#!/usr/bin/env python3
"""Writes testdata/clkhash/vectors.json by running clkhash itself.

    python3.11 -m venv v && v/bin/pip install clkhash==0.18.3
    v/bin/python tests/scripts/clkhash_vectors.py > testdata/clkhash/vectors.json

What clkhash does not encode, for whatever reason, is "refused". Everybody in the cells is invented.
"""

import base64
import contextlib
import copy
import io
import itertools
import json
import random
import sys

from clkhash import clk, schema as loader
from clkhash.key_derivation import generate_key_lists
from clkhash.serialization import serialize_bitarray

SALT = "SCbL2zHNnmsckfzchsNkZY9XoHk96P/G5nUBrM7ybymlEFsMV6PAeDZCNp3rfNUPCtLDMOGQHG4pCQpfhiHCyA=="
INFO = "c2NoZW1hX2V4YW1wbGU="
KDF = {"type": "HKDF"}
BLAKE = {"type": "blakeHash"}
DOUBLE = {"type": "doubleHash"}
SAFE = {"type": "doubleHash", "prevent_singularity": True}
STRING = {"type": "string"}
INTEGER = {"type": "integer"}
EXACT = {"type": "exact"}


def ngram(n, positional=None):
    comparison = {"type": "ngram", "n": n}
    if positional is not None:
        comparison["positional"] = positional
    return comparison


def numeric(distance, resolution, precision=None):
    comparison = {"type": "numeric", "thresholdDistance": distance, "resolution": resolution}
    if precision is not None:
        comparison["fractional_precision"] = precision
    return comparison


def date(form):
    return {"type": "date", "format": form}


def enum(*values):
    return {"type": "enum", "values": list(values)}


def per_token(bits):
    return {"bitsPerToken": bits}


def per_feature(bits):
    return {"bitsPerFeature": bits}


def feature(name, form, comparison, strategy, hash_=None, missing=None):
    hashing = {"comparison": comparison, "strategy": strategy}
    if hash_ is not None:
        hashing["hash"] = hash_
    if missing is not None:
        hashing["missingValue"] = missing
    return {"identifier": name, "format": form, "hashing": hashing}


def v3(*features, l=64, kdf=KDF, **more):
    return {"version": 3, "clkConfig": {"l": l, "kdf": kdf, **more}, "features": list(features)}


def one(form, comparison, strategy=per_token(5), hash_=None, missing=None, **config):
    return v3(feature("X", form, comparison, strategy, hash_, missing), **config)


def encoder(schema, secret):
    loaded = loader.from_json_dict(copy.deepcopy(schema))
    keys = generate_key_lists(
        secret,
        len(loaded.fields),
        key_size=loaded.kdf_key_size,
        salt=loaded.kdf_salt,
        info=loaded.kdf_info,
        kdf=loaded.kdf_type,
        hash_algo=loaded.kdf_hash,
    )

    def encode(cells, validate):
        try:
            filters, _ = clk.hash_chunk([cells], keys, loaded, validate, 0)
            return serialize_bitarray(filters[0])
        except Exception:
            return "refused"

    return encode


CASES = []


def case(name, schema, *rows, secret="s3cr3t", validate=True, as_if=None):
    """The encodings of rows, each a list of cells or the one cell there is. `as_if` is the schema that clkhash is given
    instead: that which says in its words what the other means."""
    try:
        encode = encoder(as_if or schema, secret)
    except Exception:
        encode = lambda *_: "refused"
    rows = [[row] if isinstance(row, str) else list(row) for row in rows]
    result = {
        "name": name,
        "schema": schema,
        "secret": secret,
        "validate": validate,
        "rows": [{"cells": cells, "clk": encode(cells, validate)} for cells in rows],
    }
    if as_if is not None:
        result["honour_xor_folds"] = True
    CASES.append(result)


GOLDEN = v3(
    {"identifier": "INDEX", "ignored": True},
    feature("NAME", STRING, ngram(2), per_feature(200), BLAKE),
    feature("DOB", date("%Y/%m/%d"), ngram(1, True), per_feature(200)),
    feature("GRADE", INTEGER, numeric(3, 2), per_token(10), SAFE),
    feature("SEX", enum("M", "F", ""), EXACT, per_token(40), BLAKE, {"sentinel": "", "replaceWith": ""}),
    l=1024,
    kdf={"type": "HKDF", "hash": "SHA256", "salt": SALT, "info": "", "keySize": 64},
)

NAMES = ["ana", "Zzyzxa Qwertyuiop", "Ñandú Ørsnapp-Ðð", "José", "o", "Ẑẑyẑx 李小龙", "zzzzzzzzzzz", "𝔷𝔷yzx 😀", " q  w "]


def strings():
    case("golden", GOLDEN, ["0", "Libby Slemmer", "1933/09/13", "7", "F"], secret="horse")
    case("golden, more", GOLDEN, ["1", "Zzyzxa Qwertyuiop", "2008/1/5", " +12 ", ""], ["2", "", "1999/12/31", "-3", "M"],
         ["", "q", "2000/02/29", "1_0", "F"], secret="horse")
    case("ana", one(STRING, ngram(2), per_feature(20)), "ana")
    case("ana, positional", one(STRING, ngram(2, True)), "ana")
    case("ana, double", one(STRING, ngram(2), per_token(5), DOUBLE), "ana")
    case("exact", one(STRING, EXACT, per_token(8)), "José")
    case("date", one(date("%m/%d/%Y"), ngram(1, True), per_feature(24)), "01/05/2008")
    case("numeric", one(INTEGER, numeric(3, 2), per_token(4)), "-7")
    case("two hashes", one(STRING, EXACT, per_token(40), l=128), "x")
    for n, positional, hash_ in itertools.product((1, 2, 3, 5), (False, True), (None, DOUBLE, SAFE)):
        name = f"{n}-grams, positional {positional}, {hash_}"
        case(name, one(STRING, ngram(n, positional), per_token(6), hash_, l=256), *NAMES[:4], "")
        case(name + ", per feature", one(STRING, ngram(n, positional), per_feature(25), hash_, l=256), *NAMES[3:], "")
    for encoding in ("ascii", "utf-8", "utf-16", "utf-32"):
        form = {"type": "string", "encoding": encoding}
        case(f"{encoding}", one(form, ngram(2), per_token(4), l=128), *NAMES)
        case(f"{encoding}, positional", one(form, ngram(2, True), per_feature(40), DOUBLE, l=100), *NAMES[:4])
        case(f"{encoding}, exact", one(form, EXACT, per_token(33), l=256), *NAMES[:4])
        case(f"{encoding}, unchecked", one(form, ngram(1), per_token(4)), *NAMES[:4], validate=False)
    for bits in (1, 2, 31, 32, 33, 64, 65, 100, 200, 1000):
        case(f"{bits} a token", one(STRING, ngram(2), per_token(bits), l=1024), "zzyzx")
        case(f"{bits} a feature", one(STRING, ngram(2), per_feature(bits), l=1024), "zzyzx", "Qwertyuiop Asdfghjkl")
        case(f"{bits} a feature, double", one(STRING, ngram(2), per_feature(bits), SAFE, l=1000), "zzyzx")
    case("20.0 bits", one(STRING, ngram(2), per_token(20.0), l=256), "zzyzx")
    for l in (1, 2, 4, 8, 16, 32, 512, 65536, 131072):
        case(f"l = {l}", one(STRING, ngram(2), per_token(20), l=l), "zzyzx")
    for l in (2, 3, 7, 9, 63, 65, 100, 1000, 1023):
        case(f"l = {l}, double", one(STRING, ngram(2), per_token(20), DOUBLE, l=l), "zzyzx", "Qwertyuiop")
        case(f"l = {l}, safe", one(STRING, ngram(2), per_token(20), SAFE, l=l), "zzyzx", "Qwertyuiop")


def values():
    upper, lower = {"type": "string", "case": "upper"}, {"type": "string", "case": "lower"}
    words = ["ZZYZX", "zzyzx", "Zzyzx", "straße", "STRASSE", "ΣΑΣ", "σας", "σασ", "1-2", "ﬁ", "ǅ", ""]
    case("upper", one(upper, ngram(2)), *words)
    case("lower", one(lower, ngram(2)), *words)
    case("lower, unchecked", one(lower, ngram(2)), *words[:4], validate=False)
    case("mixed", one({"type": "string", "case": "mixed"}, ngram(2)), *words[:3])
    case("lengths", one({"type": "string", "minLength": 2, "maxLength": 4}, ngram(2)), "", "q", "qw", "qwer", "qwert", "李小龙",
         "𝔷", "𝔷𝔷𝔷𝔷")
    patterns = {
        r"[A-Z][a-z]+": ["Zzyzx", "zzyzx", "Zzyzx\n"],
        r"^\d{5}(?:-\d{4})?$": ["12345", "12345-6789", "1234", "١٢٣٤٥"],
        r"(?i)q\w*": ["Qwerty", "qé_²", "wq", "q "],
        r"(?i)[i-k]s": ["Kſ", "Ks", "ıS", "İs", "ls"],
        r"\S+\s\S+": ["a b", "a\x1fb", "a  b", "a\u200bb"],
        r"(?!unknown)\w+": ["zzyzx", "unknown", "unknowns", "know"],
        r"(\w)\1\w*": ["zzyzx", "zyzx"],
        r".*\bqx\b.*": ["a qx b", "aqxb", "qx"],
        r"a$|b": ["a", "b", "a\n"],
        r"[^\W\d]+": ["qé", "q1", "_"],
        r"[]q[]+": ["]q[", "w"],
        r"x{,3}y{2,}z{2}": ["xxyyzz", "xxxxyyzz", "yyzz", "yzz"],
        r"q{w": ["q{w", "qw"],
        r"\x41\u00e9\101?": ["Aé", "AéA", "A"],
        r"(?s:.)(?:.)": ["\nq", "q\n"],
        r"(?P<a>q|w)(?P=a)": ["qq", "qw"],
        r"a++b": ["aab", "b"],
    }
    for pattern, cells in patterns.items():
        case(f"pattern {pattern}", one({"type": "string", "pattern": pattern}, ngram(2)), *cells)
    integers = ["7", " 7", "+7", "-7", "007", "1_000", "-0", "٣٤", "\u20035\u00a0", "９9", "9" * 30, "9" * 60, "-" + "1" * 50,
                "1" * 4300, "1" * 4301, "", " ", "+ 7", "7.0", "1__0", "_1", "1e3", "0x7", "²", "7\x1c", "\n7"]
    case("integers", one(INTEGER, ngram(1, True)), *integers)
    case("integers, unchecked", one(INTEGER, ngram(2)), *integers[:9], "x", validate=False)
    case("bounds", one({"type": "integer", "minimum": -3, "maximum": 12}, ngram(2)), "-4", "-3", "12", "13", "9" * 60)
    case("bounds of a point", one({"type": "integer", "minimum": 2.0, "maximum": 5}, ngram(2)), "1", "2", "6")
    case("bounds, unchecked", one({"type": "integer", "maximum": 12}, ngram(2)), "13", validate=False)
    case("large bounds", one({"type": "integer", "minimum": -(2**63), "maximum": 2**64 - 1}, EXACT), str(2**64 - 1), str(2**64),
         str(-(2**63)), str(-(2**63) - 1))
    dates = {
        "%Y-%m-%d": ["2008-01-05", "2008-1-5", " 2008-01-05", "2008-01-05 ", "2008-02-30", "2000-02-29", "1900-02-29", "0005-01-01",
                     "0999-12-31", "9999-12-31", "0000-01-01", "２００８-０１-05", "208-01-05", ""],
        "%d/%m/%y": ["01/02/68", "01/02/69", "31/12/99", "1/2/0", "32/1/01", " 1/02/03"],
        "%m%d%Y": ["01052008", "1152008", "1312008", "13012008"],
        "%d %b %Y": ["5 Jan 2008", "05 JAN  2008", "5 ſep 2008", "5 Sept 2008", "5\u00a0may\t2008"],
        "%B %d, %Y": ["january 5, 2008", "May 31, 2008", "June 31, 2008"],
        "%Y%j": ["2008366", "2009366", "2009001", "2009000", "20091"],
        "%A %d %m %Y": ["Monday 05 01 2008", "monday 5 1 2008", "Mon 5 1 2008"],
        "%Y %U %w": ["2008 00 0", "2008 01 6", "2008 53 0", "2020 05 3", "2008 54 1"],
        "%Y %W %a": ["2008 00 mon", "2008 52 Sun", "0001 00 mon"],
        "%G-%V-%u": ["2008-01-1", "2009-53-7", "2009-00-1", "2015-53-7", "2016-53-7"],
        "%Y-%m-%dT%H:%M:%S.%f%z": ["2008-01-05T23:59:59.123456+0100", "2008-01-05t1:2:3.4Z", "2008-01-05T24:00:00.0Z",
                                   "2008-01-05T00:00:60.0Z", "2008-01-05T00:00:00.0+24:00", "2008-01-05T00:00:00.0-23:59:59.5"],
        "%I:%M %p %d.%m.%Y": ["12:30 am 05.01.2008", "0:30 pm 05.01.2008", "11:59 PM 5.1.2008"],
        "%c": ["Mon Jan  5 10:00:00 2008"],
        "%x": ["01/05/08", "1/5/8"],
        "%X %Y": ["10:00:00 2008"],
        "%d": ["29", "31", "32"],
        "%m-%d": ["02-29", "02-28"],
        "%%%Y": ["%2008", "2008"],
        "(%Y)": ["(2008)"],
        "%yé": ["08É", "08e"],
        "": [""],
        "%d%d": ["0505"], "%Q": ["1"], "%": ["1"], "%-d": ["5"], "%G": ["2008"], "%V %Y %u": ["1 2008 1"],
    }
    for form, cells in dates.items():
        case(f"date {form}", one(date(form), ngram(1, True), per_feature(24)), *cells)
    case("date, exact", one(date("%Y-%m-%d"), EXACT), "2008-1-5", "2008-01-05")
    case("date, numeric", one(date("%Y-%m-%d"), numeric(30, 3)), "2008-1-5", "2008-01-06")
    case("date, unchecked", one(date("%Y-%m-%d"), EXACT), "2008-1-5", "", "x", validate=False)
    case("enum", one(enum("M", "F", "é"), EXACT), "M", "F", "m", "", "é", "M ")
    case("enum, unchecked", one(enum("M", "F"), EXACT), "M", "q", "", validate=False)
    case("enum, bigrams", one(enum("yes", "no"), ngram(2), per_feature(11)), "yes", "no", "maybe")


def numbers():
    cells = ["0", "7", "-7", "100", "2", "-1", "12345678901234567890", "9" * 40]
    for distance, resolution in ((1, 1), (3, 2), (8, 2), (5, 7), (10, 1), (100, 30), (4, 2)):
        case(f"numeric {distance}, {resolution}", one(INTEGER, numeric(distance, resolution), per_token(4), l=128), *cells)
    floats = ["0.5", "-0.5", "2.5", "1e3", "7.25", ".5", "5.", " 1_0.5\n", "-1.5E-1", "nan", "inf", "1e999", "x", "", "0x1", "٣.٥",
              "123456789.987654321", "1e15", "-0.0", "1e20", "infinity", "1_.5", "+.5e+1"]
    for distance, precision in ((1, 0), (1, None), (0.5, 1), (0.25, 2), (2.5, 0), (0.7, 2), (3.5, 0), (1.005, 2), (10, 5)):
        case(f"numeric {distance}, {precision} digits", one(STRING, numeric(distance, 3, precision), per_feature(40), l=128), *floats)
    case("numeric, a large distance", one(STRING, numeric(9007199254740993, 2), per_token(4)), "4503599627370497", "4503599627370496",
         "1", "-4503599627370499")
    case("numeric, a larger distance", one(STRING, numeric(123456789012345, 2, 4), per_token(4)), "308641972530862",
         "154320986265431.25", "77160493132715.6")
    case("numeric, half to even", one(STRING, numeric(0.125, 2, 2), per_token(4)), "0.125", "0.135", "0.375", "0.005", "0.015")
    case("numeric, long", one(INTEGER, numeric(3, 2), per_token(4)), "1" * 4299, "9" * 4300, "1" * 4300)
    case("numeric, 300 digits", one(STRING, numeric(1e-290, 1, 300), per_token(4)), "1", "0.5", "1e9", "1e-290")
    case("numeric, text", one(enum("1", "2", "x"), numeric(1, 1)), "1", "2", "x")
    case("too little precision", one(STRING, numeric(0.4, 1)), "1")
    case("precision that rounds up", one(STRING, numeric(0.6, 1)), "1", "2")


def missing():
    na = {"sentinel": "NA"}
    for replacement in (None, "", "q", "é", "-1"):
        rule = na if replacement is None else {**na, "replaceWith": replacement}
        case(f"missing string, {replacement}", one(STRING, ngram(2), missing=rule), "NA", "na", "", "q")
        case(f"missing integer, {replacement}", one(INTEGER, ngram(2), missing=rule), "NA", "7", "")
        case(f"missing date, {replacement}", one(date("%Y"), ngram(2), missing=rule), "NA", "2008", "")
        case(f"missing enum, {replacement}", one(enum("a"), EXACT, missing=rule), "NA", "a", "")
        case(f"missing, short, {replacement}", one({"type": "string", "maxLength": 1, "case": "lower"}, ngram(1), missing=rule),
             "NA", "q", "qw")
        case(f"missing, unchecked, {replacement}", one(date("%Y"), EXACT, missing=rule), "NA", "", "2008", validate=False)
    case("missing is empty", one(date("%Y"), EXACT, missing={"sentinel": ""}), "", "2008")
    case("missing number", one(INTEGER, numeric(1, 1), missing={"sentinel": "", "replaceWith": "0"}), "", "0", "1")
    case("missing number is none", one(INTEGER, numeric(1, 1), missing={"sentinel": "", "replaceWith": ""}), "", "0")


def keys():
    string = feature("X", STRING, ngram(2), per_token(6))
    double = feature("Y", STRING, ngram(2), per_token(6), SAFE)
    for kdf in (
        {"type": "HKDF"},
        {"type": "HKDF", "hash": "SHA256"},
        {"type": "HKDF", "hash": "SHA512"},
        {"type": "HKDF", "salt": ""},
        {"type": "HKDF", "salt": SALT},
        {"type": "HKDF", "info": INFO},
        {"type": "HKDF", "info": ""},
        {"type": "HKDF", "hash": "SHA512", "salt": SALT, "info": INFO, "keySize": 32},
        {"type": "HKDF", "keySize": 1},
        {"type": "HKDF", "keySize": 64},
        {"type": "HKDF", "keySize": 65},
        {"type": "HKDF", "salt": "SCbL 2zHN\nnmsc!"},
        {"type": "HKDF", "salt": "YQ==YQ=="},
        {"type": "HKDF", "salt": "YQ="},
        {"type": "HKDF", "info": "é"},
        {"type": "HKDF", "salt": SALT * 3},
    ):
        case(f"kdf {kdf}", v3(string, double, l=128, kdf=kdf), ["zzyzx", "qwerty"])
    case("long keys for HMAC", v3(double, l=100, kdf={"type": "HKDF", "keySize": 200}), "zzyzx")
    for secret in ("x", "horse stable", "gehéim", "0" * 64, " q \n q "):
        case(f"secret {secret!r}", v3(string, double, l=128), ["zzyzx", "qwerty"], secret=secret)
    ignored = {"identifier": "I", "ignored": True}
    case("an ignored feature has keys", v3(ignored, string, l=128), ["anything", "zzyzx"])
    case("ignored with a format", v3({**string, "ignored": True}, double, l=128), ["anything", "zzyzx"])
    case("not ignored", v3({**string, "ignored": False}, l=128), "zzyzx")
    case("all ignored", v3(ignored, ignored, l=128), ["a", "b"])
    for number in (31, 62, 63, 64):
        case(f"{number} features", v3(*[string] * number, l=128), ["q"] * number)
    case("127 features, SHA512", v3(*[string] * 127, l=128, kdf={"type": "HKDF", "hash": "SHA512"}), ["q"] * 127)
    case("128 features, SHA512", v3(*[string] * 128, l=128, kdf={"type": "HKDF", "hash": "SHA512"}), ["q"] * 128)
    case("rows of another length", v3(string, double), ["q"], ["q", "w", "e"], ["q", "w"])


def folds():
    for times, l in itertools.product((0, 1, 2, 3), (64, 128, 16)):
        for hash_ in (BLAKE, SAFE):
            schema = one(STRING, ngram(2), per_token(9), hash_, l=l, xor_folds=times)
            case(f"xor_folds {times}, l {l}, {hash_['type']}", schema, "zzyzx", "Qwertyuiop")
    for times, l in ((1, 100), (2, 100), (3, 7), (1, 33), (5, 3)):
        case(f"xor_folds {times}, l {l}", one(STRING, ngram(2), per_token(9), DOUBLE, l=l, xor_folds=times), "zzyzx", "Qwertyuiop")
    case("xor_folds, no power of 2", one(STRING, ngram(2), l=48, xor_folds=1), "zzyzx")
    case("xor_folds -1", one(STRING, ngram(2), l=64, xor_folds=-1), "zzyzx")
    case("xor_folds null", one(STRING, ngram(2), l=64, xor_folds=None), "zzyzx")
    case("xor_folds 1.5", one(STRING, ngram(2), l=64, xor_folds=1.5), "zzyzx")
    for times in (0, 1, 2):
        both = one(STRING, ngram(2), per_token(9), l=64, xorFolds=times)
        case(f"xorFolds {times}", both, "zzyzx", "Qwertyuiop")
        case(f"xorFolds {times}, xor_folds 1", one(STRING, ngram(2), per_token(9), l=64, xorFolds=times, xor_folds=1), "zzyzx")
        case(f"xorFolds {times}, honoured", both, "zzyzx", "Qwertyuiop",
             as_if=one(STRING, ngram(2), per_token(9), l=64, xor_folds=times))


def older():
    kdf = {"type": "HKDF", "salt": SALT}
    hashing = {"ngram": 2}
    name = {"identifier": "NAME", "format": STRING, "hashing": hashing}
    born = {"identifier": "BORN", "format": date("%Y-%m-%d"), "hashing": {"ngram": 1, "positional": True}}
    row = ["Zzyzxa", "2008-01-05"]

    def v1(*features, hash_=DOUBLE, k=15, **more):
        return {"version": 1, "clkConfig": {"l": 128, "k": k, "hash": hash_, "kdf": kdf, **more}, "features": list(features)}

    def weighed(weight):
        return {**name, "hashing": {**hashing, "weight": weight}}

    for hash_ in (DOUBLE, SAFE, BLAKE):
        case(f"version 1, {hash_}", v1(name, born, hash_=hash_), row)
    for weight, k in ((1, 15), (0.5, 15), (0.5, 13), (0.5, 5), (1.5, 3), (2, 15), (0, 15), (0.0, 15), (0.1, 20), (0.01, 20), (2.5, 1),
                      (0.7, 30), (1e-9, 15)):
        case(f"version 1, weight {weight}, k {k}", v1(weighed(weight), born, k=k), row)
    case("version 1, folds", v1(name, born, xor_folds=1), row)
    case("version 1, xorFolds", v1(name, born, xorFolds=1), row)
    case("version 1, ignored", v1({"identifier": "I", "ignored": True}, name), row)
    case("version 1, missing", v1({**name, "hashing": {**hashing, "missingValue": {"sentinel": "Zzyzxa"}}}, born), row)
    case("version 1, ngram 0", v1({**name, "hashing": {"ngram": 0}}), "Zzyzxa")
    case("version 1.0", {**v1(name, born), "version": 1.0}, row)

    def v2(*features, **more):
        return {"version": 2, "clkConfig": {"l": 128, "kdf": kdf, **more}, "features": list(features)}

    def of(form, **hashing):
        return {"identifier": "X", "format": form, "hashing": hashing}

    for hash_ in (None, DOUBLE, SAFE, BLAKE):
        more = {} if hash_ is None else {"hash": hash_}
        for strategy in ({"k": 15}, {"numBits": 60}, {"k": 15.0}):
            case(f"version 2, {hash_}, {strategy}", v2(of(STRING, ngram=2, strategy=strategy, **more)), "Zzyzxa", "q")
            case(f"version 2, {hash_}, {strategy}, positional",
                 v2(of(date("%Y"), ngram=1, positional=True, strategy=strategy, **more)), "2008", "x")
    for strategy in ({"k": 0}, {"k": 1.5}, {"k": "15"}, {"k": 1, "numBits": 1}, {}, {"k": 5, "more": 1}):
        case(f"version 2, {strategy}", v2(of(STRING, ngram=2, strategy=strategy)), "Zzyzxa")
    case("version 2, folds", v2(of(STRING, ngram=2, strategy={"k": 5}), xor_folds=2), "Zzyzxa")
    case("version 2, xorFolds", v2(of(STRING, ngram=2, strategy={"k": 5}), xorFolds=2), "Zzyzxa")
    case("version 2, missing",
         v2(of(INTEGER, ngram=2, strategy={"k": 5}, missingValue={"sentinel": "", "replaceWith": "q"})), "", "7")


def invented(draw):
    """A schema of several features, and rows for it."""
    letters = "zqxjvkwy éøñ李-'"
    word = lambda: "".join(draw.choice(letters) for _ in range(draw.randrange(1, 14)))
    features, cells = [], []
    for i in range(draw.randrange(2, 6)):
        comparison = draw.choice([ngram(draw.randrange(1, 4), draw.random() < 0.5), ngram(2), EXACT, numeric(draw.randrange(1, 9), 3, 1)])
        kind = draw.choice(["string", "integer", "date", "enum", "ignored"])
        if kind == "ignored":
            features.append({"identifier": f"I{i}", "ignored": True, "description": "not used"})
            cells.append(word)
            continue
        if kind == "string" and comparison["type"] == "numeric":
            kind = "integer"
        form, cell = {
            "string": ({"type": "string", "encoding": draw.choice(["utf-8", "utf-8", "utf-16", "utf-32"])}, word),
            "integer": (INTEGER, lambda: str(draw.randrange(-200, 10**9))),
            "date": (date("%d/%m/%Y"), lambda: f"{draw.randrange(1, 29)}/{draw.randrange(1, 13):02}/{draw.randrange(1900, 2020)}"),
            "enum": (enum("1", "2", "33"), lambda: draw.choice(["1", "2", "33"])),
        }[kind]
        strategy = draw.choice([per_token(draw.randrange(1, 50)), per_feature(draw.randrange(1, 300))])
        rule = draw.choice([None, None, {"sentinel": "", "replaceWith": draw.choice(["", "0", "17"])}])
        features.append(feature(f"X{i}", form, comparison, strategy, draw.choice([None, BLAKE, DOUBLE, SAFE]), rule))
        cells.append((lambda c: lambda: draw.choice(["", c(), c(), c()]))(cell) if rule else cell)
    kdf = {"type": "HKDF", "hash": draw.choice(["SHA256", "SHA512"]), "salt": draw.choice(["", SALT]), "keySize": draw.choice([16, 64])}
    more = draw.choice([{}, {}, {"xor_folds": 1}, {"xor_folds": 2}, {"k": 30, "hash": DOUBLE}])
    return v3(*features, l=draw.choice([128, 256, 1024, 2048]), kdf=kdf, **more), [[cell() for cell in cells] for _ in range(4)]


SCHEMAS = []


def schema(name, value):
    """Whether clkhash takes a schema, and what it becomes in version 3."""
    try:
        loader.from_json_dict(copy.deepcopy(value))
        loader.validate_schema_dict(value)
        converted = loader.convert_to_latest_version(copy.deepcopy(value), validate_result=True)
        SCHEMAS.append({"name": name, "schema": value, "converted": converted})
    except Exception:
        SCHEMAS.append({"name": name, "schema": value, "converted": "refused"})


def schemas():
    for made in CASES:
        if made["name"].startswith("version") or made["name"] == "golden":
            schema(made["name"], made["schema"])
    changes = {
        "": [[], None, 7, "x", {"version": 4}, {"version": "3"}, {"version": None}, {"version": 3.0}, {"version": True}, {"more": 1},
             {"clkConfig": None}, {"features": None}, {"features": {}}],
        "clkConfig": [{"l": 0}, {"l": "64"}, {"l": None}, {"l": True}, {"l": 1.5}, {"kdf": None}, {"kdf": []}, {"k": "q"},
                      {"xorFolds": -1}, {"xorFolds": "1"}, {"xorFolds": 1.5}, {"xorFolds": 2.0}, {"more": []}],
        "clkConfig/kdf": [{"type": "legacy"}, {"type": None}, {"hash": "MD5"}, {"hash": None}, {"salt": 7}, {"info": None}, {"keySize": 0},
                          {"keySize": "64"}, {"more": 1}],
        "features/0": [{"identifier": None}, {"identifier": 7}, {"description": 7}, {"description": "x"}, {"ignored": 7}, {"ignored": "x"},
                       {"ignored": True}, {"ignored": False}, {"more": 1}, {"format": None}, {"hashing": None}, [], 7],
        "features/0/format": [{"type": "text"}, {"type": None}, {"encoding": "latin-1"}, {"case": "title"}, {"minLength": -1},
                              {"minLength": 0}, {"maxLength": 0}, {"maxLength": 2.5}, {"maxLength": 2.0}, {"more": 1},
                              {"pattern": "a"}, {"pattern": 7}, {"pattern": "("}, {"pattern": "a", "case": "upper"},
                              {"description": 7}, {"type": "integer"}, {"type": "integer", "minimum": "1"},
                              {"type": "integer", "minimum": 1.5}, {"type": "integer", "encoding": "ascii"}, {"type": "date"},
                              {"type": "date", "format": 7}, {"type": "date", "format": "%Y"}, {"type": "enum"},
                              {"type": "enum", "values": []}, {"type": "enum", "values": [7]}, {"type": "enum", "values": "x"}],
        "features/0/hashing": [{"comparison": None}, {"strategy": None}, {"hash": None}, {"hash": {}}, {"hash": {"type": "md5"}},
                               {"hash": {"type": "doubleHash", "prevent_singularity": 1}}, {"hash": {"type": "doubleHash", "more": 1}},
                               {"hash": {"type": "blakeHash", "more": 1}}, {"missingValue": {}}, {"missingValue": {"sentinel": 7}},
                               {"missingValue": {"sentinel": "", "replaceWith": None}},
                               {"missingValue": {"sentinel": "", "more": None}}, {"missingValue": "x"}, {"more": 1},
                               {"weight": 1}, {"ngram": 2}, {"positional": True}, {"positional": "x"}],
        "features/0/hashing/strategy": [{"bitsPerToken": 0}, {"bitsPerToken": 1.5}, {"bitsPerToken": "5"}, {"bitsPerFeature": 5}, {"k": 5},
                                        {"k": 0}, {"numBits": 5}],
        "features/0/hashing/comparison": [{"n": 0}, {"n": 1.5}, {"n": "2"}, {"positional": 1}, {"more": 1}, {"type": "exact"},
                                          {"type": "numeric"}, {"type": "numeric", "thresholdDistance": 0, "resolution": 1},
                                          {"type": "numeric", "thresholdDistance": 1, "resolution": 0},
                                          {"type": "numeric", "thresholdDistance": 1, "resolution": 1, "fractional_precision": -1},
                                          {"type": "numeric", "thresholdDistance": 1, "resolution": 1}, {"type": "other"}],
    }
    first = {"version": 1, "clkConfig": {"l": 64, "k": 5, "hash": DOUBLE, "kdf": KDF},
             "features": [{"identifier": "X", "format": STRING, "hashing": {"ngram": 2}}]}
    second = {"version": 2, "clkConfig": {"l": 64, "kdf": KDF},
              "features": [{"identifier": "X", "format": STRING, "hashing": {"ngram": 2, "strategy": {"k": 5}}}]}
    third = one(STRING, ngram(2))
    for base in (first, second, third):
        for path, many in changes.items():
            for change in many:
                made = copy.deepcopy(base)
                parent, target, key = None, made, None
                with contextlib.suppress(KeyError):
                    for key in path.split("/") if path else []:
                        parent, target = target, target[int(key) if isinstance(target, list) else key]
                    if isinstance(change, dict):
                        target.update(change)
                    elif parent is None:
                        made = change
                    else:
                        parent[int(key) if isinstance(parent, list) else key] = change
                    schema(f"version {base['version']}, {path}: {change}", made)
                if isinstance(change, dict) and len(change) == 1 and next(iter(change)) in target:
                    made = copy.deepcopy(made)
                    target = made
                    for key in path.split("/") if path else []:
                        target = target[int(key) if isinstance(target, list) else key]
                    del target[next(iter(change))]
                    name = f"version {base['version']}, {path} without {next(iter(change))}"
                    if all(s["name"] != name for s in SCHEMAS):
                        schema(name, made)
    for weight in (-1, "1", None, 1.5, 1e3):
        made = copy.deepcopy(first)
        made["features"][0]["hashing"]["weight"] = weight
        schema(f"weight {weight}", made)


FILES = []


def file(name, schema, text, header=True, validate=True):
    """The whole file that the old command line writes, where it writes one."""
    try:
        loaded = loader.from_json_dict(copy.deepcopy(schema))
        # As a file that is opened as text: each line end is \n.
        table = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
        filters = clk.generate_clk_from_csv(table, "horse", loaded, validate=validate, header=header, progress_bar=False, max_workers=1)
        out = io.StringIO()
        json.dump({"clks": [serialize_bitarray(f) for f in filters]}, out)
        written = out.getvalue()
    except Exception:
        written = "refused"
    FILES.append({"name": name, "schema": schema, "secret": "horse", "table": text, "header": header, "validate": validate,
                  "written": written})


def files():
    head = "INDEX,NAME,DOB,GRADE,SEX\n"
    rows = ['0,Libby Slemmer,1933/09/13,7,F', '1,"Zzyzxa, Qwertyuiop",2008/1/5, 12 ,', '2,"q ""w"" e",1999/12/31,-3,M', '3,q"w"e,2000/02/29,1,F',
            '4,"two\nlines",2001/01/01,2,M', '5,"q"w,2001/01/01,2,M']
    text = head + "\n".join(rows) + "\n"
    file("plain", GOLDEN, text)
    file("no end of the last line", GOLDEN, text[:-1])
    file("CRLF", GOLDEN, text.replace("\n", "\r\n"))
    file("CR", GOLDEN, text.replace("\n", "\r"))
    file("header not looked at", GOLDEN, text.replace("NAME", "OTHER"), header="ignore")
    file("another header", GOLDEN, text.replace("NAME", "OTHER"))
    file("no header", GOLDEN, text[len(head):], header=False)
    file("columns in another order", GOLDEN, text.replace("NAME,DOB", "DOB,NAME"))
    file("a column less", GOLDEN, text.replace("INDEX,", ""))
    file("an empty line", GOLDEN, text.replace("\n2,", "\n\n2,"))
    file("an empty line at the end", GOLDEN, text + "\n")
    file("a short row", GOLDEN, text + "9,q\n")
    file("a long row", GOLDEN, text + "9,q,2001/01/01,2,M,x\n")
    file("a bad date", GOLDEN, text + "9,q,2001/02/30,2,M\n")
    file("a bad value", GOLDEN, text + "9,q,2001/02/03,2,X\n")
    file("a bad value, unchecked", GOLDEN, text + "9,q,2001/02/03,2,X\n", validate=False)
    file("one column, a quoted empty cell", one(STRING, ngram(2)), 'X\n""\nq\n')
    file("one column, an empty line", one(STRING, ngram(2)), "X\n\nq\n")
    file("two thousand rows", GOLDEN, head + "".join(
        f"{i},{'zqxjv'[i % 5]}{i * 7919 % 997}wy {i % 13},{1980 + i % 40}/{i % 12 + 1}/{i % 28 + 1},{i % 12},{'MF'[i % 2]}\n" for i in range(2000)))


def main():
    for make in (strings, values, numbers, missing, keys, folds, older):
        make()
    draw = random.Random(20080105)
    for number in range(60):
        made, rows = invented(draw)
        case(f"invented {number}", made, *rows)
    schemas()
    files()
    out = {"made_by": "clkhash 0.18.3 under CPython 3.11, tests/scripts/clkhash_vectors.py"}
    lines = [f'"{key}": {json.dumps(value)}' for key, value in out.items()]
    for key, many in (("cases", CASES), ("schemas", SCHEMAS), ("files", FILES)):
        lines.append(f'"{key}": [\n' + ",\n".join(json.dumps(one, ensure_ascii=False) for one in many) + "\n]")
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")
    rows = [row for made in CASES for row in made["rows"]]
    refused = sum(row["clk"] == "refused" for row in rows)
    print(f"{len(CASES)} schemas, {len(rows)} rows, {refused} of them refused; {len(SCHEMAS)} schemas to be checked, {len(FILES)} files",
          file=sys.stderr)


main()
