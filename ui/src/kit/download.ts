/** A file name without anything a file system minds. */
export const fileName = (name: string, otherwise: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || otherwise;

/** How long the browser may take to read a file before it is forgotten. */
const KEPT_MS = 60_000;

/** Saves a text as a file. */
export function download(name: string, text: string | readonly string[], type = "text/plain") {
  const file = new Blob(typeof text === "string" ? [text] : [...text], { type: `${type};charset=utf-8` });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
