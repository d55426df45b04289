// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/note_message.h"

#include "libs/evidence/record.h"

namespace shareway::exchange {
namespace {

template <typename Answer>
std::string NotesOf(const std::vector<CorrectionNote>& notes) {
  Answer answer;
  for (const CorrectionNote& note : notes) {
    evidence::v1::CorrectionNote* out = answer.add_corrections();
    out->set_correction(note.correction.name);
    out->set_record(note.record);
    out->set_item(note.correction.item);
    out->set_business_may_proceed(note.correction.business_may_proceed);
  }
  return answer.SerializeAsString();
}

}  // namespace

std::string QueryNotes(const std::vector<CorrectionNote>& notes) {
  return NotesOf<evidence::v1::QueryAnswer>(notes);
}

std::string VerifyNotes(const std::vector<CorrectionNote>& notes) {
  return NotesOf<evidence::v1::VerifyAnswer>(notes);
}

std::string CallNotes(const std::vector<CorrectionNote>& notes) {
  return NotesOf<evidence::v1::CallAnswer>(notes);
}

}  // namespace shareway::exchange
