#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a whole log over HTTP as C2SP tlog-tiles says, with Python's standard library and
`openssl` alone; shares no code with the product. Prints one JSON object; exits 1 with the
reason on the first thing that is wrong.

    tiles_client.py PREFIX KEYFILE

Fetches the checkpoint and verifies each line by a key of KEYFILE (at least the log's own);
fetches every entry bundle, rebuilds the tree from the entries, compares every hash tile with
it, and the root with the checkpoint; makes inclusion and consistency proofs from tiles that it
fetches anew, and verifies them by the algorithms of RFC 9162; asks for what must not be there.
"""
import base64
import hashlib
import http.client
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.parse

DASH = "\u2014 "
ED25519 = bytes.fromhex("302a300506032b6570032100")
NATIONAL = b"\xffshareway/v1/sm2-sm3\n"


def sha256(data): return hashlib.sha256(data).digest()
def leaf(entry): return sha256(b"\x00" + entry)
def node(left, right): return sha256(b"\x01" + left + right)


def need(condition, why):
    if not condition:
        sys.exit(f"tiles_client: {why}")


# ---- HTTP.

class Site:
    def __init__(self, prefix):
        parts = urllib.parse.urlsplit(prefix)
        self.path = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        self.requests = 0

    def ask(self, path):
        self.requests += 1
        self.connection.request("GET", f"{self.path}/{path}")
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def get(self, path, kind, immutable):
        status, headers, body = self.ask(path)
        need(status == 200, f"{path} has status {status}")
        need(headers["Content-Type"] == kind, f"{path} is of type {headers['Content-Type']}")
        need(("immutable" in headers["Cache-Control"]) == immutable, f"{path} may be cached wrongly")
        return body


def number_path(n):
    text = f"{n % 1000:03}"
    while n >= 1000:
        n //= 1000
        text = f"x{n % 1000:03}/{text}"
    return text


def tile_path(level, index, width):
    return f"tile/{level}/{number_path(index)}" + (f".p/{width}" if width < 256 else "")


# ---- Signed notes.

def openssl_verifies(spki, message, signature, options=()):
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        (home / "key.der").write_bytes(spki)
        (home / "message").write_bytes(message)
        (home / "signature").write_bytes(signature)
        return subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", home / "key.der",
             "-rawin", "-in", home / "message", "-sigfile", home / "signature", *options],
            capture_output=True, check=False).returncode == 0


def line_verifies(typed, text, raw):
    """A signature of the kind that the key's type says."""
    if typed.startswith(NATIONAL):
        return openssl_verifies(typed[len(NATIONAL):], text, raw,
                                ["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"])
    if typed[0] == 4:
        time = int.from_bytes(raw[:8], "big")
        text, raw = f"cosignature/v1\ntime {time}\n".encode() + text, raw[8:]
    return openssl_verifies(ED25519 + typed[1:], text, raw)


def read_checkpoint(note, keys):
    """(origin, size, root, how many lines of each type verified)."""
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    counts = {}
    for line in lines.splitlines():
        need(line.startswith(DASH), "a signature line has no dash")
        name, encoded = line[len(DASH):].split(" ")
        raw = base64.b64decode(encoded, validate=True)
        for key_name, key_hash, typed in keys:
            if (key_name, key_hash) == (name, raw[:4]):
                need(line_verifies(typed, text.encode(), raw[4:]), f"the line by {name} is wrong")
                need(typed[0] == 4 or name == origin, f"{name} signed another log's checkpoint")
                counts[typed[0]] = counts.get(typed[0], 0) + 1
    need(counts.get(1), "the log's key did not sign")
    return origin, int(size), base64.b64decode(root, validate=True), counts


def read_keys(path):
    keys = []
    for line in pathlib.Path(path).read_text(encoding="utf-8").split("\n"):
        if line.strip() and not line.startswith("#"):
            name, key_hash, encoded = line.strip().split("+", 2)
            typed = base64.b64decode(encoded, validate=True)
            need(sha256(f"{name}\n".encode() + typed)[:4].hex() == key_hash, "a key hash is wrong")
            keys.append((name, bytes.fromhex(key_hash), typed))
    return keys


# ---- The tree, rebuilt and from tiles.

def root_over(hashes):
    """MTH over nodes of equal height, by its definition (RFC 9162 section 2.1.1)."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node(root_over(hashes[:split]), root_over(hashes[split:]))


def fetch_entries(site, size):
    entries = []
    for index in range(0, (size + 255) // 256):
        width = min(256, size - index * 256)
        path = tile_path("entries", index, width)
        body = site.get(path, "application/octet-stream", True)
        at = 0
        for _ in range(width):
            length = int.from_bytes(body[at:at + 2], "big")
            entries.append(body[at + 2:at + 2 + length])
            need(len(entries[-1]) == length == 32, f"{path} has an entry that is no commitment")
            at += 2 + length
        need(at == len(body), f"{path} has bytes behind its entries")
    return entries


def check_tiles(site, leaves):
    """Every hash tile against the rebuilt tree; how many there are."""
    tiles, level, row = 0, 0, leaves
    while row:
        for index in range((len(row) + 255) // 256):
            want = row[index * 256:(index + 1) * 256]
            path = tile_path(level, index, len(want))
            need(site.get(path, "application/octet-stream", True) == b"".join(want),
                 f"{path} is not the tree's")
            tiles += 1
        row = [root_over(row[i:i + 256]) for i in range(0, len(row) - 255, 256)]
        level += 1
    return tiles


class Tiles:
    """Hashes of subtrees, from tiles alone."""

    def __init__(self, site, size):
        self.site, self.size, self.known = site, size, {}

    def tile(self, level, index):
        if (level, index) not in self.known:
            width = min(256, (self.size >> 8 * level) - index * 256)
            body = self.site.get(tile_path(level, index, width), "application/octet-stream", True)
            self.known[level, index] = [body[i:i + 32] for i in range(0, len(body), 32)]
        return self.known[level, index]

    def range_hash(self, begin, end):
        """MTH(D[begin:end]) for a range that a tree of RFC 9162 has as a subtree."""
        count = end - begin
        if count & (count - 1):
            split = 1 << (count - 1).bit_length() - 1
            return node(self.range_hash(begin, begin + split), self.range_hash(begin + split, end))
        height = count.bit_length() - 1
        level, width = height // 8, 1 << height % 8
        first = begin >> 8 * level
        hashes = self.tile(level, first // 256)
        return root_over(hashes[first % 256:first % 256 + width])

    def path(self, index, begin, end):
        """PATH(index, D[begin:end]), the leaf's sibling first."""
        if end - begin == 1:
            return []
        split = begin + (1 << (end - begin - 1).bit_length() - 1)
        if index < split:
            return self.path(index, begin, split) + [self.range_hash(split, end)]
        return self.path(index, split, end) + [self.range_hash(begin, split)]

    def consistency(self, old, begin, end, whole):
        """SUBPROOF(old, D[begin:end], whole) of RFC 9162 section 2.1.4.1."""
        if old == end:
            return [] if whole else [self.range_hash(begin, end)]
        split = begin + (1 << (end - begin - 1).bit_length() - 1)
        if old <= split:
            return self.consistency(old, begin, split, whole) + [self.range_hash(split, end)]
        return self.consistency(old, split, end, False) + [self.range_hash(begin, split)]


def inclusion_root(index, size, hashed, path):
    """RFC 9162 section 2.1.3.2."""
    fn, sn, r = index, size - 1, hashed
    for p in path:
        need(sn > 0, "an inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "an inclusion proof is too short")
    return r


def consistency_roots(first, second, path, first_root):
    """(old root, new root) that the proof leads to; RFC 9162 section 2.1.4.2."""
    path = list(path)
    if first & (first - 1) == 0:
        path = [first_root] + path
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        need(sn > 0, "a consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "a consistency proof is too short")
    return fr, sr


def check_proofs(site, leaves, root):
    size = len(leaves)
    chosen = random.Random(size)
    indices = {0, size - 1, size // 2, *(chosen.randrange(size) for _ in range(20))}
    for index in sorted(indices):
        path = Tiles(site, size).path(index, 0, size)
        need(inclusion_root(index, size, leaves[index], path) == root,
             f"the inclusion of entry {index} does not follow from the tiles")
    sizes = {1, size // 2, size // 256 * 256, chosen.randrange(size)} - {0, size}
    for old in sorted(sizes):
        old_root = root_over(leaves[:old])
        path = Tiles(site, size).consistency(old, 0, size, True)
        need(consistency_roots(old, size, path, old_root) == (old_root, root),
             f"consistency with size {old} does not follow from the tiles")
    return len(indices), len(sizes)


def check_absent(site, size):
    """What lies above the checkpoint, and what is no page."""
    width = size % 256
    above = [f"tile/0/{number_path(size // 256)}", f"tile/entries/{number_path(size // 256)}",
             tile_path(0, size // 256, width + 1) if width < 255 else "x",
             tile_path("entries", size // 256, width + 1) if width < 255 else "x",
             tile_path(1, size // 65536, size // 256 % 256 + 1) if size // 256 % 256 < 255 else "x",
             "tile/8/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/64/000.p/1",
             "tile/0/x000/000", "tile/0/0", "entries", "checkpoint/", ""]
    for path in above:
        status, headers, _ = site.ask(path)
        need(status == 404 and headers["Cache-Control"] == "no-store", f"{path} has status {status}")


def main():
    site = Site(sys.argv[1])
    keys = read_keys(sys.argv[2])
    note = site.get("checkpoint", "text/plain; charset=utf-8", False).decode()
    origin, size, root, counts = read_checkpoint(note, keys)
    listed = site.get("keys", "text/plain; charset=utf-8", False).decode().split("\n")
    need(listed[0].startswith(origin + "+"), "the first key listed is not the log's")
    leaves = [leaf(entry) for entry in fetch_entries(site, size)]
    need(root_over(leaves) == root, "the entries have another root than the checkpoint")
    tiles = check_tiles(site, leaves)
    included, consistent = check_proofs(site, leaves, root) if size else (0, 0)
    check_absent(site, size)
    print(json.dumps({"origin": origin, "size": size, "tiles": tiles, "included": included,
                      "consistent": consistent, "log_lines": counts.get(1, 0),
                      "national_lines": counts.get(0xff, 0), "cosignatures": counts.get(4, 0),
                      "requests": site.requests}))


if __name__ == "__main__":
    main()
