import { FileError } from "../execute/file_error.ts";
import { type CommandBody, EXIT, type Invocation, UsageError } from "./command.ts";
import { checkoutRoot, newModuleFiles } from "./templates.ts";
import { VERSION } from "./version.ts";

const KINDS: readonly string[] = ["module"];

async function create({ io, operands, text }: Invocation): Promise<number> {
  const [kind, name] = operands;
  if (!KINDS.includes(kind)) {
    throw new UsageError(`Unknown kind "${kind}" of pnotify new`, "did you mean module?");
  }
  if (name === undefined) {
    throw new UsageError("Missing NAME of pnotify new module", "usage: pnotify new module NAME");
  }
  if (!/^[a-z][a-z0-9_]{0,31}$/.test(name)) {
    const wanted = "up to 32 small letters, digits and _ are wanted, a letter first";
    throw new UsageError(`Wrong name "${name}" of a module: ${wanted}`);
  }
  const folder = text("dir") ?? name;
  const names = Object.keys(newModuleFiles(name, VERSION, null));
  await refuseExisting(folder, names);
  await Deno.mkdir(folder, { recursive: true });
  const root = checkoutRoot();
  const link = root === null ? null : relativePath(await Deno.realPath(folder), root);
  const files = newModuleFiles(name, VERSION, link);
  for (const [file, content] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${file}`, content);
    io.out(`made ${folder}/${file}`);
  }
  io.out("");
  io.out(`next: pnotify run ${folder}/${name}.yaml`);
  io.out(`      cd ${folder} && deno test`);
  return EXIT.held;
}

/** The relative path between two folders. Every version of Deno takes such a path in `links`. */
function relativePath(from: string, to: string): string {
  const here = from.split("/").filter((part) => part !== "");
  const there = to.split("/").filter((part) => part !== "");
  let same = 0;
  while (same < here.length && here[same] === there[same]) same++;
  const up = here.slice(same).map(() => "..");
  return [...up, ...there.slice(same)].join("/") || ".";
}

/** Refuses a folder that has one of the files. Nothing is overwritten, and nothing is written in part. */
async function refuseExisting(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const path = `${folder}/${file}`;
    try {
      await Deno.lstat(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw new FileError(`Cannot make "${path}": its folder cannot be used`);
    }
    throw new FileError(`Cannot make "${path}": it is there already, a free name is wanted`);
  }
}

/** Begins a module. */
export const newCommand: CommandBody = {
  arity: [1, 2],
  options: [{ name: "dir", value: "FOLDER", doc: "where to put it; a folder of its name" }],
  examples: [["pnotify new module mine", "make mine/ with a module, a scenario and a test"]],
  completes: KINDS,
  run: create,
};
