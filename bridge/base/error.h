// Errors as values. A Result is what a parser or a request at run time returns; exceptions are for starting only
// and are caught once, in main.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>

namespace tailrace {

struct Error {
  std::string code;     // a word from the protocol's or the configuration's tables
  std::string message;  // one sentence for a person; never holds a payload or a secret
};

template <class T>
using Result = boost::system::result<T, Error>;

// What Result::value() throws when it holds an Error.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.code + ": " + error.message);
}

// The program can't start with what it was given: exit code 2, one line.
class StartError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tailrace
