# SPDX-License-Identifier: Apache-2.0
"""Verifies SM2 signatures (GB/T 32918.2) in plain Python, for tools/verify_pack.py.

Slow and in variable time: there is nothing secret in verifying.
"""
import hashlib

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)
SIGNER = b"1234567812345678"


def sm3(data): return hashlib.new("sm3", data).digest()


def add(p, q):
    """p + q in Jacobian coordinates; None is the point at infinity."""
    if p is None or q is None:
        return q if p is None else p
    (x1, y1, z1), (x2, y2, z2) = p, q
    u1, u2 = x1 * z2 * z2 % P, x2 * z1 * z1 % P
    s1, s2 = y1 * z2 ** 3 % P, y2 * z1 ** 3 % P
    if u1 == u2:
        if s1 != s2:
            return None
        m, s = (3 * x1 * x1 + A * z1 ** 4) % P, 4 * x1 * y1 * y1 % P
        x = (m * m - 2 * s) % P
        return x, (m * (s - x) - 8 * y1 ** 4) % P, 2 * y1 * z1 % P
    h, r = u2 - u1, s2 - s1
    x = (r * r - h ** 3 - 2 * u1 * h * h) % P
    return x, (r * (u1 * h * h - x) - s1 * h ** 3) % P, h * z1 * z2 % P


def combine(s, g, t, q):
    """s·g + t·q, for numbers below 2^256."""
    table = [None, g, q, add(g, q)]
    total = None
    for bit in range(255, -1, -1):
        total = add(total, total)
        total = add(total, table[(s >> bit & 1) + 2 * (t >> bit & 1)])
    return total


def two_integers(der):
    """r and s of a DER signature, or None if there is another spelling."""
    def integer(at):
        if der[at:at + 1] != b"\x02" or at + 2 > len(der) or der[at + 1] >= 0x80:
            return None, at
        end = at + 2 + der[at + 1]
        return (int.from_bytes(der[at + 2:end], "big"), end) if end <= len(der) else (None, at)

    def encode(value):
        body = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return b"\x02" + bytes([len(body)]) + body

    r, at = integer(2)
    s, at = integer(at) if r is not None else (None, 0)
    if s is None or max(r, s) >> 256:
        return None
    body = encode(r) + encode(s)
    return (r, s) if der == b"\x30" + bytes([len(body)]) + body else None


def is_point(x, y): return x < P and y < P and (y * y - x ** 3 - A * x - B) % P == 0


def verifies(point, message, der):
    """True if `der` is the signature of `message` under the public key `point`, an (x, y)."""
    parsed = two_integers(der)
    if parsed is None or not all(0 < v < N for v in parsed):
        return False
    r, s = parsed
    x, y = point
    curve = b"".join(v.to_bytes(32, "big") for v in (A, B, *G, x, y))
    z = sm3((len(SIGNER) * 8).to_bytes(2, "big") + SIGNER + curve)
    e = int.from_bytes(sm3(z + message), "big")
    t = (r + s) % N
    total = combine(s, (*G, 1), t, (x, y, 1)) if t else None
    if total is None or total[2] == 0:
        return False
    return (e + total[0] * pow(total[2], -2, P) % P) % N == r
