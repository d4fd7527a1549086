#include "core/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace call_agent {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, ReadsAnyJsonText) {
  const auto value = parse_json(R"({"a": [1, 2.5, null, true], "b": {"c": "d\u00e9"}})");
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"].size(), 4U);
  EXPECT_EQ((*value)["b"]["c"], "d\xc3\xa9");
}

TEST(ParseJson, RefusesWhatIsNotJsonAndSaysWhere) {
  for (const char* text : {"", "{", "[1,]", "nul", "{\"a\":1} x", "'a'", "\"\xff\"", "[1 2]", "{\"a\" 1}"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::kInvalidArgument);
    EXPECT_THAT(value.error().what, HasSubstr("byte"));
  }
}

TEST(ParseJson, NeverRepeatsTheText) {
  const auto value = parse_json("{\"token\": s3cret}");
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().what, Not(HasSubstr("s3c")));
}

TEST(ParseJson, RefusesANumberBeyondDouble) {
  const auto value = parse_json("[1e999]");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Errc::kInvalidArgument);
}

TEST(ParseJson, AllowsNestingUpToTheLimitAndNoFurther) {
  EXPECT_TRUE(parse_json(nested(64)));
  EXPECT_FALSE(parse_json(nested(65)));
  EXPECT_TRUE(parse_json(nested(3), 3));
  EXPECT_FALSE(parse_json(R"({"a":{"b":{"c":[]}}})", 3));
  EXPECT_TRUE(parse_json("[[],[],[],[]]", 2)) << "siblings are not depth";
}

TEST(ParseJson, AMillionLevelsAreRefusedNotDied) {
  const auto value = parse_json(nested(1'000'000));
  ASSERT_FALSE(value);
  EXPECT_THAT(value.error().what, HasSubstr("deeper than 64"));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
}

TEST(DumpJson, ReplacesInvalidUtf8InsteadOfThrowing) {
  EXPECT_EQ(dump_json(Json("a\xff"
                           "b")),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(dump_json(Json{{"a", 1}}), R"({"a":1})");
  EXPECT_EQ(dump_json(Json{{"a", 1}}, 2), "{\n  \"a\": 1\n}");
}

}  // namespace
}  // namespace call_agent
