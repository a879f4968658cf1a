// Groups of threads that make children and threads and run programs, while single processes and whole groups are killed.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GROUPS = 8, CHILDREN = 64, KILLS = 150 };

static volatile pid_t *children;

static void *nothing(void *argument) { return NULL; }

static pid_t make(int way, int code) {
  pid_t child = way == 1 ? vfork() : fork();
  if (child != 0) return child;
  if (way < 3) execlp("true", "true", (char *)NULL);
  if (way == 3 && fork() == 0) usleep(2000);
  _exit(code);
}

static void *work(void *argument) {
  unsigned seed = (long)argument + getpid();
  for (int i = 0; i < 60; i++) {
    int way = rand_r(&seed) % 5;
    pthread_t thread;
    if (way == 0) {
      if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_detach(thread);
      continue;
    }
    pid_t child = make(way, i);
    if (child <= 0) continue;
    children[rand_r(&seed) % CHILDREN] = child;
    if (i % 2) waitpid(child, NULL, 0);
    if (i == 40 && (long)argument == 1 && getpid() % 3 == 0) execlp("true", "true", (char *)NULL);
  }
  return NULL;
}

static pid_t make_group(void) {
  pid_t leader = fork();
  if (leader == 0) {
    pthread_t thread;
    setpgid(0, 0);
    for (long i = 1; i < 4; i++) pthread_create(&thread, NULL, work, (void *)i);
    work(NULL);
    usleep(1000);
    _exit(0);
  }
  if (leader > 0) setpgid(leader, leader);
  return leader;
}

static void kill_child(int index, int round) {
  pid_t child = children[index];
  if (child <= 0) return;
  children[index] = 0;
  if (round % 7 == 3) {
    kill(child, SIGSTOP);
    kill(child, SIGCONT);
  } else kill(child, round % 3 ? SIGKILL : SIGTERM);
}

int main(int count, char **arguments) {
  unsigned seed = atoi(arguments[1]);
  pid_t groups[GROUPS];
  children = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < GROUPS; i++) groups[i] = make_group();
  for (int round = 0; round < KILLS; round++) {
    usleep(rand_r(&seed) % 4000);
    pid_t group = groups[round / 10 % GROUPS];
    if (round % 10 < 9) kill_child(rand_r(&seed) % CHILDREN, round);
    else if (round > 60 && group > 0) kill(-group, SIGKILL);
  }
  for (int i = 0; i < GROUPS; i++) {
    if (groups[i] > 0) kill(-groups[i], SIGKILL);
  }
  while (waitpid(-1, NULL, __WALL) > 0) {
  }
  return 0;
}
