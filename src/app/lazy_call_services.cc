#include "app/lazy_call_services.h"

#include "app/livekit_config.h"

namespace call_agent::app {

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
    const auto settings = Settings::load(options_.env_file);
    if (!settings) return pass(settings);
    auto config = LiveKitConfig::from(*settings, LiveKitConfig::Needs::kServerAndTrunk);
    if (!config) return pass(config);
    auto created = LiveKitTelephony::create(executor_, std::move(*config), options_.agent_name);
    if (!created) return pass(created);
    telephony_ = std::move(*created);
  }
  return telephony_.get();
}

Result<ConfirmPolicy> LazyCallServices::confirm_policy() {
  const auto settings = Settings::load(options_.env_file);
  if (!settings) return pass(settings);
  return confirm_policy_from(settings->get("CALL_AGENT_CONFIRM"));
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
