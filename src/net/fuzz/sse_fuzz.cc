#include <cstdint>
#include <cstdlib>

#include "net/http.h"

namespace {

using call_agent::net::SseParser;

std::vector<SseParser::Event> parse(std::string_view stream, std::size_t piece) {
  SseParser parser;
  std::vector<SseParser::Event> out;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    for (auto& event : parser.push(stream.substr(at, piece))) out.push_back(std::move(event));
  }
  return out;
}

}  // namespace

/// The events must not depend on how the stream was cut; the first byte chooses the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(stream, stream.size());
  const auto cut = parse(stream, std::size_t{data[0]} + 1);
  if (whole.size() != cut.size()) std::abort();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i].event != cut[i].event || whole[i].data != cut[i].data || whole[i].id != cut[i].id) std::abort();
  }
  return 0;
}
