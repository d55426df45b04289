// SPDX-License-Identifier: Apache-2.0
// What all connections of a server share. For this folder alone.
#pragma once

#include "services/console/http/boost_config.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
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

// Whose share a peer's connections and calls are of: one IPv4 address, or an IPv6 /64, of which
// everybody has all.
inline boost::asio::ip::address SourceOf(const boost::asio::ip::address& peer) {
  namespace ip = boost::asio::ip;
  if (peer.is_v4()) return peer;
  if (peer.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, peer.to_v6());
  ip::address_v6::bytes_type bytes = peer.to_v6().to_bytes();
  for (size_t i = 8; i < bytes.size(); ++i) bytes[i] = 0;
  return ip::address_v6(bytes);
}

// Thread-safe.
struct HttpShared {
  HttpServer::Options options;
  HandleHttp handle;
  HttpFigures figures;
  absl::Mutex mutex;
  size_t connections ABSL_GUARDED_BY(mutex) = 0;
  size_t bodies ABSL_GUARDED_BY(mutex) = 0;  // bytes
  std::map<boost::asio::ip::address, size_t> of_one ABSL_GUARDED_BY(mutex);  // by source
  std::map<boost::asio::ip::address, size_t> bodies_of_one ABSL_GUARDED_BY(mutex);  // bytes

  // Counts a new connection of the source; false if there is no room for it.
  bool Add(const boost::asio::ip::address& source) {
    absl::MutexLock lock(&mutex);
    if (connections >= options.max_connections) return false;
    size_t& own = of_one[source];
    if (own >= options.max_of_one) return false;
    ++own;
    figures.connections.Set(static_cast<double>(++connections));
    return true;
  }
  void Remove(const boost::asio::ip::address& source) {
    absl::MutexLock lock(&mutex);
    if (--of_one[source] == 0) of_one.erase(source);
    figures.connections.Set(static_cast<double>(--connections));
  }
  // Takes so many bytes for a body of the source; false if all bodies together, or its own, would
  // hold too many. What is announced counts, so that one source with heads alone harms itself.
  bool TakeBody(const boost::asio::ip::address& source, size_t bytes) {
    if (bytes == 0) return true;
    absl::MutexLock lock(&mutex);
    size_t& own = bodies_of_one[source];
    const size_t share = std::max(options.max_body, options.max_bodies / 4);
    const bool room = bodies + bytes <= options.max_bodies && own + bytes <= share;
    if (room) {
      bodies += bytes;
      own += bytes;
    }
    if (own == 0) bodies_of_one.erase(source);
    return room;
  }
  void GiveBody(const boost::asio::ip::address& source, size_t bytes) {
    if (bytes == 0) return;
    absl::MutexLock lock(&mutex);
    bodies -= bytes;
    if ((bodies_of_one[source] -= bytes) == 0) bodies_of_one.erase(source);
  }
};

}  // namespace shareway::console
