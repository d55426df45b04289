# SPDX-License-Identifier: Apache-2.0
"""Verifies ECDSA over P-256, SM2 over SM3 and Ed25519 in plain Python, for tools/verify_pack.py.

Plain arithmetic and not `openssl pkeyutl`: a process for each signature costs several
milliseconds, and `openssl` forgives spellings of a signature that evidence must refuse.
With a table of multiples for each key a signature costs about a millisecond. An Ed25519 key,
a log's or witness's, signs once in a pack: without a table it costs about two.
In variable time: there is nothing secret in verifying.
"""
import functools
import hashlib
import subprocess
from typing import NamedTuple

SM2_SIGNER = b"1234567812345678"  # GM/T 0009-2012 section 10


def sha256(data): return hashlib.sha256(data).digest()


def sm3(data):
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:  # a Python whose OpenSSL leaves it out
        return subprocess.run(["openssl", "dgst", "-sm3", "-binary"], input=data, check=True,
                              capture_output=True).stdout


# ---- Short Weierstrass curves y² = x³ - 3x + b. Points: affine (x, y); Jacobian (X, Y, Z).

class Curve(NamedTuple):
    p: int
    b: int
    n: int
    g: tuple

    def has(self, x, y):
        return x < self.p and y < self.p and (y * y - x ** 3 + 3 * x - self.b) % self.p == 0


P256 = Curve(
    p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    g=(0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
       0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5))
SM2 = Curve(
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    g=(0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
       0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0))


def double(p, point):
    x, y, z = point
    delta, gamma = z * z % p, y * y % p
    beta = x * gamma % p
    alpha = 3 * (x - delta) * (x + delta) % p
    x3 = (alpha * alpha - 8 * beta) % p
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % p, 2 * y * z % p


def add_affine(p, total, point):
    """total + point; None is the point at infinity."""
    if total is None:
        return *point, 1
    (x1, y1, z1), (x2, y2) = total, point
    zz = z1 * z1 % p
    h = (x2 * zz - x1) % p
    r = (y2 * zz * z1 - y1) % p
    if h == 0:
        return double(p, total) if r == 0 else None
    hh = h * h % p
    hhh, v = h * hh % p, x1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - y1 * hhh) % p, z1 * h % p


@functools.lru_cache(maxsize=256)
def multiples(curve, point):
    """64 rows; row i has d·16^i·point at d, affine, for d = 1 to 15."""
    p, rows, base = curve.p, [], (*point, 1)
    for _ in range(64):
        # Of prime order and below it, so no sum here is infinite.
        x, y, z = base
        inverse = pow(z, -1, p)
        affine = x * inverse ** 2 % p, y * inverse ** 3 % p
        row = [(*affine, 1)]
        for _ in range(14):
            row.append(add_affine(p, row[-1], affine))
        base = add_affine(p, row[-1], affine)
        rows.append([None] + to_affine(p, row))
    return rows


def to_affine(p, points):
    """With one inversion for all."""
    products = [1]
    for _, _, z in points:
        products.append(products[-1] * z % p)
    inverse = pow(products[-1], -1, p)
    out = []
    for (x, y, z), before in zip(reversed(points), reversed(products[:-1])):
        own, inverse = inverse * before % p, inverse * z % p
        out.append((x * own * own % p, y * own ** 3 % p))
    return out[::-1]


def combine_x(curve, s, t, q):
    """The x-coordinate of s·G + t·q; None at infinity. s and t below 2^256."""
    p, total = curve.p, None
    for scalar, point in ((s, curve.g), (t, q)):
        for row in multiples(curve, point):
            if digit := scalar & 15:
                total = add_affine(p, total, row[digit])
            scalar >>= 4
    return None if total is None else total[0] * pow(total[2], -2, p) % p


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


def in_range(curve, der):
    pair = two_integers(der)
    return pair if pair and all(0 < v < curve.n for v in pair) else None


def ecdsa_verifies(point, message, der):
    """ECDSA over P-256 and SHA-256 (FIPS 186-4 section 6.4)."""
    pair = in_range(P256, der)
    if pair is None:
        return False
    (r, s), n = pair, P256.n
    w = pow(s, -1, n)
    x = combine_x(P256, int.from_bytes(sha256(message), "big") * w % n, r * w % n, point)
    return x is not None and x % n == r


def sm2_verifies(point, message, der):
    """SM2 over SM3 (GB/T 32918.2 section 7)."""
    pair = in_range(SM2, der)
    if pair is None:
        return False
    (r, s), n = pair, SM2.n
    curve = b"".join(v.to_bytes(32, "big") for v in (SM2.p - 3, SM2.b, *SM2.g, *point))
    z = sm3((len(SM2_SIGNER) * 8).to_bytes(2, "big") + SM2_SIGNER + curve)
    t = (r + s) % n
    x = combine_x(SM2, s, t, point) if t else None
    return x is not None and (int.from_bytes(sm3(z + message), "big") + x) % n == r


# ---- Ed25519 (RFC 8032). Points: extended (X, Y, Z, T); in tables (Y+X, Y-X, 2dT), Z = 1.

Q = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, Q) % Q
ROOT_OF_MINUS_1 = pow(2, (Q - 1) // 4, Q)


def ed_point(raw):
    """(x, y) of 32 bytes, or None. As the reference code: y is taken modulo 2^255 - 19."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, (number & (2 ** 255 - 1)) % Q
    u, v = (y * y - 1) % Q, (D * y * y + 1) % Q
    x = u * v ** 3 * pow(u * v ** 7, (Q - 5) // 8, Q) % Q
    if (v * x * x - u) % Q:
        x = x * ROOT_OF_MINUS_1 % Q
    if (v * x * x - u) % Q:
        return None
    return (x if x & 1 == sign else -x % Q), y


def ed_bytes(x, y): return (y | (x & 1) << 255).to_bytes(32, "little")


def ed_add(point, row):
    (x, y, z, t), (plus, minus, dt) = point, row
    a, b, c, d = (y - x) * minus % Q, (y + x) * plus % Q, t * dt % Q, 2 * z
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


def ed_row(point):
    x, y, z, _ = point
    inverse = pow(z, -1, Q)
    x, y = x * inverse % Q, y * inverse % Q
    return y + x, y - x, 2 * D * x * y % Q


def ed_double(point):
    x, y, z, _ = point
    a, b = x * x % Q, y * y % Q
    g, h = a - b, a + b
    e, f = h - (x + y) ** 2, 2 * z * z + g
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q


def ed_sixteen(base):
    """The row of d·base at d, for d = 1 to 15; and 16·base."""
    first, points = ed_row(base), [base]
    for _ in range(15):
        points.append(ed_add(points[-1], first))
    return [None] + [ed_row(point) for point in points[:15]], points[15]


@functools.lru_cache(maxsize=1)
def ed_base_multiples():
    """64 rows; row i has d·16^i·BASE at d, for d = 1 to 15."""
    rows, base = [], (*BASE, 1, BASE[0] * BASE[1] % Q)
    for _ in range(64):
        row, base = ed_sixteen(base)
        rows.append(row)
    return rows


def ed_times(scalar, x, y):
    """scalar·(x, y), for a scalar below 2^256."""
    row, _ = ed_sixteen((x, y, 1, x * y % Q))
    total = (0, 1, 1, 0)
    for shift in range(252, -1, -4):
        for _ in range(4):
            total = ed_double(total)
        if digit := scalar >> shift & 15:
            total = ed_add(total, row[digit])
    return total


BASE = ed_point((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))


def ed25519_verifies(key, message, signature):
    """RFC 8032 section 5.1.7 without the cofactor, R compared as bytes."""
    point = ed_point(key)
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or s >= L:
        return False
    r = signature[:32]
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    total = ed_times(k, -point[0] % Q, point[1])
    for row in ed_base_multiples():
        if digit := s & 15:
            total = ed_add(total, row[digit])
        s >>= 4
    inverse = pow(total[2], -1, Q)
    return ed_bytes(total[0] * inverse % Q, total[1] * inverse % Q) == r
