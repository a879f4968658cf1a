import { suggestion } from "../scenario/suggest.ts";
import { Source } from "../scenario/source.ts";
import { dataUrl } from "./data_url.ts";
import {
  type ImportStatement,
  locate,
  type ModuleText,
  readImports,
  rewriteModule,
} from "./imports.ts";
import { directoryOf, isInside, joinPath } from "./path.ts";
import { isTypeScript, stripTypes } from "./strip.ts";
import { LIBRARY, PACKAGE } from "./library.ts";
import { type Refusal, type RefusalWords, Refused, refuseFile } from "./refusal.ts";

/** A file of a linked module. */
export interface LinkedFile {
  /** The name of the file in messages. */
  readonly file: string;
  /** A URL that loads the file together with its imports. */
  readonly url: string;
}

/** A user's module, ready to be imported where nothing can be read. */
export interface LinkedModule {
  /** The files, each behind its imports. The entry is the last. */
  readonly files: readonly LinkedFile[];
  /** The files by name, for messages about them. */
  readonly sources: ReadonlyMap<string, Source>;
}

/** How much a module may consist of. */
export interface LinkLimits {
  /** Characters in a file. */
  readonly fileSize: number;
  /** Files in all. */
  readonly files: number;
  /** Characters in what is handed over. */
  readonly linkedSize: number;
}

const LIMITS: LinkLimits = { fileSize: 1 << 20, files: 100, linkedSize: 1 << 24 };

/** The search for a similar name takes time that grows with the name. */
const MOST_NAME = 500;
const TOO_LONG: RefusalWords = {
  rule: "import",
  title: "Cannot import a name that is so long",
  label: `at most ${MOST_NAME} characters are wanted`,
};

/** The place of an import, for messages about the file that it names. */
interface Importer {
  readonly module: ModuleText;
  readonly statement: ImportStatement;
}

/**
 * Links a user's module. The linker reads the entry and its relative imports below the folder of the entry, and takes
 * their types out. The result is a module that imports only this library.
 *
 * @param path The entry, an absolute path.
 * @param written The name of the entry in messages.
 * @param limits How much it may consist of.
 * @returns The module, or why it is refused.
 */
export async function linkModule(
  path: string,
  written: string,
  limits: Partial<LinkLimits> = {},
): Promise<LinkedModule | Refusal> {
  const linker = new Linker({ ...LIMITS, ...limits });
  try {
    await linker.link(path, written);
    return { files: linker.files, sources: linker.sources };
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    // Some texts are too deep for the stack or too long for a string. None of them is honest.
    const label = error instanceof Error ? error.message : String(error);
    return refuseFile(written, { rule: "syntax", title: `Cannot link "${written}"`, label });
  }
}

class Linker {
  readonly files: LinkedFile[] = [];
  readonly sources = new Map<string, Source>();
  readonly #limits: LinkLimits;
  /** The URL of each file that is linked, by its real path. */
  readonly #urls = new Map<string, string>();
  /** The files that are being linked, the entry first. An import of a file in this list closes a cycle. */
  readonly #open: { readonly path: string; readonly file: string }[] = [];
  #root = "";
  #size = 0;

  constructor(limits: LinkLimits) {
    this.#limits = limits;
  }

  async link(path: string, written: string): Promise<void> {
    const real = realPath(path);
    if (real === null) throw new Refused(refuseFile(written, missing(written, null)));
    this.#root = directoryOf(real);
    await this.#linkFile(real, written, null);
  }

  async #linkFile(path: string, file: string, importer: Importer | null): Promise<string> {
    const linked = this.#urls.get(path);
    if (linked !== undefined) return linked;
    this.#refuseCycle(path, file, importer);
    const source = new Source(file, this.#read(path, file, importer));
    this.sources.set(file, source);
    this.#open.push({ path, file });
    const text = isTypeScript(path) ? await stripTypes(source) : source.text;
    const module = { source, text };
    const statements = await readImports(module);
    const urls: string[] = [];
    for (const statement of statements) urls.push(await this.#resolve(path, { module, statement }));
    // The size counts before the module is made. A file that is imported in many places is in it as many times.
    this.#grow(urls.reduce((sum, { length }) => sum + length, text.length), importer, file);
    const url = dataUrl(rewriteModule(text, statements, urls, file));
    this.#open.pop();
    this.#urls.set(path, url);
    this.files.push({ file, url });
    return url;
  }

  #grow(size: number, importer: Importer | null, file: string): void {
    this.#size += size;
    if (this.#size <= this.#limits.linkedSize) return;
    this.#refuse(importer, file, {
      rule: "size",
      title: `Cannot link "${file}": with its imports it is too large`,
      label: `at most ${this.#limits.linkedSize} characters in all are wanted`,
    });
  }

  #resolve(path: string, importer: Importer): string | Promise<string> {
    const { specifier } = importer.statement;
    if (specifier.length > MOST_NAME) this.#refuse(importer, "", TOO_LONG);
    const library = LIBRARY.get(specifier);
    if (library !== undefined) {
      this.#checkNames(importer, library);
      return specifier;
    }
    if (!/^\.\.?\//.test(specifier)) this.#refuse(importer, "", notAllowed(specifier));
    if (/[%?#\\]|\p{Cc}/u.test(specifier)) {
      this.#refuse(importer, "", {
        rule: "import",
        title: `Cannot import "${specifier}": it is no plain path`,
        label: "a path without %, ? and # is wanted",
      });
    }
    const target = joinPath(directoryOf(path), specifier);
    if (!isInside(target, this.#root)) this.#refuse(importer, "", outside(specifier));
    const real = realPath(target);
    const shown = joinPath(directoryOf(this.#open.at(-1)!.file), specifier);
    if (real === null) {
      const folder = realPath(directoryOf(target));
      const isOurs = folder !== null && isInside(`${folder}/`, this.#root);
      this.#refuse(importer, "", missing(specifier, isOurs ? folder : null));
    }
    if (!isInside(real, this.#root)) this.#refuse(importer, "", outside(specifier));
    return this.#linkFile(real, shown, importer);
  }

  #checkNames(importer: Importer, library: Readonly<Record<string, unknown>>): void {
    const { names, specifier } = importer.statement;
    const exportNames = Object.keys(library);
    for (const name of names) {
      if (Object.hasOwn(library, name)) continue;
      if (name.length > MOST_NAME) this.#refuse(importer, "", TOO_LONG);
      const title = `Cannot import "${name}": ${specifier} has no such export`;
      const label = suggestion(name, exportNames, "export");
      const { statement, module } = importer;
      const offset = module.text.indexOf(name, statement.start);
      const words = { rule: "export", title, label } as const;
      throw new Refused(locate(module, offset, offset + name.length, words));
    }
  }

  #refuseCycle(path: string, file: string, importer: Importer | null): void {
    const from = this.#open.findIndex((importing) => importing.path === path);
    if (from < 0) return;
    const round = [...this.#open.slice(from).map((importing) => importing.file), file].join(" -> ");
    this.#refuse(importer, file, {
      rule: "cycle",
      title: `Cannot link "${file}": it imports itself through others`,
      label: "modules that do not import each other are wanted",
      notes: [round],
    });
  }

  #read(path: string, file: string, importer: Importer | null): string {
    if (!/\.m?[jt]s$/.test(path)) {
      this.#refuse(importer, file, {
        rule: "file",
        title: `Cannot read "${file}": it is no module`,
        label: "a file that ends in .ts, .js, .mts or .mjs is wanted",
      });
    }
    const { isFile, size } = statOf(path);
    if (!isFile) {
      this.#refuse(importer, file, {
        rule: "file",
        title: `Cannot read "${file}": it is no regular file`,
        label: "a file is wanted",
      });
    }
    if (size > this.#limits.fileSize || this.sources.size >= this.#limits.files) {
      const { fileSize, files } = this.#limits;
      const isLarge = size > fileSize;
      this.#refuse(importer, file, {
        rule: "size",
        title: `Cannot link "${file}": ${isLarge ? "it is too large" : "there are too many files"}`,
        label: isLarge ? `at most ${fileSize} bytes are wanted` : `at most ${files} are wanted`,
      });
    }
    return this.#readText(path, file, importer);
  }

  #readText(path: string, file: string, importer: Importer | null): string {
    try {
      return Deno.readTextFileSync(path);
    } catch (error) {
      return this.#refuse(importer, file, {
        rule: "file",
        title: `Cannot read "${file}"`,
        label: error instanceof Error ? error.name : "it cannot be read",
      });
    }
  }

  /** Refuses at the import that names the file, or for the entry as a whole. */
  #refuse(importer: Importer | null, file: string, words: RefusalWords): never {
    if (importer === null) throw new Refused(refuseFile(file, words));
    const { module, statement } = importer;
    const { specifierStart: start, specifier } = statement;
    throw new Refused(locate(module, start, start + specifier.length, words));
  }
}

function notAllowed(specifier: string): RefusalWords {
  const entryPoints = [...LIBRARY.keys()];
  const isOurs = specifier.startsWith("@pn");
  return {
    rule: "import",
    title: `Cannot import "${specifier}": a kernel module has no access to the host`,
    label: isOurs
      ? suggestion(specifier, entryPoints, "entry point")
      : `"${PACKAGE}" or a file beside this one is wanted`,
    notes: [
      `there are ${entryPoints.join(", ")}, and relative paths under the module's own folder`,
    ],
  };
}

function outside(specifier: string): RefusalWords {
  return {
    rule: "import",
    title: `Cannot import "${specifier}": it leads out of the folder of the module`,
    label: "a file under the folder of the module is wanted",
  };
}

function missing(specifier: string, folder: string | null): RefusalWords {
  const name = specifier.slice(specifier.lastIndexOf("/") + 1);
  const label = folder === null
    ? "a module is wanted"
    : suggestion(name, modulesIn(folder), "file");
  return { rule: "file", title: `Cannot find "${specifier}"`, label };
}

function modulesIn(folder: string): string[] {
  try {
    const entries = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return entries.filter((name) => /\.m?[jt]s$/.test(name)).sort();
  } catch {
    return [];
  }
}

function realPath(path: string): string | null {
  try {
    return Deno.realPathSync(path);
  } catch {
    return null;
  }
}

function statOf(path: string): { isFile: boolean; size: number } {
  try {
    return Deno.statSync(path);
  } catch {
    return { isFile: false, size: 0 };
  }
}
