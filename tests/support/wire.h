// SPDX-License-Identifier: Apache-2.0
// The network between processes of a test: it can be cut, fall silent, and be slow.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/support/held_port.h"

namespace shareway::testing {

// A TCP relay on loopback, one thread. Whoever connects to port() talks to `to`, a port of
// loopback too. It passes at first; what is asked of it holds once the call returns. Ends by
// itself, with what is open. Thread-safe. Aborts if the system gives it no sockets.
class Wire {
 public:
  explicit Wire(int to);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  int port() const { return port_.number(); }

  // Lets everything through, also what was held back.
  void Pass() { Delay(absl::ZeroDuration()); }
  // Lets everything through so much later; what is under way keeps the delay that it had.
  void Delay(absl::Duration by);
  // Resets the connections that are open and refuses new ones.
  void Cut();
  // A black hole: takes connections and bytes, and neither tells nor lets through, until it
  // passes or is cut. A connection that lives on then goes on where it was, as TCP does
  // after an outage.
  void Swallow();

 private:
  enum class State { kPassing, kCut, kSilent, kEnded };
  struct Way;
  struct Link;

  void Ask(State state, absl::Duration delay);
  void Run();
  // Takes over what was asked for. False at the end.
  bool Obey();
  // Waits for something to do, and does it.
  void Turn();
  void Accept();
  void OpenListener();
  void CloseListener();

  const int to_;
  const HeldPort port_;
  const int wake_;  // an eventfd

  absl::Mutex mutex_;
  State asked_ ABSL_GUARDED_BY(mutex_) = State::kPassing;
  absl::Duration asked_delay_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
  int changes_ ABSL_GUARDED_BY(mutex_) = 0;   // asked for
  int followed_ ABSL_GUARDED_BY(mutex_) = 0;  // of them

  // The thread's.
  State state_ = State::kPassing;
  absl::Duration delay_ = absl::ZeroDuration();
  int listener_ = -1;
  std::list<Link> links_;
  std::thread thread_;
};

// The wires of a cluster, by who connects to whom. Lives longer than the cluster.
class Wires {
 public:
  // For Cluster::Options::port_of: a wire for each pair. The nodes, to which others find
  // by the directory, are one wire from all.
  std::function<int(const std::string&, const std::string&, int)> Ports();
  // The wire from `from` to `to`, processes; an empty `from`: from all to the node `to`. The
  // cluster must have laid it.
  Wire& Between(const std::string& from, const std::string& to);

 private:
  absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Wire>> wires_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::testing
