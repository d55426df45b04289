// SPDX-License-Identifier: Apache-2.0
// Markers in every payload, key, claim, argument, case number, operator and secret, sent through
// real processes by every way of sharing, through refusals and faults. Afterwards every file,
// store, log line and metric is searched: values lie in the provider's dataset and nowhere else,
// and the rest nowhere at all (law.md section 5).
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catch2/catch.hpp"
#include "google/protobuf/util/json_util.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "libs/kv/rocks_store.h"
#include "libs/rpc/server.h"
#include "services/exchange/source/test_http_server.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/scenario/canaries.h"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace cat = catalog::v1;
namespace ex = exchange::v1;
namespace ev = evidence::v1;
namespace sh = sharing::v1;
using exchange::TestHttpServer;

#define REQUIRE_OK(expression)              \
  do {                                      \
    const auto& shareway_ok = (expression); \
    INFO(shareway_ok.status().ToString());  \
    REQUIRE(shareway_ok.ok());              \
  } while (false)

std::string Key() { return Canaries::Of("KEY") + "1"; }
// What a dataset holds, and lies in its owner's node for that.
const std::set<std::string>& Hosted() {
  static const std::set<std::string> hosted = {"KEY", "GRANTED", "HIDDEN", "MASKED"};
  return hosted;
}

// Civil's own system: answers in full, or wrongly, or with an error.
class System {
 public:
  enum class Mood { kWell, kNoJson, kError };
  std::atomic<Mood> mood = Mood::kWell;

  std::string Answer(const std::string& request) const {
    const std::string fault = Canaries::Of("FAULT");
    if (mood == Mood::kNoJson) return TestHttpServer::Ok("application/json", "{" + fault);
    if (mood == Mood::kError) {
      return absl::StrCat("HTTP/1.1 500 ", fault, "\r\ncontent-length: ", fault.size(),
                          "\r\nconnection: close\r\n\r\n", fault);
    }
    if (absl::StartsWith(request, "POST /picture")) {
      return TestHttpServer::Ok("image/png", Canaries::Of("PICTURE"));
    }
    return TestHttpServer::Ok(
        "application/json",
        absl::StrCat(R"([{"cert_no":")", Canaries::Of("CALLED"), R"(","husband":")",
                     Canaries::Of("CALLED"), R"(","id_a":")", Canaries::Of("BACKEND"),
                     R"(","wife":")", Canaries::Of("BACKEND"), R"("}])"));
  }
};

// Civil's node after somebody took it over: it answers with more than was granted.
class TakenOver {
 public:
  explicit TakenOver(Cluster& cluster)
      : signer_(
            *crypto::PrivateKey::FromFile(cluster.identity("civil-node").dir + "/message.key")) {
    auto directory = std::make_shared<rpc::Directory>();
    std::ifstream bootstrap(cluster.dir() / "bootstrap.jsonl");
    for (std::string line; std::getline(bootstrap, line);) {
      cat::DirectoryChange change;
      REQUIRE(google::protobuf::util::JsonStringToMessage(line, &change).ok());
      directory->Apply(change);
    }
    holder_.Set(std::move(directory));
    rpc::Server::Options options;
    options.listen = cluster.Address("civil-node");
    options.tls = crypto::TlsFiles::In(cluster.identity("civil-node").dir);
    server_ = std::make_unique<rpc::Server>(options, &holder_);
    server_->Unary<ex::PeerServiceExchangeRequest, ex::PeerExchangeResponse>(
        "/shareway.exchange.v1.PeerService/Exchange",
        [this](const rpc::Call&, const ex::PeerServiceExchangeRequest& request) {
          return Answer(request.request().payload());
        });
    server_->ServerStream<ex::PeerServiceTransferRequest, ex::PeerTransferPart>(
        "/shareway.exchange.v1.PeerService/Transfer",
        [](const rpc::Call&, const ex::PeerServiceTransferRequest&,
           rpc::Writer<ex::PeerTransferPart>&) { return absl::UnimplementedError("none"); });
    REQUIRE(server_->Start() == absl::OkStatus());
    server_->SetReady(true);
  }
  ~TakenOver() { server_->Drain(absl::Seconds(1)); }

 private:
  absl::StatusOr<ex::PeerExchangeResponse> Answer(const std::string& payload) {
    ev::ExchangeRequest request;
    if (!request.ParseFromString(payload)) return absl::InvalidArgumentError("no request");
    ev::QueryAnswer body;
    for (const char* item : {"cert_no", "husband", "id_a", "wife"}) {
      body.mutable_batch()->add_items(item);
    }
    ev::Record* record = body.mutable_batch()->add_records();
    for (int i = 0; i < 4; ++i) record->add_cells()->set_text(Canaries::Of("EXTRA"));
    ev::ExchangeResponse response;
    response.set_nonce(crypto::RandomBytes(16));
    response.set_kind(ev::EXCHANGE_RESPONSE);
    response.set_version(1);
    response.set_request_digest(crypto::Sha256(payload).str());
    response.set_exchange(request.exchange());
    response.set_attempt(request.attempt());
    const std::string& node = request.provider_node();
    response.set_provider(node.substr(0, node.find("/nodes")));
    response.set_provider_node(node);
    *response.mutable_issue_time() = evidence::ToTimestamp(absl::Now());
    response.set_outcome(ev::DELIVERED);
    response.set_body(body.SerializeAsString());
    response.set_dataset_version("v1");
    ex::PeerExchangeResponse answer;
    ev::Envelope& envelope = *answer.mutable_response();
    envelope.set_payload(response.SerializeAsString());
    *envelope.mutable_signature() = evidence::ToProto(*signer_.Sign(envelope.payload()));
    return answer;
  }

  crypto::BatchSigner signer_;
  rpc::DirectoryHolder holder_;
  std::unique_ptr<rpc::Server> server_;
};

// Civil hosts marriages and a system; tax has a grant, one of its items masked.
struct Story {
  Story() : web([this](const std::string& request) { return system.Answer(request); }),
            cluster(OptionsOf()) {
    cat::Resource draft = Marriages(cluster);
    draft.add_methods(ev::VERIFY);
    draft.add_methods(ev::CALL);
    for (cat::Item& item : *draft.mutable_items()) {
      if (item.id() == "id_a") item.set_mask(cat::KEEP_ENDS);
    }
    cat::Operation* look = draft.add_operations();
    look->set_id("look_up");
    look->set_title("按证号查询");
    look->set_form(cat::JSON_FORM);
    look->add_parameters("number");
    cat::Operation* picture = draft.add_operations();
    picture->set_id("picture");
    picture->set_title("登记照片");
    picture->set_form(cat::OPAQUE_FORM);
    picture->set_item("husband");
    const auto resource = Publish(cluster, kCivil, draft);
    REQUIRE_OK(resource);
    name = resource->name();
    Connect();
    REQUIRE_OK(AskUntilOk([&] { return Load(cluster, kCivil, name, Rows(), "civil-node"); }));
    Grant();
  }
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {kCivil, kTax};
    return options;
  }
  static std::string Rows() {
    return absl::StrCat("cert_no,husband,wife,id_a,id_b,married_on\n", Key(), ",",
                        Canaries::Of("GRANTED"), ",", Canaries::Of("HIDDEN"), ",",
                        Canaries::Of("MASKED"), "7777,", Canaries::Of("HIDDEN"), ",2026-01-01\n");
  }
  // Civil's node learns of the system.
  void Connect() {
    WriteFile(cluster.dir() / "system.token", "Bearer " + Canaries::Of("TOKEN") + "\n");
    std::vector<std::string> backends;
    for (const char* operation : {"look_up", "picture"}) {
      backends.push_back(absl::StrCat(
          R"({"operation":")", name, "/operations/", operation, R"(","url":")",
          web.url(absl::StrCat("/", operation)), R"(","method":"POST","authorization":")",
          cluster.dir() / "system.token", R"("})"));
    }
    const std::string file = cluster.dir() / "backends.json";
    WriteFile(file, absl::StrCat(R"({"backends":[)", backends[0], ",", backends[1], "]}"));
    cluster.SetFlags("civil-node", {"--backends=" + file});
    CHECK(cluster.Stop("civil-node") == 0);
    cluster.Start("civil-node");
    cluster.AwaitReady("civil-node");
  }
  void Grant() {
    auto ask = Ask(name, {"cert_no", "husband", "id_a"});
    ask.mutable_request()->mutable_scope()->add_methods(ev::VERIFY);
    ask.mutable_request()->mutable_scope()->add_methods(ev::CALL);
    auto request = SubmitRequest(cluster, kTax, ask);
    REQUIRE_OK(request);
    sh::Decision decision;
    decision.set_verdict(sh::Decision::APPROVE_REDUCED);
    *decision.mutable_scope() = request->scope();
    decision.mutable_scope()->add_masked_items("id_a");
    sh::Cut* cut = decision.add_cuts();
    cut->set_subject("masked_items");
    cut->set_reason("够用即可");
    request = Decide(cluster, kCivil, *request, decision);
    REQUIRE_OK(request);
    grant = request->grant();
  }

  ex::QueryRequest Query(const std::string& item, const std::string& value) const {
    ex::QueryRequest query = QueryBy(grant, item, value);
    query.set_operator_(Canaries::Of("OPERATOR"));
    query.set_case_number(Canaries::Of("CASE"));
    return query;
  }
  absl::StatusOr<ex::VerifyResponse> Verify(const std::string& claim) {
    ex::VerifyRequest verify;
    verify.set_grant(grant);
    verify.set_operator_(Canaries::Of("OPERATOR"));
    verify.set_case_number(Canaries::Of("CASE"));
    ev::Condition* key = verify.mutable_verification()->add_key();
    key->set_item("cert_no");
    key->set_operator_(ev::Condition::EQUALS);
    key->set_value(Key());
    ev::Verification::Claim* one = verify.mutable_verification()->add_claims();
    one->set_item("husband");
    one->set_value(claim);
    return cluster.Call<ex::VerifyResponse>("tax-system", "tax-node", ExchangeMethod("Verify"),
                                            verify);
  }
  absl::StatusOr<ex::CallResponse> Call(const std::string& operation) {
    ex::CallRequest call;
    call.set_grant(grant);
    call.set_operator_(Canaries::Of("OPERATOR"));
    call.set_case_number(Canaries::Of("CASE"));
    ev::Invocation& invocation = *call.mutable_invocation();
    invocation.set_operation(operation);
    if (operation == "look_up") {
      ev::Invocation::Argument* argument = invocation.add_arguments();
      argument->set_name("number");
      argument->set_value(Canaries::Of("ARGUMENT"));
    } else {
      invocation.set_body(Canaries::Of("SENT"));
      invocation.set_content_type("text/plain");
    }
    return cluster.Call<ex::CallResponse>("tax-system", "tax-node", ExchangeMethod("Call"), call);
  }
  // The rows of a download, as bytes.
  std::string Download() {
    ex::DownloadRequest download;
    download.set_grant(grant);
    download.set_operator_(Canaries::Of("OPERATOR"));
    download.set_case_number(Canaries::Of("CASE"));
    auto stream = cluster.Channel("tax-system", "tax-node")
                      ->ServerStream<ex::DownloadPart>(ExchangeMethod("Download"), download, {});
    std::string parts;
    for (;;) {
      auto part = stream.Read();
      REQUIRE_OK(part);
      if (!part->has_value()) return parts;
      parts += (*part)->SerializeAsString();
    }
  }

  System system;
  TestHttpServer web;
  Cluster cluster;
  std::string name, grant;
};

// What the consumer's own system gets is what was granted.
void ShareWell(Story& story, const Canaries& canaries, std::vector<std::string>* exchanges) {
  using Kinds = std::set<std::string>;
  const auto queried = QueryWhenKnown(story.cluster, kTax, story.Query("cert_no", Key()));
  REQUIRE_OK(queried);
  CHECK(canaries.In(queried->SerializeAsString()) == Kinds{"KEY", "GRANTED"});
  const auto verified = story.Verify(Canaries::Of("GRANTED"));
  REQUIRE_OK(verified);
  CHECK(verified->answer().comparisons(0).comparison() == ev::MATCH);
  CHECK(canaries.In(verified->SerializeAsString()).empty());
  const auto missed = story.Verify(Canaries::Of("CLAIM"));
  REQUIRE_OK(missed);
  CHECK(missed->answer().comparisons(0).comparison() == ev::MISMATCH);
  const auto called = AskUntilOk([&] { return story.Call("look_up"); });
  REQUIRE_OK(called);
  CHECK(canaries.In(called->SerializeAsString()) == Kinds{"CALLED"});
  const auto picture = story.Call("picture");
  REQUIRE_OK(picture);
  CHECK(canaries.In(picture->SerializeAsString()) == Kinds{"PICTURE"});
  CHECK(canaries.In(story.Download()) == Kinds{"KEY", "GRANTED"});
  for (const std::string& id : {queried->exchange(), verified->exchange(), missed->exchange(),
                                called->exchange(), picture->exchange()}) {
    exchanges->push_back(id);
  }
}

// Everything that goes wrong with a value in hand.
void ShareBadly(Story& story) {
  Cluster& cluster = story.cluster;
  const auto refused = [&](const ex::QueryRequest& query) {
    return ReasonOf(Query(cluster, kTax, query).status());
  };
  ex::QueryRequest greedy = story.Query("cert_no", Key());
  greedy.mutable_query()->add_items("wife");
  CHECK(refused(greedy) == Reason::kItemNotGranted);
  CHECK(refused(story.Query("wife", Canaries::Of("CONDITION"))) == Reason::kItemNotGranted);
  CHECK(refused(story.Query("id_a", Canaries::Of("CONDITION"))) == Reason::kItemNotGranted);
  // By the provider's node: there is no such index.
  CHECK(refused(story.Query("husband", Canaries::Of("CONDITION"))) == Reason::kFieldInvalid);
  const std::string condition = Canaries::Of("CONDITION");
  ex::QueryRequest crooked = story.Query(condition + "!", condition + "\n");
  crooked.set_case_number(Canaries::Of("CASE") + std::string(200, 'c'));
  crooked.set_operator_(Canaries::Of("OPERATOR") + "\n");
  CHECK(refused(crooked) == Reason::kFieldInvalid);
  ex::QueryRequest changed = story.Query("cert_no", Key());
  changed.set_exchange("changed");
  REQUIRE_OK(Query(cluster, kTax, changed));
  changed.mutable_query()->mutable_where(0)->set_value(Canaries::Of("CONDITION"));
  CHECK(refused(changed) == Reason::kQueryChanged);
  changed.mutable_query()->mutable_where(0)->set_value(Key());
  REQUIRE_OK(Query(cluster, kTax, changed));  // a retry
  CHECK(ReasonOf(story.Call("drop_all").status()) == Reason::kOperationUnknown);

  for (const System::Mood mood : {System::Mood::kNoJson, System::Mood::kError}) {
    story.system.mood = mood;
    CHECK(ReasonOf(story.Call("look_up").status()) == Reason::kBackendFailed);
    CHECK(story.Call("picture").ok() == (mood == System::Mood::kNoJson));  // it is not read
  }
  story.system.mood = System::Mood::kWell;

  // A file that cannot be loaded; the one before goes on serving.
  const std::string bad = absl::StrCat(Story::Rows(), Canaries::Of("LOADED"), ",",
                                       Canaries::Of("LOADED"), std::string(200, 'x'), ",,,,\n");
  CHECK(ReasonOf(Load(cluster, kCivil, story.name, bad, "civil-node").status()) ==
        Reason::kRowInvalid);

  cluster.Stop("civil-node");
  {
    const TakenOver forger(cluster);
    const auto reason = AskUntil([&] { return refused(story.Query("cert_no", Key())); },
                                 [](Reason why) { return why == Reason::kQuarantined; });
    CHECK(reason == Reason::kQuarantined);
  }
  cluster.Start("civil-node");
  cluster.AwaitReady("civil-node");
  for (const char* process : {"civil-node", "tax-node"}) {
    REQUIRE_OK(QueryWhenKnown(cluster, kTax, story.Query("cert_no", Key())));
    cluster.Kill(process);
    cluster.Start(process);
    cluster.AwaitReady(process);
  }
}

// Keys and secrets by their bytes, and the only file that each may lie in.
std::map<std::string, std::string> AddSecrets(Cluster& cluster, Canaries* canaries) {
  std::map<std::string, std::string> files;
  for (const char* process : {"civil-node", "tax-node", "audit", "sharing", "catalog"}) {
    const std::string dir = cluster.identity(process).dir;
    for (const char* file : {"tls.key", "message.key", "witness.key", "log.key"}) {
      const auto pem = crypto::ReadFile(absl::StrCat(dir, "/", file));
      if (!pem.ok()) continue;
      const std::vector<std::string> lines = absl::StrSplit(*pem, '\n');
      const std::string name = absl::StrCat(file, " of ", process);
      canaries->AddSecret(name, lines[1].size() >= 64 ? lines[1].substr(40) : lines[1]);
      files[name] = absl::StrCat(dir, "/", file);
    }
    const auto secret = crypto::ReadFile(dir + "/agency.secret");
    if (!secret.ok()) continue;
    const std::string name = absl::StrCat("agency.secret of ", process);
    canaries->AddSecret(name, *secret);
    files[name] = dir + "/agency.secret";
  }
  files["TOKEN"] = cluster.dir() / "system.token";
  return files;
}

std::string Told(const Canaries::Findings& findings) {
  std::string text;
  for (const auto& [place, kinds] : findings) {
    absl::StrAppend(&text, "\n  ", place, ":");
    for (const std::string& kind : kinds) absl::StrAppend(&text, " ", kind);
  }
  return text;
}

std::vector<std::string> Cores() {
  std::vector<std::string> cores;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::current_path())) {
    const std::string name = entry.path().filename().string();
    if (absl::StartsWith(name, "core")) cores.push_back(name);
  }
  return cores;
}

TEST_CASE("No marker lies anywhere but in its owner's dataset", "[scenario][privacy]") {
  const TempDir all;  // temporary files of every process go here, and the cluster's own
  setenv("TMPDIR", all.path().c_str(), 1);
  const std::vector<std::string> cores = Cores();
  Story story;
  Cluster& cluster = story.cluster;
  Canaries canaries;
  const std::map<std::string, std::string> homes = AddSecrets(cluster, &canaries);
  std::vector<std::string> exchanges;
  ShareWell(story, canaries, &exchanges);
  ShareBadly(story);

  // Receipts are told to both parties, and hold digests.
  for (const std::string& id : exchanges) {
    CAPTURE(id);
    ex::GetReceiptRequest ask;
    ask.set_exchange(id);
    const auto receipt = AskUntilOk(
        [&] {
          return cluster.Call<ex::GetReceiptResponse>("tax-system", "tax-node",
                                                      ExchangeMethod("GetReceipt"), ask);
        },
        absl::Seconds(30));
    REQUIRE_OK(receipt);
    CHECK(canaries.In(receipt->SerializeAsString()).empty());
  }
  const std::vector<std::string> processes = {"catalog", "audit", "sharing", "civil-node",
                                              "tax-node"};
  for (const std::string& process : processes) {
    CAPTURE(process);
    const std::string page = MetricsPage(cluster.dir() / (process + ".ports"));
    CHECK(absl::StrContains(page, "shareway_"));
    CHECK(canaries.In(page).empty());
  }
  kill(cluster.pid("civil-node"), SIGABRT);  // leaves no core
  for (const std::string& process : processes) cluster.Stop(process);
  CHECK(Cores() == cores);

  for (const auto& [place, kinds] : canaries.InFiles(all.path())) {
    const std::string path = all / place;
    for (const std::string& kind : kinds) {
      CAPTURE(path, kind);
      const bool data = absl::StartsWith(path, cluster.StoreOf("civil-node") + "/");
      const auto home = homes.find(kind);
      CHECK(((data && Hosted().contains(kind)) || (home != homes.end() && home->second == path)));
    }
  }
  for (const std::string& process : processes) {
    Canaries::Findings findings = canaries.InStore(cluster.StoreOf(process));
    if (process == "civil-node") {
      CHECK(findings["d"] == Hosted());  // rows, where they belong: the search does find
      findings.erase("d");
    }
    INFO(process << Told(findings));
    CHECK(findings.empty());
  }
  // The search finds what is there: each secret in its own file,
  const Canaries::Findings found = canaries.InFiles(all.path());
  for (const auto& [name, file] : homes) {
    CAPTURE(name);
    const auto at = found.find(std::filesystem::relative(file, all.path()).string());
    REQUIRE(at != found.end());
    CHECK(at->second.contains(name));
  }
  // and what is planted, in any dress.
  const std::string marker = Canaries::Of("PLANTED");
  const std::string log = cluster.dir() / "tax-node.log";
  std::ofstream(log, std::ios::app) << "{\"text\":\"" << marker << "\"}\n";
  CHECK(canaries.InFiles(all.path())[std::filesystem::relative(log, all.path()).string()] ==
        std::set<std::string>{"PLANTED"});
  for (const std::string& text :
       {absl::BytesToHexString(marker), absl::Base64Escape(marker),
        absl::Base64Escape("x" + marker), absl::Base64Escape("xy" + marker)}) {
    CAPTURE(text);
    CHECK(canaries.In(text) == std::set<std::string>{"?"});
  }
  {
    const auto store = kv::OpenRocks(cluster.StoreOf("tax-node"));
    REQUIRE_OK(store);
    kv::Batch batch;
    batch.Put("asked/planted", std::string(100'000, 'a') + marker);
    batch.Append("outbox", marker);
    REQUIRE((*store)->Commit(std::move(batch)).ok());
  }
  const Canaries::Findings planted = canaries.InStore(cluster.StoreOf("tax-node"));
  CHECK(planted == Canaries::Findings{{"asked", {"PLANTED"}}, {"log outbox", {"PLANTED"}}});
  unsetenv("TMPDIR");
  WARN(canaries.searched() / 1'000'000 << " MB searched");
}

}  // namespace
}  // namespace shareway::testing
