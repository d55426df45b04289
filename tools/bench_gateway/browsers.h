// SPDX-License-Identifier: Apache-2.0
// HTTPS connections to a console, as browsers hold them, without the browser.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace shareway::bench {

// What all connections share. Thread-safe.
class Browsers {
 public:
  // To 127.0.0.1 at this port, whose certificate leads to an authority in the PEM file `ca`.
  Browsers(int port, const std::string& ca);
  ~Browsers();

  // One connection that is kept alive. Not thread-safe.
  class Connection {
   public:
    explicit Connection(Browsers* browsers);
    ~Connection();
    // The whole answer. UNAVAILABLE if the connection ends first.
    absl::StatusOr<std::string> Ask(const std::string& request);
    SSL* ssl();
    int socket() const;

   private:
    friend class Browsers;
    struct Tls;
    const std::unique_ptr<Tls> tls_;
  };
  // Connects and greets. UNAVAILABLE if the console does not.
  absl::StatusOr<std::unique_ptr<Connection>> Open();

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

// Whether these bytes are a whole answer, of a length that it says.
bool Whole(const std::string& bytes);
// Parts of an answer.
int StatusOf(const std::string& answer);
std::string FieldIn(const std::string& answer, const std::string& name);  // empty: there is none
std::string BodyOf(const std::string& answer);

}  // namespace shareway::bench
