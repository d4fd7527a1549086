#include "app/lazy_call_services.h"

namespace call_agent::app {

Result<Settings> LazyCallServices::settings() {
  if (read_once_) return *read_once_;
  auto loaded = Settings::load(options_.env_file);
  std::error_code absent;
  if (options_.env_file && !std::filesystem::is_regular_file(*options_.env_file, absent)) read_once_ = loaded;
  return loaded;
}

Result<calls::CallStore*> LazyCallServices::store() {
  if (!store_) {
    auto opened = store::SqliteCallStore::open(store::default_path());
    if (!opened) return pass(opened);
    store_ = std::move(*opened);
  }
  return store_.get();
}

Result<calls::Telephony*> LazyCallServices::telephony() {
  if (!telephony_) {
    const auto known = settings();
    if (!known) return pass(known);
    auto config = LiveKitConfig::from(*known, LiveKitConfig::Needs::kServerAndTrunk);
    if (!config) return pass(config);
    auto created = LiveKitTelephony::create(executor_, std::move(*config), options_.agent_name);
    if (!created) return pass(created);
    telephony_ = std::move(*created);
  }
  return telephony_.get();
}

Result<ConfirmPolicy> LazyCallServices::confirm_policy() {
  const auto known = settings();
  if (!known) return pass(known);
  return confirm_policy_from(known->get("CALL_AGENT_CONFIRM"));
}

Result<calls::Placer*> LazyCallServices::placer() {
  if (!placer_) {
    const auto phone = telephony();
    if (!phone) return pass(phone);
    const auto log = store();
    if (!log) return pass(log);
    placer_ = std::make_unique<calls::Placer>(**log, **phone, plan_, options_.placer);
  }
  return placer_.get();
}

}  // namespace call_agent::app
