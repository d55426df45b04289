# SPDX-License-Identifier: Apache-2.0
"""The demo's processes: certificates, services and nodes on loopback, and the
command line run as one of the city's people."""

import base64
import concurrent.futures
import json
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOMAIN = "demo.yanshi"
ISSUE = str(ROOT / "deploy/pki/issue")
SERVICES = ("catalog", "sharing", "audit", "console")


class Failed(Exception):
    """A command that should have worked did not, or the other way round."""


def hold_port():
    """A socket bound to a port that the system gave. While it is open the system gives the port to
    nobody else; a server that allows the reuse of addresses can listen there all the same."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def pss_mib(pid):
    """Proportional set size of a process in MiB."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


class World:
    """Everything that runs. Use as a context: leaving it stops the processes."""

    def __init__(self, bin_dir, data=None):
        self.bin = pathlib.Path(bin_dir)
        self.temporary = None if data else tempfile.TemporaryDirectory(prefix="shareway-demo-")
        self.dir = pathlib.Path(data or self.temporary.name)
        self.pki = self.dir / "pki"
        self.directory = json.loads((ROOT / "deploy/demo/directory.json").read_text("utf-8"))
        self.by_alias = {a["alias"]: a for a in self.directory["agencies"]}
        self.agency_of = {p["id"]: p["agency"] for p in self.directory["people"]}
        self.processes, self.ports, self.ready_ms = {}, {}, {}
        self.log_key = ""
        self.first_codes = self.dir / "first-codes.txt"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.processes.values():
            p.send_signal(signal.SIGTERM)
        for name, p in self.processes.items():
            try:
                p.wait(40)
            except subprocess.TimeoutExpired:
                print(f"demo: {name} did not drain; killed")
                p.kill()
                p.wait()
        if self.temporary:
            self.temporary.cleanup()

    def agency(self, alias):
        return "agencies/" + self.by_alias[alias]["id"]

    # Certificates.

    def issue(self, *words):
        done = subprocess.run([ISSUE, words[0], str(self.pki), *words[1:]], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise Failed(f"deploy/pki/issue {' '.join(words)}: {done.stderr.strip()}")

    def spki(self, path):
        out = subprocess.run([ISSUE, "spki", str(path)], capture_output=True, text=True, check=True)
        return out.stdout.strip()

    def identities(self):
        """Issues all certificates; returns how many."""
        self.pki.mkdir(parents=True, exist_ok=True)
        self.issue("init", DOMAIN)
        wanted = [("service", s) for s in SERVICES]
        wanted += [("node", n["agency"].split("/")[1], n["id"]) for n in self.directory["nodes"]]
        wanted += [("system", s["agency"].split("/")[1], s["id"])
                   for s in self.directory["systems"]]
        wanted += [("person", p["id"]) for p in self.directory["people"]]
        wanted += [("agency", h.split("/")[1]) for n in self.directory["nodes"]
                   for h in n["hosted"]]
        wanted += [("log", "audit")]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda words: self.issue(*words), wanted))
        return len(wanted)

    def home(self, kind, *name):
        return self.pki / "-".join((kind, *name))

    # The directory, as lines of DirectoryChange.

    def key_line(self, owner, path, use):
        line = {"key": {"owner": owner, "use": use, "spki": self.spki(path), "standing": "ACTIVE"}}
        if use != "WITNESS":  # an Ed25519 key, without a suite
            line["key"]["suite"] = "P256_SHA256"
        return line

    def person_lines(self, person):
        return [{"person": {"name": "people/" + person["id"],
                            "displayName": person["display_name"], "agency": person["agency"],
                            "roles": person["roles"], "standing": "ACTIVE"}},
                self.key_line("people/" + person["id"],
                              self.home("person", person["id"]) / "tls.crt", "TLS")]

    def agency_line(self, a):
        return {"agency": {"name": "agencies/" + a["id"], "displayName": a["display_name"],
                           "kind": a["kind"], "level": a["level"], "division": a["division"],
                           "authority": a["authority"], "vertical": a["vertical"],
                           "standing": "ACTIVE", "clearance": 2}}

    def authority_line(self, a):
        return {"authority": {"name": "authorities/" + a["id"], "displayName": a["display_name"],
                              "level": a["level"], "division": a["division"],
                              "ownGovernment": a["own_government"], "profile": a["profile"],
                              "agency": a["agency"]}}

    def bootstrap(self):
        """What the catalogue must know before anybody can sign anything."""
        first = [p for p in self.directory["people"] if p["id"] == "security-administrator"]
        bureau = next(a for a in self.directory["agencies"]
                      if "agencies/" + a["id"] == first[0]["agency"])
        lines = [self.authority_line(next(a for a in self.directory["authorities"]
                                          if "authorities/" + a["id"] == bureau["authority"])),
                 self.agency_line(bureau)]
        for person in first:
            lines += self.person_lines(person)
        for service in SERVICES:
            home = self.home("service", service)
            lines.append(self.key_line("services/" + service, home / "tls.crt", "TLS"))
            lines.append(self.key_line("services/" + service, home / "message.pub.pem", "MESSAGE"))
        path = self.dir / "bootstrap.jsonl"
        path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
        return path

    def registrations(self):
        """Everybody and everything else, to be put by the security administrator."""
        known = next(p for p in self.directory["people"] if p["id"] == "security-administrator")
        lines = []
        for a in self.directory["agencies"]:
            if "agencies/" + a["id"] != known["agency"]:
                owner = next(x for x in self.directory["authorities"]
                             if "authorities/" + x["id"] == a["authority"])
                # An authority and its own agency name each other: the agency comes first.
                if "agencies/" + a["id"] == owner["agency"]:
                    bare = self.authority_line(owner)
                    del bare["authority"]["agency"]
                    lines += [bare, self.agency_line(a), self.authority_line(owner)]
        put = {x["agency"]["name"] for x in lines if "agency" in x} | {known["agency"]}
        lines += [self.agency_line(a) for a in self.directory["agencies"]
                  if "agencies/" + a["id"] not in put]
        for s in self.directory["systems"]:
            name = f"{s['agency']}/systems/{s['id']}"
            lines.append({"system": {"name": name, "displayName": s["display_name"],
                                     "standing": "ACTIVE"}})
            home = self.home("system", s["agency"].split("/")[1], s["id"])
            lines.append(self.key_line(name, home / "tls.crt", "TLS"))
        for n in self.directory["nodes"]:
            name = f"{n['agency']}/nodes/{n['id']}"
            home = self.home("node", n["agency"].split("/")[1], n["id"])
            lines.append({"node": {"name": name, "standing": "ACTIVE",
                                   "address": f"127.0.0.1:{self.ports[self.node_process(n)]}",
                                   "hostedAgencies": n["hosted"]}})
            for hosted in n["hosted"]:  # it signs there under a key of its own
                own = self.home("agency", hosted.split("/")[1])
                lines.append(self.key_line(hosted, own / "message.pub.pem", "MESSAGE"))
            lines.append(self.key_line(name, home / "tls.crt", "TLS"))
            lines.append(self.key_line(name, home / "message.pub.pem", "MESSAGE"))
            lines.append(self.key_line(name, home / "witness.pub.pem", "WITNESS"))
        for p in self.directory["people"]:
            if p is not known:
                lines += self.person_lines(p)
        path = self.dir / "registrations.jsonl"
        path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
        return path, len(lines)

    def node_process(self, node):
        alias = next(a["alias"] for a in self.directory["agencies"]
                     if "agencies/" + a["id"] == node["agency"])
        return f"node-{alias}"

    # Processes.

    def plan_ports(self):
        names = [*SERVICES, "web"]
        names += [self.node_process(n) for n in self.directory["nodes"]]
        self.held = {name: hold_port() for name in names}
        self.ports = {name: held.getsockname()[1] for name, held in self.held.items()}

    def at(self, process):
        return f"127.0.0.1:{self.ports[process]}"

    def pages(self):
        """Where a browser finds the console."""
        return f"https://localhost:{self.ports['web']}/"

    def start(self, process, home, binary, extra):
        command = [str(self.bin / binary), f"--listen={self.at(process)}",
                   f"--store=rocksdb:{self.dir / (process + '.db')}", f"--tls={home}",
                   f"--message_key={home / 'message.key'}", f"--catalog={self.at('catalog')}",
                   f"--audit={self.at('audit')}", f"--audit_key=@{self.dir / 'audit.vkey'}",
                   "--metrics=127.0.0.1:0", f"--port_file={self.dir / (process + '.ports')}",
                   "--reflection", *extra]
        log = open(self.dir / (process + ".log"), "ab")  # pylint: disable=consider-using-with
        begin = time.monotonic()
        self.processes[process] = subprocess.Popen(command, stdout=log, stderr=log,
                                                   stdin=subprocess.DEVNULL)
        log.close()
        return begin

    def await_ready(self, process, begin, limit=60):
        """Waits for the line that says ready; keeps how long it took."""
        path = self.dir / (process + ".log")
        while time.monotonic() < begin + limit:
            text = path.read_text("utf-8", "replace") if path.exists() else ""
            if '"event":"ready","ready":true' in text:
                self.ready_ms[process] = (time.monotonic() - begin) * 1000
                return
            if self.processes[process].poll() is not None:
                raise Failed(f"{process} ended:\n{text[-2000:]}")
            time.sleep(0.005)
        raise Failed(f"{process} is not ready after {limit} s:\n{text[-2000:]}")

    def start_services(self):
        deploy = ROOT / "deploy"
        home = self.home("service", "audit")
        (self.dir / "audit.vkey").unlink(missing_ok=True)
        audit = self.start("audit", home, "shareway-audit",
                           [f"--log_key={self.home('log', 'audit') / 'log.key'}",
                            f"--origin={DOMAIN}/audit", f"--vkey_file={self.dir / 'audit.vkey'}"])
        while not (self.dir / "audit.vkey").exists():
            if self.processes["audit"].poll() is not None:
                raise Failed((self.dir / "audit.log").read_text("utf-8")[-2000:])
            time.sleep(0.005)
        self.log_key = (self.dir / "audit.vkey").read_text("utf-8").strip()
        catalog = self.start("catalog", self.home("service", "catalog"), "shareway-catalog",
                             [f"--bootstrap={self.bootstrap()}",
                              f"--statutes={deploy / 'statutes'}",
                              f"--calendars={deploy / 'calendars'}",
                              f"--synonyms={deploy / 'sources' / 'synonyms.txt'}",
                              f"--categories={deploy / 'categories' / 'government.json'}",
                              f"--extensions={deploy / 'extensions' / 'sichuan.json'}",
                              f"--attachment_key={self.home('service', 'catalog')}/attachment.key",
                              f"--sharing={self.at('sharing')}"])
        self.await_ready("catalog", catalog)
        sharing = self.start("sharing", self.home("service", "sharing"), "shareway-sharing",
                             [f"--statutes={deploy / 'statutes'}",
                              f"--calendars={deploy / 'calendars'}",
                              f"--attachment_key={self.home('service', 'sharing')}/attachment.key"])
        pages = self.bin.parent / "web"  # ninja console_pages
        console = self.start("console", self.home("service", "console"), "shareway-console",
                             [f"--factor_key={self.home('service', 'console')}/factor.key",
                              f"--first_codes={self.first_codes}",
                              f"--web_listen={self.at('web')}",
                              f"--web_hosts={self.at('web')},localhost:{self.ports['web']}",
                              f"--web_sharing={self.at('sharing')}",
                              *([f"--web={pages}"] if (pages / "index.html").exists() else [])])
        self.await_ready("audit", audit)
        self.await_ready("sharing", sharing)
        self.await_ready("console", console)

    def start_nodes(self):
        begins = {}
        rules = ROOT / "deploy" / "aggregation" / "rules.json"
        for node in self.directory["nodes"]:
            process = self.node_process(node)
            home = self.home("node", node["agency"].split("/")[1], node["id"])
            secret = home / "agency.secret"
            if not secret.exists():
                secret.write_bytes(secrets.token_bytes(32))
                secret.chmod(0o600)
            hosted = ",".join(f"{h}={self.home('agency', h.split('/')[1])}"
                              for h in node["hosted"])
            begins[process] = self.start(process, home, "shareway-exchange",
                                         [f"--sharing={self.at('sharing')}",
                                          f"--agency_secret={secret}",
                                          f"--witness_key={home / 'witness.key'}",
                                          f"--aggregation_rules={rules}",
                                          *([f"--hosted={hosted}"] if hosted else [])])
        for process, begin in begins.items():
            self.await_ready(process, begin)

    # The command line, as somebody.

    def flags(self, who):
        """Flags of the CLI for a person's id, or for alias/system."""
        alias = None
        if "/" in who:
            alias, system = who.split("/")
            home = self.home("system", self.by_alias[alias]["id"], system)
        else:
            home = self.home("person", who)
            agency = self.agency_of[who]
            alias = next(a["alias"] for a in self.directory["agencies"]
                         if "agencies/" + a["id"] == agency)
        flags = ["--identity", str(home), "--catalog", self.at("catalog"),
                 "--sharing", self.at("sharing"), "--audit", self.at("audit"),
                 "--console", self.at("console")]
        serving = next((n for n in self.directory["nodes"]
                        if self.agency(alias) in (n["agency"], *n["hosted"])), None)
        if serving and self.node_process(serving) in self.ports:
            node = f"shareway://{DOMAIN}/agency/{serving['agency'].split('/')[1]}/node/n1"
            flags += ["--node", self.at(self.node_process(serving)), "--node-uri", node]
        return flags

    def run(self, who, *words, want=0, timeout=120):
        """Runs `shareway words…` as `who`; returns what it printed. `want` is the exit code."""
        command = [str(self.bin / "shareway"), *(self.flags(who) if who else []), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                              check=False, env={**os.environ, "SHAREWAY_CONFIG": os.devnull})
        if done.returncode != want:
            raise Failed(f"shareway {' '.join(words)} (as {who}) exited {done.returncode}, "
                         f"want {want}: {(done.stderr or done.stdout).strip()[:800]}")
        return done.stdout if want == 0 else done.stdout + done.stderr

    def json(self, who, *words, **more):
        return json.loads(self.run(who, "-o", "json", *words, **more))


def until(action, enough=lambda answer: True, limit=5):
    """What `action` answers, asked again for `limit` seconds while it fails or is not enough."""
    end = time.monotonic() + limit
    while True:
        late = time.monotonic() > end
        try:
            answer = action()
            if late or enough(answer):
                return answer
        except Failed:
            if late:
                raise
        time.sleep(0.05)


def flip_byte(path, out):
    """Copies a pack with one bit of one record changed."""
    pack = json.loads(pathlib.Path(path).read_text("utf-8"))
    record = bytearray(base64.b64decode(pack["entries"][0]["record"]))
    record[len(record) // 2] ^= 1
    pack["entries"][0]["record"] = base64.b64encode(bytes(record)).decode("ascii")
    pathlib.Path(out).write_text(json.dumps(pack), "utf-8")
