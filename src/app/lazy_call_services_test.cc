#include "app/lazy_call_services.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string_view>

#include "store/test_folder.h"

namespace call_agent::app {
namespace {

// As the shell's <(pass show livekit) is: readable once.
std::filesystem::path pipe_with(std::string_view text) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  return "/dev/fd/" + std::to_string(ends[0]);
}

TEST(LazyCallServices, ReadsAPipeOnce) {
  asio::io_context io(1);
  const auto variables = pipe_with(
      "LIVEKIT_URL=ws://127.0.0.1:1\nLIVEKIT_API_KEY=key\nLIVEKIT_API_SECRET=secret\n"
      "SIP_OUTBOUND_TRUNK_ID=ST_x\nCALL_AGENT_CONFIRM=always\n");
  LazyCallServices services(io.get_executor(), {.env_file = variables, .agent_name = "a", .placer = {}});
  EXPECT_TRUE(services.telephony());
  EXPECT_EQ(services.confirm_policy(), ConfirmPolicy::kAlways);
  EXPECT_EQ(services.confirm_policy(), ConfirmPolicy::kAlways);
}

TEST(LazyCallServices, LooksAgainAtAFileThatMayHaveBeenMended) {
  const store::TestFolder folder;
  const auto file = folder.path / "variables";
  const auto write = [&file](std::string_view url, std::string_view confirm) {
    std::ofstream(file) << "LIVEKIT_URL=" << url << "\nLIVEKIT_API_KEY=key\nLIVEKIT_API_SECRET=secret\n"
                        << "SIP_OUTBOUND_TRUNK_ID=ST_x\nCALL_AGENT_CONFIRM=" << confirm << "\n";
  };
  asio::io_context io(1);
  LazyCallServices services(io.get_executor(), {.env_file = file, .agent_name = "a", .placer = {}});
  write("ws://127.0.0.1:1/?no=query", "always");
  EXPECT_FALSE(services.telephony());
  write("ws://127.0.0.1:1", "sometimes");
  EXPECT_TRUE(services.telephony()) << "to hang up, nobody need be asked";
  EXPECT_FALSE(services.confirm_policy());
  write("ws://127.0.0.1:1", "never");
  EXPECT_EQ(services.confirm_policy(), ConfirmPolicy::kNever);
}

}  // namespace
}  // namespace call_agent::app
