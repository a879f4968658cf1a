#define _GNU_SOURCE
#include <pthread.h>
#include <unistd.h>
static void*idle(void*a){for(;;)pause();}
static void*go(void*a){usleep(30000);execl("/bin/sh","sh","-c","exit 5",(char*)0);return 0;}
int main(){pthread_t t;for(int i=0;i<2;i++)pthread_create(&t,0,idle,0);pthread_create(&t,0,go,0);pthread_create(&t,0,idle,0);for(;;)pause();}
