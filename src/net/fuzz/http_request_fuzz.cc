#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "net/request_parser.h"

namespace {

using call_agent::net::RequestParser;
using call_agent::net::ServerRequest;

struct Outcome {
  std::vector<ServerRequest> requests;
  int refused = 0;
};

// As a connection reads: pieces of any size, one request after the other.
Outcome parse(std::string_view stream, std::size_t piece) {
  constexpr std::size_t kMostHead = 4096;
  constexpr std::size_t kMostBody = 16384;
  Outcome outcome;
  auto parser = std::make_unique<RequestParser>(kMostHead, kMostBody);
  std::string unread;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    unread += stream.substr(at, piece);
    while (!unread.empty()) {
      const std::size_t used = parser->put(unread);
      if (used > unread.size()) std::abort();
      unread.erase(0, used);
      if (parser->refusal()) {
        outcome.refused = parser->refusal()->status;
        return outcome;
      }
      if (parser->done()) {
        auto request = parser->take();
        if (request.body.size() > kMostBody || (request.target != "*" && !request.target.starts_with('/')))
          std::abort();
        outcome.requests.push_back(std::move(request));
        parser = std::make_unique<RequestParser>(kMostHead, kMostBody);
      } else if (used == 0) {
        break;
      }
    }
  }
  return outcome;
}

}  // namespace

/// What was asked must not depend on how the bytes were cut; the first byte chooses the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(stream, stream.size());
  const auto cut = parse(stream, std::size_t{data[0]} + 1);
  // A limit on the head may be noticed earlier where all of it came at once; what was taken must agree.
  const std::size_t common = std::min(whole.requests.size(), cut.requests.size());
  if (whole.refused == 0 && cut.refused == 0 && whole.requests.size() != cut.requests.size()) std::abort();
  for (std::size_t i = 0; i < common; ++i) {
    const auto& a = whole.requests[i];
    const auto& b = cut.requests[i];
    if (a.method != b.method || a.target != b.target || a.body != b.body || a.headers.size() != b.headers.size()) {
      std::abort();
    }
  }
  return 0;
}
