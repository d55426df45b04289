// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/xml_reader.h"

#include <expat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace shareway::catalog::files {
namespace {

// Namespaces come before the name, after a byte that no name has.
constexpr char kSeparator = '\n';
// Expat looks again at an unfinished tag with each piece; small pieces keep the limit on it sharp.
constexpr size_t kPiece = 64 << 10;

absl::string_view Local(const XML_Char* name) {
  const absl::string_view whole = name;
  const size_t at = whole.rfind(kSeparator);
  return at == absl::string_view::npos ? whole : whole.substr(at + 1);
}

}  // namespace

struct XmlReader::State {
  State(absl::string_view name, const Limits& with, XmlEvents to)
      : part(name), limits(with), events(std::move(to)),
        parser(XML_ParserCreateNS(nullptr, kSeparator)) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, &State::Begin, &State::End);
    XML_SetCharacterDataHandler(parser, &State::Text);
    XML_SetStartDoctypeDeclHandler(parser, &State::Doctype);
  }
  ~State() { XML_ParserFree(parser); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Expat may still tell a few things after it is stopped: the first error counts.
  void Stop(absl::Status why) {
    if (!error.ok()) return;
    error = std::move(why);
    XML_StopParser(parser, XML_FALSE);
  }
  void Keep(absl::Status status) {
    if (!status.ok()) Stop(std::move(status));
  }

  static void Begin(void* self, const XML_Char* name, const XML_Char** attributes) {
    State& state = *static_cast<State*>(self);
    if (!state.error.ok()) return;
    if (++state.depth > state.limits.depth) {
      state.Stop(Refused(absl::StrCat(state.part, " nests deeper than ", state.limits.depth)));
      return;
    }
    XmlEvents::Attributes all;
    for (; *attributes != nullptr; attributes += 2) all[std::string(Local(*attributes))] = attributes[1];
    state.Keep(state.events.begin(Local(name), all));
  }
  static void End(void* self, const XML_Char* name) {
    State& state = *static_cast<State*>(self);
    --state.depth;
    if (state.error.ok()) state.Keep(state.events.end(Local(name)));
  }
  static void Text(void* self, const XML_Char* text, int length) {
    State& state = *static_cast<State*>(self);
    if (!state.error.ok()) return;
    state.Keep(state.events.text(absl::string_view(text, static_cast<size_t>(length))));
  }
  static void Doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    State& state = *static_cast<State*>(self);
    state.Stop(Refused(absl::StrCat(state.part, " has a document type")));
  }

  absl::Status Parse(absl::string_view bytes, bool last) {
    if (!error.ok()) return error;
    const XML_Status parsed =
        XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0);
    if (!error.ok()) return error;
    if (parsed != XML_STATUS_OK) {
      return error = Refused(absl::StrCat(part, ", line ", XML_GetCurrentLineNumber(parser), ": ",
                                          XML_ErrorString(XML_GetErrorCode(parser))));
    }
    fed += bytes.size();
    const auto told = static_cast<uint64_t>(std::max<XML_Index>(0, XML_GetCurrentByteIndex(parser)));
    if (!last && fed - std::min(told, fed) > limits.token_bytes + kPiece) {
      return error = TooLarge(absl::StrCat(part, " has a tag of more than ", limits.token_bytes,
                                           " bytes"));
    }
    return absl::OkStatus();
  }

  const std::string part;
  const Limits limits;
  const XmlEvents events;
  const XML_Parser parser;
  absl::Status error = absl::OkStatus();
  int depth = 0;
  uint64_t fed = 0;
};

XmlReader::XmlReader(absl::string_view part, const Limits& limits, XmlEvents events)
    : state_(std::make_unique<State>(part, limits, std::move(events))) {}
XmlReader::~XmlReader() = default;

absl::Status XmlReader::Feed(absl::string_view bytes) {
  for (size_t at = 0; at < bytes.size(); at += kPiece) {
    if (absl::Status fed = state_->Parse(bytes.substr(at, kPiece), false); !fed.ok()) return fed;
  }
  return absl::OkStatus();
}

absl::Status XmlReader::Finish() { return state_->Parse("", true); }

}  // namespace shareway::catalog::files
