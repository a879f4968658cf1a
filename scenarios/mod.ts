// deno-fmt-ignore-file
// Written by tools/embed_scenarios.ts from the files beside it: change those.

/** The shipped scenarios: the text of each, by its name. */
export const SCENARIOS: Readonly<Record<string, string>> = Object.freeze({
  "csa/billing": `# There is a record for each task that leaves a job, and there are sums by job, by user and by command.
scenario: A build is accounted to its job, its user and its commands
tasks: [init, init/login]
modules:
  job: { use: job }
  csa: { use: csa, params: { rate: 2 } }
steps:
  - call: { job.create: { task: login, uid: 1000 } }
  - setuid: { task: login, uid: 1000 }
  - exec: { task: login, path: /bin/sh }
  - phase: two compilers at work
  - fork: { parent: login, as: cc1 }
  - exec: { task: cc1, path: /usr/bin/cc }
  - work: { task: cc1, user: 1500ms, system: 250ms, memory: 64MiB, elapsed: 2s }
  - exit: cc1
  - fork: { parent: login, as: cc2 }
  - exec: { task: cc2, path: /usr/bin/cc }
  - work: { task: cc2, user: 500ms, system: 250ms, memory: 32MiB, elapsed: 1s }
  - exit: { task: cc2, code: 1 }
  - phase: the shell, of which nobody told what it used
  - exit: login
  - call: { csa.reportText: { by: command } }
    as: by_command
  - call: { csa.reportText: { by: job } }
    as: by_job
expect:
  - values:
      # An unknown figure is "-". A sum of only some of the tasks ends in "+".
      by_command: |-
        COMMAND  TASKS  ELAPSED    USER  SYSTEM   MEMORY  READ  WRITTEN  UNITS
        cc           2    3.00s   2.00s   0.50s   65536K     -        -   5.00
        sh           1    3.00s       -       -        -     -        -      -
        total        3    6.00s  2.00s+  0.50s+  65536K+     -        -  5.00+
      by_job: |-
        JOB    TASKS  ELAPSED    USER  SYSTEM   MEMORY  READ  WRITTEN  UNITS
        0x1        3    6.00s  2.00s+  0.50s+  65536K+     -        -  5.00+
        total      3    6.00s  2.00s+  0.50s+  65536K+     -        -  5.00+
---
scenario: The end of a job is on record, with its totals
tasks: [init, init/sh]
modules:
  job: { use: job }
  csa: { use: csa }
steps:
  - call: { job.create: { task: sh, uid: 1000 } }
  - fork: { parent: sh, as: child }
  - work: { task: child, user: 40ms, memory: 2MiB, elapsed: 100ms }
  - kill: { task: child, signal: SIGKILL }
  - work: { task: sh, user: 10ms }
  - exit: { task: sh, code: 3 }
  - call: csa.records
    as: records
expect:
  - values_include:
      records:
        - { type: configuration, event: "on", kinds: [csa, mem, io] }
        - { type: start-of-job, jid: "0x1", uid: 1000 }
        - { type: process, pid: 4, killed: true, exitStatus: 9, forked: true, lastOfJob: false }
        - { type: process, pid: 3, killed: false, exitStatus: 3, lastOfJob: true }
        - { type: end-of-job, tasks: 2, userTime: 50000, coreHighWater: 2048, status: 768 }
`,
  "csa/full_disk": `# When a record cannot be written, its kind of accounting is switched off and the file closed. The tasks notice
# nothing. The operator has to start accounting again.
scenario: A full disk switches accounting off, and nothing else
tasks: [init, init/sh]
modules:
  job: { use: job }
  csa: { use: csa }
steps:
  - call: { job.create: { task: sh } }
  - call: { csa.startUserFile: { task: sh, path: /home/u/acct } }
  - call: { csa.setCondition: { path: /var/csa/pacct, condition: full } }
  - fork: { parent: sh, as: unlucky }
  - exit: unlucky
  - call: csa.status
    as: status
  - phase: the user's own file goes on
  - call: { csa.reportText: { by: user, path: /home/u/acct } }
    as: report
  - phase: and the operator starts accounting again
  - call: { csa.setCondition: { path: /var/csa/pacct, condition: null } }
  - call: { csa.start: { task: init, kinds: [csa] } }
  - fork: { parent: sh, as: lucky }
  - exit: lucky
  - call: { csa.report: { by: user } }
    as: users
expect:
  - values_include:
      status: { path: null }
      users: [{ key: "0", tasks: 1 }]
  - log: "accounting of csa ends"
---
scenario: Small processes stay below the thresholds
tasks: [init, init/sh]
modules:
  job: { use: job }
  csa: { use: csa }
steps:
  - call: { csa.start: { task: init, kinds: [{ kind: time, threshold: 1000 }] } }
  - call: { job.create: { task: sh } }
  - fork: { parent: sh, as: small }
  - work: { task: small, user: 999us }
  - exit: small
  - fork: { parent: sh, as: large }
  - work: { task: large, user: 1ms }
  - exit: large
  - call: { csa.report: { by: user } }
    as: users
expect:
  - values_include: { users: [{ tasks: 1, userTime: 1000 }] }
`,
  data: `# A module chooses what a child gets of its parent's data: a copy, the same data, or new data.
scenario: Data is copied, shared, or made anew at fork
tasks: [init, init/sh]
modules:
  copied: { script: { fork: ok }, data: { create: { n: 0 }, inherit: copy } }
  shared: { script: { fork: ok }, data: { create: { n: 0 }, inherit: share } }
  fresh: { script: { fork: ok }, data: { create: { n: 0 }, inherit: none } }
steps:
  - subscribe: { task: sh, module: copied, data: { n: 1 } }
  - subscribe: { task: sh, module: shared, data: { n: 1 } }
  - subscribe: { task: sh, module: fresh, data: { n: 1 } }
  - fork: { parent: sh, as: child }
  - set_data: { task: sh, module: copied, data: { n: 2 } }
expect:
  - data: { task: sh, module: copied, equals: { n: 2 } }
  - data: { task: child, module: copied, equals: { n: 1 } }
  - data: { task: child, module: shared, equals: { n: 1 } }
  - data: { task: child, module: fresh, equals: { n: 0 } }
`,
  demo: `# The seed's test module watches a small build. It counts every process in and out.
scenario: A module counts every process in and out
tasks: [init, init/sh]
modules: [test_module]
steps:
  - phase: the shell starts make
  - fork: { parent: sh, as: make }
  - exec: { task: make, path: /usr/bin/make }
  - phase: make runs two compilers, and one of them fails
  - fork: { parent: make, as: cc1 }
  - exec: { task: cc1, path: /usr/bin/cc1 }
  - fork: { parent: make, as: cc2 }
  - exec: { task: cc2, path: /usr/bin/cc1 }
  - work: { task: cc1, user: 20ms, memory: 4MiB, elapsed: 25ms }
  - exit: cc1
  - exit: { task: cc2, code: 1 }
  - wait: { task: make, child: cc1 }
  - wait: { task: make, child: cc2 }
  - exit: { task: make, code: 2 }
  - phase: the module is unloaded, and says whether its counts agree
  - unload: test_module
expect:
  - calls: { test_module: [init sh, fork make, exec make, fork cc1, exit cc1, exit make] }
  - exited: { cc1: 0, cc2: 1, make: 2 }
  - tree: [init/sh, init/sh/make Z]
  - balanced: test_module
  - log: Good - attach count + init count equals detach count
`,
  "fork_limit/bomb": `# Three limits stop a fork bomb: the tasks of its user, the depth of its tree, and the rate of its forks.
scenario: A user may have only so many tasks
tasks: [init, init/sh]
modules: { fork_limit: { use: fork_limit, params: { per_user: 4, uid: 1000 } } }
steps:
  - call: { fork_limit.limit: { pid: sh } }
  - fork: { parent: sh, as: bomb }
  - setuid: { task: bomb, uid: 1000 }
  - fork: { parent: bomb, as: "b{i}" }
    repeat: 3
  - fork: { parent: bomb, as: one_too_many }
    fails: EAGAIN
  - phase: others are not concerned
  - fork: { parent: sh, as: ls }
  - call: fork_limit.counts
    as: counts
expect:
  - values_include: { counts: { tasks: { "0": 2, "1000": 4 }, refused: 1 } }
---
scenario: Forks come too fast, until the interval is over
tasks: [init, init/sh]
modules: { fork_limit: { use: fork_limit, params: { rate: 2, interval: 100 } } }
steps:
  - call: { fork_limit.limit: { pid: sh } }
  - fork: { parent: sh, as: "w{i}" }
    repeat: 2
  - fork: { parent: sh, as: too_fast }
    fails: EAGAIN
  - advance: 100ms
  - fork: { parent: sh, as: later }
expect:
  - tree: [init/sh, init/sh/w1, init/sh/w2, init/sh/later]
`,
  "fork_limit/rollback": `# A veto undoes the fork. Modules that have agreed get exit for a child that never ran. Later modules are not called.
# Nothing of the child stays.
scenario: A veto in the middle of the list rolls the fork back
tasks: [init, init/sh]
modules:
  before: { script: { fork: ok, exit: ok } }
  fork_limit: { use: fork_limit, params: { depth: 1 } }
  after: { script: { fork: ok, exit: ok } }
steps:
  - subscribe: { task: sh, module: before }
  - call: { fork_limit.limit: { pid: sh } }
  - subscribe: { task: sh, module: after }
  - phase: one level below is allowed
  - fork: { parent: sh, as: child }
  - phase: two are not
  - fork: { parent: child, as: grandchild }
    fails: EAGAIN
expect:
  - calls: { before: [fork child, fork grandchild, exit grandchild], after: [fork child] }
  - no_task: grandchild
  - balanced: [before, fork_limit, after]
---
scenario: A fork that a later module refuses does not count
tasks: [init, init/sh]
modules:
  fork_limit: { use: fork_limit, params: { rate: 1 } }
  veto: { script: { fork: [error, ok] } }
steps:
  - call: { fork_limit.limit: { pid: sh } }
  - subscribe: { task: sh, module: veto }
  - fork: { parent: sh, as: refused }
    fails: EPERM
  - phase: the one fork of this second is still to be had
  - fork: { parent: sh, as: child }
  - fork: { parent: sh, as: too_fast }
    fails: EAGAIN
  - call: fork_limit.counts
    as: counts
expect:
  - values_include: { counts: { allowed: 2, refused: 1, rolledBack: 1, recent: 1 } }
`,
  identity: `# A change of user, name or session is an event of its own. A module hears of it when it has a hook for it.
scenario: A module hears of a login shell changing who it is
tasks: [init, init/login]
modules:
  audit:
    script: { fork: ok, credentials: ok, rename: ok, session: ok }
steps:
  - subscribe: { task: login, module: audit }
  - setsid: login
  - setgid: { task: login, gid: 100 }
  - drop_capabilities: { task: login, capabilities: CAP_KILL }
  - setuid: { task: login, uid: 1000 }
  - rename: { task: login, comm: bash }
  - phase: root's rights are gone
  - setuid: { task: login, uid: 0 }
    fails: EPERM
  - fork: { parent: login, as: job }
  - setpgid: job
expect:
  - task: { task: login, uid: 1000, gid: 100, comm: bash, sid: login }
  - task: { task: job, uid: 1000, sid: login, pgid: job }
  - exact_calls:
      audit:
        - session login
        - credentials login
        - credentials login
        - credentials login
        - rename login
        - fork job
`,
  inherit: `# A child inherits the subscriptions of its parent. A module that watches the shell watches all its descendants.
scenario: A child inherits its parent's subscribers
tasks: [init, init/sh]
modules:
  job: { script: { fork: ok, exec: ok, exit: ok }, data: { create: { jid: 0 }, inherit: copy } }
steps:
  - subscribe: { task: sh, module: job, data: { jid: 7 } }
  - phase: fork, exec, exit
  - fork: { parent: sh, as: make }
  - exec: { task: make, comm: cc1 }
  - expect:
      - subscribers: { make: [job] }
      - data: { task: make, module: job, equals: { jid: 7 } }
  - exit: make
expect:
  - exact_calls: { job: [fork make ok, exec make, exit make] }
  - data: { task: sh, module: job, equals: { jid: 7 } }
  - refcnt: { job: 1 }
  - balanced: job
`,
  "job/beyond": `# The original promised more than it had: limits that hold, jobs inside jobs, and jobs without a process.
scenario: A job may have only so many tasks, however they come to be
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh, uid: 1000, limit: 3 } }
    as: jid
  - fork: { parent: sh, as: a }
  - fork: { parent: a, as: b }
  - fork: { parent: b, as: bomb }
    fails: EAGAIN
  - thread: { task: sh, as: thread }
    fails: EAGAIN
  - phase: one that ends makes room for another
  - exit: b
  - fork: { parent: sh, as: c }
expect:
  - no_task: bomb
  - tree: [init/sh, init/sh/a, init/sh/a/b Z, init/sh/c]
---
scenario: A job nested in another one is held to the limits of both
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh, limit: 4 } }
    as: outer
  - fork: { parent: sh, as: build }
  - exec: { task: build, path: /usr/bin/make }
  - call: { job.create: { task: build, nested: true, limit: 2 } }
    as: inner
  - fork: { parent: build, as: cc }
  - exec: { task: cc, path: /usr/bin/cc }
  - phase: the inner one is full
  - fork: { parent: build, as: ld }
    fails: EAGAIN
  - fork: { parent: sh, as: edit }
  - exec: { task: edit, path: /bin/ed }
  - phase: and now the outer one is
  - fork: { parent: sh, as: more }
    fails: EAGAIN
  - call: { job.getPidCount: { jid: $outer, nested: true } }
    as: all
  - call: job.treeText
    as: tree
  - phase: a signal to the outer one reaches all
  - call: { job.killJid: { task: init, jid: $outer, signal: SIGKILL } }
    as: sent
  - call: job.getJidCount
    as: left
expect:
  - values:
      all: 4
      sent: 4
      left: 0
      tree: |-
        job 0x1 uid 0 running, 2 tasks of at most 4
        |- sh[3]
        |  \`- ed[7]
        \`- job 0x2 uid 0 running, 2 tasks of at most 2
           \`- make[4]
              \`- cc[5]
---
# A job that mkdir made in a job file system would end with mkdir. With keep it waits for its members.
scenario: A kept job begins empty and outlives its members until it is told to end
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: init, move: false } }
    fails: EINVAL
  - call: { job.create: { task: init, move: false, keep: true, uid: 1000 } }
    as: jid
  - call: { job.attachPid: { task: init, pid: sh, jid: $jid } }
  - exit: sh
  - call: { job.getPidCount: { jid: $jid } }
    as: members
  - call: { job.end: { task: init, jid: $jid } }
    as: ended
  - call: job.getJidCount
    as: left
expect:
  - values: { members: 0, ended: true, left: 0 }
`,
  "job/inescapable": `# A process needs a privilege to leave its job. A user's shell tries all other ways out: a new session, a new process
# group, a double fork, a parent that dies. None of them leads out.
scenario: Nothing that a process can do leads out of its job
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - phase: the shell is put into a job, and becomes a user's
  - call: { job.create: { task: sh, uid: 1000 } }
    as: jid
  - setuid: { task: sh, uid: 1000 }
  - phase: a daemon forks twice, in a session of its own
  - fork: { parent: sh, as: middle }
  - setsid: middle
  - fork: { parent: middle, as: daemon }
  - setpgid: daemon
  - exit: middle
  - exec: { task: daemon, path: /usr/sbin/crond }
  - phase: its threads and their children are in the job too
  - thread: { task: daemon, as: worker }
  - fork: { parent: worker, as: script }
  - phase: and there is no call that lets it out
  - call: { job.create: { task: daemon } }
    fails: EPERM
  - call: { job.detachPid: { task: daemon, pid: daemon } }
    fails: EPERM
  - call: { job.getJid: { pid: script } }
    as: its
  - call: { job.getPidCount: { jid: $jid } }
    as: tasks
expect:
  - values: { its: "0x1", tasks: 4 }
  - task: { task: daemon, parent: init }
---
scenario: Whoever has CAP_SYS_RESOURCE can take a task out
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh, uid: 1000 } }
    as: jid
  - fork: { parent: sh, as: child }
  - call: { job.detachPid: { task: init, pid: child } }
  - call: { job.getJid: { pid: child } }
    fails: ENODATA
  - fork: { parent: child, as: free }
  - call: { job.getPidList: { jid: $jid } }
    as: members
expect:
  - values: { members: [3] }
  - subscribed: { task: sh, module: job }
  - not_subscribed: { task: free, module: job }
`,
  "job/login": `# pam_job makes a job for each login. All processes of the user are in that job. It ends with the last process, and not
# with the session.
scenario: A login through PAM makes a job that its processes never leave
tasks: [init, init/sshd, init/sshd/login]
modules: { job: { use: job, params: { verbose: true } } }
steps:
  - phase: the session is opened, with the rights of root
  - call: { job.openSession: { task: login, uid: 1000 } }
    as: jid
  - setuid: { task: login, uid: 1000 }
  - exec: { task: login, path: /bin/bash }
  - phase: the user leaves a process behind
  - fork: { parent: login, as: nohup }
  - setsid: nohup
  - fork: { parent: nohup, as: build }
  - exit: nohup
  - phase: the session is closed, and nothing happens to the job
  - call: { job.closeSession: { task: sshd, uid: 1000 } }
  - exit: login
  - call: { job.getUser: { jid: $jid } }
    as: owner
  - call: { job.getPrimePid: { jid: $jid } }
    as: prime
  - phase: it ends with its last process
  - exit: { task: build, code: 3 }
expect:
  - values: { owner: 1000, prime: 6 }
  - log: ["job: 0x1 of uid 1000 begins with login[4]", "job: 0x1 ended, status 768"]
---
scenario: When jobs are disabled the login goes on without one
tasks: [init, init/login]
modules: { job: { use: job, params: { hid: ffffffff } } }
steps:
  - call: { job.openSession: { task: login, uid: 1000 } }
    as: jid
expect:
  - values: { jid: "0x0" }
  - log: "jobs are disabled, the login of uid 1000 goes on without one"
---
scenario: A login without the right to make a job is denied
tasks: [init, "init/login": { uid: 1000 }]
modules: { job: { use: job } }
steps:
  - call: { job.openSession: { task: login, uid: 1000 } }
    fails: EPERM
`,
  "job/race": `# A job is emptied while one of its tasks forks. In no order is a child left over in a job that is gone.
scenario: A fork races with the end of its job
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
  - fork: { parent: sh, as: child }
concurrently:
  cpu0:
    - call: { job.detachJid: { task: init, jid: "0x1" } }
  cpu1:
    - fork: { parent: child, as: late }
      fails: EINPROGRESS # in some schedules
expect:
  always:
    - balanced: job
    - not_subscribed: { task: child, module: job }
  sometimes: # it came too late: the job was a zombie, and the fork failed with EINPROGRESS
    - no_task: late
  never:
    - lockdep: any
`,
  "job/regression": `# The checks that the authors of job ran on every change.
scenario: A created job is listed
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
  - call: job.getJidList
    as: jids
  - call: job.getJidCount
    as: count
expect:
  - values: { jids: ["0x1"], count: 1 }
---
scenario: Detaching a task, or a whole job, clears membership
tasks: [init, init/a, init/b, init/b/c]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: a } }
  - call: { job.detachPid: { task: init, pid: a } }
    as: old
  - call: { job.getJid: { pid: a } }
    fails: ENODATA
  - call: { job.create: { task: b } }
    as: jid
  - fork: { parent: b, as: d }
  - call: { job.detachJid: { task: init, jid: $jid } }
    as: how_many
  - call: { job.getJid: { pid: d } }
    fails: ENODATA
expect:
  - values: { old: "0x1", how_many: 2 }
  - balanced: job
---
scenario: Attaching is refused to a task in a job, and accepted after detach
tasks: [init, init/a, init/b]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: a } }
    as: first
  - call: { job.create: { task: b } }
  - call: { job.attachPid: { task: init, pid: b, jid: $first } }
    fails: EINVAL
  - call: { job.detachPid: { task: init, pid: b } }
  - call: { job.attachPid: { task: init, pid: b, jid: $first } }
  - call: { job.getPidList: { jid: $first } }
    as: members
expect:
  - values: { members: [3, 4] }
---
# This check once deadlocked: making a job and leaving the old one both take the list of the calling task.
scenario: A child that makes its own job leaves its parent's untouched
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
    as: outer
  - fork: { parent: sh, as: child }
  - call: { job.create: { task: child } }
    as: inner
  - call: { job.detachPid: { task: init, pid: child } }
  - call: { job.getPidList: { jid: $outer } }
    as: members
expect:
  - values: { outer: "0x1", inner: "0x2", members: [3] }
  - lockdep: none
---
scenario: A second request for the same id fails, and the task keeps its old job
tasks: [init, init/a, init/b]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: a, jid: "0xabc" } }
  - call: { job.create: { task: b } }
  - call: { job.create: { task: b, jid: "0xabc" } }
    fails: EBUSY
  - call: { job.getJid: { pid: b } }
    as: kept
expect:
  - values: { kept: "0x1" }
---
scenario: Signal 0 asks whether a job can be signalled
tasks: [init, init/sh, "init/other": { uid: 1000 }]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
    as: jid
  - fork: { parent: sh, as: child }
  - call: { job.killJid: { task: init, jid: $jid, signal: 0 } }
    as: sent
  - call: { job.killJid: { task: other, jid: $jid, signal: 0 } }
    fails: EPERM
expect:
  - values: { sent: 2 }
  - tree: [init/sh, init/sh/child, init/other]
---
scenario: There are no duplicate ids after the pids have wrapped
kernel: { pid_max: 8 }
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - fork: { parent: sh, as: "t{i}" }
    repeat: 3
  - call: { job.create: { task: t1 } }
  - exit: t1
  - wait: sh
  - call: { job.create: { task: t2 } }
  - fork: { parent: sh, as: again }
  - fork: { parent: sh, as: reused }
  - call: { job.create: { task: again } }
  - call: { job.create: { task: reused } }
  - call: job.getJidList
    as: jids
expect:
  - values: { jids: ["0x2", "0x3", "0x4"] }
`,
  "job/waiting": `# A task that waits for a job learns how the job's last process ended. Accounting, batch systems and login servers
# need that.
scenario: The last one to leave ends the job, and whoever waits is told
tasks: [init, init/sh, init/batch]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
    as: jid
  - fork: { parent: sh, as: child }
  - call: { job.waitJid: { task: batch, jid: $jid } }
    as: end
  - exit: { task: sh, code: 1 }
  - exit: { task: child, code: 5 }
  - call: { job.getUser: { jid: $jid } }
    fails: ENODATA
expect:
  - values_include: { end: { done: true, value: { jid: "0x1", status: 1280 } } }
---
scenario: A signal ends the waiting, and the job goes on
tasks: [init, init/sh, init/batch]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
    as: jid
  - signal_action: { task: batch, signal: SIGALRM, action: catch }
  - call: { job.waitJid: { task: batch, jid: $jid } }
    as: end
  - kill: { task: batch, signal: SIGALRM }
  - call: { job.getPidCount: { jid: $jid } }
    as: tasks
expect:
  - values_include: { end: { done: true, value: null, errno: EINTR } }
  - values: { tasks: 1 }
`,
  "keyring/inheritance": `# A thread, a process and a session may have a keyring each. Each event has one rule for what happens to them.
scenario: What a child, a thread and a new program have of the keys
tasks: [init, init/sh]
modules: { keyring: { use: keyring } }
steps:
  - call: { keyring.add: { task: sh, description: mine, keyring: thread } }
  - call: { keyring.add: { task: sh, description: ours, keyring: process } }
  - call: { keyring.add: { task: sh, description: everybody, keyring: session } }
    as: key
  - phase: a thread has the keys of its process, but not those of another thread
  - thread: { task: sh, as: worker }
  - call: { keyring.request: { task: worker, description: ours } }
  - call: { keyring.request: { task: worker, description: mine } }
    fails: ENOKEY
  - phase: a child has those of the session only
  - fork: { parent: sh, as: child }
  - call: { keyring.request: { task: child, description: everybody } }
    as: found
  - call: { keyring.request: { task: child, description: ours } }
    fails: ENOKEY
  - phase: and a new program finds no more than that
  - exec: { task: sh, path: /bin/su }
  - call: { keyring.request: { task: sh, description: ours } }
    fails: ENOKEY
  - call: { keyring.treeText: { pid: sh } }
    as: tree
  - phase: a session of its own
  - call: { keyring.joinSession: { task: child, name: login } }
  - call: { keyring.request: { task: child, description: everybody } }
    fails: ENOKEY
expect:
  - values:
      found: 5
      tree: |-
        thread: -
        process: -
        session: keyring 6 _ses, uid 0
        \`- key 5 everybody, uid 0
---
scenario: A fork that fails gives back what the child had inherited
tasks: [init, init/sh]
modules:
  keyring: { use: keyring }
  veto: { script: { fork: error } }
steps:
  - call: { keyring.add: { task: sh, description: ticket } }
  - subscribe: { task: sh, module: veto }
  - fork: { parent: sh, as: child }
    fails: EPERM
  - call: keyring.list
    as: keys
expect:
  - no_task: child
  - values_include: { keys: [{ description: ticket, usage: 1 }, { description: _ses, usage: 1 }] }
  - balanced: [keyring]
`,
  "keyring/lock_mistakes": `# The keyring patch of 2005 had two lock mistakes. Nobody noticed them, because their paths are rare. The lock checker
# reports each of them when its path is first taken.
scenario: A lock is taken once more where it should be dropped
tasks: [init, init/sh]
modules: { keyring: { use: keyring, params: { mistake: link } } }
steps:
  - call: { keyring.add: { task: sh, description: ticket } }
  - phase: looking for a key is right
  - call: { keyring.request: { task: sh, description: ticket } }
  - phase: linking it ends with down_write, not up_write
  - call: { keyring.request: { task: sh, description: ticket, keyring: thread } }
expect:
  - reports: [{ kind: self-deadlock, text: task.subscriberListSem }, lock-leaked]
---
scenario: A lock is taken that the path to there holds already
tasks: [init, init/sh]
modules: { keyring: { use: keyring, params: { mistake: install } } }
steps:
  - call: { keyring.getKeyring: { task: sh, keyring: thread, create: true } }
expect:
  - reports: [{ kind: self-deadlock, text: "this context holds it for write" }]
---
scenario: Without the mistakes the checker has nothing to say
tasks: [init, init/sh]
modules: { keyring: { use: keyring } }
steps:
  - call: { keyring.add: { task: sh, description: ticket } }
  - call: { keyring.request: { task: sh, description: ticket, keyring: thread } }
  - call: { keyring.getKeyring: { task: sh, keyring: process, create: true } }
expect:
  - reports: none
`,
  licence: `# pnotify's calls are for GPL modules only. A module with another licence does not find them and does not load.
scenario: A proprietary module finds no pnotify
tasks: [init, init/sh]
modules:
  secret: { script: { fork: ok }, license: Proprietary }
steps:
  - load: secret
    fails: ENOENT
expect:
  - not_loaded: secret
  - not_registered: secret
  - taint: none
`,
  limits: `scenario: A user may have only so many tasks
tasks:
  - init
  - init/sh: { uid: 1000 }
steps:
  - limits: { task: sh, processes: 3 }
  - fork: { parent: sh, as: "w{i}" }
    repeat: 2
  - fork: { parent: sh, as: too_many }
    fails: EAGAIN
  - exit: w1
  - wait: { task: sh, child: w1 }
  - fork: { parent: sh, as: again }
expect:
  - tree: [init/sh, init/sh/w2, init/sh/again]
  - no_task: [w1, too_many]
---
scenario: The kernel may have only so many tasks
tasks: [init, init/sh]
steps:
  - threads_max: 5
  - fork: { parent: sh, as: last }
  - fork: sh
    fails: EAGAIN
  - lock: { lock: tasklist, mode: read }
  - find_task: { pid: 4, as: found }
  - unlock: { lock: tasklist, mode: read }
expect:
  - alive: last
  - lockdep: none
`,
  locks: `# Two places take two locks in opposite orders. The lock checker reports it, though no task ever waits.
scenario: The lock checker finds a deadlock that never happened
tasks: [init, init/sh]
steps:
  - phase: the reaper takes the table first
  - lock: { semaphore: job_table_sem }
  - lock: { task: sh }
  - unlock: { task: sh }
  - unlock: { semaphore: job_table_sem }
  - phase: an exit hook takes the table under the task's list
  - lock: { task: sh }
  - lock: { semaphore: job_table_sem }
  - unlock: { semaphore: job_table_sem }
  - unlock: { task: sh }
expect:
  - reports: [lock-inversion]
  - log: "*** DEADLOCK ***"
---
scenario: Looking at a list without its lock is reported
tasks: [init, init/sh]
modules: { watch: { script: { fork: ok } } }
steps:
  - subscribe: { task: sh, module: watch }
  - get_subscriber: { task: sh, module: watch }
  - lock: { task: sh, mode: read }
  - get_subscriber: { task: sh, module: watch }
  - unlock: { task: sh, mode: read }
expect:
  - reports: [lock-needed]
---
scenario: A reference that is never given back is found at the end
tasks: [init, init/sh, init/sh/make]
steps:
  - get_task: { task: make, as: kept }
  - get_task: { task: sh, as: returned }
  - put_task: returned
expect:
  - reports: [{ kind: reference-leak, text: "make" }]
`,
  module_fault: `# A hook that throws is a fault of its module. The kernel logs it, the fork fails, and other modules go on.
scenario: A module that breaks down does not take the others with it
tasks: [init, init/sh]
modules:
  sound: { script: { fork: ok, exit: ok } }
  broken: { script: { fork: [{ throw: a null pointer }, ok], exit: { throw: another one } } }
steps:
  - subscribe: { task: sh, module: sound }
  - subscribe: { task: sh, module: broken }
  - fork: { parent: sh, as: first }
    fails: EFAULT
  - fork: { parent: sh, as: second }
  - exit: second
expect:
  - calls: { sound: [fork first, exit first rollback, fork second, exit second] }
  - faults: [{ module: broken, hook: fork }, { module: broken, hook: exit }]
  - log: [a null pointer, another one]
  - taint: D
  - balanced: [sound, broken]
---
scenario: An answer that is no verdict is a fault as well
tasks: [init, init/sh]
modules:
  odd: { script: { fork: { return: maybe } } }
steps:
  - subscribe: { task: sh, module: odd }
  - fork: sh
    fails: EFAULT
expect:
  - faults: [{ module: odd, text: it returned maybe }]
`,
  nosub: `# PNOTIFY_NOSUB lets the fork go on without a subscription of the child.
scenario: A fork hook that is not interested lets the child go unwatched
tasks: [init, init/sh]
modules:
  picky: { script: { fork: [ok, nosub], exit: ok } }
steps:
  - subscribe: { task: sh, module: picky }
  - fork: { parent: sh, as: watched }
  - fork: { parent: sh, as: ignored }
  - fork: { parent: ignored, as: grandchild }
expect:
  - subscribers: { watched: [picky], ignored: [], grandchild: [] }
  - exact_calls: { picky: [fork watched ok, fork ignored nosub] }
  - balanced: picky
---
# Registering with an init hook visits every task, and the hook may decline some of them.
scenario: An init hook chooses whom to watch
tasks: [init, init/sh, init/cron]
modules:
  chosen: { script: { init: [nosub, nosub, ok], fork: ok, exit: ok } }
expect:
  - subscribers: { init: [], kthreadd: [], sh: [chosen], cron: [chosen] }
  - refcnt: { chosen: 2 }
  - balanced: chosen
`,
  orphans: `# A daemon forks twice, and its parent dies. init adopts the daemon, and its subscribers stay.
scenario: A daemon's double fork does not shake off its subscribers
tasks: [init, init/sh]
modules:
  watch: { script: { fork: ok, exit: ok, reparent: ok } }
steps:
  - subscribe: { task: sh, module: watch }
  - fork: { parent: sh, as: middle }
  - setsid: middle
  - fork: { parent: middle, as: daemon }
  - exit: middle
  - wait: { task: sh, child: middle }
expect:
  - task: { task: daemon, parent: init, sid: 4 }
  - calls: { watch: [fork daemon, exit middle, reparent daemon] }
  - subscribed: { task: daemon, module: watch }
  - tree: [init/sh, init/daemon]
---
scenario: The nearest subreaper adopts an orphan
tasks: [init, init/systemd, init/systemd/sh]
steps:
  - subreaper: systemd
  - fork: { parent: sh, as: worker }
  - exit: sh
expect:
  - task: { task: worker, parent: systemd }
  - tree: [init/systemd, init/systemd/sh Z, init/systemd/worker]
`,
  out_of_memory: `# Each allocation of a fork may fail. The fork is then undone without a trace.
scenario: A fork that runs out of memory half-way is undone
tasks: [init, init/sh]
modules:
  first: { script: { fork: ok, exit: ok } }
  second: { script: { fork: ok, exit: ok } }
steps:
  - subscribe: { task: sh, module: first }
  - subscribe: { task: sh, module: second }
  - phase: no memory for the task itself
  - inject: task
  - fork: { parent: sh, as: a }
    fails: ENOMEM
  - phase: no memory for the second entry on the child's list
  - inject: { site: subscriber, nth: 2 }
  - fork: { parent: sh, as: b }
    fails: ENOMEM
  - phase: no free pid
  - inject: pid
  - fork: { parent: sh, as: c }
    fails: EAGAIN
  - phase: all is well again
  - fork: { parent: sh, as: d }
expect:
  - exact_calls: { first: [fork b, exit b rollback, fork d], second: [fork d] }
  - no_task: [a, b, c]
  - balanced: [first, second]
`,
  pid_reuse: `# A new task gets the pid of an old one. Nothing of the old task sticks to it.
scenario: A reused pid has none of the old subscribers
kernel: { pid_max: 6 }
tasks: [init, init/sh, init/cron]
modules:
  watch: { script: { fork: ok, exit: ok } }
steps:
  - subscribe: { task: sh, module: watch }
  - fork: { parent: sh, as: old }
  - exit: old
  - phase: a zombie keeps its pid
  - fork: { parent: cron, as: early }
    fails: EAGAIN
  - wait: { task: sh, child: old }
  - fork: { parent: cron, as: new }
expect:
  - task: { task: new, pid: 5, parent: cron }
  - subscribers: { new: [] }
  - balanced: watch
`,
  race: `# While register walks over all tasks, one task exits and another one forks. In every order register counts
# each task exactly once.
scenario: Registering with init races with fork and exit
tasks: [init, init/a, init/b]
modules:
  audit: { script: { init: ok, fork: ok, exit: ok } }
concurrently: # every order, and every preemption point, up to a bound
  cpu0:
    - register: audit
  cpu1:
    - exit: a
    - fork: { parent: b, as: c }
bounds: { preemptions: 1 }
expect:
  always:
    - balanced: audit
    - subscribed: { task: c, module: audit }
  sometimes: # both orders must be seen, else the test is weak
    - calls: { audit: [fork c] }
    - not_called: { audit: [fork c] }
  never:
    - lockdep: any
`,
  "replay/daemon": `# A recording of a real daemon. It forks, calls setsid, forks again, and lets its parents die, so that init becomes its
# parent. That leads out of a session and out of a process group, but not out of a job.
scenario: A daemon that was recorded cannot leave its job
tasks: [init, init/sh]
modules: { job: { use: job, params: { verbose: true } } }
steps:
  - call: { job.create: { task: sh, uid: 1000 } }
    as: jid
  - phase: the daemon starts, and the recording stops while it runs
  - replay: { file: daemon.strace, root: sh, until: 104ms }
  - phase: it has no parent in the job any more, and is in it all the same
  - call: { job.getJid: { pid: 12883 } }
    as: its
  - call: { job.getPidList: { jid: $jid } }
    as: members
  - phase: when the user leaves, the job stays for the daemon
  - exit: sh
  - call: { job.getPidCount: { jid: $jid } }
    as: left
  - phase: and whoever ends the job gets hold of the daemon
  - call: { job.killJid: { task: init, jid: $jid, signal: SIGKILL } }
  - call: job.getJidCount
    as: jobs
expect:
  - replay:
      tree: [w_daemon 0, w_daemon/w_daemon 0, w_daemon/w_daemon/mydaemond runs]
      jobs: { 0x1: 3 }
  - values: { its: "0x1", members: [3, 12883], left: 1, jobs: 0 }
  - log: "job: 0x1 ended"
---
scenario: Its whole life is spent in the job, down to the child that it forks
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh } }
  - replay: { file: daemon.strace, root: sh }
expect:
  - replay:
      tree:
        - w_daemon 0
        - w_daemon/w_daemon 0
        - w_daemon/w_daemon/mydaemond 0
        - w_daemon/w_daemon/mydaemond/mydaemond 2
      reparented: 1
      jobs: { 0x1: 4 }
`,
  "replay/login_session": `# A recording of a user's session: a script calls setsid, setpriv, su, nice and more. Login makes a job for the session
# and drops root's rights. The session's processes may change their user and session, and the job pays for all of them.
scenario: All that a login session starts is accounted to its job
tasks: [init, init/login]
modules:
  job: { use: job }
  csa: { use: csa }
steps:
  - phase: the session is opened
  - call: { job.openSession: { task: login, uid: 1000 } }
    as: jid
  - phase: the user is at work
  - replay: { file: session.strace, root: login, as: session }
  - phase: the session is closed, and so the job ends
  - call: { job.closeSession: { task: login, uid: 1000 } }
  - exit: login
  - call: { csa.reportText: { by: job } }
    as: by_job
expect:
  # Each part of the script has an exit code of its own.
  - replay:
      of: session
      exit_codes: { 0: 5, 1: 1, 17: 1, 18: 2, 19: 1 }
      jobs: { 0x1: 10 }
      warnings: 0
      tree:
        - w_session.sh 0
        - w_session.sh/sh 0
        - w_session.sh/sh 17
        - w_session.sh/sh/id 0
        - w_session.sh/su 18
        - w_session.sh/su/sh 18
        - w_session.sh/sh 19
        - w_session.sh/sleep 0
        - w_session.sh/python3 1
        - w_session.sh/perl-renamed 0
  - values:
      by_job: |-
        JOB    TASKS  ELAPSED  USER  SYSTEM  MEMORY  READ  WRITTEN  UNITS
        0x1       11    0.92s     -       -       -     -        -      -
        total     11    0.92s     -       -       -     -        -      -
`,
  "replay/parallel_build": `# A recording makes a scenario of what really happened. build.strace is the output of
#   strace -f -ttt -Y -o build.strace make -j4 test
# for a small C program, without the failed calls. Here a shell in a job starts that make. root names the task that forks
# the first process of the recording, so the whole build inherits that task's subscriptions.
scenario: A parallel build is one job, however many processes it takes
tasks: [init, init/sh]
modules:
  job: { use: job, params: { verbose: true } }
  csa: { use: csa }
steps:
  - phase: a user's shell is put into a job
  - call: { job.create: { task: sh, uid: 1000 } }
    as: jid
  - phase: and starts the build
  - replay: { file: build.strace, root: sh }
    as: build
  - phase: afterwards the shell is alone in its job again
  - call: { job.getPidList: { jid: $jid } }
    as: members
  - call: { csa.reportText: { by: command } }
    as: by_command
expect:
  # Every process of the recording was in the job, and nothing was left out.
  - replay:
      processes: 26
      exits: 26
      execs: 26
      exit_codes: { 0: 26 }
      depth: 3
      jobs: { 0x1: 26 }
      warnings: 0
  # Each process stands below its parent, with its end.
  - replay: { includes: [make 0, make/cc/cc1 0, make/cc/collect2/ld 0, make/prog 0] }
  # With a name, the outcome is a value like any other.
  - values_include: { build: { threads: 0, reparented: 0 }, members: [3] }
  # strace does not record CPU time and memory, so they stay "-".
  - values:
      by_command: |-
        COMMAND   TASKS  ELAPSED  USER  SYSTEM  MEMORY  READ  WRITTEN  UNITS
        cc1           7    0.51s     -       -       -     -        -      -
        as            7    0.20s     -       -       -     -        -      -
        cc            8    1.07s     -       -       -     -        -      -
        ld            1    0.04s     -       -       -     -        -      -
        collect2      1    0.04s     -       -       -     -        -      -
        prog          1    0.01s     -       -       -     -        -      -
        make          1    0.40s     -       -       -     -        -      -
        total        26    2.27s     -       -       -     -        -      -
---
# A limit of the job meets the same build. The report tells what the model refused from what really happened.
scenario: A job of at most five processes has no room for make -j4
tasks: [init, init/sh]
modules: { job: { use: job } }
steps:
  - call: { job.create: { task: sh, uid: 1000, limit: 5 } }
  - replay: { file: build.strace, root: sh }
expect:
  - replay: { processes: 26, refused: 12, jobs: { 0x1: 14, none: 12 } }
  - tree: [init/sh]
`,
  server: `# Workers sleep in a queue until there is work. This scenario expects the whole trace, and --update rewrites it.
scenario: Two workers wake together
tasks: [init, init/server]
steps:
  - fork: { parent: server, as: "worker{i}" }
    repeat: 2
  - sleep: { task: worker1, queue: requests, as: first }
  - sleep: { task: worker2, queue: requests, as: second }
  - expect: { waits: { first: asleep, second: asleep } }
  - wake: { queue: requests, value: { path: /index.html } }
expect:
  - waits: { first: { value: { path: /index.html } }, second: done }
  - trace: |
      server[3]   fork() = worker1[4]
      server[3]   fork() = worker2[5]
      worker1[4]  sleep(requests) = asleep
      worker2[5]  sleep(requests) = asleep
      -           wake(requests, {path: /index.html}) ...
      worker1[4]    wakes
      worker2[5]    wakes
      -           ... wake() = 2 woken
`,
  signals: `# A signal ends a process when the current call returns. Its parent reads the status from wait.
scenario: A killed child is reaped by its parent
tasks: [init, init/sh]
modules:
  watch: { script: { fork: ok, exit: ok, signal: ok } }
steps:
  - subscribe: { task: sh, module: watch }
  - fork: { parent: sh, as: sleeper }
  - wait: { task: sh, child: sleeper, as: status }
  - expect:
      - waits: { status: asleep }
      - task: { task: sh, state: S }
  - kill: { task: sleeper, signal: SIGKILL }
expect:
  - waits: { status: { child: sleeper, signal: SIGKILL } }
  - exited: { sleeper: SIGKILL }
  - task: { task: sh, state: R }
  - calls: { watch: [fork sleeper, signal sleeper, exit sleeper] }
---
scenario: A caught signal ends a sleep with EINTR
tasks: [init, init/sh, init/sh/child]
steps:
  - signal_action: { task: sh, signal: SIGALRM, action: catch }
  - wait: { task: sh, as: status }
  - kill: { task: sh, signal: SIGALRM }
expect:
  - waits: { status: EINTR }
  - alive: [sh, child]
---
scenario: Only root and the same user may send a signal
tasks:
  - init
  - init/sh: { uid: 1000 }
  - init/other: { uid: 1001 }
steps:
  - kill: { task: other, signal: SIGTERM, sender: sh }
    fails: EPERM
  - kill: { task: sh, signal: SIGTERM, sender: sh }
expect:
  - alive: other
  - exited: { sh: SIGTERM }
`,
  storm: `# Two hundred processes start and end at random, by the seed. The counts balance at the end.
scenario: The counts balance after a storm of processes
seed: 7
tasks: [init, init/sh]
modules: [test_module]
steps:
  - storm: { parent: sh, count: 200, depth: 5, exec: 0.5, exit: 1, as: storm }
  - unload: test_module
expect:
  - happened: { fork: 201, exit: 200, reap: 200 }
  - tree: [init/sh]
  - log: ["attach called 200 times", "Good - attach count + init count equals detach count"]
  - balanced: test_module
`,
  threads: `# A thread is subscribed like a child, and each thread has its own exit.
scenario: Threads are watched one by one
tasks: [init, init/server]
modules:
  watch: { script: { fork: ok, clone: ok, exec: ok, exit: ok } }
steps:
  - subscribe: { task: server, module: watch }
  - thread: { task: server, as: worker }
  - thread: { task: worker, as: helper }
  - phase: one thread ends, the process goes on
  - exit_thread: worker
  - expect:
      - no_task: worker
      - task: { task: server, state: R, threads: 2 }
  - phase: the process ends with all of its threads
  - exit: { task: server, code: 3 }
expect:
  - calls: { watch: [clone worker ok, clone helper ok, exit worker, exit server, exit helper] }
  - refcnt: { watch: 0 }
  - balanced: watch
---
# A thread that is not the leader calls exec. It ends all others, takes over the pid, and has no exit.
scenario: A thread that calls exec takes the place of its leader
tasks: [init, init/sh, init/sh/server]
modules:
  watch: { script: { fork: ok, exec: ok, exit: ok } }
steps:
  - subscribe: { task: server, module: watch }
  - thread: { task: server, as: worker }
  - exec: { task: worker, path: /usr/bin/update }
expect:
  - calls: { watch: [fork worker, exit server, exec worker] }
  - not_called: { watch: [exit worker] }
  - task: { task: worker, pid: 4, threads: 1, comm: update }
  - refcnt: { watch: 1 }
  - balanced: watch
`,
  unregister: `# Unregistering a module calls exit for its remaining subscribers, so that the counts balance.
scenario: Unregistering drains every task
tasks: [init, init/sh, init/sh/make, init/cron]
modules:
  watch: { script: { init: ok, fork: ok, exit: ok } }
steps:
  - expect: { refcnt: { watch: 5 } }
  - unregister: watch
expect:
  - calls: { watch: [exit init, exit kthreadd, exit sh, exit make, exit cron] }
  - call_counts: { watch: { init: 5, exit: 5 } }
  - not_registered: watch
  - balanced: watch
---
# With the policy of 2004 a busy module stays.
scenario: Unregistering can refuse while tasks are subscribed
tasks: [init, init/sh]
modules:
  watch: { script: { fork: ok, exit: ok } }
steps:
  - subscribe: { task: sh, module: watch }
  - unregister: { module: watch, if_busy: refuse }
    fails: EBUSY
  - unsubscribe: { task: sh, module: watch }
  - unregister: { module: watch, if_busy: refuse }
expect:
  - not_called: { watch: [exit sh] }
  - balanced: watch
`,
  use_count: `# A module in use cannot be unloaded. A subscription is no use: unloading ends it.
scenario: A module in use stays
tasks: [init, init/sh]
modules: [widget]
steps:
  - call: { widget.attach: [$sh.pid] }
  - module_get: widget
  - expect: { use_count: { widget: 1 }, registered: widget }
  - unload: widget
    fails: EBUSY
  - module_put: widget
  - unload: widget
expect:
  - not_loaded: widget
  - subscribers: { sh: [] }
  - no_log: left
`,
  veto: `# The second of two modules refuses a fork. The first one has agreed, and hears that the child is gone.
scenario: A vetoed fork leaves nothing behind
tasks: [init, init/sh]
modules:
  first: { script: { fork: ok, exit: ok } }
  second: { script: { fork: error } }
steps:
  - phase: subscribe both modules to sh
  - subscribe: { task: sh, module: first }
  - subscribe: { task: sh, module: second }
  - phase: fork
  - fork: { parent: sh, as: child }
    fails: EPERM # PNOTIFY_ERROR is -1
expect:
  - exact_calls:
      first: [fork child ok, exit child rollback]
      second: [fork child error]
  - no_task: child
  - tree: [init/sh]
  - refcnt: { first: 1, second: 1 }
  - balanced: [first, second]
---
# A module may refuse with an errno of its choice, and agree later.
scenario: A module chooses the error that the caller of fork gets
tasks: [init, init/sh]
modules:
  limit: { script: { fork: [EAGAIN, ok] } }
steps:
  - subscribe: { task: sh, module: limit }
  - fork: { parent: sh, as: first }
    fails: EAGAIN
  - fork: { parent: sh, as: second }
expect:
  - calls: { limit: [fork first EAGAIN, fork second ok] }
  - no_task: first
  - alive: second
`,
  veto_exec: `# The second of two modules refuses an exec before anything has changed. The first one has agreed, and hears nothing.
scenario: A vetoed exec leaves the old program in place
tasks: [init, init/sh]
modules:
  first: { script: { canExec: ok, exec: ok } }
  second: { script: { canExec: [error, EACCES, ok] } }
steps:
  - subscribe: { task: sh, module: first }
  - subscribe: { task: sh, module: second }
  - thread: { task: sh, as: worker }
  - phase: two programs are refused
  - exec: { task: sh, path: /usr/bin/make }
    fails: EPERM # PNOTIFY_ERROR is -1
  - exec: { task: sh, path: /usr/bin/curl }
    fails: EACCES
  - expect:
      - alive: [sh, worker]
      - exact_calls:
          first: [fork worker ok, canExec sh ok, canExec sh ok]
          second: [fork worker ok, canExec sh error, canExec sh EACCES]
  - phase: and the third one runs
  - exec: { task: sh, path: /bin/ls }
expect:
  - calls: { first: [canExec sh ok, exec sh] }
  - task: { task: sh, comm: ls, path: /bin/ls, threads: 1 }
  - no_task: worker
  - balanced: [first, second]
`,
  vfork: `scenario: The parent of a vfork sleeps until its child runs a program
tasks: [init, init/sh]
steps:
  - vfork: { parent: sh, as: child }
  - expect: { task: { task: sh, state: D } }
  - exec: { task: child, path: /bin/true }
  - expect: { task: { task: sh, state: R } }
  - exit: child
  - wait: { task: sh, as: status }
expect:
  - waits: { status: { child: child, code: 0 } }
  - tree: [init/sh]
`,
  widget: `# The data-pointer example. Each watched task has a number, and another module reads it safely.
scenario: Every child gets a widget of its own
tasks: [init, init/sh]
modules:
  widget: { use: widget, params: { first: 100 } }
steps:
  - call: { widget.attach: [$sh.pid] }
  - fork: { parent: sh, as: make }
  - fork: { parent: make, as: cc1 }
  - call: { widget.widgetOf: [$cc1.pid], as: number }
  - call: { widget.widgetOf: [99] }
    fails: ESRCH
expect:
  - data: { task: sh, module: widget, equals: { widgetId: 100 } }
  - data: { task: make, module: widget, equals: { widgetId: 101 } }
  - values: { number: 102 }
`,
  work: `# A task has used what was charged to it. Peaks keep their highest value, and an uncharged figure is unknown.
scenario: Work is charged to whoever did it
tasks: [init, init/make]
steps:
  - work: { task: make, user: 20ms, memory: 4MiB, elapsed: 25ms }
  - work: { task: make, user: 10ms, memory: 1MiB, read: 512 }
  - advance: 1s
  - log: a second has passed
expect:
  - used: { make: { user: 30ms, memory: 4MiB, read: 512 } }
  - log: a second has passed
---
scenario: A failed exec is notified to nobody
tasks: [init, init/sh]
modules:
  watch: { script: { fork: ok, exec: ok } }
steps:
  - subscribe: { task: sh, module: watch }
  - binary: { path: /bin/gone, errno: ENOENT }
  - exec: { task: sh, path: /bin/gone }
    fails: ENOENT
  - exec: { task: sh, path: /bin/there }
expect:
  - exact_calls: { watch: [exec sh] }
  - task: { task: sh, comm: there }
`,
});

/** The recordings that they replay: the text of each, by its path. */
export const RECORDINGS: Readonly<Record<string, string>> = Object.freeze({
  "replay/build.strace": `13302<strace> 1795475181.026417 execve("/usr/bin/make", ["make", "-j4", "test"], 0x7fff436bb388 /* 38 vars */) = 0
13302<make> 1795475181.031824 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13303<make> 1795475181.033890 setresuid(-1, 0, -1) = 0
13303<make> 1795475181.034027 setresgid(-1, 0, -1) = 0
13303<make> 1795475181.034065 execve("/usr/bin/cc", ["cc", "-O1", "-c", "main.c", "-o", "main.o"], 0x55ab835399b0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.034324 <... clone3 resumed>) = 13303<cc>
13302<make> 1795475181.034557 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.034587 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13303<cc> 1795475181.034707 <... execve resumed>) = 0
13302<make> 1795475181.038086 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13304<make> 1795475181.042250 setresuid(-1, 0, -1) = 0
13304<make> 1795475181.042312 setresgid(-1, 0, -1) = 0
13304<make> 1795475181.042375 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f1.c", "-o", "f1.o"], 0x55ab8353dfd0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.042679 <... clone3 resumed>) = 13304<cc>
13302<make> 1795475181.043022 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.043129 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13304<cc> 1795475181.043549 <... execve resumed>) = 0
13302<make> 1795475181.045045 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13303<cc> 1795475181.046659 vfork( <unfinished ...>
13306<cc> 1795475181.047521 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "main.c", "-quiet", "-dumpbase", "main.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccNHyjkC.s"], 0x3c93cd60 /* 45 vars */ <unfinished ...>
13303<cc> 1795475181.047893 <... vfork resumed>) = 13306<cc1>
13303<cc> 1795475181.048152 wait4(13306<cc1>,  <unfinished ...>
13306<cc1> 1795475181.048594 <... execve resumed>) = 0
13305<make> 1795475181.050643 setresuid(-1, 0, -1) = 0
13305<make> 1795475181.050729 setresgid(-1, 0, -1) = 0
13305<make> 1795475181.050808 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f2.c", "-o", "f2.o"], 0x55ab8353c7d0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.050975 <... clone3 resumed>) = 13305<cc>
13302<make> 1795475181.051248 wait4(-1,  <unfinished ...>
13305<cc> 1795475181.051267 <... execve resumed>) = 0
13302<make> 1795475181.051423 <... wait4 resumed>0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.051476 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.052427 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13304<cc> 1795475181.056991 vfork( <unfinished ...>
13308<cc> 1795475181.057506 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f1.c", "-quiet", "-dumpbase", "f1.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccR4A10c.s"], 0x3dc7fd60 /* 45 vars */ <unfinished ...>
13304<cc> 1795475181.057791 <... vfork resumed>) = 13308<cc1>
13307<make> 1795475181.058479 setresuid(-1, 0, -1 <unfinished ...>
13308<cc1> 1795475181.058575 <... execve resumed>) = 0
13307<make> 1795475181.058584 <... setresuid resumed>) = 0
13304<cc> 1795475181.058647 wait4(13308<cc1>,  <unfinished ...>
13307<make> 1795475181.058678 setresgid(-1, 0, -1) = 0
13307<make> 1795475181.058785 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f3.c", "-o", "f3.o"], 0x55ab835407c0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.060180 <... clone3 resumed>) = 13307<cc>
13307<cc> 1795475181.060249 <... execve resumed>) = 0
13302<make> 1795475181.061493 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.061851 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13307<cc> 1795475181.071422 vfork( <unfinished ...>
13309<cc> 1795475181.072557 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f3.c", "-quiet", "-dumpbase", "f3.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccnNQ15q.s"], 0x312bed60 /* 45 vars */ <unfinished ...>
13307<cc> 1795475181.072890 <... vfork resumed>) = 13309<cc1>
13307<cc> 1795475181.073026 wait4(13309<cc1>,  <unfinished ...>
13309<cc1> 1795475181.073242 <... execve resumed>) = 0
13308<cc1> 1795475181.136181 exit_group(0) = ?
13308<cc1> 1795475181.137729 +++ exited with 0 +++
13304<cc> 1795475181.137810 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13308
13304<cc> 1795475181.137891 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13308, si_uid=0, si_status=0, si_utime=1 /* 0.01 s */, si_stime=0} ---
13304<cc> 1795475181.142183 vfork( <unfinished ...>
13310<cc> 1795475181.146538 execve("/usr/bin/as", ["as", "--64", "-o", "f1.o", "/tmp/ccR4A10c.s"], 0x3dc7fd60 /* 45 vars */ <unfinished ...>
13304<cc> 1795475181.146859 <... vfork resumed>) = 13310<as>
13304<cc> 1795475181.146985 wait4(13310<as>,  <unfinished ...>
13310<cc> 1795475181.147486 <... execve resumed>) = 0
13309<cc1> 1795475181.150165 exit_group(0) = ?
13305<cc> 1795475181.150653 vfork( <unfinished ...>
13311<cc> 1795475181.152381 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f2.c", "-quiet", "-dumpbase", "f2.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccNVa3hH.s"], 0x15640d60 /* 45 vars */ <unfinished ...>
13309<cc1> 1795475181.152514 +++ exited with 0 +++
13307<cc> 1795475181.152535 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13309
13307<cc> 1795475181.153789 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13309, si_uid=0, si_status=0, si_utime=1 /* 0.01 s */, si_stime=1 /* 0.01 s */} ---
13305<cc> 1795475181.153835 <... vfork resumed>) = 13311<cc1>
13311<cc1> 1795475181.153912 <... execve resumed>) = 0
13305<cc> 1795475181.154632 wait4(13311<cc1>,  <unfinished ...>
13307<cc> 1795475181.157768 vfork( <unfinished ...>
13312<cc> 1795475181.161433 execve("/usr/bin/as", ["as", "--64", "-o", "f3.o", "/tmp/ccnNQ15q.s"], 0x312bed60 /* 45 vars */ <unfinished ...>
13307<cc> 1795475181.162071 <... vfork resumed>) = 13312<as>
13312<cc> 1795475181.162120 <... execve resumed>) = 0
13307<cc> 1795475181.163798 wait4(13312<as>,  <unfinished ...>
13306<cc1> 1795475181.166838 exit_group(0) = ?
13306<cc1> 1795475181.168489 +++ exited with 0 +++
13303<cc> 1795475181.168504 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13306
13303<cc> 1795475181.168582 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13306, si_uid=0, si_status=0, si_utime=0, si_stime=1 /* 0.01 s */} ---
13303<cc> 1795475181.170023 vfork( <unfinished ...>
13313<cc> 1795475181.172015 execve("/usr/bin/as", ["as", "--64", "-o", "main.o", "/tmp/ccNHyjkC.s"], 0x3c93cd60 /* 45 vars */ <unfinished ...>
13303<cc> 1795475181.172172 <... vfork resumed>) = 13313<as>
13313<cc> 1795475181.172539 <... execve resumed>) = 0
13303<cc> 1795475181.173848 wait4(13313<as>,  <unfinished ...>
13312<cc> 1795475181.183057 exit_group(0) = ?
13312<cc> 1795475181.183678 +++ exited with 0 +++
13307<cc> 1795475181.183759 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13312
13307<cc> 1795475181.183908 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13312, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13310<cc> 1795475181.183955 exit_group(0) = ?
13310<cc> 1795475181.184466 +++ exited with 0 +++
13304<cc> 1795475181.184481 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13310
13304<cc> 1795475181.184570 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13310, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13307<cc> 1795475181.206471 exit_group(0 <unfinished ...>
13304<cc> 1795475181.206509 exit_group(0 <unfinished ...>
13307<cc> 1795475181.206584 <... exit_group resumed>) = ?
13304<cc> 1795475181.206592 <... exit_group resumed>) = ?
13307<cc> 1795475181.206953 +++ exited with 0 +++
13304<cc> 1795475181.206961 +++ exited with 0 +++
13302<make> 1795475181.206985 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13307<cc>, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13302<make> 1795475181.207073 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG, NULL) = 13304
13302<make> 1795475181.207451 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG, NULL) = 13307
13302<make> 1795475181.207582 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.210329 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13313<cc> 1795475181.214925 exit_group(0) = ?
13313<cc> 1795475181.215755 +++ exited with 0 +++
13303<cc> 1795475181.215965 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13313
13303<cc> 1795475181.216426 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13313, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13311<cc1> 1795475181.217129 exit_group(0) = ?
13311<cc1> 1795475181.219672 +++ exited with 0 +++
13305<cc> 1795475181.219735 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13311
13305<cc> 1795475181.219822 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13311, si_uid=0, si_status=0, si_utime=1 /* 0.01 s */, si_stime=0} ---
13305<cc> 1795475181.221379 vfork( <unfinished ...>
13314<make> 1795475181.221922 setresuid(-1, 0, -1 <unfinished ...>
13314<make> 1795475181.222023 <... setresuid resumed>) = 0
13314<make> 1795475181.222062 setresgid(-1, 0, -1) = 0
13303<cc> 1795475181.222138 exit_group(0 <unfinished ...>
13303<cc> 1795475181.222182 <... exit_group resumed>) = ?
13314<make> 1795475181.222220 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f4.c", "-o", "f4.o"], 0x55ab835407c0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.222310 <... clone3 resumed>) = 13314<make>
13303<cc> 1795475181.222793 +++ exited with 0 +++
13302<make> 1795475181.223062 wait4(-1,  <unfinished ...>
13302<make> 1795475181.223128 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], WNOHANG, NULL) = 13303
13314<cc> 1795475181.223436 <... execve resumed>) = 0
13302<make> 1795475181.223447 wait4(-1,  <unfinished ...>
13302<make> 1795475181.223491 <... wait4 resumed>0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.223634 wait4(-1,  <unfinished ...>
13302<make> 1795475181.223679 <... wait4 resumed>0x7ffc8fda6810, WNOHANG, NULL) = 0
13315<cc> 1795475181.225112 execve("/usr/bin/as", ["as", "--64", "-o", "f2.o", "/tmp/ccNVa3hH.s"], 0x15640d60 /* 45 vars */ <unfinished ...>
13305<cc> 1795475181.225253 <... vfork resumed>) = 13315<as>
13302<make> 1795475181.225439 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13315<cc> 1795475181.226040 <... execve resumed>) = 0
13305<cc> 1795475181.226350 wait4(13315<as>,  <unfinished ...>
13314<cc> 1795475181.231914 vfork( <unfinished ...>
13317<cc> 1795475181.232442 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f4.c", "-quiet", "-dumpbase", "f4.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccy3PYhh.s"], 0x217d8d60 /* 45 vars */ <unfinished ...>
13314<cc> 1795475181.232777 <... vfork resumed>) = 13317<cc1>
13317<cc1> 1795475181.233218 <... execve resumed>) = 0
13314<cc> 1795475181.233260 wait4(13317<cc1>,  <unfinished ...>
13316<make> 1795475181.242564 setresuid(-1, 0, -1) = 0
13316<make> 1795475181.242949 setresgid(-1, 0, -1) = 0
13316<make> 1795475181.243265 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f5.c", "-o", "f5.o"], 0x55ab835399b0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.243531 <... clone3 resumed>) = 13316<cc>
13316<cc> 1795475181.244328 <... execve resumed>) = 0
13302<make> 1795475181.248566 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.248799 wait4(-1, 0x7ffc8fda6810, WNOHANG, NULL) = 0
13302<make> 1795475181.255125 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13315<cc> 1795475181.258913 exit_group(0) = ?
13315<cc> 1795475181.259691 +++ exited with 0 +++
13305<cc> 1795475181.259777 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13315
13305<cc> 1795475181.260000 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13315, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13305<cc> 1795475181.266896 exit_group(0) = ?
13305<cc> 1795475181.267335 +++ exited with 0 +++
13317<cc1> 1795475181.273548 exit_group(0) = ?
13317<cc1> 1795475181.275608 +++ exited with 0 +++
13314<cc> 1795475181.275645 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13317
13314<cc> 1795475181.275767 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13317, si_uid=0, si_status=0, si_utime=1 /* 0.01 s */, si_stime=2 /* 0.02 s */} ---
13314<cc> 1795475181.276387 vfork( <unfinished ...>
13319<cc> 1795475181.280980 execve("/usr/bin/as", ["as", "--64", "-o", "f4.o", "/tmp/ccy3PYhh.s"], 0x217d8d60 /* 45 vars */ <unfinished ...>
13314<cc> 1795475181.281172 <... vfork resumed>) = 13319<as>
13319<cc> 1795475181.281396 <... execve resumed>) = 0
13318<make> 1795475181.282132 setresuid(-1, 0, -1) = 0
13318<make> 1795475181.282207 setresgid(-1, 0, -1) = 0
13318<make> 1795475181.282289 execve("/usr/bin/cc", ["cc", "-O1", "-c", "f6.c", "-o", "f6.o"], 0x55ab8353dfd0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.282488 <... clone3 resumed>) = 13318<cc>
13316<cc> 1795475181.282659 vfork( <unfinished ...>
13314<cc> 1795475181.282879 wait4(13319<as>,  <unfinished ...>
13302<make> 1795475181.282963 wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13305
13318<cc> 1795475181.283107 <... execve resumed>) = 0
13320<cc> 1795475181.283157 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f5.c", "-quiet", "-dumpbase", "f5.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccDK7AxY.s"], 0x1c8e3d60 /* 45 vars */ <unfinished ...>
13316<cc> 1795475181.283372 <... vfork resumed>) = 13320<cc1>
13320<cc1> 1795475181.284367 <... execve resumed>) = 0
13302<make> 1795475181.285333 wait4(-1, 0x7ffc8fda6bc0, WNOHANG, NULL) = 0
13316<cc> 1795475181.285490 wait4(13320<cc1>,  <unfinished ...>
13302<make> 1795475181.285627 wait4(-1,  <unfinished ...>
13318<cc> 1795475181.295257 vfork( <unfinished ...>
13321<cc> 1795475181.295666 execve("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", ["/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "-quiet", "-imultiarch", "x86_64-linux-gnu", "f6.c", "-quiet", "-dumpbase", "f6.c", "-dumpbase-ext", ".c", "-mtune=generic", "-march=x86-64", "-O1", "-fasynchronous-unwind-tables", "-o", "/tmp/ccKEs9gq.s"], 0x6f51d60 /* 45 vars */ <unfinished ...>
13318<cc> 1795475181.296006 <... vfork resumed>) = 13321<cc1>
13321<cc1> 1795475181.296543 <... execve resumed>) = 0
13318<cc> 1795475181.296653 wait4(13321<cc1>,  <unfinished ...>
13319<cc> 1795475181.308889 exit_group(0) = ?
13319<cc> 1795475181.309364 +++ exited with 0 +++
13314<cc> 1795475181.309408 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13319
13314<cc> 1795475181.309524 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13319, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13314<cc> 1795475181.318390 exit_group(0) = ?
13314<cc> 1795475181.318865 +++ exited with 0 +++
13302<make> 1795475181.318934 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13314
13302<make> 1795475181.319050 wait4(-1, 0x7ffc8fda6bc0, WNOHANG, NULL) = 0
13302<make> 1795475181.319117 wait4(-1,  <unfinished ...>
13320<cc1> 1795475181.327819 exit_group(0) = ?
13320<cc1> 1795475181.329470 +++ exited with 0 +++
13316<cc> 1795475181.329484 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13320
13316<cc> 1795475181.329535 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13320, si_uid=0, si_status=0, si_utime=2 /* 0.02 s */, si_stime=0} ---
13316<cc> 1795475181.330136 vfork( <unfinished ...>
13322<cc> 1795475181.330963 execve("/usr/bin/as", ["as", "--64", "-o", "f5.o", "/tmp/ccDK7AxY.s"], 0x1c8e3d60 /* 45 vars */ <unfinished ...>
13316<cc> 1795475181.331059 <... vfork resumed>) = 13322<cc>
13316<cc> 1795475181.331395 wait4(13322<as>,  <unfinished ...>
13322<cc> 1795475181.331475 <... execve resumed>) = 0
13322<cc> 1795475181.339086 exit_group(0) = ?
13322<cc> 1795475181.339475 +++ exited with 0 +++
13316<cc> 1795475181.339486 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13322
13316<cc> 1795475181.339515 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13322, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13316<cc> 1795475181.340284 exit_group(0) = ?
13316<cc> 1795475181.340657 +++ exited with 0 +++
13302<make> 1795475181.340666 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13316
13302<make> 1795475181.340760 wait4(-1, 0x7ffc8fda6bc0, WNOHANG, NULL) = 0
13302<make> 1795475181.340816 wait4(-1,  <unfinished ...>
13321<cc1> 1795475181.364386 exit_group(0) = ?
13321<cc1> 1795475181.365725 +++ exited with 0 +++
13318<cc> 1795475181.365744 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13321
13318<cc> 1795475181.365782 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13321, si_uid=0, si_status=0, si_utime=1 /* 0.01 s */, si_stime=1 /* 0.01 s */} ---
13318<cc> 1795475181.366057 vfork( <unfinished ...>
13323<cc> 1795475181.366627 execve("/usr/bin/as", ["as", "--64", "-o", "f6.o", "/tmp/ccKEs9gq.s"], 0x6f51d60 /* 45 vars */ <unfinished ...>
13318<cc> 1795475181.366699 <... vfork resumed>) = 13323<cc>
13318<cc> 1795475181.366926 wait4(13323<as>,  <unfinished ...>
13323<cc> 1795475181.366978 <... execve resumed>) = 0
13323<cc> 1795475181.371076 exit_group(0) = ?
13323<cc> 1795475181.371415 +++ exited with 0 +++
13318<cc> 1795475181.371423 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13323
13318<cc> 1795475181.371458 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13323, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13318<cc> 1795475181.372052 exit_group(0) = ?
13318<cc> 1795475181.372362 +++ exited with 0 +++
13302<make> 1795475181.372370 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13318
13302<make> 1795475181.372833 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13324<make> 1795475181.374340 setresuid(-1, 0, -1) = 0
13324<make> 1795475181.374371 setresgid(-1, 0, -1) = 0
13324<make> 1795475181.374392 execve("/usr/bin/cc", ["cc", "-o", "prog", "main.o", "f1.o", "f2.o", "f3.o", "f4.o", "f5.o", "f6.o"], 0x55ab8353dfd0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.374459 <... clone3 resumed>) = 13324<make>
13302<make> 1795475181.374512 wait4(-1,  <unfinished ...>
13324<cc> 1795475181.374666 <... execve resumed>) = 0
13324<cc> 1795475181.378534 vfork( <unfinished ...>
13325<cc> 1795475181.378805 execve("/usr/lib/gcc/x86_64-linux-gnu/12/collect2", ["/usr/lib/gcc/x86_64-linux-gnu/12/collect2", "-plugin", "/usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so", "-plugin-opt=/usr/lib/gcc/x86_64-linux-gnu/12/lto-wrapper", "-plugin-opt=-fresolution=/tmp/ccwKlwAy.res", "-plugin-opt=-pass-through=-lgcc", "-plugin-opt=-pass-through=-lgcc_s", "-plugin-opt=-pass-through=-lc", "-plugin-opt=-pass-through=-lgcc", "-plugin-opt=-pass-through=-lgcc_s", "--build-id", "--eh-frame-hdr", "-m", "elf_x86_64", "--hash-style=gnu", "--as-needed", "-dynamic-linker", "/lib64/ld-linux-x86-64.so.2", "-pie", "-o", "prog", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/crti.o", "/usr/lib/gcc/x86_64-linux-gnu/12/crtbeginS.o", "-L/usr/lib/gcc/x86_64-linux-gnu/12", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../../../lib", "-L/lib/x86_64-linux-gnu", "-L/lib/../lib", "-L/usr/lib/x86_64-linux-gnu", "-L/usr/lib/../lib", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../..", "main.o", "f1.o", "f2.o", "f3.o", "f4.o", "f5.o", "f6.o", "-lgcc", "--push-state", "--as-needed", "-lgcc_s", "--pop-state", "-lc", "-lgcc", "--push-state", "--as-needed", "-lgcc_s", "--pop-state", "/usr/lib/gcc/x86_64-linux-gnu/12/crtendS.o", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/crtn.o"], 0x22cbdaa0 /* 48 vars */ <unfinished ...>
13324<cc> 1795475181.379313 <... vfork resumed>) = 13325<collect2>
13325<collect2> 1795475181.379478 <... execve resumed>) = 0
13324<cc> 1795475181.379539 wait4(13325<collect2>,  <unfinished ...>
13325<collect2> 1795475181.383285 vfork( <unfinished ...>
13326<collect2> 1795475181.383508 execve("/usr/bin/ld", ["/usr/bin/ld", "-plugin", "/usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so", "-plugin-opt=/usr/lib/gcc/x86_64-linux-gnu/12/lto-wrapper", "-plugin-opt=-fresolution=/tmp/ccwKlwAy.res", "-plugin-opt=-pass-through=-lgcc", "-plugin-opt=-pass-through=-lgcc_s", "-plugin-opt=-pass-through=-lc", "-plugin-opt=-pass-through=-lgcc", "-plugin-opt=-pass-through=-lgcc_s", "--build-id", "--eh-frame-hdr", "-m", "elf_x86_64", "--hash-style=gnu", "--as-needed", "-dynamic-linker", "/lib64/ld-linux-x86-64.so.2", "-pie", "-o", "prog", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/crti.o", "/usr/lib/gcc/x86_64-linux-gnu/12/crtbeginS.o", "-L/usr/lib/gcc/x86_64-linux-gnu/12", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../../../lib", "-L/lib/x86_64-linux-gnu", "-L/lib/../lib", "-L/usr/lib/x86_64-linux-gnu", "-L/usr/lib/../lib", "-L/usr/lib/gcc/x86_64-linux-gnu/12/../../..", "main.o", "f1.o", "f2.o", "f3.o", "f4.o", "f5.o", "f6.o", "-lgcc", "--push-state", "--as-needed", "-lgcc_s", "--pop-state", "-lc", "-lgcc", "--push-state", "--as-needed", "-lgcc_s", "--pop-state", "/usr/lib/gcc/x86_64-linux-gnu/12/crtendS.o", "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/crtn.o"], 0x7ffe3f2e18a0 /* 48 vars */ <unfinished ...>
13325<collect2> 1795475181.383717 <... vfork resumed>) = 13326<ld>
13325<collect2> 1795475181.383802 wait4(13326<ld>,  <unfinished ...>
13326<ld> 1795475181.383843 <... execve resumed>) = 0
13326<ld> 1795475181.418771 exit_group(0) = ?
13326<ld> 1795475181.419327 +++ exited with 0 +++
13325<collect2> 1795475181.419336 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13326
13325<collect2> 1795475181.419394 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13326, si_uid=0, si_status=0, si_utime=0, si_stime=1 /* 0.01 s */} ---
13325<collect2> 1795475181.419500 exit_group(0) = ?
13325<collect2> 1795475181.419655 +++ exited with 0 +++
13324<cc> 1795475181.419660 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13325
13324<cc> 1795475181.419699 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13325, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13324<cc> 1795475181.419789 exit_group(0) = ?
13324<cc> 1795475181.419969 +++ exited with 0 +++
13302<make> 1795475181.419974 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13324
13302<make> 1795475181.420224 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f52210ce000, stack_size=0x9000}, 88 <unfinished ...>
13327<make> 1795475181.421451 setresuid(-1, 0, -1) = 0
13327<make> 1795475181.421478 setresgid(-1, 0, -1) = 0
13327<make> 1795475181.421500 execve("./prog", ["./prog"], 0x55ab8353dfd0 /* 41 vars */ <unfinished ...>
13302<make> 1795475181.421666 <... clone3 resumed>) = 13327<prog>
13302<make> 1795475181.422010 wait4(-1,  <unfinished ...>
13327<prog> 1795475181.422053 <... execve resumed>) = 0
13327<prog> 1795475181.423232 exit_group(0) = ?
13327<prog> 1795475181.423331 +++ exited with 0 +++
13302<make> 1795475181.423380 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13327
13302<make> 1795475181.423594 exit_group(0) = ?
13302<make> 1795475181.423803 +++ exited with 0 +++
`,
  "replay/daemon.strace": `12881 23:05:59.692662 execve("./w_daemon", ["./w_daemon"], 0x7fff36164e00 /* 38 vars */) = 0
12881 23:05:59.694708 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
12882 23:05:59.695098 setsid()          = 12882
12882 23:05:59.695176 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
12881 23:05:59.695449 <... clone resumed>, child_tidptr=0x7f81ddff3a10) = 12882
12881 23:05:59.695528 wait4(12882,  <unfinished ...>
12882 23:05:59.695567 <... clone resumed>, child_tidptr=0x7f81ddff3a10) = 12883
12882 23:05:59.695732 exit_group(0)     = ?
12882 23:05:59.695911 +++ exited with 0 +++
12881 23:05:59.695936 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 12882
12881 23:05:59.695964 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=12882, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
12881 23:05:59.750070 exit_group(0)     = ?
12881 23:05:59.750334 +++ exited with 0 +++
12883 23:05:59.796057 prctl(PR_SET_NAME, "mydaemond") = 0
12883 23:05:59.796965 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f81ddff3a10) = 12884
12883 23:05:59.797428 wait4(12884,  <unfinished ...>
12884 23:05:59.807686 exit_group(2)     = ?
12884 23:05:59.807994 +++ exited with 2 +++
12883 23:05:59.808214 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 2}], 0, NULL) = 12884
12883 23:05:59.808245 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=12884, si_uid=0, si_status=2, si_utime=0, si_stime=0} ---
12883 23:05:59.908465 exit_group(0)     = ?
12883 23:05:59.909029 +++ exited with 0 +++
`,
  "replay/session.strace": `13057 23:06:07.796020 execve("./w_session.sh", ["./w_session.sh"], 0x7ffde984bac0 /* 38 vars */) = 0
13057 23:06:07.800086 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
13058 23:06:07.800757 execve("/usr/bin/setsid", ["setsid", "sh", "-c", "echo \\"SELF setsid pid=$$\\" >&2; exit 0"], 0x55c8d8e71e00 /* 39 vars */) = 0
13057 23:06:07.801980 <... clone resumed>, child_tidptr=0x7f7e4a86aa10) = 13058
13057 23:06:07.802099 wait4(-1,  <unfinished ...>
13058 23:06:07.803618 setsid()          = 13058
13058 23:06:07.803925 execve("/usr/bin/sh", ["sh", "-c", "echo \\"SELF setsid pid=$$\\" >&2; exit 0"], 0x7fffd35cd830 /* 39 vars */) = 0
13058 23:06:07.807388 exit_group(0)     = ?
13058 23:06:07.807746 +++ exited with 0 +++
13057 23:06:07.807760 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13058
13057 23:06:07.807835 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13058, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13057 23:06:07.807858 wait4(-1, 0x7ffdbb40ca10, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:07.808463 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13059
13057 23:06:07.809040 wait4(-1,  <unfinished ...>
13059 23:06:07.810118 execve("/usr/bin/setpriv", ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", "id -u >&2; exit 17"], 0x55c8d8e71e00 /* 39 vars */) = 0
13059 23:06:07.815332 prctl(PR_SET_KEEPCAPS, 1) = 0
13059 23:06:07.815568 setresuid(65534, 65534, 65534) = 0
13059 23:06:07.815657 setresgid(65534, 65534, 65534) = 0
13059 23:06:07.816087 execve("/usr/bin/sh", ["sh", "-c", "id -u >&2; exit 17"], 0x7ffc8f7465e8 /* 39 vars */) = 0
13059 23:06:07.818147 vfork( <unfinished ...>
13060 23:06:07.818367 execve("/usr/bin/id", ["id", "-u"], 0x5624b4b61c18 /* 39 vars */ <unfinished ...>
13059 23:06:07.818509 <... vfork resumed>) = 13060
13059 23:06:07.818531 wait4(-1,  <unfinished ...>
13060 23:06:07.818619 <... execve resumed>) = 0
13060 23:06:07.821233 exit_group(0)     = ?
13060 23:06:07.821637 +++ exited with 0 +++
13059 23:06:07.821673 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13060
13059 23:06:07.821697 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13060, si_uid=65534, si_status=0, si_utime=0, si_stime=0} ---
13059 23:06:07.821729 wait4(-1, 0x7ffd8cb09d6c, WNOHANG, NULL) = -1 ECHILD (No child processes)
13059 23:06:07.821801 exit_group(17)    = ?
13059 23:06:07.822075 +++ exited with 17 +++
13057 23:06:07.822112 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 17}], 0, NULL) = 13059
13057 23:06:07.822192 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13059, si_uid=65534, si_status=17, si_utime=0, si_stime=0} ---
13057 23:06:07.822208 wait4(-1, 0x7ffdbb40c890, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:07.822733 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13061
13057 23:06:07.823316 wait4(-1,  <unfinished ...>
13061 23:06:07.823344 execve("/usr/bin/su", ["su", "nobody", "-s", "/bin/sh", "-c", "exit 18"], 0x55c8d8e71e00 /* 39 vars */) = 0
13061 23:06:07.834485 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f8a592dda50) = 13062
13062 23:06:07.835087 setgid(65534 <unfinished ...>
13061 23:06:07.835127 wait4(13062,  <unfinished ...>
13062 23:06:07.835271 <... setgid resumed>) = 0
13062 23:06:07.835334 setuid(65534)     = 0
13062 23:06:07.835491 setsid()          = 13062
13062 23:06:07.839138 execve("/bin/sh", ["sh", "-c", "exit 18"], 0x563eb21e9050 /* 42 vars */) = 0
13062 23:06:07.841582 exit_group(18)    = ?
13062 23:06:07.842097 +++ exited with 18 +++
13061 23:06:07.842114 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 18}], WSTOPPED, NULL) = 13062
13061 23:06:07.843151 exit_group(18)    = ?
13061 23:06:07.843665 +++ exited with 18 +++
13057 23:06:07.843678 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 18}], 0, NULL) = 13061
13057 23:06:07.843754 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13061, si_uid=0, si_status=18, si_utime=0, si_stime=0} ---
13057 23:06:07.843774 wait4(-1, 0x7ffdbb40c890, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:07.844421 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13063
13057 23:06:07.845146 wait4(-1,  <unfinished ...>
13063 23:06:07.845158 execve("/usr/bin/nice", ["nice", "-n", "5", "sh", "-c", "exit 19"], 0x55c8d8e71e00 /* 39 vars */) = 0
13063 23:06:07.848574 execve("/usr/bin/sh", ["sh", "-c", "exit 19"], 0x7ffd01d4ea60 /* 39 vars */) = 0
13063 23:06:07.850307 exit_group(19)    = ?
13063 23:06:07.850453 +++ exited with 19 +++
13057 23:06:07.850488 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 19}], 0, NULL) = 13063
13057 23:06:07.850653 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13063, si_uid=0, si_status=19, si_utime=0, si_stime=0} ---
13057 23:06:07.850675 wait4(-1, 0x7ffdbb40c890, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:07.851129 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13064
13064 23:06:07.851586 execve("/usr/bin/bash", ["bash", "-c", "exec -a renamed sleep 0.05"], 0x55c8d8e71e00 /* 39 vars */ <unfinished ...>
13057 23:06:07.851831 wait4(-1,  <unfinished ...>
13064 23:06:07.851866 <... execve resumed>) = 0
13064 23:06:07.855236 execve("/usr/bin/sleep", ["renamed", "0.05"], 0x557e67345f30 /* 39 vars */) = 0
13064 23:06:07.910086 exit_group(0)     = ?
13064 23:06:07.910456 +++ exited with 0 +++
13057 23:06:07.910465 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13064
13057 23:06:07.910530 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13064, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13057 23:06:07.910547 wait4(-1, 0x7ffdbb40ca10, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:07.910791 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13065
13057 23:06:07.911167 wait4(-1,  <unfinished ...>
13065 23:06:07.912980 execve("/opt/py/python3", ["python3", "-"], 0x55c8d8e71e00 /* 39 vars */) = 0
13065 23:06:08.034247 exit_group(1)     = ?
13065 23:06:08.035292 +++ exited with 1 +++
13057 23:06:08.035370 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 13065
13057 23:06:08.036098 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13065, si_uid=0, si_status=1, si_utime=4 /* 0.04 s */, si_stime=2 /* 0.02 s */} ---
13057 23:06:08.036148 wait4(-1, 0x7ffdbb40c890, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:08.036254 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f7e4a86aa10) = 13066
13066 23:06:08.037178 execve("/usr/bin/perl", ["/usr/bin/perl", "-e", "$0=\\"perl-renamed\\"; select(undef,undef,undef,0.05)"], 0x55c8d8e71e00 /* 39 vars */ <unfinished ...>
13057 23:06:08.037538 wait4(-1,  <unfinished ...>
13066 23:06:08.037571 <... execve resumed>) = 0
13066 23:06:08.043557 prctl(PR_SET_NAME, "perl-renamed") = 0
13066 23:06:08.095692 exit_group(0)     = ?
13066 23:06:08.096669 +++ exited with 0 +++
13057 23:06:08.096726 <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 13066
13057 23:06:08.096907 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=13066, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
13057 23:06:08.096932 wait4(-1, 0x7ffdbb40c890, WNOHANG, NULL) = -1 ECHILD (No child processes)
13057 23:06:08.097094 exit_group(0)     = ?
13057 23:06:08.097530 +++ exited with 0 +++
`,
});
