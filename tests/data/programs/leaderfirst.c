#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <stdlib.h>
static void*late(void*a){usleep(40000);if(!fork()){usleep(1000);_exit(4);}usleep(20000);wait(0);_exit(7);}
static void*raw(void*a){usleep(40000);syscall(SYS_exit,6);return 0;}
int main(){pthread_t t;int s;
 if(!fork()){pthread_create(&t,0,late,0);syscall(SYS_exit,0);}
 wait(&s);
 if(!fork()){pthread_create(&t,0,raw,0);syscall(SYS_exit,3);}
 wait(&s);
 if(!fork()){pthread_create(&t,0,raw,0);if(!fork()){usleep(80000);_exit(8);}syscall(SYS_exit,2);}
 wait(&s);usleep(60000);
 return WEXITSTATUS(s);}
