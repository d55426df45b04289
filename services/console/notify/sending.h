// SPDX-License-Identifier: Apache-2.0
// What became of one try to send something.
#pragma once

#include <atomic>
#include <memory>
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
  // LOGIN, ADDRESS_FORBIDDEN, ANSWER_TOO_LARGE, SEALED_OTHERWISE, STOPPED, BROKEN. Empty if it was
  // taken.
  std::string failure = {};

  bool taken() const { return outcome == Outcome::kTaken; }
};

// Set once nobody is to be waited for any more: then what is under way is broken off within a second or
// so, and counts as not taken. Null: never.
using StopSign = std::shared_ptr<std::atomic<bool>>;

}  // namespace shareway::console
