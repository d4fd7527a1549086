#include "phone/codec.h"

#include <dlfcn.h>

#include <type_traits>
extern "C" {
// The two headers G.722 needs; spandsp.h would ask for libtiff.
#include <spandsp/telephony.h>

#include <spandsp/g722.h>
}

#include "audio/g711.h"

namespace call_agent::phone {
namespace {

using Decode = void (*)(std::span<const std::uint8_t>, std::span<Sample>);
using Encode = void (*)(std::span<const Sample>, std::span<std::uint8_t>);

class G711 final : public Codec {
 public:
  G711(Encode encode, Decode decode) : encode_(encode), decode_(decode) {}

  int rate() const override { return 8000; }
  std::span<const std::uint8_t> encode(std::span<const Sample> audio) override {
    encoded_.resize(audio.size());
    encode_(audio, encoded_);
    return encoded_;
  }
  std::span<const Sample> decode(std::span<const std::uint8_t> payload) override {
    decoded_.resize(payload.size());
    decode_(payload, decoded_);
    return decoded_;
  }

 private:
  Encode encode_;
  Decode decode_;
  std::vector<std::uint8_t> encoded_;
  std::vector<Sample> decoded_;
};

/// libspandsp, loaded by the first call that may need it: LGPL, and with libtiff behind it too much to link for all.
/// (Debian's static archive of it crashes in g722_encode(): its assembly was compiled for calls across a library.)
struct Spandsp {
  decltype(&g722_encode_init) encode_init = nullptr;
  decltype(&g722_encode) encode = nullptr;
  decltype(&g722_encode_free) encode_free = nullptr;
  decltype(&g722_decode_init) decode_init = nullptr;
  decltype(&g722_decode) decode = nullptr;
  decltype(&g722_decode_free) decode_free = nullptr;

  bool complete() const {
    return encode_init != nullptr && encode != nullptr && encode_free != nullptr && decode_init != nullptr &&
           decode != nullptr && decode_free != nullptr;
  }

  static const Spandsp& get() {
    static const Spandsp loaded = load();
    return loaded;
  }

 private:
  static Spandsp load() {
    Spandsp out;
    void* const library = dlopen("libspandsp.so.2", RTLD_NOW | RTLD_LOCAL);  // Never unloaded.
    if (library == nullptr) return out;
    const auto find = [library](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    };
    find(out.encode_init, "g722_encode_init");
    find(out.encode, "g722_encode");
    find(out.encode_free, "g722_encode_free");
    find(out.decode_init, "g722_decode_init");
    find(out.decode, "g722_decode");
    find(out.decode_free, "g722_decode_free");
    return out;
  }
};

class G722 final : public Codec {
 public:
  static constexpr int kBitRate = 64000;

  explicit G722(const Spandsp& library)
      : library_(library),
        encoder_(library.encode_init(nullptr, kBitRate, 0)),
        decoder_(library.decode_init(nullptr, kBitRate, 0)) {}
  ~G722() override {
    if (encoder_ != nullptr) library_.encode_free(encoder_);
    if (decoder_ != nullptr) library_.decode_free(decoder_);
  }
  G722(const G722&) = delete;
  G722& operator=(const G722&) = delete;
  bool ready() const { return encoder_ != nullptr && decoder_ != nullptr; }

  int rate() const override { return 16000; }
  std::span<const std::uint8_t> encode(std::span<const Sample> audio) override {
    encoded_.resize(audio.size() / 2 + 1);
    const int bytes = library_.encode(encoder_, encoded_.data(), audio.data(), static_cast<int>(audio.size()));
    return std::span(encoded_).first(static_cast<std::size_t>(bytes));
  }
  std::span<const Sample> decode(std::span<const std::uint8_t> payload) override {
    decoded_.resize(payload.size() * 2);
    const int samples = library_.decode(decoder_, decoded_.data(), payload.data(), static_cast<int>(payload.size()));
    return std::span(decoded_).first(static_cast<std::size_t>(samples));
  }

 private:
  const Spandsp& library_;
  g722_encode_state_t* encoder_;
  g722_decode_state_t* decoder_;
  std::vector<std::uint8_t> encoded_;
  std::vector<Sample> decoded_;
};

}  // namespace

std::string_view codec_name(CodecKind kind) {
  switch (kind) {
    case CodecKind::kPcmu:
      return "PCMU";
    case CodecKind::kPcma:
      return "PCMA";
    case CodecKind::kG722:
      return "G722";
  }
  return "";
}

std::uint8_t codec_payload_type(CodecKind kind) {
  switch (kind) {
    case CodecKind::kPcmu:
      return 0;
    case CodecKind::kPcma:
      return 8;
    case CodecKind::kG722:
      return 9;
  }
  return 0;
}

bool codec_available(CodecKind kind) {
  return kind != CodecKind::kG722 || Spandsp::get().complete();
}

Result<std::unique_ptr<Codec>> Codec::create(CodecKind kind) {
  if (kind == CodecKind::kG722) {
    if (!codec_available(kind)) {
      return fail(Errc::kUnavailable, "G.722 needs libspandsp.so.2: apt-get install libspandsp2");
    }
    auto codec = std::make_unique<G722>(Spandsp::get());
    if (!codec->ready()) return fail(Errc::kInternal, "the G.722 codec could not be set up");
    return codec;
  }
  if (kind == CodecKind::kPcma) return std::make_unique<G711>(Encode{&audio::alaw_encode}, Decode{&audio::alaw_decode});
  return std::make_unique<G711>(Encode{&audio::ulaw_encode}, Decode{&audio::ulaw_decode});
}

}  // namespace call_agent::phone
