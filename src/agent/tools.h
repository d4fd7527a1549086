#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "agent/journal.h"
#include "agent/ports.h"

namespace call_agent::agent {

/// What a language model may do besides talking.
///
/// - `end_call {reason}`: hang up once what it says with it has been heard.
/// - `record_answer {field, value, quote}`: keep one answer the objective asks for.
/// - `send_dtmf {digits}`: press keys.
/// - `ask_principal {question, choices}`: ask the one the call is made for, while the callee waits.
///
/// `record_answer` names the fields of the objective's result schema, if it has one.
std::vector<Tool> standard_tools(const Objective& objective);

inline constexpr std::string_view kEndCall = "end_call";
inline constexpr std::string_view kRecordAnswer = "record_answer";
inline constexpr std::string_view kSendDtmf = "send_dtmf";
inline constexpr std::string_view kAskPrincipal = "ask_principal";

/// The answer of a record_answer call. Errors: kInvalidArgument, in words the language model can act on.
Result<Answer> parse_answer(const ToolCall& call);
/// Keys to press: 1 to 32 of 0-9 * # A-D, and w for half a second's pause. Errors: kInvalidArgument.
Result<std::string> check_digits(std::string_view digits);
/// The digits of a send_dtmf call. Errors: as above.
Result<std::string> parse_digits(const ToolCall& call);

struct PrincipalQuestion {
  std::string text;
  std::vector<std::string> choices;  ///< Empty: any answer.
};
/// The question of an ask_principal call. Errors: as above.
Result<PrincipalQuestion> parse_question(const ToolCall& call);

/// A report with only what can be shown: an answer whose quote is not among the callee's words is dropped, so is one
/// whose field or type is not the result schema's. `turn` is set to the turn the quote is from. Of two answers to one
/// field the report's stands, else the last recorded one.
struct CheckedReport {
  Report report;
  std::vector<std::string> dropped;  ///< One line an answer: which, and why.
};
CheckedReport check_report(Report report, std::span<const Answer> recorded, std::span<const Turn> transcript,
                           const Json& result_schema);

}  // namespace call_agent::agent
