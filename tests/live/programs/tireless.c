// Children that try to fork again and again while they are refused, and a parent that ends them.
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 4, TRIES = 4000 };

static void try(volatile int *refused) {
  for (int i = 0; i < TRIES; i++) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, NULL, 0);
    else ++*refused;
  }
  _exit(1);
}

int main(void) {
  volatile int *refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t children[CHILDREN];
  int killed = 0, status;
  for (int i = 0; i < CHILDREN; i++) {
    children[i] = fork();
    if (children[i] == 0) try(refused + i);
  }
  for (int i = 0; i < CHILDREN; i++) {
    while (refused[i] == 0) usleep(100);
  }
  for (int i = 0; i < CHILDREN; i++) kill(children[i], SIGKILL);
  while (wait(&status) > 0) killed += WIFSIGNALED(status);
  printf("%d killed\n", killed);
  return 0;
}
