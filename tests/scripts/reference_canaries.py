"""The canaries of docs/spec/canaries.md: the people, normalised by hand, and what they give under some projects."""

import blake3_reference as blake3
import reference_encoder as reference
from reference_cases import KEYS, project_text, shipped

CONTEXT = "blindlink 2026-11-27 canary v1"
BYTES = 8
# (the cells that are not empty, the person that normalisation.md makes of them)
LIST = (
    (
        {"first": "Testina", "middle": "Q", "last": "Canary", "gender": "F", "birthdate": "2006-01-31"},
        {"first": "TESTINA", "middle": "Q", "last": "CANARY", "gender": "F", "birthdate": "2006-01-31"},
    ),
    (
        {"first": "Zoë-Ána", "middle": "Łucja", "last": "Cañarío Zzyzx", "gender": "female", "birthdate": "2004-02-29"},
        {"first": "ZOE ANA", "middle": "LUCJA", "last": "CANARIO ZZYZX", "gender": "F", "birthdate": "2004-02-29"},
    ),
    (
        {"first": "Juan Testo", "last": "de la Canaria y Zzyzx", "gender": "M", "birthdate": "2005-12-01"},
        {"first": "JUAN TESTO", "last": "DELACANARIA ZZYZX", "gender": "M", "birthdate": "2005-12-01"},
    ),
    (
        {"first": "Robert (Bob)", "last": "Canary Jr.", "gender": "Male", "birthdate": "2007-07-04"},
        {"first": "ROBERT", "last": "CANARY", "alias-first": "BOB", "suffix": "JR", "gender": "M", "birthdate": "2007-07-04"},
    ),
    (
        {"first": "Elizabeth", "middle": "Testa", "last": "Canary-Zzyzx", "suffix": "III", "alias-first": ["Beth", "Liz"],
         "alias-last": ["Formerly-Canary"], "gender": "X", "birthdate": "2005-05-05"},
        {"first": "ELIZABETH", "middle": "TESTA", "last": "CANARY ZZYZX", "suffix": "III", "alias-first": "BETH LIZ",
         "alias-last": "CANARY", "gender": "X", "birthdate": "2005-05-05"},
    ),
    (
        {"first": "Nodate", "last": "Canary", "gender": "F"},
        {"first": "NODATE", "last": "CANARY", "gender": "F"},
    ),
    (
        {"first": "Yearonly", "last": "O\u2019Canary", "year": "2006"},
        {"first": "YEARONLY", "last": "OCANARY", "year": "2006"},
    ),
    (
        {"first": "Monocanary", "birthdate": "2006-06-15"},
        {"last": "MONOCANARY", "birthdate": "2006-06-15"},
    ),
    (
        {"first": "FNU", "last": "Canary", "birthdate": "2006-09-30"},
        {"last": "CANARY", "birthdate": "2006-09-30"},
    ),
    (
        {"first": "  TEST   canary ", "middle": "NMN", "last": "MC CANARY, ESQ.", "birthdate": "2105-10-12"},
        {"first": "TEST CANARY", "last": "MCCANARY ESQ", "birthdate": "2005-10-12"},
    ),
    (
        {"first": "Straße Ægir", "last": "Đỗ Øcanary", "gender": "nonbinary", "birthdate": "2006-03-08"},
        {"first": "STRASSE AEGIR", "last": "DO OCANARY", "gender": "X", "birthdate": "2006-03-08"},
    ),
    (
        {"first": "Jose\u0301", "last": "\uff23\uff41\uff4e\uff41\uff52\uff59", "birthdate": "2005-08-19"},
        {"first": "JOSE", "last": "CANARY", "birthdate": "2005-08-19"},
    ),
    (
        {"first": "Maria Guadalupe Testa", "middle": "d'Canary", "last": "St. Canary - van der Zzyzx", "gender": "W",
         "birthdate": "2006-11-11"},
        {"first": "MARIA GUADALUPE TESTA", "middle": "DCANARY", "last": "STCANARY VANDERZZYZX", "gender": "F",
         "birthdate": "2006-11-11"},
    ),
    (
        {"first": "T3sta", "last": "C@nary/Zzyzx", "birthdate": "2004-04-30"},
        {"first": "TSTA", "last": "C NARY ZZYZX", "birthdate": "2004-04-30"},
    ),
    (
        {"first": "Канарейка", "last": "金丝雀", "birthdate": "2006-02-28"},
        {"birthdate": "2006-02-28"},
    ),
    ({}, {}),
)  # fmt: skip


def canaries(project, key):
    """canaries.md 3: 8 bytes of each of the list."""
    out = []
    for number, (_, person) in enumerate(LIST, 1):
        data = b""
        for row in reference.encode(project, key, person, bytes([number]) * 16):
            for value in row.values():
                data += b"\0" if value is None else b"\1" + value
        out.append(blake3.derive_key(CONTEXT, data)[:BYTES])
    return out


def vectors():
    cases = []
    for name in ("k12", "k12-strict", "clk"):
        text = project_text(shipped(name))
        for key in ("counting", "zeros"):
            found = canaries(reference.Project(text), KEYS[key])
            cases.append({"name": name, "project": text, "key": KEYS[key].hex(), "canaries": [c.hex() for c in found]})
    return {
        "comment": "Vectors of docs/spec/canaries.md: the cells of each canary that are not empty, the person that "
        "docs/spec/normalisation.md makes of them, and the canaries of some projects and keys.",
        "people": [{"cells": cells, "person": person} for cells, person in LIST],
        "projects": cases,
    }
