// Threads end by themselves while their process ends as a whole. Its parent counts the processes that end otherwise.
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static void *end(void *argument) {
  for (volatile long i = 0; i < (long)argument * 3000; i++) {
  }
  return NULL;
}

int main(void) {
  int others = 0;
  for (int i = 0; i < 60; i++) {
    if (fork() == 0) {
      pthread_t thread;
      for (long n = 0; n < 6; n++) pthread_create(&thread, NULL, end, (void *)(n * i));
      _exit(5);
    }
    int status;
    wait(&status);
    if (status != 5 << 8) others++;
  }
  return others;
}
