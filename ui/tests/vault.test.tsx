import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { call } from "../src/api/call";
import { paths } from "../src/app/paths";
import { PRESETS } from "../src/features/vault/strategies";
import { API_FORM, CONNECTION_FORM, differing, written } from "../src/features/vault/vault-form";
import { renderApp } from "./render-app";

const button = (name: string | RegExp) => screen.findByRole("button", { name });

describe("APIs & vault", () => {
  test("the lists say what an API is called by requests, who exchanges, and which providers there are", async () => {
    await renderApp(paths.vault());
    const apis = await screen.findByRole("table", { name: "APIs" });
    const row = within(apis)
      .getByRole("link", { name: "Calendar API" })
      .closest('[role="row"]') as HTMLElement;
    expect(within(row).getByText("https://my-api.example.com")).toBeVisible();
    expect(within(row).getByText("Patient portal")).toBeVisible();
    const connections = await screen.findByRole("table", { name: "Connections" });
    expect(within(connections).getByText("Google")).toBeVisible();
  });

  test("an API is made, a complaint stands at its field, and its backend is made in one step with a secret shown once", async () => {
    const user = await renderApp(paths.apiNew());
    await user.type(await screen.findByRole("textbox", { name: "Identifier" }), "https://my-api.example.com");
    await user.type(screen.getByRole("textbox", { name: "Scope 1" }), "read:mail");
    await user.click(await button("Save"));
    expect(await screen.findByText(/same identifier already exists/)).toBeVisible();
    const identifier = screen.getByRole("textbox", { name: "Identifier" });
    await user.clear(identifier);
    await user.type(identifier, "https://mail.example.com");
    await user.type(screen.getByRole("textbox", { name: "Name" }), "Mail");
    await user.click(await button("Save"));
    expect(await screen.findByRole("heading", { level: 1, name: "Mail" })).toBeVisible();
    await user.click(await button("Make a Custom API Client"));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByRole("button", { name: /Close/ })).toBeDisabled();
    await user.click(within(dialog).getByRole("checkbox", { name: /stored/ }));
    await user.click(within(dialog).getByRole("button", { name: /Close/ }));
    expect(await screen.findByRole("link", { name: "Mail backend" })).toBeVisible();
  });

  test("what every project has can be given, not changed", async () => {
    await renderApp(paths.api("my_account"));
    expect(await screen.findByRole("heading", { level: 1, name: /My Account/ })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
    expect(screen.queryByRole("textbox", { name: "Identifier" })).toBeNull();
    expect(await button("Add a grant")).toBeEnabled();
  });

  test("a connection starts from a provider and never shows its secret", async () => {
    const user = await renderApp(paths.connectionNew());
    await user.click(await screen.findByRole("radio", { name: "GitHub" }));
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("github");
    await user.type(screen.getByLabelText("Our secret there"), "a-secret-at-the-provider");
    await user.click(await button("Save"));
    expect(await screen.findByRole("heading", { level: 1, name: "github" })).toBeVisible();
    expect(screen.getByText("One is stored. Leave empty to keep it.")).toBeVisible();
    expect(document.body.textContent).not.toContain("a-secret-at-the-provider");
  });

  test("who saves meanwhile is not overwritten: the save is refused until the draft begins anew", async () => {
    const [api] = (await call("apis_list", {})).items.filter(({ system }) => !system);
    if (!api) throw new Error("the mock has an API");
    const user = await renderApp(paths.api(api.id));
    const lifetime = await screen.findByRole("textbox", { name: "Life" });
    await user.clear(lifetime);
    await user.type(lifetime, "60");
    const others = await call("apis_get", { id: api.id });
    await call("apis_save", { ...others, name: "Renamed by another" });
    expect(await screen.findByRole("heading", { level: 1, name: "Renamed by another" })).toBeVisible();
    await user.click(await button("Save"));
    expect(await screen.findByText(/Somebody changed .* meanwhile/)).toBeVisible();
    expect((await call("apis_get", { id: api.id })).name).toBe("Renamed by another");
    await user.click(await button("Discard"));
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("Renamed by another");
    await user.clear(lifetime);
    await user.type(lifetime, "60");
    await user.click(await button("Save"));
    await waitFor(async () => {
      const { name, tokenLifetime } = await call("apis_get", { id: api.id });
      expect([name, tokenLifetime]).toEqual(["Renamed by another", 60]);
    });
  });

  test("changes are counted one by one, and empty rows are no scopes", () => {
    expect(differing(API_FORM.empty, { ...API_FORM.empty, name: "a", tokenLifetime: 1 })).toBe(2);
    const settings = { ...CONNECTION_FORM.empty.settings, issuer: "https://a", scopes: [] };
    expect(differing(CONNECTION_FORM.empty, { ...CONNECTION_FORM.empty, settings, clientSecret: "x" })).toBe(
      3,
    );
    expect(
      written([
        { value: " ", description: "" },
        { value: "a", description: "" },
      ]),
    ).toHaveLength(1);
    expect(new Set(PRESETS.map(({ strategy }) => strategy)).size).toBe(PRESETS.length);
  });
});

describe("the sample provider", () => {
  test("starts once somebody agreed to what that changes, fills a connection in, and is stopped", async () => {
    const user = await renderApp(paths.vault());
    const panel = () => screen.findByRole("region", { name: "Sample provider" });
    expect(await within(await panel()).findByText("not running")).toBeVisible();
    await user.click(await within(await panel()).findByRole("button", { name: "Use the sample provider" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(/on this project's list of allowed hosts/)).toBeVisible();
    await user.click(within(dialog).getByRole("button", { name: "Use the sample provider" }));
    expect(await screen.findByRole("heading", { level: 1, name: "sample-provider" })).toBeVisible();
    expect(screen.getByRole("textbox", { name: "Issuer" })).toHaveValue("http://127.0.0.1:8104/");
    await user.click(within(screen.getByRole("main")).getByRole("link", { name: "APIs & vault" }));
    expect(await within(await panel()).findByText(/allowed hosts.*127\.0\.0\.1:8104/)).toBeVisible();
    await user.click(within(await panel()).getByRole("button", { name: "Stop" }));
    expect(await within(await panel()).findByText("not running")).toBeVisible();
  });

  test("nothing starts when somebody thinks better of it", async () => {
    const user = await renderApp(paths.connectionNew());
    await user.click(await button("Use the sample provider"));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Cancel" }));
    expect(await screen.findByRole("radio", { name: "GitHub" })).toBeVisible();
    await user.click(within(screen.getByRole("main")).getByRole("link", { name: "APIs & vault" }));
    const panel = await screen.findByRole("region", { name: "Sample provider" });
    expect(await within(panel).findByText("not running")).toBeVisible();
  });
});
