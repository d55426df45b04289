// SPDX-License-Identifier: Apache-2.0
// Every reason that an error of Shareway can carry, in one list. A client reads
// the name in google.rpc.ErrorInfo.reason; a person reads the sentence in the
// language asked for. Names are for ever; add, never rename.
#pragma once

#include "absl/strings/string_view.h"

// X(enumerator, NAME, zh-Hans, zh-Hant, en)
#define SHAREWAY_REASONS(X)                                                                        \
  X(kUnspecified, "UNSPECIFIED", "未说明原因", "未說明原因", "No reason was given")                \
  X(kFieldInvalid, "FIELD_INVALID", "请求中有字段不符合规则", "請求中有欄位不符合規則",            \
    "A field of the request breaks a rule")                                                        \
  X(kNotVisible, "NOT_VISIBLE", "对象不存在或您无权查看", "對象不存在或您無權查看",                \
    "The object does not exist or is not yours to see")                                            \
  X(kAlreadyExists, "ALREADY_EXISTS", "对象已存在", "對象已存在", "The object exists already")     \
  X(kChangedMeanwhile, "CHANGED_MEANWHILE", "对象已被他人修改，请重新读取后再试",                  \
    "對象已被他人修改，請重新讀取後再試", "The object changed meanwhile; read it again and retry") \
  X(kRequestIdReused, "REQUEST_ID_REUSED", "同一请求编号被用于不同内容",                           \
    "同一請求編號被用於不同內容", "The request id was used with another body")                     \
  X(kStateForbids, "STATE_FORBIDS", "当前状态不允许此操作", "當前狀態不允許此操作",                \
    "The object's state does not allow this")                                                      \
  X(kUnauthenticated, "UNAUTHENTICATED", "未能确认身份", "未能確認身份",                           \
    "The caller could not be identified")                                                          \
  X(kPolicyDenied, "POLICY_DENIED", "您的身份或角色不可使用此方法",                                \
    "您的身份或角色不可使用此方法", "Your identity or role may not use this method")               \
  X(kKeyRevoked, "KEY_REVOKED", "证书或密钥已失效", "證書或密鑰已失效",                            \
    "The certificate or key is no longer valid")                                                   \
  X(kActInvalid, "ACT_INVALID", "本人签名缺失或无效", "本人簽名缺失或無效",                        \
    "The person's signature is missing or wrong")                                                  \
  X(kActReplayed, "ACT_REPLAYED", "该签名已使用过", "該簽名已使用過",                              \
    "This signed act was used before")                                                             \
  X(kOwnRequest, "OWN_REQUEST", "不得审批本人的申请", "不得審批本人的申請",                        \
    "Nobody decides on his own request")                                                           \
  X(kOverloaded, "OVERLOADED", "服务繁忙，请稍后重试", "服務繁忙，請稍後重試",                     \
    "The service is busy; retry later")                                                            \
  X(kDraining, "DRAINING", "服务正在停止", "服務正在停止", "The service is draining")              \
  X(kDiskFull, "DISK_FULL", "存储空间不足，暂不接收写入", "儲存空間不足，暫不接收寫入",            \
    "The disk is full; writes are refused until space returns")                                    \
  X(kNotReady, "NOT_READY", "服务尚未就绪", "服務尚未就緒", "The service is not ready yet")        \
  X(kPageTokenInvalid, "PAGE_TOKEN_INVALID", "分页标记无效", "分頁標記無效",                       \
    "The page token is not one of ours for this query")                                            \
  X(kSecretRefused, "SECRET_REFUSED", "国家秘密、工作秘密不得进入本系统（条例第三条）",            \
    "國家秘密、工作秘密不得進入本系統（條例第三條）",                                              \
    "State secrets and work secrets are refused (R25 3)")                                          \
  X(kBasisMissing, "BASIS_MISSING", "不予共享须列明依据", "不予共享須列明依據",                    \
    "Not sharing needs a cited basis")                                                             \
  X(kConditionMissing, "CONDITION_MISSING", "有条件共享须列明共享范围和用途",                      \
    "有條件共享須列明共享範圍和用途", "Conditional sharing must state its conditions")             \
  X(kNotShared, "NOT_SHARED", "该资源不予共享", "該資源不予共享", "The resource is not shared")    \
  X(kStandingConsentMissing, "STANDING_CONSENT_MISSING", "无预先同意，需提供部门答复",             \
    "無預先同意，需提供部門答覆", "No standing consent; the provider must answer")                 \
  X(kRequestRequired, "REQUEST_REQUIRED", "须提出共享申请", "須提出共享申請",                      \
    "The data takes a sharing request")                                                            \
  X(kReasonRequired, "REASON_REQUIRED", "须说明理由", "須說明理由", "A reason is required")        \
  X(kStageUnavailable, "STAGE_UNAVAILABLE", "没有可受理该争议的机构，或所适用的规定没有下一阶段",  \
    "沒有可受理該爭議的機構，或所適用的規定沒有下一階段",                                          \
    "No body is registered for this stage of the dispute, or the text knows no such stage")        \
  X(kGroundRequired, "GROUND_REQUIRED", "终止授权须有法定事由及文件",                              \
    "終止授權須有法定事由及文件", "Revocation needs a ground and its document")                    \
  X(kNotSupported, "NOT_SUPPORTED", "暂不支持", "暫不支援", "This is not supported yet")           \
  X(kGrantUnknown, "GRANT_UNKNOWN", "无此共享授权", "無此共享授權", "There is no such grant here") \
  X(kGrantRevoked, "GRANT_REVOKED", "共享授权已撤销", "共享授權已撤銷", "The grant is revoked")    \
  X(kGrantSuspended, "GRANT_SUSPENDED", "共享授权已暂停", "共享授權已暫停",                        \
    "The grant is suspended")                                                                      \
  X(kGrantExpired, "GRANT_EXPIRED", "共享授权不在有效期内", "共享授權不在有效期內",                \
    "The grant is not valid at this time")                                                         \
  X(kGrantOutdated, "GRANT_OUTDATED", "引用的授权版本尚未到达本节点",                              \
    "引用的授權版本尚未到達本節點", "The cited grant revision has not reached this node")          \
  X(kPurposeNotGranted, "PURPOSE_NOT_GRANTED", "用途超出授权", "用途超出授權",                     \
    "The purpose is not granted")                                                                  \
  X(kMethodNotGranted, "METHOD_NOT_GRANTED", "共享方式超出授权", "共享方式超出授權",               \
    "The method is not granted")                                                                   \
  X(kItemNotGranted, "ITEM_NOT_GRANTED", "信息项超出授权", "資訊項超出授權",                       \
    "An item asked for is not granted")                                                            \
  X(kRowNotGranted, "ROW_NOT_GRANTED", "查询条件超出授权范围", "查詢條件超出授權範圍",             \
    "The query reaches outside the granted rows")                                                  \
  X(kCaseRequired, "CASE_REQUIRED", "须填写办件编号", "須填寫辦件編號",                            \
    "The grant asks for a case number")                                                            \
  X(kLeaseStale, "LEASE_STALE", "授权信息不是最新，拒绝提供", "授權資訊不是最新，拒絕提供",        \
    "No fresh lease, no delivery")                                                                 \
  X(kExchangeSettled, "EXCHANGE_SETTLED", "该次交换已完成", "該次交換已完成",                      \
    "This attempt was settled before")                                                             \
  X(kExchangeLost, "EXCHANGE_LOST", "本节点没有该次交换的结果记录", "本節點沒有該次交換的結果記錄",   \
    "This node has no record of how the exchange ended")                                           \
  X(kAttemptsExhausted, "ATTEMPTS_EXHAUSTED", "重试次数已用完", "重試次數已用完",                  \
    "No attempts are left under this exchange id")                                                 \
  X(kQueryChanged, "QUERY_CHANGED", "同一交换编号的查询内容不同",                                  \
    "同一交換編號的查詢內容不同", "The exchange id was used with another query")                   \
  X(kEnvelopeInvalid, "ENVELOPE_INVALID", "报文签名或内容无效", "報文簽名或內容無效",              \
    "The signed message is malformed or its signature is wrong")                                   \
  X(kEnvelopeExpired, "ENVELOPE_EXPIRED", "报文已过期或时钟不一致", "報文已過期或時鐘不一致",      \
    "The signed message is expired or from the future")                                            \
  X(kWrongNode, "WRONG_NODE", "报文不是发给本节点的", "報文不是發給本節點的",                      \
    "The signed message names another node")                                                       \
  X(kPeerUnreachable, "PEER_UNREACHABLE", "对方节点不可达", "對方節點不可達",                      \
    "The provider's node cannot be reached")                                                       \
  X(kHeld, "HELD", "提供部门节点已暂停提供", "提供部門節點已暫停提供",                             \
    "The provider's node holds this back")                                                         \
  X(kDatasetMissing, "DATASET_MISSING", "本节点未托管该资源的数据", "本節點未託管該資源的資料",    \
    "This node hosts no dataset for the resource")                                                 \
  X(kRowInvalid, "ROW_INVALID", "数据行不符合规则", "資料列不符合規則",                            \
    "A row of the data breaks a rule")                                                             \
  X(kTransferBroken, "TRANSFER_BROKEN", "传输中断或与清单不符", "傳輸中斷或與清單不符",            \
    "The transfer was cut or does not match its manifest")                                         \
  X(kRolledBack, "ROLLED_BACK", "存储早于已审计状态，拒绝服务", "儲存早於已審計狀態，拒絕服務",    \
    "The store is older than what audit has seen; it does not serve")                              \
  X(kEvidenceUnavailable, "EVIDENCE_UNAVAILABLE", "无法持久保存证据，拒绝提供",                    \
    "無法持久保存證據，拒絕提供", "No durable evidence, no delivery")                              \
  X(kProducerUnknown, "PRODUCER_UNKNOWN", "未登记的证据来源", "未登記的證據來源",                  \
    "Evidence is taken only from registered producers")                                            \
  X(kLogTooSmall, "LOG_TOO_SMALL", "日志尚未达到该位置", "日誌尚未達到該位置",                     \
    "The log does not reach this far yet")                                                         \
  X(kReferenceMissing, "REFERENCE_MISSING", "引用的对象不存在", "引用的對象不存在",                \
    "An object that the request refers to does not exist")                                         \
  X(kAssessmentMissing, "ASSESSMENT_MISSING", "编目前须完成保密风险和个人信息影响评估",            \
    "編目前須完成保密風險和個人資訊影響評估",                                                      \
    "Secrecy risk and personal-information impact must be assessed before cataloguing")            \
  X(kProofInvalid, "PROOF_INVALID", "证明与日志不符", "證明與日誌不符",                            \
    "The proof does not fit the log")                                                              \
  X(kWitnessesAwaited, "WITNESSES_AWAITED", "日志启动后尚在等待见证方报告",                        \
    "日誌啟動後尚在等待見證方報告", "The log waits for its witnesses' reports after a start")      \
  X(kNotAWitness, "NOT_A_WITNESS", "该密钥不属于见证方", "該密鑰不屬於見證方",                     \
    "The key is not that of a witness of this log")                                                \
  X(kCandidateUnknown, "CANDIDATE_UNKNOWN", "该检查点不是近期的待见证检查点",                      \
    "該檢查點不是近期的待見證檢查點", "The checkpoint is no recent candidate for cosignature")     \
  X(kAlreadyServing, "ALREADY_SERVING", "日志已在服务，无需此操作", "日誌已在服務，無需此操作",    \
    "The log serves already")                                                                      \
  X(kNotRebuilding, "NOT_REBUILDING", "日志不在重建中", "日誌不在重建中",                          \
    "The log is not being rebuilt")                                                                \
  X(kLogForked, "LOG_FORKED", "日志出现分叉，两份历史不一致", "日誌出現分叉，兩份歷史不一致",      \
    "The log shows two histories that do not fit together")                                        \
  X(kRecordExpired, "RECORD_EXPIRED", "记录已超过保存期限并被删除",                                \
    "記錄已超過保存期限並被刪除", "The record was deleted at the end of its retention")            \
  X(kMismatchesExhausted, "MISMATCHES_EXHAUSTED", "对该记录的核验不符次数已达当日上限",            \
    "對該記錄的核驗不符次數已達當日上限", "Too many mismatches on this record today")              \
  X(kQuotaExhausted, "QUOTA_EXHAUSTED", "当日共享配额已用完",                                      \
    "當日共享配額已用完", "The day's quota of the grant is used up")                               \
  X(kRateLimited, "RATE_LIMITED", "调用过于频繁，请稍后重试",                                      \
    "調用過於頻繁，請稍後重試", "The caller asks too often; retry later")                          \
  X(kQuarantined, "QUARANTINED", "对方返回了授权以外的内容，已隔离",                               \
    "對方返回了授權以外的內容，已隔離", "The answer had more than was granted and was withheld")   \
  X(kOperationUnknown, "OPERATION_UNKNOWN", "目录中没有该操作，或本节点未接入",                    \
    "目錄中沒有該操作，或本節點未接入", "The operation is not catalogued or has no backend here")  \
  X(kBackendFailed, "BACKEND_FAILED", "提供部门的系统未能正常应答",                                \
    "提供部門的系統未能正常應答", "The provider's system did not answer as it should")             \
  X(kReceiptPending, "RECEIPT_PENDING", "证据尚未被见证的检查点覆盖，请稍后再取",                  \
    "證據尚未被見證的檢查點覆蓋，請稍後再取", "No witnessed checkpoint covers it yet; retry later") \
  X(kSupplementUsed, "SUPPLEMENT_USED", "补正只能一次性告知一次", "補正只能一次性告知一次",        \
    "What is missing may be asked for once only")                                                  \
  X(kIncompleteIsNoGround, "INCOMPLETE_IS_NO_GROUND", "不得以材料不齐全为由拒绝", "不得以材料不齊全為由拒絕", \
    "Missing material is no ground for a refusal")                                                 \
  X(kExtensionNotAllowed, "EXTENSION_NOT_ALLOWED", "该期限不可延长或不可再延长", "該期限不可延長或不可再延長", \
    "This period cannot be extended, or not again")                                                \
  X(kDeadlinePassed, "DEADLINE_PASSED", "已超过可以办理的期限", "已超過可以辦理的期限",            \
    "The time in which this could be done is over")                                                \
  X(kDeadlineRunning, "DEADLINE_RUNNING", "期限尚未届满，暂不可办理", "期限尚未屆滿，暫不可辦理",  \
    "A period is still running; this can be done after it")                                        \
  X(kTextForbids, "TEXT_FORBIDS", "所适用的规定没有这一程序", "所適用的規定沒有這一程序",          \
    "The legal text that governs does not know this step")                                         \
  X(kConsentRequired, "CONSENT_REQUIRED", "须先取得提供部门同意", "須先取得提供部門同意",          \
    "The provider has to consent first")                                                           \
  X(kTermsNotAccepted, "TERMS_NOT_ACCEPTED", "须由需求部门负责人先确认授权条件", "須由需求部門負責人先確認授權條件", \
    "The consumer's head has to accept the grant's terms first")                                   \
  X(kConsultationOpen, "CONSULTATION_OPEN", "尚未完成与使用部门的协商", "尚未完成與使用部門的協商", \
    "The consultation with the consumers is not complete")                                         \
  X(kFilingRequired, "FILING_REQUIRED", "须先向主管部门备案", "須先向主管部門備案",                \
    "This has to be filed with the authority first")                                               \
  X(kProofRequired, "PROOF_REQUIRED", "须附处置或办理的证明", "須附處置或辦理的證明",              \
    "Proof of what was done is missing")                                                           \
  X(kDivisionForeign, "DIVISION_FOREIGN", "只能申请回流本行政区域的数据", "只能申請回流本行政區域的數據", \
    "Only data of the own division can flow back")                                                 \
  X(kGradingMixed, "GRADING_MIXED", "不同安全级别的事项不能批量办理", "不同安全級別的事項不能批量辦理", \
    "Items of different gradings are not decided together")                                        \
  X(kSecondReviewRequired, "SECOND_REVIEW_REQUIRED", "该级别的数据须由两名审核员复核", "該級別的數據須由兩名審核員覆核", \
    "Data of this grading needs a second reviewer")                                                \
  X(kDelegationInvalid, "DELEGATION_INVALID", "委托不存在、已到期或不含此项", "委託不存在、已到期或不含此項", \
    "The delegation is missing, over, or does not cover this")                                     \
  X(kAttachmentRefused, "ATTACHMENT_REFUSED", "附件类型或大小不符合规定", "附件類型或大小不符合規定", \
    "The attachment's type or size is not admitted")                                               \
  X(kRetentionRunning, "RETENTION_RUNNING", "记录仍在法定保存期内", "記錄仍在法定保存期內",        \
    "The record must still be kept")                                                               \
  X(kNotCompetent, "NOT_COMPETENT", "本机构无权处理该事项", "本機構無權處理該事項",                \
    "Another body is competent for this")                                                          \
  X(kScopeWidened, "SCOPE_WIDENED", "范围超出已同意的内容", "範圍超出已同意的內容",                \
    "The scope is wider than what was agreed")                                                     \
  X(kAlreadyCatalogued, "ALREADY_CATALOGUED", "目录中已有该数据，请直接申请", "目錄中已有該數據，請直接申請", \
    "The catalogue has these data; request them there")                                            \
  X(kNotADeliveryOf, "NOT_A_DELIVERY_OF", "没有向贵部门提供过该数据", "沒有向貴部門提供過該數據",  \
    "No such data were delivered to you")                                                          \
  X(kMandateMissing, "MANDATE_MISSING", "缺少监督检查的依据文件或超出其范围", "缺少監督檢查的依據文件或超出其範圍", \
    "The mandate is missing or does not reach this")                                               \
  X(kCalendarInvalid, "CALENDAR_INVALID", "日历数据不符合规则", "日曆數據不符合規則",              \
    "The calendar breaks a rule")                                                                  \
  X(kProposalOutdated, "PROPOSAL_OUTDATED", "所提方案已不能照此授权，请重新提出",                  \
    "所提方案已不能照此授權，請重新提出",                                                          \
    "What was proposed can no longer be granted as it stands; propose anew")                       \
  X(kSignInRefused, "SIGN_IN_REFUSED", "登录信息有误", "登入資訊有誤",                             \
    "The sign-in was refused")                                                                     \
  X(kLockedOut, "LOCKED_OUT", "失败次数过多，暂时锁定", "失敗次數過多，暫時鎖定",                  \
    "Too many failures; locked for a while")                                                       \
  X(kCodeInvalid, "CODE_INVALID", "一次性代码无效或已使用", "一次性代碼無效或已使用",              \
    "The one-time code is wrong, used or over")                                                    \
  X(kFactorReplayed, "FACTOR_REPLAYED", "该动态口令已使用过", "該動態口令已使用過",                \
    "This code was used before; wait for the next one")                                            \
  X(kFactorTooWeak, "FACTOR_TOO_WEAK", "管理员须使用密码技术的第二因子",                           \
    "管理員須使用密碼技術的第二因子", "Administrators need a cryptographic second factor")         \
  X(kPasswordExpired, "PASSWORD_EXPIRED", "密码已到期，须更换", "密碼已到期，須更換",              \
    "The password is over; choose a new one")                                                      \
  X(kSessionOver, "SESSION_OVER", "会话已结束，请重新登录", "會話已結束，請重新登入",              \
    "The session is over; sign in again")                                                          \
  X(kSessionElsewhere, "SESSION_ELSEWHERE", "会话不得在其他证书或网络下使用",                      \
    "會話不得在其他證書或網路下使用",                                                              \
    "The session is bound to another certificate or network")                                      \
  X(kClockMovedBack, "CLOCK_MOVED_BACK", "系统时钟被调回", "系統時鐘被調回",                       \
    "The clock was set back")                                                                      \
  X(kRolesExclusive, "ROLES_EXCLUSIVE", "系统、安全、审计管理员不得由一人兼任",                    \
    "系統、安全、審計管理員不得由一人兼任",                                                        \
    "Nobody holds two of system, security and audit administrator")                                \
  X(kContractOver, "CONTRACT_OVER", "外包合同已到期", "外包合約已到期",                            \
    "The contractor's contract is over")                                                           \
  X(kClearanceTooLow, "CLEARANCE_TOO_LOW", "所申请数据的级别高于本部门可接收的级别",               \
    "所申請數據的級別高於本部門可接收的級別",                                                      \
    "The data are graded above what the agency may receive")                                       \
  X(kFactorStale, "FACTOR_STALE", "须在五分钟内重新验证第二因子", "須在五分鐘內重新驗證第二因子",  \
    "This needs a second factor that was shown within five minutes")                               \
  X(kSearchRebuilding, "SEARCH_REBUILDING", "检索索引正在重建，请稍后再试",                        \
    "檢索索引正在重建，請稍後再試", "The search index is being made anew; try again soon")         \
  X(kBundleDamaged, "BUNDLE_DAMAGED", "目录数据包已损坏", "目錄數據包已損壞",                      \
    "The catalogue bundle is damaged")                                                             \
  X(kBundleTooLarge, "BUNDLE_TOO_LARGE", "目录数据包过大", "目錄數據包過大",                       \
    "The catalogue bundle is too large")                                                           \
  X(kOriginUnknown, "ORIGIN_UNKNOWN", "来源平台未登记", "來源平台未登記",                          \
    "The bundle's origin or its key is not pinned here")                                           \
  X(kFileRefused, "FILE_REFUSED", "文件不可读取或不安全，已拒绝", "檔案不可讀取或不安全，已拒絕",  \
    "The file cannot be read, or is not safe to read")                                             \
  X(kFileTooLarge, "FILE_TOO_LARGE", "文件超出限制", "檔案超出限制",                               \
    "The file is over a limit")                                                                    \
  X(kImportOver, "IMPORT_OVER", "该导入已结束", "該匯入已結束", "The import has ended")            \
  X(kStaleData, "STALE_DATA", "数据未按更新周期更新", "數據未按更新週期更新",                      \
    "The data are older than their update cycle")                                                  \
  X(kConsumersLive, "CONSUMERS_LIVE", "仍有部门在使用该资源，须先征求其意见",                      \
    "仍有部門在使用該資源，須先徵求其意見",                                                        \
    "Agencies still use the resource; they have to be consulted first")                            \
  X(kCodeSpaceFull, "CODE_SPACE_FULL", "该分类下的代码已用完", "該分類下的代碼已用完",             \
    "No sequence number is left under this classification code")                                   \
  X(kGateClosed, "GATE_CLOSED", "项目尚未取得共享主管部门意见", "項目尚未取得共享主管部門意見",    \
    "The authority's opinion on the project is missing or says no")

namespace shareway {

enum class Reason {
#define SHAREWAY_REASON(enumerator, name, hans, hant, en) enumerator,
  SHAREWAY_REASONS(SHAREWAY_REASON)
#undef SHAREWAY_REASON
};

// The languages that errors are told in.
enum class Language { kSimplified, kTraditional, kEnglish };

// UPPER_SNAKE, as in google.rpc.ErrorInfo.reason.
absl::string_view ReasonName(Reason reason);
// kUnspecified for a name that is not ours.
Reason ParseReason(absl::string_view name);
// One sentence for a person.
absl::string_view ReasonText(Reason reason, Language language);

}  // namespace shareway
