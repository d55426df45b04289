// SPDX-License-Identifier: Apache-2.0
// One good entry and the laws it lies under, for tests.
#pragma once

#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/law.h"

namespace shareway::catalog {

inline const statute::ProfileSet& TestStatutes() {
  static const auto& statutes = *new statute::ProfileSet(
      statute::ProfileSet::Load(SHAREWAY_SOURCE_DIR "/deploy/statutes").value());
  return statutes;
}

inline const statute::CalendarSet& TestCalendars() {
  static const auto& calendars = *new statute::CalendarSet(
      statute::CalendarSet::Load(SHAREWAY_SOURCE_DIR "/deploy/calendars").value());
  return calendars;
}

inline Law LawOf(const char* profile) { return Law::From(**TestStatutes().Find(profile)); }
inline Law Law2025() { return LawOf("cn-2025-809"); }
inline Law Law2016() { return LawOf("cn-2016-51"); }

// 演示: households that get low-income aid, conditional, four items.
inline Entry GoodEntry() {
  Entry entry = {.code = "306002/000001",
                 .title = "最低生活保障对象信息",
                 .provider = "agencies/11990100000100036T",
                 .abstract = "享受最低生活保障的家庭和人员信息。",
                 .format = ResourceFormat::kDatabase,
                 .format_type = "MySQL",
                 .declared_class = ShareClass::kConditional,
                 .methods = {Method::kQuery, Method::kDownload},
                 .update_cycle = UpdateCycle::kMonthly,
                 .assessment = {.secrecy_cleared = true,
                                .personal_information_assessed = true,
                                .document = "演示评估〔2025〕第001号",
                                .sharing_safety_assessed = true},
                 .use_condition = "仅限申请载明的用途。",
                 .division = "990100",
                 .keywords = {"低保", "救助"}};
  entry.items = {
      {.id = "cert_no",
       .name = "证件号码",
       .type = ItemType::kText,
       .length = 18,
       .key = true,
       .required = true,
       .grading = Grading::kGeneral,
       .personal = true,
       .sensitive = true},
      {.id = "name",
       .name = "姓名",
       .type = ItemType::kText,
       .length = 50,
       .grading = Grading::kGeneral,
       .personal = true},
      {.id = "amount",
       .name = "保障金额",
       .type = ItemType::kDecimal,
       .grading = Grading::kGeneral},
      {.id = "since", .name = "起始日期", .type = ItemType::kDate, .grading = Grading::kGeneral}};
  entry.conditions = {{.id = "c1",
                       .kind = ShareCondition::Kind::kPurposes,
                       .text = "限用于行政依据。",
                       .values = {"ADMINISTRATIVE_BASIS"}},
                      {.id = "scope",
                       .kind = ShareCondition::Kind::kAgencies,
                       .text = "限民政、税务部门。",
                       .values = {"agencies/11990100000100036T", "agencies/11990100000100060B"}}};
  return entry;
}

}  // namespace shareway::catalog
