/** Where Mantine keeps the choice of light, dark or system. */
const STORED = "mantine-color-scheme-value";

/** Sets the theme before the first paint, without an inline script. */
export function paintSchemeEarly() {
  const stored = localStorage.getItem(STORED) ?? "auto";
  const dark = stored === "dark" || (stored === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
}
