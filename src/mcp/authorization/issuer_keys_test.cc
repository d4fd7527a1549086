#include "mcp/authorization/issuer_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/authorization/imposter_issuer.h"
#include "net/imposter_server.h"

namespace call_agent::mcp {
namespace {

using net::run_test;
using testing::ElementsAre;
using Verdict = KeySet::Verdict;

constexpr FetchSchedule::Options kAtOnce{.pause = milliseconds(0), .retry = milliseconds(0)};

const TestKey& first_key() {
  static const TestKey key = TestKey::p256("first");
  return key;
}
const TestKey& second_key() {
  static const TestKey key = TestKey::p256("second");
  return key;
}
Jwt signed_by(const TestKey& key) {
  return parse_jwt(key.sign({{"sub", "alice"}})).value();
}

struct Scene {
  explicit Scene(const asio::any_io_executor& executor, FetchSchedule::Options schedule = {}) : issuer(executor) {
    issuer.keys = key_set_of({first_key()});
    keys = IssuerKeys::create(executor, {.issuer = issuer.url, .schedule = schedule}).value();
  }
  awaitable<void> close() {
    co_await keys->stop();
    co_await issuer.stop();
  }
  ImposterIssuer issuer;
  std::unique_ptr<IssuerKeys> keys;
};

awaitable<void> keeps_keys() {
  Scene scene(co_await asio::this_coro::executor);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood);
  EXPECT_EQ(scene.issuer.key_fetches, 1);
  co_await scene.close();
}
TEST(IssuerKeys, AreFetchedOnceAndKept) {
  run_test(keeps_keys);
}

awaitable<void> rotates() {
  Scene scene(co_await asio::this_coro::executor, kAtOnce);
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood);
  scene.issuer.keys = key_set_of({second_key()});
  EXPECT_EQ(co_await scene.keys->verify(signed_by(second_key())), Verdict::kGood) << "the new key is looked for";
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kUnknownKey) << "the old one has gone";
  co_await scene.close();
}
TEST(IssuerKeys, FollowTheirRotation) {
  run_test(rotates);
}

awaitable<void> made_up() {
  Scene scene(co_await asio::this_coro::executor);
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(co_await scene.keys->verify(signed_by(TestKey::p256("made up"))), Verdict::kUnknownKey);
  }
  EXPECT_EQ(scene.issuer.key_fetches, 1) << "a flood of made-up keys must not reach the issuer";
  co_await scene.close();
}
TEST(IssuerKeys, MadeUpOnesAreNotAskedForEachTime) {
  run_test(made_up);
}

awaitable<void> count_good(IssuerKeys& keys, int& good) {
  if (co_await keys.verify(signed_by(first_key())) == Verdict::kGood) ++good;
}

awaitable<void> together() {
  const auto executor = co_await asio::this_coro::executor;
  Scene scene(executor);
  scene.issuer.hesitates = true;
  int good = 0;
  TaskGroup asking(executor);
  const auto leaves = asking.spawn(count_good(*scene.keys, good));
  for (int i = 0; i < 5; ++i) asking.spawn(count_good(*scene.keys, good));
  while (scene.issuer.key_fetches == 0) co_await scene.issuer.changed.wait();
  asking.cancel(leaves);  // The one that set it off: the others' fetch goes on.
  scene.issuer.hesitates = false;
  scene.issuer.changed.notify();
  co_await asking.join();
  EXPECT_EQ(good, 5);
  EXPECT_EQ(scene.issuer.key_fetches, 1);
  co_await scene.close();
}
TEST(IssuerKeys, WhoeverAsksMeanwhileSharesTheFetch) {
  run_test(together);
}

awaitable<void> out_of_reach() {
  Scene scene(co_await asio::this_coro::executor, kAtOnce);
  scene.issuer.down = true;
  const auto down = co_await scene.keys->verify(signed_by(first_key()));
  EXPECT_EQ(down.error().code, Errc::kUnavailable);
  scene.issuer.down = false;
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood) << "it is asked again";
  scene.issuer.down = true;
  EXPECT_EQ(co_await scene.keys->verify(signed_by(second_key())), Verdict::kUnknownKey);
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood) << "what is known serves on";
  co_await scene.close();
}
TEST(IssuerKeys, OfAnIssuerOutOfReach) {
  run_test(out_of_reach);
}

awaitable<void> stops_meanwhile() {
  const auto executor = co_await asio::this_coro::executor;
  Scene scene(executor);
  scene.issuer.hesitates = true;
  int good = 0;
  TaskGroup asking(executor);
  asking.spawn(count_good(*scene.keys, good));
  while (scene.issuer.key_fetches == 0) co_await scene.issuer.changed.wait();
  co_await scene.keys->stop();
  co_await asking.join();
  EXPECT_EQ(good, 0) << "whoever waited is told, not left waiting";
  co_await scene.close();
}
TEST(IssuerKeys, StoppingEndsAFetchAndTheWaitForIt) {
  run_test(stops_meanwhile);
}

awaitable<void> deceives() {
  Scene scene(co_await asio::this_coro::executor, kAtOnce);
  const auto refused = [&]() { return scene.keys->verify(signed_by(first_key())); };
  scene.issuer.says_issuer = "https://somebody.else.example";
  EXPECT_FALSE(co_await refused()) << "metadata of another issuer";
  scene.issuer.says_issuer = scene.issuer.url;
  scene.issuer.keys_at = "http://keys.example/keys";
  EXPECT_FALSE(co_await refused()) << "keys over plain HTTP";
  scene.issuer.keys_at = "file:///etc/passwd";
  EXPECT_FALSE(co_await refused()) << "not even a URL of the web";
  scene.issuer.keys_at = scene.issuer.url + "/keys";
  for (const auto& broken : {std::string("<html>"), std::string(R"({"keys":[]})"), std::string(300'000, ' ')}) {
    scene.issuer.keys = broken;
    EXPECT_FALSE(co_await refused());
  }
  scene.issuer.keys = key_set_of({first_key()});
  EXPECT_TRUE(co_await refused());
  co_await scene.close();
}
TEST(IssuerKeys, AreNotTakenFromJustAnywhere) {
  run_test(deceives);
}

awaitable<void> as_openid() {
  Scene scene(co_await asio::this_coro::executor, kAtOnce);
  scene.issuer.metadata_path = "/.well-known/openid-configuration";
  EXPECT_EQ(co_await scene.keys->verify(signed_by(first_key())), Verdict::kGood);
  co_await scene.close();
}
TEST(IssuerKeys, AreFoundWhereOpenIdConnectPutsThem) {
  run_test(as_openid);
}

TEST(IssuerKeys, LookForMetadataInItsPlaces) {
  EXPECT_THAT(metadata_urls("https://id.example/"),
              ElementsAre("https://id.example/.well-known/oauth-authorization-server",
                          "https://id.example/.well-known/openid-configuration"));
  EXPECT_THAT(metadata_urls("https://id.example/realms/a"),
              ElementsAre("https://id.example/.well-known/oauth-authorization-server/realms/a",
                          "https://id.example/realms/a/.well-known/openid-configuration",
                          "https://id.example/.well-known/openid-configuration/realms/a"));
}

TEST(IssuerKeys, AnIssuerIsReachedByHttps) {
  asio::io_context io(1);
  for (const auto* issuer : {"http://id.example", "ws://127.0.0.1", "id.example", "", "https://id.example/?a=b",
                             "https://user:secret@id.example", "http://127.0.0.1.example"}) {
    const auto keys = IssuerKeys::create(io.get_executor(), {.issuer = issuer});
    ASSERT_FALSE(keys) << issuer;
    EXPECT_EQ(keys.error().code, Errc::kInvalidArgument);
    EXPECT_EQ(keys.error().what.find("secret"), std::string::npos);
  }
  EXPECT_TRUE(IssuerKeys::create(io.get_executor(), {.issuer = "https://id.example/realms/a"}));
}

}  // namespace
}  // namespace call_agent::mcp
