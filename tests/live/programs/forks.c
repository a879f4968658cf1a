// Forks as often as it is told, one child at a time.
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments) {
  int forks = count > 1 ? atoi(arguments[1]) : 1;
  for (int i = 0; i < forks; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, NULL, 0);
  }
  return 0;
}
