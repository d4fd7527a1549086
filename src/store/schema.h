#pragma once

#include "core/result.h"
#include "store/database.h"

namespace call_agent::store {

/// Brings the file to this program's schema, all steps or none; several processes may try at once.
/// Errors: kConflict for a log of a newer version or a database of something else; those of the database.
Result<void> migrate(Database& database);

}  // namespace call_agent::store
