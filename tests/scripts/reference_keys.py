"""A second implementation of docs/spec/identities.md, and the vectors in testdata/vectors/keys.

    python3 tests/scripts/reference_keys.py            write the vectors
    python3 tests/scripts/reference_keys.py --check    compare them, and read the files that blindlink itself wrote

Needs `cryptography` for Ed25519, X25519, ChaCha20 and Poly1305. All keys here are of nobody: bytes that count up.
"""

import base64
import hashlib
import json
import pathlib
import re
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import blake3_reference as blake3
import reference_encoder as reference

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "testdata/vectors/keys"
# Written once by blindlink itself; what was written must stay readable.
KEPT = ("kept.key", "kept.sealed", "kept.sigs")
CHECKS = {
    "key": "blindlink 2026-11-27 linkage key file check v1",
    "identity": "blindlink 2026-11-27 identity file check v1",
    "public": "blindlink 2026-11-27 public line check v1",
}
ORDER = 2**252 + 27742317777372353535851937790883648493


# ---- lines ---------------------------------------------------------------------------------


def line(kind, words):
    """Words with their checksum and a line end."""
    return f"{words} {blake3.derive_key(CHECKS[kind], words.encode())[:8].hex()}\n"


def words(kind, text):
    """The words of a line, or an error."""
    text = re.sub("\r?\n$", "", text)
    before, _, check = text.rpartition(" ")
    if check != blake3.derive_key(CHECKS[kind], before.encode())[:8].hex():
        raise ValueError(f"not the checksum of this {kind}")
    return before.split(" ")


class Identity:
    def __init__(self, name, signing, sealing):
        self.name, self.signing, self.sealing = name, signing, sealing
        self.ed = Ed25519PrivateKey.from_private_bytes(signing)
        self.x = X25519PrivateKey.from_private_bytes(sealing)
        self.ed_public = self.ed.public_key().public_bytes_raw()
        self.x_public = self.x.public_key().public_bytes_raw()

    def words(self):
        return f"blindlink-identity-1 {self.name} {self.signing.hex()} {self.sealing.hex()}"

    def text(self):
        return line("identity", self.words())

    def public_words(self):
        return f"blindlink-public-1 {self.name} {self.ed_public.hex()} {self.x_public.hex()}"

    def public(self):
        return line("public", self.public_words())

    def openssh(self):
        return "ssh-ed25519 " + base64.b64encode(ssh_key(self.ed_public)).decode()

    def fingerprint(self):
        return print_of(self.ed_public + self.x_public)


def print_of(keys):
    return reference.spoken(blake3.derive_key("blindlink 2026-11-27 identity fingerprint v1", keys))


def counting(start):
    return bytes((start + i) & 255 for i in range(32))


NAMES = ("district", "college", "custodian", "operator", "stranger")
WHO = {name: Identity(name, counting(32 * i), counting(32 * i + 128)) for i, name in enumerate(NAMES)}
KEY = counting(0)


# ---- signatures in the form of OpenSSH -------------------------------------------------------


def field(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


def ssh_key(public):
    return field("ssh-ed25519") + field(public)


def signed_data(namespace, message, hashed="sha512", reserved=b""):
    digest = hashlib.new(hashed, message).digest()
    return b"SSHSIG" + field(namespace) + field(reserved) + field(hashed) + field(digest)


def pem(blob, width=70):
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def sign(who, namespace, message, hashed="sha512", version=1, reserved=b"", width=70, change=lambda s: s, public=None):
    signature = change(who.ed.sign(signed_data(namespace, message, hashed, reserved)))
    blob = b"SSHSIG" + struct.pack(">I", version) + field(ssh_key(public or who.ed_public)) + field(namespace)
    blob += field(reserved) + field(hashed) + field(field("ssh-ed25519") + field(signature))
    return pem(blob, width)


def read_signature(text):
    """(public key, namespace, signature) of one signature."""
    body = text.removeprefix("-----BEGIN SSH SIGNATURE-----\n").removesuffix("-----END SSH SIGNATURE-----\n")
    blob = base64.b64decode(body.replace("\n", ""), validate=True)
    assert blob[:10] == b"SSHSIG\0\0\0\x01" and pem(blob) == text

    def take(data):
        (n,) = struct.unpack(">I", data[:4])
        return data[4 : 4 + n], data[4 + n :]

    key, rest = take(blob[10:])
    namespace, rest = take(rest)
    reserved, rest = take(rest)
    hashed, rest = take(rest)
    signature, rest = take(rest)
    assert (reserved, hashed, rest) == (b"", b"sha512", b"")
    assert key[:15] == field("ssh-ed25519") and signature[:15] == field("ssh-ed25519")
    return key[19:], namespace.decode(), signature[19:]


def verify(text, namespace, message):
    """The public key by which it is, or an error."""
    public, found, signature = read_signature(text)
    if found != namespace:
        raise InvalidSignature
    Ed25519PublicKey.from_public_bytes(public).verify(signature, signed_data(namespace, message))
    return public


# ---- boxes: crypto_box_curve25519xchacha20poly1305 of libsodium ------------------------------


def hchacha20(key, nonce):
    state = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)]

    def rotate(x, n):
        return (x << n | x >> 32 - n) & 0xFFFFFFFF

    def quarter(a, b, c, d):
        for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] = rotate(state[z] ^ state[x], n)

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def box(secret, public, nonce, data, opening):
    shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
    key = hchacha20(hchacha20(shared, bytes(16)), nonce[:16])
    stream = Cipher(algorithms.ChaCha20(key, bytes(8) + nonce[16:]), mode=None).encryptor()
    mac_key = stream.update(bytes(32))
    if opening:
        data, tag = data[:-16], data[-16:]
        Poly1305.verify_tag(mac_key, data, tag)
        return stream.update(data)
    data = stream.update(data)
    return data + Poly1305.generate_tag(mac_key, data)


# ---- the project file -------------------------------------------------------------------------

SCHEMA = {"name": "one", "pass": [{"name": "day", "block": ["birthdate"], "filter": []}]}
ELEMENTS = ["student-id", "first", "last", "birthdate"]


def contacts(**lines):
    known = {name: WHO[name].public().strip() for name in ("district", "college", "custodian", "operator")} | lines
    return [
        {"role": role, "organisation": "", "person": "", "contact": "", "public_key": key} for role, key in known.items()
    ]


def canonical(round_="1"):
    value = {
        "format": "blindlink-project-1", "id": "00112233445566778899aabbccddeeff", "name": "Vectors", "round": round_,
        "purpose": "", "parties": ["district", "college"], "pairs": [["district", "college"]],
        "agreement": {"number": "MADE-UP-1", "exception": "", "representative": "", "destroy_by": "2999-12-31",
                      "minimum_cell": 11, "elements": ELEMENTS, "contact": contacts()},
        "decision": {"threshold": 0.5}, "schema": SCHEMA,
    }  # fmt: skip
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def project_text():
    text = 'format = "blindlink-project-1"\nid = "00112233445566778899aabbccddeeff"\nname = "Vectors"\nround = "1"\n'
    text += 'parties = ["district", "college"]\n[agreement]\nnumber = "MADE-UP-1"\ndestroy_by = "2999-12-31"\n'
    text += f"minimum_cell = 11\nelements = {json.dumps(ELEMENTS)}\n"
    for contact in contacts():
        text += f'[[agreement.contact]]\nrole = "{contact["role"]}"\npublic_key = "{contact["public_key"]}"\n'
    text += '[decision]\nthreshold = 0.5\n[schema]\nname = "one"\n[[schema.pass]]\nname = "day"\n'
    return text + 'block = ["birthdate"]\n'


PROJECT = blake3.digest(canonical()).hex()


# ---- sealed keys --------------------------------------------------------------------------------


def head(project=PROJECT, round_='"1"', key=None, sender="custodian", first="blindlink-sealed-1"):
    key = key or reference.key_fingerprint(KEY)
    return f"{first}\nproject {project}\nround {round_}\nkey {key}\nfrom {WHO[sender].ed_public.hex()}\n"


def reader_line(before, reader, number, secret=KEY, public=None, cut=None):
    once, nonce = X25519PrivateKey.from_private_bytes(counting(200 + number)), bytes([number] * 24)
    start = f"to {reader.name} {reader.ed_public.hex()} {reader.x_public.hex()} {once.public_key().public_bytes_raw().hex()}"
    context = blake3.derive_key("blindlink 2026-11-27 sealed key context v1", (before + start).encode())
    closed = box(once, public or reader.x_public, nonce, secret + context, opening=False)
    return f"{start} {nonce.hex()} {closed[:cut].hex()}\n"


def sealed(before=None, to=("district", "college"), lines=None, signer="custodian", **how):
    before = before or head()
    text = before + "".join(lines or [reader_line(before, WHO[name], i) for i, name in enumerate(to)])
    return text + sign(WHO[signer], how.pop("namespace", "blindlink-sealed-1"), text.encode(), **how)


def unseal(text, reader, project, sender):
    """The key in a sealed file, or an error."""
    at = text.index("-----BEGIN")
    assert verify(text[at:], "blindlink-sealed-1", text[:at].encode()) == sender.ed_public
    lines = text[:at].splitlines(keepends=True)
    before, own = "".join(lines[:5]), f"{reader.ed_public.hex()} {reader.x_public.hex()}"
    assert lines[0] == "blindlink-sealed-1\n" and lines[1] == f"project {project}\n"
    assert lines[4] == f"from {sender.ed_public.hex()}\n"
    (mine,) = [part for part in lines[5:] if own in part]
    start, nonce, closed = mine.strip().rsplit(" ", 2)
    ephemeral = bytes.fromhex(start.rsplit(" ", 1)[1])
    content = box(reader.x, ephemeral, bytes.fromhex(nonce), bytes.fromhex(closed), opening=True)
    assert content[32:] == blake3.derive_key("blindlink 2026-11-27 sealed key context v1", (before + start).encode())
    assert lines[3] == f"key {reference.key_fingerprint(content[:32])}\n"
    return content[:32]


# ---- the vectors ----------------------------------------------------------------------------------


def sigs(signers=("district", "college", "custodian"), project=PROJECT, message=None, extra="", **how):
    message = message or canonical()
    text = f"blindlink-signatures-1 {project}\n"
    for name in signers:
        own = how if name == "college" else {}
        text += sign(WHO[name], own.get("namespace", "blindlink-project-1"), own.get("message_", message),
                     **{k: v for k, v in own.items() if k not in ("namespace", "message_")})  # fmt: skip
    return text + extra


def flip(text, at, digit="0"):
    """The text with the digit at `at` as another one."""
    at %= len(text)
    return text[:at] + (digit if text[at] != digit else "1") + text[at + 1 :]


def good():
    college = WHO["college"]
    files = {
        "good.key": line("key", f"blindlink-key-1 {KEY.hex()}"),
        "good-without-line-end.key": line("key", f"blindlink-key-1 {KEY.hex()}").strip(),
        "good-windows.key": line("key", f"blindlink-key-1 {KEY.hex()}").replace("\n", "\r\n"),
        "good-raw.key": KEY,
        "good-openssh.pub": f"{college.openssh()} nobody@example.org\n",
        "good.sealed": sealed(),
        "good-windows.sealed": sealed().replace("\n", "\r\n"),
        "good.sigs": sigs(),
        "good-operator-too.sigs": sigs(("operator", "custodian", "college", "district")),
        "project.toml": project_text(),
    }
    for name in NAMES:
        files |= {f"{name}.identity": WHO[name].text(), f"{name}.pub": WHO[name].public()}
    return files


def bad_lines():
    """(file, class, phrase, content) of keys, identities and public lines."""
    plain = f"blindlink-key-1 {KEY.hex()}"
    key, own, public = line("key", plain), WHO["college"].text(), WHO["college"].public()
    mine, shown = WHO["college"].words(), WHO["college"].public_words()
    ed, x = WHO["college"].ed_public.hex(), WHO["college"].x_public.hex()
    high = "ff" * 31 + "7f"

    def with_x(point):
        return line("public", shown.replace(x, point))

    def with_ed(point):
        return line("public", shown.replace(ed, point))

    yield from (
        ("key", name, phrase, content)
        for name, phrase, content in (
            ("empty", "found something else", b""),
            ("raw-31", "found something else", KEY[:31]),
            ("raw-33", "found something else", KEY + b"\n"),
            ("digits-alone", "found something else", KEY.hex() + "\n"),
            ("first-word", "found something else", key.replace("key", "kex")),
            ("first-byte", "found something else", "B" + key[1:]),
            ("version-2", "of a later version", line("key", plain.replace("key-1", "key-2"))),
            ("version-10", "damaged", line("key", plain.replace("key-1", "key-10"))),
            ("check", "checksum", flip(key, -2)),
            ("digit", "checksum", flip(key, 40)),
            ("without-check", "checksum", plain + "\n"),
            ("check-of-identity", "checksum", line("identity", plain)),
            ("capitals", "checksum", line("key", f"blindlink-key-1 {KEY.hex().upper()}")),
            ("short", "checksum", line("key", plain[:-2])),
            ("long", "checksum", line("key", plain + "00")),
            ("third-word", "checksum", line("key", plain + " x")),
            ("two-blanks", "checksum", line("key", plain.replace(" ", "  "))),
            ("two-lines", "checksum", key + key),
            ("two-line-ends", "checksum", key + "\n"),
            ("blank-before", "damaged", " " + key),
            ("mark-before", "damaged", b"\xef\xbb\xbf" + key.encode()),
            ("utf-16", "found something else", key.encode("utf-16")),
            ("identity", "found an identity", own),
            ("sealed", "found a sealed linkage key", sealed()),
        )
    )
    yield from (
        ("identity", name, phrase, content)
        for name, phrase, content in (
            ("empty", "expected an identity", b""),
            ("version-2", "of this version", line("identity", mine.replace("identity-1", "identity-2"))),
            ("check", "checksum", flip(own, -2)),
            ("digit", "checksum", flip(own, 60)),
            ("name-changed", "checksum", own.replace("college", "kollege")),
            ("name-capital", "name", line("identity", mine.replace("college", "College"))),
            ("name-empty", "name", line("identity", mine.replace("college", ""))),
            ("four-words", "five words", line("identity", mine.rsplit(" ", 1)[0])),
            ("signing-short", "a key in it", line("identity", mine.replace(WHO["college"].signing.hex(), "00" * 31))),
            ("sealing-long", "a key in it", line("identity", mine + "00")),
            ("capitals", "a key in it", line("identity", mine.replace(WHO["college"].sealing.hex(), "AA" * 32))),
            ("cut", "checksum", own[:90]),
            ("two-lines", "checksum", own + own),
            ("public", "the public half", public),
            ("key", "found a linkage key", key),
        )
    )
    yield from (
        ("public", name, phrase, content)
        for name, phrase, content in (
            ("empty", "starts with neither", b""),
            ("version-2", "starts with neither", line("public", shown.replace("public-1", "public-2"))),
            ("check", "checksum", flip(public, -2)),
            ("digit", "checksum", flip(public, 60)),
            ("name-changed", "checksum", public.replace("college", "kollege")),
            ("name-capital", "name", line("public", shown.replace("college", "College"))),
            ("one-key", "checksum", line("public", shown.rsplit(" ", 1)[0])),
            ("sealing-short", "a key in it", line("public", shown[:-2])),
            ("sealing-zero", "everybody could open", with_x("00" * 32)),
            ("sealing-one", "everybody could open", with_x("01" + "00" * 31)),
            ("sealing-order-8", "everybody could open",
             with_x("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")),
            ("sealing-order-4", "everybody could open", with_x("ec" + high[2:])),
            ("sealing-high-bit", "everybody could open", with_x("00" * 31 + "80")),
            ("signing-no-point", "no such key", with_ed("02" + "00" * 31)),
            ("signing-order-1", "no such key", with_ed("01" + "00" * 31)),
            ("signing-order-2", "no such key", with_ed("ec" + high[2:])),
            ("identity", "starts with neither", own),
            ("openssh-rsa", "starts with neither", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=\n"),
            ("openssh-cut", "OpenSSH could not", WHO["college"].openssh()[:-4] + "\n"),
            ("openssh-two", "more than one line", f"{WHO['college'].openssh()}\n" * 2),
            ("openssh-weak", "no such key",
             "ssh-ed25519 " + base64.b64encode(ssh_key(b"\1" + bytes(31))).decode() + "\n"),
        )
    )  # fmt: skip


def bad_sealed():
    whole, before = sealed(), head()
    college, district = WHO["college"], WHO["district"]
    at = whole.index("-----BEGIN")
    lines = whole[:at].splitlines(keepends=True)
    other_round = head(round_='"2"', project=blake3.digest(canonical("2")).hex())

    def resigned(text, **how):
        return text + sign(WHO["custodian"], "blindlink-sealed-1", text.encode(), **how)

    damaged = "the sealed key is damaged"
    box_ = "the box in it does not open"
    yield from (
        ("project", "mismatch", "sealed for project", sealed(head(project=blake3.digest(b"other").hex()))),
        ("round", "mismatch", 'sealed for round "2"', sealed(other_round)),
        ("sender", "mismatch", "somebody else than the custodian", sealed(head(sender="district"), signer="district")),
        ("sender-operator", "mismatch", "somebody else", sealed(head(sender="operator"), signer="operator")),
        ("reader", "mismatch", "not sealed to this identity", sealed(to=("district",))),
        ("reader-other-half", "mismatch", "not sealed to this identity",
         sealed(lines=[reader_line(before, college, 1).replace(college.x_public.hex(), district.x_public.hex())])),
        ("digit-in-box", "input", damaged, flip(whole, at - 20)),
        ("digit-in-nonce", "input", damaged, flip(whole, at - 190, "7")),
        ("fingerprint-changed", "input", damaged, whole.replace("\nkey ", "\nkey 9")),
        ("project-changed", "input", damaged, flip(whole, 40)),
        ("signature-changed", "input", damaged, flip(whole, -60)),
        ("without-signature", "input", damaged, whole[:at]),
        ("namespace", "input", damaged, sealed(namespace="blindlink-project-1")),
        ("sha256", "input", damaged, sealed(hashed="sha256")),
        ("signed-by-other", "input", damaged, sealed(signer="district")),
        ("two-signatures", "input", damaged, whole + whole[at:]),
        ("s-plus-order", "input", damaged, sealed(change=plus_order)),
        ("without-readers", "input", damaged, resigned(before)),
        ("lines-swapped", "input", damaged, lines[0] + lines[2] + lines[1] + "".join(lines[3:]) + whole[at:]),
        ("lines-swapped-signed", "input", damaged, resigned(lines[0] + lines[2] + lines[1] + "".join(lines[3:]))),
        ("line-unknown", "input", damaged, resigned(whole[:at] + "note x\n")),
        ("capitals", "input", damaged, resigned(whole[:at].replace(district.x_public.hex(), district.x_public.hex().upper()))),
        ("round-in-quotes", "input", damaged, resigned(whole[:at].replace('round "1"', r'round "\u0031"'))),
        ("cut", "input", damaged, whole[: at - 100]),
        ("text-after", "input", damaged, whole + "\n"),
        ("blank-line", "input", damaged, resigned(whole[:at] + "\n")),
        ("version-2", "input", "found something else", sealed(head(first="blindlink-sealed-2"))),
        ("box-short", "input", damaged, sealed(lines=[reader_line(before, college, 1, cut=79)])),
        ("box-to-other", "input", box_, sealed(lines=[reader_line(before, college, 1, public=district.x_public)])),
        ("box-of-other-head", "input", box_, sealed(lines=[reader_line(other_round, college, 1)])),
        ("box-of-other-reader", "input", box_, sealed(lines=[
            reader_line(before, Identity("college2", college.signing, college.sealing), 1).replace("college2", "college")])),
        ("key-other", "input", "another fingerprint", sealed(lines=[reader_line(before, college, 1, secret=counting(9))])),
        ("fingerprint-form", "input", "another fingerprint", sealed(head(key="4dbf912f3a2263d0"))),
        ("key", "input", "found something else", line("key", f"blindlink-key-1 {KEY.hex()}")),
    )  # fmt: skip


def plus_order(signature):
    """The second form of an Ed25519 signature, which must not be taken."""
    s = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + s.to_bytes(32, "little")


def bad_sigs():
    whole = sigs()
    form = "expected signatures of a project file"
    block = sign(WHO["college"], "blindlink-project-1", canonical())
    stranger = sign(WHO["stranger"], "blindlink-project-1", canonical())
    verifies = "the signature of college does not verify"
    yield from (
        ("empty", "input", form, b""),
        ("first-line-alone", "input", form, whole.split("\n")[0] + "\n"),
        ("version-2", "input", form, whole.replace("signatures-1", "signatures-2")),
        ("fingerprint-capitals", "input", form, whole.replace(PROJECT, PROJECT.upper())),
        ("fingerprint-other", "mismatch", "another version", whole.replace(PROJECT, flip(PROJECT, 3))),
        ("of-other-version", "mismatch", "does not verify", sigs(message=canonical("2"))),
        ("of-the-file", "mismatch", "does not verify", sigs(message=project_text().encode())),
        ("missing-party", "mismatch", "not signed by college", sigs(("district", "custodian"))),
        ("missing-custodian", "mismatch", "not signed by custodian", sigs(("district", "college"))),
        ("operator-for-custodian", "mismatch", "not signed by custodian", sigs(("district", "college", "operator"))),
        ("stranger", "mismatch", "does not name", sigs(extra=stranger)),
        ("one-changed", "mismatch", verifies, sigs(change=lambda s: bytes([s[0] ^ 1]) + s[1:])),
        ("zeros", "mismatch", verifies, sigs(change=lambda s: bytes(64))),
        ("s-plus-order", "mismatch", verifies, sigs(change=plus_order)),
        ("namespace", "mismatch", verifies, sigs(namespace="blindlink-sealed-1")),
        ("namespace-file", "mismatch", verifies, sigs(namespace="file")),
        ("key-of-other", "mismatch", "does not name", sigs(public=WHO["stranger"].ed_public)),
        ("sha256", "input", form, sigs(hashed="sha256")),
        ("reserved", "input", form, sigs(reserved=b"x")),
        ("form-0", "input", form, sigs(version=0)),
        ("form-2", "input", form, sigs(version=2)),
        ("width-64", "input", form, sigs(width=64)),
        ("short-signature", "input", form, sigs(change=lambda s: s[:63])),
        ("twice", "input", form, sigs(extra=block)),
        ("text-between", "input", form, whole.replace("\n-----BEGIN", "\n# district\n-----BEGIN", 1)),
        ("text-after", "input", form, whole + "\n"),
        ("cut", "input", form, whole[:-30]),
        ("letter", "input", form, whole.replace("U1NIU0lH", "V1NIU0lH", 1)),
    )  # fmt: skip


SUFFIX = {"key": "key", "identity": "identity", "public": "pub", "sealed": "sealed", "signatures": "sigs"}


def files():
    out, bad = {}, []
    for name, content in good().items():
        out[name] = content
    cases = [(kind, name, "input", phrase, content) for kind, name, phrase, content in bad_lines()]
    cases += [("sealed", *case) for case in bad_sealed()]
    cases += [("signatures", *case) for case in bad_sigs()]
    for kind, name, class_, phrase, content in cases:
        file = f"bad-{kind}-{name}.{SUFFIX[kind]}"
        assert file not in out, file
        out[file] = content
        bad.append({"file": file, "kind": kind, "class": class_, "phrase": phrase})
    index = {
        "comment": "Vectors of docs/spec/identities.md and of the key file, made by tests/scripts/reference_keys.py. One fault "
        "a file. 'class' is what a refusal is; 'phrase' is part of blindlink's message and not binding. Sealed files are "
        "opened as college, signed by custodian; signatures are those of project.toml, all of whom are required. Every "
        "secret here is of nobody.",
        "key": KEY.hex(),
        "key_fingerprint": reference.key_fingerprint(KEY),
        "project_fingerprint": PROJECT,
        "identities": [
            {"name": who.name, "signing": who.ed_public.hex(), "sealing": who.x_public.hex(), "openssh": who.openssh(),
             "fingerprint": who.fingerprint(), "openssh_fingerprint": print_of(who.ed_public)}
            for who in WHO.values()
        ],
        "kept": list(KEPT),
        "bad": bad,
    }  # fmt: skip
    out["index.json"] = reference.dump(index)
    return {name: content if isinstance(content, bytes) else content.encode() for name, content in out.items()}


def read_kept():
    """Reads what blindlink itself wrote, by this implementation."""
    first, digits = words("key", (FOLDER / "kept.key").read_text())
    assert first == "blindlink-key-1" and bytes.fromhex(digits) == KEY
    for file in ("good.sealed", "kept.sealed"):
        for reader in ("district", "college"):
            assert unseal((FOLDER / file).read_text(), WHO[reader], PROJECT, WHO["custodian"]) == KEY
    for file in ("good.sigs", "kept.sigs"):
        first, rest = (FOLDER / file).read_text().split("\n", 1)
        assert first == f"blindlink-signatures-1 {PROJECT}"
        blocks = re.findall("-----BEGIN.*?-----END SSH SIGNATURE-----\n", rest, re.DOTALL)
        signers = {verify(block, "blindlink-project-1", canonical()) for block in blocks}
        assert "".join(blocks) == rest and signers == {WHO[n].ed_public for n in ("district", "college", "custodian")}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    made = files()
    if not arguments:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (FOLDER / name).write_bytes(content)
        return 0
    there = {p.name: p.read_bytes() for p in FOLDER.iterdir()}
    differing = [n for n in made if there.get(n) != made[n]]
    differing += sorted(set(there) ^ (set(made) | set(KEPT)))
    for name in differing:
        print(f"differs from the reference implementation: keys/{name}", file=sys.stderr)
    read_kept()
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
