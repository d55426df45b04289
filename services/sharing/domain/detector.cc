// SPDX-License-Identifier: Apache-2.0
// Detectors: the liability articles as one table.
#include "services/sharing/domain/detector.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace shareway::sharing {

using statute::ClockKind;

absl::string_view LiableName(Liable liable) {
  switch (liable) {
    case Liable::kProvider: return "PROVIDER";
    case Liable::kConsumer: return "CONSUMER";
    case Liable::kAuthority: return "AUTHORITY";
  }
  return "";
}

absl::string_view WatchName(Watch watch) {
  switch (watch) {
    case Watch::kRefusalWithoutGround: return "REFUSAL_WITHOUT_GROUND";
    case Watch::kUseUnreported: return "USE_UNREPORTED";
    case Watch::kRuleHold: return "RULE_HOLD";
    case Watch::kEndedUnfiled: return "ENDED_UNFILED";
    case Watch::kExtensionUnanswered: return "EXTENSION_UNANSWERED";
    case Watch::kStaleData: return "STALE_DATA";
    case Watch::kUndesignated: return "UNDESIGNATED";
    case Watch::kCollectedAgain: return "COLLECTED_AGAIN";
    case Watch::kPassedOn: return "PASSED_ON";
  }
  return "";
}

const std::vector<Detector>& Detectors() {
  // The catalogue's own clocks come from it: see supervision/catalogue_findings.h.
  static const auto* const table = new std::vector<Detector>{
      {"m16-24-1", "M16", "M16 第二十四条第一项", Liable::kProvider, "编制、更新政务信息资源目录",
       {ClockKind::kCatalogueUpdate}},
      {"m16-24-2", "M16", "M16 第二十四条第二项", Liable::kProvider, "及时提供共享信息",
       {ClockKind::kReplyUnconditional, ClockKind::kReplyConditional, ClockKind::kReplyUnpublished,
        ClockKind::kSupply},
       {Watch::kRefusalWithoutGround}},
      {"m16-24-3", "M16", "M16 第二十四条第三项", Liable::kProvider, "共享信息一致、更新及时、可用",
       {ClockKind::kCorrection}, {Watch::kStaleData}},
      {"m16-24-4", "M16", "M16 第二十四条第四项", Liable::kConsumer, "按履职需要使用共享信息",
       {ClockKind::kRectification}, {Watch::kRuleHold, Watch::kPassedOn}},
      {"m16-24-5", "M16", "M16 第二十四条第五项", Liable::kConsumer, "妥善处置共享信息",
       {ClockKind::kDisposal}},
      {"m16-24-5-authority", "M16", "M16 第二十四条第五项", Liable::kAuthority, "及时协调共享争议",
       {ClockKind::kCoordination, ClockKind::kAuthorityCheck}},
      {"r25-39-1", "R25", "R25 第三十九条第一项", Liable::kProvider, "编制、更新政务数据目录",
       {ClockKind::kCatalogueUpdate}},
      {"r25-39-2", "R25", "R25 第三十九条第二项", Liable::kProvider, "不得擅自增设条件",
       {}, {Watch::kRefusalWithoutGround}},
      {"r25-39-3", "R25", "R25 第三十九条第三项", Liable::kProvider, "配合数源部门",
       {}, {Watch::kStaleData}},
      {"r25-39-4", "R25", "R25 第三十九条第四项", Liable::kProvider, "按时答复申请、按时共享数据",
       {ClockKind::kReplyUnconditional, ClockKind::kReplyConditional, ClockKind::kReplyUnpublished,
        ClockKind::kSupply}},
      {"r25-39-5", "R25", "R25 第三十九条第五项", Liable::kProvider, "向下级回流政务数据"},
      {"r25-39-6", "R25", "R25 第三十九条第六项", Liable::kProvider, "按时核查更正数据",
       {ClockKind::kCorrection}},
      {"r25-39-7", "R25", "R25 第三十九条第七项", Liable::kProvider, "不得擅自终止、变更共享服务",
       {}, {Watch::kEndedUnfiled}},
      {"r25-39-8", "R25", "R25 第三十九条第八项", Liable::kProvider, "接入一体化政务大数据体系"},
      {"r25-40-1", "R25", "R25 第四十条第一项", Liable::kConsumer, "不得重复收集",
       {}, {Watch::kCollectedAgain}},
      {"r25-40-2", "R25", "R25 第四十条第二项", Liable::kConsumer, "按使用范围和用途使用",
       {ClockKind::kRectification}, {Watch::kRuleHold}},
      {"r25-40-3", "R25", "R25 第四十条第三项", Liable::kConsumer, "不得擅自提供给第三方",
       {}, {Watch::kPassedOn}},
      {"r25-40-4", "R25", "R25 第四十条第四项", Liable::kConsumer, "妥善处置共享数据",
       {ClockKind::kDisposal}},
      {"r25-40-5", "R25", "R25 第四十条第五项", Liable::kConsumer, "保存使用记录",
       {}, {Watch::kUseUnreported}},
      {"r25-40-6", "R25", "R25 第四十条第六项", Liable::kConsumer, "履行数据安全责任"},
      {"r25-41-1", "R25", "R25 第四十一条第一项", Liable::kAuthority, "明确数源部门",
       {}, {Watch::kUndesignated}},
      {"r25-41-2", "R25", "R25 第四十一条第二项", Liable::kAuthority, "处理共享争议",
       {ClockKind::kCoordination}},
      {"r25-17-2-authority", "R25", "R25 第十七条第二款", Liable::kAuthority,
       "按时审核发布政务数据目录", {ClockKind::kCataloguePublish}},
      {"r25-21-1-authority", "R25", "R25 第二十一条第一款", Liable::kAuthority,
       "按时核对共享申请、答复延期请求", {ClockKind::kAuthorityCheck},
       {Watch::kExtensionUnanswered}},
  };
  return *table;
}

const Detector* FindDetector(absl::string_view id) {
  for (const Detector& detector : Detectors()) {
    if (detector.id == id) return &detector;
  }
  return nullptr;
}

absl::string_view TextOfProfile(absl::string_view profile) {
  return absl::StartsWith(profile, "cn-2016-51") ? "M16" : "R25";
}

const Detector* DetectorOf(ClockKind kind, absl::string_view text) {
  for (const Detector& d : Detectors()) {
    if (d.text == text && std::find(d.clocks.begin(), d.clocks.end(), kind) != d.clocks.end()) {
      return &d;
    }
  }
  return nullptr;
}

const Detector* DetectorOf(Watch watch, absl::string_view text) {
  for (const Detector& d : Detectors()) {
    if (d.text == text && std::find(d.watches.begin(), d.watches.end(), watch) != d.watches.end()) {
      return &d;
    }
  }
  return nullptr;
}

absl::string_view ClockLabel(ClockKind kind) {
  switch (kind) {
    case ClockKind::kCatalogueUpdate: return "目录更新期限";
    case ClockKind::kCataloguePublish: return "目录审核发布期限";
    case ClockKind::kAuthorityCheck: return "共享申请核对期限";
    case ClockKind::kReplyUnconditional: return "无条件共享申请答复期限";
    case ClockKind::kReplyConditional: return "有条件共享申请答复期限";
    case ClockKind::kReplyUnpublished: return "未发布资源申请答复期限";
    case ClockKind::kSupplementAsk: return "一次性告知补正期限";
    case ClockKind::kSupplement: return "补正期限";
    case ClockKind::kSupply: return "数据提供期限";
    case ClockKind::kCorrection: return "核查更正期限";
    case ClockKind::kNegotiation: return "争议协商期限";
    case ClockKind::kCoordination: return "争议协调期限";
    case ClockKind::kConsultation: return "服务变更意见期限";
    case ClockKind::kDisposal: return "数据处置期限";
    case ClockKind::kRectification: return "整改期限";
    case ClockKind::kInquiry: return "咨询答复期限";
    case ClockKind::kInquiryExtended: return "咨询延长答复期限";
  }
  return "";
}

}  // namespace shareway::sharing
