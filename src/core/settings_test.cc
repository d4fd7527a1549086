#include "core/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace call_agent {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(ParseEnvFile, ReadsNamesAndValues) {
  const auto values = parse_env_file(
      "# a comment\n\n  A=1\nexport B = two words  \nC=\"quoted # text\" # comment\nD='x=y'\r\nE=a#b # c\nF=\nG= # "
      "none\n");
  ASSERT_TRUE(values) << values.error().what;
  EXPECT_THAT(*values, UnorderedElementsAre(Pair("A", "1"), Pair("B", "two words"), Pair("C", "quoted # text"),
                                            Pair("D", "x=y"), Pair("E", "a#b"), Pair("F", ""), Pair("G", "")));
}

TEST(ParseEnvFile, ReadsWhatOtherProgramsKeepThere) {
  const auto values =
      parse_env_file("KEY=\"-----BEGIN\nA=no name\n-----END\" # mine\nspring.name=x\nmy-name='y\n'\nA=1\nsecret");
  ASSERT_FALSE(values);
  EXPECT_THAT(values.error().what, HasSubstr("line 8")) << "the lines between quotes count";
  const auto good =
      parse_env_file("KEY=\"-----BEGIN\nA=no name\n-----END\" # mine\nspring.name=x\nmy-name='y\n'\nA=1\n");
  ASSERT_TRUE(good) << good.error().what;
  EXPECT_THAT(*good, UnorderedElementsAre(Pair("KEY", "-----BEGIN\nA=no name\n-----END"), Pair("spring.name", "x"),
                                          Pair("my-name", "y\n"), Pair("A", "1")));
}

TEST(ParseEnvFile, ALaterLineWinsAndAByteOrderMarkIsSkipped) {
  const auto values = parse_env_file(
      "\xef\xbb\xbf"
      "A=1\nA=2");
  ASSERT_TRUE(values);
  EXPECT_THAT(*values, UnorderedElementsAre(Pair("A", "2")));
}

TEST(ParseEnvFile, RefusesABrokenLineByNumberWithoutRepeatingIt) {
  for (const std::string_view text : {std::string_view("A=1\nsecret"), std::string_view("\n=secret"),
                                      std::string_view("A=1\nB=\"secret"), std::string_view("A=1\n1B=secret"),
                                      std::string_view("\nA=\"x\"secret"), std::string_view("\nA=secret\0", 10)}) {
    const auto values = parse_env_file(text);
    ASSERT_FALSE(values) << text;
    EXPECT_EQ(values.error().code, Errc::kInvalidArgument);
    EXPECT_THAT(values.error().what, HasSubstr("line 2"));
    EXPECT_THAT(values.error().what, Not(HasSubstr("secret")));
  }
}

struct SettingsTest : testing::Test {
  void SetUp() override {
    folder = fs::temp_directory_path() / ("settings_test." + std::to_string(getpid()));
    fs::create_directories(folder);
  }
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread
  void TearDown() override {
    unsetenv("SETTINGS_TEST_A");
    unsetenv("XDG_CONFIG_HOME");
    fs::current_path(before);
    fs::remove_all(folder);
  }
  // NOLINTEND(concurrency-mt-unsafe)
  fs::path write(std::string_view name, std::string_view text) const {
    std::ofstream(folder / name) << text;
    return folder / name;
  }
  fs::path folder, before = fs::current_path();
};

TEST_F(SettingsTest, TheEnvironmentComesBeforeTheFile) {
  const auto file = write("env", "SETTINGS_TEST_A=file\nSETTINGS_TEST_B=file\n");
  setenv("SETTINGS_TEST_A", "process", 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const auto settings = Settings::load(file);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->get("SETTINGS_TEST_A"), "process");
  EXPECT_EQ(settings->source("SETTINGS_TEST_A"), "environment");
  EXPECT_EQ(settings->get("SETTINGS_TEST_B"), "file");
  EXPECT_EQ(settings->source("SETTINGS_TEST_B"), file.string());
}

TEST_F(SettingsTest, TheFileAskedForComesBeforeTheWorkingFoldersAndThatBeforeTheUsers) {
  fs::create_directories(folder / "call-agent");
  const auto asked = write("asked.env", "SETTINGS_TEST_B=asked\n");
  write(".env", "SETTINGS_TEST_B=working folder\nSETTINGS_TEST_C=working folder\n");
  write("call-agent/.env", "SETTINGS_TEST_B=user\nSETTINGS_TEST_C=user\nSETTINGS_TEST_D=user\n");
  setenv("XDG_CONFIG_HOME", folder.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
  fs::current_path(folder);
  const auto settings = Settings::load(asked);
  ASSERT_TRUE(settings) << settings.error().what;
  EXPECT_EQ(settings->get("SETTINGS_TEST_B"), "asked");
  EXPECT_EQ(settings->get("SETTINGS_TEST_C"), "working folder");
  EXPECT_EQ(settings->get("SETTINGS_TEST_D"), "user");
  EXPECT_EQ(Settings::load(std::nullopt)->get("SETTINGS_TEST_B"), "working folder");
}

TEST_F(SettingsTest, AnEmptyValueCountsAsMissing) {
  setenv("SETTINGS_TEST_A", "", 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const auto settings = Settings::load(write("env", "SETTINGS_TEST_A=file\n"));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->get("SETTINGS_TEST_A"), "file");
  EXPECT_FALSE(Settings::of({{"A", ""}}).get("A"));
}

TEST_F(SettingsTest, AFileThatWasAskedForMustBeReadable) {
  EXPECT_EQ(Settings::load(folder / "none").error().code, Errc::kNotFound);
  EXPECT_EQ(Settings::load(folder).error().code, Errc::kNotFound);
  const auto broken = Settings::load(write("env", "what is this\n"));
  EXPECT_EQ(broken.error().code, Errc::kInvalidArgument);
  EXPECT_THAT(broken.error().what, HasSubstr("line 1"));
}

TEST_F(SettingsTest, AnEmptyDeviceIsAnEmptyFile) {
  const auto settings = Settings::load("/dev/null");
  ASSERT_TRUE(settings);
  EXPECT_FALSE(settings->get("SETTINGS_TEST_A"));
}

TEST(Settings, AMissingVariableIsNamedWithWhereToGetIt) {
  const auto value = Settings::of({}).require("LIVEKIT_API_SECRET");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Errc::kInvalidArgument);
  EXPECT_THAT(value.error().what, HasSubstr("LIVEKIT_API_SECRET is not set"));
  EXPECT_THAT(value.error().what, HasSubstr("API keys"));
  EXPECT_EQ(Settings::of({}).get_or("A", "b"), "b");
  EXPECT_EQ(Settings::of({}).source("A"), "");
}

}  // namespace
}  // namespace call_agent
