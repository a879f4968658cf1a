// Many threads that live for a moment, eight at a time, and some that fork.
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *work(void *argument) {
  if ((long)argument % 10 == 0 && fork() == 0) _exit(3);
  return NULL;
}

int main(void) {
  for (int round = 0; round < 50; round++) {
    pthread_t threads[8];
    for (long i = 0; i < 8; i++) pthread_create(&threads[i], NULL, work, (void *)(round * 8 + i));
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  }
  while (wait(NULL) > 0) {
  }
  return 0;
}
