#include "mcp/request_state.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

#include "core/base64.h"

namespace call_agent::mcp {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Context =
    std::unique_ptr<EVP_CIPHER_CTX, decltype([](EVP_CIPHER_CTX* context) { EVP_CIPHER_CTX_free(context); })>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
int length(std::string_view text) {
  return static_cast<int>(text.size());
}

// Each part with its length, so that no two bindings read the same.
std::string bound_to(const StateBinding& binding) {
  return fmt::format("v1 {}:{} {}:{} {}:{}", binding.principal.size(), binding.principal, binding.method.size(),
                     binding.method, binding.request.size(), binding.request);
}

std::unexpected<Error> refused() {
  return fail(Errc::kPermission,
              "requestState is not what this server gave for this request: send it back unchanged, with the same "
              "arguments, or leave it out to start again");
}

}  // namespace

bool StateSealer::have_key() {
  if (!key_) {
    Key drawn{};
    if (RAND_bytes(drawn.data(), static_cast<int>(drawn.size())) == 1) key_ = drawn;
  }
  return key_.has_value();
}

Result<std::string> StateSealer::seal(const Json& state, const StateBinding& binding, std::int64_t now_ms) {
  const auto expires = now_ms + std::chrono::milliseconds(lifetime_).count();
  const std::string plain = fmt::format("{} {}", expires, dump_json(state));
  if (plain.size() > kMaxState / 2) return fail(Errc::kInvalidArgument, "the state of this request is too large");
  const std::string bound = bound_to(binding);
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  auto* at = bytes(sealed);
  const bool done = have_key() && RAND_bytes(at, kNonce) == 1 &&
                    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_->data(), at) == 1 &&
                    EVP_EncryptUpdate(context.get(), nullptr, &n, bytes(bound), length(bound)) == 1 &&
                    EVP_EncryptUpdate(context.get(), at + kNonce, &n, bytes(plain), length(plain)) == 1 &&
                    EVP_EncryptFinal_ex(context.get(), at + kNonce + n, &n) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, at + sealed.size() - kTag) == 1;
  if (!done) return fail(Errc::kInternal, "the state of this request could not be sealed");
  return base64url(sealed);
}

Result<Json> StateSealer::open(std::string_view sealed, const StateBinding& binding, std::int64_t now_ms) {
  if (sealed.size() > kMaxState) return refused();
  auto raw = from_base64url(sealed);
  if (!raw || raw->size() < kNonce + kTag) return refused();
  const std::string bound = bound_to(binding);
  std::string plain(raw->size() - kNonce - kTag, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int n = 0;
  auto* at = bytes(*raw);
  const bool genuine = have_key() &&
                       EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_->data(), at) == 1 &&
                       EVP_DecryptUpdate(context.get(), nullptr, &n, bytes(bound), length(bound)) == 1 &&
                       EVP_DecryptUpdate(context.get(), bytes(plain), &n, at + kNonce, length(plain)) == 1 &&
                       EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, at + raw->size() - kTag) == 1 &&
                       EVP_DecryptFinal_ex(context.get(), bytes(plain) + n, &n) == 1;
  if (!genuine) return refused();
  const auto space = plain.find(' ');
  if (space == std::string::npos) return refused();
  if (std::stoll(plain.substr(0, space)) < now_ms) {
    return fail(Errc::kPermission, "requestState has expired: leave it out to start again");
  }
  return parse_json(std::string_view(plain).substr(space + 1));
}

}  // namespace call_agent::mcp
