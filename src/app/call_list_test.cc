#include "app/call_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using testing::HasSubstr;

class FakePlan final : public calls::NumberingPlan {
 public:
  Result<calls::CheckedNumber> check(std::string_view number) const override {
    if (number.size() != 13) return fail(Errc::kInvalidArgument, "phone_number must be E.164");
    return calls::CheckedNumber{
        .e164 = std::string(number), .region = "GB", .warning = number.ends_with("9") ? "unknown area code" : ""};
  }
};

std::string problem(const Result<std::vector<ListedCall>>& list) {
  return list ? "no problem" : list.error().what;
}

TEST(CsvList, HasAHeadingOrJustNumbers) {
  const auto named = parse_csv_list(
      "objective,phone_number,max_minutes,language\r\n\"Book, for \"\"two\"\"\nat eight\",+442079460123,5,en\r\n\r\n"
      ",+442079460124,,\n");
  ASSERT_TRUE(named) << named.error().what;
  ASSERT_EQ(named->size(), 2U);
  EXPECT_EQ((*named)[0].request.objective, "Book, for \"two\"\nat eight");
  EXPECT_EQ((*named)[0].request.phone_number, "+442079460123");
  EXPECT_EQ((*named)[0].request.request, (Json{{"max_minutes", 5}, {"language", "en"}}));
  EXPECT_EQ((*named)[0].line, 2U);
  EXPECT_EQ((*named)[1].line, 5U);
  EXPECT_EQ((*named)[1].request.request, Json::object());

  const auto bare = parse_csv_list("\xef\xbb\xbf+442079460123\n+442079460124, Say hello \n");
  ASSERT_TRUE(bare) << bare.error().what;
  EXPECT_EQ((*bare)[0].request.phone_number, "+442079460123");
  EXPECT_EQ((*bare)[1].request.objective, "Say hello");
}

TEST(CsvList, NamesEveryWrongLine) {
  EXPECT_THAT(problem(parse_csv_list("")), HasSubstr("no calls"));
  EXPECT_THAT(problem(parse_csv_list("phone_number\n")), HasSubstr("no calls"));
  EXPECT_THAT(problem(parse_csv_list("+44,\"never closed\n")), HasSubstr("line 1: the quote"));
  EXPECT_THAT(problem(parse_csv_list("phone_number,objetive\n+44,x\n+45,y\n")),
              testing::AllOf(HasSubstr("line 2: objetive is not a field"), HasSubstr("line 3")));
  EXPECT_THAT(problem(parse_csv_list("phone_number\n+44,x,y\n")), HasSubstr("line 2: has more cells"));
}

TEST(JsonlList, ReadsAnObjectALine) {
  const auto list = parse_jsonl_list(
      "{\"phone_number\":\"+442079460123\",\"result_schema\":{\"type\":\"object\"},\"context\":null}\r\n\n"
      "{\"phone_number\":\"+442079460124\",\"objective\":\"x\",\"idempotency_key\":\"k\"}");
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ((*list)[0].request.request, (Json{{"result_schema", {{"type", "object"}}}}));
  EXPECT_EQ((*list)[1].request.idempotency_key, "k");
  EXPECT_EQ((*list)[1].line, 3U);
}

TEST(JsonlList, NamesEveryWrongLine) {
  const auto wrong = problem(parse_jsonl_list("{\"phone_number\":44}\nnot json\n[]\n{\"phone\":\"+44\"}\n"));
  EXPECT_THAT(wrong, HasSubstr("line 1: phone_number must be a string"));
  EXPECT_THAT(wrong, HasSubstr("line 2: not valid JSON"));
  EXPECT_THAT(wrong, HasSubstr("line 3: must be a JSON object"));
  EXPECT_THAT(wrong, HasSubstr("line 4: phone is not a field"));
}

TEST(ParsedLists, AreBounded) {
  std::string many;
  for (std::size_t i = 0; i < kMostListedCalls + 5; ++i) many += "+442079460123\n";
  EXPECT_THAT(problem(parse_csv_list(many)), HasSubstr("more than 10000"));
  std::string wrong;
  for (int i = 0; i < 100; ++i) wrong += "x\n";
  EXPECT_THAT(problem(parse_jsonl_list(wrong)), HasSubstr("and 80 more"));
}

TEST(CheckList, IsAllOrNothing) {
  const FakePlan plan;
  auto list = *parse_csv_list("phone_number,language\n+442079460123,\n911,\n+442079460124,english\n+442079460123,\n");
  const auto checked = check_list(list, plan);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().what, HasSubstr("line 3: phone_number must be E.164"));
  EXPECT_THAT(checked.error().what, HasSubstr("line 4: language must be"));
  EXPECT_THAT(checked.error().what, HasSubstr("line 5: +442079460123 is in the list twice"));

  list = *parse_csv_list("+442079460129\n+442079460124\n");
  EXPECT_EQ(*check_list(list, plan), "+442079460129: unknown area code\n");
}

}  // namespace
}  // namespace call_agent::app
