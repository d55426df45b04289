// SPDX-License-Identifier: Apache-2.0
// Asio and Beast themselves.
#include "services/console/http/boost_config.h"

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
