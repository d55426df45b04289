// SPDX-License-Identifier: Apache-2.0
// Marks of state and work secrets (国家秘密、工作秘密) in text. Such content is refused under every
// profile, and nothing of it is kept (R25 第三条).
#pragma once

#include "absl/strings/string_view.h"

namespace shareway::codes {

// True if `text` is marked as a secret or says that it contains one:
//   a level with its star (机密★10年), 密级：机密, a level in brackets (【机密】),
//   a text that is nothing but a level, or 属于/涉及/包含 国家秘密 or 工作秘密.
// Blanks between the characters, full-width signs and traditional characters make
// no difference. A denial (不涉及国家秘密) and the mere word in the title of a law
// (保守国家秘密法) are no marks. 商业秘密 and 个人秘密 are none of the state's.
bool IsMarkedSecret(absl::string_view text);

}  // namespace shareway::codes
