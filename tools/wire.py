# SPDX-License-Identifier: Apache-2.0
"""Reads protobuf messages of shareway/evidence/v1 as Google's parsers do, for
tools/verify_pack.py: as strict, and as lenient."""


class Refused(Exception):
    """Why something does not verify; `entry` is the log index of the entry, if one failed."""

    def __init__(self, why, entry=None):
        super().__init__(f"entry {entry}: {why}" if entry is not None else why)
        self.entry = entry


def need(condition, why):
    if not condition:
        raise Refused(why)


# The messages of FORMATS 3 and 4. {number: (name, type)}; types as in the .proto files.

SIGNATURE = {1: ("suite", "u32"), 2: ("key_id", "bytes"), 3: ("index", "u32"), 4: ("size", "u32"),
             5: ("path", ["bytes"]), 6: ("bytes", "bytes")}
ENVELOPE = {1: ("payload", "bytes"), 2: ("signature", SIGNATURE)}
WEBAUTHN = {1: ("authenticator_data", "bytes"), 2: ("client_data_json", "bytes")}
SIGNED_ACT = {1: ("act", "bytes"), 2: ("signature", SIGNATURE), 3: ("webauthn", WEBAUTHN)}
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
