import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { setLanguage } from "../src/i18n/i18n";
import { renderApp } from "./render-app";

const portal = "c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f";

describe("the focus is not lost", () => {
  test("when a button was disabled while its command ran", async () => {
    const user = await renderApp(paths.activity());
    const check = await screen.findByRole("button", { name: "Check the log" });
    await user.click(check);
    expect(await screen.findByText(/entries checked|entry checked/)).toBeVisible();
    await waitFor(() => expect(check).toHaveFocus());
  });

  test("when a second dialog followed the first", async () => {
    const user = await renderApp(paths.client(portal, "credentials"));
    const rotate = await screen.findByRole("button", { name: "Rotate …" });
    await user.click(rotate);
    const ask = await screen.findByRole("dialog", { name: "A new secret for Patient portal" });
    // a third secret ends the retiring one, and that is said before
    expect(within(ask).getByText(/^Secret 2 stops working now: two can work at a time\./)).toBeVisible();
    await user.click(within(ask).getByRole("radio", { name: /It has leaked/ }));
    expect(within(ask).queryByText(/^Secret 2 stops working now/)).toBeNull();
    await user.click(within(ask).getByRole("button", { name: "Make a secret" }));
    await user.click(await screen.findByLabelText("I have stored it"));
    await user.click(await screen.findByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Rotate …" })).toHaveFocus());
  });

  test("when another screen came", async () => {
    const user = await renderApp(paths.clientNew());
    await user.type(await screen.findByRole("textbox", { name: /^Name/ }), "Kiosk two");
    await user.click(screen.getByRole("button", { name: "Create client" }));
    expect(await screen.findByRole("heading", { name: "Kiosk two is ready" })).toBeVisible();
    await waitFor(() => expect(document.getElementById("main")).toHaveFocus());
  });
});

test("a password link is shown once, and the person's screen says that it waits", async () => {
  const user = await renderApp(paths.people());
  await user.click(await screen.findByRole("link", { name: "Pat Doe" }));
  await user.click(await screen.findByRole("button", { name: "Make a password link" }));
  const dialog = await screen.findByRole("dialog", { name: "Password link for Pat Doe" });
  await user.click(within(dialog).getByText("one hour"));
  await user.click(within(dialog).getByRole("button", { name: "Make a password link" }));
  const link = await within(dialog).findByRole("status", { name: "the password link" });
  expect(link.textContent).toMatch(/\/setpassword\/[0-9a-f-]+\/[\w-]{43}$/);
  expect(within(dialog).getByText(/leads to this computer only/)).toBeVisible();
  await user.click(within(dialog).getByText("Close"));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByText(/A link to choose one works until/)).toBeVisible();
  expect(screen.queryByText(link.textContent ?? "")).toBeNull();
});

test("what a field lacks is said in the language of the screens", async () => {
  setLanguage("de");
  const user = await renderApp(paths.clientNew());
  const name = await screen.findByRole<HTMLInputElement>("textbox", { name: /^Name/ });
  await user.click(screen.getByRole("button", { name: "Client anlegen" }));
  expect(name.validationMessage).toBe("Füllen Sie dieses Feld aus.");
  await user.type(name, "Kiosk");
  expect(name.validity.valid).toBe(true);
});
