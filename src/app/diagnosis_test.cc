#include "app/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/test_run.h"

namespace call_agent::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Diagnosis, NamesWhatIsMissingAndWhereToGetIt) {
  const auto findings = check_variables(Settings::of({}));
  const auto text = findings_text(findings);
  EXPECT_FALSE(healthy(findings));
  EXPECT_THAT(text, HasSubstr("bad      LIVEKIT_URL: not set\n"));
  EXPECT_THAT(text, HasSubstr("./run stack up"));
  EXPECT_THAT(text, HasSubstr("warning  language model"));
}

TEST(Diagnosis, NeverShowsASecret) {
  const auto findings = check_variables(Settings::of({{"LIVEKIT_URL", "ws://127.0.0.1:1"},
                                                      {"LIVEKIT_API_KEY", "key"},
                                                      {"LIVEKIT_API_SECRET", "topsecrettopsecret"},
                                                      {"SIP_OUTBOUND_TRUNK_ID", "ST_x"},
                                                      {"LLM_BASE_URL", "http://127.0.0.1:2"},
                                                      {"LLM_API_KEY", "topsecret2"},
                                                      {"LLM_MODEL", "small"}}));
  EXPECT_TRUE(healthy(findings));
  const auto text = findings_text(findings) + dump_json(to_json(findings));
  EXPECT_THAT(text, Not(HasSubstr("topsecret")));
  EXPECT_THAT(text, HasSubstr("18 characters"));
  EXPECT_THAT(text, HasSubstr("ok       language model: small"));
}

TEST(Diagnosis, ALanguageModelNeedsItsName) {
  const auto findings = check_variables(Settings::of({{"LLM_BASE_URL", "http://127.0.0.1:2"}}));
  EXPECT_THAT(findings_text(findings), HasSubstr("set LLM_MODEL"));
}

TEST(Diagnosis, ALiveKitThatIsNotThereIsSaid) {
  LiveKitConfig config{
      .url = "ws://127.0.0.1:1", .api_key = "key", .api_secret = std::string(32, 's'), .trunk_id = "ST_x"};
  const auto findings = test::run(check_livekit(std::move(config), milliseconds(2'000)));
  EXPECT_FALSE(healthy(findings));
  EXPECT_THAT(findings_text(findings), HasSubstr("check LIVEKIT_URL"));
}

}  // namespace
}  // namespace call_agent::app
