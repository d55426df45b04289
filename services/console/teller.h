// SPDX-License-Identifier: Apache-2.0
// Finds out what is to be told to whom, and writes the letters that tell it.
//
// What a source says is compared with what was told before. What is new becomes a letter in the same
// commit that marks it as told and moves the cursor: a kill loses none and tells none twice. Sending
// the letters is courier.h's.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/console/desk.h"
#include "services/console/store/notification_store.h"

namespace shareway::console {

// Where news come from.
struct NewsSource {
  std::string name = {};  // a word, for ever: cursors are kept under it
  // What it says to the receiver, people/{p} or agencies/{a}, from its cursor on; empty: the first time,
  // when nothing that happened before is news.
  std::function<absl::StatusOr<News>(const std::string& receiver, const std::string& cursor)> ask = {};
  bool for_agencies = false;  // it knows agencies, too
};

// Not thread-safe: one thread runs it. `desk` must outlive it.
class Teller {
 public:
  Teller(const Desk* desk, std::vector<NewsSource> sources)
      : desk_(desk), store_(&desk->store()), sources_(std::move(sources)) {}

  // Asks every source for everybody who wants to be told and may be, and writes what is new. People
  // without a confirmed address, and those who do not stand, are asked nothing for; what was written
  // for those who do not stand any more is forgotten. How many reminders were written. An error of one
  // source, or for one receiver, is logged, counted by failures(), and taken up in the next round; a
  // source that does not answer is not asked again before that.
  absl::StatusOr<int> Round();
  int failures() const { return failures_; }

 private:
  absl::StatusOr<int> TellPerson(const std::string& person);
  absl::StatusOr<int> TellAgency(const std::string& agency);
  // One source after another, for one receiver; a source that was away in this round is passed over.
  int TellAll(const std::string& receiver, const ReminderKinds& kinds, bool digest,
              std::optional<bool>* working_day);
  // From one source. `digest`: reminders go there, and wait for the day's.
  absl::StatusOr<int> TellFrom(const NewsSource& source, const std::string& receiver,
                               const ReminderKinds& kinds, bool digest,
                               std::optional<bool>* working_day);
  // Makes a letter of the digest, once a working day from 9:00 to 18:00; at once where the person does
  // not want one any more.
  absl::Status CloseDigest(const NotificationSettings& settings, std::optional<bool> working_day);
  bool MayBeTold(const std::string& person) const;

  const Desk* const desk_;
  const NotificationStore store_;
  const std::vector<NewsSource> sources_;
  int failures_ = 0;
  std::set<std::string> away_;  // in this round
};

// The id of a letter to `receiver` that tells these: the same for the same.
std::string LetterId(absl::string_view receiver, const std::vector<Reminder>& reminders,
                     absl::Time time);

}  // namespace shareway::console
