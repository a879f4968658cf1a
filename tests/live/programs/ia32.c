// A 32-bit program without a C library: calls of the other machine, by int 0x80.
enum { EXIT = 1, FORK = 2, WRITE = 4, WAITPID = 7, CLONE = 120, EXECVE = 11, RT_SIGACTION = 174 };
enum { SIGCHLD = 17, CLONE_THREAD_FLAGS = 0x00010f00, CLONE_UNTRACED = 0x00800000, WNOHANG = 1 };

static volatile int children_ended;
volatile int has_run;
static char stack[8192] __attribute__((aligned(16)));

static int call(int number, int a, int b, int c, int d, int e) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
  return result;
}

static void count(int signal) { children_ended++; }

static void restore(void);
__asm__("restore: movl $173, %eax; int $0x80");

static void say(const char *way, int result) {
  char line[64];
  int length = 0;
  while (*way) line[length++] = *way++;
  line[length++] = ' ';
  // An errno, or 0.
  int error = result < 0 ? -result : 0;
  line[length++] = '0' + error / 10;
  line[length++] = '0' + error % 10;
  line[length++] = ' ';
  line[length++] = '0' + children_ended;
  line[length++] = '0' + (call(WAITPID, -1, 0, WNOHANG, 0, 0) > 0);
  line[length++] = '\n';
  call(WRITE, 1, (int)line, length, 0, 0);
  children_ended = 0;
}

static void make(const char *way, int flags) {
  int pid = call(CLONE, flags, 0, 0, 0, 0);
  if (pid == 0) call(EXIT, 7, 0, 0, 0, 0);
  if (pid > 0) call(WAITPID, pid, 0, 0, 0, 0);
  say(way, pid);
}

static void thread(void) {
  int result;
  // The thread has nothing but its stack.
  __asm__ volatile(
      "int $0x80; test %%eax, %%eax; jnz 1f; movl $1, has_run; movl $1, %%eax; xorl %%ebx, %%ebx; int $0x80; 1:"
      : "=a"(result)
      : "0"(CLONE), "b"(CLONE_THREAD_FLAGS), "c"(stack + sizeof stack), "d"(0), "S"(0), "D"(0)
      : "memory");
  for (volatile int i = 0; result > 0 && !has_run && i < 2000000000; i++) {
  }
  say(has_run ? "thread-ran" : "thread", result);
}

void _start(void) {
  struct {
    void *handler;
    unsigned flags;
    void *restorer;
    unsigned mask[2];
  } action = {count, 0x04000004, restore};
  call(RT_SIGACTION, SIGCHLD, (int)&action, 0, 8, 0);
  make("fork", SIGCHLD);
  make("untraced", CLONE_UNTRACED | SIGCHLD);
  thread();
  char *arguments[] = {"true", 0};
  int pid = call(FORK, 0, 0, 0, 0, 0);
  if (pid == 0) {
    call(EXECVE, (int)"/bin/true", (int)arguments, 0, 0, 0);
    call(EXIT, 9, 0, 0, 0, 0);
  }
  if (pid > 0) call(WAITPID, pid, 0, 0, 0, 0);
  say("exec", pid);
  call(EXIT, 5, 0, 0, 0, 0);
}
