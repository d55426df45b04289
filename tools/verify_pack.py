#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Verifies evidence packs by proto/FORMATS.md alone, sharing no code with the product.

    tools/verify_pack.py PACK --key KEYFILE   verified N entries under checkpoint SIZE
    tools/verify_pack.py --vectors DIR        runs proto/vectors, or others of that form
    tools/verify_pack.py --stream             judges a stream of cases

Exit codes: 0 verified, 2 usage, 3 unreadable file, 7 does not verify; the first
failing entry is named. `--stream` reads cases from the standard input, one JSON object a
line in the form of a case of proto/vectors/packs.json, and prints those it judges otherwise.

Needs Python 3.11 and nothing besides: tools/signatures.py verifies signatures, tools/wire.py
reads protobuf messages.
"""
import argparse
import base64
import functools
import hmac
import json
import pathlib
import re
import sys

from signatures import P256, SM2, ecdsa_verifies, ed25519_verifies, sha256, sm2_verifies, sm3
from wire import ENVELOPE, RECORD, SIGNATURE, Refused, need, parse


# ---- FORMATS 1: conventions.

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

SPKI = {bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"): (1, P256),
        bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004"): (2, SM2)}
DIGESTS = {1: sha256, 2: sm3}
VERIFIES = {1: ecdsa_verifies, 2: sm2_verifies}


@functools.lru_cache(maxsize=4096)
def load_key(spki):
    """(suite, point) of a SubjectPublicKeyInfo."""
    need(len(spki) == 91 and spki[:27] in SPKI, "a key is of another kind")
    suite, curve = SPKI[spki[:27]]
    x, y = int.from_bytes(spki[27:59], "big"), int.from_bytes(spki[59:], "big")
    need(curve.has(x, y), "a key is no point of its curve")
    return suite, (x, y)


@functools.lru_cache(maxsize=65536)
def key_verifies(spki, message, signature):
    suite, point = load_key(spki)
    return VERIFIES[suite](point, message, signature)


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


# ---- FORMATS 4: commitments.

def commitment(salt, record):
    need(len(salt) == 16, "the salt has not 16 bytes")
    return sha256(b"shareway/v1/entry\n" + salt + record)


def log_leaf(entry): return sha256(b"\x00" + entry)


# ---- FORMATS 5: checkpoints.

NAME = re.compile(r"[!-*,-~]{1,255}")
MAX_NOTE = 256 * 1024  # bytes; nothing else bounds the lines, one for each witness
LOG, WITNESS, NATIONAL = b"\x01", b"\x04", b"\xffshareway/v1/sm2-sm3\n"
KEY_SIZES = {LOG: 32, WITNESS: 32, NATIONAL: 91}


def parse_verifier(text):
    """(type, name, hash, key) of NAME+HASH+BASE64."""
    parts = text.split("+", 2)
    need(len(parts) == 3 and NAME.fullmatch(parts[0]), "a verifier key is malformed")
    typed = unbase64(parts[2], "a verifier key")
    key_hash = sha256(parts[0].encode() + b"\n" + typed)[:4]
    need(key_hash.hex() == parts[1], "a verifier key is malformed")
    for kind, size in KEY_SIZES.items():
        if typed.startswith(kind) and len(typed) == len(kind) + size:
            key = typed[len(kind):]
            need(kind != NATIONAL or load_key(key)[0] == 2, "a verifier key is no SM2 key")
            return kind, parts[0], key_hash, key
    raise Refused("a verifier key is of no known type")


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
    need(len(note.encode()) <= MAX_NOTE, "the note is too long")
    need(not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", note), "the note is not plain text")
    blank = note.rfind("\n\n")
    need(blank >= 0 and note.endswith("\n") and len(note) > blank + 2, "the note has no signatures")
    text, lines = note[:blank + 1], note[blank + 2:-1].split("\n")
    signatures = [parse_line(line) for line in lines]
    body = text.split("\n")
    need(len(body) >= 4 and NAME.fullmatch(body[0]), "the note is no checkpoint")
    need(re.fullmatch(r"0|[1-9][0-9]{0,19}", body[1]) and int(body[1]) < 2 ** 64,
         "the note has no tree size")
    root = unbase64(body[2], "the root")
    need(len(root) == 32, "the root has not 32 bytes")
    return text, body[0], int(body[1]), root, signatures


def line_verifies(kind, key, message, signature):
    if kind == NATIONAL:
        return key_verifies(key, message, signature)
    return ed25519_verifies(key, message, signature)


def open_checkpoint(note, cosignatures, verifier_keys):
    """(size, root) of a note that the log signed: one key of each kind that is pinned."""
    verifiers = [parse_verifier(key) for key in verifier_keys]
    text, origin, size, root, signatures = parse_note(note)
    signed = {}  # by one of the pinned keys of the kind?
    for kind, name, key_hash, key in verifiers:
        if kind != WITNESS and name == origin:
            by_key = [raw for n, h, raw in signatures if (n, h) == (name, key_hash)]
            good = bool(by_key) and line_verifies(kind, key, text.encode(), by_key[0])
            signed[kind] = signed.get(kind, False) or good
    need(signed and all(signed.values()), "the checkpoint is not signed by a pinned log's key")
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


# ---- FORMATS 3: acts that an authenticator signed.

def check_webauthn(proof, spki, act_digest, signature):
    need(load_key(spki)[0] == 1 and signature["suite"] == 1, "an authenticator signs by ES256")
    need(signature["key_id"] == sha256(spki), "the signature is by another key")
    need(signature["index"] == 0 and signature["size"] == 1 and not signature["path"],
         "an authenticator signs no batch")
    data, client_data = proof["authenticator_data"], proof["client_data_json"]
    need(len(data) >= 37, "the authenticator data are too short")
    need(data[32] & 5 == 5, "the authenticator did not know the person")
    challenge = base64.urlsafe_b64encode(act_digest).rstrip(b"=")
    need(client_data.startswith(b'{"type":"webauthn.get","challenge":"' + challenge
                                + b'","origin":"'), "the authenticator signed something else")
    need(key_verifies(spki, data + sha256(client_data), signature["bytes"]),
         "the signature does not verify")


def check_entry(entry, size, root, keys):
    leaf = log_leaf(commitment(entry["salt"], entry["record"]))
    need(root_of(sha256, leaf, entry["index"], size, entry["path"]) == root,
         "the path leads to another root")

    def check(what, digest_of, signature, verify=check_batch):
        spki = keys.get(signature["key_id"])
        need(spki is not None, f"{what} is by a key that the pack does not have")
        try:
            verify(spki, digest_of(DIGESTS[load_key(spki)[0]]), signature)
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
        act = record["act"]
        proof = act.get("webauthn")
        check("the act's signature", lambda digest: digest(act["act"]),
              act.get("signature", parse(b"", SIGNATURE)),
              check_batch if proof is None else functools.partial(check_webauthn, proof))


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


RUN = {"batch_signatures": run_batch, "records": run_record, "notes": run_note,
       "national_notes": run_note, "ed25519_edges": run_note, "packs": run_pack,
       "digests": run_digest}


def judge(kind, case):
    """(what the case says, what we say)."""
    want = {"valid": case["valid"], **case.get("want", {})}
    try:
        return want, {"valid": True, **RUN[kind](case)}
    except Refused as refused:
        return want, {"valid": False} | ({} if refused.entry is None else {"entry": refused.entry})


def vectors_of(folder):
    """(kind, file, case) of each."""
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        vectors = json.loads(path.read_text(encoding="utf-8"))
        for case in vectors["cases"]:
            yield vectors["kind"], path.name, case


def stream_of(lines):
    for line in lines:
        yield "packs", "stream", json.loads(line)


def run(cases):
    """How many cases of how many came out as they say; the others are printed."""
    agreed = total = 0
    for kind, place, case in cases:
        want, have = judge(kind, case)
        total += 1
        agreed += have == want
        if have != want:
            print(f"{place}: {case['name']}: want {want}, have {have}\n{json.dumps(case)}",
                  file=sys.stderr)
    return agreed, total


def main():
    parser = argparse.ArgumentParser(description="Verifies evidence packs offline.")
    parser.add_argument("pack", nargs="?", help="the pack, a JSON file")
    parser.add_argument("--key", help="file of verifier keys, one a line")
    parser.add_argument("--vectors", metavar="DIR", help="run the vectors in DIR instead")
    parser.add_argument("--stream", action="store_true", help="judge cases from standard input")
    args = parser.parse_args()
    if args.vectors or args.stream:
        agreed, total = run(vectors_of(args.vectors) if args.vectors else stream_of(sys.stdin))
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
