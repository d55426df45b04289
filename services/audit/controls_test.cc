// SPDX-License-Identifier: Apache-2.0
// Stops and retention: the record is durable first, and the log alone says what is in force.
#include "services/audit/controls.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/kv/memory_store.h"
#include "services/audit/store/control_record.h"
#include "services/audit/test_log.h"
#include "services/audit/watched_log.h"

namespace shareway::audit {
namespace {

constexpr char kUri[] = "shareway://test/service/audit";

const Controller kAuditing = {.person = "people/auditing", .roles = {Administrator::kAudit}};
const Controller kSystem = {.person = "people/system", .roles = {Administrator::kSystem}};

// What Controls take was verified; here it only tells one act from another.
evidence::SignedAct Act(const std::string& bytes) {
  evidence::SignedAct act;
  act.set_act(bytes);
  return act;
}

Control Keeping(int exchange_days) {
  return {.retention = Retention{.exchange_days = exchange_days}, .reason = "the volume fills"};
}

Control Stop() { return {.reason = "moving house"}; }

Reason Why(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// The log of one process after another, on one store.
class Process {
 public:
  ~Process() { Close(); }
  absl::Status Open(AskedRetention asked = {}) {
    Close();
    metrics_ = std::make_unique<metrics::Registry>();
    Audit::Options options;
    options.metrics = metrics_.get();
    options.clock = &clock;
    options.sign_interval = absl::ZeroDuration();
    SHAREWAY_ASSIGN_OR_RETURN(audit, Audit::Open(&store, TestLogKey(), options));
    own = std::make_unique<OwnRecords>(audit.get(), &reader_, &key_, kUri);
    SHAREWAY_ASSIGN_OR_RETURN(log_, WatchedLog::Open({.store = &store,
                                                      .audit = audit.get(),
                                                      .reader = &reader_,
                                                      .own = own.get(),
                                                      .metrics = metrics_.get(),
                                                      .message_key = key_.public_key(),
                                                      .stop = [this] { stopped = Last(); },
                                                      .roles_today =
                                                          [this](absl::string_view person,
                                                                 const evidence::SignedAct&) {
                                                            return RolesOf(person);
                                                          }},
                                                     {.retention = asked}));
    return log_->Start([] { return true; });
  }
  void MustOpen(AskedRetention asked = {}) {
    const absl::Status opened = Open(asked);
    INFO(opened);
    REQUIRE(opened.ok());
  }
  void Close() {
    log_.reset();
    own.reset();
    audit.reset();
  }
  Controls* controls() { return log_->controls(); }
  int InForce() { return controls()->InForce()->exchange_days; }
  // By two administrators.
  absl::StatusOr<Proposal> Do(const Control& control) {
    ++acts_;
    SHAREWAY_ASSIGN_OR_RETURN(
        const Proposal proposal,
        controls()->Propose(kAuditing, Act(absl::StrCat("propose", acts_)), control));
    SHAREWAY_RETURN_IF_ERROR(Confirm(proposal, kSystem, absl::StrCat("confirm", acts_)));
    return proposal;
  }
  // By a person who read what is proposed.
  absl::Status Confirm(const Proposal& proposal, const Controller& second,
                       const std::string& act) {
    return controls()
        ->Confirm(proposal.name, proposal.control.retention, second, Act(act))
        .status();
  }
  std::vector<Administrator> RolesOf(absl::string_view person) const {
    return person == dismissed ? std::vector<Administrator>() : kAuditing.roles;
  }
  // The log's newest record.
  evidence::AuditRecord Last() const {
    const std::shared_ptr<const LogState> state = audit->state();
    const std::vector<Found> found = *reader_.Entries(*state, state->size() - 1, state->size(), 1);
    return evidence::Open(found[0].stored.sealed)->record;
  }

  std::string dismissed;  // people/{p} without a role any more
  FakeClock clock;
  kv::MemoryStore store;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<OwnRecords> own;
  // What the log had last when it was stopped.
  evidence::AuditRecord stopped;

 private:
  LogReader reader_{&store};
  const crypto::PrivateKey key_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::unique_ptr<metrics::Registry> metrics_;
  std::unique_ptr<WatchedLog> log_;
  int acts_ = 0;
};

TEST_CASE("A stop is recorded with both acts before it begins, and loses nothing", "[controls]") {
  Process process;
  process.MustOpen();
  const std::vector<uint64_t> indices = *process.audit->AppendAndWait(MakeEntries(1, 10));
  const Proposal proposal = *process.controls()->Propose(kAuditing, Act("one"), Stop());
  CHECK(process.stopped.kind() == evidence::v1::RECORD_KIND_UNSPECIFIED);
  REQUIRE(process.Confirm(proposal, kSystem, "two").ok());

  CHECK(process.stopped.kind() == evidence::v1::LOG_CONTROLLED);
  CHECK(process.stopped.object() == kStopObject);
  CHECK(process.stopped.act().act() == "two");
  evidence::v1::LogControl control;
  REQUIRE(control.ParseFromString(process.stopped.state()));
  CHECK(control.stop());
  CHECK_FALSE(control.has_retention());
  CHECK(control.proposal().act() == "one");
  CHECK(control.proposer() == kAuditing.person);
  CHECK(control.confirmer() == kSystem.person);
  CHECK(control.reason() == "moving house");
  CHECK(control.name() == proposal.name);

  // Nothing that was acknowledged is missing, and nothing is taken twice.
  process.MustOpen();
  CHECK(*process.audit->AppendAndWait(MakeEntries(1, 10)) == indices);
}

TEST_CASE("One person's word does nothing, and a proposal is done once", "[controls]") {
  Process process;
  process.MustOpen();
  const uint64_t size = process.audit->state()->size();
  const Proposal proposal = *process.controls()->Propose(kAuditing, Act("one"), Keeping(1200));
  CHECK(Why(process.Confirm(proposal, kAuditing, "two")) == Reason::kOwnRequest);
  const Controller colleague = {.person = "people/colleague", .roles = kAuditing.roles};
  CHECK(Why(process.Confirm(proposal, colleague, "two")) == Reason::kPolicyDenied);
  CHECK(Why(process.Confirm({.name = "controls/c"}, kSystem, "two")) == Reason::kNotVisible);
  CHECK(process.InForce() == 0);
  CHECK(process.audit->state()->size() == size);
  REQUIRE(process.controls()->Waiting().size() == 1);

  REQUIRE(process.Confirm(proposal, kSystem, "two").ok());
  CHECK(process.InForce() == 1200);
  CHECK(process.controls()->Waiting().empty());
  CHECK(Why(process.Confirm(proposal, kSystem, "three")) == Reason::kNotVisible);
}

TEST_CASE("Both acts sent a second time do nothing, in this process or the next", "[controls]") {
  Process process;
  process.MustOpen();
  const bool stop = GENERATE(false, true);
  const Control control = stop ? Stop() : Keeping(1200);
  const Proposal proposal = *process.controls()->Propose(kAuditing, Act("one"), control);
  REQUIRE(process.Confirm(proposal, kSystem, "two").ok());
  REQUIRE(process.Do(Keeping(1300)).ok());
  process.stopped.Clear();
  for (const bool restarted : {false, true}) {
    INFO(restarted);
    if (restarted) process.MustOpen();
    const uint64_t size = process.audit->state()->size();
    CHECK(Why(process.controls()->Propose(kAuditing, Act("one"), control).status()) ==
          Reason::kActReplayed);
    CHECK(Why(process.Confirm(proposal, kSystem, "two")) == Reason::kNotVisible);
    CHECK(process.InForce() == 1300);
    CHECK(process.stopped.kind() == evidence::v1::RECORD_KIND_UNSPECIFIED);
    CHECK(process.audit->state()->size() == size);
  }
  // What a fresh act proposes is done, the same or not.
  CHECK(process.Do(control).ok());
}

TEST_CASE("What somebody proposed who was dismissed since is not done", "[controls]") {
  Process process;
  process.MustOpen();
  const Proposal proposal = *process.controls()->Propose(kAuditing, Act("one"), Keeping(1200));
  const uint64_t size = process.audit->state()->size();
  process.dismissed = kAuditing.person;
  CHECK(Why(process.Confirm(proposal, kSystem, "two")) == Reason::kPolicyDenied);
  CHECK(process.InForce() == 0);
  CHECK(process.audit->state()->size() == size);
}

TEST_CASE("Of a person the last proposal waits, for an hour", "[controls]") {
  Process process;
  process.MustOpen();
  const Proposal first = *process.controls()->Propose(kAuditing, Act("one"), Keeping(1200));
  const Proposal second = *process.controls()->Propose(kAuditing, Act("two"), Keeping(1300));
  CHECK(first.name != second.name);
  CHECK(Why(process.Confirm(first, kSystem, "t")) == Reason::kNotVisible);
  process.clock.Advance(kProposalLasts + absl::Seconds(1));
  CHECK(process.controls()->Waiting().empty());
  CHECK(Why(process.Confirm(second, kSystem, "t")) == Reason::kDeadlinePassed);
  CHECK(process.InForce() == 0);
}

TEST_CASE("What cannot be recorded is not done, and waits on", "[controls]") {
  Process process;
  process.MustOpen();
  const Proposal proposal = *process.controls()->Propose(kAuditing, Act("one"), Stop());
  const std::string endless(1 << 20, 'x');
  CHECK_FALSE(process.Confirm(proposal, kSystem, endless).ok());
  CHECK(process.stopped.kind() == evidence::v1::RECORD_KIND_UNSPECIFIED);
  CHECK(process.Confirm(proposal, kSystem, "two").ok());
  CHECK(process.stopped.kind() == evidence::v1::LOG_CONTROLLED);
}

TEST_CASE("Two administrators' retention outlives restarts and overrules flags", "[controls]") {
  Process process;
  process.MustOpen();
  REQUIRE(process.Do(Keeping(1200)).ok());
  REQUIRE(process.Do(Keeping(1300)).ok());
  process.MustOpen();
  CHECK(process.InForce() == 1300);
  process.MustOpen({.exchange_days = 1300});
  for (const int other : {0, 1200, 1301}) {
    const absl::Status status = process.Open({.exchange_days = other});
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK_THAT(std::string(status.message()), Catch::Contains("propose-retention"));
  }
  process.MustOpen();
  CHECK(process.InForce() == 1300);
}

TEST_CASE("A log that begins records its flags, and one that has begun takes none", "[controls]") {
  Process process;
  CHECK(process.Open({.exchange_days = 1095}).code() == absl::StatusCode::kFailedPrecondition);
  process.MustOpen({.exchange_days = 1100});
  CHECK(process.InForce() == 1100);
  process.MustOpen();
  CHECK(process.InForce() == 1100);
  CHECK(process.Open({.exchange_days = 1200}).code() == absl::StatusCode::kFailedPrecondition);

  Process without;
  without.MustOpen();
  without.MustOpen({.exchange_days = 0});
  CHECK(without.InForce() == 0);
  CHECK(without.Open({.exchange_days = 1100}).code() == absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("A process that dies between record and effect finds the retention at its next start",
          "[controls]") {
  Process process;
  process.MustOpen();
  CHECK(process.InForce() == 0);
  const Proposal proposal = {
      .name = "controls/c", .by = kAuditing, .control = Keeping(1250), .time = process.clock.Now()};
  REQUIRE(process.own
              ->Append(ControlRecord(proposal, Act("one"), kSystem.person, Act("two")))
              .ok());
  CHECK(process.InForce() == 0);  // this process did not come to it
  process.MustOpen();
  CHECK(process.InForce() == 1250);
}

TEST_CASE("Somebody else's record of a retention is none", "[controls]") {
  Process process;
  process.MustOpen();
  evidence::AuditRecord record = FirstRetentionRecord({.exchange_days = 1096});
  record.set_nonce(std::string(16, 'n'));
  record.set_producer(kProviderUri);
  record.set_incarnation(std::string(16, 'i'));
  record.set_sequence(1);
  REQUIRE(process.audit->AppendAndWait({MakeEntry(record)}).ok());
  process.MustOpen();
  CHECK(process.InForce() == 0);
}

}  // namespace
}  // namespace shareway::audit
