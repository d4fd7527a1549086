#include "mcp/header_rules.h"

#include <gtest/gtest.h>

#include <array>

#include "net/header_rules.h"

namespace call_agent::mcp {
namespace {

Catalog make_catalog() {
  Tool tool;
  tool.name = "call";
  tool.input_schema = {{"type", "object"},
                       {"properties",
                        {{"region", {{"type", "string"}, {"x-mcp-header", "Region"}}},
                         {"count", {{"type", "integer"}, {"x-mcp-header", "Count"}}},
                         {"plain", {{"type", "string"}}}}}};
  Offer offer;
  offer.tools.push_back(std::move(tool));
  return Catalog(std::move(offer));
}

net::ServerRequest with(std::vector<net::Header> headers) {
  headers.insert(headers.begin(), {"mcp-protocol-version", "2026-07-28"});
  return {.method = "POST", .target = "/mcp", .headers = std::move(headers), .body = {}, .peer = {}};
}

Json params(Json more) {
  more["_meta"] = {{kMetaVersion, "2026-07-28"}};
  return more;
}

struct HeaderRules : testing::Test {
  Catalog catalog = make_catalog();

  int code(std::string_view method, const Json& with_params, std::vector<net::Header> headers) {
    const auto wrong = header_mismatch(with(std::move(headers)), method, with_params, catalog);
    if (wrong) {
      EXPECT_EQ(wrong->http_status, 400);
    }
    return wrong ? wrong->code : 0;
  }
};

TEST_F(HeaderRules, WhatTheHeadersSayMustBeWhatTheBodySays) {
  const Json call = params({{"name", "call"}});
  EXPECT_EQ(code("tools/call", call, {{"Mcp-Method", "tools/call"}, {"MCP-NAME", " call\t"}}), 0);
  EXPECT_EQ(code("tools/list", params({}), {{"Mcp-Method", "tools/list"}}), 0);
  for (const auto& headers :
       std::vector<std::vector<net::Header>>{{},
                                             {{"Mcp-Method", "tools/call"}},
                                             {{"Mcp-Name", "call"}},
                                             {{"Mcp-Method", "TOOLS/CALL"}, {"Mcp-Name", "call"}},
                                             {{"Mcp-Method", "tools/list"}, {"Mcp-Name", "call"}},
                                             {{"Mcp-Method", "tools/call"}, {"Mcp-Name", "Call"}},
                                             {{"Mcp-Method", "tools/call"}, {"Mcp-Name", "call"}, {"Mcp-Name", "call"}},
                                             {{"Mcp-Method", "tools/call"}, {"Mcp-Name", "=?base64?Y2FsbA?="}},
                                             {{"Mcp-Method", "tools/call"}, {"Mcp-Name", "=?base64?****?="}}}) {
    EXPECT_EQ(code("tools/call", call, headers), kHeaderMismatch);
  }
  EXPECT_EQ(code("tools/call", call, {{"Mcp-Method", "tools/call"}, {"Mcp-Name", "=?base64?Y2FsbA==?="}}), 0);
}

TEST_F(HeaderRules, TheNameIsTheUriOfAResourceAndTheIdOfATask) {
  EXPECT_EQ(code("resources/read", params({{"uri", "call://1/transcript"}}),
                 {{"Mcp-Method", "resources/read"}, {"Mcp-Name", "call://1/transcript"}}),
            0);
  EXPECT_EQ(code("tasks/get", params({{"taskId", "t1"}}), {{"Mcp-Method", "tasks/get"}, {"Mcp-Name", "t2"}}),
            kHeaderMismatch);
}

TEST_F(HeaderRules, TheVersionMustAgreeToo) {
  net::ServerRequest none{
      .method = "POST", .target = "/mcp", .headers = {{"Mcp-Method", "tools/list"}}, .body = {}, .peer = {}};
  EXPECT_TRUE(header_mismatch(none, "tools/list", params({}), catalog));
  const Json other = {{"_meta", {{kMetaVersion, "v999"}}}};
  EXPECT_TRUE(header_mismatch(with({{"Mcp-Method", "tools/list"}}), "tools/list", other, catalog));
}

TEST_F(HeaderRules, AnArgumentThatAHeaderRepeatsIsCompared) {
  const auto call = [&](const Json& arguments, std::vector<net::Header> headers) {
    headers.push_back({"Mcp-Method", "tools/call"});
    headers.push_back({"Mcp-Name", "call"});
    return code("tools/call", params({{"name", "call"}, {"arguments", arguments}}), std::move(headers));
  };
  EXPECT_EQ(call({{"region", "Hello"}}, {{"Mcp-Param-Region", "Hello"}}), 0);
  EXPECT_EQ(call({{"region", "Hello"}}, {{"Mcp-Param-Region", "=?base64?SGVsbG8=?="}}), 0);
  EXPECT_EQ(call({{"region", "SGVsbG8="}}, {{"Mcp-Param-Region", "SGVsbG8="}}), 0) << "no marks, no base64";
  EXPECT_EQ(call({{"region", "=?base64?SGVsbG8="}}, {{"Mcp-Param-Region", "=?base64?SGVsbG8="}}), 0);
  EXPECT_EQ(call({{"count", 3}}, {{"Mcp-Param-Count", "3"}}), 0);
  EXPECT_EQ(call({{"plain", "x"}}, {}), 0);
  EXPECT_EQ(call({{"region", "Hello"}}, {}), kHeaderMismatch);
  EXPECT_EQ(call({}, {{"Mcp-Param-Region", "Hello"}}), kHeaderMismatch);
  EXPECT_EQ(call({{"region", "Hello"}}, {{"Mcp-Param-Region", "=?base64?SGVsbG8?="}}), kHeaderMismatch);
  EXPECT_EQ(call({{"region", "Hello"}}, {{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}}), kHeaderMismatch);
}

// CVE-2025-66414, CVE-2025-66416, GHSA-89vp-x53w-74fx: a page of somebody else's that resolves to this machine.
// What our client sends must pass our server, whatever it says.
TEST_F(HeaderRules, WhatAClientMirrorsIsWhatAServerExpects) {
  const Json& schema = catalog.find_tool("call")->input_schema;
  for (const Json region : {"eu", "süd", " x ", "a\r\nInjected: 1", "=?base64?eA==?=", ""}) {
    const Json call = params({{"name", "call"}, {"arguments", {{"region", region}, {"count", 7}, {"plain", "p"}}}});
    auto headers = mirrored_headers("tools/call", call, &schema);
    EXPECT_EQ(headers.size(), 5U);
    std::erase_if(headers, [](const net::Header& header) { return header.name == "MCP-Protocol-Version"; });
    EXPECT_EQ(code("tools/call", call, headers), 0) << region;
    for (const auto& header : headers) EXPECT_TRUE(net::check_header(header)) << region;
  }
  const Json task = params({{"taskId", "t-1"}});
  EXPECT_EQ(mirrored_headers("tasks/get", task, nullptr).back().value, "t-1");
}

TEST(MirroredHeaders, AForeignSchemaMaySayAnything) {
  const Json arguments{{"a", 1}, {"b", {{"c", 2}}}, {"d", nullptr}};
  for (const auto* schema : {"7", "{}", R"({"properties":7})", R"({"properties":{"a":7,"b":{"x-mcp-header":7}}})",
                             R"({"properties":{"a":{"x-mcp-header":"A B\r\n"},"d":{"x-mcp-header":"D"}}})"}) {
    const Json known = Json::parse(schema);
    EXPECT_EQ(mirrored_headers("tools/call", {{"arguments", arguments}}, &known).size(), 1U) << schema;
  }
}

TEST(Rebinding, OnlyTheNamesOfThisMachineAndThoseAllowedPass) {
  const std::array<std::string, 1> allowed{"calls.example.com"};
  for (const auto* host : {"localhost", "localhost:8719", "LOCALHOST", "127.0.0.1:1", "[::1]", "[::1]:8719",
                           "calls.example.com", "Calls.Example.com:443"}) {
    EXPECT_TRUE(host_allowed(host, allowed)) << host;
    EXPECT_TRUE(origin_allowed(std::string("http://") + host, allowed)) << host;
  }
  for (const auto* host : {"", "evil.example.com", "localhost.evil.com", "127.0.0.1.evil.com", "evil.com:8719",
                           "127.0.0.2", "[::2]", "calls.example.com.evil.com", "0.0.0.0:8719"}) {
    EXPECT_FALSE(host_allowed(host, allowed)) << host;
    EXPECT_FALSE(origin_allowed(std::string("https://") + host, allowed)) << host;
  }
  EXPECT_TRUE(origin_allowed("", allowed)) << "no page";
  EXPECT_FALSE(origin_allowed("null", allowed));
  EXPECT_FALSE(origin_allowed("file://localhost", allowed));
}

TEST(Accept, AdmitsATypeItsFamilyOrEverything) {
  for (const auto* accept : {"", "*/*", "application/json", "text/html, application/json;q=0.5", "application/*"}) {
    EXPECT_TRUE(accepts(accept, "application/json")) << accept;
  }
  for (const auto* accept : {"text/html", "application/jsonp", "text/*", "json"}) {
    EXPECT_FALSE(accepts(accept, "application/json")) << accept;
  }
}

}  // namespace
}  // namespace call_agent::mcp
