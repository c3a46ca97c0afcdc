import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const UI = join(import.meta.dirname, "..");

/** A file of the repository as text, from `ui`. */
export const read = (path: string): string => readFileSync(join(UI, path), "utf8");

/** Every source file below `folder` with its text. */
export const sources = (folder: string, ending = /\.tsx?$/): { path: string; text: string }[] =>
  readdirSync(join(UI, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => ending.test(path))
    .map((path) => ({ path: join(folder, path), text: read(join(folder, path)) }));
