// Children are ended by SIGKILL as soon as /proc says that they run another program, before it has executed an instruction.
// With a second argument a thread of the child calls exec, while others sleep.
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *caller(void *argument) {
  execlp("sleep", "sleep", "30", (char *)NULL);
  _exit(1);
}

static void *sleeper(void *argument) {
  pause();
  return NULL;
}

static void run(int threads) {
  pthread_t thread;
  for (int i = 1; i < threads; i++) pthread_create(&thread, NULL, sleeper, NULL);
  if (threads > 0) pthread_create(&thread, NULL, caller, NULL);
  else caller(NULL);
  pause();
}

int main(int count, char **arguments) {
  int children = count > 1 ? atoi(arguments[1]) : 100;
  int threads = count > 2 ? atoi(arguments[2]) : 0;
  char own[4096] = "", other[4096], link[64];
  readlink("/proc/self/exe", own, sizeof own - 1);
  for (int i = 0; i < children; i++) {
    pid_t child = fork();
    if (child == 0) run(threads);
    sprintf(link, "/proc/%d/exe", child);
    do {
      memset(other, 0, sizeof other);
      readlink(link, other, sizeof other - 1);
    } while (*other == 0 || strcmp(own, other) == 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
  return 0;
}
