import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { renderApp } from "./render-app";

test("the first start names the project and makes its admin, then Home has a checklist", async () => {
  const user = await renderApp(paths.home(), "first-start");
  await user.type(await screen.findByLabelText("Name of the project"), "error-field");
  await user.type(screen.getByLabelText("Given names"), "Ada");
  await user.type(screen.getByLabelText("Family name"), "Byron");
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Start" }));
  expect(await screen.findByText("A project has this name already.")).toBeVisible();

  await user.clear(screen.getByLabelText("Name of the project"));
  await user.type(screen.getByLabelText("Name of the project"), "Riverside Clinic");
  await user.click(screen.getByRole("button", { name: "Start" }));

  expect(await screen.findByRole("heading", { level: 1, name: "Riverside Clinic" })).toBeVisible();
  expect(screen.getByRole("region", { name: "Getting started" })).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Create client" }));
  expect(await screen.findByRole("heading", { level: 1, name: "New client application" })).toBeVisible();
});
