// SPDX-License-Identifier: Apache-2.0
// One good request that is served, and every single thing in it, around it and behind it spoiled,
// one at a time: by query, verification and call. Each is refused for its own reason, with a signed
// record or with a count, as architecture section 2 says; what is served all the same, by which
// rule.
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/domain/ask.h"
#include "services/exchange/quotas.h"
#include "services/exchange/rpc/upkeep.h"
#include "services/exchange/source/json_rows.h"
#include "services/exchange/store/call_message.h"
#include "services/exchange/store/verify_message.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

using evidence::AuditRecord;
namespace v1 = evidence::v1;

constexpr char kStranger[] = "agencies/housing/nodes/n1";

class LookUp final : public Backend {
 public:
  mutable int asked = 0;
  absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const override {
    ++asked;
    SHAREWAY_ASSIGN_OR_RETURN(
        std::vector<Row> rows,
        ReadJsonRows(R"([{"code":"113","name":"name-3","secret":"CANARY"}])", call.items));
    return BackendAnswer{.rows = std::move(rows)};
  }
};

// Sharing's share of a quota: all of it.
class AllSlices final : public QuotaSlices {
 public:
  absl::StatusOr<Amounts> Take(const Grant& grant, absl::CivilDay, const Amounts& wanted) override {
    const Amounts rest = grant.day - given_;
    const Amounts slice = {.calls = std::min(rest.calls, wanted.calls)};
    if (slice.none()) return absl::ResourceExhaustedError("nothing is left");
    given_ = given_ + slice;
    return slice;
  }

 private:
  Amounts given_;
};

// A request as the consumer's node makes it, and all that a forger might change about it.
struct Forged {
  Request request = {};
  std::string peer = kTaxNode;
  std::string key_of = kTaxNode;     // whose key signs it
  bool another_payload = false;      // than the one that was signed
  std::optional<exchange::Query> query = {};   // by method, one of these
  std::optional<Verification> verification = {};
  std::optional<Invocation> invocation = {};
  std::optional<std::string> bytes = {};  // instead of any of them
};

// Tax has a grant of civil for all three ways; quotas are counted.
struct Matrix : World {
  explicit Matrix(Method way) : method(way), usage(civil->kv) {
    auto system = std::make_unique<LookUp>();
    look_up = system.get();
    civil->backends.emplace("resources/r1/operations/look_up", std::move(system));
    quotas = std::make_unique<Quotas>(Quotas::Parts{.store = &usage,
                                                    .exchanges = &civil->store,
                                                    .slices = &slices,
                                                    .clock = &clock,
                                                    .secret = std::string(32, 's')});
    REQUIRE(quotas->Restore().ok());
    TestNode& node = *civil;
    node.provider = std::make_unique<Provider>(Provider::Parts{
        .store = &node.store, .intents = &node.intents, .outbox = node.outbox.get(),
        .signer = &node.signer, .neighbours = &node.neighbours, .grants = &node.grants,
        .resources = &node.resources, .holds = &node.holds, .replays = &node.replays,
        .rejected = &node.rejected, .source = &source,
        .servings = {nullptr, &node.query_serving, &node.verify_serving, nullptr,
                     &node.call_serving},
        .usage = quotas.get(), .room = &node.room, .clock = &clock, .node = node.name});
    node.resources.Put(resource);
    PutGrant();
  }
  static Grant MatrixGrant() {
    Grant grant = GoodGrant();
    grant.methods = {Method::kQuery, Method::kVerify, Method::kCall};
    grant.revision = {2, 5};
    return grant;
  }
  static Resource MatrixResource() {
    Resource made = GoodResource();
    made.items[0].key = true;
    made.operations = {{.id = "look_up",
                        .form = Operation::Form::kJson,
                        .parameters = {"name", "secret"}}};
    return made;
  }
  void PutGrant() { civil->grants.Put(grant, grant.revision); }
  void PutResource() { civil->resources.Put(resource); }

  Forged Good(const std::string& exchange) const {
    Forged forged;
    forged.request = {.nonce = crypto::RandomBytes(16),
                      .kind = kRequestKind,
                      .version = 1,
                      .exchange = exchange,
                      .attempt = 1,
                      .consumer = kTax,
                      .consumer_node = kTaxNode,
                      .provider_node = kCivilNode,
                      .issue_time = clock.Now(),
                      .expire_time = clock.Now() + absl::Seconds(10),
                      .grant = "grants/g1",
                      .grant_revision = {2, 5},
                      .method = method,
                      .purpose = 1,
                      .case_digest = std::string(32, 'c'),
                      .operator_digest = std::string(32, 'o'),
                      .resource_revision = 1};
    if (method == Method::kQuery) {
      forged.query = exchange::Query{.items = {"code", "name"},
                           .where = {{{"code", filter::Op::kPrefix, "113"}}}};
    } else if (method == Method::kVerify) {
      forged.verification = Verification{.key = {{"code", filter::Op::kEquals, "113"}},
                                         .claims = {{.item = "name", .value = "name-3"}}};
    } else {
      forged.invocation = Invocation{.operation = "look_up", .items = {"code", "name"}};
    }
    return forged;
  }
  // What goes over the wire.
  v1::Envelope Sealed(Forged forged) {
    forged.request.query = forged.bytes        ? *forged.bytes
                           : forged.query      ? Encode(*forged.query)
                           : forged.invocation ? Encode(*forged.invocation)
                                               : Encode(*forged.verification);
    v1::Envelope envelope;
    envelope.set_payload(Encode(forged.request));
    TestNode& signer = forged.key_of == kTaxNode ? *tax : *civil;
    *envelope.mutable_signature() = evidence::ToProto(*signer.signer.Sign(envelope.payload()));
    if (forged.another_payload) {
      forged.request.operator_digest = std::string(32, 'p');
      envelope.set_payload(Encode(forged.request));
    }
    return envelope;
  }
  // What was read of the source and asked of the system until now.
  size_t looked() const { return source.asked.size() + static_cast<size_t>(look_up->asked); }

  const Method method;
  Grant grant = MatrixGrant();
  Resource resource = MatrixResource();
  LookUp* look_up = nullptr;
  AllSlices slices;
  UsageStore usage;
  std::unique_ptr<Quotas> quotas;
};

enum class Told {
  kServed,    // by a rule of the design
  kRecorded,  // a signed refusal, and its record in the outbox
  kCounted,   // an error, and one more call rejected of this peer
  kSettled,   // an error that the server counts; the record is there since the first time
};

struct Mismatch {
  const char* dimension;
  const char* spoiled;
  Told told;
  Reason reason;
  std::function<void(Matrix&, Forged&)> spoil;
  std::set<Method> ways = {Method::kQuery, Method::kVerify, Method::kCall};
  bool reads = false;  // only what is read shows it
};

std::vector<Mismatch> Mismatches() {
  const Reason invalid = Reason::kEnvelopeInvalid, item = Reason::kItemNotGranted;
  const std::set<Method> compares = {Method::kQuery, Method::kVerify};
  const auto change = [](void (*to)(Grant&)) {
    return [to](Matrix& m, Forged&) {
      to(m.grant);
      m.PutGrant();
    };
  };
  const auto ask = [](void (*to)(Request&)) {
    return [to](Matrix&, Forged& f) { to(f.request); };
  };
  return {
      {"TLS peer", "another agency's node", Told::kCounted, invalid,
       [](Matrix&, Forged& f) { f.peer = kCivilNode; }},
      {"TLS peer", "a node of nobody", Told::kCounted, invalid,
       [](Matrix&, Forged& f) { f.peer = f.request.consumer_node = kStranger; }},
      {"signer", "another node's key", Told::kCounted, invalid,
       [](Matrix&, Forged& f) { f.key_of = kCivilNode; }},
      {"signer", "another payload", Told::kCounted, invalid,
       [](Matrix&, Forged& f) { f.another_payload = true; }},
      {"signer", "a revoked key", Told::kCounted, Reason::kKeyRevoked,
       [](Matrix& m, Forged&) { m.civil->neighbours.keys_valid = false; }},
      {"consumer", "an agency that the node does not speak for", Told::kCounted, invalid,
       ask([](Request& r) { r.consumer = "agencies/housing"; })},
      {"consumer", "a suspended agency", Told::kCounted, invalid,
       [](Matrix& m, Forged&) { m.civil->neighbours.suspended.insert(kTax); }},
      {"consumer", "a suspended node", Told::kCounted, invalid,
       [](Matrix& m, Forged&) { m.civil->neighbours.suspended.insert(kTaxNode); }},
      {"consumer", "no agency's name", Told::kCounted, invalid,
       ask([](Request& r) { r.consumer = "tax"; })},
      {"audience node", "the agency's other node", Told::kRecorded, Reason::kWrongNode,
       ask([](Request& r) { r.provider_node = "agencies/civil/nodes/n2"; })},
      {"grant", "none of that name", Told::kRecorded, Reason::kGrantUnknown,
       ask([](Request& r) { r.grant = "grants/g9"; })},
      {"grant", "of another consumer", Told::kRecorded, Reason::kGrantUnknown,
       change([](Grant& g) { g.consumer = "agencies/housing"; })},
      {"grant", "of a provider that is not served here", Told::kRecorded, Reason::kGrantUnknown,
       change([](Grant& g) { g.provider = "agencies/housing"; })},
      {"grant", "withdrawn", Told::kRecorded, Reason::kGrantRevoked,
       change([](Grant& g) { g.state = Grant::State::kRevoked; })},
      {"grant", "suspended", Told::kRecorded, Reason::kGrantSuspended,
       change([](Grant& g) { g.state = Grant::State::kSuspended; })},
      {"grant", "ended", Told::kRecorded, Reason::kGrantExpired,
       [](Matrix& m, Forged&) {
         m.grant.end_time = m.clock.Now();
         m.PutGrant();
       }},
      {"grant", "not begun", Told::kRecorded, Reason::kGrantExpired,
       [](Matrix& m, Forged&) {
         m.grant.start_time = m.clock.Now() + absl::Nanoseconds(1);
         m.PutGrant();
       }},
      {"grant", "with conditions of a later version", Told::kRecorded, Reason::kNotSupported,
       change([](Grant& g) { g.limited = true; })},
      {"grant", "decided by a key that is not pinned", Told::kRecorded, Reason::kHeld,
       change([](Grant& g) { g.pinned_decision = false; })},
      {"grant", "by a publication, of items with conditions", Told::kRecorded, Reason::kHeld,
       change([](Grant& g) { g.by_publication = true; })},
      {"grant", "held by the provider", Told::kRecorded, Reason::kHeld,
       [](Matrix& m, Forged&) { m.civil->holds.Set("grants/g1", true); }},
      {"purpose", "another one", Told::kRecorded, Reason::kPurposeNotGranted,
       ask([](Request& r) { r.purpose = 2; })},
      {"purpose", "none", Told::kRecorded, Reason::kPurposeNotGranted,
       ask([](Request& r) { r.purpose = 0; })},
      {"method", "not granted", Told::kRecorded, Reason::kMethodNotGranted,
       [](Matrix& m, Forged&) {
         std::erase(m.grant.methods, m.method);
         m.PutGrant();
       }},
      {"method", "a download, as a single answer", Told::kRecorded, Reason::kMethodNotGranted,
       ask([](Request& r) { r.method = Method::kDownload; })},
      {"method", "one that the node does not serve", Told::kRecorded, Reason::kMethodNotGranted,
       ask([](Request& r) { r.method = Method::kSubscribe; })},
      {"method", "a number of no method", Told::kRecorded, Reason::kMethodNotGranted,
       ask([](Request& r) { r.method = static_cast<Method>(99); })},
      {"operation", "not in the catalogue", Told::kRecorded, Reason::kOperationUnknown,
       [](Matrix&, Forged& f) { f.invocation->operation = "drop_all"; }, {Method::kCall}},
      {"demand", "bytes of no demand", Told::kRecorded, invalid,
       [](Matrix&, Forged& f) { f.bytes = "\xff\xff"; }},
      {"demand", "a byte more than there may be", Told::kCounted, invalid,
       [](Matrix& m, Forged& f) { f.bytes = std::string(MostDemandBytes(m.method) + 1, 'q'); }},
      {"demand", "not the whole key", Told::kRecorded, Reason::kFieldInvalid,
       [](Matrix&, Forged& f) {
         f.verification->key[0].item = "name";
         f.verification->claims[0].item = "code";
       },
       {Method::kVerify}},
      {"items", "one that is withheld", Told::kRecorded, item,
       [](Matrix&, Forged& f) {
         if (f.query) f.query->items.push_back("secret");
         if (f.invocation) f.invocation->items.push_back("secret");
         if (f.verification) f.verification->claims[0].item = "secret";
       }},
      {"items", "granted since, gone from the catalogue's entry", Told::kRecorded,
       Reason::kGrantOutdated,
       [](Matrix& m, Forged&) {
         m.resource.items.erase(m.resource.items.begin() + 1);
         m.PutResource();
       }},
      {"items", "a condition on one that is withheld", Told::kRecorded, item,
       [](Matrix&, Forged& f) {
         if (f.query) f.query->where.conditions.push_back({"secret", filter::Op::kPrefix, "C"});
         if (f.invocation) f.invocation->arguments = {{"secret", "C"}};
       },
       {Method::kQuery, Method::kCall}},
      {"subject mask", "a masked item compared", Told::kRecorded, item,
       [](Matrix& m, Forged& f) {
         m.grant.masked_items = {"name"};
         m.PutGrant();
         if (f.query) f.query->where.conditions.push_back({"name", filter::Op::kPrefix, "n"});
         if (f.invocation) f.invocation->arguments = {{"name", "n"}};
       }},
      {"rows", "outside the filter", Told::kRecorded, Reason::kRowNotGranted,
       [](Matrix&, Forged& f) {
         filter::Condition& key =
             f.query ? f.query->where.conditions[0] : f.verification->key[0];
         key.value = "1211";
       },
       compares},
      {"revision", "of the grant, ahead of the provider's", Told::kRecorded,
       Reason::kGrantOutdated, ask([](Request& r) { r.grant_revision.number = 6; })},
      {"revision", "of the grant, behind: the provider's own grant decides", Told::kServed,
       Reason::kUnspecified, ask([](Request& r) { r.grant_revision.number = 4; })},
      {"revision", "of the resource, another than the grant's", Told::kRecorded,
       Reason::kGrantOutdated, ask([](Request& r) { r.resource_revision = 2; })},
      {"revision", "of the resource, not stated: a node of an earlier version", Told::kServed,
       Reason::kUnspecified, ask([](Request& r) { r.resource_revision = 0; })},
      {"epoch", "ahead of the provider's", Told::kRecorded, Reason::kGrantOutdated,
       ask([](Request& r) { r.grant_revision = {3, 1}; })},
      {"epoch", "behind: the provider's own grant decides", Told::kServed, Reason::kUnspecified,
       ask([](Request& r) { r.grant_revision = {1, 900}; })},
      {"lease", "run out", Told::kRecorded, Reason::kLeaseStale,
       [](Matrix& m, Forged&) { m.civil->neighbours.leases = false; }},
      {"expiry", "more than 2 s ago", Told::kRecorded, Reason::kEnvelopeExpired,
       [](Matrix& m, Forged&) { m.clock.Advance(absl::Milliseconds(12001)); }},
      {"expiry", "less than 2 s ago: the clocks' skew", Told::kServed, Reason::kUnspecified,
       [](Matrix& m, Forged&) { m.clock.Advance(absl::Milliseconds(11999)); }},
      {"expiry", "issued more than 2 s ahead", Told::kRecorded, Reason::kEnvelopeExpired,
       ask([](Request& r) { r.issue_time += absl::Milliseconds(2001); })},
      {"expiry", "valid for more than 60 s", Told::kRecorded, Reason::kEnvelopeExpired,
       ask([](Request& r) { r.expire_time = r.issue_time + absl::Milliseconds(60001); })},
      {"attempt", "the same again", Told::kSettled, Reason::kExchangeSettled,
       ask([](Request& r) { r.exchange = "good"; })},
      {"attempt", "the next, with another demand", Told::kRecorded, Reason::kQueryChanged,
       [](Matrix&, Forged& f) {
         f.request.exchange = "good";
         f.request.attempt = 2;
         if (f.query) f.query->limit = 7;
         if (f.invocation) f.invocation->items = {"name"};
         if (f.verification) f.verification->claims[0].value = "name-4";
       }},
      {"attempt", "the next, under another grant", Told::kRecorded, Reason::kQueryChanged,
       [](Matrix& m, Forged& f) {
         f.request.exchange = "good";
         f.request.attempt = 2;
         f.request.grant = m.grant.name = "grants/g2";
         m.PutGrant();
       }},
      {"attempt", "the next, with the same demand: a retry", Told::kServed, Reason::kUnspecified,
       [](Matrix&, Forged& f) {
         f.request.exchange = "good";
         f.request.attempt = 2;
       }},
      {"attempt", "0", Told::kCounted, invalid, ask([](Request& r) { r.attempt = 0; })},
      {"attempt", "4", Told::kCounted, invalid, ask([](Request& r) { r.attempt = 4; })},
      {"case", "none, and the grant asks for one", Told::kRecorded, Reason::kCaseRequired,
       [](Matrix& m, Forged& f) {
         m.grant.case_required = true;
         m.PutGrant();
         f.request.case_digest.clear();
       }},
      {"case", "no keyed digest", Told::kCounted, invalid,
       ask([](Request& r) { r.case_digest = "CASE-7"; })},
      {"operator", "none", Told::kCounted, invalid,
       ask([](Request& r) { r.operator_digest.clear(); })},
      {"operator", "in clear", Told::kCounted, invalid,
       ask([](Request& r) { r.operator_digest = "e-17"; })},
      {"quota", "used up", Told::kRecorded, Reason::kQuotaExhausted,
       [](Matrix& m, Forged&) {
         m.grant.day = {.calls = 1};
         m.PutGrant();
         REQUIRE(m.Send(m.Sealed(m.Good("used-up"))).ok());
       }},
      {"clearance", "below an item's grading", Told::kRecorded, item,
       [](Matrix& m, Forged&) {
         m.resource.items[1].grading = 3;
         m.PutResource();
         m.civil->neighbours.clearance = 2;
       }},
      {"form", "a nonce of 15 bytes", Told::kCounted, invalid,
       ask([](Request& r) { r.nonce.pop_back(); })},
      {"form", "a response", Told::kCounted, invalid,
       ask([](Request& r) { r.kind = kResponseKind; })},
      {"form", "version 2", Told::kCounted, invalid, ask([](Request& r) { r.version = 2; })},
      {"source", "revoked while it is read", Told::kRecorded, Reason::kGrantRevoked,
       [](Matrix& m, Forged&) {
         m.source.while_reading = [&m] {
           m.grant.state = Grant::State::kRevoked;
           m.PutGrant();
         };
       },
       compares, true},
  };
}

// The refusal, signed by the provider's node, and its record, signed by both.
void CheckRecorded(Matrix& m, const v1::Envelope& sent, const v1::Envelope& answer, Reason reason) {
  CHECK(m.tax->neighbours.Verify(kCivilNode, answer.payload(), answer.signature()).ok());
  const auto response = DecodeResponse(answer.payload());
  REQUIRE(response.ok());
  CHECK(response->outcome == Outcome::kRefused);
  CHECK(response->reason == ReasonName(reason));
  CHECK(response->body.empty());
  CHECK(response->request_digest == crypto::Sha256(sent.payload()).view());
  const AuditRecord record = m.civil->Evidence().back();
  CHECK(record.kind() == v1::EXCHANGE_REFUSED);
  CHECK(record.reason() == ReasonName(reason));
  CHECK(record.record_count() == 0);
  CHECK(record.item_set_digest().empty());
  CHECK(record.request_digest() == crypto::Sha256(sent.payload()).view());
  CHECK(record.response_digest() == crypto::Sha256(answer.payload()).view());
  auto& neighbours = m.civil->neighbours;
  CHECK(neighbours.VerifyDigest(kTaxNode, record.request_digest(), record.request_signature())
            .ok());
  CHECK(neighbours.VerifyDigest(kCivilNode, record.response_digest(), record.response_signature())
            .ok());
  for (const std::string& bytes : {answer.SerializeAsString(), record.SerializeAsString()}) {
    CHECK(bytes.find("CANARY") == std::string::npos);
    CHECK(bytes.find("name-3") == std::string::npos);
  }
}

// One more call of the peer is counted, for this reason, and no more than that.
void CheckCounted(Matrix& m, const std::string& peer, Reason reason) {
  const auto counted = m.civil->rejected.TakeAll();
  CHECK(counted.size() == 1);
  if (counted.empty()) return;
  CHECK(counted[0].peer == peer);
  CHECK(counted[0].count == 1);
  CHECK(counted[0].reason == ReasonName(reason));
}

void CheckRow(const Mismatch& row, Method way) {
  Matrix m(way);
  // The good one is served, so that what is spoiled next is what is refused.
  REQUIRE(m.Send(m.Sealed(m.Good("good"))).ok());
  REQUIRE(m.civil->Evidence().back().kind() == v1::EXCHANGE_DELIVERED);
  Forged forged = m.Good("spoiled");
  row.spoil(m, forged);
  const std::string peer = forged.peer;
  const v1::Envelope sent = m.Sealed(forged);
  const size_t records = m.civil->Evidence().size();
  const size_t looked = m.looked();
  const auto answer = m.Send(sent, peer);
  INFO(answer.status());
  if (row.told == Told::kServed) {
    CHECK(answer.ok());
    if (!answer.ok()) return;
    CHECK(DecodeResponse(answer->payload())->outcome == Outcome::kDelivered);
    CHECK(m.civil->Evidence().back().kind() == v1::EXCHANGE_DELIVERED);
  } else if (row.told == Told::kRecorded) {
    CHECK(answer.ok());
    if (!answer.ok()) return;
    CHECK(m.civil->Evidence().size() == records + 1);
    CheckRecorded(m, sent, *answer, row.reason);
    CHECK(m.civil->rejected.TakeAll().empty());
  } else {
    CHECK_FALSE(answer.ok());
    if (answer.ok()) return;
    CHECK(WhyOf(answer.status()) == row.reason);
    CHECK(m.civil->Evidence().size() == records);
    if (row.told == Told::kSettled) {
      CHECK(absl::IsAlreadyExists(answer.status()));
      rpc::Caller caller;
      caller.identity.name = peer;  // as the server's hook counts it: rpc/exchange_node.cc
      CountRejected(caller, answer.status(), m.clock.Now(), &m.civil->rejected);
    } else {
      CHECK((absl::IsInvalidArgument(answer.status()) ||
             absl::IsPermissionDenied(answer.status())));
    }
    CheckCounted(m, peer, row.reason);
  }
  if (row.told != Told::kServed && !row.reads) CHECK(m.looked() == looked);
}

TEST_CASE("A request with one thing wrong is refused for it, and recorded or counted", "[matrix]") {
  int refused = 0;
  std::printf("| dimension | spoiled | query | verify | call | how |\n|---|---|---|---|---|---|\n");
  for (const Mismatch& row : Mismatches()) {
    std::string line = absl::StrCat("| ", row.dimension, " | ", row.spoiled);
    for (const Method way : {Method::kQuery, Method::kVerify, Method::kCall}) {
      if (!row.ways.contains(way)) {
        line += " | –";
        continue;
      }
      CAPTURE(row.dimension, row.spoiled, static_cast<int>(way));
      CheckRow(row, way);
      refused += row.told != Told::kServed;
      absl::StrAppend(&line, " | ", row.told == Told::kServed ? "served" : ReasonName(row.reason));
    }
    const char* how[] = {"by this rule", "signed and recorded", "counted", "counted at the server"};
    std::printf("%s | %s |\n", line.c_str(), how[static_cast<int>(row.told)]);
  }
  CHECK(refused > 150);
}

}  // namespace
}  // namespace shareway::exchange
