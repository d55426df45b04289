// SPDX-License-Identifier: Apache-2.0
// What becomes of exchanges is told to both sides, without payload, and to nobody else.
#include "services/exchange/rpc/reports_rpc.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "libs/kv/memory_store.h"
#include "services/exchange/test_world.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

class OwnCall final : public rpc::Call {
 public:
  explicit OwnCall(absl::string_view agency = kCivil) {
    caller_.identity.name = "agencies/civil/systems/s";
    caller_.agency = std::string(agency);
    method_ = "/shareway.exchange.v1.ExchangeService/Any";
  }
  bool cancelled() const override { return false; }
};

// The audit log's side of one call.
class FakeAudit final : public rpc::Channel {
 public:
  std::function<absl::StatusOr<audit::v1::ExportEvidenceResponse>(
      const audit::v1::ExportEvidenceRequest&)>
      answer;

  void RawUnaryAsync(const std::string&, std::string request, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    audit::v1::ExportEvidenceRequest asked;
    REQUIRE(asked.ParseFromString(request));
    const auto response = answer(asked);
    if (!response.ok()) return done(response.status());
    done(response->SerializeAsString());
  }
  absl::StatusOr<std::string> RawUnary(const std::string&, std::string,
                                       const rpc::CallOptions&) override {
    return absl::UnimplementedError("not asked");
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }
};

struct Reported {
  absl::StatusOr<v1::GetReceiptResponse> Receipt(const std::string& exchange,
                                                 const rpc::Call& call = OwnCall()) {
    v1::GetReceiptRequest request;
    request.set_exchange(exchange);
    absl::StatusOr<v1::GetReceiptResponse> result = absl::UnknownError("no answer");
    rpc.GetReceipt(call, request, [&](absl::StatusOr<v1::GetReceiptResponse> response) {
      result = std::move(response);
    });
    return result;
  }
  absl::StatusOr<v1::ExchangeReport> Get(const std::string& exchange, const std::string& consumer) {
    v1::GetExchangeRequest request;
    request.set_exchange(exchange);
    request.set_consumer(consumer);
    return rpc.GetExchange(OwnCall(), request);
  }

  World world;
  TallyStore tallies{&world.civil_store};
  std::shared_ptr<FakeAudit> audit = std::make_shared<FakeAudit>();
  ReportsRpc rpc{{.store = &world.civil->store,
                  .tallies = &tallies,
                  .audit = audit,
                  .clock = &world.clock,
                  .agency = kCivil}};
};

Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A provider finds an exchange by its consumer and id, at its last attempt",
          "[reports]") {
  Reported reported;
  REQUIRE(reported.world.Query(World::GoodAsk()).ok());
  Ask refused = World::GoodAsk();
  refused.exchange = "x2";
  reported.world.civil->neighbours.clearance = 0;
  CHECK_FALSE(reported.world.Query(refused).ok());
  reported.world.civil->neighbours.clearance = 3;
  REQUIRE(reported.world.Query(refused).ok());

  const auto first = reported.Get("x1", kTax);
  INFO(first.status());
  REQUIRE(first.ok());
  CHECK(first->received());
  CHECK(first->attempt() == 1);
  CHECK(first->method() == evidence::v1::QUERY);
  CHECK(first->subject() == "resources/r1");
  CHECK(first->request_digest().size() == 32);
  CHECK(reported.Get("x2", kTax)->attempt() == 2);
  CHECK(reported.Get("x2", kTax)->received());

  CHECK(ReasonOf(reported.Get("x3", kTax).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(reported.Get("x1", kCivil).status()) == Reason::kNotVisible);
  CHECK(ReasonOf(reported.Get("x1", "").status()) == Reason::kNotVisible);  // never asked here
  CHECK(absl::IsInvalidArgument(reported.Get("x 1", kTax).status()));
  CHECK(absl::IsInvalidArgument(reported.Get("x1", "tax").status()));
}

TEST_CASE("A receipt is the log's pack of an exchange that this node knows", "[reports]") {
  Reported reported;
  REQUIRE(reported.world.Query(World::GoodAsk()).ok());
  reported.audit->answer = [](const audit::v1::ExportEvidenceRequest& asked) {
    CHECK(asked.exchange() == "x1");
    audit::v1::ExportEvidenceResponse response;
    response.set_pack("{}");
    response.set_next_page_token("more");
    return response;
  };
  const auto receipt = reported.Receipt("x1");
  INFO(receipt.status());
  REQUIRE(receipt.ok());
  CHECK(receipt->pack() == "{}");
  CHECK(receipt->next_page_token() == "more");
}

TEST_CASE("Where a node serves several agencies, a receipt has the caller's own entries alone",
          "[reports][hosting]") {
  Reported reported;
  REQUIRE(reported.world.Query(World::GoodAsk()).ok());
  const ReportsRpc shared{{.store = &reported.world.civil->store,
                           .tallies = &reported.tallies,
                           .audit = reported.audit,
                           .clock = &reported.world.clock,
                           .agency = kCivil,
                           .alone = false}};
  // Entries of these parties, each sealed by the first of them.
  const auto pack_of = [](const std::vector<std::vector<std::string>>& parties) {
    evidence::Pack pack{.checkpoint = "head"};
    for (const auto& agencies : parties) {
      const crypto::PrivateKey& key = TestKey(agencies[0] == kTown ? kTown : kCivilNode);
      pack.keys.push_back(key.public_key().spki());
      evidence::AuditRecord record;
      for (const std::string& agency : agencies) record.add_agencies(agency);
      evidence::v1::Envelope envelope;
      envelope.set_payload(record.SerializeAsString());
      *envelope.mutable_signature() =
          evidence::ToProto((*crypto::SignBatch(key, {envelope.payload()}))[0]);
      evidence::PackEntry& entry = pack.entries.emplace_back();
      entry.index = pack.entries.size();
      entry.sealed.set_record(envelope.SerializeAsString());
      entry.sealed.set_salt(std::string(16, 's'));
    }
    return evidence::WritePack(pack);
  };
  std::string pack;
  reported.audit->answer = [&](const audit::v1::ExportEvidenceRequest&) {
    audit::v1::ExportEvidenceResponse response;
    response.set_pack(pack);
    return response;
  };
  const auto receipt = [&] {
    v1::GetReceiptRequest request;
    request.set_exchange("x1");
    absl::StatusOr<v1::GetReceiptResponse> result = absl::UnknownError("no answer");
    shared.GetReceipt(OwnCall(), request, [&](absl::StatusOr<v1::GetReceiptResponse> response) {
      result = std::move(response);
    });
    return result;
  };
  pack = pack_of({{kTown, kTax}, {kCivil, kTax}, {kTown}});
  const auto narrowed = receipt();
  INFO(narrowed.status());
  REQUIRE(narrowed.ok());
  const auto read = evidence::ReadPack(narrowed->pack());
  REQUIRE(read.ok());
  REQUIRE(read->entries.size() == 1);
  CHECK(read->entries[0].index == 2);
  CHECK(read->keys ==
        std::vector<std::string>{TestKey(kCivilNode).public_key().spki()});
  pack = pack_of({{kTown, kTax}});
  CHECK(ReasonOf(receipt().status()) == Reason::kReceiptPending);
  pack = "no pack";
  CHECK_FALSE(receipt().ok());
}

TEST_CASE("Until the log has it, a receipt is pending", "[reports]") {
  const absl::Status answer = GENERATE(values<absl::Status>(
      {Error::NotVisible("x1"),
       Error(Reason::kNotReady, absl::StatusCode::kUnavailable, "no checkpoint covers it"),
       absl::UnavailableError("audit is away"), absl::OkStatus()}));
  Reported reported;
  REQUIRE(reported.world.Query(World::GoodAsk()).ok());
  reported.audit->answer = [&](const audit::v1::ExportEvidenceRequest&)
      -> absl::StatusOr<audit::v1::ExportEvidenceResponse> {
    if (!answer.ok()) return answer;
    return audit::v1::ExportEvidenceResponse();
  };
  const absl::Status pending = reported.Receipt("x1").status();
  CHECK(absl::IsUnavailable(pending));
  CHECK(ReasonOf(pending) == Reason::kReceiptPending);
}

TEST_CASE("Nobody asks the log for an exchange that is not this node's", "[reports]") {
  Reported reported;
  REQUIRE(reported.world.Query(World::GoodAsk()).ok());
  reported.audit->answer = [](const audit::v1::ExportEvidenceRequest&)
      -> absl::StatusOr<audit::v1::ExportEvidenceResponse> {
    FAIL("the log was asked");
    return absl::UnknownError("");
  };
  CHECK(ReasonOf(reported.Receipt("x9").status()) == Reason::kNotVisible);
  CHECK(ReasonOf(reported.Receipt("x1", OwnCall(kTax)).status()) == Reason::kNotVisible);
  CHECK(absl::IsInvalidArgument(reported.Receipt("x/1").status()));
}

TEST_CASE("What was answered is counted by day and told to the provider alone", "[reports]") {
  Reported reported;
  reported.tallies.AddDelivered({.consumer = kTax, .method = Method::kCall, .purpose = 1},
                                "grants/g1", 2, 30, reported.world.clock.Now());
  const auto counts = reported.rpc.ListExchanges(OwnCall(), {});
  INFO(counts.status());
  REQUIRE(counts.ok());
  REQUIRE(counts->counts_size() == 1);
  CHECK(counts->counts(0).date() == absl::FormatCivilTime(DayOf(reported.world.clock.Now())));
  CHECK(counts->counts(0).consumer() == kTax);
  CHECK(counts->counts(0).grant() == "grants/g1");
  CHECK(counts->counts(0).method() == evidence::v1::CALL);
  CHECK(counts->counts(0).delivered() == 1);
  CHECK(counts->counts(0).records() == 2);
  CHECK(counts->counts(0).payload_bytes() == 30);

  CHECK(ReasonOf(reported.rpc.ListExchanges(OwnCall(kTax), {}).status()) == Reason::kNotVisible);
  const auto [field, start, end] = GENERATE(table<std::string, std::string, std::string>({
      {"start_date", "2026-1-1", ""}, {"start_date", "2026-02-30", "2026-03-01"},
      {"end_date", "2026-01-02", "2026-01-01"}, {"end_date", "2025-01-01", "2026-01-03"},
      {"end_date", "2026-01-01", "tomorrow"}}));
  CAPTURE(field, start, end);
  v1::ListExchangesRequest request;
  request.set_start_date(start);
  request.set_end_date(end);
  const absl::Status refused = reported.rpc.ListExchanges(OwnCall(), request).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields[0].field == field);
}

}  // namespace
}  // namespace shareway::exchange
