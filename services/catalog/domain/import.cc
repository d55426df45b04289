// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/import.h"

namespace shareway::catalog {
namespace {

struct Row {
  ImportState from;
  ImportEvent event;
  ImportState to;
};

constexpr Row kTable[] = {
    {ImportState::kChecking, ImportEvent::kWrite, ImportState::kWriting},
    {ImportState::kChecking, ImportEvent::kFinish, ImportState::kDone},
    {ImportState::kChecking, ImportEvent::kRefuse, ImportState::kRefused},
    {ImportState::kChecking, ImportEvent::kCancel, ImportState::kCancelled},
    {ImportState::kWriting, ImportEvent::kFinish, ImportState::kDone},
    {ImportState::kWriting, ImportEvent::kCancel, ImportState::kCancelled},
};

}  // namespace

ImportState After(ImportState state, ImportEvent event) {
  for (const Row& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return ImportState::kUnspecified;
}

bool IsOver(ImportState state) {
  return state != ImportState::kChecking && state != ImportState::kWriting;
}

absl::string_view StateName(ImportState state) {
  switch (state) {
    case ImportState::kChecking:
      return "CHECKING";
    case ImportState::kWriting:
      return "WRITING";
    case ImportState::kDone:
      return "DONE";
    case ImportState::kRefused:
      return "REFUSED";
    case ImportState::kCancelled:
      return "CANCELLED";
    case ImportState::kUnspecified:
      break;
  }
  return "STATE_UNSPECIFIED";
}

}  // namespace shareway::catalog
