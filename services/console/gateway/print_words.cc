// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/print_words.h"

namespace shareway::console {
namespace {

struct Words {
  const char* key;
  const char* hans;
  const char* hant;
  const char* en;
};

// Terms of the law as it has them; see the glossary of the product.
constexpr Words kWords[] = {
    {"decision record", "共享申请答复记录", "共享申請答覆記錄", "Record of a decision"},
    {"evidence proof", "存证证明", "存證證明", "Proof of evidence"},
    {"no page", "无法出具", "無法出具", "This cannot be shown"},
    {"request", "申请", "申請", "Request"},
    {"name", "编号", "編號", "Name"},
    {"resource", "数据资源", "資料資源", "Resource"},
    {"revision", "版本", "版本", "revision"},
    {"consumer", "使用部门", "使用部門", "Consumer"},
    {"provider", "提供部门", "提供部門", "Provider"},
    {"applicant", "申请人", "申請人", "Applicant"},
    {"consumer head", "使用部门负责人", "使用部門負責人", "Consumer's head"},
    {"reviewer", "审核员", "審核員", "Reviewer"},
    {"second reviewer", "复核员", "複核員", "Second reviewer"},
    {"provider head", "提供部门负责人", "提供部門負責人", "Provider's head"},
    {"legal basis", "法律依据", "法律依據", "Legal basis"},
    {"scenario", "使用场景", "使用場景", "Scenario of use"},
    {"asked", "申请范围", "申請範圍", "What was asked for"},
    {"granted", "授权范围", "授權範圍", "What is granted"},
    {"items", "信息项", "資訊項", "Items"},
    {"masked items", "脱敏信息项", "去識別資訊項", "Masked items"},
    {"row filter", "数据范围", "資料範圍", "Rows"},
    {"purposes", "用途", "用途", "Purposes"},
    {"methods", "共享方式", "共享方式", "Methods"},
    {"period", "使用期限", "使用期限", "Period"},
    {"day quota", "每日限额", "每日限額", "Quota of a day"},
    {"calls", "次", "次", "calls"},
    {"rows", "行", "列", "rows"},
    {"bytes", "字节", "位元組", "bytes"},
    {"decision", "答复", "答覆", "Decision"},
    {"state", "状态", "狀態", "State"},
    {"verdict", "结论", "結論", "Verdict"},
    {"none yet", "尚无答复", "尚無答覆", "There is no decision yet"},
    {"ground", "不予共享的事由", "不予共享的事由", "Ground"},
    {"reason", "理由", "理由", "Reason"},
    {"condition", "未满足的共享条件", "未滿足的共享條件", "Condition not met"},
    {"citation", "引用条款", "引用條款", "Citation"},
    {"cut", "缩减", "縮減", "Cut"},
    {"case required", "须提供事项编号", "須提供事項編號", "A case must be named"},
    {"yes", "是", "是", "yes"},
    {"grant", "共享授权", "共享授權", "Grant"},
    {"law", "适用规定", "適用規定", "Law"},
    {"profile", "规则文本及版本", "規則文本及版本", "Profile and version"},
    {"article", "条款", "條款", "Article"},
    {"dates", "时限", "時限", "Dates"},
    {"created", "起草时间", "起草時間", "Drafted"},
    {"submitted", "提交时间", "提交時間", "Submitted"},
    {"due", "答复截止日", "答覆截止日", "Last day for the answer"},
    {"due before", "原截止日", "原截止日", "Last day before"},
    {"provisional", "暂定，节假日安排未公布", "暫定，節假日安排未公布",
     "provisional: the calendar is not published yet"},
    {"decided", "答复时间", "答覆時間", "Decided"},
    {"steps", "办理过程", "辦理過程", "What happened"},
    {"time", "时间", "時間", "Time"},
    {"action", "动作", "動作", "Act"},
    {"actor", "办理人", "辦理人", "By"},
    {"note", "说明", "說明", "Note"},
    {"proof", "审计存证", "稽核存證", "Proof in the audit log"},
    {"no proof", "日志中没有您可读取的该答复的记录", "日誌中沒有您可讀取的該答覆的記錄",
     "The log has no record of this decision that you may read"},
    {"proof refused", "日志未提供证明", "日誌未提供證明", "The log gives no proof"},
    {"awaits checkpoint", "尚未被见证的检查点覆盖，请稍后再试", "尚未被見證的檢查點覆蓋，請稍後再試",
     "No witnessed checkpoint covers it yet; come again"},
    {"proof good", "已由本控制台核对：记录与承诺相符，路径通向检查点的根",
     "已由本控制台核對：記錄與承諾相符，路徑通向檢查點的根",
     "Checked by this console: the record fits the commitment, and the path leads to the root"},
    {"path good", "已由本控制台核对：路径通向检查点的根", "已由本控制台核對：路徑通向檢查點的根",
     "Checked by this console: the path leads to the checkpoint's root"},
    {"proof bad", "核对不符，请勿采信", "核對不符，請勿採信", "The check FAILED: do not rely on this"},
    {"check yourself", "请以自行保存的日志公钥核对检查点的签名；本页不能代替核对",
     "請以自行保存的日誌公鑰核對檢查點的簽名；本頁不能代替核對",
     "Check the checkpoint's signatures by your own copy of the log's key: this page does not"},
    {"entry", "记录", "記錄", "Entry"},
    {"index", "序号", "序號", "Index"},
    {"kind", "类别", "類別", "Kind"},
    {"producer", "生成者", "產生者", "Producer"},
    {"agencies", "相关机构", "相關機構", "Agencies"},
    {"object", "对象", "物件", "Object"},
    {"exchange", "交换编号", "交換編號", "Exchange"},
    {"withheld", "您无权读取该记录的内容，仅可见其承诺", "您無權讀取該記錄的內容，僅可見其承諾",
     "You may not read this record: only its commitment is shown"},
    {"commitment", "承诺", "承諾", "Commitment"},
    {"tree size", "树的大小", "樹的大小", "Size of the tree"},
    {"root", "根", "根", "Root"},
    {"path", "包含路径", "包含路徑", "Inclusion path"},
    {"checkpoint", "检查点", "檢查點", "Checkpoint"},
    {"cosignatures", "见证签名", "見證簽名", "Cosignatures"},
    {"log key", "日志公钥（仅供参考）", "日誌公鑰（僅供參考）", "The log's key, for orientation"},
    {"read by", "读取人", "讀取人", "Read by"},
    {"read at", "读取时间", "讀取時間", "Read at"},
    {"APPROVE", "同意共享", "同意共享", "Approved"},
    {"APPROVE_REDUCED", "缩减范围后同意共享", "縮減範圍後同意共享", "Approved in part"},
    {"REFUSE", "不予共享", "不予共享", "Refused"},
    {"CONDITION", "不满足已公布的共享条件", "不滿足已公布的共享條件", "A published condition is not met"},
    {"LEGAL_BAR", "法律法规禁止", "法律法規禁止", "The law bars it"},
    {"DRAFT", "起草中", "起草中", "Draft"},
    {"SIGNED_OFF", "使用部门已签发", "使用部門已簽發", "Signed off by the consumer's head"},
    {"IN_REVIEW", "审核中", "審核中", "In review"},
    {"DECIDED", "已审核，待签发", "已審核，待簽發", "Decided, waits for the head"},
    {"APPROVED", "已同意", "已同意", "Approved"},
    {"REFUSED", "已拒绝", "已拒絕", "Refused"},
    {"WITHDRAWN", "已撤回", "已撤回", "Withdrawn"},
    {"AUTHORITY_CHECK", "主管部门核对中", "主管部門核對中", "Checked by the authority"},
    {"NEEDS_SUPPLEMENT", "待补正", "待補正", "A supplement is asked for"},
    {"ADMINISTRATIVE_BASIS", "行政依据", "行政依據", "basis of an administrative act"},
    {"WORK_REFERENCE", "工作参考", "工作參考", "reference"},
    {"DATA_VERIFICATION", "数据校核", "資料校核", "checking data"},
    {"BUSINESS_COLLABORATION", "业务协同", "業務協同", "collaboration"},
    {"OTHER", "其他", "其他", "other"},
    {"QUERY", "联机查询", "線上查詢", "online query"},
    {"VERIFY", "核验", "核驗", "verification"},
    {"DOWNLOAD", "部门批量下载", "部門批次下載", "bulk download"},
    {"CALL", "系统对接", "系統對接", "call of a service"},
    {"SUBSCRIBE", "前置机共享", "前置機共享", "subscription"},
};

}  // namespace

absl::string_view Word(absl::string_view key, Language language) {
  for (const Words& words : kWords) {
    if (key != words.key) continue;
    switch (language) {
      case Language::kSimplified: return words.hans;
      case Language::kTraditional: return words.hant;
      case Language::kEnglish: return words.en;
    }
  }
  return key;
}

}  // namespace shareway::console
