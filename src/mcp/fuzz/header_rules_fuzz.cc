#include <cstdint>
#include <string>
#include <string_view>

#include "mcp/header_rules.h"

namespace {

using namespace call_agent;

const mcp::Catalog& catalog() {
  static const mcp::Catalog value = [] {
    mcp::Tool tool;
    tool.name = "call";
    tool.input_schema = {{"properties", {{"region", {{"x-mcp-header", "Region"}}}}}};
    mcp::Offer offer;
    offer.tools.push_back(std::move(tool));
    return mcp::Catalog(std::move(offer));
  }();
  return value;
}

}  // namespace

/// Lines "Name: value" are headers, the last line is the params of a tools/call.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  net::ServerRequest request{.method = "POST", .target = "/mcp", .headers = {}, .body = {}, .peer = {}};
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto line = text.substr(0, end);
    const auto colon = std::min(line.find(':'), line.size());
    request.headers.push_back(
        {std::string(line.substr(0, colon)), std::string(line.substr(std::min(colon + 1, line.size())))});
    text.remove_prefix(end + 1);
  }
  const auto params = parse_json(text);
  if (params && params->is_object()) (void)mcp::header_mismatch(request, "tools/call", *params, catalog());
  for (const auto& header : request.headers) {
    (void)mcp::header_value(header.value);
    (void)mcp::host_allowed(header.value, {});
    (void)mcp::origin_allowed(header.value, {});
    (void)mcp::accepts(header.value, "application/json");
  }
  return 0;
}
