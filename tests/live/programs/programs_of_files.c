// Runs programs in unusual ways: from memory, by a descriptor, by the dynamic linker, by a script, one after the other.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void from_memory(void) {
  int memory = memfd_create("copy", 0), file = open("/bin/true", O_RDONLY);
  char buffer[65536];
  for (ssize_t count; (count = read(file, buffer, sizeof buffer)) > 0;) write(memory, buffer, count);
  char *arguments[] = {"memory", NULL};
  syscall(SYS_execveat, memory, "", arguments, environ, 0x1000);
  _exit(1);
}

static void by_script(void) {
  char name[] = "/tmp/pnotify_script_XXXXXX";
  int file = mkstemp(name);
  dprintf(file, "#!/bin/sh\nrm -f \"$0\"\nexec sh -c 'exec sh -c \"exit 8\"'\n");
  fchmod(file, 0755);
  close(file);
  execl(name, name, (char *)NULL);
  _exit(1);
}

static void by_linker(void) {
  execl("/lib64/ld-linux-x86-64.so.2", "ld.so", "/bin/true", (char *)NULL);
  execl("/lib/ld-linux-aarch64.so.1", "ld.so", "/bin/true", (char *)NULL);
  _exit(1);
}

static int end_of(void (*run)(void)) {
  pid_t child = fork();
  if (child == 0) run();
  int status;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

int main(void) {
  return end_of(from_memory) + end_of(by_script) + end_of(by_linker);
}
