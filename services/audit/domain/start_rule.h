// SPDX-License-Identifier: Apache-2.0
// May a log that started go on from where its store ends? Its witnesses say.
//
// A store can be an old copy, and a log that went on from there would give its
// witnesses a second history. What was witnessed was cosigned by k of n, so among
// the reports of any n - k + 1 witnesses is one that names a head at least as large.
// A set takes over from another only under a head that the other witnessed (see Witnesses),
// so the reports of the last set that a copy knows tell at least of the next one. Of a set that
// lost its quorum to the directory that is not sure: then all of it that is left must report, and
// enough of those whom the directory lists.
//
// A log that lost its disk may have signed a head that fewer than a quorum cosigned, all of them
// silent while it was rebuilt: nobody knew what lay below it. An operator *sets* such a head
// *aside* by its id. Whoever reports it counts as silent, so that the others must be enough
// to know that no quorum cosigned it: setting aside takes nothing from the rule.
//
// What this relies on: witnesses may be silent, n - k of them for ever, but they do not
// deny what they cosigned. One that does, or whose store was restored, can hide a head that only
// silent ones beside it know.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "services/audit/domain/witness_set.h"

namespace shareway::audit {

// How a head that the log once signed lies to the tree that it has now.
enum class Fit {
  kContained,  // the tree begins with it
  kBeyond,     // it is larger than the tree
  kOther,      // the tree has another root at its size
};

// What a witness last cosigned. Size 0 for one that never did.
struct Reported {
  uint64_t size = 0;
  Hash32 root = {};
  Fit fit = Fit::kContained;
};

// The same with what proves it.
struct CosignedHead {
  Reported head = {};
  std::string note = {};  // the log's
  std::string line = {};  // the witness's, over the note, with its line feed
  std::string verifier_key = {};  // that verifies the line
};

// By what an operator names a head: the first 16 hexadecimal digits of its root.
std::string HeadId(const Hash32& root);
// The ids in a list with commas between them. INVALID_ARGUMENT for one that no head has.
absl::StatusOr<std::set<std::string>> HeadIds(absl::string_view list);

enum class Verdict {
  kAwaiting,  // too few reports
  kServes,    // the tree contains all that was reported
  kBehind,    // entries of the largest head are missing
  kForked,    // the log signed two histories
};

// The reports so far. A value: transitions return the next one.
class StartRule {
 public:
  StartRule() = default;
  // The sets of which enough must report: of each of them, since any may have been in force.
  explicit StartRule(std::vector<WitnessSet> sets) : sets_(std::move(sets)) {}

  // A node's report; its largest one counts, and every one that does not fit. One of a node
  // that need not report fills no number, but what it tells is heeded. One of a head that is set
  // aside silences the node, whatever it reports before or after: it knows more than this
  // history.
  StartRule With(absl::string_view node, Reported reported) const;
  // The same with heads that are set aside, by id; before the first report.
  StartRule SettingAside(std::set<std::string> ids) const;
  bool IsSetAside(const Reported& reported) const;
  // The witnesses that the directory lists now. Before it is known only named witnesses suffice.
  // A log without sets waits for all of them: it may be an empty disk in place of a lost one, and
  // some may have been registered since.
  StartRule Listing(WitnessSet listed) const;
  // From now on the reports of all of `nodes` suffice. What others report is heeded all the
  // same.
  StartRule Naming(std::set<std::string> nodes) const;
  // The same with other sets.
  StartRule Hearing(std::vector<WitnessSet> sets) const;

  const std::vector<WitnessSet>& sets() const { return sets_; }
  const std::optional<WitnessSet>& listed() const { return listed_; }
  // A member of one of the sets; null if the node is in none.
  const Witness* Find(absl::string_view node) const;
  const std::set<std::string>& named() const { return named_; }
  const std::map<std::string, Reported>& reports() const { return reports_; }
  // The reports of heads that are set aside.
  const std::map<std::string, Reported>& set_aside() const { return set_aside_; }
  // Reports that are still missing: of the set that lacks most; at least 1 while the directory
  // is not known.
  size_t awaited() const;
  // One report that does not fit the tree, or two that do not fit each other, are a fork,
  // however many are missing.
  Verdict verdict() const;
  // Two reports of one size and different roots, if there are such.
  std::optional<std::pair<Reported, Reported>> conflict() const;
  // The largest head that was reported, and by whom; nothing before the first.
  std::optional<std::pair<std::string, Reported>> largest() const;

 private:
  bool Heard(const Witness& witness) const { return reports_.contains(witness.node); }
  size_t AwaitedOf(const WitnessSet& set) const;
  size_t AwaitedByRule() const;

  std::vector<WitnessSet> sets_;
  std::optional<WitnessSet> listed_;
  std::set<std::string> named_;
  std::set<std::string> ignored_;  // ids of heads
  std::map<std::string, Reported> reports_;
  std::map<std::string, Reported> set_aside_;
};

}  // namespace shareway::audit
