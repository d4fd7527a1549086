#include "phone/phone.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <charconv>
#include <fstream>
#include <vector>

#include "core/asio.h"
#include "core/id.h"

namespace call_agent::phone {
namespace {

std::shared_ptr<const Script> mute_script(std::string_view scenario = "{}") {
  auto script = std::make_shared<Script>();
  script->scenario = *parse_scenario(scenario);
  return script;
}

/// The statuses a phone answers an INVITE with, up to the final one.
std::vector<int> invite(const Phone& phone, std::string_view formats = "0\r\na=rtpmap:0 PCMU/8000") {
  asio::io_context io;
  asio::ip::udp::socket socket(io, {asio::ip::make_address("127.0.0.1"), 0});
  const auto own = fmt::format("127.0.0.1:{}", socket.local_endpoint().port());
  const auto offer = fmt::format(
      "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP {}\r\n", formats);
  const auto message = fmt::format(
      "INVITE sip:+442079460123@{}:{} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
      "From: <sip:ada@{}>;tag=1\r\nTo: <sip:+442079460123@{}>\r\nCall-ID: 1@{}\r\nCSeq: 1 INVITE\r\n"
      "Contact: <sip:ada@{}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{}",
      phone.host(), phone.port(), own, own, phone.host(), own, own, offer.size(), offer);
  socket.send_to(asio::buffer(message), {asio::ip::make_address(phone.host()), phone.port()});
  std::vector<int> statuses;
  while (statuses.empty() || statuses.back() < 200) {
    std::array<char, 2000> reply{};
    socket.receive(asio::buffer(reply));
    std::from_chars(&reply[8], &reply[11], statuses.emplace_back());  // After "SIP/2.0 ".
  }
  return statuses;
}

TEST(HostPort, IsANumericAddressAndAPort) {
  EXPECT_EQ(parse_host_port("127.0.0.1:5080")->host, "127.0.0.1");
  EXPECT_EQ(parse_host_port("127.0.0.1:5080")->port, 5080);
  EXPECT_EQ(parse_host_port("[::1]:0")->host, "::1");
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", ":5080", "127.0.0.1:x", "127.0.0.1:70000", "example.com:5080"}) {
    EXPECT_EQ(parse_host_port(bad).error().code, Errc::kInvalidArgument) << bad;
  }
}

TEST(Phone, RefusesAnAddressOthersReachUnlessAllowed) {
  const auto phone = Phone::start({.host = "192.0.2.1", .script = mute_script()}, EventLog());
  ASSERT_FALSE(phone);
  EXPECT_EQ(phone.error().code, Errc::kPermission);
  EXPECT_NE(phone.error().what.find("--public"), std::string::npos);
}

TEST(Phone, ListensStopsAndCanBeStartedAgain) {
  for (int i = 0; i < 3; ++i) {
    const auto phone = Phone::start({.script = mute_script()}, EventLog());
    ASSERT_TRUE(phone) << phone.error().what;
    EXPECT_NE((*phone)->port(), 0);
    EXPECT_EQ(Phone::start({.script = mute_script()}, EventLog()).error().code, Errc::kConflict);
  }
}

TEST(Phone, RefusesAtOnceUnlessTheScenarioNamesATimeToRing) {
  const auto statuses = [](std::string_view scenario) {
    const auto phone = Phone::start({.script = mute_script(scenario)}, EventLog());
    return phone ? invite(**phone) : std::vector<int>();
  };
  EXPECT_EQ(statuses(R"({"answer": "busy"})"), (std::vector{486}));
  EXPECT_EQ(statuses(R"({"answer": "busy", "rings_s": 0.01})"), (std::vector{180, 486}));
  EXPECT_EQ(statuses(R"({"answer": "unknown", "rings_s": 0.01})"), (std::vector{180, 404}));
  EXPECT_EQ(statuses(R"({"answer": "fails", "rings_s": 0.01})"), (std::vector{180, 503}));
}

TEST(Phone, KnowsTheStaticPayloadTypesWithoutTheirNames) {  // RFC 3551: their a=rtpmap may be left out.
  const auto phone = Phone::start({.script = mute_script(R"({"rings_s":0})")}, EventLog());
  ASSERT_TRUE(phone) << phone.error().what;
  for (const auto* type : {"0", "8", "9"}) EXPECT_EQ(invite(**phone, type).back(), 200) << type;
  EXPECT_EQ(invite(**phone, "3").back(), 488);  // GSM, which it does not speak.
}

TEST(Phone, NeedsAScriptAndAUsableAddress) {
  EXPECT_EQ(Phone::start({}, EventLog()).error().code, Errc::kInvalidArgument);
  for (const auto* host : {"nonsense", "", "0.0.0.0", "::"}) {
    const auto phone = Phone::start({.host = host, .allow_public = true, .script = mute_script()}, EventLog());
    EXPECT_EQ(phone.error().code, Errc::kInvalidArgument) << host;
  }
}

TEST(Phone, MakesTheFolderOfItsRecordingsAndRefusesOneItCannotWriteTo) {
  const auto folder = std::filesystem::temp_directory_path() / ("phone_test_" + random_hex(8));
  EXPECT_TRUE(Phone::start({.recordings = folder / "calls", .script = mute_script()}, EventLog()));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "calls"));
  std::ofstream(folder / "a file") << "in the way";
  const auto refused = Phone::start({.recordings = folder / "a file", .script = mute_script()}, EventLog());
  std::filesystem::remove_all(folder);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kInvalidArgument);
  EXPECT_NE(refused.error().what.find("calls cannot be recorded: "), std::string::npos) << refused.error().what;
  EXPECT_NE(refused.error().what.find((folder / "a file").string()), std::string::npos) << refused.error().what;
}

}  // namespace
}  // namespace call_agent::phone
