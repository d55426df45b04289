// SPDX-License-Identifier: Apache-2.0
// XML from a stranger, in pieces, with bounded memory.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/files/sheet.h"

namespace shareway::catalog::files {

// What is told of a document, in order. Names are without namespace and prefix. An error ends the reading.
struct XmlEvents {
  using Attributes = std::map<std::string, std::string, std::less<>>;
  std::function<absl::Status(absl::string_view name, const Attributes& attributes)> begin = {};
  std::function<absl::Status(absl::string_view name)> end = {};
  // A part of the text of the innermost element.
  std::function<absl::Status(absl::string_view text)> text = {};
};

// FILE_REFUSED for what is not well-formed, has a document type (and so entities of its own), or nests
// deeper than the limit; FILE_TOO_LARGE for a tag longer than the limit. Not thread-safe.
class XmlReader {
 public:
  // `part` names the document in errors. All of `events` have to be there.
  XmlReader(absl::string_view part, const Limits& limits, XmlEvents events);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  // The next bytes. Nothing more may be fed after an error.
  absl::Status Feed(absl::string_view bytes);
  // The document is complete.
  absl::Status Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::catalog::files
