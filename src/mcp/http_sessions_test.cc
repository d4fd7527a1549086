#include "mcp/http_sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace call_agent::mcp {
namespace {

using std::chrono::minutes;
using testing::IsEmpty;

struct HttpSessionsTest : testing::Test {
  std::shared_ptr<HttpSession> session(std::string principal) {
    return std::make_shared<HttpSession>(catalog, sealer, Principal{.id = std::move(principal), .scopes = {}},
                                         io.get_executor());
  }
  std::string open(std::string principal, TimePoint now) { return sessions.add(session(std::move(principal)), now); }

  asio::io_context io{1};
  Catalog catalog{Offer{}};
  StateSealer sealer;
  HttpSessions sessions{{.most = 3, .idle = minutes(60)}};
  TimePoint start{};
};

TEST_F(HttpSessionsTest, AnIdIsLongRandomAndOfOnePrincipal) {
  std::set<std::string> ids{open("ada", start), open("ada", start), open("bob", start)};
  EXPECT_EQ(ids.size(), 3U);
  const auto id = open("ada", start);
  EXPECT_GE(id.size(), 32U) << "128 bits in hexadecimal";
  EXPECT_TRUE(sessions.find(id, "ada", start));
  EXPECT_FALSE(sessions.find(id, "bob", start));
  EXPECT_FALSE(sessions.find("no such id", "ada", start));
}

TEST_F(HttpSessionsTest, OneUnusedForLongHasEndedUnlessItIsBusy) {
  const auto quiet = open("ada", start);
  const auto used = open("ada", start);
  const auto working = session("ada");
  const auto busy = sessions.add(working, start);
  working->running.emplace(1, HttpSession::Running{nullptr, 0});
  EXPECT_TRUE(sessions.find(used, "ada", start + minutes(59)));
  EXPECT_FALSE(sessions.find(quiet, "ada", start + minutes(61)));
  EXPECT_TRUE(sessions.find(used, "ada", start + minutes(61)));
  EXPECT_TRUE(sessions.find(busy, "ada", start + minutes(61)));
}

TEST_F(HttpSessionsTest, ANewOneTakesThePlaceOfItsOwnPrincipalsOldestFirst) {
  const auto oldest = open("bob", start);
  const auto own = open("ada", start + minutes(1));
  open("ada", start + minutes(2));
  EXPECT_TRUE(sessions.find(own, "ada", start + minutes(1)));
  open("ada", start + minutes(3));
  EXPECT_FALSE(sessions.find(own, "ada", start + minutes(3)));
  EXPECT_TRUE(sessions.find(oldest, "bob", start + minutes(3))) << "ada cannot push bob out while she has her own";
  EXPECT_EQ(sessions.size(), 3U);
}

TEST_F(HttpSessionsTest, WhileAllAreBusyThereIsNoneForAnother) {
  for (int i = 0; i < 3; ++i) {
    const auto working = session("ada");
    working->running.emplace(1, HttpSession::Running{nullptr, 0});
    sessions.add(working, start);
  }
  EXPECT_THAT(open("ada", start), IsEmpty());
  EXPECT_EQ(sessions.size(), 3U);
}

}  // namespace
}  // namespace call_agent::mcp
