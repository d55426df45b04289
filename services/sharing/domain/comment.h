// SPDX-License-Identifier: Apache-2.0
// Remarks on requests and files that belong to cases: who said or sent what, for whom.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/party.h"

namespace shareway::sharing {

// A remark on a request (api.md section 3). Never changed.
struct Comment {
  static constexpr char kCollection[] = "comments";
  std::string name = {};
  std::string request = {};   // requests/{r}
  std::string consumer = {};  // of the request
  std::string provider = {};
  std::string text = {};      // 1 to 2000 characters
  bool internal = false;      // the author's own agency reads it alone
  std::string author = {};    // people/{p}
  std::string agency = {};    // of the author
  std::string profile = {};   // profile@version of the request
  absl::Time create_time = {};

  friend bool operator==(const Comment&, const Comment&) = default;
};

// An internal one to its own agency, any other to all who know the request. Whether the request
// itself may be read is asked before.
bool Visible(const Comment& comment, const Actor& actor, const Parties& parties);

// INVALID_ARGUMENT naming the text if it is empty, too long or no text.
absl::Status Check(const Comment& comment);

// A file that belongs to a case (law.md section 8). Never changed or removed. Who may read the case
// may read the file, unless it is internal.
struct Attachment {
  static constexpr char kCollection[] = "attachments";
  std::string name = {};
  std::string subject = {};   // what it belongs to
  std::string consumer = {};  // of the subject
  std::string provider = {};
  std::string file_name = {};   // 1 to 200 characters, without a path
  std::string media_type = {};  // by content
  uint64_t bytes = 0;
  std::string sha256 = {};  // 32 bytes
  uint32_t chunks = 0;
  std::string uploader = {};  // people/{p}
  std::string agency = {};    // of the uploader
  std::string profile = {};   // profile@version of the subject
  absl::Time create_time = {};
  bool internal = false;      // the uploader's own agency reads it alone,
  bool until_answer = false;  // until the decision is signed that waited for that at the upload

  friend bool operator==(const Attachment&, const Attachment&) = default;
};

// Whether the uploader's own agency reads it alone now. `answer_waits`: its subject is a request
// whose decision waits for its signature.
bool IsInternal(const Attachment& attachment, bool answer_waits);

}  // namespace shareway::sharing
