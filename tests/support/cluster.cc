// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cluster.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "google/protobuf/util/json_util.h"
#include "libs/codes/credit_code.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/console/v1/account_service.pb.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "shareway/sharing/v1/statute.pb.h"

namespace shareway::testing {
namespace {

using catalog::v1::DirectoryChange;
using catalog::v1::Key;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "cluster: %s\n", why.c_str());
  std::abort();
}

struct Role {
  const char* name;
  std::vector<shareway::Role> roles;
};

const std::vector<Role>& AgencyRoles() {
  static const auto& roles = *new std::vector<Role>{
      {"editor", {shareway::CATALOGUE_EDITOR}},
      {"head", {shareway::DEPARTMENT_HEAD}},
      {"sharing-head", {shareway::SHARING_HEAD}},
      {"reviewer", {shareway::PROVIDER_REVIEWER}},
      {"applicant", {shareway::APPLICANT}},
      {"steward", {shareway::DATA_STEWARD}}};
  return roles;
}

}  // namespace

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

Cluster::Cluster(Options options) : options_(std::move(options)), pki_(dir_.path()) {
  const std::vector<std::string> order = [&] {
    std::vector<std::string> names = {"catalog", "audit", "sharing"};
    if (options_.console) names.push_back("console");
    for (const std::string& node : options_.nodes) names.push_back(node + "-node");
    for (const std::string& node : options_.replicas) names.push_back(node + "-node2");
    return names;
  }();
  for (const std::string& process : order) ports_.try_emplace(process);
  MakeIdentities();
  WriteBootstrap();
  for (const std::string& process : order) Start(process);
  for (const std::string& process : order) AwaitReady(process);
}

Cluster::~Cluster() {
  channels_.clear();
  for (auto& [name, child] : children_) child->Signal(SIGTERM);
  for (auto& [name, child] : children_) child->Wait(absl::Seconds(10));
}

std::string Cluster::Agency(const std::string& alias) const {
  return absl::StrCat("agencies/", codes_.at(alias));
}

void Cluster::MakeIdentities() {
  auto put = [&](auto fill) {
    DirectoryChange change;
    fill(&change);
    bootstrap_.push_back(std::move(change));
  };
  auto key = [&](const std::string& owner, const crypto::PublicKey& public_key, Key::Use use) {
    put([&](DirectoryChange* change) {
      Key* out = change->mutable_key();
      out->set_name(crypto::KeyName(public_key.id()));
      out->set_owner(owner);
      out->set_use(use);
      if (use != Key::WITNESS) out->set_suite(evidence::v1::P256_SHA256);
      out->set_spki(public_key.spki());
      out->set_standing(catalog::v1::ACTIVE);
    });
  };
  auto issue = [&](const std::string& label, const std::string& uri, const std::string& owner) {
    identities_.emplace(label, pki_.Issue(label, {uri}));
    uris_[label] = uri;
    key(owner, identities_.at(label).key.public_key(), Key::TLS);
  };
  auto message_key = [&](const std::string& label, const std::string& owner) {
    message_keys_.emplace(label, crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256));
    WriteFile(identities_.at(label).dir + "/message.key", message_keys_.at(label).ToPem());
    key(owner, message_keys_.at(label).public_key(), Key::MESSAGE);
  };
  auto person = [&](const std::string& who, const std::string& agency,
                    const std::vector<shareway::Role>& roles) {
    put([&](DirectoryChange* change) {
      auto* out = change->mutable_person();
      out->set_name(Person(who));
      out->set_display_name("演示 " + who);
      out->set_agency(Agency(agency));
      for (shareway::Role role : roles) out->add_roles(role);
      out->set_standing(catalog::v1::ACTIVE);
    });
    issue(who, absl::StrCat("shareway://", options_.domain, "/person/", who), Person(who));
  };

  int organisation = 1;
  for (const char* alias : {kStatistics, kCivil, kTax, kHousing, kBureau, kOldCivil, kOldSchool,
                            kOldBureau}) {
    char digits[9];
    std::snprintf(digits, sizeof(digits), "MB%06d", organisation++);
    const auto code = codes::MakeCreditCode(
        '1', '1', absl::StartsWith(alias, "old") ? "990200" : "990100", digits);
    if (!code.ok()) Die(std::string(code.status().message()));
    codes_[alias] = code->text;
  }
  for (const auto& [name, division, agency, profile] :
       {std::tuple<const char*, const char*, const char*, const char*>{"city", "990100", kBureau,
                                                                       "cn-2025-809"},
        {"oldcity", "990200", kOldBureau, "cn-2016-51"}}) {
    put([&, n = name, d = division, a = agency, p = profile](DirectoryChange* change) {
      auto* out = change->mutable_authority();
      out->set_name(absl::StrCat("authorities/", n));
      out->set_display_name(absl::StrCat("演示", n, "数据管理局"));
      out->set_level(catalog::v1::CITY);
      out->set_division(d);
      out->set_own_government(absl::StrCat("演示", n, "人民政府"));
      out->set_profile(p);
      out->set_agency(Agency(a));
    });
  }
  for (const auto& [alias, code] : codes_) {
    const bool old = absl::StartsWith(alias, "old");
    put([&, a = alias](DirectoryChange* change) {
      auto* out = change->mutable_agency();
      out->set_name(Agency(a));
      out->set_display_name(absl::StrCat("演示", a, "局"));
      out->set_kind(catalog::v1::Agency::ORGAN);
      out->set_level(catalog::v1::CITY);
      out->set_division(old ? "990200" : "990100");
      out->set_authority(old ? "authorities/oldcity" : "authorities/city");
      out->set_standing(catalog::v1::ACTIVE);
      out->set_clearance(2);
    });
    for (const Role& role : AgencyRoles()) {
      person(absl::StrCat(alias, "-", role.name), alias, role.roles);
    }
  }
  for (const char* bureau : {kBureau, kOldBureau}) {
    person(absl::StrCat(bureau, "-officer"), bureau, {shareway::SHARING_AUTHORITY});
    person(absl::StrCat(bureau, "-recording"), bureau, {shareway::RECORDING_OFFICER});
  }
  person("security", kBureau, {shareway::SECURITY_ADMINISTRATOR});
  person("auditor", kBureau, {shareway::AUDITOR});

  std::vector<std::string> services = {"catalog", "audit", "sharing"};
  if (options_.console) {
    person("system-administrator", kBureau, {shareway::SYSTEM_ADMINISTRATOR});
    person("audit-administrator", kBureau, {shareway::AUDIT_ADMINISTRATOR});
    services.push_back("console");
  }
  for (const std::string& service : services) {
    issue(service, absl::StrCat("shareway://", options_.domain, "/service/", service),
          absl::StrCat("services/", service));
    message_key(service, absl::StrCat("services/", service));
  }
  std::set<std::string> with_system = {kStatistics, kCivil, kTax};
  with_system.insert(options_.nodes.begin(), options_.nodes.end());
  for (const auto& [guest, host] : options_.hosted) with_system.insert(guest);
  for (const std::string& alias : with_system) {
    put([&](DirectoryChange* change) {
      auto* out = change->mutable_system();
      out->set_name(Agency(alias) + "/systems/s1");
      out->set_display_name(absl::StrCat("演示", alias, "业务系统"));
      out->set_standing(catalog::v1::ACTIVE);
    });
    issue(absl::StrCat(alias, "-system"),
          absl::StrCat("shareway://", options_.domain, "/agency/", codes_[alias], "/system/s1"),
          Agency(alias) + "/systems/s1");
  }
  std::map<std::string, std::string> secrets;  // of agencies, shared by their nodes
  auto node = [&](const std::string& alias, const std::string& name, const std::string& label) {
    const std::string full_name = Node(alias, name);
    put([&](DirectoryChange* change) {
      auto* out = change->mutable_node();
      out->set_name(full_name);
      out->set_address(absl::StrCat("127.0.0.1:", PortOf("", label)));
      out->set_standing(catalog::v1::ACTIVE);
      for (const auto& [guest, host] : options_.hosted) {
        if (host == alias && name == "n1") out->add_hosted_agencies(Agency(guest));
      }
    });
    issue(label, absl::StrCat("shareway://", options_.domain, "/agency/", codes_[alias], "/node/", name),
          full_name);
    message_key(label, full_name);
    const crypto::PrivateKey witness = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
    WriteFile(identities_.at(label).dir + "/witness.key", witness.ToPem());
    key(full_name, witness.public_key(), Key::WITNESS);
    std::string& secret = secrets[alias];
    if (secret.empty()) secret = crypto::RandomBytes(32);
    WriteFile(identities_.at(label).dir + "/agency.secret", secret);
  };
  for (const std::string& alias : options_.nodes) node(alias, "n1", alias + "-node");
  for (const std::string& alias : options_.replicas) node(alias, "n2", alias + "-node2");
  for (const auto& [guest, host] : options_.hosted) {
    std::filesystem::create_directories(HostedDir(guest));
    message_keys_.emplace(guest, crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256));
    WriteFile(HostedDir(guest) + "/message.key", message_keys_.at(guest).ToPem());
    key(Agency(guest), message_keys_.at(guest).public_key(), Key::MESSAGE);
    WriteFile(HostedDir(guest) + "/agency.secret", crypto::RandomBytes(32));
  }

  const crypto::PrivateKey log = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  WriteFile(identities_.at("audit").dir + "/log.key", log.ToPem());
  log_key_ = evidence::VerifierKey("test.example/audit", log.public_key());
  WriteFile(identities_.at("sharing").dir + "/attachment.key", crypto::RandomBytes(32));
  WriteFile(identities_.at("catalog").dir + "/attachment.key", crypto::RandomBytes(32));
  if (options_.console) {
    WriteFile(identities_.at("console").dir + "/factor.key", crypto::RandomBytes(32));
  }
}

void Cluster::WriteBootstrap() {
  std::string lines;
  for (const DirectoryChange& change : bootstrap_) {
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(change, &json).ok()) Die("bootstrap JSON");
    absl::StrAppend(&lines, json, "\n");
  }
  WriteFile(dir_ / "bootstrap.jsonl", lines);
}

std::string Cluster::Address(const std::string& process) const {
  return absl::StrCat("127.0.0.1:", ports_.at(process).number());
}

int Cluster::PortOf(const std::string& from, const std::string& to) const {
  const int port = ports_.at(to).number();
  return options_.port_of ? options_.port_of(from, to, port) : port;
}

std::string Cluster::HostedDir(const std::string& alias) const {
  return dir_ / ("hosted-" + alias);
}

std::string Cluster::StoreOf(const std::string& process) const { return dir_ / (process + ".db"); }

std::vector<std::string> Cluster::CommandOf(const std::string& process) const {
  const bool node = absl::StrContains(process, "-node");
  auto at = [&](const std::string& to) { return absl::StrCat("127.0.0.1:", PortOf(process, to)); };
  std::vector<std::string> argv = {
      absl::StrCat(SHAREWAY_BIN_DIR, "/shareway-", node ? "exchange" : process),
      "--listen=" + Address(process),
      "--store=rocksdb:" + StoreOf(process),
      "--tls=" + identities_.at(process).dir,
      "--message_key=" + identities_.at(process).dir + "/message.key",
      "--catalog=" + at("catalog"),
      "--audit=" + at("audit"),
      "--audit_key=" + log_key_,
      "--metrics=127.0.0.1:0",
      "--port_file=" + (dir_ / (process + ".ports"))};
  const std::string deploy = absl::StrCat(SHAREWAY_SOURCE_DIR, "/deploy");
  if (process == "catalog") {
    argv.push_back("--bootstrap=" + (dir_ / "bootstrap.jsonl"));
    argv.push_back("--statutes=" + deploy + "/statutes");
    argv.push_back("--calendars=" + deploy + "/calendars");
    argv.push_back("--synonyms=" + deploy + "/sources/synonyms.txt");
    argv.push_back("--sharing=" + at("sharing"));
    argv.push_back("--attachment_key=" + identities_.at("catalog").dir + "/attachment.key");
    argv.push_back("--categories=" + deploy + "/categories/government.json");
    argv.push_back("--extensions=" + deploy + "/extensions/sichuan.json");
  } else if (process == "sharing") {
    argv.push_back("--statutes=" + deploy + "/statutes");
    argv.push_back("--calendars=" + deploy + "/calendars");
    argv.push_back("--attachment_key=" + identities_.at("sharing").dir + "/attachment.key");
  } else if (process == "audit") {
    argv.push_back("--log_key=" + identities_.at("audit").dir + "/log.key");
    argv.push_back("--origin=test.example/audit");
  } else if (process == "console") {
    argv.push_back("--factor_key=" + identities_.at("console").dir + "/factor.key");
    argv.push_back("--first_codes=" + FirstCodesPath());
    argv.push_back("--web_sharing=" + at("sharing"));
  } else {
    argv.push_back("--sharing=" + at("sharing"));
    argv.push_back("--agency_secret=" + identities_.at(process).dir + "/agency.secret");
    argv.push_back("--witness_key=" + identities_.at(process).dir + "/witness.key");
    std::vector<std::string> hosted;
    for (const auto& [guest, host] : options_.hosted) {
      if (process == host + "-node") hosted.push_back(Agency(guest) + "=" + HostedDir(guest));
    }
    if (!hosted.empty()) argv.push_back("--hosted=" + absl::StrJoin(hosted, ","));
  }
  if (auto it = options_.flags.find(process); it != options_.flags.end()) {
    argv.insert(argv.end(), it->second.begin(), it->second.end());
  }
  return argv;
}

void Cluster::Start(const std::string& process) {
  children_[process] = std::make_unique<Child>(CommandOf(process), dir_ / (process + ".log"));
}

void Cluster::Kill(const std::string& process) {
  children_.at(process)->Signal(SIGKILL);
  children_.at(process)->Wait(absl::Seconds(10));
}

int Cluster::Stop(const std::string& process) {
  children_.at(process)->Signal(SIGTERM);
  return children_.at(process)->Wait(absl::Seconds(40));
}

int Cluster::WaitEnd(const std::string& process) {
  return children_.at(process)->Wait(absl::Seconds(40));
}

std::string Cluster::LogOf(const std::string& process) const {
  std::ifstream in(dir_ / (process + ".log"));
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  return all.size() > 4000 ? all.substr(all.size() - 4000) : all;
}

void Cluster::AwaitReady(const std::string& process, absl::Duration limit) {
  const absl::Time end = absl::Now() + limit;
  absl::Status last;
  while (absl::Now() < end) {
    if (!children_.at(process)->running()) {
      Die(absl::StrCat(process, " ended\n", LogOf(process)));
    }
    const absl::Duration second = absl::Seconds(1);
    if (process == "catalog") {
      last = Call<catalog::v1::ListAgenciesResponse>(
                 "security", process, "/shareway.catalog.v1.DirectoryService/ListAgencies",
                 catalog::v1::ListAgenciesRequest(), second)
                 .status();
    } else if (process == "audit") {
      last = Call<audit::v1::Checkpoint>("auditor", process,
                                         "/shareway.audit.v1.AuditService/GetCheckpoint",
                                         audit::v1::GetCheckpointRequest(), second)
                 .status();
    } else if (process == "sharing") {
      last = Call<sharing::v1::ListProfilesResponse>(
                 "tax-applicant", process, "/shareway.sharing.v1.StatuteService/ListProfiles",
                 sharing::v1::ListProfilesRequest(), second)
                 .status();
    } else if (process == "console") {
      last = Call<console::v1::ListRoleProposalsResponse>(
                 "system-administrator", process,
                 "/shareway.console.v1.AccountService/ListRoleProposals",
                 console::v1::ListRoleProposalsRequest(), second)
                 .status();
    } else {
      const std::string alias = process.substr(0, process.find('-'));
      last = Call<exchange::v1::ListGrantsResponse>(
                 alias + "-system", process, "/shareway.exchange.v1.ExchangeService/ListGrants",
                 exchange::v1::ListGrantsRequest(), second)
                 .status();
    }
    if (last.ok()) return;
    absl::SleepFor(absl::Milliseconds(10));
  }
  Die(absl::StrCat(process, " is not ready: ", last.ToString(), "\n", LogOf(process)));
}

std::shared_ptr<rpc::Channel> Cluster::Channel(const std::string& as, const std::string& to) {
  std::shared_ptr<rpc::Channel>& channel = channels_[as + ">" + to];
  if (channel == nullptr) {
    auto opened = rpc::Channel::Open({absl::StrCat("127.0.0.1:", ports_.at(to).number()),
                                      identities_.at(as).tls, uris_.at(to)});
    if (!opened.ok()) Die(opened.status().ToString());
    channel = *opened;
  }
  return channel;
}

}  // namespace shareway::testing
