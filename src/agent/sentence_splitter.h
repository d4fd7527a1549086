#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace call_agent::agent {

/// Cuts a reply that arrives in pieces into what can be spoken one after the other: sentences, and for the first and
/// for overlong ones, clauses. Nothing but white space and Markdown marks is lost, whatever the pieces.
///
/// Does no I/O. Not thread-safe. One per reply; finish() makes it ready for the next.
class SentenceSplitter {
 public:
  static constexpr std::size_t kFirstClause = 20;    ///< Bytes from which the first clause is worth speaking alone.
  static constexpr std::size_t kLongSentence = 160;  ///< Bytes from which any clause is.
  static constexpr std::size_t kLongest = 320;       ///< Bytes of anything returned, at most.

  /// What has become speakable with these bytes of UTF-8, in order; each trimmed, not empty and with a letter or
  /// digit in it. A sentence is certain only once what follows it has begun.
  std::vector<std::string> push(std::string_view piece);
  /// The rest, the reply being complete.
  std::vector<std::string> finish();

 private:
  void cut(bool complete, std::vector<std::string>& out);

  std::string pending_;
  bool first_ = true;
};

}  // namespace call_agent::agent
