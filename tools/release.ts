/**
 * Says whether this tree can be released: the version is a new one, the changelog tells of it, the tag agrees, nothing is
 * uncommitted, and JSR would take it.
 *
 *     deno task release [--tag vX.Y.Z]
 *
 * @module
 */

/** What a release is judged by. */
export interface ReleaseFacts {
  /** The version in deno.json. */
  readonly version: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** The tag to be released, or null when none was given. */
  readonly tag: string | null;
  /** The tags that exist. */
  readonly tags: readonly string[];
  /** What git says is not committed. */
  readonly uncommitted: string;
}

/** What stands in the way of a release, one line each. */
export function obstacles(facts: ReleaseFacts): string[] {
  const { version, changelog, tag, tags, uncommitted } = facts;
  const found: string[] = [];
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) {
    found.push(`deno.json: version is "${version}", a semantic version is wanted`);
  }
  const heading = changelog.match(/^## (\S+)/m)?.[1] ?? "none";
  if (heading !== version) {
    found.push(`CHANGELOG.md: the newest entry is ${heading}, ${version} is wanted`);
  }
  if (tag !== null && tag !== `v${version}`) {
    found.push(`the tag is ${tag}, v${version} is wanted`);
  }
  if (tag === null && tags.includes(`v${version}`)) {
    found.push(`v${version} has been released, a higher version is wanted`);
  }
  if (uncommitted !== "") found.push(`uncommitted changes:\n${uncommitted}`);
  return found;
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("git", { args }).output();
  return new TextDecoder().decode(stdout).trimEnd();
}

if (import.meta.main) {
  const at = Deno.args.indexOf("--tag");
  const { version } = JSON.parse(await Deno.readTextFile("deno.json"));
  const found = obstacles({
    version,
    changelog: await Deno.readTextFile("CHANGELOG.md"),
    tag: at < 0 ? null : Deno.args[at + 1] ?? "",
    tags: (await git("tag", "--list")).split("\n"),
    uncommitted: await git("status", "--porcelain"),
  });
  for (const line of found) console.error(line);
  if (found.length > 0) Deno.exit(1);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tools/publish_dry_run.ts"],
  }).spawn().status;
  if (code !== 0) Deno.exit(code);
  console.log(`v${version} can be released`);
}
