"""BLAKE3 in plain Python: slow, short, and written from the paper, not from a library.

Covers what docs/spec/encoding.md needs: plain, keyed and derive_key mode, output of any length.
`self_test` checks it against values of the official test vectors.
"""

import struct

MASK = 0xFFFFFFFF
IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH, DERIVE_CONTEXT, DERIVE_MATERIAL = (1 << i for i in range(7))
BLOCK, CHUNK = 64, 1024


def _schedule():
    """For each round the eight quarter steps: four words of the state, two of the message."""
    columns = [(i, 4 + i, 8 + i, 12 + i) for i in range(4)]
    diagonals = [(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4) for i in range(4)]
    order, rounds = list(range(16)), []
    for _ in range(7):
        rounds += [(*step, order[2 * i], order[2 * i + 1]) for i, step in enumerate(columns + diagonals)]
        order = [order[i] for i in PERMUTATION]
    return tuple(rounds)


STEPS = _schedule()


def compress(cv, m, counter, length, flags):
    """The compression function: 16 words."""
    v = [*cv, *IV[:4], counter & MASK, counter >> 32, length, flags]
    for a, b, c, d, x, y in STEPS:
        va, vb = v[a], v[b]
        va = (va + vb + m[x]) & MASK
        t = v[d] ^ va
        t = (t >> 16) | (t << 16 & MASK)
        vc = (v[c] + t) & MASK
        vb ^= vc
        vb = (vb >> 12) | (vb << 20 & MASK)
        va = (va + vb + m[y]) & MASK
        t ^= va
        t = (t >> 8) | (t << 24 & MASK)
        vc = (vc + t) & MASK
        vb ^= vc
        v[a], v[b], v[c], v[d] = va, (vb >> 7) | (vb << 25 & MASK), vc, t
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ cv[i] for i in range(8)]


def _words(block):
    return struct.unpack("<16I", block.ljust(BLOCK, b"\0"))


def _chunk(data, key, number, flags):
    """The last compression of a chunk, not yet done: (cv, message, counter, length, flags)."""
    cv = key
    blocks = [data[i : i + BLOCK] for i in range(0, len(data), BLOCK)] or [b""]
    for i, block in enumerate(blocks[:-1]):
        start = CHUNK_START if i == 0 else 0
        cv = compress(cv, _words(block), number, BLOCK, flags | start)[:8]
    start = CHUNK_START if len(blocks) == 1 else 0
    return cv, _words(blocks[-1]), number, len(blocks[-1]), flags | start | CHUNK_END


def _tree(data, key, number, flags):
    """The last compression of the subtree of `data`, whose first chunk has this number."""
    if len(data) <= CHUNK:
        return _chunk(data, key, number, flags)
    chunks = (len(data) - 1) // CHUNK
    left = CHUNK << (chunks.bit_length() - 1)  # the largest power of two of chunks that leaves some
    words = []
    for part, first in ((data[:left], number), (data[left:], number + left // CHUNK)):
        words += compress(*_tree(part, key, first, flags))[:8]
    return key, tuple(words), 0, BLOCK, flags | PARENT


def _run(data, key, flags, length):
    cv, message, _, size, last = _tree(bytes(data), key, 0, flags)
    out = bytearray()
    while len(out) < length:
        out += struct.pack("<16I", *compress(cv, message, len(out) // BLOCK, size, last | ROOT))
    return bytes(out[:length])


def digest(data, length=32):
    """BLAKE3 of `data`."""
    return _run(data, IV, 0, length)


def keyed(key, data, length=32):
    """Keyed BLAKE3; `key` has 32 bytes."""
    return _run(data, struct.unpack("<8I", key), KEYED_HASH, length)


def derive_key(context, material, length=32):
    """BLAKE3 in derive_key mode; `context` is text."""
    key = _run(context.encode(), IV, DERIVE_CONTEXT, 32)
    return _run(material, struct.unpack("<8I", key), DERIVE_MATERIAL, length)


# From test_vectors.json of the BLAKE3 project: input byte i is i mod 251.
OFFICIAL_KEY = b"whats the Elvish word for friend"
OFFICIAL_CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context"
OFFICIAL = {
    0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    64: "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
    1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
}
OFFICIAL_KEYED_EMPTY = "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"
OFFICIAL_DERIVED_EMPTY = "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d"


def official_input(length):
    return bytes(i % 251 for i in range(length))


def self_test():
    """Raises unless this file computes the official values."""
    for length, want in OFFICIAL.items():
        assert digest(official_input(length)).hex() == want, length
    assert digest(b"abc").hex() == "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
    assert keyed(OFFICIAL_KEY, b"").hex() == OFFICIAL_KEYED_EMPTY
    assert derive_key(OFFICIAL_CONTEXT, b"").hex() == OFFICIAL_DERIVED_EMPTY
