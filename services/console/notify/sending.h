// SPDX-License-Identifier: Apache-2.0
// What became of one try to send something.
#pragma once

#include <string>

namespace shareway::console {

struct Sending {
  enum class Outcome {
    kTaken,    // the receiver has it
    kRefused,  // this one never will be taken: give it up
    kFailed,   // try again later; the fault is this receiver's
    kAway,     // the same, but of the server that all mail goes by
  };
  Outcome outcome = Outcome::kFailed;
  // In one word why not, never a word of the receiver's: REFUSED_550, UNREACHABLE, TIMEOUT, TLS,
  // LOGIN, ADDRESS_FORBIDDEN, ANSWER_TOO_LARGE, BROKEN. Empty if it was taken.
  std::string failure = {};

  bool taken() const { return outcome == Outcome::kTaken; }
};

}  // namespace shareway::console
