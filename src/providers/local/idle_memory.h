#pragma once

#include <malloc.h>

#include <memory>

namespace call_agent::providers::local {

/// Held by each call that uses a model. Inference leaves tens of megabytes of freed heap behind, which makes the next
/// one a third quicker; with the last call gone they go back to the system.
template <class Model>
class ModelUse {
 public:
  explicit ModelUse(std::shared_ptr<Model> model) : model_(std::move(model)) {}
  ~ModelUse() {
    if (model_.use_count() <= 2) malloc_trim(0);  // This call and LocalModels. Milliseconds, and no call to disturb.
  }
  ModelUse(const ModelUse&) = delete;
  ModelUse& operator=(const ModelUse&) = delete;

  Model* get() const { return model_.get(); }
  Model* operator->() const { return model_.get(); }

 private:
  std::shared_ptr<Model> model_;
};

}  // namespace call_agent::providers::local
