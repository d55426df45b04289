#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds deploy/statutes/coverage.yaml to account: every rule of law has a row, and no row lies.

  check_law.py            prints one line per fault and exits 1, or one line of counts and exits 0
  check_law.py --table    prints the Markdown summary for the README

A row fails that is missing, unknown, repeated or malformed; that says `built` but names a method
that is in no proto, a test that is nowhere in the tree, a profile value that no profile has, or no
test at all; that says `waits` for no known part of the work; that says `not_software` without a
reason. A test is a TEST_CASE by its full name, or a file by its path or base name.
"""

import os
import re
import sys

import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
STATUTES = os.path.join(ROOT, "deploy", "statutes")

REQUIRED = (["R%02d" % i for i in range(1, 44)] + ["D%d" % i for i in range(1, 15)] +
            ["S1-17", "S1-18", "S1-21", "S1-27", "S1-32", "S1-38", "S2-6", "S2-8", "S2-16",
             "S0-2.1", "S0-2.2", "S0-3.3", "S4-1", "S4-2", "S4-3", "S4-4", "S4-5", "S4-6"])
PARTS = ("audit", "exchange", "sharing requests", "people and access", "catalogue",
         "console", "bulk and subscriptions", "operations", "hardening")
FIELDS = {
    "built": {"id", "title", "articles", "profile_values", "who", "methods", "bad_input", "tests",
              "status", "still"},
    "waits": {"id", "title", "articles", "profile_values", "who", "methods", "bad_input", "tests",
              "status", "waits_for", "still"},
    "not_software": {"id", "title", "articles", "who", "status", "reason"},
}
OPTIONAL = {"profile_values", "still"}
SKIPPED_FOLDERS = {".git", "node_modules", "__pycache__", ".cache"}
STRING = r'"(?:[^"\\]|\\.)*"'
# The name of a test case: adjacent literals are one.
TEST_CASE = re.compile(r"TEST_CASE(?:_METHOD)?\((?:\w+,\s*)?((?:%s\s*)+)" % STRING)


def tree(root):
    """Paths of all files of the project, relative to `root`, build trees left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders
                      if f not in SKIPPED_FOLDERS and not f.startswith("build")]
        for name in files:
            yield os.path.relpath(os.path.join(folder, name), root)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read()


def proto_methods(paths):
    """Full names, PACKAGE.SERVICE/METHOD, of all methods in the protos."""
    methods = set()
    for path in paths:
        if not path.endswith(".proto"):
            continue
        text = re.sub(r"//[^\n]*", "", read(path))
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        # Services are not nested; each reaches to the next one or to the end.
        parts = re.split(r"^service (\w+)", text, flags=re.MULTILINE)
        for service, body in zip(parts[1::2], parts[2::2]):
            for method in re.findall(r"^\s+rpc (\w+)", body, re.MULTILINE):
                methods.add("%s.%s/%s" % (package.group(1), service, method))
    return methods


def tests_in(paths):
    """Names by which a test can be cited."""
    tests = set()
    for path in paths:
        name = os.path.basename(path)
        if name.endswith("_test.cc") or path.startswith("tests" + os.sep):
            tests |= {path, name}
        if path.startswith("tests" + os.sep) and name.endswith(".cc") or name.endswith("_test.cc"):
            for literals in TEST_CASE.findall(read(path)):
                tests.add("".join(s[1:-1] for s in re.findall(STRING, literals)))
        if path in (os.path.join("tools", "demo"), os.path.join("deploy", "demo", "check.py")):
            tests |= {path}
    return tests


def profile_keys():
    """Dotted keys of all profiles beside coverage.yaml."""
    keys = set()

    def walk(node, prefix):
        for key, value in node.items():
            keys.add(prefix + str(key))
            if isinstance(value, dict):
                walk(value, prefix + str(key) + ".")

    for folder, _, files in os.walk(STATUTES):
        for name in files:
            if name.endswith(".yaml") and name != "coverage.yaml":
                with open(os.path.join(folder, name), encoding="utf-8") as source:
                    walk(yaml.safe_load(source) or {}, "")
    return keys


def full_name(method, packages):
    """SERVICE/METHOD with its package, if it came without one."""
    service = method.split("/")[0]
    return "%s.%s" % (packages[service], method) if service in packages else method


class StrictLoader(yaml.SafeLoader):
    """A YAML loader that refuses a repeated key instead of keeping the last one."""


def _unique_mapping(loader, node, deep=False):
    keys = [loader.construct_object(key, deep=True) for key, _ in node.value]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, "key %r occurs twice" % key, node.start_mark)
    return yaml.SafeLoader.construct_mapping(loader, node, deep)


StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def check_shape(row, packages):
    """Faults of one row taken by itself."""
    status = row.get("status")
    if status not in FIELDS:
        return ["status is %r, must be built, waits or not_software" % status]
    faults = []
    for field in sorted(set(row) - FIELDS[status]):
        faults.append("%s does not belong to a row that is %s" % (field, status))
    for field in sorted(FIELDS[status] - OPTIONAL - set(row)):
        faults.append("%s is missing" % field)
    for field in ("title", "who", "bad_input", "reason"):
        if field in row and not (isinstance(row[field], str) and row[field].strip()):
            faults.append("%s is empty" % field)
    for field in ("articles", "methods", "tests", "profile_values"):
        if not isinstance(row.get(field, []), list):
            faults.append("%s is not a list" % field)
    if status == "waits" and row.get("waits_for") not in PARTS:
        faults.append("waits for %r, must be one of %s" % (row.get("waits_for"), ", ".join(PARTS)))
    for rest in row.get("still", []):
        if set(rest) != {"what", "waits_for"} or rest["waits_for"] not in PARTS:
            faults.append("still %r must hold what and waits_for, one of %s" %
                          (rest, ", ".join(PARTS)))
    for method in row.get("methods", []):
        if not re.fullmatch(r"shareway\.\w+\.v\d+\.\w+/\w+", full_name(method, packages)):
            faults.append("method %s is neither a full name nor of a known service" % method)
    return faults


def check_claims(row, packages, methods, tests, profiles):
    """Faults of a row that says that it is built."""
    faults = []
    for method in row.get("methods", []):
        if full_name(method, packages) not in methods:
            faults.append("method %s is in no proto" % full_name(method, packages))
    for test in row.get("tests", []):
        if test not in tests:
            faults.append("test %r is nowhere in the tree" % test)
    if not row.get("tests"):
        faults.append("is built, but no test shows it")
    for key in row.get("profile_values", []):
        if key not in profiles:
            faults.append("profile value %s is in no profile" % key)
    return faults


def check(coverage, methods, tests, profiles):
    """All faults, each with its row's id."""
    packages, rows = coverage["packages"], coverage["rows"]
    ids = [row.get("id") for row in rows]
    faults = ["%s: has no row" % i for i in REQUIRED if i not in ids]
    faults += ["%s: is no rule" % i for i in ids if i not in REQUIRED]
    faults += ["%s: has %d rows" % (i, ids.count(i)) for i in REQUIRED if ids.count(i) > 1]
    for row in rows:
        found = check_shape(row, packages)
        if not found and row["status"] == "built":
            found = check_claims(row, packages, methods, tests, profiles)
        faults += ["%s: %s" % (row.get("id"), fault) for fault in found]
    return faults


def cell(text):
    return str(text).replace("|", "\\|")


def table(rows):
    """The Markdown summary."""
    lines = ["| rule | what it asks | articles | methods | state |",
             "| --- | --- | --- | --- | --- |"]
    for row in rows:
        state = {"built": "built", "not_software": "not software: %s" % row.get("reason"),
                 "waits": "waits for: %s" % row.get("waits_for")}[row["status"]]
        if row.get("still"):
            state += "; later: " + "; ".join(
                "%s (%s)" % (rest["what"], rest["waits_for"]) for rest in row["still"])
        names = ", ".join("`%s`" % m.split("/")[-1] for m in row.get("methods", []))
        lines.append("| %s |" % " | ".join(cell(c) for c in (
            row["id"], row["title"], "; ".join(row["articles"]), names or "–", state)))
    return "\n".join(lines)


def counts(rows):
    states = [row["status"] for row in rows]
    partly = sum(1 for row in rows if row["status"] == "built" and row.get("still"))
    return "%d rules: %d built (%d of them in part), %d waiting, %d not software" % (
        len(rows), states.count("built"), partly, states.count("waits"),
        states.count("not_software"))


def main(args):
    if args not in ([], ["--table"]):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        with open(os.path.join(STATUTES, "coverage.yaml"), encoding="utf-8") as source:
            coverage = yaml.load(source, Loader=StrictLoader)
    except yaml.YAMLError as error:
        print("coverage.yaml: %s" % error)
        return 1
    paths = list(tree(ROOT))
    faults = check(coverage, proto_methods(paths), tests_in(paths), profile_keys())
    if faults:
        print("\n".join(faults))
        return 1
    if args:
        print(table(coverage["rows"]) + "\n")
    print(counts(coverage["rows"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
