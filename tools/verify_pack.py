#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies evidence packs by proto/FORMATS.md alone, sharing no code with the product.

    tools/verify_pack.py PACK --key KEYFILE   verified N entries under checkpoint SIZE
    tools/verify_pack.py --vectors DIR        runs proto/vectors, or others of that form

Exit codes: 0 verified, 2 usage, 3 unreadable file, 7 does not verify; the first
failing entry is named. Needs Python 3.11 and python3-cryptography.
"""
import argparse
import base64
import functools
import hashlib
import hmac
import json
import pathlib
import re
import sys

import sm2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import load_der_public_key


class Refused(Exception):
    """Why something does not verify; `entry` is the log index of the entry, if one failed."""

    def __init__(self, why, entry=None):
        super().__init__(f"entry {entry}: {why}" if entry is not None else why)
        self.entry = entry


def need(condition, why):
    if not condition:
        raise Refused(why)


# ---- FORMATS 1: conventions.

def sha256(data): return hashlib.sha256(data).digest()
def sm3(data): return hashlib.new("sm3", data).digest()


def unbase64(text, what):
    """Strict: standard alphabet, padding, one spelling."""
    need(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text)
         and len(text) % 4 == 0, f"{what} is not base64")
    raw = base64.b64decode(text)
    need(base64.b64encode(raw).decode() == text, f"{what} is not strict base64")
    return raw


# ---- Trees: RFC 6962 with a suite's hashes.

def path_length(index, size):
    length = 0
    while size > 1:
        left = 1 << ((size - 1).bit_length() - 1)
        index, size = (index, left) if index < left else (index - left, size - left)
        length += 1
    return length


def root_of(digest, leaf, index, size, path):
    """The root that the audit path leads to."""
    need(index < size, f"leaf {index} is outside a tree of {size}")
    need(len(path) == path_length(index, size), f"the path has {len(path)} hashes, not the right number")
    need(all(len(h) == 32 for h in path), "a path hash has not 32 bytes")
    steps = []
    while size > 1:
        left = 1 << ((size - 1).bit_length() - 1)
        steps.append(index < left)
        index, size = (index, left) if index < left else (index - left, size - left)
    for below_left, sibling in zip(reversed(steps), path):
        pair = leaf + sibling if below_left else sibling + leaf
        leaf = digest(b"\x01" + pair)
    return leaf


# ---- FORMATS 2: keys and batch signatures.

P256_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
SM2_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
DIGESTS = {1: sha256, 2: sm3}


@functools.cache
def load_key(spki):
    """(suite, key) of a SubjectPublicKeyInfo."""
    need(len(spki) == 91, "a key is of another kind")
    if spki.startswith(P256_SPKI):
        try:
            return 1, load_der_public_key(spki)
        except ValueError:
            raise Refused("a key is no point of P-256") from None
    need(spki.startswith(SM2_SPKI), "a key is of another kind")
    x, y = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
    need(sm2.is_point(x, y), "a key is no point of SM2")
    return 2, (x, y)


@functools.lru_cache(maxsize=4096)
def key_verifies(spki, message, signature):
    suite, key = load_key(spki)
    if suite == 2:
        return sm2.verifies(key, message, signature)
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def check_batch(spki, payload_digest, sig):
    """A batch signature over a payload of which the suite's digest is known."""
    suite = load_key(spki)[0]
    need(sig["suite"] == suite, "the suite is not the key's")
    need(sig["key_id"] == sha256(spki), "the key id is another's")
    need(1 <= sig["size"] <= 1024, f"a batch of {sig['size']} statements")
    need(len(payload_digest) == 32, "the digest has not 32 bytes")
    digest = DIGESTS[suite]
    leaf = digest(b"\x00shareway/v1/statement\n" + payload_digest)
    root = root_of(digest, leaf, sig["index"], sig["size"], sig["path"])
    signed = (b"shareway/v1/batch\n" + bytes([suite]) + sig["key_id"]
              + sig["size"].to_bytes(8, "big") + root)
    need(key_verifies(spki, signed, sig["bytes"]), "the signature does not verify")


# ---- FORMATS 3: messages. {number: (name, type)}; types as in the .proto files.

SIGNATURE = {1: ("suite", "u32"), 2: ("key_id", "bytes"), 3: ("index", "u32"), 4: ("size", "u32"),
             5: ("path", ["bytes"]), 6: ("bytes", "bytes")}
ENVELOPE = {1: ("payload", "bytes"), 2: ("signature", SIGNATURE)}
SIGNED_ACT = {1: ("act", "bytes"), 2: ("signature", SIGNATURE)}
TEXTS = {3: "producer", 7: "agencies", 9: "resource", 10: "request", 11: "grant", 13: "exchange",
         22: "reason", 23: "traceparent", 24: "object", 29: "nodes", 30: "rule"}
RECORD = {**{number: (name, "text") for number, name in TEXTS.items()},
          2: ("kind", "u32"), 5: ("sequence", "u64"), 6: ("time", {}), 12: ("grant_revision", {}),
          17: ("request_digest", "bytes"), 18: ("response_digest", "bytes"),
          25: ("act", SIGNED_ACT), 27: ("request_signature", SIGNATURE),
          28: ("response_signature", SIGNATURE)}
EMPTY = {"u32": 0, "u64": 0, "bytes": b"", "text": ""}


class Wire:
    """Protobuf's wire format, as strict and as lenient as Google's parser."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def varint(self, longest):
        value = 0
        for i in range(longest):
            need(self.at < len(self.raw), "a message is cut")
            byte = self.raw[self.at]
            self.at += 1
            value |= (byte & 0x7F) << 7 * i
            if byte < 0x80:
                return value
        raise Refused("a number in a message is too long")

    def take(self, n):
        need(n <= len(self.raw) - self.at, "a message is cut")
        self.at += n
        return self.raw[self.at - n:self.at]

    def fields(self, depth, group=None):
        """(number, wire type, value) up to the end, or the end of `group`."""
        while self.at < len(self.raw) or group is not None:
            tag = self.varint(5) & 0xFFFFFFFF
            number, kind = tag >> 3, tag & 7
            need(number > 0, "a field is number 0")
            if kind == 0:
                yield number, kind, self.varint(10) & 0xFFFFFFFFFFFFFFFF
            elif kind == 2:
                yield number, kind, self.take(self.varint(5))
            elif kind in (1, 5):
                yield number, kind, self.take(8 if kind == 1 else 4)
            elif kind == 3:
                need(depth > 0, "a message is too deep")
                for _ in self.fields(depth - 1, number):
                    pass
            else:
                need(kind == 4 and number == group, "a field is of no type")
                return


def parse(raw, schema, into=None, depth=100):
    """A message as a dictionary by name; `into` is what it merges with."""
    out = {} if into is None else into
    for name, kind in schema.values():
        if not isinstance(kind, dict):
            out.setdefault(name, [] if isinstance(kind, list) else EMPTY[kind])
    for number, wire, value in Wire(raw).fields(depth):
        name, kind = schema.get(number, (None, None))
        if wire == 2 and isinstance(kind, dict):
            need(depth > 0, "a message is too deep")
            out[name] = parse(value, kind, out.get(name), depth - 1)
        elif wire == 2 and isinstance(kind, list):
            out[name].append(value)
        elif wire == 2 and kind in ("bytes", "text"):
            out[name] = value
            if kind == "text":
                try:
                    out[name] = value.decode()
                except UnicodeDecodeError:
                    raise Refused(f"{name} is not UTF-8") from None
        elif wire == 0 and kind in ("u32", "u64"):
            out[name] = value & 0xFFFFFFFF if kind == "u32" else value
    return out


# ---- FORMATS 4: commitments.

def commitment(salt, record):
    need(len(salt) == 16, "the salt has not 16 bytes")
    return sha256(b"shareway/v1/entry\n" + salt + record)


def log_leaf(entry): return sha256(b"\x00" + entry)


# ---- FORMATS 5: checkpoints.

NAME = re.compile(r"[!-*,-~]{1,255}")
LOG, WITNESS = 1, 4


def parse_verifier(text):
    """(type, name, hash, key) of NAME+HASH+BASE64."""
    parts = text.split("+", 2)
    need(len(parts) == 3 and NAME.fullmatch(parts[0]), "a verifier key is malformed")
    typed = unbase64(parts[2], "a verifier key")
    key_hash = sha256(parts[0].encode() + b"\n" + typed)[:4]
    need(len(typed) == 33 and key_hash.hex() == parts[1], "a verifier key is malformed")
    need(typed[0] in (LOG, WITNESS), f"a verifier key is of type {typed[0]}")
    return typed[0], parts[0], key_hash, typed[1:]


def ed25519_verifies(key, message, signature):
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def parse_line(line):
    """(name, key hash, bytes) of a signature line without its line feed."""
    parts = line[2:].split(" ")
    need(line.startswith("\u2014 ") and len(parts) == 2 and NAME.fullmatch(parts[0]),
         "a signature line is malformed")
    raw = unbase64(parts[1], "a signature line")
    need(len(raw) > 4, "a signature line is too short")
    return parts[0], raw[:4], raw[4:]


def parse_note(note):
    """(text, origin, size, root, signatures)."""
    need(len(note.encode()) <= 65536, "the note is too long")
    need(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", note), "the note is not plain text")
    blank = note.rfind("\n\n")
    need(blank >= 0 and note.endswith("\n") and len(note) > blank + 2, "the note has no signatures")
    text, lines = note[:blank + 1], note[blank + 2:-1].split("\n")
    signatures = [parse_line(line) for line in lines]
    need(len(signatures) <= 100, "the note has too many signatures")
    body = text.split("\n")
    need(len(body) >= 4 and NAME.fullmatch(body[0]), "the note is no checkpoint")
    need(re.fullmatch(r"0|[1-9][0-9]{0,19}", body[1]) and int(body[1]) < 2 ** 64,
         "the note has no tree size")
    root = unbase64(body[2], "the root")
    need(len(root) == 32, "the root has not 32 bytes")
    return text, body[0], int(body[1]), root, signatures


def open_checkpoint(note, cosignatures, verifier_keys):
    """(size, root) of a note that a pinned log key signed."""
    verifiers = [parse_verifier(key) for key in verifier_keys]
    text, origin, size, root, signatures = parse_note(note)
    signed = False
    for kind, name, key_hash, key in verifiers:
        if kind == LOG and name == origin:
            by_key = [raw for n, h, raw in signatures if (n, h) == (name, key_hash)]
            signed = signed or bool(by_key) and ed25519_verifies(key, text.encode(), by_key[0])
    need(signed, "the checkpoint is not signed by a pinned log's key")
    for line in cosignatures:
        need(line.endswith("\n"), "a cosignature has no line feed")
        cosigner, cosigner_hash, raw = parse_line(line[:-1])
        for kind, name, key_hash, key in verifiers:
            if kind == WITNESS and (name, key_hash) == (cosigner, cosigner_hash):
                time = int.from_bytes(raw[:8], "big")
                message = f"cosignature/v1\ntime {time}\n{text}".encode()
                need(len(raw) == 72 and ed25519_verifies(key, message, raw[8:]),
                     f"the cosignature by {name} does not verify")
    return size, root


# ---- FORMATS 6: packs.

def parse_json(raw):
    """JSON without repeated members, fractions or anything that is not JSON."""
    def members(pairs):
        need(len(dict(pairs)) == len(pairs), "a member is there twice")
        return dict(pairs)

    def refuse(text):
        raise Refused(f"{text[:20]} is no number of a pack")

    def whole(text):
        need(not text.startswith("-") and len(text) <= 20, "a number is out of range")
        return int(text)

    try:
        text = raw.decode()
        need(not text.startswith("\ufeff"), "the pack has a byte order mark")
        value = json.loads(text, object_pairs_hook=members, parse_float=refuse, parse_int=whole,
                           parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()  # no half of a surrogate pair
        return value
    except (ValueError, RecursionError):
        raise Refused("the pack is not JSON in UTF-8") from None


def check_shape(value, members, what):
    need(isinstance(value, dict) and set(value) == members, f"{what} has other members")


def strings(value, what):
    need(isinstance(value, list) and all(isinstance(v, str) for v in value),
         f"{what} is no list of strings")
    return value


def read_pack(raw):
    pack = parse_json(raw)
    check_shape(pack, {"format", "checkpoint", "cosignatures", "keys", "entries"}, "the pack")
    need(pack["format"] == "shareway-evidence/1", "the pack is of another format")
    need(isinstance(pack["checkpoint"], str), "the checkpoint is no string")
    strings(pack["cosignatures"], "cosignatures")
    pack["keys"] = [unbase64(key, "a key") for key in strings(pack["keys"], "keys")]
    need(isinstance(pack["entries"], list), "entries is no list")
    for entry in pack["entries"]:
        check_shape(entry, {"index", "salt", "record", "path"}, "an entry")
        index = entry["index"]
        need(type(index) is int and index < 2 ** 64, "an index is no whole number")
        for name in ("salt", "record"):
            entry[name] = unbase64(entry[name], name)
        entry["path"] = [unbase64(h, "a path") for h in strings(entry["path"], "a path")]
        need(all(len(h) == 32 for h in entry["path"]), "a path hash has not 32 bytes")
    return pack


def check_entry(entry, size, root, keys):
    leaf = log_leaf(commitment(entry["salt"], entry["record"]))
    need(root_of(sha256, leaf, entry["index"], size, entry["path"]) == root,
         "the path leads to another root")

    def check(what, digest_of, signature):
        spki = keys.get(signature["key_id"])
        need(spki is not None, f"{what} is by a key that the pack does not have")
        try:
            check_batch(spki, digest_of(DIGESTS[load_key(spki)[0]]), signature)
        except Refused as refused:
            raise Refused(f"{what}: {refused}") from None

    envelope = parse(entry["record"], ENVELOPE)
    record = parse(envelope["payload"], RECORD)
    check("the producer's signature", lambda digest: digest(envelope["payload"]),
          envelope.get("signature", parse(b"", SIGNATURE)))
    for half in ("request", "response"):
        if f"{half}_signature" in record:
            check(f"the {half}'s signature", lambda _: record[f"{half}_digest"],
                  record[f"{half}_signature"])
    if "act" in record:
        check("the act's signature", lambda digest: digest(record["act"]["act"]),
              record["act"].get("signature", parse(b"", SIGNATURE)))


def verify_pack(raw, verifier_keys):
    """(entries, size of the checkpoint); raises Refused."""
    pack = read_pack(raw)
    size, root = open_checkpoint(pack["checkpoint"], pack["cosignatures"], verifier_keys)
    for spki in pack["keys"]:
        load_key(spki)
    keys = {sha256(spki): spki for spki in pack["keys"]}
    need(len(keys) == len(pack["keys"]), "a key is there twice")
    need(pack["entries"], "the pack has no entries")
    before = -1
    for entry in pack["entries"]:
        try:
            need(entry["index"] > before, "the indices do not ascend")
            check_entry(entry, size, root, keys)
        except Refused as refused:
            raise Refused(str(refused), entry["index"]) from None
        before = entry["index"]
    return len(pack["entries"]), size


# ---- Vectors: one function a kind; each returns what the vector must have.

def run_batch(case):
    sig = {**case["signature"]}
    for name in ("key_id", "bytes"):
        sig[name] = unbase64(sig[name], name)
    sig["path"] = [unbase64(h, "path") for h in sig["path"]]
    spki, payload = unbase64(case["spki"], "spki"), unbase64(case["payload"], "payload")
    check_batch(spki, DIGESTS[load_key(spki)[0]](payload), sig)
    return {}


def run_record(case):
    salt, record = unbase64(case["salt"], "salt"), unbase64(case["record"], "record")
    entry = commitment(salt, record)
    body = parse(parse(record, ENVELOPE)["payload"], RECORD)
    return {"commitment": base64.b64encode(entry).decode(),
            "leaf": base64.b64encode(log_leaf(entry)).decode(),
            **{name: body[name] for name in ("kind", "sequence", "producer")}}


def run_note(case):
    size, root = open_checkpoint(case["note"], case["cosignatures"], case["keys"])
    return {"size": size, "root": base64.b64encode(root).decode()}


def run_pack(case):
    raw = case["pack"].encode() if "pack" in case else unbase64(case["pack_base64"], "pack")
    entries, size = verify_pack(raw, case["keys"])
    return {"entries": entries, "size": size}


def run_digest(case):
    text = unbase64(case["text"], "text")
    mac = hmac.new(unbase64(case["secret"], "secret"), case["label"].encode() + b"\n" + text,
                   "sha256").digest()
    return {"digest": base64.b64encode(mac).decode()}


RUN = {"batch_signatures": run_batch, "records": run_record, "notes": run_note, "packs": run_pack,
       "digests": run_digest}


def run_vectors(folder):
    """How many vectors of how many came out as they say."""
    agreed = total = 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        vectors = json.loads(path.read_text(encoding="utf-8"))
        for case in vectors["cases"]:
            want = {"valid": case["valid"], **case.get("want", {})}
            try:
                have = {"valid": True, **RUN[vectors["kind"]](case)}
            except Refused as refused:
                have = {"valid": False}
                if refused.entry is not None:
                    have["entry"] = refused.entry
            total += 1
            agreed += have == want
            if have != want:
                print(f"{path.name}: {case['name']}: want {want}, have {have}", file=sys.stderr)
    return agreed, total


def main():
    parser = argparse.ArgumentParser(description="Verifies evidence packs offline.")
    parser.add_argument("pack", nargs="?", help="the pack, a JSON file")
    parser.add_argument("--key", help="file of verifier keys, one a line")
    parser.add_argument("--vectors", metavar="DIR", help="run the vectors in DIR instead")
    args = parser.parse_args()
    if args.vectors:
        agreed, total = run_vectors(args.vectors)
        print(f"{agreed} of {total} vectors agree")
        return 0 if agreed == total > 0 else 1
    if not args.pack or not args.key:
        parser.error("a pack and --key are needed")
    try:
        raw = pathlib.Path(args.pack).read_bytes()
        lines = pathlib.Path(args.key).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        print(f"verify_pack: {error}", file=sys.stderr)
        return 3
    keys = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    try:
        entries, size = verify_pack(raw, keys)
    except Refused as refused:
        print(f"verify_pack: {refused}", file=sys.stderr)
        return 7
    print(f"verified {entries} entries under checkpoint {size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
