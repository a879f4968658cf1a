import type { SandboxLimits, SandboxOutcome } from "../../runner/sandbox/mod.ts";
import { runSandboxed } from "../../runner/sandbox/mod.ts";
import type { SandboxProgram } from "../../runner/sandbox/deno_command.ts";
import { fileModule, LANES, planOf } from "../sandbox/plan.ts";

const SECRET = "s3cr3t-4711";
const source = new URL("modules/", import.meta.url);

/** A folder with the hostile modules, and beside it what they are not to reach. */
export class Range {
  /** The folder that is not to be touched. */
  readonly root: string;
  #before = "";

  /** Makes the folder. */
  constructor() {
    this.root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "attacks_" }));
    Deno.writeTextFileSync(`${this.root}/secret.txt`, SECRET);
    Deno.writeTextFileSync(`${this.root}/secret.js`, `export default "${SECRET}";\n`);
    Deno.writeTextFileSync(`${this.root}/secret.json`, `{ "secret": "${SECRET}" }\n`);
    Deno.mkdirSync(`${this.root}/modules/sub`, { recursive: true });
    for (const { name, isFile } of Deno.readDirSync(source)) {
      if (!isFile) continue;
      const text = Deno.readTextFileSync(new URL(name, source));
      Deno.writeTextFileSync(
        `${this.root}/modules/${name}`,
        text.replaceAll("@CANARY@", this.root),
      );
    }
    Deno.copyFileSync(`${this.root}/secret.json`, `${this.root}/modules/secret.json`);
    Deno.symlinkSync("../secret.js", `${this.root}/modules/link.js`);
    Deno.symlinkSync("..", `${this.root}/modules/away`);
    this.note();
  }

  /** Takes what there is now as what is to stay. */
  note(): void {
    this.#before = this.#state();
  }

  /** The path of a module. */
  path(file: string): string {
    return `${this.root}/modules/${file}`;
  }

  /** What was changed beside the modules, or null. */
  damage(): string | null {
    const now = this.#state();
    return now === this.#before ? null : `before: ${this.#before}\nnow: ${now}`;
  }

  #state(): string {
    const files: string[] = [];
    const visit = (folder: string) => {
      for (const { name, isFile, isDirectory } of Deno.readDirSync(folder)) {
        const path = `${folder}/${name}`;
        if (isDirectory) visit(path);
        else files.push(isFile ? `${path} ${Deno.readTextFileSync(path)}` : path);
      }
    };
    visit(this.root);
    return files.sort().join("\n");
  }

  /** Removes the folder. */
  remove(): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

/**
 * Short limits for each step, so that many attacks fit into little time. The limit for a whole run is long, as other work
 * may take of that time.
 */
function limitsFor(file: string): Partial<SandboxLimits> {
  const totalMs = 600_000;
  const isAboutMemory = file.startsWith("memory_");
  return isAboutMemory
    ? { stepMs: 60_000, loadMs: 60_000, totalMs, memoryMb: 256 }
    : { stepMs: 600, loadMs: 1000, totalMs, memoryMb: 512 };
}

/** Runs one module in the sandbox, in a scenario that calls every hook. */
export function attack(
  range: Range,
  file: string,
  program?: SandboxProgram,
): Promise<SandboxOutcome> {
  const name = file.replace(/\..*/, "");
  const lanes = file.startsWith("lane_") ? { concurrently: LANES } : {};
  const plan = planOf([fileModule(name, range.path(file), `modules/${file}`)], lanes);
  const limits = limitsFor(file);
  return runSandboxed({ kind: "run", plan, limits, ...(program && { program }) });
}

/** Whether a text shows something that only the host can have told. */
export function breachIn(text: string, range: Range): string | null {
  if (text.includes(SECRET)) return "the secret was read";
  return /BREACH[^"\n]*/.exec(text.replaceAll(range.root, ""))?.[0] ?? null;
}
