import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { renderApp } from "./render-app";

const button = (name: string | RegExp) => screen.findByRole("button", { name });
/** Forms with many choices are slow to search by role where no browser draws them. */
const PATIENCE_MS = 180_000;
const portal = "c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f";

test(
  "from a client application to a finished run in two clicks",
  async () => {
    const user = await renderApp(paths.client(portal));
    await user.click(await screen.findByRole("link", { name: "Try it" }));
    await user.click(await button("Run"));
    expect(await screen.findByText("done")).toBeVisible();
    const sequence = screen.getByRole("region", { name: "Sequence of the run" });
    expect(within(sequence).getAllByRole("button")).toHaveLength(5);
    expect(screen.getByRole("region", { name: "Tokens of this run" })).toBeVisible();
  },
  PATIENCE_MS,
);

test(
  "a refused step is red in the sequence and opens by itself, with both values",
  async () => {
    const user = await renderApp(paths.playground({ client: portal }));
    await user.click(await button("Run"));
    await user.click(await button("Make it fail"));
    await user.click(await screen.findByRole("menuitem", { name: "Redirect URI with one more slash" }));
    expect(await screen.findByText("stopped at step 5: get tokens")).toBeVisible();
    const step = await button(/^Step 5, get tokens: .* refused$/);
    expect(step).toHaveAttribute("aria-pressed", "true");
    expect(step).toHaveAttribute("data-state", "refused");
    const engine = screen.getByRole("region", { name: "What the engine checked" });
    expect(engine).toHaveAttribute("data-tone", "bad");
    expect(within(engine).getByText("/", { selector: "mark" })).toBeVisible();
    expect(screen.getByRole("region", { name: "What the app sent and got" })).toHaveAttribute(
      "data-tone",
      "bad",
    );
    await user.click(await button(/^Step 1, /));
    expect(await screen.findByText(/GET .*openid-configuration/, { selector: "pre" })).toBeVisible();
  },
  PATIENCE_MS,
);

test(
  "of another issuer only the client's side can be seen",
  async () => {
    const user = await renderApp(paths.playground());
    await user.click(await screen.findByRole("radio", { name: "Another issuer" }));
    await user.type(await screen.findByRole("textbox", { name: "Base URL" }), "https://issuer.example/");
    await user.type(await screen.findByRole("textbox", { name: "Client application" }), "abc");
    await user.click(await button("Run"));
    expect(await screen.findByText(/Only the issuer itself knows that/)).toBeVisible();
  },
  PATIENCE_MS,
);

test(
  "a persona is one press; the run is saved, run again and compared",
  async () => {
    const user = await renderApp(paths.playground({ client: portal }));
    const personas = await screen.findByRole("region", { name: "Sign in as" });
    const people = await within(personas).findAllByRole("button");
    await user.click(people[0] as HTMLElement);
    expect(await screen.findByText("done")).toBeVisible();
    await user.click(await button("Save"));
    await user.clear(await screen.findByRole("textbox", { name: "Save the run as" }));
    await user.type(await screen.findByRole("textbox", { name: "Save the run as" }), "Before{Enter}");
    expect(await screen.findByText("Saved as Before")).toBeVisible();
    await user.click(await button("Make it fail"));
    await user.click(await screen.findByRole("menuitem", { name: "Redirect URI with one more slash" }));
    expect(await screen.findByText("stopped at step 5: get tokens")).toBeVisible();
    await user.click(await button("Compare with"));
    await user.click(await screen.findByRole("menuitem", { name: "Before" }));
    const compared = await screen.findByRole("region", { name: "What differs from Before" });
    expect(await within(compared).findByRole("rowheader", { name: "sent redirect_uri" })).toBeVisible();
    await user.click(await button("Change"));
    const saved = await screen.findByRole("region", { name: "Saved runs" });
    await user.click(await within(saved).findByRole("button", { name: "Before" }));
    expect(await screen.findByRole("heading", { name: "Before" })).toBeVisible();
    await user.click(await button("Run again"));
    expect(await button("Make it fail")).toBeVisible();
  },
  PATIENCE_MS,
);

test(
  "the doctor for deep links says what has to be and what is, with the mend",
  async () => {
    const user = await renderApp(paths.playground({ client: portal }));
    const doctor = await screen.findByRole("region", { name: "Deep links" });
    await user.click(within(doctor).getByRole("button", { name: "Check: Does a link reach this window?" }));
    expect(await within(doctor).findByText("nothing within 15 s")).toBeVisible();
    await user.click(within(doctor).getByRole("button", { name: "Open them with this program" }));
    expect(await within(doctor).findByText("fine")).toBeVisible();
  },
  PATIENCE_MS,
);

test(
  "the Token Vault runs from sign-in to the provider, and a refused exchange leads to its ladder",
  async () => {
    const user = await renderApp(paths.playground({ client: portal }));
    await user.click(await screen.findByRole("combobox", { name: "Grant" }));
    await user.click(await screen.findByRole("option", { name: /^Token Vault/ }));
    const vault = await screen.findByRole("region", { name: "Token Vault" });
    expect(within(vault).getByRole("combobox", { name: "API the token is for" })).toHaveValue("Calendar API");
    expect(within(vault).getByRole("combobox", { name: "Client that exchanges" })).toHaveValue(
      "Patient portal",
    );
    expect(within(vault).getByRole("switch", { name: /^Connect an account first/ })).toBeChecked();
    expect(await screen.findByRole("region", { name: "Sign in as" })).toBeVisible();
    await user.click(await button("Run"));
    expect(await screen.findByText("done")).toBeVisible();
    const sequence = await screen.findByRole("region", { name: "Sequence of the run" });
    expect(await within(sequence).findAllByRole("button")).toHaveLength(11);
    expect(await button(/^Step 11, call the provider: from App to Provider, done$/)).toBeVisible();
    await user.click(await button("Make it fail"));
    expect(screen.queryByRole("menuitem", { name: "Provider refuses to renew" })).toBeNull();
    await user.click(await screen.findByRole("menuitem", { name: "Exchange for an unknown connection" }));
    expect(await screen.findByText("stopped at step 10: exchange for the provider’s token")).toBeVisible();
    const link = await screen.findByRole("link", { name: "See every condition of this exchange" });
    const query = new URLSearchParams(link.getAttribute("href")?.split("?")[1]);
    expect([...query.keys()]).toEqual(["person", "api", "client", "connection"]);
    expect(query.get("api")).toBe("https://my-api.example.com");
  },
  PATIENCE_MS,
);
