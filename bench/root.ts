/** The project's folder, as a path that ends in a slash. */
export const rootPath: string = decodeURIComponent(new URL("../", import.meta.url).pathname);
