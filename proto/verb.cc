// See verb.h.
#include "proto/verb.h"

#include <algorithm>

namespace muster {

bool is_question(const RequestBody& body) {
  if (auto* scale = std::get_if<ScaleRequest>(&body)) return scale->changes.empty();
  if (auto* config = std::get_if<ConfigRequest>(&body))
    return config->set.empty() && config->unset.empty();
  if (auto* key = std::get_if<KeyRequest>(&body))
    return key->add.empty() && key->remove.empty() && !key->rotate && key->enrol.empty();
  return verb_of(body).is(Trait::question);
}

bool is_repeatable(const RequestBody& body) {
  if (is_question(body)) return false;
  if (auto* scale = std::get_if<ScaleRequest>(&body))
    return std::none_of(scale->changes.begin(), scale->changes.end(),
                        [](auto& word) { return word.find('=') == word.npos; });
  return verb_of(body).is(Trait::repeatable);
}

bool is_awaited(const RequestBody& body) {
  return !is_question(body) && verb_of(body).is(Trait::awaited);
}

Role role_for(const RequestBody& body) {
  return is_question(body) ? verb_of(body).asking : verb_of(body).role;
}

bool may(Role role, const RequestBody& body) { return role >= role_for(body); }

}  // namespace muster
