#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "mcp/client/dialect.h"
#include "net/http.h"

namespace call_agent::app {

/// What `call-agent test-mcp-client` is to do, as its command line says it.
struct ClientOptions {
  std::vector<std::string> command;  ///< The server to start, or
  std::string url;                   ///< the one to reach.
  std::vector<net::Header> headers;
  std::string ca_file;  ///< Whose certificates to trust for it.
  mcp::Era era = mcp::Era::kAuto;

  bool tools = false;
  bool resources = false;
  bool prompts = false;
  std::string number;  ///< Place a call, for this objective.
  std::string objective;
  std::string call;  ///< A tool.
  Json arguments = Json::object();
  std::vector<std::pair<std::string, std::string>> named_arguments;  ///< Beside them, as they were typed.
  bool as_task = false;
  std::string read;    ///< A resource.
  std::string output;  ///< Where to save it.
  std::string follow;  ///< A resource.
  std::optional<std::chrono::seconds> follow_for;

  std::map<std::string, std::string, std::less<>> answers;  ///< To forms, by the name of the field.
  std::optional<std::chrono::seconds> timeout;
  bool json = false;

  /// Without anything else to do the tools are listed.
  bool lists_tools() const {
    return tools || (!resources && !prompts && number.empty() && call.empty() && read.empty() && follow.empty());
  }
};

/// NAME=VALUE. Errors: kInvalidArgument, saying which `option` it was.
Result<std::pair<std::string, std::string>> named_value(std::string_view option, std::string_view text);
/// NAME:VALUE. Errors: kInvalidArgument for what no HTTP header may be; the value is not repeated.
Result<net::Header> header_option(std::string_view text);
/// The tool's arguments: those given as JSON with the named ones over them. A named one is JSON where it parses and
/// `input_schema` does not want a string.
Json merged_arguments(const ClientOptions& options, const Json& input_schema);

}  // namespace call_agent::app
