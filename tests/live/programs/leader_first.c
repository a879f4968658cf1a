// The leader ends first. The process ends with the status of its last thread.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *last(void *argument) {
  usleep(20000);
  exit(5);
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, last, NULL);
  pthread_exit(NULL);
}
