// SPDX-License-Identifier: Apache-2.0
// Before any header of Boost in this folder: what Asio and Beast have beyond declarations is
// compiled once, in boost.cc, which halves the time of every other file.
#pragma once

#define BOOST_ASIO_SEPARATE_COMPILATION
#define BOOST_BEAST_SEPARATE_COMPILATION
