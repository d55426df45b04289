// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/judge.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "libs/kv/rocks_store.h"
#include "libs/merkle/proof.h"
#include "libs/merkle/verify.h"
#include "services/audit/audit.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/log_reader.h"

namespace shareway::testing {
namespace {

constexpr uint64_t kSample = 61;  // every so many entries, a path

// Errors mean refused; `wrong_` is filled by what is served and should not be.
class Judgement {
 public:
  Judgement(const audit::Audit& log, const audit::LogReader& reader, const Judge& judge)
      : log_(log), reader_(reader), judge_(judge), state_(log.state()) {}

  absl::Status Compare() {
    SHAREWAY_RETURN_IF_ERROR(CompareEntries());
    SHAREWAY_RETURN_IF_ERROR(ComparePaths());
    for (const uint64_t number : {uint64_t{0}, uint64_t{7}, uint64_t{1234}}) {
      SHAREWAY_RETURN_IF_ERROR(CompareSearch({.exchange = absl::StrCat("x", number / 2)},
                                             [=](uint64_t n) { return n / 2 == number / 2; }));
    }
    return CompareSearch({.grant = "grants/g7"}, [](uint64_t n) { return n % 50 == 7; });
  }
  const std::string& wrong() const { return wrong_; }
  uint64_t end() const { return std::min(state_->size(), judge_.log().end()); }

 private:
  absl::Status CompareEntries() {
    for (uint64_t begin = 0; begin < end();) {
      SHAREWAY_ASSIGN_OR_RETURN(
          const std::vector<audit::Found> found,
          reader_.Entries(*state_, begin, std::min(begin + 256, end()), 1 << 20));
      for (const audit::Found& one : found) {
        const Judge::Expected& want = judge_.entries().at(begin);
        if (one.index != begin || one.stored.commitment != want.entry.commitment ||
            one.stored.sealed.record() != want.sent.record() ||
            one.stored.sealed.salt() != want.sent.salt()) {
          wrong_ = absl::StrCat("entry ", begin);
        }
        ++begin;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ComparePaths() {
    const auto newest = log_.signer().newest();
    const absl::StatusOr<evidence::TreeHead> head =
        evidence::OpenNote(newest->note, judge_.key().verifier_key());
    if (!head.ok() || head->size != newest->size) {
      wrong_ = "checkpoint";
      return absl::OkStatus();
    }
    const auto read = [&](merkle::NodeId node) { return reader_.Node(*state_, node); };
    for (uint64_t index = 0; index < std::min(end(), head->size); index += kSample) {
      SHAREWAY_ASSIGN_OR_RETURN(
          const std::vector<Hash32> path,
          merkle::MakeInclusionProof(crypto::LogHasher(), index, head->size, read));
      if (!merkle::VerifyInclusion(crypto::LogHasher(), judge_.entries().at(index).entry.leaf,
                                   index, head->size, path, head->root)
               .ok()) {
        wrong_ = absl::StrCat("path of ", index);
      }
    }
    return absl::OkStatus();
  }

  template <typename Matches>
  absl::Status CompareSearch(const audit::Query& query, Matches matches) {
    std::vector<uint64_t> want;
    for (const auto& [index, expected] : judge_.entries()) {
      if (index < end() && matches(expected.number)) want.push_back(index);
    }
    std::vector<uint64_t> got;
    for (uint64_t below = std::numeric_limits<uint64_t>::max(); below > 0;) {
      SHAREWAY_ASSIGN_OR_RETURN(const audit::SearchPage page,
                                reader_.Search(*state_, query, {.all = true}, below, {}));
      for (const audit::Found& found : page.found) got.push_back(found.index);
      below = page.below;
    }
    std::sort(got.begin(), got.end());
    if (got != want) wrong_ = "search";
    return absl::OkStatus();
  }

  const audit::Audit& log_;
  const audit::LogReader& reader_;
  const Judge& judge_;
  const std::shared_ptr<const audit::LogState> state_;
  std::string wrong_;
};

}  // namespace

Judge::Judge(const LogOracle& log) : log_(log), key_(log.log_key()) {
  for (const auto& [index, number] : log.entries()) {
    const evidence::v1::SealedRecord sent = RecordOf(number);
    entries_[index] = {number, sent, *audit::OpenEntry(sent)};
  }
}

std::string Judge::Of(const std::string& dir) const {
  const absl::StatusOr<std::unique_ptr<kv::Store>> store = kv::OpenRocks(dir, {.for_log = true});
  if (!store.ok()) return absl::StrCat("refused store: ", store.status().message());
  const absl::StatusOr<std::unique_ptr<audit::Archive>> archive =
      audit::OpenArchive(ArchiveOf(dir), store->get(), key_.verifier_key());
  if (!archive.ok()) return absl::StrCat("refused archive: ", archive.status().message());
  metrics::Registry metrics;
  audit::Audit::Options options;
  options.metrics = &metrics;
  options.archive = archive->get();
  const absl::StatusOr<std::unique_ptr<audit::Audit>> log =
      audit::Audit::Open(store->get(), key_, options);
  if (!log.ok()) return absl::StrCat("refused log: ", log.status().message());
  const audit::LogReader reader(store->get(), archive->get());
  Judgement judgement(**log, reader, *this);
  const absl::Status compared = judgement.Compare();
  if (!judgement.wrong().empty()) return absl::StrCat("wrong ", judgement.wrong());
  if (!compared.ok()) return absl::StrCat("refused answer: ", compared.message());
  const uint64_t seen = log_.heads().empty() ? 0 : log_.heads().rbegin()->first;
  if (judgement.end() < log_.end() || (*log)->signer().newest()->size < seen) {
    return absl::StrCat("behind ", judgement.end());
  }
  return "same";
}

}  // namespace shareway::testing
