// A thread changes the path of an exec while the exec is under way.
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static volatile char path[16] = "/bin/true";

static void *flip(void *argument) {
  for (;;) {
    memcpy((char *)path, "/bin/echo", 10);
    memcpy((char *)path, "/bin/true", 10);
  }
}

int main(void) {
  char *arguments[] = {"echo", "ran", NULL};
  for (int i = 0; i < 60; i++) {
    if (fork() == 0) {
      pthread_t thread;
      pthread_create(&thread, NULL, flip, NULL);
      usleep(1000);
      execve((char *)path, arguments, environ);
      _exit(1);
    }
    wait(NULL);
  }
  return 0;
}
