// Children of vfork, every second of which runs another program.
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
  for (int i = 0; i < 300; i++) {
    pid_t child = vfork();
    if (child == 0) {
      if (i % 2) execlp("true", "true", (char *)NULL);
      _exit(i % 7);
    }
    waitpid(child, NULL, 0);
  }
  return 0;
}
