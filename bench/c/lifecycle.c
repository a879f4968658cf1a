/*
 * The workload of bench/workload.ts as a kernel would have it in C: tasks from a slab, intrusive lists, a dense pid
 * table with cyclic pids, process groups, credentials and references, children reaped by wait. Modules subscribe with
 * a singly linked list on the task.
 *
 *     gcc -O2 -o lifecycle lifecycle.c && echo 1000 | ./lifecycle MODULES PERCENT ALIVE
 *
 * Prints what the modules had heard after 20000 lifecycles; then, for each number of milliseconds that it reads, works
 * as long and prints the nanoseconds of CPU that a lifecycle took: the protocol of bench/measure.ts.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHELLS 100
#define CHECKED 20000
#define STEP 2000
#define GENERATIONS 6
#define MAX_MODULES 8
#define PID_MAX_LIMIT 4194304
#define PID_MAX_DEFAULT 32768
#define RESERVED_PIDS 300

#define PF_EXITING 0x4
#define PF_FORKNOEXEC 0x40
#define PF_SIGPENDING 0x8
#define PF_UNKILLABLE 0x80

enum state { TASK_NEW, TASK_RUNNING, EXIT_ZOMBIE, EXIT_DEAD };

struct list { struct list *next, *prev; };

struct user { int uid; int tasks; };
struct cred { struct user *user; int gid; uint64_t capabilities; int usage; };
struct program { const char *path; char comm[16]; int usage; };
struct group { int id; int session; int members; };
struct limits { long processes; long core; int usage; };

struct task {
	/* Written once. */
	uint64_t serial;
	uint64_t start_time;
	/* Guarded by tasklist_lock. */
	struct list sibling, children, threads;
	struct task *parent, *leader;
	struct group *group;
	struct limits *limits;
	void *signal_actions;
	int pid;
	int live_threads;
	unsigned flags;
	enum state state;
	int exit_code, group_exit_code;
	uint64_t end_time;
	/* Written by the task itself. */
	char comm[16];
	struct cred *cred;
	struct program *program;
	void *resources, *sleep;
	/* Guarded by list_sem. */
	struct subscriber *subscribers;
	int list_sem;
	int usage;
};

struct data { long n, e; };
struct events;
struct subscriber { struct events *events; struct data *data; struct subscriber *next; };

struct events {
	const char *name;
	int (*fork)(struct events *, struct task *, struct subscriber *, struct data *);
	void (*exec)(struct events *, struct task *, struct subscriber *);
	void (*exit)(struct events *, struct task *, struct subscriber *);
	long refcnt;
	long forks, execs, exits, sum;
};

/* A slab: objects of one size, the free ones linked. */
struct slab { size_t size; void *free; };

static void *slab_alloc(struct slab *slab)
{
	if (!slab->free) {
		char *chunk = malloc(slab->size * 256);
		if (!chunk) exit(1);
		for (int i = 0; i < 256; i++) {
			*(void **)(chunk + i * slab->size) = slab->free;
			slab->free = chunk + i * slab->size;
		}
	}
	void *object = slab->free;
	slab->free = *(void **)object;
	return object;
}

static void slab_free(struct slab *slab, void *object)
{
	*(void **)object = slab->free;
	slab->free = object;
}

static struct slab tasks = { sizeof(struct task), NULL };
static struct slab subscribers = { sizeof(struct subscriber), NULL };
static struct slab datas = { sizeof(struct data), NULL };

static struct task **pid_table;
static uint8_t *pid_used;
static int pid_max, last_pid, task_count, threads_max = 1 << 30;
static uint64_t next_serial, now;
static int tasklist_lock, pending_signals;
static struct events modules[MAX_MODULES];
static int module_count;
static struct task *init_task;

static void bug(const char *what) { fprintf(stderr, "BUG: %s\n", what); abort(); }
static void lock_write(int *lock) { if (*lock) bug("lock is held"); *lock = -1; }
static void unlock_write(int *lock) { if (*lock != -1) bug("lock is not held"); *lock = 0; }
static void lock_read(int *lock) { if (*lock < 0) bug("lock is held"); ++*lock; }
static void unlock_read(int *lock) { if (*lock <= 0) bug("lock is not held"); --*lock; }

static void list_init(struct list *head) { head->next = head->prev = head; }
static void list_add_tail(struct list *entry, struct list *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}
static void list_del(struct list *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	list_init(entry);
}

static int alloc_pid(void)
{
	for (int pid = last_pid + 1; pid < pid_max; pid++)
		if (!pid_used[pid]) { pid_used[pid] = 1; return last_pid = pid; }
	for (int pid = RESERVED_PIDS; pid <= last_pid; pid++)
		if (!pid_used[pid]) { pid_used[pid] = 1; return last_pid = pid; }
	return -1;
}

/* pnotify. */

static void link_subscriber(struct task *task, struct subscriber *new)
{
	struct subscriber **at = &task->subscribers;
	while (*at) at = &(*at)->next;
	new->next = NULL;
	*at = new;
	new->events->refcnt++;
}

static int __attribute__((noinline)) pnotify_fork(struct task *child, struct task *parent)
{
	lock_read(&parent->list_sem);
	for (struct subscriber *from = parent->subscribers; from; from = from->next) {
		struct subscriber *to = slab_alloc(&subscribers);
		to->events = from->events;
		to->data = NULL;
		link_subscriber(child, to);
		if (to->events->fork(to->events, child, to, from->data) != 0) bug("nobody refuses here");
	}
	unlock_read(&parent->list_sem);
	return 0;
}

static void __attribute__((noinline)) pnotify_exec(struct task *task)
{
	lock_read(&task->list_sem);
	for (struct subscriber *at = task->subscribers; at; at = at->next)
		if (at->events->exec) at->events->exec(at->events, task, at);
	unlock_read(&task->list_sem);
}

static void __attribute__((noinline)) pnotify_exit(struct task *task)
{
	lock_write(&task->list_sem);
	while (task->subscribers) {
		struct subscriber *at = task->subscribers;
		if (at->events->exit) at->events->exit(at->events, task, at);
		task->subscribers = at->next;
		at->events->refcnt--;
		slab_free(&subscribers, at);
	}
	unlock_write(&task->list_sem);
}

/* What each module does. */

static int module_fork(struct events *own, struct task *child, struct subscriber *at, struct data *parent)
{
	(void)child;
	own->forks++;
	at->data = slab_alloc(&datas);
	at->data->n = parent->n + 1;
	at->data->e = 0;
	return 0;
}

static void module_exec(struct events *own, struct task *task, struct subscriber *at)
{
	(void)task;
	own->execs++;
	at->data->e++;
}

static void module_exit(struct events *own, struct task *task, struct subscriber *at)
{
	(void)task;
	own->exits++;
	own->sum += at->data->n + at->data->e;
	slab_free(&datas, at->data);
}

/* The kernel. */

static void put_task(struct task *task)
{
	if (--task->usage) return;
	task->cred->usage--;
	task->program->usage--;
	task->limits->usage--;
	if (task->subscribers) bug("freed with subscribers");
	slab_free(&tasks, task);
}

static struct task *do_fork(struct task *parent)
{
	if (parent->flags & PF_EXITING) return NULL;
	struct user *user = parent->cred->user;
	if (user->tasks >= parent->leader->limits->processes && user->uid != 0) return NULL;
	if (task_count >= threads_max) return NULL;
	int pid = alloc_pid();
	if (pid < 0) return NULL;
	struct task *leader = parent->leader;
	struct task *child = slab_alloc(&tasks);
	user->tasks++;
	child->serial = next_serial++;
	child->start_time = now;
	list_init(&child->sibling);
	list_init(&child->children);
	list_init(&child->threads);
	child->parent = parent;
	child->leader = child;
	child->group = leader->group;
	child->limits = leader->limits;
	child->limits->usage++;
	child->signal_actions = leader->signal_actions;
	child->pid = pid;
	child->live_threads = 1;
	child->flags = PF_FORKNOEXEC;
	child->state = TASK_NEW;
	child->exit_code = 0;
	child->group_exit_code = -1;
	child->end_time = -1;
	memcpy(child->comm, parent->comm, sizeof child->comm);
	child->cred = parent->cred;
	child->cred->usage++;
	child->program = parent->program;
	child->program->usage++;
	child->resources = child->sleep = NULL;
	child->subscribers = NULL;
	child->list_sem = 0;
	child->usage = 1;
	if (parent->subscribers && pnotify_fork(child, parent) < 0) bug("nobody refuses here");
	if (parent->flags & PF_SIGPENDING) bug("nobody signals here");
	lock_write(&tasklist_lock);
	list_add_tail(&child->sibling, &parent->children);
	child->group->members++;
	pid_table[pid] = child;
	task_count++;
	child->state = TASK_RUNNING;
	unlock_write(&tasklist_lock);
	return child;
}

static void do_exec(struct task *task, struct program *program)
{
	if (task->flags & PF_EXITING) return;
	if (task->leader != task || task->threads.next != &task->threads) bug("nobody has threads here");
	task->program->usage--;
	task->program = program;
	program->usage++;
	memcpy(task->comm, program->comm, sizeof task->comm);
	task->flags &= ~PF_FORKNOEXEC;
	if (task->subscribers) pnotify_exec(task);
}

static void do_exit(struct task *task, int status)
{
	if (task->flags & PF_EXITING || task->leader == init_task) return;
	struct task *leader = task->leader;
	if (leader->group_exit_code < 0) leader->group_exit_code = status;
	task->flags |= PF_EXITING;
	leader->live_threads--;
	task->exit_code = leader->group_exit_code;
	task->end_time = now;
	if (task->subscribers) pnotify_exit(task);
	lock_write(&tasklist_lock);
	if (task->children.next != &task->children) bug("nobody has children here");
	task->state = EXIT_ZOMBIE;
	if (leader->live_threads == 0 && task->parent->sleep) bug("nobody waits here");
	unlock_write(&tasklist_lock);
	if (pending_signals) bug("nobody signals here");
}

struct wait_result { int pid, status; };

static struct wait_result do_wait(struct task *parent, int pid)
{
	struct wait_result result = { 0, 0 };
	lock_write(&tasklist_lock);
	struct task *child = pid >= 0 && pid < pid_max ? pid_table[pid] : NULL;
	if (!child || child->leader != child || child->parent->leader != parent->leader) bug("no such child");
	if (child->state == EXIT_ZOMBIE && child->live_threads == 0) {
		result.pid = pid;
		result.status = child->group_exit_code >= 0 ? child->group_exit_code : child->exit_code;
		list_del(&child->sibling);
		if (--child->group->members == 0) bug("nobody leaves its group last here");
		pid_table[pid] = NULL;
		pid_used[pid] = 0;
		task_count--;
		child->cred->user->tasks--;
		child->state = EXIT_DEAD;
		put_task(child);
	}
	unlock_write(&tasklist_lock);
	return result;
}

static double cpu_ns(void)
{
	struct timespec time;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static struct program true_program = { "/usr/bin/true", "true", 1 };
static struct task *shells[SHELLS], **ring;
static int at, at_shell, alive;
static long statuses;

static struct task *start(void)
{
	struct task *child = do_fork(shells[at_shell]);
	at_shell = (at_shell + 1) % SHELLS;
	do_exec(child, &true_program);
	return child;
}

static void run(long lifecycles)
{
	for (long i = 0; i < lifecycles; i++) {
		struct task *oldest = ring[at];
		ring[at] = start();
		do_exit(oldest, 0);
		statuses += do_wait(oldest->parent, oldest->pid).status;
		if (++at == alive) at = 0;
	}
}

static struct task *boot(void)
{
	static struct user root = { 0, 1 };
	static struct cred cred = { &root, 0, ~0ull, 1 };
	static struct program image = { "/sbin/init", "init", 1 };
	static struct limits limits = { 1L << 40, 0, 1 };
	static struct group group = { 1, 1, 1 };
	struct task *task = calloc(1, sizeof *task);
	list_init(&task->sibling);
	list_init(&task->children);
	list_init(&task->threads);
	task->leader = task;
	task->group = &group;
	task->limits = &limits;
	task->cred = &cred;
	task->program = &image;
	task->pid = last_pid = 1;
	task->flags = PF_UNKILLABLE;
	task->state = TASK_RUNNING;
	task->live_threads = 1;
	task->group_exit_code = -1;
	task->usage = 1;
	return task;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: lifecycle MODULES PERCENT ALIVE\n");
		return 2;
	}
	module_count = atoi(argv[1]);
	int percent = atoi(argv[2]);
	alive = atoi(argv[3]);
	pid_max = alive < PID_MAX_DEFAULT / 2 ? PID_MAX_DEFAULT : PID_MAX_LIMIT;
	pid_table = calloc(pid_max, sizeof *pid_table);
	pid_used = calloc(pid_max, 1);
	ring = calloc(alive, sizeof *ring);
	init_task = boot();
	for (int i = 0; i < module_count; i++)
		modules[i] = (struct events){ "module", module_fork, module_exec, module_exit, 0, 0, 0, 0, 0 };
	for (int i = 0; i < SHELLS; i++) shells[i] = do_fork(init_task);
	for (int i = 0; i < percent; i++)
		for (int m = 0; m < module_count; m++) {
			struct subscriber *subscriber = slab_alloc(&subscribers);
			subscriber->events = &modules[m];
			subscriber->data = slab_alloc(&datas);
			*subscriber->data = (struct data){ i, 0 };
			link_subscriber(shells[i], subscriber);
		}
	for (int i = 0; i < alive; i++) ring[i] = start();
	run(CHECKED);
	printf("{\"heard\":[");
	for (int m = 0; m < module_count; m++)
		printf("%s{\"forks\":%ld,\"execs\":%ld,\"exits\":%ld,\"sum\":%ld}", m ? "," : "",
		       modules[m].forks, modules[m].execs, modules[m].exits, modules[m].sum);
	printf("],\"isCpuTime\":true}\n");
	fflush(stdout);
	for (double ms; scanf("%lf", &ms) == 1;) {
		double began = cpu_ns(), used;
		long done = 0;
		do {
			run(STEP);
			done += STEP;
			used = cpu_ns() - began;
		} while (used < ms * 1e6 || done < (long)GENERATIONS * alive);
		printf("%.3f\n", used / done);
		fflush(stdout);
	}
	return statuses != 0;
}
