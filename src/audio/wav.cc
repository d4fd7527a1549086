#include "audio/wav.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

namespace call_agent::audio {
namespace {

static_assert(std::endian::native == std::endian::little, "WAV samples are copied as they are");

constexpr std::size_t kHeaderBytes = 44;
constexpr std::uint32_t kUnknownSize = 0xFFFFFFFF;
constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kExtensible = 0xFFFE;
constexpr int kLowestRate = 4000;
constexpr int kHighestRate = 192000;

template <class T>
T little_endian(std::span<const std::byte> bytes, std::size_t at) {
  T value{};
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::string_view four_letters(std::span<const std::byte> bytes, std::size_t at) {
  return {reinterpret_cast<const char*>(bytes.data() + at), 4};
}

std::unexpected<Error> bad(std::string what) {
  return fail(Errc::kInvalidArgument, std::move(what));
}

std::string format_name(std::uint16_t tag) {
  switch (tag) {
    case 2:
      return "Microsoft ADPCM";
    case 3:
      return "floating point";
    case 6:
      return "A-law";
    case 7:
      return "mu-law";
    case 0x55:
      return "MP3";
    default:
      return fmt::format("format 0x{:04X}", tag);
  }
}

struct Format {
  int rate;
  int channels;
};

Result<Format> parse_format(std::span<const std::byte> chunk) {
  if (chunk.size() < 16) return bad("its 'fmt ' chunk is too short");
  auto tag = little_endian<std::uint16_t>(chunk, 0);
  const auto channels = little_endian<std::uint16_t>(chunk, 2);
  const auto rate = little_endian<std::uint32_t>(chunk, 4);
  const auto block = little_endian<std::uint16_t>(chunk, 12);
  const auto bits = little_endian<std::uint16_t>(chunk, 14);
  if (tag == kExtensible) {
    if (chunk.size() < 26) return bad("its 'fmt ' chunk is too short");
    tag = little_endian<std::uint16_t>(chunk, 24);  // The first two bytes of the sub-format's GUID.
  }
  if (tag != kPcm || bits != 16) {
    const std::string found = tag == kPcm ? fmt::format("{}-bit PCM", bits) : format_name(tag);
    return bad(fmt::format("16-bit PCM is needed, this is {}; convert it: sox in.wav -b 16 -e signed out.wav", found));
  }
  if (channels < 1 || channels > 2) return bad(fmt::format("1 or 2 channels are needed, this has {}", channels));
  if (rate < kLowestRate || rate > kHighestRate) return bad(fmt::format("a sample rate of {} Hz is not usable", rate));
  if (block != channels * 2) return bad(fmt::format("a frame of {} bytes does not fit {} channel(s)", block, channels));
  return Format{static_cast<int>(rate), channels};
}

Result<Wav> parse_data(const Format& format, std::span<const std::byte> data) {
  const std::size_t frame = static_cast<std::size_t>(format.channels) * sizeof(Sample);
  if (data.size() < frame) return bad("it holds no audio");
  if (data.size() % frame != 0) return bad("its last sample is cut in two");
  Wav wav{.rate = format.rate, .channels = format.channels, .samples = {}};
  wav.samples.resize(data.size() / sizeof(Sample));
  std::memcpy(wav.samples.data(), data.data(), data.size());
  return wav;
}

std::array<std::byte, kHeaderBytes> header(int rate, int channels, std::uint64_t data_bytes) {
  std::array<std::byte, kHeaderBytes> out{};
  const auto put = [&out](std::size_t at, auto value) { std::memcpy(out.data() + at, &value, sizeof value); };
  const auto put_letters = [&out](std::size_t at, std::string_view text) {
    std::memcpy(out.data() + at, text.data(), 4);
  };
  put_letters(0, "RIFF");
  put(4, static_cast<std::uint32_t>(data_bytes + kHeaderBytes - 8));
  put_letters(8, "WAVE");
  put_letters(12, "fmt ");
  put(16, std::uint32_t{16});
  put(20, kPcm);
  put(22, static_cast<std::uint16_t>(channels));
  put(24, static_cast<std::uint32_t>(rate));
  put(28, static_cast<std::uint32_t>(rate * channels * 2));
  put(32, static_cast<std::uint16_t>(channels * 2));
  put(34, std::uint16_t{16});
  put_letters(36, "data");
  put(40, static_cast<std::uint32_t>(data_bytes));
  return out;
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

std::vector<Sample> Wav::mono() const {
  if (channels == 1) return samples;
  std::vector<Sample> out(samples.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<Sample>((samples[2 * i] + samples[2 * i + 1]) / 2);
  }
  return out;
}

std::vector<Sample> Wav::channel(int index) const {
  std::vector<Sample> out;
  out.reserve(samples.size() / static_cast<std::size_t>(channels));
  for (std::size_t i = static_cast<std::size_t>(index); i < samples.size(); i += static_cast<std::size_t>(channels)) {
    out.push_back(samples[i]);
  }
  return out;
}

Result<Wav> parse_wav(std::span<const std::byte> file) {
  if (file.size() < 12 || four_letters(file, 0) != "RIFF" || four_letters(file, 8) != "WAVE") {
    return bad("it is not a WAV file");
  }
  std::optional<Format> format;
  std::size_t at = 12;
  while (file.size() - at >= 8) {
    const std::string_view id = four_letters(file, at);
    const auto size = little_endian<std::uint32_t>(file, at + 4);
    const auto body = file.subspan(at + 8);
    if (id == "data") {
      if (!format) return bad("its audio comes before its 'fmt ' chunk");
      if (size == kUnknownSize) return parse_data(*format, body);
      if (size > body.size()) {
        return bad(fmt::format("it is truncated: {} bytes of audio promised, {} there", size, body.size()));
      }
      return parse_data(*format, body.first(size));
    }
    if (size > body.size()) return bad("it is truncated within a chunk");
    if (id == "fmt ") {
      const auto parsed = parse_format(body.first(size));
      if (!parsed) return pass(parsed);
      format = *parsed;
    }
    const std::size_t padded = std::size_t{size} + (size & 1);  // Chunks begin at even offsets.
    at += 8 + std::min(padded, body.size());
  }
  return bad(format ? "it holds no audio ('data' chunk missing)" : "it has no 'fmt ' chunk");
}

Result<Wav> read_wav(const std::filesystem::path& path, std::uintmax_t most_bytes) {
  const auto name = path.string();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(Errc::kNotFound, fmt::format("{}: there is no such file", name));
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) return bad(fmt::format("{}: {}", name, error.message()));
  if (size > most_bytes) return bad(fmt::format("{}: {} bytes are too many (at most {})", name, size, most_bytes));
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closer> file(std::fopen(name.c_str(), "rb"));
  if (!file) return bad(fmt::format("{}: {}", name, reason(errno)));
  std::vector<std::byte> bytes(size);
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  auto wav = parse_wav(bytes);
  if (!wav) return bad(fmt::format("{}: {}", name, wav.error().what));
  return wav;
}

Result<WavWriter> WavWriter::create(const std::filesystem::path& path, int rate, int channels) {
  if (rate < kLowestRate || rate > kHighestRate) return bad(fmt::format("a sample rate of {} Hz is not usable", rate));
  if (channels < 1 || channels > 2) return bad(fmt::format("a WAV file of {} channels is not supported", channels));
  const auto name = path.string();
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  std::unique_ptr<std::FILE, Closer> file(std::fopen(name.c_str(), "wbe"));
  if (!file) return bad(fmt::format("cannot write {}: {}", name, reason(errno)));
  const auto bytes = header(rate, channels, 0);
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() || std::fflush(file.get()) != 0) {
    return bad(fmt::format("cannot write {}: {}", name, reason(errno)));
  }
  return WavWriter(std::move(file), name, channels);
}

WavWriter::~WavWriter() {
  if (file_) static_cast<void>(flush());
}

Result<void> WavWriter::append(std::span<const Sample> interleaved) {
  if (!file_) return fail(Errc::kConflict, fmt::format("{} is closed", path_));
  if (data_bytes_ + interleaved.size_bytes() > std::numeric_limits<std::uint32_t>::max() - kHeaderBytes) {
    return fail(Errc::kOverloaded, fmt::format("{} has reached the 4 GiB a WAV file can hold", path_));
  }
  const std::size_t written = std::fwrite(interleaved.data(), sizeof(Sample), interleaved.size(), file_.get());
  data_bytes_ += written * sizeof(Sample);
  if (written != interleaved.size()) {
    return fail(Errc::kUnavailable, fmt::format("cannot write {}: {}", path_, reason(errno)));
  }
  return {};
}

Result<void> WavWriter::flush() {
  if (!file_) return {};
  const auto riff_size = static_cast<std::uint32_t>(data_bytes_ + kHeaderBytes - 8);
  const auto data_size = static_cast<std::uint32_t>(data_bytes_);
  // The audio reaches the file before the sizes that promise it.
  const bool ok = std::fflush(file_.get()) == 0 && std::fseek(file_.get(), 40, SEEK_SET) == 0 &&
                  std::fwrite(&data_size, sizeof data_size, 1, file_.get()) == 1 &&
                  std::fseek(file_.get(), 4, SEEK_SET) == 0 &&
                  std::fwrite(&riff_size, sizeof riff_size, 1, file_.get()) == 1 &&
                  std::fseek(file_.get(), 0, SEEK_END) == 0 && std::fflush(file_.get()) == 0;
  if (!ok) return fail(Errc::kUnavailable, fmt::format("cannot write {}: {}", path_, reason(errno)));
  return {};
}

Result<void> WavWriter::close() {
  auto flushed = flush();
  file_.reset();
  return flushed;
}

Result<void> write_wav(const std::filesystem::path& path, int rate, int channels, std::span<const Sample> interleaved) {
  auto writer = WavWriter::create(path, rate, channels);
  if (!writer) return pass(writer);
  if (auto done = writer->append(interleaved); !done) return done;
  return writer->close();
}

}  // namespace call_agent::audio
