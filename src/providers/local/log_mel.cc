#include "providers/local/log_mel.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace call_agent::providers::local {
namespace {

double hertz_of_mel(double mel) {
  return mel < 15 ? 200 * mel / 3 : 1000 * std::exp(std::log(6.4) / 27 * (mel - 15));
}
double mel_of_hertz(double hertz) {
  return hertz < 1000 ? 3 * hertz / 200 : 15 + std::log(hertz / 1000) * 27 / std::log(6.4);
}

}  // namespace

LogMel::LogMel() {
  for (std::size_t i = 0; i < kWindow; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / kWindow;
    hann_[i] = static_cast<float>(0.5 - 0.5 * std::cos(angle));
    cos_[i] = static_cast<float>(std::cos(angle));
    sin_[i] = static_cast<float>(-std::sin(angle));
  }
  std::array<double, kBands + 2> edges;
  const double top = mel_of_hertz(kRate / 2.0);
  for (std::size_t i = 0; i < edges.size(); ++i) edges[i] = hertz_of_mel(top * static_cast<double>(i) / (kBands + 1));
  for (std::size_t band = 0; band < kBands; ++band) {
    Band& made = bands_.emplace_back(Band{kBins, {}});
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const double hertz = kRate / 2.0 * static_cast<double>(bin) / (kBins - 1);
      const double rising = (hertz - edges[band]) / (edges[band + 1] - edges[band]);
      const double falling = (edges[band + 2] - hertz) / (edges[band + 2] - edges[band + 1]);
      const double weight = std::min(rising, falling);
      if (weight <= 0) continue;
      made.first_bin = std::min(made.first_bin, bin);
      made.weights.push_back(static_cast<float>(weight * 2 / (edges[band + 2] - edges[band])));
    }
  }
}

/// Mixed-radix FFT by recursion; sizes with factors 2 and 5 only, dividing kWindow.
void LogMel::transform(const Complex* in, std::size_t stride, Complex* out, std::size_t size) const {
  if (size == 1) {
    *out = *in;
    return;
  }
  const std::size_t radix = size % 2 == 0 ? 2 : 5;
  const std::size_t part = size / radix;
  for (std::size_t r = 0; r < radix; ++r) transform(in + r * stride, stride * radix, out + r * part, part);
  const std::size_t step = kWindow / size;
  for (std::size_t k = 0; k < part; ++k) {
    std::array<Complex, 5> turned;
    for (std::size_t r = 0; r < radix; ++r) {
      const float c = cos_[r * k * step];
      const float s = sin_[r * k * step];
      const Complex& from = out[r * part + k];
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        turned[r].re[lane] = from.re[lane] * c - from.im[lane] * s;
        turned[r].im[lane] = from.re[lane] * s + from.im[lane] * c;
      }
    }
    if (radix == 2) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        out[k].re[lane] = turned[0].re[lane] + turned[1].re[lane];
        out[k].im[lane] = turned[0].im[lane] + turned[1].im[lane];
        out[part + k].re[lane] = turned[0].re[lane] - turned[1].re[lane];
        out[part + k].im[lane] = turned[0].im[lane] - turned[1].im[lane];
      }
      continue;
    }
    for (std::size_t q = 0; q < radix; ++q) {
      Complex sum = turned[0];
      for (std::size_t r = 1; r < radix; ++r) {
        const float c = cos_[r * q * (kWindow / 5) % kWindow];
        const float s = sin_[r * q * (kWindow / 5) % kWindow];
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
          sum.re[lane] += turned[r].re[lane] * c - turned[r].im[lane] * s;
          sum.im[lane] += turned[r].re[lane] * s + turned[r].im[lane] * c;
        }
      }
      out[q * part + k] = sum;
    }
  }
}

/// The power spectra of kLanes frames, the first of which begins at `audio`.
void LogMel::powers(const float* audio, std::array<Lanes, kBins>& out) const {
  // A real frame of 400 goes through a complex transform of 200: even samples as real parts, odd ones as imaginary.
  constexpr std::size_t kHalf = kWindow / 2;
  std::array<Complex, kHalf> packed;
  std::array<Complex, kHalf> spectrum;
  for (std::size_t i = 0; i < kHalf; ++i) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float* frame = audio + lane * kHop;
      packed[i].re[lane] = frame[2 * i] * hann_[2 * i];
      packed[i].im[lane] = frame[2 * i + 1] * hann_[2 * i + 1];
    }
  }
  transform(packed.data(), 1, spectrum.data(), kHalf);
  for (std::size_t k = 0; k < kBins; ++k) {
    const Complex& a = spectrum[k % kHalf];
    const Complex& b = spectrum[(kHalf - k) % kHalf];
    const float c = k == kHalf ? -1.0F : cos_[k];
    const float s = k == kHalf ? 0.0F : sin_[k];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float even_re = 0.5F * (a.re[lane] + b.re[lane]);
      const float even_im = 0.5F * (a.im[lane] - b.im[lane]);
      const float odd_re = 0.5F * (a.im[lane] + b.im[lane]);
      const float odd_im = -0.5F * (a.re[lane] - b.re[lane]);
      const float re = even_re + odd_re * c - odd_im * s;
      const float im = even_im + odd_re * s + odd_im * c;
      out[k][lane] = re * re + im * im;
    }
  }
}

std::vector<float> LogMel::operator()(std::span<const float> audio) const {
  if (audio.size() > kSamples) audio = audio.last(kSamples);
  const std::size_t padding = kSamples - audio.size();

  double mean = std::accumulate(audio.begin(), audio.end(), 0.0) / kSamples;
  double variance = mean * mean * static_cast<double>(padding);
  for (const float sample : audio) variance += (sample - mean) * (sample - mean);
  const double scale = 1 / std::sqrt(variance / kSamples + 1e-7);

  // Half a window of mirrored audio on either side centres the first frame on the first sample.
  constexpr std::size_t kMirror = kWindow / 2;
  std::vector<float> normal(kSamples + kWindow, static_cast<float>(-mean * scale));
  for (std::size_t i = 0; i < audio.size(); ++i) {
    normal[kMirror + padding + i] = static_cast<float>((audio[i] - mean) * scale);
  }
  for (std::size_t i = 0; i < kMirror; ++i) {
    normal[kMirror - 1 - i] = normal[kMirror + 1 + i];
    normal[kMirror + kSamples + i] = normal[kMirror + kSamples - 2 - i];
  }

  // Frames of padding alone are all alike: one group of them is transformed, the others are copies of it.
  const std::size_t padded_frames = padding > kWindow ? (padding - kMirror) / kHop : 0;
  const std::size_t first_group = padded_frames / kLanes > 1 ? padded_frames / kLanes - 1 : 0;
  std::vector<float> out(kBands * kFrames);
  std::array<Lanes, kBins> power;
  float peak = -10;
  for (std::size_t t = first_group * kLanes; t < kFrames; t += kLanes) {
    powers(normal.data() + t * kHop, power);
    for (std::size_t band = 0; band < kBands; ++band) {
      Lanes energy{};
      for (std::size_t i = 0; i < bands_[band].weights.size(); ++i) {
        const Lanes& bin = power[bands_[band].first_bin + i];
        for (std::size_t lane = 0; lane < kLanes; ++lane) energy[lane] += bands_[band].weights[i] * bin[lane];
      }
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const float level = std::log10(std::max(1e-10F, energy[lane]));
        out[band * kFrames + t + lane] = level;
        peak = std::max(peak, level);
      }
    }
  }
  for (std::size_t band = 0; band < kBands; ++band) {
    float* row = out.data() + band * kFrames;
    std::fill(row, row + first_group * kLanes, row[first_group * kLanes]);
  }
  for (float& level : out) level = (std::max(level, peak - 8) + 4) / 4;
  return out;
}

}  // namespace call_agent::providers::local
