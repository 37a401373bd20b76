// Each verb of ctl, made ready for its options; one per source file.
#pragma once

#include <memory>

#include "ctl/verbs/verb.h"

namespace muster {

std::unique_ptr<Verb> make_ps();
std::unique_ptr<Verb> make_scale();
std::unique_ptr<Verb> make_logs();
std::unique_ptr<Verb> make_restart();
std::unique_ptr<Verb> make_stop();
std::unique_ptr<Verb> make_start();
std::unique_ptr<Verb> make_kill();
std::unique_ptr<Verb> make_run();
std::unique_ptr<Verb> make_exec();
std::unique_ptr<Verb> make_attach();
std::unique_ptr<Verb> make_config();
std::unique_ptr<Verb> make_releases();
std::unique_ptr<Verb> make_rollback();
std::unique_ptr<Verb> make_create();
std::unique_ptr<Verb> make_receive();
std::unique_ptr<Verb> make_top();
std::unique_ptr<Verb> make_wait();
std::unique_ptr<Verb> make_events();
std::unique_ptr<Verb> make_join();
std::unique_ptr<Verb> make_key();
std::unique_ptr<Verb> make_apps();
std::unique_ptr<Verb> make_enable();
std::unique_ptr<Verb> make_disable();
std::unique_ptr<Verb> make_destroy();
std::unique_ptr<Verb> make_check();
std::unique_ptr<Verb> make_import();
std::unique_ptr<Verb> make_export();
std::unique_ptr<Verb> make_status();
std::unique_ptr<Verb> make_reload();
std::unique_ptr<Verb> make_shutdown();
std::unique_ptr<Verb> make_upgrade();
std::unique_ptr<Verb> make_where();
std::unique_ptr<Verb> make_serve();
std::unique_ptr<Verb> make_version();
std::unique_ptr<Verb> make_completion();
std::unique_ptr<Verb> make_manual();

}  // namespace muster
