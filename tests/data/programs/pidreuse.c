#define _GNU_SOURCE
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <sys/syscall.h>
int main(){int s;pid_t want=31999;
 for(int i=0;i<4;i++){struct clone_args a;memset(&a,0,sizeof a);a.exit_signal=SIGCHLD;a.set_tid=(uintptr_t)&want;a.set_tid_size=1;
  long p=syscall(SYS_clone3,&a,sizeof a);
  if(p==0){ if(i==2){execl("/bin/sh","sh","-c","exit 12",(char*)0);} _exit(10+i);}
  if(p<0)_exit(99);
  waitpid(p,&s,0);}
 return 0;}
