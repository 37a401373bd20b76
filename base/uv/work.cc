// See work.h.
#include "base/uv/work.h"

#include <utility>

#include "base/check.h"

namespace muster {

Work::~Work() {
  if (request_) request_->owner = nullptr;
}

void Work::start(std::function<void()> task, std::function<void()> done) {
  CHECK(!request_, "a task is still under way");
  request_ = new Request{{}, this, std::move(task), std::move(done)};
  request_->work.data = request_;
  int status = uv_queue_work(
      loop_.get(), &request_->work,
      [](uv_work_t* work) { static_cast<Request*>(work->data)->task(); },
      [](uv_work_t* work, int) {
        std::unique_ptr<Request> request(static_cast<Request*>(work->data));
        Work* owner = request->owner;
        if (!owner) return;
        owner->request_ = nullptr;
        owner->guard_.call(request->done);
      });
  CHECK(status == 0, "uv_queue_work: {}", uv_strerror(status));
}

}  // namespace muster
