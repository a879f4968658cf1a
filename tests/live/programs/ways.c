// Makes a child in a way that a tracer might miss, or that hides a refusal badly. The argument says which.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int has_run;

static const char *name(long result) {
  return result < 0 ? strerrorname_np(errno) : "ok";
}

static int filter(int number, unsigned action, int flags) {
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {4, instructions};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

// Makes a child, and says what became of it.
static void make(const char *way, long pid) {
  int status = 0;
  const char *result = name(pid);
  if (pid == 0) _exit(7);
  if (pid > 0) waitpid(pid, &status, __WALL);
  printf("%s %s %d\n", way, result, WEXITSTATUS(status));
}

static int in_thread(void *argument) {
  has_run = 1;
  syscall(SYS_exit, 0);
}

// A thread whose creator sleeps: its event is that of vfork.
static void vfork_thread(void) {
  int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_VFORK;
  int result = clone(in_thread, stack + sizeof stack, flags, NULL);
  printf("thread %s ran=%d\n", name(result), has_run);
}

// A call that a filter sends to a listener, which lets it through.
static void listener(void) {
  int descriptor = filter(SYS_clone, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
  printf("listener %s\n", name(descriptor));
  if (descriptor < 0) return;
  int helper = syscall(SYS_fork);
  if (helper == 0) {
    struct seccomp_notif call = {0};
    struct seccomp_notif_resp answer = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ioctl(descriptor, SECCOMP_IOCTL_NOTIF_RECV, &call);
    answer.id = call.id;
    answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(descriptor, SECCOMP_IOCTL_NOTIF_SEND, &answer);
    _exit(0);
  }
  make("untraced", syscall(SYS_clone, 0x00800000 | SIGCHLD, 0, 0, 0, 0));
  waitpid(helper, NULL, 0);
}

// Calls for which a filter wants a tracer that the program does not have.
static void wants_tracer(void) {
  filter(SYS_fork, SECCOMP_RET_TRACE | 7, 0);
  filter(SYS_getppid, SECCOMP_RET_TRACE, 0);
  make("fork", syscall(SYS_fork));
  printf("getppid %s\n", name(syscall(SYS_getppid)));
}

// Nobody but the program itself may make these calls.
static void deadly(void) {
  filter(SYS_rt_sigaction, SECCOMP_RET_KILL_PROCESS, 0);
  filter(SYS_wait4, SECCOMP_RET_KILL_PROCESS, 0);
  filter(SYS_mmap, SECCOMP_RET_KILL_PROCESS, 0);
  long pid = syscall(SYS_fork);
  if (pid == 0) _exit(7);
  printf("fork %s\n", name(pid));
}

// The default action of this signal ends the parent.
static void exit_signal(void) {
  long pid = syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);
  if (pid == 0) {
    usleep(50000);
    _exit(7);
  }
  printf("clone %s\n", name(pid));
}

// No memory below the stack pointer may be written.
static void small_stack(void) {
  char *pages = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(pages, 4096, PROT_NONE);
  int signals = 0;
  long result;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  __asm__ volatile(
      "mov %%rsp, %%rbx; mov %1, %%rsp; mov $57, %%eax; syscall; mov %%rbx, %%rsp"
      : "=a"(result)
      : "r"(pages + 4096 + 16)
      : "rbx", "rcx", "r11", "memory");
  if (result == 0) _exit(7);
  sigpending(&set);
  printf("fork %s signals=%d left=%d\n", result < 0 ? strerrorname_np(-result) : "ok",
         sigismember(&set, SIGCHLD), (int)waitpid(-1, NULL, WNOHANG) > 0);
}

// In a pid namespace a pid means another process than outside.
static void namespace(void) {
  if (unshare((geteuid() ? CLONE_NEWUSER : 0) | CLONE_NEWPID) != 0) {
    printf("no namespace\n");
    return;
  }
  int good = 0, bad = 0, wrong = 0, status;
  if (fork() == 0) {
    for (int i = 0; i < 60; i++) {
      pid_t first = fork();
      if (first == 0) _exit(i + 1);
      if (first > 0) {
        pid_t second = fork();
        if (second == 0) _exit(0);
        if (second > 0) waitpid(second, NULL, 0);
        if (second < 0) bad++;
        if (waitpid(first, &status, 0) == first && WEXITSTATUS(status) == i + 1) good++;
        else wrong++;
      } else bad++;
    }
    printf("made=%d refused=%d wrong=%d\n", good > 0, bad > 0, wrong);
    exit(0);
  }
  wait(NULL);
}

int main(int count, char **arguments) {
  const struct {
    const char *name;
    void (*run)(void);
  } ways[] = {
      {"vfork_thread", vfork_thread}, {"listener", listener},       {"wants_tracer", wants_tracer},
      {"deadly", deadly},             {"exit_signal", exit_signal}, {"small_stack", small_stack},
      {"namespace", namespace},
  };
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (int i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (strcmp(arguments[1], ways[i].name) == 0) ways[i].run();
  }
  return 5;
}
