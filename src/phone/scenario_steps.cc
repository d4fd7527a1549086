#include <map>
#include <string>
#include <variant>

#include "phone/scenario.h"
#include "phone/scenario_reader.h"

namespace call_agent::phone {
namespace {

constexpr std::size_t kMostSteps = 500;
constexpr std::size_t kLongestWords = 1000;
constexpr milliseconds kDefaultTimeout{30000};
constexpr milliseconds kDefaultSilence{800};
constexpr milliseconds kDefaultLeastSpeech{200};

using Action = decltype(Step::action);

/// Turns the list into steps; labels are known from a first pass, so that a step may point forwards.
class StepParser {
 public:
  StepParser(const JsonReader& list, Scenario& scenario) : list_(list), scenario_(scenario) {}

  Result<void> run() {
    if (!list_.is_list()) return list_.error("must be a list […]");
    if (list_.size() > kMostSteps) return list_.error(fmt::format("more than {} steps", kMostSteps));
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (auto ok = note_label(i); !ok) return ok;
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      auto step = parse(i);
      if (!step) return pass(step);
      scenario_.steps.push_back(std::move(*step));
    }
    return {};
  }

 private:
  Result<void> note_label(std::size_t index) {
    const auto label = list_.item(index).member("label");
    if (!label) return {};
    auto name = label->text(40);
    if (!name) return pass(name);
    if (*name == "next" || *name == "hang_up") return label->error("\"next\" and \"hang_up\" are not for labels");
    if (!labels_.emplace(std::move(*name), index).second) return label->error("the same label stands elsewhere too");
    return {};
  }

  /// A label, "next" or "hang_up", as a step's index.
  Result<std::size_t> target(const JsonReader& value, std::size_t index) const {
    const auto name = value.text(40);
    if (!name) return pass(name);
    if (*name == "next") return index + 1;
    if (*name == "hang_up") return kHangUpStep;
    const auto found = labels_.find(*name);
    if (found == labels_.end()) return value.error(fmt::format("there is no step with the label \"{}\"", *name));
    return found->second;
  }

  Result<Step> parse(std::size_t index) {
    const JsonReader step = list_.item(index);
    if (!step.is_object()) return step.error("must be an object {…}");
    std::string kind;
    for (const char* name : {"say", "play", "beep", "wait_s", "at_s", "wait_for_speech", "wait_for_speech_end", "dtmf",
                             "expect_dtmf", "go_to", "hang_up", "wait_for_hang_up"}) {
      if (!step.member(name)) continue;
      if (!kind.empty()) return step.error(fmt::format("does two things, {} and {}: make two steps of it", kind, name));
      kind = name;
    }
    if (kind.empty())
      return step.error(
          "does nothing: it needs say, play, beep, wait_s, at_s, wait_for_speech, "
          "wait_for_speech_end, dtmf, expect_dtmf, go_to, hang_up or wait_for_hang_up");
    auto action = parse_action(step, *step.member(kind), kind, index);
    if (!action) return pass(action);
    Step out{.action = std::move(*action), .timeout = kDefaultTimeout, .on_timeout = index + 1};
    if (kind == "wait_for_hang_up") out.on_timeout = kHangUpStep;
    if (const auto timeout = step.member("timeout_s")) {
      const auto value = timeout->seconds();
      if (!value) return pass(value);
      if (*value <= milliseconds(0)) return timeout->error("must be more than 0");
      out.timeout = *value;
    }
    if (const auto on_timeout = step.member("on_timeout")) {
      const auto value = target(*on_timeout, index);
      if (!value) return pass(value);
      out.on_timeout = *value;
    }
    return out;
  }

  Result<Action> parse_action(const JsonReader& step, const JsonReader& value, const std::string& kind,
                              std::size_t index) {
    if (kind == "say" || kind == "play" || kind == "beep") {
      if (auto ok = step.only({"label", "say", "play", "beep"}); !ok) return pass(ok);
      return parse_clip(value, kind);
    }
    if (kind == "wait_s" || kind == "at_s") {
      if (auto ok = step.only({"label", "wait_s", "at_s"}); !ok) return pass(ok);
      const auto time = value.seconds();
      if (!time) return pass(time);
      return kind == "wait_s" ? Action(Wait{*time}) : Action(WaitUntil{*time});
    }
    if (kind == "dtmf") {
      if (auto ok = step.only({"label", "dtmf"}); !ok) return pass(ok);
      auto digits = value.digits();
      if (!digits) return pass(digits);
      return SendDtmf{std::move(*digits)};
    }
    if (kind == "go_to") return parse_go_to(step, value, index);
    if (kind == "hang_up") {
      if (auto ok = step.only({"label", "hang_up"}); !ok) return pass(ok);
      return means_yes(value, HangUp{});
    }
    return parse_waiting(step, value, kind, index);
  }

  Result<Action> parse_waiting(const JsonReader& step, const JsonReader& value, const std::string& kind,
                               std::size_t index) {
    if (kind == "expect_dtmf") {
      if (auto ok = step.only({"label", "expect_dtmf", "otherwise", "timeout_s", "on_timeout"}); !ok) return pass(ok);
      auto digits = value.digits();
      if (!digits) return pass(digits);
      std::size_t otherwise = index;
      if (const auto member = step.member("otherwise")) {
        const auto where = target(*member, index);
        if (!where) return pass(where);
        otherwise = *where;
      }
      return ExpectDtmf{std::move(*digits), otherwise};
    }
    if (auto ok = step.only({"label", kind, "timeout_s", "on_timeout"}); !ok) return pass(ok);
    if (kind == "wait_for_hang_up") return means_yes(value, WaitForHangUp{});
    if (kind == "wait_for_speech") {
      if (auto ok = value.only({"for_s"}); !ok) return pass(ok);
      const auto length = time_or(value, "for_s", milliseconds(0));
      if (!length) return pass(length);
      return WaitForSpeech{*length};
    }
    if (auto ok = value.only({"silence_s", "least_speech_s"}); !ok) return pass(ok);
    const auto silence = time_or(value, "silence_s", kDefaultSilence);
    if (!silence) return pass(silence);
    const auto least = time_or(value, "least_speech_s", kDefaultLeastSpeech);
    if (!least) return pass(least);
    return WaitForSpeechEnd{*silence, *least};
  }

  Result<Action> parse_clip(const JsonReader& value, const std::string& kind) {
    ClipSource clip;
    if (kind == "beep") {
      if (auto ok = value.only({"hz", "s"}); !ok) return pass(ok);
      const auto hz_member = value.member("hz");
      const auto hz = hz_member ? hz_member->number(50, 3500) : Result<double>(1000.0);
      if (!hz) return pass(hz);
      const auto length = time_or(value, "s", milliseconds(400));
      if (!length) return pass(length);
      if (*length <= milliseconds(0) || *length > milliseconds(10000))
        return value.error("s must be above 0, at most 10");
      clip.tone_hz = *hz;
      clip.tone_length = *length;
    } else {
      auto text = value.text(kLongestWords);
      if (!text) return pass(text);
      if (kind == "say") {
        clip.words = std::move(*text);
      } else {
        clip.file = std::move(*text);
      }
    }
    scenario_.clips.push_back(std::move(clip));
    return Say{scenario_.clips.size() - 1};
  }

  Result<Action> parse_go_to(const JsonReader& step, const JsonReader& value, std::size_t index) {
    if (auto ok = step.only({"label", "go_to", "times"}); !ok) return pass(ok);
    const auto where = target(value, index);
    if (!where) return pass(where);
    const auto times = step.member("times");
    if (!times) return step.error("go_to needs times: how often to go there before going on");
    const auto count = times->number(1, 10000);
    if (!count) return pass(count);
    return GoTo{*where, static_cast<int>(*count)};
  }

  static Result<Action> means_yes(const JsonReader& value, Action action) {
    const auto yes = value.boolean();
    if (!yes) return pass(yes);
    if (!*yes) return value.error("must be true");
    return action;
  }

  static Result<milliseconds> time_or(const JsonReader& value, std::string_view name, milliseconds otherwise) {
    const auto member = value.member(name);
    return member ? member->seconds() : Result<milliseconds>(otherwise);
  }

  const JsonReader& list_;
  Scenario& scenario_;
  std::map<std::string, std::size_t> labels_;
};

}  // namespace

Result<void> parse_steps(const JsonReader& steps, Scenario& scenario) {
  return StepParser(steps, scenario).run();
}

}  // namespace call_agent::phone
