// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/import_file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "tools/shareway/output.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

constexpr std::array<std::pair<absl::string_view, pb::FileFormat>, 5> kFormats = {
    {{"xlsx", pb::XLSX},
     {"csv", pb::CSV},
     {"gb18030", pb::CSV_GB18030},
     {"json", pb::ENTRIES_JSON},
     {"dcat", pb::DCAT_JSON_LD}}};

// Whom the handler writes to, and from where Sleep learns of it.
std::array<int, 2> interrupted = {-1, -1};
struct sigaction before = {};

void OnInterrupt(int) {
  const int kept = errno;
  (void)!write(interrupted[1], "i", 1);
  errno = kept;
}

}  // namespace

pb::FileFormat FormatNamed(absl::string_view name) {
  for (const auto& [known, format] : kFormats) {
    if (name == known) return format;
  }
  return pb::FILE_FORMAT_UNSPECIFIED;
}

pb::FileFormat FormatOfFile(absl::string_view file) {
  const std::string lower = absl::AsciiStrToLower(file);
  if (absl::EndsWith(lower, ".jsonld")) return pb::DCAT_JSON_LD;
  // A name says nothing of a CSV file's characters; UTF-8 is what a new one has.
  for (const char* extension : {"xlsx", "csv", "json"}) {
    if (absl::EndsWith(lower, absl::StrCat(".", extension))) return FormatNamed(extension);
  }
  return pb::FILE_FORMAT_UNSPECIFIED;
}

std::string FaultLine(const pb::ImportFault& fault) {
  std::string line = fault.sheet().empty() ? "" : absl::StrCat(fault.sheet(), "!");
  absl::StrAppend(&line, fault.row(), fault.column().empty() ? "" : " ", fault.column(), ": ");
  absl::StrAppend(&line, fault.field(), fault.field().empty() ? "" : ": ", fault.rule());
  return CellText(line);  // the file's words: no control characters to the terminal
}

absl::StatusOr<pb::ExportResourcesResponse> TakeExport(
    const std::function<absl::StatusOr<ExportPart>()>& read,
    const std::function<absl::Status(absl::string_view)>& write) {
  crypto::Sha256Stream digest;
  ExportPart last;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(ExportPart part, read());
    if (!part) break;
    if (last) return absl::DataLossError("the export goes on after its end; export again");
    digest.Update(part->data());
    SHAREWAY_RETURN_IF_ERROR(write(part->data()));
    if (!part->digest().empty()) last = std::move(part);
  }
  if (!last) {
    return absl::UnavailableError("the export ended early and is not whole; export again");
  }
  if (digest.Digest().str() != last->digest()) {
    return absl::DataLossError("the export came with another SHA-256; export again");
  }
  last->clear_data();
  return *std::move(last);
}

Interrupt::Interrupt() {
  // Without pipe or handler a signal ends the process, as it did.
  if (pipe2(interrupted.data(), O_CLOEXEC | O_NONBLOCK) != 0) interrupted = {-1, -1};
  struct sigaction action = {};
  action.sa_handler = interrupted[1] < 0 ? SIG_DFL : &OnInterrupt;
  // Whoever asks twice wants it at once.
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigaction(SIGINT, &action, &before);
  if (before.sa_handler == SIG_IGN) sigaction(SIGINT, &before, nullptr);
}

Interrupt::~Interrupt() {
  sigaction(SIGINT, &before, nullptr);
  for (int& end : interrupted) {
    if (end >= 0) close(end);
    end = -1;
  }
}

bool Interrupt::Sleep(int milliseconds) const {
  const absl::Time end = absl::Now() + absl::Milliseconds(milliseconds);
  while (true) {
    pollfd waited = {.fd = interrupted[0], .events = POLLIN, .revents = 0};
    const auto left = std::max<int64_t>(absl::ToInt64Milliseconds(end - absl::Now()), 0);
    const int ready = poll(&waited, 1, static_cast<int>(left));
    if (ready > 0) return false;
    if (ready == 0 || errno != EINTR) return true;
  }
}

}  // namespace shareway::cli
