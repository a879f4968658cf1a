import { LIBC_NAMES } from "../../../live/libc_names.ts";
import { type ConnectorRecord, parseMessage } from "./proc_event.ts";

const AF_NETLINK = 16;
const SOCK_DGRAM = 2;
const NETLINK_CONNECTOR = 11;
const CN_IDX_PROC = 1;
const PROC_CN_MCAST_LISTEN = 1;
const PROC_CN_MCAST_IGNORE = 2;
const NLMSG_DONE = 3;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;
const POLLIN = 1;
const MSG_DONTWAIT = 0x40;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;

/** Room for some 80,000 messages. Without CAP_NET_ADMIN the system gives less: net.core.rmem_max. */
const BUFFER_SIZE = 64 << 20;
const ACK_TIMEOUT_MS = 500;
const LONGEST_MESSAGE = 8192;

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

/**
 * The process connector of the kernel: a netlink socket that hears of each fork, exec and exit of the machine. It shares no
 * code with `live/` but the name of the C library. An instance belongs to the thread that made it.
 */
export class ProcessConnector {
  /** How often the kernel had no room for a message. */
  overruns = 0;
  /** How many messages are missing by their numbers. Each CPU numbers its own. */
  gaps = 0;
  readonly #libc = openLibc();
  readonly #errno: Deno.UnsafePointerView;
  readonly #socket: number;
  readonly #message = new Uint8Array(new ArrayBuffer(LONGEST_MESSAGE));
  readonly #view = new DataView(this.#message.buffer);
  readonly #pollfd = new Int32Array(new ArrayBuffer(8));
  readonly #next = new Map<number, number>();

  /**
   * Begins to listen.
   *
   * @throws {Error} When the connector does not answer, with the reason.
   */
  constructor() {
    const { symbols } = this.#libc;
    this.#errno = new Deno.UnsafePointerView(symbols.__errno_location()!);
    this.#socket = symbols.socket(AF_NETLINK, SOCK_DGRAM, NETLINK_CONNECTOR);
    if (this.#socket < 0) throw this.#problem("this kernel has no netlink connector");
    try {
      this.#subscribe();
    } catch (error) {
      symbols.close(this.#socket);
      throw error;
    }
  }

  #problem(reason: string): Error {
    return new Error(`${reason} (errno ${this.#errno.getInt32()})`);
  }

  #subscribe(): void {
    const { symbols } = this.#libc;
    const size = new Int32Array([BUFFER_SIZE]);
    if (symbols.setsockopt(this.#socket, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) !== 0) {
      symbols.setsockopt(this.#socket, SOL_SOCKET, SO_RCVBUF, size, 4);
    }
    const address = new Uint32Array([AF_NETLINK, 0, 1 << (CN_IDX_PROC - 1)]);
    if (symbols.bind(this.#socket, address, 12) !== 0) {
      throw this.#problem("this user may not hear it; before Linux 6.6 only root may");
    }
    // What others are told comes here, too: only our own number is an answer to us.
    const ack = crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;
    if (!this.#request(PROC_CN_MCAST_LISTEN, ack)) {
      throw this.#problem("this network namespace has no process connector");
    }
    const deadline = Date.now() + ACK_TIMEOUT_MS;
    while (Date.now() < deadline) {
      this.wait(deadline - Date.now());
      for (let record = this.next(); record !== null; record = this.next()) {
        if (record.ev === "ack" && record.ack === ack + 1) return;
      }
    }
    throw new Error("it is silent, as it is below another pid or user namespace");
  }

  #request(operation: number, ack: number): boolean {
    const message = new Uint8Array(new ArrayBuffer(40));
    const view = new DataView(message.buffer);
    view.setUint32(0, message.length, true);
    view.setUint16(4, NLMSG_DONE, true);
    view.setUint32(16, CN_IDX_PROC, true);
    view.setUint32(20, CN_IDX_PROC, true);
    view.setUint32(28, ack, true);
    view.setUint16(32, 4, true);
    view.setUint32(36, operation, true);
    const { symbols } = this.#libc;
    return Number(symbols.send(this.#socket, message, BigInt(message.length), 0)) > 0;
  }

  /** Sleeps until there is a message, or for so many milliseconds. */
  wait(milliseconds: number): void {
    this.#pollfd[0] = this.#socket;
    this.#pollfd[1] = POLLIN;
    this.#libc.symbols.poll(this.#pollfd, 1n, Math.max(0, milliseconds));
  }

  /** The next message, or null when there is none now. */
  next(): ConnectorRecord | null {
    for (;;) {
      const { symbols } = this.#libc;
      const room = BigInt(LONGEST_MESSAGE);
      const length = Number(symbols.recv(this.#socket, this.#message, room, MSG_DONTWAIT));
      if (length > 0) {
        const record = parseMessage(new DataView(this.#view.buffer, 0, length));
        if (record === null) continue;
        this.#count(record);
        return record;
      }
      const errno = this.#errno.getInt32();
      if (errno === EAGAIN) return null;
      if (errno === ENOBUFS) this.overruns++;
      else if (errno !== EINTR) throw this.#problem("Cannot hear the process connector");
    }
  }

  #count({ cpu, seq }: ConnectorRecord): void {
    const expected = this.#next.get(cpu);
    this.#next.set(cpu, seq + 1);
    if (expected !== undefined && seq > expected) this.gaps += seq - expected;
  }

  /** Ends the subscription. The kernel counts its listeners, and does not notice that one has died. */
  close(): void {
    this.#request(PROC_CN_MCAST_IGNORE, 0);
    this.#libc.symbols.close(this.#socket);
    this.#libc.close();
  }
}

function openLibc(): Deno.DynamicLibrary<typeof SYMBOLS> {
  let problem: unknown;
  for (const name of LIBC_NAMES) {
    try {
      return Deno.dlopen(name, SYMBOLS);
    } catch (error) {
      problem ??= error;
    }
  }
  throw problem;
}
