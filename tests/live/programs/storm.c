// Groups of threads that fork, while the group is killed, exits or runs another program.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *forker(void *argument) {
  for (int i = 0; i < 20; i++) {
    pid_t child = fork();
    if (child == 0) {
      if (i % 3 == 0) execlp("true", "true", (char *)NULL);
      _exit(i);
    }
    if (i % 2) waitpid(child, NULL, 0);
  }
  return NULL;
}

int main(void) {
  for (int group = 0; group < 8; group++) {
    pid_t child = fork();
    if (child == 0) {
      setpgid(0, 0);
      pthread_t thread;
      for (int i = 0; i < 4; i++) pthread_create(&thread, NULL, forker, NULL);
      usleep(30000 + group * 5000);
      if (group % 3 == 0) kill(0, SIGKILL);
      if (group % 3 == 1) _exit(group);
      execlp("true", "true", (char *)NULL);
    }
    setpgid(child, child);
  }
  while (wait(NULL) > 0) {
  }
  return 0;
}
