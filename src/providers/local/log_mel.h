#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace call_agent::providers::local {

/// The spectrogram that Whisper, and smart-turn after it, was trained on: 25 ms periodic Hann windows every 10 ms,
/// 80 Slaney mel bands from 0 to 8 kHz, log10 of the power, limited to 80 dB below its peak, scaled to about [-1, 1].
/// Pure; about 3 ms for 8 s of audio.
class LogMel {
 public:
  static constexpr std::size_t kRate = 16000;
  static constexpr std::size_t kSamples = 8 * kRate;
  static constexpr std::size_t kBands = 80;
  static constexpr std::size_t kFrames = 800;

  LogMel();

  /// `audio`: at 16 kHz; the last 8 s count, and less is preceded by silence. It is brought to zero mean and unit
  /// variance first. Returns kBands rows of kFrames.
  std::vector<float> operator()(std::span<const float> audio) const;

 private:
  static constexpr std::size_t kWindow = 400;
  static constexpr std::size_t kHop = 160;
  static constexpr std::size_t kBins = kWindow / 2 + 1;
  /// Frames transformed side by side, so that each step of the FFT is one vector instruction.
  static constexpr std::size_t kLanes = 8;
  using Lanes = std::array<float, kLanes>;
  struct Complex {
    Lanes re, im;
  };
  /// One mel band: its weights from `first_bin` on.
  struct Band {
    std::size_t first_bin;
    std::vector<float> weights;
  };

  void transform(const Complex* in, std::size_t stride, Complex* out, std::size_t size) const;
  void powers(const float* audio, std::array<Lanes, kBins>& out) const;

  std::array<float, kWindow> hann_;
  std::array<float, kWindow> cos_, sin_;  ///< Of -2 pi i / kWindow.
  std::vector<Band> bands_;
};

}  // namespace call_agent::providers::local
