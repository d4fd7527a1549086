#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "phone/conversation.h"
#include "phone/re.h"

namespace call_agent::phone {

/// The session descriptions of one call (RFC 3264): reads the other side's, writes ours.
class MediaOffer {
 public:
  /// Errors: kInternal.
  static Result<MediaOffer> create(const sa& local, std::uint16_t rtp_port, std::span<const CodecKind> codecs);

  /// Reads a description. `is_offer` if the other side proposes, else it answers ours.
  /// Errors: kInvalidArgument if it is broken, has no audio, or no codec in common.
  Result<void> read(mbuf& description, bool is_offer);
  /// Writes ours. Errors: kInternal.
  Result<RePtr<mbuf>> write(bool is_offer) const;

  /// After read(): the first codec of the other side that we have, and where to send.
  const AgreedMedia& agreed() const { return agreed_; }
  std::string remote_host() const;
  std::uint16_t remote_port() const;
  /// The audio formats of the other side, such as "G722 PCMU PCMA telephone-event", for the event log.
  std::string remote_formats() const;

 private:
  MediaOffer() = default;
  RePtr<sdp_session> session_;
  sdp_media* audio_ = nullptr;  ///< Owned by session_.
  AgreedMedia agreed_;
};

}  // namespace call_agent::phone
