#pragma once

#include <onnxruntime_c_api.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

/// ONNX Runtime's C API with owners instead of raw handles and Results instead of statuses. The library is opened at
/// the first use, so that a command which infers nothing does not pay for it.
namespace call_agent::providers::local::ort {

/// The opened library. Never closed: its threads and allocators may outlive any point we could choose.
struct Library {
  const OrtApi* api = nullptr;
  OrtEnv* env = nullptr;
  OrtMemoryInfo* cpu = nullptr;
};

/// Opens the library once a process. Thread-safe.
/// Errors: kNotFound (not fetched), kInternal (broken, or too old).
Result<const Library*> library();

/// A tensor. Movable; either owns its numbers or looks at the caller's, which must then outlive it.
class Tensor {
 public:
  Tensor() = default;
  ~Tensor() { reset(); }
  Tensor(Tensor&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
  Tensor& operator=(Tensor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }

  /// A view of `numbers`, whose count must be the product of `shape`; an empty shape is a scalar.
  static Result<Tensor> view(std::span<float> numbers, std::span<const std::int64_t> shape);
  static Result<Tensor> view(std::span<std::int64_t> numbers, std::span<const std::int64_t> shape);
  static Result<Tensor> view(std::span<bool> numbers, std::span<const std::int64_t> shape);

  explicit operator bool() const { return value_ != nullptr; }
  OrtValue* get() const { return value_; }
  /// The numbers of a float tensor; valid while it lives.
  Result<std::span<const float>> floats() const;
  Result<std::vector<std::int64_t>> shape() const;
  void reset();

 private:
  friend class Session;
  explicit Tensor(OrtValue* value) : value_(value) {}
  OrtValue* value_ = nullptr;
};

/// Stops a run from another thread: run() then returns kCancelled as soon as the current node is done.
class Stop {
 public:
  static Result<std::shared_ptr<Stop>> create();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  void request();
  bool requested() const;

 private:
  friend class Session;
  Stop() = default;
  OrtRunOptions* options_ = nullptr;
  std::atomic<bool> requested_{false};
};

/// A loaded model, run on the calling thread only. run() is thread-safe.
class Session {
 public:
  struct Options {
    /// Keep freed tensors for the next run: quicker where shapes repeat, hungrier where they do not.
    bool arena = false;
  };
  /// Errors: kNotFound, kInternal (not a model).
  static Result<Session> load(const std::filesystem::path& path, Options options);
  static Result<Session> load(const std::filesystem::path& path) { return load(path, Options{}); }
  ~Session();
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;

  std::vector<std::string> input_names() const { return inputs_; }
  std::vector<std::string> output_names() const { return outputs_; }

  /// Runs the model. An output that is already a tensor is written in place, an empty one is allocated.
  /// Errors: kInternal (shapes that do not fit, no memory), kCancelled by `stop`.
  Result<void> run(std::span<const char* const> input_names, std::span<const OrtValue* const> inputs,
                   std::span<const char* const> output_names, std::span<Tensor> outputs,
                   const Stop* stop = nullptr) const;

 private:
  struct Mapping;
  Session() = default;
  Result<void> read_names();
  std::unique_ptr<Mapping> mapping_;  ///< The file, where the session reads its weights from it.
  OrtSession* session_ = nullptr;
  std::vector<std::string> inputs_, outputs_;
};

}  // namespace call_agent::providers::local::ort
