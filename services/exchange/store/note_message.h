// SPDX-License-Identifier: Apache-2.0
// The bytes of correction notes in answers.
#pragma once

#include <string>
#include <vector>

#include "services/exchange/domain/correction_table.h"

namespace shareway::exchange {

// The field `corrections` of a QueryAnswer, a VerifyAnswer and a CallAnswer, to be appended to the bytes of
// the rest: serialized fields, one after the other, are one message. Empty without notes.
std::string QueryNotes(const std::vector<CorrectionNote>& notes);
std::string VerifyNotes(const std::vector<CorrectionNote>& notes);
std::string CallNotes(const std::vector<CorrectionNote>& notes);

}  // namespace shareway::exchange
