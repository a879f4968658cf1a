import { KernelError } from "../../kernel/errno.ts";
import type { CsaRecord } from "./record.ts";

/**
 * An open accounting file.
 *
 * @example
 * ```ts
 * import type { CsaFile } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const lines: string[] = [];
 * const file: CsaFile = {
 *   write: (record) => void lines.push(record.type),
 *   close: () => void lines.push("closed"),
 * };
 * file.write({ type: "daemon", kind: "nqs", time: 5, data: "ff" });
 * file.close?.();
 * assertEquals(lines, ["daemon", "closed"]);
 * ```
 */
export interface CsaFile {
  /**
   * Appends a record.
   *
   * @param record The record; {@linkcode encodeRecord} gives its bytes.
   * @throws {KernelError} When it cannot be written: ENOSPC, EIO. What is accounted there ends (B44).
   */
  write(record: CsaRecord): void;
  /** Closes it. */
  close?(): void;
}

/**
 * Where accounting files are: the module knows none, so somebody has to open them for it.
 *
 * @example
 * ```ts
 * import { type CsaFiles, MemoryFiles } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const files: CsaFiles = new MemoryFiles(100);
 * const file = files.open("/var/csa/pacct");
 * file.write({ type: "daemon", kind: "nqs", time: 5, data: "ff" });
 * assertEquals(file.close, undefined);
 * ```
 */
export interface CsaFiles {
  /**
   * Opens a file for appending.
   *
   * @param path Its path.
   * @returns The file.
   * @throws {KernelError} ENOENT and others when it cannot be opened, EACCES when it is not a regular file, EIO when it
   * cannot be written (B45).
   */
  open(path: string): CsaFile;
}

/** What may be wrong with a file in memory. */
export type FileCondition = "missing" | "not-regular" | "not-writable" | "full";

/**
 * Files in memory: what the module writes to unless it is told otherwise. Each keeps its newest records.
 *
 * Origin: our own: a file system in memory.
 *
 * @example
 * ```ts
 * import { MemoryFiles } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals } from "@std/assert";
 * const files = new MemoryFiles(100);
 * files.open("/var/csa/pacct").write({ type: "daemon", kind: "nqs", time: 5, data: "ff" });
 * assertEquals(files.records("/var/csa/pacct").length, 1);
 * ```
 */
export class MemoryFiles implements CsaFiles {
  readonly #files = new Map<string, CsaRecord[]>();
  readonly #conditions = new Map<string, FileCondition>();
  readonly #keep: number;

  /**
   * Makes a place without files; each begins when it is opened.
   *
   * @param keep How many records each file keeps.
   */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /**
   * Makes something wrong with a file, or right again.
   *
   * @param path Its path.
   * @param condition What is wrong with it, or null.
   * @example
   * ```ts
   * import { KernelError } from "@pnotify/pnotify";
   * import { MemoryFiles } from "@pnotify/pnotify/modules/csa";
   * import { assertThrows } from "@std/assert";
   * const files = new MemoryFiles(100);
   * files.setCondition("/var/csa/pacct", "missing");
   * assertThrows(() => files.open("/var/csa/pacct"), KernelError, "ENOENT");
   * ```
   */
  setCondition(path: string, condition: FileCondition | null): void {
    if (condition === null) this.#conditions.delete(path);
    else this.#conditions.set(path, condition);
  }

  /**
   * The records in a file, oldest first.
   *
   * @param path Its path.
   * @returns The records that it keeps; none of a file that was never opened.
   */
  records(path: string): readonly CsaRecord[] {
    return this.#files.get(path)?.slice(-this.#keep) ?? [];
  }

  /**
   * Opens a file for appending, and makes it when there is none.
   *
   * @param path Its path.
   * @returns The file.
   * @throws {KernelError} ENOENT, EACCES or EIO when something is wrong with it.
   */
  open(path: string): CsaFile {
    switch (this.#conditions.get(path)) {
      case "missing":
        throw refuse("ENOENT", path, "there is no such file");
      case "not-regular":
        throw refuse("EACCES", path, "it is no regular file");
      case "not-writable":
        throw refuse("EIO", path, "it cannot be written");
    }
    let records = this.#files.get(path);
    if (records === undefined) this.#files.set(path, records = []);
    const kept = records;
    return { write: (record) => this.#append(path, kept, record) };
  }

  #append(path: string, records: CsaRecord[], record: CsaRecord): void {
    if (this.#conditions.get(path) === "full") {
      throw refuse("ENOSPC", path, "there is no space left", "write to");
    }
    records.push(record);
    // Twice as many may pile up, so that dropping the old ones costs little.
    if (records.length >= 2 * this.#keep) records.splice(0, records.length - this.#keep);
  }
}

function refuse(
  code: "ENOENT" | "EACCES" | "EIO" | "ENOSPC",
  path: string,
  found: string,
  what: string = "open",
): KernelError {
  return new KernelError(code, { action: `${what} the accounting file`, name: path, found });
}
