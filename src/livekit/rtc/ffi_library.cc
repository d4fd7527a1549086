#include "livekit/rtc/ffi_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <string>

#include "core/paths.h"
#include "ffi.pb.h"

namespace call_agent::livekit::rtc {
namespace {

constexpr const char* kLibrary = "lib/liblivekit_ffi.so";
// The library accepts the names of LiveKit's own SDKs only.
constexpr const char* kSdkName = "cpp";
constexpr const char* kSdkVersion = "0.1.0";

std::atomic<const FfiLibrary*> g_loaded{nullptr};

template <class Function>
bool find_symbol(void* library, const char* name, Function& out) {
  out = reinterpret_cast<Function>(dlsym(library, name));
  return out != nullptr;
}

}  // namespace

Result<const FfiLibrary*> FfiLibrary::load(OnEvent on_event) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  if (const FfiLibrary* loaded = g_loaded.load()) return loaded;

  const auto path = find_asset(kLibrary);
  if (!path) return pass(path);
  void* handle = dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps the message by thread.
    return fail(Errc::kInternal, fmt::format("cannot load {}: {}", path->string(), dlerror()));
  }
  static FfiLibrary library;
  if (!find_symbol(handle, "livekit_ffi_initialize", library.initialize_) ||
      !find_symbol(handle, "livekit_ffi_request", library.request_) ||
      !find_symbol(handle, "livekit_ffi_drop_handle", library.drop_handle_)) {
    return fail(Errc::kInternal, fmt::format("{} lacks a function we need; run ./run deps", path->string()));
  }
  // Before it is initialised, so that an event that comes at once already finds it.
  g_loaded.store(&library);
  library.initialize_(on_event, /*capture_logs=*/true, kSdkName, kSdkVersion);
  return &library;
}

Result<proto::FfiResponse> FfiLibrary::request(const proto::FfiRequest& request) const {
  std::string bytes;
  if (!request.SerializeToString(&bytes)) return fail(Errc::kInternal, "an FFI request lacks a required field");
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;
  const std::uint64_t handle =
      request_(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), &data, &size);
  if (handle == 0) return fail(Errc::kInternal, "the media library refused a request; its log says why");
  proto::FfiResponse response;
  const bool parsed = size <= std::numeric_limits<int>::max() && response.ParseFromArray(data, static_cast<int>(size));
  drop_handle_(handle);
  if (!parsed) return fail(Errc::kInternal, "the media library's response cannot be parsed");
  return response;
}

void drop_ffi_handle(std::uint64_t id) {
  if (const FfiLibrary* library = g_loaded.load()) library->drop_handle_(id);
}

}  // namespace call_agent::livekit::rtc
