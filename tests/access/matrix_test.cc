// SPDX-License-Identifier: Apache-2.0
// Every role against every method, over real mTLS: whom the gate admits is what proto/POLICY.md
// says, and that is what the protos say. Handlers only answer, so whoever gets an answer was
// admitted; how the caller stands to the object is decided by the service that knows the object.
#include "tests/access/matrix.h"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "google/protobuf/message.h"
#include "libs/base/error.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::access {
namespace {

using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr char kDocument[] = SHAREWAY_SOURCE_DIR "/proto/POLICY.md";
constexpr char kReadme[] = SHAREWAY_SOURCE_DIR "/README.md";
constexpr char kBegin[] = "<!-- matrix: drawn from the protos by tests/access/matrix_test.cc -->\n";
constexpr char kEnd[] = "<!-- end of matrix -->";
constexpr char kOwn[] = "11990100MB0000001X";
constexpr char kForeign[] = "11990100MB0000002X";

std::string Document(const char* path = kDocument) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The part of the document between the marks.
std::string Matrix(const std::string& document) {
  const size_t begin = document.find(kBegin);
  const size_t end = document.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const size_t from = begin + std::string(kBegin).size();
  return document.substr(from, end - from);
}

std::vector<const ServiceDescriptor*> Services() {
  auto services = AllServices();
  INFO(services.status());
  REQUIRE(services.ok());
  return *services;
}

std::string PathOf(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

// Somebody who calls.
struct Caller {
  std::string name = {};
  std::string column = {};   // of the matrix
  std::string service = {};  // of one of our services: which
  std::string actor = {};    // in the call's metadata
  std::shared_ptr<rpc::Channel> channel = {};
  std::shared_ptr<testing::TestIdentity> identity = {};
};

// A server of all methods that there are, and everybody who may call.
class World {
 public:
  // `lent`: what everybody is lent.
  explicit World(std::vector<Role> lent = {}) : pki_(dir_.path()) {
    const testing::TestIdentity own = pki_.Issue("server", {"shareway://test/service/catalog"});
    rpc::Server::Options options;
    options.tls = own.tls;
    server_ = std::make_unique<rpc::Server>(options, &holder_);
    for (const ServiceDescriptor* service : Services()) {
      server_->ServiceBytes(*service, [](const rpc::Call&, const std::string&) {
        return absl::StatusOr<std::string>(std::string());
      });
    }
    server_->SetLent([lent](const rpc::Caller&) { return lent; });
    const absl::Status started = server_->Start();
    INFO(started);
    REQUIRE(started.ok());
    server_->SetReady(true);
  }

  // An agency; all of those whom AddEverybody adds follow its standing.
  void AddAgency(const std::string& id, catalog::v1::Standing standing) {
    catalog::v1::DirectoryChange change;
    change.mutable_agency()->set_name(absl::StrCat("agencies/", id));
    change.mutable_agency()->set_standing(standing);
    Apply(change);
  }

  // A person of each role and one of none, a node and a system.
  void AddEverybody(const std::string& agency) {
    for (Role role : AllRoles()) AddPerson(agency, Code(role), {role});
    AddPerson(agency, kNoRole, {});
    const std::string of = absl::StrCat("agencies/", agency);
    catalog::v1::DirectoryChange change;
    change.mutable_node()->set_name(absl::StrCat(of, "/nodes/n1"));
    change.mutable_node()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    change.mutable_system()->set_name(absl::StrCat(of, "/systems/s1"));
    change.mutable_system()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    const std::string uri = absl::StrCat("shareway://test/agency/", agency);
    AddCaller(absl::StrCat(of, "/nodes/n1"), absl::StrCat(uri, "/node/n1"), kNode);
    AddCaller(absl::StrCat(of, "/systems/s1"), absl::StrCat(uri, "/system/s1"), kSystem);
  }

  void AddService(const std::string& id) {
    AddCaller(absl::StrCat("services/", id), absl::StrCat("shareway://test/service/", id),
              kService);
    callers_.back().service = id;
  }

  void AddPerson(const std::string& agency, const std::string& column,
                 const std::vector<Role>& roles) {
    // A column's dashes are no name.
    const std::string id = absl::StrCat(
        "p", callers_.size(), column == kNoRole ? "none" : absl::AsciiStrToLower(column));
    catalog::v1::DirectoryChange change;
    change.mutable_person()->set_name(absl::StrCat("people/", id));
    change.mutable_person()->set_agency(absl::StrCat("agencies/", agency));
    change.mutable_person()->set_standing(catalog::v1::ACTIVE);
    for (Role role : roles) change.mutable_person()->add_roles(role);
    Apply(change);
    AddCaller(absl::StrCat("people/", id), absl::StrCat("shareway://test/person/", id), column);
  }

  // From here on the one added last calls by the connection of `through`, which names him.
  void NameLast(const Caller& through, absl::Time shown) {
    callers_.back().channel = through.channel;
    callers_.back().actor =
        rpc::ToMetadata({callers_.back().name, rpc::Factor::kTotp, shown});
  }

  // From here on everybody names `person`, by the own connection.
  void NameAll(const std::string& person) {
    const std::string actor =
        rpc::ToMetadata({person, rpc::Factor::kCertificate, absl::Now()});
    for (Caller& caller : callers_) caller.actor = actor;
  }

  // What the call is answered with. An act is signed where the method asks for one.
  absl::Status Call(const Caller& caller, const MethodDescriptor& method) {
    const std::string path = PathOf(method);
    const Policy& asked = method.options().GetExtension(shareway::policy);
    std::string request;
    if (asked.signed_act() && absl::StartsWith(caller.name, "people/")) {
      request = SignedRequest(caller, method);
    }
    rpc::CallOptions options;
    options.timeout = absl::Seconds(60);
    options.actor = caller.actor;
    if (method.client_streaming()) {
      return caller.channel->RawClientStream(path, options)->Finish().status();
    }
    if (method.server_streaming()) {
      return caller.channel->RawServerStream(path, request, options)->Read().status();
    }
    return caller.channel->RawUnary(path, request, options).status();
  }

  const std::vector<Caller>& callers() const { return callers_; }

 private:
  static std::string SignedRequest(const Caller& caller, const MethodDescriptor& method) {
    auto act =
        evidence::SignAct(caller.identity->key, caller.name, PathOf(method), "", absl::Now());
    REQUIRE(act.ok());
    const Message* prototype =
        MessageFactory::generated_factory()->GetPrototype(method.input_type());
    std::unique_ptr<Message> request(prototype->New());
    const auto* field = method.input_type()->FindFieldByName("signed_act");
    INFO(method.full_name());
    REQUIRE(field != nullptr);
    request->GetReflection()->MutableMessage(request.get(), field)->CopyFrom(*act);
    return request->SerializeAsString();
  }

  void AddCaller(const std::string& name, const std::string& uri, const std::string& column) {
    Caller caller;
    caller.name = name;
    caller.column = column;
    caller.identity = std::make_shared<testing::TestIdentity>(
        pki_.Issue(absl::StrCat("caller", callers_.size()), {uri}));
    catalog::v1::DirectoryChange change;
    catalog::v1::Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(caller.identity->key.public_key().id()));
    key->set_owner(name);
    key->set_use(catalog::v1::Key::TLS);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(caller.identity->key.public_key().spki());
    key->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    auto channel = rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()),
                                       caller.identity->tls, "shareway://test/service/catalog"});
    REQUIRE(channel.ok());
    caller.channel = *channel;
    callers_.push_back(std::move(caller));
  }

  void Apply(const catalog::v1::DirectoryChange& change) {
    rpc::Directory next = *holder_.Get();
    next.Apply(change);
    holder_.Set(std::make_shared<const rpc::Directory>(next));
  }

  testing::TempDir dir_;
  testing::TestPki pki_;
  rpc::DirectoryHolder holder_;
  std::unique_ptr<rpc::Server> server_;
  std::vector<Caller> callers_;
};

std::string ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return std::string(details ? ReasonName(details->reason) : "no reason");
}

// Calls every method as everybody. Returns each call that did not end as `want` says, which is
// given the caller and the method: empty for an answer, else the reason of the refusal.
std::vector<std::string> Surprises(
    World& world,
    const std::function<std::string(const Caller&, const MethodDescriptor&)>& want) {
  std::vector<std::string> surprises;
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      for (const Caller& caller : world.callers()) {
        const absl::Status got = world.Call(caller, method);
        const std::string outcome = got.ok() ? "" : ReasonOf(got);
        const std::string wanted = want(caller, method);
        if (outcome == wanted) continue;
        surprises.push_back(absl::StrCat(method.full_name(), " as ", caller.name, ": ",
                                         got.ToString(), ", want ",
                                         wanted.empty() ? "an answer" : wanted));
      }
    }
  }
  return surprises;
}

// SHAREWAY_DRAW=1 writes what it wants into the documents.
TEST_CASE("The matrix in the document is the one that the protos draw", "[access]") {
  const std::vector<const ServiceDescriptor*> services = Services();
  for (const auto& [path, drawn] : {std::pair(kDocument, Draw(services)),
                                    std::pair(kReadme, DrawSummary(services))}) {
    INFO(path);
    std::string document = Document(path);
    const std::string written = Matrix(document);
    if (std::getenv("SHAREWAY_DRAW") == nullptr) {
      CHECK(written == drawn);
      continue;
    }
    document.replace(document.find(kBegin) + std::string(kBegin).size(), written.size(), drawn);
    std::ofstream(path) << document;
  }
}

TEST_CASE("Every role has a column of its own", "[access]") {
  std::map<std::string, Role> columns;
  for (Role role : AllRoles()) {
    INFO(Role_Name(role));
    CHECK(Code(role).size() == 2);
    CHECK(columns.emplace(Code(role), role).second);
  }
}

TEST_CASE("Acts are asked of people alone, and only where the request has room for one",
          "[access]") {
  for (const ServiceDescriptor* service : Services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const Policy& asked = method.options().GetExtension(shareway::policy);
      INFO(method.full_name());
      CHECK(method.options().HasExtension(shareway::policy));
      const auto* field = method.input_type()->FindFieldByName("signed_act");
      CHECK(asked.signed_act() == (field != nullptr));
      if (!asked.signed_act()) continue;
      CHECK_FALSE(method.client_streaming());
      REQUIRE(asked.callers_size() == 1);
      CHECK(asked.callers(0) == CallerKind::PERSON);
    }
  }
}

// What the matrix has for this caller and method: empty for an answer.
std::string Refusal(const std::map<std::string, Row>& matrix, const Caller& caller,
                    const MethodDescriptor& method) {
  auto row = matrix.find(PathOf(method));
  if (row == matrix.end()) return "a row of the matrix";
  return row->second.Admits(caller.column, caller.service) ? "" : "POLICY_DENIED";
}

std::map<std::string, Row> ReadDocument() {
  auto matrix = Read(Matrix(Document()));
  INFO(matrix.status());
  REQUIRE(matrix.ok());
  return *std::move(matrix);
}

TEST_CASE("Every role may call what the matrix says and nothing else, of either agency",
          "[access]") {
  const std::map<std::string, Row> matrix = ReadDocument();
  World world;
  for (const char* agency : {kOwn, kForeign}) {
    world.AddAgency(agency, catalog::v1::ACTIVE);
    world.AddEverybody(agency);
  }
  for (const char* service : {"catalog", "sharing", "audit", "console"}) world.AddService(service);
  size_t methods = 0;
  for (const ServiceDescriptor* service : Services()) {
    methods += static_cast<size_t>(service->method_count());
  }
  CHECK(matrix.size() == methods);
  const std::vector<std::string> surprises =
      Surprises(world, [&matrix](const Caller& caller, const MethodDescriptor& method) {
        return Refusal(matrix, caller, method);
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
}

TEST_CASE("Nobody of a suspended agency calls anything but what evidence needs", "[access]") {
  const std::map<std::string, Row> matrix = ReadDocument();
  World world;
  world.AddAgency(kOwn, catalog::v1::STANDING_SUSPENDED);
  world.AddEverybody(kOwn);
  const std::vector<std::string> surprises =
      Surprises(world, [&matrix](const Caller& caller, const MethodDescriptor& method) {
        const Policy& asked = method.options().GetExtension(shareway::policy);
        if (!asked.admit_suspended()) return std::string("KEY_REVOKED");
        return Refusal(matrix, caller, method);
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
}

TEST_CASE("A lent post opens the methods that take one and no others", "[access]") {
  const std::map<std::string, Row> matrix = ReadDocument();
  World world(std::vector<Role>{Role::SHARING_HEAD});
  world.AddAgency(kOwn, catalog::v1::ACTIVE);
  world.AddPerson(kOwn, kNoRole, {});
  size_t opened = 0;
  const std::vector<std::string> surprises =
      Surprises(world, [&](const Caller& caller, const MethodDescriptor& method) {
        auto row = matrix.find(PathOf(method));
        const bool takes = row != matrix.end() && row->second.AdmitsLent() &&
                           row->second.Admits(Code(Role::SHARING_HEAD));
        if (takes) ++opened;
        return takes ? std::string() : Refusal(matrix, caller, method);
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
  CHECK(opened >= 3);
}

TEST_CASE("Whom the console names may do what he may do himself", "[access]") {
  const std::map<std::string, Row> matrix = ReadDocument();
  World world;
  world.AddAgency(kOwn, catalog::v1::ACTIVE);
  world.AddService("console");
  const Caller console = world.callers().front();
  for (Role role : AllRoles()) {
    world.AddPerson(kOwn, Code(role), {role});
    world.NameLast(console, absl::Now());
  }
  const std::vector<std::string> surprises =
      Surprises(world, [&matrix](const Caller& caller, const MethodDescriptor& method) {
        return Refusal(matrix, caller, method);
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
}

TEST_CASE("A second factor shown long ago, or in the time to come, opens no step-up", "[access]") {
  const std::map<std::string, Row> matrix = ReadDocument();
  World world;
  world.AddAgency(kOwn, catalog::v1::ACTIVE);
  world.AddService("console");
  const Caller console = world.callers().front();
  for (absl::Duration off : {-absl::Minutes(6), absl::Hours(1)}) {
    for (Role role : {Role::SHARING_AUTHORITY, Role::SECURITY_ADMINISTRATOR}) {
      world.AddPerson(kOwn, Code(role), {role});
      world.NameLast(console, absl::Now() + off);
    }
  }
  size_t stale = 0;
  const std::vector<std::string> surprises =
      Surprises(world, [&](const Caller& caller, const MethodDescriptor& method) {
        const Policy& asked = method.options().GetExtension(shareway::policy);
        std::string refusal = Refusal(matrix, caller, method);
        if (refusal.empty() && asked.fresh_factor() && !caller.actor.empty()) {
          ++stale;
          refusal = "FACTOR_STALE";
        }
        return refusal;
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
  CHECK(stale >= 8);
}

TEST_CASE("Nobody but the console names a person, not even himself", "[access]") {
  World world;
  world.AddAgency(kOwn, catalog::v1::ACTIVE);
  world.AddEverybody(kOwn);
  world.AddService("sharing");
  world.NameAll(world.callers().front().name);
  const std::vector<std::string> surprises =
      Surprises(world, [](const Caller&, const MethodDescriptor&) {
        return std::string("UNAUTHENTICATED");
      });
  CHECK(absl::StrJoin(surprises, "\n") == "");
}

TEST_CASE("The console names persons who stand, in one form", "[access]") {
  World world;
  world.AddAgency(kOwn, catalog::v1::ACTIVE);
  world.AddPerson(kOwn, Code(Role::CLERK), {Role::CLERK});
  const std::string person = world.callers().front().name;
  world.AddService("console");
  Caller console = world.callers().back();
  const MethodDescriptor* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(
          "shareway.catalog.v1.DirectoryService.GetAgency");
  REQUIRE(method != nullptr);
  console.actor = rpc::ToMetadata({person, rpc::Factor::kTotp, absl::Now()});
  CHECK(world.Call(console, *method).ok());
  const std::string nobody =
      rpc::ToMetadata({"people/nobody", rpc::Factor::kTotp, absl::Now()});
  for (const std::string& bad :
       {nobody, person, absl::StrCat(person, " TOTP"), absl::StrCat(person, " NONE 1"),
        absl::StrCat(person, " TOTP x"), absl::StrCat(person, " TOTP -1"),
        absl::StrCat(person, " TOTP 1 1"), std::string("services/sharing TOTP 1")}) {
    INFO(bad);
    console.actor = bad;
    CHECK(absl::IsUnauthenticated(world.Call(console, *method)));
  }
}

}  // namespace
}  // namespace shareway::access
