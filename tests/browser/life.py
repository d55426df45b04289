# SPDX-License-Identifier: Apache-2.0
"""What the demo's main job leaves out and pages show: one object of each kind that has a page."""

import datetime
import json

from run import MARRIAGES
from world import ROOT


def day(days):
    """So many days from today, as the law counts them."""
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8, days=days)
    return now.date().isoformat()


class Life:
    """`names` has the name of each object made, by kind."""

    def __init__(self, city, demo):
        self.city, self.demo, self.names = city, demo, {}

    def file(self, name, text):
        path = self.city.dir / name
        path.write_text(text, "utf-8")
        return str(path)

    def request(self, *more):
        """One that waits for its provider's reviewer."""
        asked = self.demo.ask("housing-applicant", MARRIAGES, ["cert_no", "kind", "office"], *more)
        assert asked["state"] == "IN_REVIEW", asked
        return asked["name"]

    def correction(self):
        return self.city.json("tax-applicant", "correction", "open", "--resource", MARRIAGES,
                              "--item", "kind", "--description", "登记类别与证件不一致")["name"]

    def finding(self):
        return self.city.json("civil-affairs-sharing-head", "finding", "report", "--about",
                              self.city.agency("tax"), "--detector", "r25-40-6", "--summary",
                              "未按规定留存使用记录", "--evidence",
                              f"{self.demo.grants['marriages']}=该授权的使用记录缺失")["name"]

    def circular(self):
        sure = self.finding()
        self.city.run("authority-officer", "finding", "confirm", sure, "--reasons", "已核实")
        return self.city.json("authority-officer", "finding", "circular", "--finding", sure,
                              "--title", "关于数据安全责任的通报", "--document", "演数通〔2026〕1号",
                              "--file", self.file("circular.txt", "通报全文\n"))["name"]

    def source(self):
        return self.city.json("authority-officer", "source", "designate", "sources/marriage-kind",
                              "--title", "婚姻登记类别", "--resource", MARRIAGES, "--item", "kind",
                              "--document", "演数〔2026〕1号")["name"]

    def mandate(self):
        return self.city.json("authority-officer", "mandate", "put", "mandates/inspection",
                              "--number", "演监〔2026〕1号", "--document",
                              self.file("mandate.txt", "监督检查通知\n"), "--issuer",
                              "演示市人民检察院", "--supervisor", "supervisor", "--agency",
                              self.city.agency("tax"), "--from", day(0), "--to", day(60))["name"]

    def node(self):
        """An agency applies to connect one."""
        agency = self.city.agency("housing")
        self.city.issue("node", agency.split("/")[1], "n1")
        home, name = self.city.home("node", agency.split("/")[1], "n1"), agency + "/nodes/n1"
        keys = [self.city.key_line(name, home / "tls.crt", "TLS")["key"],
                self.city.key_line(name, home / "message.pub.pem", "MESSAGE")["key"]]
        for key in keys:
            del key["standing"]
        protection = {"level": 3, "filingNumber": "99010043210-26001", "lastTestDate": day(-100),
                      "nextTestDate": day(265), "contractor": "演示运维公司",
                      "contract": "演示合同 2026-1", "contractEndDate": day(300)}
        application = {"node": {"name": name, "address": "127.0.0.1:7443"},
                       "protection": protection, "keys": keys}
        return self.city.json("housing-sharing-head", "node", "apply",
                              self.file("node.json", json.dumps(application)))["node"]["name"]

    def evaluation(self):
        year = str(int(day(0)[:4]) - 1)
        text = self.file("year.txt", "全年情况\n")
        self.city.run("tax-head", "score", "submit-annual", "--year", year, "--file", text)
        self.city.run("authority-officer", "score", "evaluate", "--year", year, "--file", text)
        return year

    def proposal(self):
        self.city.account("tax-clerk")
        return self.city.json("system-administrator", "account", "propose", "tax-clerk",
                              "--grant", "APPLICANT", "--reason", "兼任申请员")["name"]

    def draft(self):
        """A catalogue entry that its editor still writes."""
        entries = json.loads((ROOT / "deploy/demo/catalogue.json").read_text("utf-8"))
        entry = next(e for e in entries if e["provider"] == self.city.agency("housing"))
        entry |= {"code": entry["code"].split("/")[0] + "/000901", "title": "住房保障对象信息（草稿）"}
        return self.city.json("housing-editor", "catalog", "create",
                              self.file("draft.json", json.dumps(entry)))["name"]

    def demand(self):
        return self.city.json("tax-applicant", "demand", "create", "--title", "演示停车位信息",
                              "--item", "车位编号", "--legal-basis",
                              "《演示市税收征管办法》第三条", "--scenario", "核定税种")["name"]

    def inquiry(self):
        return self.city.json("housing-applicant", "inquiry", "open", MARRIAGES, "--question",
                              "登记类别有哪些取值？")["name"]

    def complaint(self):
        return self.city.json("authority-officer", "complaint", "open", "--kind", "RIGHTS",
                              "--about", self.city.agency("tax"), "--file-number",
                              "演诉〔2026〕1号", "--text", "办事窗口要求重复提交材料")["name"]

    def draft_request(self):
        """One that its applicant still writes."""
        return self.city.json("tax-applicant", "request", "create", "--resource", MARRIAGES,
                              "--items", "cert_no,kind", "--purpose", "WORK_REFERENCE", "--method",
                              "QUERY", "--legal-basis", "《演示市税收征管办法》第三条", "--scenario",
                              "核对登记信息", "--start", day(0), "--end", day(90))["name"]

    def service_change(self):
        return self.city.json("civil-affairs-sharing-head", "service-change", "propose",
                              "--resource", MARRIAGES, "--kind", "CHANGE", "--reason",
                              "停止提供登记机关简称", "--effect", day(60))["name"]

    def incident(self):
        happened = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        return self.city.json("housing-sharing-head", "incident", "report", "--severity", "GENERAL",
                              "--title", "接口夜间异常调用", "--text", "同一系统一小时内调用三千次",
                              "--time", happened.isoformat(timespec="seconds"))["name"]

    def project(self):
        project = {"title": "住房保障一网通办", "approvalNumber": "演发改〔2026〕1号",
                   "budgetSource": "市级财政", "duties": "住房保障资格审核", "year": int(day(0)[:4]),
                   "systems": [{"title": "住房保障受理系统", "duties": "受理"}]}
        return self.city.json("housing-editor", "project", "create",
                              self.file("project.json", json.dumps(project)))["name"]

    def all(self):
        for kind in ("request", "correction", "finding", "circular", "source", "mandate", "node",
                     "evaluation", "proposal", "draft", "demand", "inquiry", "complaint",
                     "draft_request", "service_change", "incident", "project"):
            try:
                self.names[kind] = getattr(self, kind)()
            except Exception as error:
                raise type(error)(f"{kind}: {error}") from error
        return ", ".join(self.names.values())
