#include "calls/result_schema.h"

#include <gtest/gtest.h>

namespace call_agent::calls {
namespace {

std::string problem(const char* schema) {
  const auto checked = check_result_schema(Json::parse(schema));
  return checked ? "" : checked.error().what;
}

TEST(ResultSchema, AnObjectWithFieldsIsOne) {
  EXPECT_EQ(problem(R"({"properties": {"time": {"type": "string"}}})"), "");
  EXPECT_EQ(problem(R"({"type": "object", "properties": {"open": {"type": ["boolean", "null"]}, "any": true,
            "days": {"type": "array", "items": {"enum": ["mon", "tue"]}, "maxItems": 7},
            "price": {"type": "object", "properties": {"amount": {"type": "number", "minimum": 0}}, "required": ["amount"]}},
            "required": ["open"], "additionalProperties": false, "description": "x"})"),
            "");
}

TEST(ResultSchema, WhatIsWrongIsNamedWithItsPlace) {
  EXPECT_EQ(problem("[]"), "result_schema must be a JSON Schema object");
  EXPECT_EQ(problem(R"({"type": "string"})"), "result_schema.type must be object");
  EXPECT_NE(problem("{}").find("result_schema.properties must name"), std::string::npos);
  EXPECT_NE(problem(R"({"properties": []})").find("result_schema.properties must name"), std::string::npos);
  EXPECT_NE(
      problem(R"({"properties": {"a": {"type": "text"}}})").find("result_schema.properties.a.type must be string"),
      std::string::npos);
  EXPECT_EQ(problem(R"({"properties": {"a": 3}})"), "result_schema.properties.a must be a JSON Schema: an object");
  EXPECT_NE(problem(R"({"properties": {"a": {"enum": []}}})").find("a.enum must be"), std::string::npos);
  EXPECT_NE(problem(R"({"properties": {"a": {"maximum": "9"}}})").find("a.maximum must be"), std::string::npos);
  EXPECT_NE(problem(R"({"properties": {"a": {}}, "required": [1]})").find("result_schema.required"), std::string::npos);
  EXPECT_NE(problem(R"({"properties": {"a": {"items": {"$ref": "#/x"}}}})").find("a.items.$ref"), std::string::npos);
}

TEST(ResultSchema, DepthAndSizeAreBounded) {
  Json deep = {{"type", "string"}};
  for (int i = 0; i < 20; ++i) deep = {{"items", deep}};
  EXPECT_NE(check_result_schema({{"properties", {{"a", deep}}}}).error().what.find("too deeply"), std::string::npos);
  Json fields = Json::object();
  for (int i = 0; i < 65; ++i) fields["f" + std::to_string(i)] = Json::object();
  EXPECT_FALSE(check_result_schema({{"properties", fields}}));
}

}  // namespace
}  // namespace call_agent::calls
