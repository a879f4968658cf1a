// A thread that is not the leader calls exec while others sleep.
#include <pthread.h>
#include <unistd.h>

static void *sleeper(void *argument) {
  pause();
  return NULL;
}

static void *caller(void *argument) {
  usleep(20000);
  execlp("sh", "sh", "-c", "exit 9", (char *)NULL);
  return NULL;
}

int main(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) pthread_create(&thread, NULL, sleeper, NULL);
  pthread_create(&thread, NULL, caller, NULL);
  pause();
}
