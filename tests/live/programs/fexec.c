// Runs /bin/echo in every way there is, and says what each call gave.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *arguments[] = {"echo", "ran", NULL};

static void in_child(const char *way, void (*run)(void)) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    run();
    printf("%s %s\n", way, strerrorname_np(errno));
    fflush(stdout);
    _exit(1);
  }
  int status;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) printf("%s signal %d\n", way, WTERMSIG(status));
}

static void by_execve(void) { execve("/bin/echo", arguments, environ); }

static void by_relative_path(void) {
  if (chdir("/bin") == 0) execve("./echo", arguments, environ);
}

static void by_descriptor(void) {
  int file = open("/bin/echo", O_PATH | O_CLOEXEC);
  syscall(SYS_execveat, file, "", arguments, environ, AT_EMPTY_PATH);
}

static void by_folder(void) {
  int folder = open("/bin", O_PATH | O_CLOEXEC);
  syscall(SYS_execveat, folder, "echo", arguments, environ, 0);
}

static void by_link(void) {
  char path[] = "/tmp/pnotify_link_XXXXXX";
  if (mkdtemp(path) == NULL || chdir(path) != 0 || symlink("/bin/echo", "other") != 0) return;
  execve("./other", arguments, environ);
  int saved = errno;
  unlink("other");
  rmdir(path);
  errno = saved;
}

static void by_missing_path(void) { execve("/no/such/echo", arguments, environ); }

int main(void) {
  in_child("execve", by_execve);
  in_child("relative", by_relative_path);
  in_child("descriptor", by_descriptor);
  in_child("folder", by_folder);
  in_child("link", by_link);
  in_child("missing", by_missing_path);
  return 0;
}
