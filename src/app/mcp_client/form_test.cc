#include "app/mcp_client/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

Json parse(const char* text) {
  return Json::parse(text);
}

std::string value(const char* schema, std::string_view text) {
  const auto read = field_value(parse(schema), text);
  return read ? read->dump() : read.error().what;
}

TEST(Form, AFieldIsReadAsItsSchemaWants) {
  EXPECT_EQ(value(R"({"type":"string"})", "12"), R"("12")");
  EXPECT_EQ(value(R"({"type":"integer"})", " 12 "), "12");
  EXPECT_EQ(value(R"({"type":"number"})", "1.5"), "1.5");
  EXPECT_EQ(value(R"({"type":"boolean"})", "yes"), "true");
  EXPECT_EQ(value(R"({"type":"boolean"})", "n"), "false");
  EXPECT_EQ(value(R"({"enum":["a","b"],"enumNames":["Ay","Bee"]})", "Bee"), R"("b")");
  EXPECT_EQ(value(R"({"oneOf":[{"const":"a","title":"Ay"},{"const":"b"}]})", "Ay"), R"("a")");
  EXPECT_EQ(value(R"({"type":"array","items":{"enum":["a","b"]}})", "a, b"), R"(["a","b"])");
}

TEST(Form, WhatDoesNotFitSaysWhatWould) {
  EXPECT_EQ(value(R"({"type":"integer","minimum":1,"maximum":5})", "many"), "this wants integer 1 to 5");
  EXPECT_EQ(value(R"({"type":"number"})", "1.5x"), "this wants number");
  EXPECT_EQ(value(R"({"type":"boolean"})", "perhaps"), "this wants yes or no");
  EXPECT_EQ(value(R"({"enum":["a","b"]})", "c"), R"(this wants "a" | "b")");
  EXPECT_THAT(value(R"({"type":"array","items":{"enum":["a"]}})", "a,c"), HasSubstr(R"("a")"));
}

TEST(Form, IsFilledInByAnswersAndDefaultsOrDeclined) {
  const Json form = parse(R"({"message":"?","requestedSchema":{"type":"object","required":["name","size"],"properties":{
      "name":{"type":"string"},"size":{"type":"integer","default":3},"note":{"type":"string"}}}})");
  std::vector<std::string> wrong;
  const auto tell = [&](const std::string& why) { wrong.push_back(why); };
  EXPECT_EQ(fill_in(form, {{"name", "Ada"}}, tell), parse(R"({"action":"accept","content":{"name":"Ada","size":3}})"));
  EXPECT_EQ(fill_in(form, {}, tell)["action"], "decline");
  EXPECT_EQ(fill_in(form, {{"note", "x"}}, tell)["action"], "decline");
  EXPECT_THAT(wrong, IsEmpty());
  EXPECT_EQ(fill_in(form, {{"name", "Ada"}, {"size", "big"}}, tell)["action"], "decline");
  EXPECT_THAT(wrong.front(), HasSubstr("size"));
}

TEST(Form, AForeignServersFormMayBeAnything) {
  for (const auto* form : {"7", "{}", R"({"requestedSchema":7})", R"({"requestedSchema":{"properties":[1]}})",
                           R"({"requestedSchema":{"properties":{"a":7,"b":null},"required":"a"}})"}) {
    EXPECT_EQ(fill_in(parse(form), {{"other", "x"}}, [](const std::string&) {})["action"], "decline") << form;
  }
  EXPECT_EQ(value("7", "x"), R"("x")");
  EXPECT_EQ(value(R"({"type":"array","items":{"type":"array","items":7}})", "x,y"), R"([["x"],["y"]])");
}

}  // namespace
}  // namespace call_agent::app
