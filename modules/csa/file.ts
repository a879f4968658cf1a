import { KernelError } from "../../kernel/errno.ts";
import type { CsaRecord } from "./record.ts";

/** An open accounting file. */
export interface CsaFile {
  /** Appends a record. ENOSPC or EIO when it cannot, which ends what is accounted there (B44). */
  write(record: CsaRecord): void;
  /** Closes it. */
  close?(): void;
}

/** Opens accounting files for the module. */
export interface CsaFiles {
  /** Opens a file for appending. ENOENT, EACCES when it is no regular file, EIO when it is not writable (B45). */
  open(path: string): CsaFile;
}

/** Damage to a file in memory. */
export type FileCondition = "missing" | "not-regular" | "not-writable" | "full";

/**
 * Files in memory, which are the default. Each keeps its newest records.
 *
 * @example
 * ```ts
 * import { MemoryFiles } from "@pnotify/pnotify/modules/csa";
 * import { assertEquals, assertThrows } from "@std/assert";
 * const files = new MemoryFiles(100);
 * files.open("/var/csa/pacct").write({ type: "daemon", kind: "nqs", time: 5, data: "ff" });
 * assertEquals(files.records("/var/csa/pacct").length, 1);
 * files.setCondition("/var/csa/pacct", "missing");
 * assertThrows(() => files.open("/var/csa/pacct"), Error, "ENOENT");
 * ```
 */
export class MemoryFiles implements CsaFiles {
  readonly #files = new Map<string, CsaRecord[]>();
  readonly #conditions = new Map<string, FileCondition>();
  readonly #keep: number;

  /**
   * Makes a place without files. A file begins when it is opened.
   *
   * @param keep The number of records that each file keeps.
   */
  constructor(keep: number) {
    this.#keep = keep;
  }

  /**
   * Damages a file, or mends it.
   *
   * @param path The path.
   * @param condition The damage, or null.
   */
  setCondition(path: string, condition: FileCondition | null): void {
    if (condition === null) this.#conditions.delete(path);
    else this.#conditions.set(path, condition);
  }

  /**
   * The records that a file keeps, oldest first.
   *
   * @param path The path.
   * @returns The records. A file that was never opened has none.
   */
  records(path: string): readonly CsaRecord[] {
    return this.#files.get(path)?.slice(-this.#keep) ?? [];
  }

  /**
   * Opens a file for appending, and makes a missing one.
   *
   * @param path The path.
   * @returns The file.
   * @throws {KernelError} ENOENT, EACCES or EIO for a damaged file.
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
    const file = records;
    return { write: (record) => this.#append(path, file, record) };
  }

  #append(path: string, records: CsaRecord[], record: CsaRecord): void {
    if (this.#conditions.get(path) === "full") {
      throw refuse("ENOSPC", path, "there is no space left", "write to");
    }
    records.push(record);
    // Old records are dropped in bulk, which costs little for each.
    if (records.length >= 2 * this.#keep) records.splice(0, records.length - this.#keep);
  }
}

function refuse(
  code: "ENOENT" | "EACCES" | "EIO" | "ENOSPC",
  path: string,
  found: string,
  verb: "open" | "write to" = "open",
): KernelError {
  return new KernelError(code, { action: `${verb} the accounting file`, name: path, found });
}
