// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share. For this folder alone.
#pragma once

#include "services/console/http/boost_config.h"

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/console/http/http_server.h"

namespace shareway::console {

struct HttpFigures {
  metrics::Counter answered, refused, cut, turned_away;
  metrics::Gauge connections;
};

// Thread-safe.
struct HttpShared {
  HttpServer::Options options;
  HandleHttp handle;
  HttpFigures figures;
  absl::Mutex mutex;
  size_t connections ABSL_GUARDED_BY(mutex) = 0;
  size_t bodies ABSL_GUARDED_BY(mutex) = 0;  // bytes
  std::map<boost::asio::ip::address, size_t> of_one ABSL_GUARDED_BY(mutex);

  // Counts a new connection; false if there is no room for it.
  bool Add(const boost::asio::ip::address& address) {
    absl::MutexLock lock(&mutex);
    if (connections >= options.max_connections) return false;
    size_t& own = of_one[address];
    if (own >= options.max_of_one) return false;
    ++own;
    figures.connections.Set(static_cast<double>(++connections));
    return true;
  }
  void Remove(const boost::asio::ip::address& address) {
    absl::MutexLock lock(&mutex);
    if (--of_one[address] == 0) of_one.erase(address);
    figures.connections.Set(static_cast<double>(--connections));
  }
  // Takes so many bytes for a body; false if all bodies together would hold too many.
  bool TakeBody(size_t bytes) {
    absl::MutexLock lock(&mutex);
    if (bodies + bytes > options.max_bodies) return false;
    bodies += bytes;
    return true;
  }
  void GiveBody(size_t bytes) {
    absl::MutexLock lock(&mutex);
    bodies -= bytes;
  }
};

}  // namespace shareway::console
