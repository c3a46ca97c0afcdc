import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { complaint, EMPTY_ENTRY, moved, POLICY_FORM } from "../src/features/access-policies/policy-form";
import { setLanguage } from "../src/i18n/i18n";
import { renderApp } from "./render-app";

const button = (name: string | RegExp) => screen.findByRole("button", { name });

describe("access policies", () => {
  test("the list says what each is about and who has it", async () => {
    await renderApp(paths.accessPolicies());
    const nav = await screen.findByRole("navigation");
    expect(within(nav).getByRole("link", { name: "Access policies" })).toBeVisible();
    const table = await screen.findByRole("table", { name: "Access policies" });
    const row = within(table).getByRole("link", { name: "Staff" }).closest('[role="row"]') as HTMLElement;
    expect(within(row).getByText("Patient, RelatedPerson, Practitioner")).toBeVisible();
    expect(within(row).getByText("2 rules")).toBeVisible();
    expect(within(row).getByText("2 members")).toBeVisible();
    expect(within(table).getByText("nobody")).toBeVisible();
  });

  test("a complaint of the engine stands at the entry it is about, and saving works once it is mended", async () => {
    const user = await renderApp(paths.accessPolicyNew());
    await user.type(await screen.findByRole("textbox", { name: "Name" }), "Front desk");
    await user.click(await button("Add an entry"));
    const entry = screen.getByRole("region", { name: "Entry 2" });
    const type = within(entry).getByRole("combobox", { name: "Resource type" });
    await user.type(type, "practitioner");
    await user.click(await button("Save"));
    expect(await within(entry).findByRole("alert")).toHaveTextContent(/"practitioner" is no resource type/);
    expect(within(screen.getByRole("region", { name: "Entry 1" })).queryByRole("alert")).toBeNull();
    await user.clear(type);
    await user.type(type, "Practitioner");
    await user.click(await button("Save"));
    expect(await screen.findByRole("heading", { level: 1, name: "Front desk" })).toBeVisible();
    expect(screen.queryByRole("region", { name: "Unsaved changes" })).toBeNull();
  });

  test("one that somebody has cannot be deleted, and says so; one that nobody has can", async () => {
    const user = await renderApp(paths.accessPolicies());
    await user.click(await screen.findByRole("link", { name: "Staff" }));
    const used = await button("Delete");
    expect(used).toBeDisabled();
    expect(used).toHaveAttribute("title", "2 members have it; give them another one first.");
    await user.click(screen.getByRole("link", { name: "Access policies", current: false }));
    await user.click(await screen.findByRole("link", { name: "Lab results only" }));
    await user.click(await button("Delete"));
    const dialog = await screen.findByRole("dialog", { name: "Delete the access policy Lab results only?" });
    await user.click(within(dialog).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByRole("link", { name: "Lab results only" })).toBeNull());
    expect(await screen.findByRole("table", { name: "Access policies" })).toBeVisible();
  });

  test("the question is answered with the rule that decided", async () => {
    const user = await renderApp(paths.accessPolicies());
    const panel = await screen.findByRole("region", { name: "Can this person read this?" });
    await user.type(within(panel).getByRole("combobox", { name: "Person" }), "jon");
    await user.click(await screen.findByRole("option", { name: /^Jon Berg/ }));
    await user.type(within(panel).getByRole("textbox", { name: "Resource" }), "Practitioner/1");
    await user.click(within(panel).getByRole("button", { name: "Ask" }));
    expect(await within(panel).findByText("Jon Berg may read it.")).toBeVisible();
    expect(within(panel).getAllByText("Entry 3 of Staff decides.")[0]).toBeVisible();
    expect(within(panel).getAllByText("Staff names the type, but does not allow this.")).toHaveLength(3);
  });
});

describe("the editor's rules", () => {
  test("what differs is counted", () => {
    const { empty, differing } = POLICY_FORM;
    const draft = { ...empty, name: "A", entries: [...empty.entries, EMPTY_ENTRY] };
    expect(differing(empty, empty)).toBe(0);
    expect(differing(empty, draft)).toBe(2);
    expect(differing(draft, { ...draft, ipRules: [{ name: "", value: "*", block: true }] })).toBe(1);
  });

  test("entries change places with their neighbours only", () => {
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
  });

  test("a complaint names its entry", () => {
    expect(complaint('Entry 2: "x" is wrong.')).toEqual({ entry: 1, text: '"x" is wrong.' });
    expect(complaint("The policy has 300 entries.")).toEqual({
      entry: null,
      text: "The policy has 300 entries.",
    });
    setLanguage("de");
    expect(complaint("Eintrag 2: „x“ ist falsch.")).toEqual({ entry: 1, text: "„x“ ist falsch." });
    setLanguage("en");
  });
});
