// SPDX-License-Identifier: Apache-2.0
// What a compiler writes about a resource: the 13 core elements of the 2017
// guide and what the 2025 regulation adds.
//
// Enumerators carry the numbers of resource.proto and exchange.proto; a value
// from a newer client may be none of them, which the rules refuse.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::catalog {

// 共享类型; a larger number is stricter.
enum class ShareClass { kUnspecified = 0, kUnconditional, kConditional, kNotShared };

// 更新周期.
enum class UpdateCycle {
  kUnspecified = 0,
  kRealtime,
  kDaily,
  kWeekly,
  kMonthly,
  kQuarterly,
  kHalfYearly,
  kYearly,
  kIrregular,
  kOther,
};

// 数据类型.
enum class ItemType { kUnspecified = 0, kText, kDecimal, kInteger, kDate, kDatetime, kBoolean };

// 数据分级.
enum class Grading { kUnspecified = 0, kGeneral, kImportant, kCore };

// 脱敏: what a mask leaves of the item's values, where a grant asks for one.
enum class Mask { kAll = 0, kKeepFirst, kKeepLast, kKeepEnds };

// 信息资源格式.
enum class ResourceFormat {
  kUnspecified = 0,
  kDocument,
  kSpreadsheet,
  kDatabase,
  kImage,
  kMedia,
  kSelfDescribing,
  kServiceInterface,
};

// 依据层级.
enum class BasisLevel {
  kUnspecified = 0,
  kLaw,
  kAdministrativeRegulation,
  kStateCouncilDecision,
  kPartyOrStateCouncilPolicy,
};

// 共享方式.
enum class Method { kUnspecified = 0, kQuery, kVerify, kDownload, kCall, kSubscribe };

struct Basis {
  BasisLevel level = BasisLevel::kUnspecified;
  std::string title = {};
  std::string article = {};
};

struct ShareCondition {
  enum class Kind { kUnspecified = 0, kAgencies, kItems, kPurposes, kMethods, kOther };
  std::string id = {};
  Kind kind = Kind::kUnspecified;
  std::string text = {};
  std::vector<std::string> values = {};
};

// 信息项.
struct Item {
  std::string id = {};
  std::string name = {};
  ItemType type = ItemType::kUnspecified;
  uint32_t length = 0;  // characters; 0: not limited
  bool key = false;
  bool required = false;
  ShareClass share_class = ShareClass::kUnspecified;  // unspecified: the declared class
  Grading grading = Grading::kUnspecified;
  bool personal = false;
  bool sensitive = false;
  bool basic = false;
  std::string description = {};
  Mask mask = Mask::kAll;
  // grants/{g}, of the provider, under which another agency gave it the data; empty: its own.
  std::string received_under = {};
  std::string source = {};                      // sources/{s}, the authoritative one; empty: none
  std::vector<std::string> condition_ids = {};  // of the entry's conditions
  bool open = false;                            // 开放属性
  std::string sub_grading = {};                 // of the profile's list, or empty. 分级细目
};

// An operation of the provider's system that can be called (系统对接).
struct Operation {
  enum class Form { kUnspecified = 0, kJson, kProtobuf, kOpaque };
  std::string id = {};
  std::string title = {};
  Form form = Form::kUnspecified;
  std::string item = {};                     // of kOpaque
  std::vector<std::string> parameters = {};  // of the other forms
  std::string descriptor_set = {};           // of kProtobuf
  std::string method = {};                   // of kProtobuf
};

struct Assessment {
  bool secrecy_cleared = false;
  bool personal_information_assessed = false;
  std::string document = {};
  bool sharing_safety_assessed = false;
  std::vector<std::string> document_digests = {};  // SHA-256 in hexadecimal, of uploaded documents
};

struct Entry {
  std::string code = {};
  std::string title = {};
  std::string provider = {};  // agencies/{a}
  std::string abstract = {};
  ResourceFormat format = ResourceFormat::kUnspecified;
  std::string format_type = {};
  std::vector<Item> items = {};
  ShareClass declared_class = ShareClass::kUnspecified;
  std::vector<ShareCondition> conditions = {};
  std::string not_shared_reason = {};
  std::vector<Basis> not_shared_basis = {};
  std::vector<Method> methods = {};
  bool open = false;
  std::string open_condition = {};
  UpdateCycle update_cycle = UpdateCycle::kUnspecified;
  std::vector<std::string> related = {};
  Assessment assessment = {};
  std::string use_condition = {};
  std::string division = {};
  std::vector<std::string> keywords = {};
  std::vector<Operation> operations = {};
  std::string category = {};                   // of the tree; empty: not placed in it
  std::vector<std::string> contributors = {};  // agencies/{a}, besides the provider
  std::map<std::string, std::string> extensions = {};
  uint32_t promised_days = 0;  // working days to decide a request; 0: the statute's
  std::string change_reason = {};   // why this revision was made
  std::string service_change = {};  // service-changes/{c} of sharing that it rests on; or empty
  bool secret = false;  // stated by the agency; such entries are refused
};

// The item's own class, or the declared one.
ShareClass ClassOf(const Entry& entry, const Item& item);
// The strictest class of the items and of the declared one. Law section 6: computed, never typed.
ShareClass StrictestClass(const Entry& entry);
// True if the declared class or an item's is `share_class`.
bool HasClass(const Entry& entry, ShareClass share_class);

}  // namespace shareway::catalog
