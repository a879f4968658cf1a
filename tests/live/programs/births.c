// Makes a child in every way there is, and says of each what the caller sees of it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static volatile int children_ended;

static void count(int signal) { children_ended++; }

static void *nothing(void *argument) { return NULL; }

static void say(const char *way, int error) {
  int status;
  int ghost = waitpid(-1, &status, WNOHANG);
  printf("%s %s signals=%d ghost=%d\n", way, error ? strerrorname_np(error) : "ok", children_ended, ghost > 0);
  fflush(stdout);
  children_ended = 0;
}

static void end(const char *way, int pid, int flags) {
  int error = pid < 0 ? errno : 0;
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid(pid, NULL, flags);
  say(way, error);
}

int main(void) {
  struct sigaction action = {.sa_handler = count};
  sigaction(SIGCHLD, &action, NULL);
  end("fork", fork(), 0);
  int pid = vfork();
  if (pid == 0) _exit(0);
  end("vfork", pid, 0);
  char *arguments[] = {"true", NULL};
  int error = posix_spawnp(&pid, "true", NULL, NULL, arguments, environ);
  if (error == 0) waitpid(pid, NULL, 0);
  say("posix_spawn", error);
  pthread_t thread;
  error = pthread_create(&thread, NULL, nothing, NULL);
  if (error == 0) pthread_join(thread, NULL);
  say("pthread_create", error);
  int descriptor = -1;
  pid = syscall(SYS_clone, 0x1000 | SIGCHLD, 0, &descriptor, 0, 0);
  int saved = errno;
  if (pid == 0) _exit(0);
  printf("pidfd open=%d\n", descriptor >= 0 && fcntl(descriptor, F_GETFD) >= 0);
  errno = saved;
  end("clone-pidfd", pid, 0);
  end("clone-untraced", syscall(SYS_clone, 0x00800000 | SIGCHLD, 0, 0, 0, 0), 0);
  end("clone-without-signal", syscall(SYS_clone, 0, 0, 0, 0, 0), __WALL);
  struct {
    unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, rest[6];
  } arguments3 = {.flags = 0x00800000, .exit_signal = SIGCHLD};
  end("clone3-untraced", syscall(SYS_clone3, &arguments3, sizeof arguments3), 0);
  return 7;
}
