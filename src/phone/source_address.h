#pragma once

#include "phone/re.h"

namespace call_agent::phone {

/// The address of this machine from which `remote` is reached, with port 0; loopback if the system does not know.
sa source_address_towards(const sa& remote);

}  // namespace call_agent::phone
