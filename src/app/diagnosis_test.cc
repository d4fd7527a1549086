#include "app/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/test_run.h"
#include "net/imposter_server.h"

namespace call_agent::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Diagnosis, NamesWhatIsMissingAndWhereToGetIt) {
  const auto findings = check_variables(Settings::of({}));
  const auto text = findings_text(findings);
  EXPECT_EQ(verdict(findings).exit_status, 1);
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
  EXPECT_EQ(verdict(findings).text, "Calls can be made.");
  const auto text = findings_text(findings) + dump_json(to_json(findings));
  EXPECT_THAT(text, Not(HasSubstr("topsecret")));
  EXPECT_THAT(text, HasSubstr("18 characters"));
  EXPECT_THAT(text, HasSubstr("ok       language model: small"));
}

TEST(Diagnosis, ALanguageModelNeedsItsName) {
  const auto findings = check_variables(Settings::of({{"LLM_BASE_URL", "http://127.0.0.1:2"}}));
  EXPECT_THAT(findings_text(findings), HasSubstr("LLM_MODEL is not set"));
}

TEST(Diagnosis, ALanguageModelNeedsAnAddressThatIsOne) {
  for (const auto* url : {"localhost:11434/v1", "http://", "ws://127.0.0.1:1", "https://me:topsecret@example.com/v1"}) {
    const auto findings = check_variables(Settings::of({{"LLM_BASE_URL", url}, {"LLM_MODEL", "small"}}));
    EXPECT_EQ(findings.back().status, Finding::Status::kBad) << url;
    EXPECT_THAT(findings.back().detail, HasSubstr("LLM_BASE_URL")) << url;
    EXPECT_THAT(findings.back().detail, Not(HasSubstr("topsecret")));
  }
}

TEST(Diagnosis, ALiveKitThatIsNotThereIsSaid) {
  LiveKitConfig config{
      .url = "ws://127.0.0.1:1", .api_key = "key", .api_secret = std::string(32, 's'), .trunk_id = "ST_x"};
  const auto findings = test::run(check_livekit(std::move(config), /*loopback_only=*/false, milliseconds(2'000)));
  EXPECT_EQ(verdict(findings).exit_status, 1);
  EXPECT_THAT(findings_text(findings), HasSubstr("check LIVEKIT_URL"));
}

awaitable<void> list_trunk(asio::ip::tcp::socket socket, std::string_view address) {
  co_await net::read_request(socket);
  const Json trunk{{"sip_trunk_id", "ST_x"}, {"address", address}, {"numbers", {"+15550001"}}};
  co_await net::write_text(socket, net::response(200, dump_json({{"items", Json::array({trunk})}})));
}

awaitable<Finding> trunk_finding(std::string_view address, bool loopback_only) {
  net::ImposterServer livekit(co_await asio::this_coro::executor, {[address](asio::ip::tcp::socket socket) {
                                return list_trunk(std::move(socket), address);
                              }});
  LiveKitConfig config{
      .url = livekit.url("ws", ""), .api_key = "key", .api_secret = std::string(32, 's'), .trunk_id = "ST_x"};
  const auto findings = co_await check_livekit(std::move(config), loopback_only, milliseconds(10'000));
  co_await livekit.stop();
  co_return findings.back();
}

TEST(Diagnosis, AScriptMayNotCallBeyondThisMachine) {
  const auto refused = test::run(trunk_finding("sip.example.com", /*loopback_only=*/true));
  EXPECT_EQ(refused.status, Finding::Status::kNeeded) << refused.detail;
  EXPECT_THAT(refused.mend, HasSubstr("LLM_BASE_URL"));
  EXPECT_THAT(refused.mend, HasSubstr("--allow-scripted"));
  EXPECT_EQ(test::run(trunk_finding("127.0.0.1:5060", /*loopback_only=*/true)).status, Finding::Status::kGood);
  EXPECT_EQ(test::run(trunk_finding("sip.example.com", /*loopback_only=*/false)).status, Finding::Status::kGood);
}

TEST(Diagnosis, WithoutAWorkerCallsCannotBeMadeYet) {
  const auto worker = check_worker("nobody");
  EXPECT_THAT(findings_text({worker}), HasSubstr("needed   agent worker: no nobody of yours runs on this machine"));
  EXPECT_THAT(findings_text({worker}), HasSubstr("call-agent calling-agent --agent-name nobody"));
  EXPECT_EQ(verdict({worker}).exit_status, 3);
  EXPECT_THAT(verdict({worker}).text, HasSubstr("once there is what is needed"));
}

TEST(Diagnosis, LooksForEveryFileAWorkerOpens) {
  const auto text = findings_text(check_files());
  for (const auto* file : {"encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"}) {
    EXPECT_THAT(text, HasSubstr(std::string(" models/moonshine-tiny-en/") + file + ": "));
  }
  EXPECT_THAT(text, HasSubstr(" dialogues: "));
}

}  // namespace
}  // namespace call_agent::app
