#include "app/mcp_client/schema_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/mcp_client/client_options.h"

namespace call_agent::app {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string type(const char* schema) {
  return type_text(Json::parse(schema));
}

TEST(SchemaText, SaysATypeInAFewWords) {
  EXPECT_EQ(type(R"({"type":"string"})"), "string");
  EXPECT_EQ(type(R"({"type":"string","format":"date"})"), "string (date)");
  EXPECT_EQ(type(R"({"type":["string","null"]})"), "string | null");
  EXPECT_EQ(type(R"({"type":"integer","minimum":1,"maximum":60})"), "integer 1 to 60");
  EXPECT_EQ(type(R"({"enum":["en","de"]})"), R"("en" | "de")");
  EXPECT_EQ(type(R"({"oneOf":[{"const":"a","title":"Ay"},{"type":"integer"}]})"), R"("a" (Ay) | integer)");
  EXPECT_EQ(type(R"({"type":"array","items":{"type":"string"}})"), "array of string");
  EXPECT_EQ(type(R"({"type":"object","properties":{"a":{},"b":{}},"required":["b"]})"), "object {b, a?}");
  EXPECT_EQ(type(R"({"$ref":"#/$defs/Address"})"), "Address");
  EXPECT_EQ(type("{}"), "any");
}

TEST(SchemaText, ListsTheMembersThatAreRequiredFirst) {
  EXPECT_EQ(members_text(Json::parse(R"({"properties":{
                "a":{"type":"integer","default":3},"number":{"type":"string","description":"E.164"}},
                "required":["number"]})"),
                         "  "),
            "  number  string, required: E.164\n"
            "  a       integer, default 3\n");
  EXPECT_EQ(members_text(Json::parse("{}"), "  "), "");
}

TEST(SchemaText, AForeignSchemaMayBeAnything) {
  for (const auto* schema : {"7", "null", "[]", R"({"type":7})", R"({"enum":7})", R"({"properties":7,"required":7})",
                             R"({"anyOf":[7,null,[]]})", R"({"type":"array","items":7})"}) {
    EXPECT_FALSE(type(schema).empty()) << schema;
    EXPECT_EQ(members_text(Json::parse(schema), ""), "") << schema;
  }
  std::string deep = R"({"type":"string"})";
  for (int i = 0; i < 50; ++i) deep.insert(0, R"({"type":"array","items":)").append("}");
  EXPECT_EQ(type(deep.c_str()), "array of array of array of array of array of …");
  Json many{{"enum", Json::array()}};
  for (int i = 0; i < 10'000; ++i) many["enum"].push_back(i);
  EXPECT_LE(type_text(many).size(), 200U);
  const auto steering =
      members_text(Json::parse("{\"properties\":{\"a\\u001b[2J\":{\"description\":\"\\u001b]0;x\\u0007\"}}}"), "");
  EXPECT_THAT(steering, Not(HasSubstr("\x1b")));
}

TEST(ClientOptions, ArgumentsAreJsonWhereTheyParseAndTheToolWantsNoString) {
  ClientOptions options;
  options.arguments = {{"kept", true}, {"count", 1}};
  options.named_arguments = {{"count", "2"}, {"phone_number", "911"}, {"words", "hello there"}, {"list", "[1]"}};
  const Json schema = Json::parse(R"({"properties":{"phone_number":{"type":"string"}}})");
  EXPECT_EQ(merged_arguments(options, schema), Json::parse(R"({"kept":true,"count":2,"phone_number":"911",
                                                               "words":"hello there","list":[1]})"));
}

TEST(ClientOptions, APairAndAHeaderAreCheckedWithoutRepeatingTheirValue) {
  EXPECT_EQ(named_value("--answer", "a=b=c")->second, "b=c");
  EXPECT_FALSE(named_value("--answer", "=b"));
  EXPECT_THAT(named_value("--answer", "secret").error().what, Not(HasSubstr("secret")));
  EXPECT_EQ(header_option("X-Key: v")->value, "v");
  for (const auto* bad : {"none", "Host: secret", "X Y: secret", "X: secret\r\nY: z"}) {
    const auto header = header_option(bad);
    EXPECT_EQ(header.error().code, Errc::kInvalidArgument);
    EXPECT_THAT(header.error().what, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace call_agent::app
