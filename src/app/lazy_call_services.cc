#include "app/lazy_call_services.h"

#include "core/settings.h"

namespace call_agent::app {

Result<const LazyCallServices::Configuration*> LazyCallServices::configuration() {
  if (!configuration_) {
    const auto settings = Settings::load(options_.env_file);
    if (!settings) return pass(settings);
    auto livekit = LiveKitConfig::from(*settings, LiveKitConfig::Needs::kServerAndTrunk);
    if (!livekit) return pass(livekit);
    const auto confirm = confirm_policy_from(settings->get("CALL_AGENT_CONFIRM"));
    if (!confirm) return pass(confirm);
    configuration_ = Configuration{.livekit = std::move(*livekit), .confirm = *confirm};
  }
  return &*configuration_;
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
    const auto known = configuration();
    if (!known) return pass(known);
    auto created = LiveKitTelephony::create(executor_, (*known)->livekit, options_.agent_name);
    if (!created) return pass(created);
    telephony_ = std::move(*created);
  }
  return telephony_.get();
}

Result<ConfirmPolicy> LazyCallServices::confirm_policy() {
  const auto known = configuration();
  if (!known) return pass(known);
  return (*known)->confirm;
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
