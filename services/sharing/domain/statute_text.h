// SPDX-License-Identifier: Apache-2.0
// The legal text that governs an act: its profile and the calendars.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"

namespace shareway::sharing {

// Borrowed; lives as long as the installation's statutes.
struct StatuteText {
  const statute::Profile* profile = nullptr;
  const statute::CalendarSet* calendars = nullptr;

  // profile@version and the article, as grants and events cite it; the profile
  // alone where the text has no article.
  std::string Cite(absl::string_view article) const {
    return article.empty() ? profile->cited() : absl::StrCat(profile->cited(), " ", article);
  }
};

}  // namespace shareway::sharing
