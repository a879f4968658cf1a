/**
 * Why a file cannot be written, or null. It is empty afterwards.
 *
 * @param path The file.
 * @returns What is wrong, in words.
 */
export async function outputProblem(path: string): Promise<string | null> {
  try {
    await Deno.writeTextFile(path, "");
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such folder";
    if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
    return "it may not be written";
  }
}
