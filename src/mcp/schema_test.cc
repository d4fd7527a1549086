#include "mcp/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::mcp {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Json kSchema = Json::parse(R"({
  "type": "object",
  "properties": {
    "number": {"type": "string", "minLength": 2, "maxLength": 4, "description": "The number to dial."},
    "minutes": {"type": "integer", "minimum": 1, "maximum": 60},
    "mode": {"type": "string", "enum": ["fast", "slow"]},
    "schema": {"type": ["object", "null"]},
    "tags": {"type": "array", "items": {"type": "string"}}
  },
  "required": ["number"],
  "additionalProperties": false
})");

std::string problems(std::string_view arguments) {
  return schema_problems(kSchema, Json::parse(arguments));
}

TEST(Schema, AcceptsWhatFits) {
  EXPECT_EQ(problems(R"({"number":"+123"})"), "");
  EXPECT_EQ(problems(R"({"number":"äöüß","minutes":5.0,"mode":"slow","schema":null,"tags":["a"]})"), "");
}

TEST(Schema, SaysWhatIsWrongAndHowToMendIt) {
  EXPECT_EQ(problems("{}"), "number is required: The number to dial.");
  EXPECT_EQ(problems(R"({"number":7})"), "number must be a string; got 7");
  EXPECT_EQ(problems(R"({"number":"+12","minutes":"5"})"), "minutes must be an integer; got \"5\"");
  EXPECT_EQ(problems(R"({"number":"+12","minutes":1e300})"), "minutes must be at most 60; got 1e+300");
  EXPECT_EQ(problems(R"({"number":"+12","minutes":0})"), "minutes must be at least 1; got 0");
  EXPECT_EQ(problems(R"({"number":"+12345"})"), "number must have at most 4 characters; it has 6");
  EXPECT_EQ(problems(R"({"number":""})"), "number must have at least 2 characters; it has 0");
  EXPECT_EQ(problems(R"({"number":"+12","mode":"x"})"), R"(mode must be one of ["fast","slow"]; got "x")");
  EXPECT_EQ(problems(R"({"number":"+12","schema":[]})"),
            R"(schema must be of one of the types ["object","null"]; got an array)");
  EXPECT_EQ(problems(R"({"number":"+12","tags":["a",1]})"), "tags[1] must be a string; got 1");
  EXPECT_EQ(problems(R"({"number":"+12","Mode":"x"})"),
            "\"Mode\" is not an argument; there are: minutes, mode, number, schema, tags");
  EXPECT_EQ(problems("[]"), "arguments must be an object; got an array");
}

TEST(Schema, ReportsSeveralProblemsAtOnceButNotThousands) {
  EXPECT_THAT(problems(R"({"minutes":0,"mode":"x"})"),
              AllOf(HasSubstr("number"), HasSubstr("minutes"), HasSubstr("mode")));
  Json many = Json::object();
  for (int i = 0; i < 1000; ++i) many["unknown" + std::to_string(i)] = i;
  EXPECT_LT(schema_problems(kSchema, many).size(), 2000U);
}

}  // namespace
}  // namespace call_agent::mcp
