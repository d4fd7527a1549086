#include "mcp/header_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base64.h"
#include "mcp/request_reader.h"
#include "net/header_rules.h"

namespace call_agent::mcp {
namespace {

constexpr std::string_view kEncodedPrefix = "=?base64?";
constexpr std::string_view kEncodedSuffix = "?=";
constexpr std::string_view kVersionHeader = "MCP-Protocol-Version";
constexpr std::string_view kMethodHeader = "Mcp-Method";
constexpr std::string_view kNameHeader = "Mcp-Name";
constexpr std::string_view kParameterHeader = "Mcp-Param-";
constexpr std::string_view kMirrored = "x-mcp-header";  // In a schema: which header repeats an argument.

RpcError mismatch(std::string what) {
  return {.code = kHeaderMismatch, .message = "Header mismatch: " + std::move(what), .http_status = 400};
}

char lower(char c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Which member of params Mcp-Name repeats; empty if it has none.
std::string_view named_by(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
  return {};
}

// A number or a truth is written as JSON writes it.
std::string as_header(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::string parameter_header(const Json& name) {
  return std::string(kParameterHeader) + name.get<std::string>();
}

std::optional<RpcError> check_one(const net::ServerRequest& request, std::string_view header, const Json* body) {
  const bool in_body = body && !body->is_null();
  if (request.count(header) == 0) {
    if (!in_body) return std::nullopt;
    return mismatch(fmt::format("the header {} is missing", header));
  }
  if (request.count(header) > 1) return mismatch(fmt::format("the header {} is there twice", header));
  const auto value = header_value(trimmed(request.header(header)));
  if (!value) return mismatch(fmt::format("the header {} has broken base64", header));
  if (!in_body || *value != as_header(*body))
    return mismatch(fmt::format("the header {} is not what the body says", header));
  return std::nullopt;
}

std::optional<RpcError> check_parameters(const net::ServerRequest& request, const Json& params, const Tool& tool) {
  const Json* properties = member(tool.input_schema, "properties");
  if (!properties) return std::nullopt;
  const Json* arguments = member(params, "arguments");
  for (const auto& [name, property] : properties->items()) {
    const auto header = property.find(kMirrored);
    if (header == property.end()) continue;
    const Json* given = arguments && arguments->is_object() ? member(*arguments, name) : nullptr;
    if (auto wrong = check_one(request, parameter_header(*header), given)) return wrong;
  }
  return std::nullopt;
}

/// `text` as a header's value: in base64 where a header could not carry it as it is.
std::string header_text(std::string_view text) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (plain && trimmed(text) == text && !text.starts_with(kEncodedPrefix)) return std::string(text);
  return fmt::format("{}{}{}", kEncodedPrefix, base64(text), kEncodedSuffix);
}

/// The host of "host:port", "[::1]:port" or either without its port.
std::string_view without_port(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

}  // namespace

std::optional<std::string> header_value(std::string_view text) {
  if (text.size() < kEncodedPrefix.size() + kEncodedSuffix.size() || !text.starts_with(kEncodedPrefix) ||
      !text.ends_with(kEncodedSuffix)) {
    return std::string(text);
  }
  text.remove_prefix(kEncodedPrefix.size());
  text.remove_suffix(kEncodedSuffix.size());
  return from_base64(text);
}

std::optional<RpcError> header_mismatch(const net::ServerRequest& request, std::string_view method, const Json& params,
                                        const Catalog& catalog) {
  const Json* meta = meta_of(params);
  const Json* version = meta ? member(*meta, kMetaVersion) : nullptr;
  if (version) {
    if (auto wrong = check_one(request, kVersionHeader, version)) return wrong;
  }
  const Json body_method(method);
  if (auto wrong = check_one(request, kMethodHeader, &body_method)) return wrong;
  const auto name = named_by(method);
  if (name.empty()) return std::nullopt;
  const Json* named = member(params, name);
  if (auto wrong = check_one(request, kNameHeader, named)) return wrong;
  if (method != "tools/call" || !named || !named->is_string()) return std::nullopt;
  const Tool* tool = catalog.find_tool(named->get_ref<const std::string&>());
  return tool ? check_parameters(request, params, *tool) : std::nullopt;
}

std::vector<net::Header> mirrored_headers(std::string_view method, const Json& params, const Json* input_schema) {
  std::vector<net::Header> out{{std::string(kMethodHeader), std::string(method)}};
  const Json* meta = meta_of(params);
  if (const Json* version = meta ? member(*meta, kMetaVersion) : nullptr) {
    out.push_back({std::string(kVersionHeader), header_text(as_header(*version))});
  }
  const auto name = named_by(method);
  if (const Json* named = name.empty() ? nullptr : member(params, name)) {
    out.push_back({std::string(kNameHeader), header_text(as_header(*named))});
  }
  const Json* properties = input_schema && input_schema->is_object() ? member(*input_schema, "properties") : nullptr;
  const Json* arguments = member(params, "arguments");
  if (!properties || !properties->is_object() || !arguments || !arguments->is_object()) return out;
  for (const auto& [argument, property] : properties->items()) {
    const Json* header = property.is_object() ? member(property, kMirrored) : nullptr;
    const Json* given = member(*arguments, argument);
    if (!header || !header->is_string() || !given || given->is_null()) continue;
    net::Header mirrored{parameter_header(*header), header_text(as_header(*given))};
    if (net::check_header(mirrored)) out.push_back(std::move(mirrored));  // A schema may say anything.
  }
  return out;
}

bool host_allowed(std::string_view host, std::span<const std::string> allowed) {
  const auto name = without_port(host);
  if (same_word(name, "localhost") || name == "127.0.0.1" || name == "[::1]") return true;
  return std::ranges::any_of(allowed, [name](std::string_view each) { return same_word(each, name); });
}

bool origin_allowed(std::string_view origin, std::span<const std::string> allowed) {
  if (origin.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return host_allowed(origin.substr(scheme.size()), allowed);
  }
  return false;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return same_word(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

bool accepts(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty()) return true;
  const auto family = std::string(type.substr(0, type.find('/'))) + "/*";
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    const auto range = accept.substr(0, end);
    const auto media = trimmed(range.substr(0, range.find(';')));
    if (same_word(media, type) || same_word(media, family) || media == "*/*") return true;
    accept.remove_prefix(std::min(end + 1, accept.size()));
  }
  return false;
}

}  // namespace call_agent::mcp
