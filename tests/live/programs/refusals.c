// Many threads make children in three ways, and more threads come and go meanwhile. Counts what the callers see.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 20, FORKS = 50 };

extern char **environ;
static int good, refused, wrong;

static void *nothing(void *argument) { return NULL; }

static pid_t make(int way, int code) {
  if (way == 2) {
    char number[8];
    char *arguments[] = {"sh", "-c", "exit $0", number, NULL};
    pid_t child;
    sprintf(number, "%d", code);
    errno = posix_spawnp(&child, "sh", NULL, NULL, arguments, environ);
    return errno == 0 ? child : -1;
  }
  pid_t child = way == 0 ? fork() : vfork();
  if (child == 0) _exit(code);
  return child;
}

static void *work(void *argument) {
  long number = (long)argument;
  for (int i = 0; i < FORKS; i++) {
    int code = (number * 7 + i) % 100 + 1, status;
    pthread_t thread;
    if (i % 5 == 0 && pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_detach(thread);
    pid_t child = make((number + i) % 3, code);
    if (child < 0) __sync_fetch_and_add(errno == EPERM ? &refused : &wrong, 1);
    else if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == code)
      __sync_fetch_and_add(&good, 1);
    else __sync_fetch_and_add(&wrong, 1);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  // A refused thread is made by and by.
  for (long i = 0; i < THREADS; i++) {
    while (pthread_create(&threads[i], NULL, work, (void *)i) != 0) usleep(20000);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  int ghosts = 0;
  while (waitpid(-1, NULL, __WALL) > 0) ghosts++;
  printf("%s refused, %d counted, %d wrong, %d ghosts\n", refused > 0 ? "some" : "none", good + refused + wrong, wrong,
         ghosts);
  return 0;
}
