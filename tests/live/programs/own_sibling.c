// CLONE_PARENT in the command itself: the child is one of whoever started the command.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void) {
  for (int i = 0; i < 3; i++) {
    if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) {
      if (fork() == 0) _exit(2);
      usleep(30000);
      _exit(6);
    }
  }
  return 4;
}
