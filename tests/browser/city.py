#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The demo's city for tests in a browser: what tools/demo starts, with a console that people reach
by name, a signing page on an origin of its own, and authenticators for everybody.

Usage: city.py --bin DIR --web DIR --sign FILE [--steps all|none] [--socket PATH]
  --web     the console's built pages; --sign  the built signing page
  --steps   none: the catalogue is empty and nothing has happened yet
  --socket  stay up, and speak there with whoever comes, one at a time: for whoever writes tests

Speaks JSON, one object a line. First {"ready": …} on standard output, then an answer for each line
of standard input: {"run": [WHO, WORD, …]} runs the command line as somebody, {"account": PERSON}
opens an account, {"opened": PERSON} says that a page did, {"signal": [PROCESS, NAME]} sends a
process a signal, {"restart": PROCESS} ends it and starts it anew (the console with the pages as
they are then), {"request": {}} has one made that waits for its reviewer. Ends with its standard input, and everything it started with it. What the steps
print goes to standard error.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.parse

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/demo"))
from run import Demo  # noqa: E402
from world import Failed, World, hold_port  # noqa: E402

from life import Life  # noqa: E402

PARTY = "share.test"  # the console's name; nobody but the tests' browser resolves it
SIGNING_HOST = "sign." + PARTY
PASSWORD = "yan-shi-liu-lan-qi-1"
# Whose people all come; of the others those alone who publish. Certificates take their time.
WHOLE = ("data-bureau", "civil-affairs", "housing", "tax")
OTHERS = ("CATALOGUE_EDITOR", "DEPARTMENT_HEAD")
ONE_BY_ONE = ("statistics-sharing-head", "old-authority-officer", "old-education-applicant")
# Roles that nobody of the demo holds.
MORE_PEOPLE = [
    {"id": "tax-accounts", "display_name": "演示人员丁01", "agency": "tax",
     "roles": ["ACCOUNT_ADMINISTRATOR"]},
    {"id": "supervisor", "display_name": "演示人员丁02", "agency": "development",
     "roles": ["OUTSIDE_SUPERVISOR"]},
    # One person of several roles: who would leave out what another role still may?
    {"id": "housing-many", "display_name": "演示人员丁03", "agency": "housing",
     "roles": ["APPLICANT", "CATALOGUE_EDITOR", "DATA_STEWARD"]},
]


def encoded(key, private):
    """DER in base64, of the private key or of its SubjectPublicKeyInfo."""
    if private:
        der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    else:
        der = key.public_key().public_bytes(serialization.Encoding.DER,
                                            serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


class City(World):
    """A World that browsers can sign in to."""

    def __init__(self, bin_dir, web, sign):
        super().__init__(bin_dir)
        self.web, self.sign_page = pathlib.Path(web), pathlib.Path(sign)
        whole = [self.agency(alias) for alias in WHOLE]
        self.directory["people"] = [
            p for p in self.directory["people"] if p["agency"] in whole
            or p["id"] in ONE_BY_ONE or p["roles"][0] in OTHERS]
        for person in MORE_PEOPLE:
            person = {**person, "agency": self.agency(person["agency"])}
            self.directory["people"].append(person)
            self.agency_of[person["id"]] = person["agency"]
        self.authenticators = {p["id"]: ec.generate_private_key(ec.SECP256R1())
                               for p in self.directory["people"]}
        self.opened, self.started = {}, {}

    def identities(self):
        count = super().identities()
        self.issue("service", "pages", PARTY, SIGNING_HOST)
        return count + 1

    def plan_ports(self):
        super().plan_ports()
        self.held["sign"] = hold_port()
        self.ports["sign"] = self.held["sign"].getsockname()[1]

    def origin(self, process):
        host = SIGNING_HOST if process == "sign" else PARTY
        return f"https://{host}:{self.ports[process]}"

    def registrations(self):
        path, count = super().registrations()
        with open(path, "a", encoding="utf-8") as lines:
            for person, key in self.authenticators.items():
                lines.write(json.dumps({"key": {
                    "owner": "people/" + person, "use": "WEBAUTHN", "suite": "P256_SHA256",
                    "spki": encoded(key, private=False), "standing": "ACTIVE"}}) + "\n")
        return path, count + len(self.authenticators)

    def start(self, process, home, binary, extra):
        given = extra
        party = [f"--webauthn_id={PARTY}", f"--act_origins={self.origin('sign')}"]
        if process in ("catalog", "sharing", "audit"):
            extra = [*extra, *party]
        if process == "console":
            pages = self.dir / "pages"
            shutil.rmtree(pages, ignore_errors=True)
            shutil.copytree(self.web, pages)
            (pages / "console.json").write_text(json.dumps({
                "signingPage": self.origin("sign") + "/", "relyingParty": PARTY,
                "profile": "cn-2025-809", "provider": False}), "ascii")
            # Of a flag given twice the last counts.
            extra = [*extra, *party, f"--webauthn_origins={self.origin('web')}", f"--web={pages}",
                     f"--web_hosts={PARTY}:{self.ports['web']}",
                     f"--web_tls={self.home('service', 'pages')}", "--web_session_rate=0",
                     "--web_address_rate=0"]
        self.started[process] = (process, home, binary, given)
        return super().start(process, home, binary, extra)

    def serve_signing_page(self):
        """On its own host, with the headers that tools/signing_page/README.md asks for."""
        page = self.sign_page.read_bytes()

        class Handler(http.server.BaseHTTPRequestHandler):
            """Answers every GET with the one file."""
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # noqa: N802
                """Its name is http.server's."""
                self.send_response(200 if self.path == "/" else 404)
                body = page if self.path == "/" else b""
                for name, value in (("Content-Type", "text/html; charset=utf-8"),
                                    ("Content-Length", str(len(body))),
                                    ("Content-Security-Policy", "frame-ancestors 'none'"),
                                    ("X-Frame-Options", "DENY"),
                                    ("X-Content-Type-Options", "nosniff"),
                                    ("Strict-Transport-Security", "max-age=31536000"),
                                    ("Permissions-Policy", "publickey-credentials-get=(self)"),
                                    ("Cache-Control", "no-cache")):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                """Nobody reads it."""

        class Server(http.server.ThreadingHTTPServer):
            """Each connection in a thread: a handshake that rests stops nobody else."""
            daemon_threads = True

            def __init__(self, address, tls):
                super().__init__(address, Handler)
                self.tls = tls

            def finish_request(self, request, client_address):
                try:
                    with self.tls.wrap_socket(request, server_side=True) as line:
                        super().finish_request(line, client_address)
                except OSError:
                    pass  # the browser went away

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        home = self.home("service", "pages")
        tls.load_cert_chain(home / "tls.crt", home / "tls.key")
        server = Server(("127.0.0.1", self.ports["sign"]), tls)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def account(self, person):
        """Opens an account with the common password, once; the TOTP secret in base32, if it was
        opened here. The three administrators' by the codes of the first start."""
        if person not in self.opened:
            codes = dict(line.split() for line in self.first_codes.read_text("ascii").splitlines())
            role = next(p["roles"][0] for p in self.directory["people"] if p["id"] == person)
            made = {"code": codes[role]} if role in codes else \
                self.json("system-administrator", "account", "create", person)
            folder = self.dir / "accounts"
            folder.mkdir(exist_ok=True)
            files = {}
            for name, text in (("code", made["code"]), ("password", PASSWORD)):
                files[name] = folder / f"{person}.{name}"
                files[name].touch(mode=0o600)
                files[name].write_text(text + "\n", "ascii")
            secret = folder / f"{person}.otpauth"
            self.run(person, "account", "redeem", "--code-file", str(files["code"]),
                     "--password-file", str(files["password"]), "--secret-to", str(secret))
            otpauth = urllib.parse.urlparse(secret.read_text("ascii").strip())
            self.opened[person] = urllib.parse.parse_qs(otpauth.query)["secret"][0]
        return {"password": PASSWORD, "totp": self.opened[person]}

    def restart(self, process):
        """Ends a process and waits until it answers again."""
        self.processes[process].terminate()
        self.processes[process].wait(40)
        (self.dir / (process + ".log")).rename(self.dir / (process + ".before.log"))
        self.await_ready(process, self.start(*self.started[process]))

    def facts(self, demo, life):
        """What a test has to know of the city."""
        spki = base64.b64decode(self.spki(self.home("service", "pages") / "tls.crt"))
        people = {p["id"]: {"displayName": p["display_name"], "agency": p["agency"],
                            "roles": p["roles"],
                            "key": encoded(self.authenticators[p["id"]], private=True),
                            "spki": encoded(self.authenticators[p["id"]], private=False)}
                  for p in self.directory["people"]}
        return {"origin": self.origin("web"), "signing": self.origin("sign"), "party": PARTY,
                "hosts": [PARTY, SIGNING_HOST],
                "spkiHash": base64.b64encode(hashlib.sha256(spki).digest()).decode("ascii"),
                "people": people, "agencies": {a["alias"]: {"name": "agencies/" + a["id"],
                                                            "displayName": a["display_name"]}
                                               for a in self.directory["agencies"]},
                "codes": dict(line.split() for line in
                              self.first_codes.read_text("ascii").splitlines()),
                "dir": str(self.dir), "password": PASSWORD, "request": demo.request,
                "grants": demo.grants, "exchange": demo.exchange, "objects": life.names}

    def answer(self, asked):
        """One line of standard input."""
        if "run" in asked:
            return self.run(*asked["run"], want=asked.get("want", 0))
        if "account" in asked:
            return self.account(asked["account"])
        if "signal" in asked:
            process, name = asked["signal"]
            self.processes[process].send_signal(getattr(signal, name))
            return {}
        if "opened" in asked:
            self.opened[asked["opened"]] = None
            return {}
        if "restart" in asked:
            return self.restart(asked["restart"])
        raise ValueError(f"nothing of what is known: {sorted(asked)}")


# The main job but for its 600,000 divisions, which no page shows.
STEPS = ("publish", "load_generated", "direct_2016", "consent_2025", "conditional", "attach",
         "change", "only_granted", "out_of_scope", "dispute", "suspend", "evidence")


def say(out, what):
    out.write(json.dumps(what, ensure_ascii=False) + "\n")
    out.flush()


def converse(city, facts, life, asked, out):
    """Until whoever asks has no more to ask."""
    say(out, {"ready": facts})
    for line in asked:
        try:
            what = json.loads(line)
            say(out, {"answer": life.request() if "request" in what else city.answer(what)})
        except (Failed, KeyError, ValueError, OSError, subprocess.SubprocessError) as error:
            say(out, {"error": f"{type(error).__name__}: {error}"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--web", required=True)
    parser.add_argument("--sign", required=True)
    parser.add_argument("--steps", choices=("all", "none"), default="all")
    parser.add_argument("--socket")
    options = parser.parse_args()
    # A line of the protocol is written to what standard output was; prints of steps go aside.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.default_int_handler)

    with City(options.bin, options.web, options.sign) as city:
        demo = Demo(city)
        for title in ("issue", "services", "register", "nodes",
                      *(STEPS if options.steps == "all" else ())):
            demo.step(title, getattr(demo, title))
        life = Life(city, demo)
        if options.steps == "all":
            demo.step("life", life.all)
        if demo.failures:
            say(out, {"failed": demo.failures})
            return 1
        city.serve_signing_page()
        facts = city.facts(demo, life)
        try:
            if options.socket:
                with socket.socket(socket.AF_UNIX) as door:
                    door.bind(options.socket)
                    door.listen()
                    while True:
                        line, _ = door.accept()
                        with line, line.makefile("r", encoding="utf-8") as asked, \
                                line.makefile("w", encoding="utf-8") as told:
                            converse(city, facts, life, asked, told)
            converse(city, facts, life, sys.stdin, out)
        except KeyboardInterrupt:
            pass
        finally:
            if options.socket:
                os.unlink(options.socket)
    return 0


if __name__ == "__main__":
    sys.exit(main())
