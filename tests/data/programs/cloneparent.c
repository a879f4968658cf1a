#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
#include <sys/syscall.h>
static int cl(unsigned long f){return syscall(SYS_clone,f,0,0,0,0);}
int main(){int s;
 if(!fork()){                      /* A */
   if(!cl(CLONE_PARENT|SIGCHLD)){  /* B: child of main */
     if(!cl(CLONE_PARENT|SIGCHLD)){ /* C: child of main */
        if(!fork()){usleep(60000);_exit(23);} /* D: child of C, orphaned to init */
        usleep(20000);_exit(22);}
     usleep(10000);_exit(21);}
   _exit(20);}
 while(wait(&s)>0);
 usleep(80000);
 return 0;}
