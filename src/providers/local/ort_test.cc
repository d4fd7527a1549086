#include "providers/local/ort.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "core/paths.h"

namespace call_agent::providers::local::ort {
namespace {

class OrtFiles : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path file(const std::string& name, std::string_view bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("ort_test_" + std::to_string(getpid()));
};

TEST_F(OrtFiles, AMissingModelSaysHowToGetIt) {
  const auto session = Session::load(folder_ / "none.onnx");
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Errc::kNotFound);
  EXPECT_NE(session.error().what.find("./run deps"), std::string::npos);
}

TEST_F(OrtFiles, ABrokenModelIsAnErrorThatNamesIt) {
  for (const char* name : {"broken.onnx", "broken.ort"}) {
    for (const std::string& bytes : {std::string("not a model"), std::string(5000, '\xff')}) {
      const auto session = Session::load(file(name, bytes));
      ASSERT_FALSE(session);
      EXPECT_EQ(session.error().code, Errc::kInternal);
      EXPECT_NE(session.error().what.find(name), std::string::npos);
    }
  }
}

TEST_F(OrtFiles, AnEmptyModelIsAnError) {
  EXPECT_FALSE(Session::load(file("empty.onnx", "")));
}

TEST(Ort, TensorsThatDoNotFitAreErrors) {
  std::array<float, 6> numbers{};
  const std::array<std::int64_t, 2> fitting{2, 3};
  const std::array<std::int64_t, 2> too_large{2, 4};
  auto tensor = Tensor::view(numbers, fitting);
  ASSERT_TRUE(tensor) << tensor.error().what;
  EXPECT_EQ(tensor->shape().value(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor->floats()->size(), 6U);
  EXPECT_FALSE(Tensor::view(numbers, too_large));
}

TEST(Ort, ARunWithWrongInputsIsAnError) {
  auto session = Session::load(*find_asset("models/silero_vad.onnx"));
  ASSERT_TRUE(session) << session.error().what;
  std::array<float, 4> numbers{};
  const std::array<std::int64_t, 1> shape{4};
  auto tensor = Tensor::view(numbers, shape);
  ASSERT_TRUE(tensor);
  const std::array names{"input"};
  const std::array<const OrtValue*, 1> inputs{tensor->get()};
  const std::array outputs{"output"};
  std::array<Tensor, 1> results;
  const auto ran = session->run(names, inputs, outputs, results);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, Errc::kInternal);
}

TEST(Ort, AStoppedRunIsCancelled) {
  auto session = Session::load(*find_asset("models/silero_vad.onnx"));
  ASSERT_TRUE(session);
  auto stop = Stop::create();
  ASSERT_TRUE(stop);
  (*stop)->request();
  const auto ran = session->run({}, {}, {}, {}, stop->get());
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, Errc::kCancelled);
}

}  // namespace
}  // namespace call_agent::providers::local::ort
