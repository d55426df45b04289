// SPDX-License-Identifier: Apache-2.0
// shareway request watch: what is open, then each change, for people and for scripts.
#include <memory>
#include <optional>
#include <ostream>

#include "absl/strings/str_join.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

using sharing::v1::RequestChange;

// JSON: every message on a line of its own, with its revision. Else the requests alone; in a table
// one on a line.
void Tell(const Session& session, const RequestChange& change) {
  const Json json = ToJson(change);
  const Format format = session.flags.format;
  if (format == Format::kJson) {
    *session.out << json.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    return;
  }
  const auto request = json.find("request");
  if (request == json.end()) return;
  if (format != Format::kTable) {
    *session.out << (format == Format::kYaml ? "---\n" : "") << Render(format, *request, {})
                 << std::flush;
    return;
  }
  std::vector<std::string> cells;
  for (const char* cell : {"name", "state", "dueDate", "availableActions"}) {
    const auto found = request->find(cell);
    cells.push_back(found == request->end() ? "-" : CellText(*found));
  }
  *session.out << absl::StrJoin(cells, "  ") << std::endl;
}

// Ends after `count` requests; 0: with the stream alone.
absl::Status Watch(Session* session, int count) {
  if (session->flags.dry_run) return UsageError("WatchRequests has no dry run");
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kSharing));
  rpc::ReadStream<RequestChange> stream = channel->ServerStream<RequestChange>(
      "/shareway.sharing.v1.RequestService/WatchRequests", sharing::v1::WatchRequestsRequest(),
      session->StreamOptions());
  for (int told = 0; count == 0 || told < count;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<RequestChange> change, stream.Read());
    if (!change) return absl::UnavailableError("the service ended the stream; watch again");
    Tell(*session, *change);
    if (change->has_request()) ++told;
  }
  return absl::OkStatus();
}

}  // namespace

void AddRequestWatchVerb(CLI::App* noun, Session* session) {
  auto count = std::make_shared<int>(0);
  CLI::App* watch = Verb(noun, session, "watch",
                         "What is open, then each change of what you may read; one a line",
                         [=] { return Watch(session, *count); });
  watch->add_option("--count", *count, "End after so many; without it, never")
      ->check(CLI::Range(1, 1000000));
}

}  // namespace shareway::cli
