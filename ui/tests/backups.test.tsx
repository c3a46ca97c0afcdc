import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { renderApp } from "./render-app";

test("a backup is put back after saying what that does, and what was there stays in the list", async () => {
  const user = await renderApp(paths.data());
  const panel = await screen.findByRole("region", { name: "Backups" });
  await user.click(await within(panel).findByRole("button", { name: "Back up now" }));
  await user.click(await within(panel).findByRole("button", { name: /^Restore anteroom-\d{8}T\d{6}Z\.db$/ }));
  const ask = await screen.findByRole("dialog", { name: /^Restore the backup of / });
  expect(within(ask).getByText(/^Everybody is signed out, and no link/)).toBeVisible();
  await user.click(within(ask).getByRole("button", { name: "Restore" }));
  expect(await screen.findByText("Restored. Ended: 2 links, 1 sign-in.")).toBeVisible();
  expect(await within(panel).findByText(/-replaced\.db$/)).toBeVisible();
  expect(within(panel).getByText("was replaced")).toBeVisible();
});
