// SPDX-License-Identifier: Apache-2.0
// Statute profiles (规则集): the deadlines and duties of one legal text, as data.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace shareway::statute {

// Who answers a request for an unconditional resource.
enum class UnconditionalAnswer {
  kDirect,           // nobody: the consumer states its purpose and the grant is active
  kStandingConsent,  // at once under a consent signed beforehand, else the provider
};

// What a request for a resource that is not shared leads to.
enum class NotSharedRequest { kNegotiate, kRejectWithBasis };

// The levels of norms that can bar sharing.
enum class BasisLevel {
  kLaw,
  kAdministrativeRegulation,
  kPartyOrStateCouncilPolicy,
  kStateCouncilDecision,
};
// LAW, ADMINISTRATIVE_REGULATION and so on, as in the data files.
absl::string_view BasisLevelName(BasisLevel level);

// Who coordinates where the parties have no authority of their own in common.
enum class DisputeForum { kJointConference, kCommonSuperior };

// Whose area's calendar counts.
enum class CalendarParty { kWhoOwes, kWhoAsks };

// How instants become counted days.
struct Counting {
  bool count_start_day = false;
  // Minutes after 00:00 at which the last day ends; 24:00 if there is none.
  std::optional<int> office_close_minute = {};
  // Receipt on a day off, or after closing, counts for the next working day.
  bool late_receipt_next_day = false;
};

// What things are called under this text.
struct Words {
  std::string resource, catalogue, item, provider, consumer, share_class, update_cycle;
};

// A sub-level of a grading. 分级细目.
struct SubGrading {
  std::string id;   // G2
  int grading = 0;  // 1 general, 2 important, 3 core
  std::string zh_hans, zh_hant, en;
  int order = 0;  // within its grading, from 1; a larger one is stricter
};

// The article behind each rule, short title first: "R25 第二十一条第一款". Empty
// where the text has none.
struct Articles {
  std::string scope, secrets, catalogue_content, classes, share_conditions, not_shared_basis,
      catalogue_publish, catalogue_update, one_source, no_repeat_collection, request_content,
      sign_off, reply_unconditional, reply_conditional, reply_extension, supplement, refusal,
      supply, return_flow, use_limits, aggregation, correction, disposal, misuse, service_change,
      dispute, supervision, use_records, liability_provider, liability_consumer,
      liability_authority, demand, incident, complaint, evaluation, contractors;
};

// One profile. All days are working days; nothing where the text gives no number.
struct Profile {
  std::string id;       // cn-2025-809, or cn-2025-809/county-2-5-10
  std::string extends;  // the parent of an override; empty otherwise
  int version = 0;
  std::string name;      // short title, R25
  std::string title;     // 政务数据共享条例
  std::string document;  // 国务院令第809号
  std::string source;    // web address
  absl::CivilDay effective_from;

  std::string area;  // of the calendar
  CalendarParty calendar_party = CalendarParty::kWhoOwes;
  Counting counting;

  int catalogue_update_days = 0;
  int catalogue_update_extension_days = 0;
  std::optional<int> catalogue_publish_days;
  // True: an entry of what is shared states its conditions of use (使用要求, 使用条件).
  bool catalogue_use_conditions = true;
  // True: an entry that is shared under conditions states whom or what it is shared with, and for which
  // purposes, in conditions that requests are compared with (共享范围, 使用用途).
  bool catalogue_scope_and_purposes = true;

  bool unconditional_needs_request = true;
  UnconditionalAnswer unconditional_answer = UnconditionalAnswer::kDirect;
  std::optional<int> unconditional_reply_days;
  int unconditional_extension_days = 0;

  int conditional_reply_days = 0;
  std::optional<int> conditional_reply_days_unpublished;  // if it must be published first
  int conditional_extension_days = 0;

  // Set: the authority checks a request before the provider reviews it.
  std::optional<int> authority_check_days;

  int supplement_ask_days = 0;     // asked once, within these days of receipt
  int supplement_answer_days = 0;  // then the request lapses to draft
  bool supplement_pauses_reply = true;

  std::optional<int> supply_days;
  std::optional<int> correction_days;
  int service_change_days = 0;  // for each consumer to answer
  int disposal_days = 0;
  std::optional<int> usage_record_years;
  int rectification_days = 0;     // for the consumer to answer a notice
  int inquiry_days = 0;           // to answer an inquiry of an agency
  int inquiry_extended_days = 0;  // the same, with consent of the head
  // From this grading of an item on (1 general to 3 core) two reviewers decide; none: one does.
  std::optional<int> second_review_grading;
  // The sub-levels that an item may state, by grading and order; none: gradings are not divided.
  std::vector<SubGrading> sub_gradings;
  // The least grading of an item with sensitive personal information; none: the text sets none.
  std::optional<int> sensitive_grading;
  std::optional<int> annual_report_month;  // due at the end of this month

  NotSharedRequest not_shared_request = NotSharedRequest::kRejectWithBasis;
  std::vector<BasisLevel> not_shared_basis_levels;

  DisputeForum dispute_forum = DisputeForum::kCommonSuperior;
  int negotiation_days = 0;
  int coordination_days = 0;

  int warn_reviewer_percent = 0;  // of a clock
  int warn_head_percent = 0;

  Words words;
  Articles articles;
  // What is ours and not the text's: key in the data file -> why.
  std::map<std::string, std::string> assumptions;

  // "cn-2025-809@1", as clocks and evidence cite it.
  std::string cited() const;
};

// Reads one profile file, an override on top of `parent`. INVALID_ARGUMENT naming
// every fault by file, line, key, value and rule; unknown keys are faults, and so
// are assumptions about keys that do not exist.
absl::StatusOr<Profile> ParseProfile(absl::string_view text, absl::string_view where,
                                     const Profile* parent = nullptr);

// The profiles of an installation. A value; safe to read from many threads.
class ProfileSet {
 public:
  // Reads FOLDER/**.yaml (not coverage.yaml). An override lives in a folder named
  // for its parent. INVALID_ARGUMENT as ParseProfile, and if a file's place and
  // content disagree; NOT_FOUND if there is no profile at all.
  static absl::StatusOr<ProfileSet> Load(const std::string& folder);

  // NOT_FOUND naming the profiles that there are. The pointer lives as long as
  // this set.
  absl::StatusOr<const Profile*> Find(absl::string_view id) const;
  std::vector<const Profile*> all() const;  // by id

 private:
  std::map<std::string, Profile> profiles_;
};

}  // namespace shareway::statute
