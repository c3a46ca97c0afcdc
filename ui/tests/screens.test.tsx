import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { paths } from "../src/app/paths";
import { renderApp } from "./render-app";

const button = (name: string | RegExp) => screen.findByRole("button", { name });
const portal = "c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f";

describe("the main job", () => {
  test("three clicks and part of a name from the open app to a QR code", async () => {
    const user = await renderApp(paths.home());
    await user.click(await screen.findByRole("link", { name: /^Magic links/ }));
    await user.type(await screen.findByRole("combobox", { name: "Search people" }), "pat do");
    await user.click(await screen.findByRole("option", { name: /Pat Doe/ }));
    // what is issued is said before it is
    const card = (await screen.findByRole("heading", { name: /While you wait/ })).closest(
      "article",
    ) as HTMLElement;
    expect(within(card).getByText("The link lives 15 minutes and works once")).toBeVisible();
    expect(within(card).getByText("The sign-in lasts one hour, to Patient portal")).toBeVisible();
    await user.click(within(card).getByRole("button", { name: "Show the QR code" }));

    const qr = await screen.findByRole("img", {
      name: "QR code that signs Pat D. in. The code can also be typed.",
    });
    expect(qr.getAttribute("src")).toMatch(/^data:image\/svg\+xml,/);
    expect(Number(qr.getAttribute("width"))).toBeGreaterThanOrEqual(380);
    expect(screen.getByText(/^1[45] minutes left$/)).toBeVisible();
    const stage = screen.getByRole("region", { name: "QR code and instructions" });
    expect(within(stage).getByText("127.0.0.1:8103/in")).toBeVisible();
  });

  test("Enter takes the first person, also before the answer is there", async () => {
    const user = await renderApp(paths.magicLinks());
    await user.type(await screen.findByRole("combobox", { name: "Search people" }), "ines{Enter}");
    expect(await screen.findByRole("heading", { name: "Link for Ines Roth" })).toBeVisible();
  });

  test("the code is covered by itself when it is redeemed, with what came out", async () => {
    const user = await renderApp(paths.magicLinks());
    await user.type(await screen.findByRole("combobox", { name: "Search people" }), "ivy{Enter}");
    await user.click(await button("Show the QR code"));
    const end = await button("End this session");
    const stage = screen.getByRole("region", { name: "QR code and instructions" });
    expect(stage.querySelector("img")).toHaveAttribute("data-covered");
    expect(within(stage).getAllByText("Signed in")[0]).toBeVisible();
    expect(screen.queryByText(/left$/)).toBeNull();
    expect(screen.getByText("127.0.0.1")).toBeVisible();

    await user.click(end);
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "End sign-in" }));
    expect(await screen.findByText("This session has ended.")).toBeVisible();
  });

  test("a code that is no longer in memory can be issued again", async () => {
    const user = await renderApp(paths.magicLinks());
    await user.click(await screen.findByRole("link", { name: "Show the link for Tom Okafor" }));
    expect(await screen.findByText("This code can no longer be shown")).toBeVisible();
    await user.click(await button("Issue again"));
    expect(await screen.findByRole("img", { name: /^QR code/ })).toBeVisible();
    const stage = screen.getByRole("region", { name: "QR code and instructions" });
    expect(within(stage).getByText("4821")).toBeVisible();
  });

  test("revoking asks first and names the person", async () => {
    const user = await renderApp(paths.magicLinks());
    await user.click(await button("Revoke the link for Ines Roth"));
    const dialog = await screen.findByRole("dialog", { name: "Revoke the link for Ines Roth?" });
    await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: "Revoke the link for Ines Roth" })).toBeNull(),
    );
    expect(await button("Issue again for Ines Roth")).toBeVisible();
  });

  test("a filter that matches nothing offers to be cleared", async () => {
    const user = await renderApp(paths.magicLinks());
    await user.click(await screen.findByRole("button", { name: "revoked", pressed: false }));
    await waitFor(() => expect(screen.queryByRole("link", { name: "Pat Doe" })).toBeNull());
    await user.click(screen.getByRole("button", { name: "locked" }));
    expect(await screen.findByRole("link", { name: "Sam Lee" })).toBeVisible();
  });
});

describe("client applications", () => {
  test("a secret is shown once, and the page is not left before it is stored", async () => {
    const user = await renderApp(paths.clientNew());
    await user.click(await screen.findByRole("radio", { name: /server/ }));
    await user.type(screen.getByRole("textbox", { name: "Name" }), "Lab results");
    await user.click(await button("Create client"));

    const secret = await screen.findByRole("status", { name: "client secret" });
    expect(secret).toHaveTextContent(/^•+$/);
    await user.click(await button("Show"));
    expect(secret).toHaveTextContent(/^ant_cs_/);
    const open = await button("Open the client application");
    expect(open).toBeDisabled();
    await user.click(screen.getByRole("checkbox", { name: "I have stored it" }));
    await user.click(open);

    expect(await screen.findByRole("heading", { level: 1, name: "Lab results" })).toBeVisible();
    expect(screen.queryByText(/ant_cs_/)).toBeNull();
  });

  test("a slip in a redirect URI is named while it is typed, with the address that was meant", async () => {
    const user = await renderApp(paths.client(portal));
    const field = await screen.findByRole("textbox", { name: "New redirect URI" });
    await user.type(field, "http://portal.example.org/in");
    expect(await button("Add")).toBeDisabled();
    await user.click(await button("Use https://portal.example.org/in"));
    await user.click(await button("Add"));
    expect(await button("Remove https://portal.example.org/in")).toBeVisible();
    expect(field).toHaveValue("");
  });

  test("the save bar counts the changes, and leaving asks", async () => {
    const user = await renderApp(paths.client(portal));
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.type(name, " 2");
    expect(await screen.findByText("1 change is not saved.")).toBeVisible();

    await user.click(screen.getByRole("link", { name: "People" }));
    const dialog = await screen.findByRole("dialog", { name: "Leave this page?" });
    await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    await user.click(await button("Save"));
    expect(await screen.findByRole("heading", { level: 1, name: "Patient portal 2" })).toBeVisible();
    await waitFor(() => expect(screen.queryByText("1 change is not saved.")).toBeNull());
  });

  test("a refused save shows its words at the field", async () => {
    const user = await renderApp(paths.client(portal));
    const name = await screen.findByRole("textbox", { name: "Name" });
    await user.clear(name);
    await user.type(name, "error-field");
    await user.click(await button("Save"));
    await waitFor(() => expect(name).toHaveAccessibleDescription(/is taken by another one/));
    await user.click(await button("Discard"));
  });

  test("a deleted client is listed and restored", async () => {
    const user = await renderApp(paths.clients());
    await user.click(await button("More for Old intake form"));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete Old intake form?" });
    expect(dialog).toHaveTextContent("0 outstanding magic links");
    await user.type(within(dialog).getByRole("textbox"), "Old intake form");
    await user.click(within(dialog).getByRole("button", { name: "Delete" }));
    await user.click(await button("More for client applications"));
    await user.click(await screen.findByRole("menuitem", { name: "Deleted clients" }));
    await user.click(await button("Restore Old intake form"));
    expect(await screen.findByText("No client application was deleted.")).toBeVisible();
  });

  test("a change is undone from the history", async () => {
    const user = await renderApp(paths.client(portal));
    await user.type(await screen.findByRole("textbox", { name: "Description" }), "Undo me");
    await user.click(await button("Save"));
    await user.click(await screen.findByRole("tab", { name: "History" }));
    const [undo] = await screen.findAllByRole("button", { name: /^Undo entry/ });
    await user.click(undo as HTMLElement);
    expect(await screen.findByText("The change is taken back.")).toBeVisible();
  });

  test("the engine speaks while a form is typed, and one press mends it", async () => {
    const { db } = await import("../src/mock/db");
    const medplum = db.clients.find(({ clientType }) => clientType === "medplum");
    const user = await renderApp(paths.client(medplum?.id ?? "", "grant-types"));
    const optional = await screen.findByRole("switch", { name: /PKCE/ });
    await user.click(optional);
    expect(await screen.findByText(/Codes may be redeemed without PKCE/)).toBeVisible();
    await user.click(await button("Do it"));
    await waitFor(() => expect(optional).not.toBeChecked());
  });

  test("a file is imported after its preview", async () => {
    const user = await renderApp(paths.data());
    const field = await screen.findByRole("textbox", { name: "or paste it here" });
    await user.click(field);
    await user.paste('{"resourceType":"ClientApplication","name":"From Medplum"}');
    await user.click(await button("Show what would happen"));
    expect(await screen.findByText("From Medplum")).toBeVisible();
    await user.click(await button("Import"));
    expect(await screen.findByText(/^Imported: 1 added, 0 changed\./)).toBeVisible();
  });

  test("off before delete, then by its typed name", async () => {
    const user = await renderApp(paths.clients());
    await user.click(await button("More for Old intake form"));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete Old intake form?" });
    const remove = within(dialog).getByRole("button", { name: "Delete" });
    expect(remove).toBeDisabled();
    await user.type(within(dialog).getByRole("textbox"), "Old intake form");
    await user.click(remove);
    await waitFor(() => expect(screen.queryByRole("link", { name: "Old intake form" })).toBeNull());
  });
});

describe("people", () => {
  test("search narrows a long list, and nothing that matches offers to clear", async () => {
    const user = await renderApp(paths.people());
    expect(await screen.findByText("2,413 people")).toBeVisible();
    // a list of thousands draws only what is on screen
    expect(screen.getAllByRole("row").length).toBeLessThan(60);
    const field = screen.getByRole("textbox", { name: "Search people" });
    await user.type(field, "lea mor");
    expect(await screen.findByText("1 person")).toBeVisible();
    await user.type(field, "xyz");
    await user.click(await button("Clear filters"));
    expect(await screen.findByText("2,413 people")).toBeVisible();
  });

  test("an engine that does not answer is said, with a way to try again", async () => {
    const user = await renderApp(paths.people());
    await user.type(await screen.findByRole("textbox", { name: "Search people" }), "error-503");
    expect(await screen.findByText(/the store is being checked/)).toBeVisible();
    expect(await button("Try again")).toBeVisible();
  });

  test("a person is added and can be given a link at once", async () => {
    const user = await renderApp(paths.personNew());
    await user.type(await screen.findByRole("textbox", { name: "Given names" }), "Noor");
    await user.type(screen.getByRole("textbox", { name: "Family name" }), "Haddad");
    await user.click(await button("Add person"));
    expect(await screen.findByRole("heading", { level: 1, name: "Noor Haddad" })).toBeVisible();
    await user.click(screen.getByRole("link", { name: "Magic link" }));
    expect(await screen.findByRole("heading", { name: "Link for Noor Haddad" })).toBeVisible();
  });
});

describe("all over", () => {
  test("a refusal opens to what the engine checked", async () => {
    const user = await renderApp(paths.activity({ refused: "1" }));
    const entry = (await screen.findByText("the client secret is wrong")).closest("li") as HTMLElement;
    await user.click(within(entry).getByRole("button", { name: /^Details/ }));
    const row = within(entry).getByRole("row", { name: /The secret is right/ });
    expect(within(row).getByText("failed")).toBeVisible();
    expect(row).toHaveTextContent("fingerprint 9f3c-20ab");
    expect(row).toHaveTextContent("fingerprint 9f3c-77d1");
  });

  test("the palette finds a person by keyboard alone", async () => {
    const user = await renderApp(paths.home());
    await screen.findByRole("heading", { level: 1 });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: "Find anything" }), "lea mor");
    await screen.findByRole("option", { name: /Lea Moreau/ });
    await user.keyboard("{Enter}");
    expect(await screen.findByRole("heading", { level: 1, name: "Lea Moreau" })).toBeVisible();
  });

  test("the language changes at once and stays", async () => {
    const user = await renderApp(paths.settings());
    await user.click(await screen.findByRole("combobox", { name: "Language" }));
    await user.click(await screen.findByRole("option", { name: "Deutsch" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Einstellungen" })).toBeVisible();
    expect(document.documentElement.lang).toBe("de");
    const { setLanguage } = await import("../src/i18n/i18n");
    setLanguage("en");
  });

  test("a change made elsewhere reaches the screen by its event", async () => {
    await renderApp(paths.home());
    await screen.findByRole("heading", { level: 1 });
    const { magicLinks } = await import("../src/mock/magic-links");
    const { db } = await import("../src/mock/db");
    const before = db.links.length;
    const membershipId = db.people[2]?.summary.membershipId ?? "";
    magicLinks.issue({ membershipId, clientId: portal, handOver: "waiting", pin: false });
    expect(db.links.length).toBe(before + 1);
    await vi.waitFor(() => expect(screen.getAllByText("just now").length).toBeGreaterThan(0));
  });
});
