// Only under the thread sanitizer: librdkafka starts its threads with C11's thrd_create, which GCC's sanitizer does not
// know, so that its threads would crash in the first function that it does know. Here they become pthreads.
#ifdef __SANITIZE_THREAD__

#include <pthread.h>
#include <threads.h>

#include <cstdint>

namespace {

struct Call {
  thrd_start_t function;
  void* argument;
};

void* run(void* given) {
  const Call call = *static_cast<Call*>(given);
  delete static_cast<Call*>(given);
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(call.function(call.argument)));
}

}  // namespace

extern "C" int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto* call = new Call{function, argument};
  if (pthread_create(thread, nullptr, run, call) == 0) return thrd_success;
  delete call;
  return thrd_error;
}

extern "C" int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  if (pthread_join(thread, &value) != 0) return thrd_error;
  if (result) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(value));
  return thrd_success;
}

#endif
