// Threads that end one by one, by exit(2) itself: no C library makes them end together.
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int code;

static void *last(void *argument) {
  usleep(20000);
  syscall(SYS_exit, code);
  return NULL;
}

static int ends(int leader, int thread) {
  pid_t child = fork();
  if (child == 0) {
    pthread_t last_thread;
    code = thread;
    pthread_create(&last_thread, NULL, last, NULL);
    syscall(SYS_exit, leader);
  }
  int status;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int main(void) {
  return ends(3, 4) + ends(0, 7) + ends(9, 0) + ends(200, 1);
}
