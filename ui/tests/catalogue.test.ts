import { describe, expect, test } from "vitest";
import { EVENT_KINDS } from "../src/features/activity/event-kinds";
import { GRANT_TYPES } from "../src/features/clients/client-words";
import adviceDe from "../src/i18n/advice.de.json";
import adviceEs from "../src/i18n/advice.es.json";
import de from "../src/i18n/de.json";
import en from "../src/i18n/en.json";
import es from "../src/i18n/es.json";
import sentencesDe from "../src/i18n/sentences.de.json";
import sentencesEs from "../src/i18n/sentences.es.json";
import { read, sources } from "./sources";

const others: Record<string, Record<string, string>> = { de, es };
const placeholders = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort();

describe.each(Object.entries(others))("%s", (_, catalogue) => {
  test("has exactly the keys of English", () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  });

  test("has the same placeholders in every sentence", () => {
    for (const [key, sentence] of Object.entries(en)) {
      expect([key, placeholders(catalogue[key] ?? "")]).toEqual([key, placeholders(sentence)]);
    }
  });

  test("leaves no sentence empty", () => {
    expect(Object.entries(catalogue).filter(([, sentence]) => sentence.trim() === "")).toEqual([]);
  });
});

/** What the sources ask for by name, and the beginnings of names they put together. */
function asked() {
  const text = sources("src")
    .filter(({ path }) => !path.includes("/mock/"))
    .map((source) => source.text)
    .join("\n");
  const literals = new Set(
    [...text.matchAll(/"([a-z][A-Za-z]*\.[A-Za-z._-]+)"/g)].map((found) => found[1] ?? ""),
  );
  const calls = [...text.matchAll(/\bt\(\s*"([^"]+)"/g)].map((found) => found[1] ?? "");
  const counted = [...text.matchAll(/\btn\(\s*"([^"]+)"/g)].map((found) => found[1] ?? "");
  const rich = [...text.matchAll(/\bk="([^"]+)"/g)].map((found) => found[1] ?? "");
  const stems = new Set(
    [...text.matchAll(/`([a-z][A-Za-z]*\.)(?:masterKey\.)?\$\{/g)].map((found) => found[1] ?? ""),
  );
  return { literals, calls, counted, rich, stems };
}

test("every key that a screen asks for exists", () => {
  const { calls, counted, rich } = asked();
  const wanted = [...calls, ...rich, ...counted.flatMap((key) => [`${key}_one`, `${key}_other`])];
  expect(wanted.length).toBeGreaterThan(400);
  expect(wanted.filter((key) => !(key in en))).toEqual([]);
});

test("no key is left that no screen asks for", () => {
  const { literals, counted, stems } = asked();
  // named by the engine: their lists are checked below
  const named = ["event.", "refusal.", "check.", "method."];
  const unused = Object.keys(en).filter((key) => {
    const stem = key.replace(/_(one|other)$/, "");
    return (
      !literals.has(key) &&
      !counted.includes(stem) &&
      ![...stems, ...named].some((start) => key.startsWith(start))
    );
  });
  expect(unused).toEqual([]);
});

/** The engine's sources, without the tests of it. */
const engine = () =>
  sources("../crates/engine/src", /\.rs$/)
    .filter(({ path }) => !/tests?(\/|\.rs)|\/store\/contract/.test(path))
    .map(({ text }) => text);

describe("the engine's names have words", () => {
  const rust = (path: string, pattern: RegExp) =>
    [...read(`../crates/${path}`).matchAll(pattern)].map((found) => found[1] ?? "");

  test("kinds of events", () => {
    const kinds = rust("engine/src/model/event.rs", /^ {4}\w+ = "(\w+)",$/gm);
    expect(kinds.length).toBeGreaterThan(15);
    expect([...EVENT_KINDS].sort()).toEqual([...kinds].sort());
    expect(kinds.flatMap((kind) => [`event.${kind}`, `kind.${kind}`]).filter((key) => !(key in en))).toEqual(
      [],
    );
  });

  test("refusals", () => {
    const names = sources("../crates/engine/src/refusal", /\.rs$/).flatMap(({ text }) =>
      [...text.matchAll(/^ +\w+ = "(\w+)" \{$/gm)].map((found) => found[1] ?? ""),
    );
    expect(names.length).toBeGreaterThan(250);
    expect(names.filter((name) => !(`refusal.${name}` in en))).toEqual([]);
  });

  test("checks", () => {
    const names = engine()
      .flatMap((text) => [...text.matchAll(/\bcheck\(\s*(?:trace,\s*)?"([a-z_.]+)"/g)])
      .map((found) => found[1] ?? "");
    expect(names.length).toBeGreaterThan(80);
    expect([...new Set(names)].filter((name) => !(`check.${name}` in en))).toEqual([]);
  });

  test("rules of advice", () => {
    const rules = ["provider", "secrets", "settings", "tokens", "usage"].flatMap((part) =>
      rust(`admin/src/commands/clients/advice/rules/${part}.rs`, /^ {8}name: "(\w+)",$/gm),
    );
    expect(rules.length).toBeGreaterThan(30);
    expect(
      Object.keys(en)
        .filter((key) => key.startsWith("advice."))
        .sort(),
    ).toEqual(rules.map((rule) => `advice.${rule}`).sort());
  });

  test("grant types", () => {
    const grants = rust("oauth/src/grant_type.rs", /=> "([\w:.-]+)",$/gm);
    expect(GRANT_TYPES.map(({ value }) => value)).toEqual(grants);
  });
});

/** What the engine advises about each refusal, of its published table. */
const advised = Object.fromEntries(
  read("../docs/errors.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
      return [cells[1]?.replaceAll("`", "") ?? "", cells.at(-2) ?? ""];
    }),
);

describe.each(Object.entries({ de: adviceDe, es: adviceEs }))(
  "advice in %s",
  (_, advice: Record<string, string>) => {
    test("is there for every refusal, and for nothing else", () => {
      expect(Object.keys(advised).length).toBeGreaterThan(250);
      expect(Object.keys(advice).sort()).toEqual(Object.keys(advised).sort());
    });

    test("leaves names and values as they are", () => {
      const literal = (sentence: string) =>
        (sentence.match(/[^\s,;()]*[_=<>{}/"][^\s,;()]*/g) ?? []).map((word) => word.replace(/[.:]$/, ""));
      const lost = Object.entries(advised).flatMap(([name, sentence]) =>
        literal(sentence)
          .filter((word) => !advice[name]?.includes(word))
          .map((word) => `${name}: ${word}`),
      );
      expect(lost).toEqual([]);
    });
  },
);

/** What the product says to people, by the templates in its Rust sources. */
const templates = () => {
  const written = [...sources("../crates", /\.rs$/), ...sources("../src-tauri/src", /\.rs$/)]
    .filter(({ path }) => path.includes("/src/") && !/crates\/(sentence|testkit)\//.test(path))
    .filter(({ path }) => !/tests?(\/|\.rs)|\/store\/contract/.test(path))
    .map(({ text }) => text.split("#[cfg(test)]\nmod tests {")[0] ?? "");
  const calls = written.flatMap((text) => [...text.matchAll(/\bsentence!\(/g)]);
  const found = written
    .flatMap((text) => [...text.matchAll(/\bsentence!\(\s*"((?:[^"\\]|\\[\s\S])*)"/g)])
    // Rust's own: a line goes on, a quotation mark
    .map((call) => (call[1] ?? "").replaceAll(/\\\n\s*/g, "").replaceAll('\\"', '"'));
  expect(found.length).toBe(calls.length);
  return [...new Set(found)].sort();
};

describe.each(Object.entries({ de: sentencesDe, es: sentencesEs }))(
  "sentences in %s",
  (language, sentences: Record<string, string>) => {
    const slots = (sentence: string) =>
      [...new Set([...sentence.matchAll(/\{(\w+)(?::\?)?\}/g)].map((slot) => slot[1]))].sort();

    test("are there for every template, and for nothing else", () => {
      expect(templates().length).toBeGreaterThan(350);
      expect(Object.keys(sentences).sort()).toEqual(templates());
    });

    test("have the same slots, and quotation marks of their language", () => {
      for (const [template, sentence] of Object.entries(sentences)) {
        expect([template, slots(sentence)]).toEqual([template, slots(template)]);
      }
      expect(Object.values(sentences).filter((sentence) => /:\?\}|"|“\{|\}”/.test(sentence))).toEqual([]);
    });

    test("about an entry of an access policy begin with the heading of that entry", () => {
      const heading = (others[language]?.["policies.entry"] ?? "").replace("{number}", "{place}");
      const about = Object.entries(sentences).filter(([template]) => template.startsWith("Entry {place}: "));
      expect(about.length).toBeGreaterThan(2);
      expect(about.filter(([, sentence]) => !sentence.startsWith(`${heading}: `))).toEqual([]);
    });

    test("leave names and values as they are", () => {
      const literal = (template: string) =>
        (template.replaceAll(/\{\w+(:\?)?\}/g, " ").match(/[^\s,;()"]*[_=<>/][^\s,;()"]*/g) ?? []).map(
          (word) => word.replace(/[.:]$/, ""),
        );
      const lost = Object.entries(sentences).flatMap(([template, sentence]) =>
        literal(template)
          .filter((word) => !sentence.includes(word))
          .map((word) => `${template}: ${word}`),
      );
      expect(lost).toEqual([]);
    });
  },
);
