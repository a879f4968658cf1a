// Processes that fork all the time are ended by SIGKILL, each at another moment.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  for (int i = 0; i < 40; i++) {
    pid_t forker = fork();
    if (forker == 0) {
      for (;;) {
        if (fork() == 0) _exit(1);
      }
    }
    usleep(2000 + i * 137);
    kill(forker, SIGKILL);
    waitpid(forker, NULL, 0);
  }
  return 0;
}
