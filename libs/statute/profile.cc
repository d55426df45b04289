// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/profile.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/statute/yaml.h"

namespace shareway::statute {
namespace {

constexpr int kMaxDays = 250;

const YamlMap::Words<BasisLevel>& BasisWords() {
  static const auto& words = *new YamlMap::Words<BasisLevel>{
      {"LAW", BasisLevel::kLaw},
      {"ADMINISTRATIVE_REGULATION", BasisLevel::kAdministrativeRegulation},
      {"PARTY_OR_STATE_COUNCIL_POLICY", BasisLevel::kPartyOrStateCouncilPolicy},
      {"STATE_COUNCIL_DECISION", BasisLevel::kStateCouncilDecision}};
  return words;
}

void ReadCalendar(YamlMap& map, Profile* p) {
  map.Text("area", &p->area);
  map.Word<CalendarParty>(
      "party", {{"WHO_OWES", CalendarParty::kWhoOwes}, {"WHO_ASKS", CalendarParty::kWhoAsks}},
      &p->calendar_party);
  map.Flag("count_start_day", &p->counting.count_start_day);
  map.OptionalMinute("office_close", &p->counting.office_close_minute);
  map.Word<bool>("late_receipt", {{"SAME_DAY", false}, {"NEXT_WORKING_DAY", true}},
                 &p->counting.late_receipt_next_day);
}

// An element of an override's list is whole, too: nothing of the parent's list is kept in it.
void CheckSubGrading(YamlMap& map, const SubGrading& one, const std::vector<SubGrading>& before) {
  const bool named = !one.id.empty() && one.id.size() <= 16 &&
                     std::all_of(one.id.begin(), one.id.end(),
                                 [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
  if (!named) map.Fault("id", absl::StrCat("\"", one.id, "\", want 1 to 16 letters, digits or -"));
  if (one.grading == 0) map.Fault("grading", "is missing");
  if (one.order == 0) map.Fault("order", "is missing");
  if (one.zh_hans.empty() || one.zh_hant.empty() || one.en.empty()) {
    map.Fault("id", "lacks a label: zh-Hans, zh-Hant and en");
  }
  for (const SubGrading& other : before) {
    if (other.id == one.id) map.Fault("id", absl::StrCat("\"", one.id, "\" is given twice"));
    if (other.grading == one.grading && other.order == one.order) {
      map.Fault("order", absl::StrCat(one.order, " is that of ", other.id, " already"));
    }
  }
}

void ReadSubGradings(YamlMap& root, std::vector<SubGrading>* out) {
  std::vector<SubGrading> list;
  const bool given = root.MapListOrNone("sub_gradings", [&](YamlMap& map) {
    SubGrading one;
    map.Text("id", &one.id);
    map.Number("grading", 1, 3, &one.grading);
    map.Number("order", 1, 100, &one.order);
    map.Text("zh-Hans", &one.zh_hans);
    map.Text("zh-Hant", &one.zh_hant);
    map.Text("en", &one.en);
    CheckSubGrading(map, one, list);
    list.push_back(std::move(one));
  });
  if (!given) return;
  std::sort(list.begin(), list.end(), [](const SubGrading& a, const SubGrading& b) {
    return std::tie(a.grading, a.order) < std::tie(b.grading, b.order);
  });
  *out = std::move(list);
}

void ReadDeadlines(YamlMap& root, Profile* p) {
  root.Map("catalogue", [p](YamlMap& map) {
    map.Number("update_days", 1, kMaxDays, &p->catalogue_update_days);
    map.Number("update_extension_days", 0, kMaxDays, &p->catalogue_update_extension_days);
    map.OptionalNumber("publish_days", 1, kMaxDays, &p->catalogue_publish_days);
    map.Flag("use_conditions", &p->catalogue_use_conditions);
    map.Flag("scope_and_purposes", &p->catalogue_scope_and_purposes);
  });
  root.Map("unconditional", [p](YamlMap& map) {
    map.Flag("needs_request", &p->unconditional_needs_request);
    map.Word<UnconditionalAnswer>("answered_by",
                                  {{"DIRECT", UnconditionalAnswer::kDirect},
                                   {"STANDING_CONSENT", UnconditionalAnswer::kStandingConsent}},
                                  &p->unconditional_answer);
    map.OptionalNumber("reply_days", 1, kMaxDays, &p->unconditional_reply_days);
    map.Number("extension_days", 0, kMaxDays, &p->unconditional_extension_days);
    // Without a request nobody can answer, and a provider that may answer needs its time.
    const bool direct = p->unconditional_answer == UnconditionalAnswer::kDirect;
    if (direct == p->unconditional_needs_request) {
      map.Fault("answered_by", "DIRECT goes with needs_request: false, and only with it");
    } else if (!direct && !p->unconditional_reply_days) {
      map.Fault("reply_days", "null, but the provider answers where there is no consent");
    }
  });
  root.Map("conditional", [p](YamlMap& map) {
    map.Number("reply_days", 1, kMaxDays, &p->conditional_reply_days);
    map.OptionalNumber("reply_days_unpublished", 1, kMaxDays,
                       &p->conditional_reply_days_unpublished);
    map.Number("extension_days", 0, kMaxDays, &p->conditional_extension_days);
  });
  root.OptionalNumber("authority_check_days", 1, kMaxDays, &p->authority_check_days);
  root.Map("supplement", [p](YamlMap& map) {
    map.Number("ask_days", 1, kMaxDays, &p->supplement_ask_days);
    map.Number("answer_days", 1, kMaxDays, &p->supplement_answer_days);
    map.Flag("pauses_reply", &p->supplement_pauses_reply);
  });
  root.OptionalNumber("supply_days", 1, kMaxDays, &p->supply_days);
  root.OptionalNumber("correction_days", 1, kMaxDays, &p->correction_days);
  root.Number("service_change_days", 1, kMaxDays, &p->service_change_days);
  root.Number("disposal_days", 1, kMaxDays, &p->disposal_days);
  root.OptionalNumber("usage_record_years", 1, 100, &p->usage_record_years);
  root.OptionalNumber("annual_report_month", 1, 12, &p->annual_report_month);
  root.Number("rectification_days", 1, kMaxDays, &p->rectification_days);
  root.Map("inquiry", [p](YamlMap& map) {
    map.Number("days", 1, kMaxDays, &p->inquiry_days);
    map.Number("extended_days", 1, kMaxDays, &p->inquiry_extended_days);
  });
  root.OptionalNumber("second_review_grading", 1, 3, &p->second_review_grading);
  ReadSubGradings(root, &p->sub_gradings);
  root.OptionalNumber("sensitive_grading", 1, 3, &p->sensitive_grading);
}

void ReadChoices(YamlMap& root, Profile* p) {
  root.Map("not_shared", [p](YamlMap& map) {
    map.Word<NotSharedRequest>("request",
                               {{"NEGOTIATE", NotSharedRequest::kNegotiate},
                                {"REJECT_WITH_BASIS", NotSharedRequest::kRejectWithBasis}},
                               &p->not_shared_request);
    map.WordList<BasisLevel>("basis_levels", BasisWords(), &p->not_shared_basis_levels);
  });
  root.Map("dispute", [p](YamlMap& map) {
    map.Word<DisputeForum>("forum",
                           {{"COMMON_SUPERIOR", DisputeForum::kCommonSuperior},
                            {"JOINT_CONFERENCE", DisputeForum::kJointConference}},
                           &p->dispute_forum);
    map.Number("negotiation_days", 1, kMaxDays, &p->negotiation_days);
    map.Number("coordination_days", 1, kMaxDays, &p->coordination_days);
  });
  root.Map("warnings", [p](YamlMap& map) {
    map.Number("reviewer_percent", 1, 99, &p->warn_reviewer_percent);
    map.Number("head_percent", 1, 99, &p->warn_head_percent);
    if (p->warn_head_percent < p->warn_reviewer_percent) {
      map.Fault("head_percent", absl::StrCat(p->warn_head_percent, " is below the reviewer's ",
                                             p->warn_reviewer_percent));
    }
  });
}

void ReadWords(YamlMap& root, Words* w) {
  root.Map("words", [w](YamlMap& map) {
    map.Text("resource", &w->resource);
    map.Text("catalogue", &w->catalogue);
    map.Text("item", &w->item);
    map.Text("provider", &w->provider);
    map.Text("consumer", &w->consumer);
    map.Text("share_class", &w->share_class);
    map.Text("update_cycle", &w->update_cycle);
  });
}

void ReadArticles(YamlMap& root, Articles* a) {
  const std::pair<const char*, std::string*> fields[] = {
      {"scope", &a->scope},
      {"secrets", &a->secrets},
      {"catalogue_content", &a->catalogue_content},
      {"classes", &a->classes},
      {"share_conditions", &a->share_conditions},
      {"not_shared_basis", &a->not_shared_basis},
      {"catalogue_publish", &a->catalogue_publish},
      {"catalogue_update", &a->catalogue_update},
      {"one_source", &a->one_source},
      {"no_repeat_collection", &a->no_repeat_collection},
      {"request_content", &a->request_content},
      {"sign_off", &a->sign_off},
      {"reply_unconditional", &a->reply_unconditional},
      {"reply_conditional", &a->reply_conditional},
      {"reply_extension", &a->reply_extension},
      {"supplement", &a->supplement},
      {"refusal", &a->refusal},
      {"supply", &a->supply},
      {"return_flow", &a->return_flow},
      {"use_limits", &a->use_limits},
      {"aggregation", &a->aggregation},
      {"correction", &a->correction},
      {"disposal", &a->disposal},
      {"misuse", &a->misuse},
      {"service_change", &a->service_change},
      {"dispute", &a->dispute},
      {"supervision", &a->supervision},
      {"use_records", &a->use_records},
      {"liability_provider", &a->liability_provider},
      {"liability_consumer", &a->liability_consumer},
      {"liability_authority", &a->liability_authority},
      {"demand", &a->demand},
      {"incident", &a->incident},
      {"complaint", &a->complaint},
      {"evaluation", &a->evaluation},
      {"contractors", &a->contractors},
  };
  root.Map("articles", [&fields](YamlMap& map) {
    for (const auto& field : fields) map.OptionalText(field.first, field.second);
  });
}

// Ids are path-like, so that a set can be read parent first.
bool IsProfileId(absl::string_view id) {
  const std::vector<absl::string_view> parts = absl::StrSplit(id, '/');
  return parts.size() <= 3 && std::all_of(parts.begin(), parts.end(), IsId);
}

void ReadProfile(YamlMap& root, const Profile* parent, Profile* p) {
  p->extends.clear();
  if (parent != nullptr) {
    root.Text("extends", &p->extends);
    if (p->extends != parent->id) {
      root.Fault("extends", absl::StrCat(p->extends, ", but the folder is that of ", parent->id));
    }
    // An override has its own identity; these may not be left out.
    p->id.clear();
    p->version = 0;
  }
  root.Text("id", &p->id);
  root.Number("version", 1, 1000, &p->version);
  root.Text("name", &p->name);
  root.Text("title", &p->title);
  root.Text("document", &p->document);
  root.Text("source", &p->source);
  root.Day("effective_from", &p->effective_from);
  root.Map("calendar", [p](YamlMap& map) { ReadCalendar(map, p); });
  ReadDeadlines(root, p);
  ReadChoices(root, p);
  ReadWords(root, &p->words);
  ReadArticles(root, &p->articles);
  // Last: it may only speak of keys that were asked for above.
  root.Notes("assumptions", &p->assumptions);
  if (!IsProfileId(p->id)) root.Fault("id", absl::StrCat("\"", p->id, "\" is not a profile id"));
  if (p->version < 1) root.Fault("version", "is missing; an override has its own");
}

}  // namespace

absl::string_view BasisLevelName(BasisLevel level) {
  for (const auto& [word, value] : BasisWords()) {
    if (value == level) return word;
  }
  return "";
}

std::string Profile::cited() const { return absl::StrCat(id, "@", version); }

absl::StatusOr<Profile> ParseProfile(absl::string_view text, absl::string_view where,
                                     const Profile* parent) {
  Profile profile = parent == nullptr ? Profile() : *parent;
  const auto absent = parent == nullptr ? YamlMap::Absent::kFault : YamlMap::Absent::kKeep;
  SHAREWAY_RETURN_IF_ERROR(YamlMap::Read(
      text, where, absent, [&](YamlMap& root) { ReadProfile(root, parent, &profile); }));
  return profile;
}

absl::StatusOr<ProfileSet> ProfileSet::Load(const std::string& folder) {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> paths, ListYaml(folder));
  for (std::string& path : paths) path.resize(path.size() - sizeof(".yaml") + 1);
  // A parent's id is a prefix of its overrides', and sorts before them.
  std::sort(paths.begin(), paths.end());
  ProfileSet set;
  for (const std::string& id : paths) {
    if (id == "coverage") continue;
    const std::string file = absl::StrCat(folder, "/", id, ".yaml");
    SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadFile(file));
    const Profile* parent = nullptr;
    if (const size_t slash = id.rfind('/'); slash != std::string::npos) {
      SHAREWAY_ASSIGN_OR_RETURN(parent, set.Find(id.substr(0, slash)));
    }
    SHAREWAY_ASSIGN_OR_RETURN(Profile profile, ParseProfile(text, file, parent));
    if (profile.id != id) {
      return Error::Field(
          file, absl::StrCat("holds the profile ", profile.id, ", which belongs in {id}.yaml"));
    }
    set.profiles_.emplace(id, std::move(profile));
  }
  if (set.profiles_.empty()) return absl::NotFoundError(absl::StrCat("no profile under ", folder));
  return set;
}

absl::StatusOr<const Profile*> ProfileSet::Find(absl::string_view id) const {
  const auto found = profiles_.find(std::string(id));
  if (found != profiles_.end()) return &found->second;
  const std::string known = absl::StrJoin(
      profiles_, ", ", [](std::string* out, const auto& entry) { out->append(entry.first); });
  return absl::NotFoundError(absl::StrCat("no profile \"", id, "\"; there are: ", known));
}

std::vector<const Profile*> ProfileSet::all() const {
  std::vector<const Profile*> profiles;
  for (const auto& [id, profile] : profiles_) profiles.push_back(&profile);
  return profiles;
}

}  // namespace shareway::statute
