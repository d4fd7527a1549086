#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "audio/sample.h"
#include "core/clock.h"
#include "core/result.h"

/// The telephone network's signals: made for tests and the telephone, recognised in what a callee's line plays.
namespace call_agent::audio {

inline constexpr double kToneLevel = 0.25;  ///< Peak of each frequency, of full scale: -12 dBFS.

/// A sum of sines with 5 ms ramps, so that it begins and ends without a click.
std::vector<Sample> tone(std::span<const double> frequencies_hz, milliseconds length, int rate,
                         double level = kToneLevel);
std::vector<Sample> silence(milliseconds length, int rate);

/// The pair of frequencies of a key (ITU-T Q.23). Errors: kInvalidArgument unless 0-9 * # A-D.
Result<std::vector<Sample>> dtmf(char digit, milliseconds length, int rate);

/// One cycle of the North American ringing tone: 440 + 480 Hz, 2 s on, 4 s off.
std::vector<Sample> ringback(int rate);

/// Special information tone before a recorded announcement such as "the number is not in service" (ITU-T E.180:
/// 950, 1400 and 1800 Hz, 330 ms each).
std::vector<Sample> special_information_tone(int rate);

/// Hears keys in the audio itself (ITU-T Q.24), by Goertzel filters over 12.75 ms blocks.
/// A key is reported once, as soon as two blocks agree; the next one needs a block without it first.
class DtmfDetector {
 public:
  explicit DtmfDetector(int rate);

  /// The keys that were recognised while this audio passed. Valid until the next call.
  std::string_view push(std::span<const Sample> audio);

 private:
  std::optional<char> block() const;

  std::size_t block_size_;
  std::array<double, 8> coefficients_;  ///< 2 cos w of the four low and the four high frequencies.
  std::vector<Sample> pending_;
  std::optional<char> previous_;
  std::optional<char> reported_;
  std::vector<char> heard_;
};

/// Hears the beep after which an answering machine records: one steady frequency of 850 to 2100 Hz for 200 ms or more.
/// Each tone of a special information tone is one too; who listens tells three from one.
class BeepDetector {
 public:
  static constexpr double kLowestHz = 850;
  static constexpr double kHighestHz = 2100;
  static constexpr milliseconds kShortest{200};

  struct Beep {
    double frequency_hz;
    milliseconds length;
  };

  explicit BeepDetector(int rate);

  /// A beep that ended while this audio passed (the last, if several).
  std::optional<Beep> push(std::span<const Sample> audio);
  /// How long the present beep has lasted; zero if there is none.
  milliseconds sounding() const;

 private:
  std::optional<double> block_frequency() const;

  int rate_;
  std::size_t block_size_;
  std::vector<Sample> pending_;
  double frequency_hz_ = 0;
  std::size_t blocks_ = 0;
};

}  // namespace call_agent::audio
