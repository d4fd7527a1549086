#include "calls/job.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "calls/result_schema.h"

namespace call_agent::calls {
namespace {

constexpr std::array kFromRequest{"context", "opening", "result_schema", "language", "max_minutes", "voicemail"};

bool letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == ':';
  });
}

bool is_e164(std::string_view text) {
  return text.size() >= 3 && text.size() <= 16 && text[0] == '+' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

// As far as anybody here depends on it: "en", "pt-BR", "zh-Hans-CN".
bool is_language(std::string_view text) {
  const auto first = std::min(text.find('-'), text.size());
  return first >= 2 && first <= 3 && text.size() <= 35 && text.back() != '-' && text.find("--") == text.npos &&
         std::ranges::all_of(text, [](char c) { return letter_or_digit(c) || c == '-'; });
}

/// Takes fields out of untrusted JSON; the first one that is wrong is remembered.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <class Valid>
  void required(const char* field, std::string& into, Valid valid) {
    if (!json_.contains(field) || !json_[field].is_string()) return wrong(field, "must be a string");
    into = json_[field];
    if (!valid(into)) wrong(field, "is malformed");
  }
  void optional(const char* field, std::string& into) {
    if (!present(field)) return;
    if (!json_[field].is_string()) return wrong(field, "must be a string");
    into = json_[field];
  }
  bool present(const char* field) const { return json_.contains(field) && !json_[field].is_null(); }
  const Json& at(const char* field) const { return json_[field]; }
  void wrong(std::string_view field, std::string_view how) {
    if (problem_.empty()) problem_ = fmt::format("{}{}{}", field, how.empty() ? "" : " ", how);
  }
  const std::string& problem() const { return problem_; }

 private:
  const Json& json_;
  std::string problem_;
};

void read_voicemail(Reader& reader, JobMetadata& job) {
  const Json& voicemail = reader.at("voicemail");
  const auto action = voicemail.is_object() ? voicemail.value("action", Json()) : Json();
  if (action != "leave" && action != "hang_up") return reader.wrong("voicemail.action", "must be leave or hang_up");
  job.leave_voicemail = action == "leave";
  const auto message = voicemail.find("message");
  if (message == voicemail.end()) return;
  if (!message->is_string()) return reader.wrong("voicemail.message", "must be a string");
  job.voicemail_message = *message;
}

Result<JobMetadata> from_json(const Json& json) {
  if (!json.is_object()) return fail(Errc::kInvalidArgument, "the job's metadata must be a JSON object");
  JobMetadata job;
  Reader reader(json);
  reader.required("call_id", job.call_id, is_identifier);
  reader.required("phone_number", job.phone_number, is_e164);
  reader.required("callee_identity", job.callee_identity, is_identifier);
  reader.required("room", job.room, is_identifier);
  reader.optional("objective", job.objective);
  reader.optional("context", job.context);
  reader.optional("opening", job.opening);
  if (reader.present("result_schema")) {
    job.result_schema = reader.at("result_schema");
    if (const auto fine = check_result_schema(job.result_schema); !fine) reader.wrong(fine.error().what, "");
  }
  if (reader.present("language")) {
    reader.optional("language", job.language);
    if (!is_language(job.language)) reader.wrong("language", "must be a language tag such as en or pt-BR");
  }
  if (reader.present("max_minutes")) {
    const Json& minutes = reader.at("max_minutes");
    // Compared in its own type: a huge unsigned number must not wrap into the range.
    if (!minutes.is_number_integer() || minutes < 1 || minutes > 240) {
      reader.wrong("max_minutes", "must be a whole number from 1 to 240");
    } else {
      job.max_minutes = minutes;
    }
  }
  if (reader.present("voicemail")) read_voicemail(reader, job);
  if (!reader.problem().empty()) return fail(Errc::kInvalidArgument, reader.problem());
  return job;
}

}  // namespace

std::string callee_identity(std::string_view call_id) {
  const auto underscore = call_id.find('_');
  return fmt::format("callee_{}", underscore == call_id.npos ? call_id : call_id.substr(underscore + 1));
}

Result<JobMetadata> JobMetadata::of(const Call& call) {
  Json json{{"call_id", call.call_id},
            {"phone_number", call.phone_number},
            {"callee_identity", calls::callee_identity(call.call_id)},
            {"room", call.room},
            {"objective", call.objective}};
  for (const char* field : kFromRequest) {
    if (call.request.contains(field)) json[field] = call.request[field];
  }
  auto job = from_json(json);
  if (job && job->to_text().size() > kMostMetadataBytes) {
    return fail(Errc::kInvalidArgument,
                fmt::format("objective, context, opening and result_schema together must be less than {} KiB",
                            kMostMetadataBytes / 1024));
  }
  return job;
}

Result<JobMetadata> JobMetadata::parse(std::string_view metadata) {
  auto json = parse_json(metadata);
  if (!json) return pass(json);
  return from_json(*json);
}

std::string JobMetadata::to_text() const {
  return dump_json(
      Json{{"call_id", call_id},
           {"phone_number", phone_number},
           {"callee_identity", callee_identity},
           {"room", room},
           {"objective", objective},
           {"context", context},
           {"opening", opening},
           {"result_schema", result_schema},
           {"language", language},
           {"max_minutes", max_minutes},
           {"voicemail", {{"action", leave_voicemail ? "leave" : "hang_up"}, {"message", voicemail_message}}}});
}

}  // namespace call_agent::calls
