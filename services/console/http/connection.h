// SPDX-License-Identifier: Apache-2.0
// One connection. For this folder alone.
#pragma once

#include "services/console/http/boost_config.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "services/console/http/shared.h"

namespace shareway::console {

// Serves the socket until either side ends, or `shared`'s limits do. The connection was counted
// by HttpShared::Add under its source and is given back at its end. Owns itself; `shared` must outlive the
// socket's executor.
void ServeConnection(boost::asio::ip::tcp::socket socket, const boost::asio::ip::address& peer,
                     std::shared_ptr<boost::asio::ssl::context> tls, HttpShared* shared);

}  // namespace shareway::console
