#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the layering and the house rules that a machine can check.

    tools/check_layers.py              checks the tree; prints file:line: rule; exits 1 on any
    tools/check_layers.py --self-test  checks this script: every rule fires, none fires on good code

System headers are all reachable by the compiler, so link lists enforce nothing; this does.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAX_LINES = 500
SPDX = "// SPDX-License-Identifier: Apache-2.0"

# What a library may include besides itself and absl. Order: base; then the second row, which do
# not know each other (but crypto signs trees); then evidence, outbox, attachment, rpc; then app.
LOW = "codes kv crypto merkle metrics log statute filter"
LIBS = {"base": "", "codes": "base", "kv": "base log", "merkle": "base", "metrics": "base",
        "log": "base", "statute": "base", "filter": "base", "crypto": "base merkle",
        "attachment": "base kv crypto",
        "evidence": "base merkle crypto", "outbox": "base kv crypto evidence log",
        "rpc": f"base {LOW} evidence outbox", "app": f"base {LOW} evidence outbox rpc"}
GENERATED = {"rpc": ["shareway/"], **dict.fromkeys(("evidence", "outbox"), ["shareway/evidence/"])}


def libs(names): return [f"libs/{name}/" for name in names.split()]
S = r"services/(?P<x>\w+)"
TEST = r"(_test\.(cc|h)|/test_\w+\.h|conformance\w*\.(cc|h))$"
# Folders of use cases, by subject, in a service that has many.
SUBJECTS = ["requests", "grants", "disputes", "supervision", "statutes"]
# (layer, the files in it, what they may include); the first match wins; {x} is the service.
LAYERS = [
    ("service test", rf"{S}/.*{TEST}", ["services/{x}/", "libs/", "shareway/", "tests/"]),
    ("library test", rf"libs/.*{TEST}", ["libs/", "shareway/", "tests/"]),
    ("domain", rf"{S}/domain/", libs("base codes statute filter merkle") +
     ["services/{x}/domain/"]),
    ("store", rf"{S}/store/", libs("base kv outbox evidence merkle codes statute filter") +
     ["libs/crypto/hash.h", "libs/crypto/identity.h", "services/{x}/domain/", "services/{x}/store/"]),
    ("rpc", rf"{S}/rpc/", libs("base rpc evidence crypto codes statute filter outbox log metrics "
         "merkle") +
     ["services/{x}/", "shareway/"]),
    ("source", r"services/(?P<x>exchange)/source/", libs("base filter kv") +
     ["services/{x}/domain/", "services/{x}/store/", "services/{x}/source/"]),
    ("search", r"services/(?P<x>catalog)/search/", libs("base codes") +
     ["services/{x}/domain/", "services/{x}/search/"]),
    ("files", r"services/(?P<x>catalog)/files/", libs("base codes") +
     ["services/{x}/domain/", "services/{x}/files/", "services/{x}/store/", "shareway/catalog/"]),
    ("bundle", r"services/(?P<x>catalog)/bundle/", libs("base kv outbox crypto evidence merkle") +
     ["services/{x}/domain/", "services/{x}/store/", "services/{x}/bundle/",
      "shareway/catalog/", "shareway/evidence/"]),
    ("oidc", r"services/(?P<x>console)/oidc/", libs("base crypto") + ["services/{x}/oidc/"]),
    ("notify", r"services/(?P<x>console)/notify/", libs("base crypto") +
     ["services/{x}/domain/", "services/{x}/notify/"]),
    ("gateway", r"services/(?P<x>console)/gateway/", libs("base crypto metrics rpc") +
     ["services/{x}/gateway/", "shareway/"]),
    ("report", rf"{S}/report/", libs("base") + ["services/{x}/report/"]),
    ("http", rf"{S}/http/", libs("base crypto evidence kv log merkle metrics") +
     ["services/{x}/"]),
    ("main", rf"{S}/main\.cc$", ["services/{x}/", "libs/"]),
    ("use case", rf"{S}/(({'|'.join(SUBJECTS)})/)?\w+\.(cc|h)$",
     libs("base kv outbox crypto evidence log metrics statute filter codes merkle attachment") +
     ["services/{x}/domain/", "services/{x}/store/", "services/{x}/source/", "services/{x}/report/",
      "services/{x}/search/", "services/{x}/oidc/", "services/{x}/notify/", "services/{x}/=.h",
      "services/{x}/files/",
      *[f"services/{{x}}/{subject}/" for subject in SUBJECTS]]),
    *[(f"libs/{lib}", rf"libs/{lib}/", libs(f"{lib} {low}") + GENERATED.get(lib, []))
      for lib, low in LIBS.items()],
    ("bench", r"tools/bench_\w+/", [""]),
    ("tool", r"tools/", ["libs/", "services/", "shareway/", "tools/"]),
    ("tests", r"tests/", [""]),
]
OURS = ("libs/", "services/", "shareway/", "tests/", "tools/")

# One third-party package, one home. tests/ and tools/ may use all of them.
RPC = [r"libs/rpc/", r"services/\w+/rpc/"]
GATEWAY = r"services/console/gateway/"
HOMES = {
    "rocksdb/": [r"libs/kv/"],
    "openssl/": [r"libs/crypto/", r"services/console/http/tls_stream"],
    "fido": [r"libs/crypto/"],
    "liboath/": [r"libs/crypto/"],
    "prometheus/": [r"libs/metrics/"],
    "grpc": RPC,
    "google/rpc/": [*RPC, GATEWAY],
    "google/protobuf/": [r"libs/(evidence|outbox|rpc)/", r"services/\w+/(store|rpc)/",
                         r"services/catalog/files/", GATEWAY],
    "yaml-cpp/": [r"libs/statute/"],
    "nlohmann/": [r"libs/(evidence|crypto)/", r"services/exchange/source/",
                  r"services/console/(oidc|notify)/", r"services/catalog/(search|files)/", GATEWAY,
                  TEST],
    "re2/": [r"libs/codes/"],
    "unicode/": [r"libs/codes/", r"services/catalog/(search|files)/"],
    "curl/": [r"services/exchange/source/", r"services/console/(oidc|notify)/"],
    "xlsxwriter": [r"services/sharing/report/", r"services/catalog/files/"],
    "zip.h": [r"services/catalog/files/"],
    "expat.h": [r"services/catalog/files/"],
    "CLI/": [],
    "catch2/": [TEST],
    "groonga": [r"services/catalog/search/"],
    "opencc/": [r"services/catalog/search/"],
    "boost/": [r"services/\w+/http/"],
    "xxhash.h": [r"services/audit/store/"],
    "libpq": [r"libs/kv/", r"services/exchange/source/"],
}
SYSTEM = re.compile(r"[a-z_0-9]+(\.h)?$|(sys|net|netinet|arpa|linux)/")
IMPURE = re.compile(r"absl::Now\b|_clock::now|\btime\(nullptr|gettimeofday|random_device|BitGen")
MARKER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def layer_of(path):
    """The name of the layer that `path` is in and the prefixes it may include."""
    for name, pattern, allowed in LAYERS:
        if match := re.match(pattern, path):
            return name, [prefix.format(**match.groupdict()) for prefix in allowed]
    return "unknown folder", []


def check_include(path, target, quoted):
    """The rule that including `target` breaks, or None."""
    if target.startswith("absl/"):
        return None
    if target.startswith(OURS):
        layer, allowed = layer_of(path)
        own = {prefix[:-3] for prefix in allowed if prefix.endswith("/=.h")}
        beside = os.path.dirname(target) + "/" in own and target.endswith(".h")
        if not beside and not target.startswith(tuple(allowed)):
            return f"{layer}: may not include {target}"
        if target.endswith("_record.pb.h") and not re.match(r"services/\w+/store/|tests/", path):
            return f"record: {target} belongs to store/ alone"
        return None
    for package, homes in HOMES.items():
        if target.startswith(package):
            at_home = any(re.search(home, path) for home in [*homes, "^tests/", "^tools/"])
            return None if at_home else f"{package}: not at home in {path.rsplit('/', 1)[0]}/"
    if quoted or not SYSTEM.match(target):
        return f"package: {target} has no home; include by the full path or give it one"
    return None


def check_cpp(path, lines):
    if not lines or lines[0] != SPDX:
        yield 1, f"spdx: the first line is not {SPDX}"
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "pragma: a header without #pragma once"
    for n, line in enumerate(lines, 1):
        if match := re.match(r'\s*#\s*include\s+(["<])([^">]+)', line):
            if broken := check_include(path, match[2], match[1] == '"'):
                yield n, broken
        if re.match(r"services/\w+/domain/", path) and not re.search(TEST, path):
            if IMPURE.search(line):
                yield n, "clock: domain/ reads no clock and draws no random number"


ELEMENT = re.compile(r"\s*(?:(service|rpc|message|enum|oneof)\s+(\w+)|"
                     r"(?!option\b|syntax\b|package\b)(?:[\w.]+\s+)?(?:[\w.]+|map<[^>]*>)\s+"
                     r"(\w+)\s*=\s*\d|(\w+)\s*=\s*-?\d)")


def check_proto(lines):
    first_value_of = None  # the enum whose first value comes next
    for n, line in enumerate(lines, 1):
        match = ELEMENT.match(line)
        if not match or line.lstrip().startswith("//"):
            continue
        kind, name, field, value = match.groups()
        above = lines[n - 2].strip() if n > 1 else ""
        if not above.startswith("//") and "//" not in line:
            yield n, f"comment: {name or field or value} has no comment directly above"
        if value and first_value_of and not re.match(r"\s*\w+_UNSPECIFIED\s*=\s*0\b", line):
            yield n, f"enum: the first value of {first_value_of} is not …_UNSPECIFIED = 0"
        if kind == "enum":
            first_value_of = name
        elif value or kind:
            first_value_of = None


def check(path, text):
    """Yields (line, broken rule) for one file; `path` is relative to the root."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        yield MAX_LINES + 1, f"length: {len(lines)} lines, want at most {MAX_LINES}"
    for n, line in enumerate(lines, 1):
        if MARKER.search(line):
            yield n, "marker: finish it or file an issue"
    if path.endswith((".cc", ".h")):
        yield from check_cpp(path, lines)
    if path.endswith(".proto"):
        yield from check_proto(lines)


def files():
    """All files that the rules are for, relative to the root."""
    for folder, names, leaves in os.walk(ROOT):
        names[:] = sorted(n for n in names if n not in ("node_modules", "__pycache__", ".git")
                          and not n.startswith("build"))
        for leaf in sorted(leaves):
            path = os.path.relpath(os.path.join(folder, leaf), ROOT)
            script = path.startswith("tools/") and "." not in leaf
            if (script or path.endswith((".cc", ".h", ".py", ".proto", ".ts", ".tsx", ".sh"))) \
                    and not path.startswith("proto/google/"):
                yield path


def self_test():
    """Good and bad snippets: (path, text, the rule that must fire or None)."""
    def inc(path, target, rule=None):
        return path, f"{SPDX}\n#pragma once\n#include {target}\n", rule
    table = [  # file, what it may include, what it may not, the rule that says so
        ("services/a/domain/d.cc", "libs/codes/c.h libs/merkle/m.h",
         "libs/kv/k.h services/b/domain/d.h services/a/store/s.h libs/log/l.h", "domain"),
        ("services/a/store/s.cc", "services/a/store/a_record.pb.h libs/crypto/hash.h",
         "libs/crypto/key.h shareway/a/v1/a.pb.h", "store"),
        ("services/a/rpc/r.cc", "shareway/b/v1/b.pb.h services/a/a.h", "libs/kv/k.h", "rpc"),
        ("services/a/rpc/r.cc", "", "services/a/store/a_record.pb.h", "record"),
        ("services/exchange/source/s.cc", "libs/kv/k.h", "libs/rpc/r.h", "source"),
        ("services/catalog/search/s.cc", "groonga.h", "libs/kv/k.h", "search"),
        ("services/catalog/files/f.cc", "zip.h services/catalog/store/s.h", "libs/kv/k.h", "files"),
        ("services/catalog/bundle/b.cc", "libs/kv/k.h services/catalog/store/s.h",
         "libs/rpc/r.h services/catalog/search/s.h", "bundle"),
        ("services/console/oidc/o.cc", "libs/crypto/id_token.h curl/curl.h nlohmann/json.hpp",
         "libs/rpc/r.h services/console/desk.h", "oidc"),
        ("services/console/notify/n.cc", "libs/crypto/hash.h curl/curl.h nlohmann/json.hpp "
         "services/console/domain/reminder.h", "libs/rpc/r.h services/console/desk.h", "notify"),
        ("services/console/gateway/g.cc", "libs/rpc/channel.h shareway/a/v1/a.pb.h",
         "libs/kv/k.h services/console/desk.h", "gateway"),
        ("services/a/report/r.cc", "services/a/report/r.h libs/base/b.h", "services/a/store/s.h",
         "report"),
        ("services/a/http/h.cc", "boost/beast/http.hpp services/a/a.h services/a/store/s.h",
         "services/b/b.h libs/rpc/r.h", "http"),
        ("services/a/main.cc", "libs/app/a.h services/a/rpc/r.h", "services/b/b.h", "main"),
        ("services/a/a.cc", "services/a/a.h libs/statute/s.h",
         "libs/rpc/r.h services/a/rpc/r.h services/b/b.h", "use case"),
        ("services/a/a_test.cc", "catch2/catch.hpp", "services/b/b.h", "service test"),
        ("libs/kv/kv_test.cc", "libs/log/l.h", "services/a/a.h", "library test"),
        ("libs/crypto/b.h", "libs/merkle/m.h", "libs/log/l.h", "libs/crypto"),
        ("libs/evidence/e.h", "shareway/evidence/v1/e.pb.h", "shareway/a/v1/a.pb.h",
         "libs/evidence"),
        ("libs/rpc/r.h", "libs/log/l.h shareway/a/v1/a.pb.h", "libs/app/a.h", "libs/rpc"),
        *[(f"libs/{lib}/f.cc", "libs/base/b.h", "services/a/a.h", f"libs/{lib}") for lib in LIBS],
        ("tools/shareway/m.cc", "grpcpp/g.h", "tests/support/mini.h", "tool"),
        ("tools/bench_x/m.cc", "tests/support/mini.h", "", None),
        ("tests/scenario/s.cc", "services/a/a.h", "", None),
        ("elsewhere/s.cc", "", "libs/base/b.h", "unknown folder"),
        ("libs/base/f.cc", "libs/base/b.h absl/time/time.h", "bytes.h zlib/z.h", "package"),
        *[("libs/base/f.cc", "", package + "x.h", package) for package in HOMES],
    ]
    cases = [
        *[inc(path, f'"{good}"') for path, goods, _, _ in table for good in goods.split()],
        *[inc(path, f'"{bad}"', rule) for path, _, bads, rule in table for bad in bads.split()],
        inc("libs/base/f.cc", "<sys/stat.h>"), inc("libs/base/f.cc", "<vector>"),
        inc("libs/base/f.cc", "<rocksdb/db.h>", "rocksdb/"),
        inc("libs/base/f.cc", "<zlib/zlib.h>", "package"),
        ("libs/base/f.cc", "#include <vector>\n", "spdx"),
        ("libs/base/f.h", SPDX + "\n", "pragma"),
        ("libs/base/f.cc", SPDX + "\n" * MAX_LINES, None),
        ("libs/base/f.cc", SPDX + "\n" * (MAX_LINES + 1), "length"),
        ("tools/x", "# TO" "DO: later\n", "marker"),
        ("services/a/domain/d.cc", SPDX + "\nauto t = absl::Now();\n", "clock"),
        ("services/a/domain/d_test.cc", SPDX + "\nauto t = absl::Now();\n", None),
        ("p.proto", "// A.\nmessage A {\n  // B.\n  map<string, x.Y> b = 1;\n"
         "  option (p) = {\n    roles: [C]\n  };\n  reserved 2;\n}\n", None),
        ("p.proto", "// E.\nenum E {\n  E_UNSPECIFIED = 0;  // No.\n  // F.\n  F = 1;\n}\n", None),
        ("p.proto", "// E.\nenum E {\n  // F.\n  F = 0;\n}\n", "enum"),
        *[("p.proto", "// A.\n\n" + element, "comment") for element in (
            "service A {", "rpc B(C) returns (D);", "message A {", "enum E {", "oneof o {",
            "optional string s = 1;", "repeated a.B c = 2 [deprecated = true];", "VALUE = 3;")],
    ]
    wrong = 0
    for path, text, rule in cases:
        fired = [broken.split(": ")[0] for _, broken in check(path, text)]
        if fired != ([rule] if rule else []):
            wrong += 1
            print(f"self-test: {path}: want {rule}, fired {fired}\n{text[:300]}")
    free = {"bench", "tests"}  # these may include everything
    untried = ({name for name, _, _ in LAYERS} | set(HOMES)) - free - {rule for _, _, rule in cases}
    for name in sorted(untried):
        print(f"self-test: no bad snippet for {name}")
    print(f"check_layers: self-test, {len(cases)} snippets, {wrong + len(untried)} failed")
    return 1 if wrong or untried else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    broken = 0
    for count, path in enumerate(files(), 1):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            for n, rule in check(path, file.read()):
                broken += 1
                print(f"{path}:{n}: {rule}")
    print(f"check_layers: {count} files, {broken} broken rules", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
