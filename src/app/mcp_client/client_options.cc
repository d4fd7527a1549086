#include "app/mcp_client/client_options.h"

#include <fmt/format.h>

#include "app/mcp_client/schema_text.h"
#include "net/header_rules.h"

namespace call_agent::app {

Result<std::pair<std::string, std::string>> named_value(std::string_view option, std::string_view text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    return fail(Errc::kInvalidArgument, fmt::format("{} must be NAME=VALUE", option));
  }
  return std::pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

Result<net::Header> header_option(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return fail(Errc::kInvalidArgument, "--header must be NAME:VALUE");
  auto value = text.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  net::Header header{.name = std::string(text.substr(0, colon)), .value = std::string(value)};
  if (const auto fine = net::check_header(header); !fine) return pass(fine);
  return header;
}

Json merged_arguments(const ClientOptions& options, const Json& input_schema) {
  Json arguments = options.arguments;
  for (const auto& [name, text] : options.named_arguments) {
    const Json& schema = mcp::part(mcp::part(input_schema, "properties"), name);
    auto parsed = wants_only_text(schema) ? fail(Errc::kInvalidArgument, "") : parse_json(text);
    arguments[name] = parsed ? *std::move(parsed) : Json(text);
  }
  return arguments;
}

}  // namespace call_agent::app
