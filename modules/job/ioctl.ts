import { refuse, type TaskArgument } from "../call.ts";
import type { Jobs } from "./jobs.ts";

/** The requests of the original, each with the call that answers it (B17 to B28). */
const REQUESTS: Readonly<Record<string, keyof Jobs>> = Object.freeze({
  JOB_CREATE: "create",
  JOB_GETJID: "getJid",
  JOB_WAITJID: "waitJid",
  JOB_KILLJID: "killJid",
  JOB_GETJIDCNT: "getJidCount",
  JOB_GETJIDLST: "getJidList",
  JOB_GETPIDCNT: "getPidCount",
  JOB_GETPIDLST: "getPidList",
  JOB_GETUSER: "getUser",
  JOB_GETPRIMEPID: "getPrimePid",
  JOB_SETHID: "setHid",
  JOB_DETACHJID: "detachJid",
  JOB_DETACHPID: "detachPid",
  JOB_ATTACHPID: "attachPid",
});

/** Answers a request (B29). A reserved request is refused like an unknown one. */
export function ioctl(
  jobs: Jobs,
  options: {
    readonly task: TaskArgument;
    readonly request: string;
    readonly args?: Readonly<Record<string, unknown>>;
  },
): unknown {
  const { task, request, args = {} } = options;
  const call = Object.hasOwn(REQUESTS, request) ? REQUESTS[request] : null;
  if (call === null) {
    throw refuse(
      "EBADRQC",
      "answer the request",
      request,
      "there is no such request, or it is reserved",
      `one of ${Object.keys(REQUESTS).join(", ")} is wanted`,
    );
  }
  const answer = jobs[call] as (options: unknown) => unknown;
  return answer({ task, ...args });
}
