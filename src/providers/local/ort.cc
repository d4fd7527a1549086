#include "providers/local/ort.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include "core/log.h"
#include "core/paths.h"

namespace call_agent::providers::local::ort {
namespace {

constexpr std::uint32_t kApiVersion = 22;  // The newest that the pinned library is known to serve.

std::unexpected<Error> consume(const OrtApi& api, OrtStatus* status, Errc code = Errc::kInternal) {
  std::string what = fmt::format("ONNX Runtime: {}", api.GetErrorMessage(status));
  api.ReleaseStatus(status);
  return fail(code, std::move(what));
}

void ORT_API_CALL forward_log(void*, OrtLoggingLevel level, const char*, const char*, const char*,
                              const char* message) noexcept {
  if (level >= ORT_LOGGING_LEVEL_ERROR) log::debug("onnxruntime: {}", message);
}

Result<Library> open_library() {
  auto path = find_asset("lib/libonnxruntime.so");
  if (!path) return pass(path);
  void* handle = dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  // The loader's message is the only one there is; nothing else of ours calls dlerror on another thread meanwhile.
  if (!handle) return fail(Errc::kInternal, fmt::format("cannot open {}: {}", path->string(), dlerror()));  // NOLINT
  const auto get_base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
  const OrtApi* api = get_base ? get_base()->GetApi(kApiVersion) : nullptr;
  if (!api) return fail(Errc::kInternal, fmt::format("{} is not ONNX Runtime 1.22 or newer", path->string()));
  Library library{.api = api};
  if (auto* bad =
          api->CreateEnvWithCustomLogger(forward_log, nullptr, ORT_LOGGING_LEVEL_ERROR, "call-agent", &library.env)) {
    return consume(*api, bad);
  }
  if (auto* bad = api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &library.cpu)) {
    return consume(*api, bad);
  }
  return library;
}

/// For use where the library must already be open: by holders of a Session, Tensor or Stop.
std::atomic<const OrtApi*> opened_api{nullptr};
const OrtApi& opened() {
  return *opened_api.load(std::memory_order_acquire);
}

template <class T>
Result<OrtValue*> view_of(std::span<T> numbers, std::span<const std::int64_t> shape, ONNXTensorElementDataType type) {
  auto ort = library();
  if (!ort) return pass(ort);
  OrtValue* value = nullptr;
  if (auto* bad = (*ort)->api->CreateTensorWithDataAsOrtValue((*ort)->cpu, numbers.data(), numbers.size_bytes(),
                                                              shape.data(), shape.size(), type, &value)) {
    return consume(*(*ort)->api, bad);
  }
  return value;
}

struct OptionsOwner {
  explicit OptionsOwner(const OrtApi& ort) : api(ort) {}
  ~OptionsOwner() {
    if (options) api.ReleaseSessionOptions(options);
  }
  OptionsOwner(const OptionsOwner&) = delete;
  OptionsOwner& operator=(const OptionsOwner&) = delete;
  const OrtApi& api;
  OrtSessionOptions* options = nullptr;
};

}  // namespace

Result<const Library*> library() {
  static std::mutex mutex;
  static Library opened;
  const std::lock_guard lock(mutex);
  if (!opened.api) {
    auto fresh = open_library();
    if (!fresh) return pass(fresh);
    opened = *fresh;
    opened_api.store(opened.api, std::memory_order_release);
  }
  return &opened;
}

Result<Tensor> Tensor::view(std::span<float> numbers, std::span<const std::int64_t> shape) {
  auto value = view_of(numbers, shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  if (!value) return pass(value);
  return Tensor(*value);
}

Result<Tensor> Tensor::view(std::span<std::int64_t> numbers, std::span<const std::int64_t> shape) {
  auto value = view_of(numbers, shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
  if (!value) return pass(value);
  return Tensor(*value);
}

Result<Tensor> Tensor::view(std::span<bool> numbers, std::span<const std::int64_t> shape) {
  auto value = view_of(numbers, shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL);
  if (!value) return pass(value);
  return Tensor(*value);
}

void Tensor::reset() {
  if (value_) opened().ReleaseValue(std::exchange(value_, nullptr));
}

Result<std::vector<std::int64_t>> Tensor::shape() const {
  const auto& api = opened();
  OrtTensorTypeAndShapeInfo* info = nullptr;
  if (auto* bad = api.GetTensorTypeAndShape(value_, &info)) return consume(api, bad);
  std::size_t count = 0;
  auto* bad = api.GetDimensionsCount(info, &count);
  std::vector<std::int64_t> dimensions(count);
  if (!bad) bad = api.GetDimensions(info, dimensions.data(), count);
  api.ReleaseTensorTypeAndShapeInfo(info);
  if (bad) return consume(api, bad);
  return dimensions;
}

Result<std::span<const float>> Tensor::floats() const {
  auto dimensions = shape();
  if (!dimensions) return pass(dimensions);
  const auto& api = opened();
  void* numbers = nullptr;
  if (auto* bad = api.GetTensorMutableData(value_, &numbers)) return consume(api, bad);
  std::size_t count = 1;
  for (const auto dimension : *dimensions) count *= static_cast<std::size_t>(dimension);
  return std::span(static_cast<const float*>(numbers), count);
}

Result<std::shared_ptr<Stop>> Stop::create() {
  auto ort = library();
  if (!ort) return pass(ort);
  std::shared_ptr<Stop> stop(new Stop);
  if (auto* bad = (*ort)->api->CreateRunOptions(&stop->options_)) return consume(*(*ort)->api, bad);
  return stop;
}

Stop::~Stop() {
  if (options_) opened().ReleaseRunOptions(options_);
}

void Stop::request() {
  requested_ = true;
  const auto& api = opened();
  if (auto* bad = api.RunOptionsSetTerminate(options_)) api.ReleaseStatus(bad);
}

bool Stop::requested() const {
  return requested_;
}

struct Session::Mapping {
  Mapping(void* address, std::size_t length) : data(address), size(length) {}
  ~Mapping() { munmap(data, size); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  static Result<std::unique_ptr<Mapping>> open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts{};
    if (file < 0 || fstat(file, &facts) != 0) {
      if (file >= 0) close(file);
      return fail(Errc::kNotFound, fmt::format("cannot read {}. Run ./run deps to fetch it.", path.string()));
    }
    const auto size = static_cast<std::size_t>(facts.st_size);
    // Private and writable: ONNX Runtime may patch weights in place; untouched pages stay shared between processes.
    void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    close(file);
    if (data == MAP_FAILED) return fail(Errc::kInternal, fmt::format("cannot map {}", path.string()));
    return std::make_unique<Mapping>(data, size);
  }

  void* data;
  std::size_t size;
};

Result<Session> Session::load(const std::filesystem::path& path, Options options) {
  auto ort = library();
  if (!ort) return pass(ort);
  const auto& api = *(*ort)->api;
  auto mapping = Mapping::open(path);
  if (!mapping) return pass(mapping);

  OptionsOwner owner(api);
  OrtStatus* bad = api.CreateSessionOptions(&owner.options);
  if (!bad) bad = api.SetIntraOpNumThreads(owner.options, 1);
  if (!bad) bad = api.SetInterOpNumThreads(owner.options, 1);
  if (!bad) bad = api.SetSessionGraphOptimizationLevel(owner.options, ORT_ENABLE_ALL);
  if (!bad) bad = api.AddSessionConfigEntry(owner.options, "session.intra_op.allow_spinning", "0");
  if (!bad && !options.arena) bad = api.DisableCpuMemArena(owner.options);
  // The .ort format is laid out for reading in place: its weights then stay in the page cache, shared by processes.
  const bool in_place = path.extension() == ".ort";
  if (!bad && in_place) bad = api.AddSessionConfigEntry(owner.options, "session.use_ort_model_bytes_directly", "1");
  if (!bad && in_place) {
    bad = api.AddSessionConfigEntry(owner.options, "session.use_ort_model_bytes_for_initializers", "1");
  }
  Session session;
  if (!bad) {
    bad = api.CreateSessionFromArray((*ort)->env, (*mapping)->data, (*mapping)->size, owner.options, &session.session_);
  }
  if (bad) {
    auto error = consume(api, bad);
    return fail(Errc::kInternal, fmt::format("{}: {}", path.string(), error.error().what));
  }
  if (in_place) session.mapping_ = std::move(*mapping);
  if (auto named = session.read_names(); !named) return pass(named);
  return session;
}

Result<void> Session::read_names() {
  const auto& api = opened();
  OrtAllocator* allocator = nullptr;
  if (auto* bad = api.GetAllocatorWithDefaultOptions(&allocator)) return consume(api, bad);
  const auto read = [&](auto count_of, auto name_of, std::vector<std::string>& out) -> OrtStatus* {
    std::size_t count = 0;
    if (auto* bad = count_of(session_, &count)) return bad;
    for (std::size_t i = 0; i < count; ++i) {
      char* name = nullptr;
      if (auto* bad = name_of(session_, i, allocator, &name)) return bad;
      out.emplace_back(name);
      if (auto* bad = api.AllocatorFree(allocator, name)) return bad;
    }
    return nullptr;
  };
  if (auto* bad = read(api.SessionGetInputCount, api.SessionGetInputName, inputs_)) return consume(api, bad);
  if (auto* bad = read(api.SessionGetOutputCount, api.SessionGetOutputName, outputs_)) return consume(api, bad);
  return {};
}

Session::~Session() {
  if (session_) opened().ReleaseSession(session_);
}

Session::Session(Session&& other) noexcept
    : mapping_(std::move(other.mapping_)),
      session_(std::exchange(other.session_, nullptr)),
      inputs_(std::move(other.inputs_)),
      outputs_(std::move(other.outputs_)) {}

Session& Session::operator=(Session&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(session_, other.session_);
  std::swap(inputs_, other.inputs_);
  std::swap(outputs_, other.outputs_);
  return *this;
}

Result<void> Session::run(std::span<const char* const> input_names, std::span<const OrtValue* const> inputs,
                          std::span<const char* const> output_names, std::span<Tensor> outputs,
                          const Stop* stop) const {
  if (input_names.size() != inputs.size() || output_names.size() != outputs.size()) {
    return fail(Errc::kInternal, "a model was given other tensors than names");
  }
  if (stop && stop->requested()) return fail(Errc::kCancelled, "stopped");
  std::vector<OrtValue*> raw(outputs.size());
  for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = outputs[i].value_;
  const auto& api = opened();
  auto* bad = api.Run(session_, stop ? stop->options_ : nullptr, input_names.data(), inputs.data(), inputs.size(),
                      output_names.data(), output_names.size(), raw.data());
  if (bad) return consume(api, bad, stop && stop->requested() ? Errc::kCancelled : Errc::kInternal);
  for (std::size_t i = 0; i < raw.size(); ++i) outputs[i].value_ = raw[i];
  return {};
}

}  // namespace call_agent::providers::local::ort
