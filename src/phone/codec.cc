#include "phone/codec.h"

#include <cstdio>
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

class G722 final : public Codec {
 public:
  static constexpr int kBitRate = 64000;

  G722() : encoder_(g722_encode_init(nullptr, kBitRate, 0)), decoder_(g722_decode_init(nullptr, kBitRate, 0)) {}
  ~G722() override {
    if (encoder_ != nullptr) g722_encode_free(encoder_);
    if (decoder_ != nullptr) g722_decode_free(decoder_);
  }
  G722(const G722&) = delete;
  G722& operator=(const G722&) = delete;
  bool ready() const { return encoder_ != nullptr && decoder_ != nullptr; }

  int rate() const override { return 16000; }
  std::span<const std::uint8_t> encode(std::span<const Sample> audio) override {
    encoded_.resize(audio.size() / 2 + 1);
    const int bytes = g722_encode(encoder_, encoded_.data(), audio.data(), static_cast<int>(audio.size()));
    return std::span(encoded_).first(static_cast<std::size_t>(bytes));
  }
  std::span<const Sample> decode(std::span<const std::uint8_t> payload) override {
    decoded_.resize(payload.size() * 2);
    const int samples = g722_decode(decoder_, decoded_.data(), payload.data(), static_cast<int>(payload.size()));
    return std::span(decoded_).first(static_cast<std::size_t>(samples));
  }

 private:
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

Result<std::unique_ptr<Codec>> Codec::create(CodecKind kind) {
  if (kind == CodecKind::kG722) {
    auto codec = std::make_unique<G722>();
    if (!codec->ready()) return fail(Errc::kInternal, "the G.722 codec could not be set up");
    return codec;
  }
  if (kind == CodecKind::kPcma) return std::make_unique<G711>(Encode{&audio::alaw_encode}, Decode{&audio::alaw_decode});
  return std::make_unique<G711>(Encode{&audio::ulaw_encode}, Decode{&audio::ulaw_decode});
}

}  // namespace call_agent::phone
