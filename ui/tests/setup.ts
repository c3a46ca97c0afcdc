import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, expect, vi } from "vitest";

// a busy machine is slow; what is awaited comes, or never
// asking of each element whether it is hidden takes most of the time; `toBeVisible` asks where it matters
configure({ asyncUtilTimeout: 8000, defaultHidden: true });

// What jsdom does not have and the screens need.
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => {},
  removeEventListener: () => {},
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
Object.defineProperty(document, "fonts", {
  value: { ready: Promise.resolve(), addEventListener: () => {}, removeEventListener: () => {} },
});
Element.prototype.scrollTo = () => {};
Element.prototype.scrollIntoView = () => {};
// a list draws the rows that fit, so something must have a size
for (const side of ["offset", "client"]) {
  Object.defineProperty(HTMLElement.prototype, `${side}Height`, { configurable: true, get: () => 800 });
  Object.defineProperty(HTMLElement.prototype, `${side}Width`, { configurable: true, get: () => 1000 });
}

// what React remarks about a screen is a mistake in it
const remarks = vi.spyOn(console, "error");

afterEach(() => {
  cleanup();
  localStorage.clear();
  const said = remarks.mock.calls.map((call) => call.join(" "));
  remarks.mockClear();
  expect(said).toEqual([]);
});
