#pragma once

#include <string>
#include <string_view>

namespace call_agent::agent {

/// What the agent says of its own accord, whatever its language model.
struct Phrases {
  std::string still_there = "Hello, are you still there?";
  std::string nobody_there = "I cannot hear anyone, so I will hang up now. Goodbye.";
  std::string say_again = "Sorry, I did not catch that. Could you say it again?";
  std::string one_moment = "Sorry, one moment please.";
  std::string please_wait = "One moment, please.";
  std::string trouble = "I am sorry, I have a technical problem and have to end the call. Goodbye.";
  std::string time_is_up = "I am sorry, I have to end the call here. Thank you, and goodbye.";
  std::string goodbye = "Thank you. Goodbye.";
};

/// The phrases in a language (BCP 47); English if we do not have it.
Phrases phrases_in(std::string_view language);

/// Lower case, letters, digits and single spaces only; apostrophes vanish, what stands in brackets (such as
/// "[coughs]") is dropped.
std::string normalize_words(std::string_view text);

/// Nothing was said: a cough, a door, or a sound the transcription only describes.
bool is_noise(std::string_view text);
/// "yeah", "ok", "mm-hm", "I see": says that the callee is listening, not that they want to speak. A question is not.
bool is_backchannel(std::string_view text);
/// What people say when they pick up, and no objection: "Hello?", "Luigi's, good evening, how can I help?"
bool is_greeting(std::string_view text);
/// "bye", "thanks, you too": nothing in it wants an answer once the agent has said goodbye.
bool is_farewell(std::string_view text);
bool is_question(std::string_view text);
/// "yes", "no thanks", "that's right": complete, however short.
bool is_short_answer(std::string_view text);
/// A word or two and no question: as often the beginning of a sentence as all of it.
bool is_brief(std::string_view text);
/// "hold on", "one moment", "let me check": a silence is going to follow and is no reason to ask whether they left.
bool asks_for_patience(std::string_view text);
/// Ends on "and", "the", "um" …: more is to come, whatever the voice sounded like.
bool is_hanging(std::string_view text);

}  // namespace call_agent::agent
