// Five journeys by an automated person who clicks and types: how many of each, written to docs/journeys.md by
// ANTEROOM_UPDATE_JOURNEYS=1. Each must end where it is meant to, with no more than is written there.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./harness.mjs";

const file = fileURLToPath(new URL("../../docs/journeys.md", import.meta.url));

/** A person whose clicks and keystrokes are counted. */
class Person {
  constructor(desk) {
    this.desk = desk;
    this.page = desk.page;
    this.clicks = 0;
    this.keys = 0;
  }

  async click(target) {
    this.clicks += 1;
    await target.click();
  }

  async type(target, text) {
    this.clicks += 1;
    this.keys += text.length;
    await target.fill(text);
  }

  /** Types where the focus is already. */
  async keysOnly(text) {
    this.keys += text.length;
    await this.page.keyboard.type(text);
  }

  async press(key) {
    this.keys += 1;
    await this.page.keyboard.press(key);
  }

  role = (role, name) => this.page.getByRole(role, { name }).first();
}

/** From anywhere to a client application, by the palette. */
async function openClient(person, search, name) {
  await person.press("Control+k");
  await person.keysOnly(search);
  await person.page.getByRole("option", { name }).first().waitFor();
  await person.press("Enter");
  await person.page.getByRole("heading", { level: 1, name }).waitFor();
}

const JOURNEYS = [
  {
    name: "Create a client and run its first flow",
    async run(person) {
      await person.press("Control+k");
      await person.keysOnly("create");
      await person.page.getByRole("option", { name: "Create client" }).waitFor();
      await person.press("Enter");
      await person.click(person.role("radio", /server/));
      await person.type(person.desk.field("Name"), "Nightly");
      await person.press("Enter");
      await person.page.getByText("I have stored it").waitFor();
      await person.click(person.role("button", "Copy client secret"));
      // the copied call runs as it is, with the values of the screen
      await person.click(person.desk.button("Show"));
      const secret = await person.role("status", "client secret").textContent();
      const list = await person.desk.call("clients_list", { search: "Nightly", offset: 0, limit: 1, clientType: null, status: null });
      const answer = await person.desk.token({
        grant_type: "client_credentials",
        client_id: list.items[0].id,
        client_secret: secret,
      });
      assert.equal(answer.status, 200);
    },
  },
  {
    name: "Find why a request was refused",
    async before(desk) {
      const { client } = await desk.call("clients_create", {
        name: "Interface",
        clientType: "confidential",
        redirectUris: [],
        admin: false,
      });
      await desk.token({ grant_type: "client_credentials", client_id: client.id, client_secret: "old one" });
    },
    async run(person) {
      await person.press("Control+k");
      await person.keysOnly("refus");
      await person.page.getByRole("option", { name: "Look at refusals" }).waitFor();
      await person.press("Enter");
      await person.click(person.role("button", /^Details/));
      const row = person.role("row", /The secret is right/);
      await row.getByText("failed").waitFor();
      assert.match(await row.textContent(), /sha256:.*sha256:/, "the two values that differ");
    },
  },
  {
    name: "Rotate a secret without an outage",
    async before(desk) {
      const made = await desk.call("clients_create", {
        name: "Laboratory",
        clientType: "confidential",
        redirectUris: [],
        admin: false,
      });
      this.id = made.client.id;
      this.secret = made.secret;
    },
    async run(person) {
      await openClient(person, "labora", "Laboratory");
      await person.click(person.role("tab", "Credentials"));
      await person.click(person.desk.button("Rotate …"));
      await person.click(person.desk.button("Make a secret"));
      await person.page.getByText("I have stored it").waitFor();
      const old = { grant_type: "client_credentials", client_id: this.id, client_secret: this.secret };
      assert.equal((await person.desk.token(old)).status, 200, "the old one still works");
      await person.click(person.role("button", "Copy client secret"));
      await person.click(person.role("checkbox", "I have stored it"));
      await person.click(person.desk.button("Close"));
      await person.page.getByText("retiring", { exact: true }).waitFor();
    },
  },
  {
    name: "Undo a change",
    async before(desk) {
      const { client } = await desk.call("clients_create", {
        name: "Booking",
        clientType: "public",
        redirectUris: ["https://booking.example.org/cb"],
        admin: false,
      });
      this.id = client.id;
      const changes = { accessTokenLifetime: "2h" };
      await desk.call("clients_update", { id: client.id, version: client.version, changes });
    },
    async run(person) {
      await openClient(person, "booking", "Booking");
      await person.click(person.role("tab", "History"));
      await person.click(person.role("button", /^Undo entry/));
      await person.page.getByText("The change is taken back.").waitFor();
      assert.equal((await person.desk.call("clients_get", { id: this.id })).accessTokenLifetime, null);
    },
  },
  {
    name: "Find a client by part of a redirect URI",
    async run(person) {
      await openClient(person, "booking.ex", "Booking");
    },
  },
];

/** The table of the document: name, clicks, keystrokes. */
const written = () =>
  new Map(
    [...readFileSync(file, "utf8").matchAll(/^\| ([^|]+) \| (\d+) \| (\d+) \|/gm)].map(([, name, clicks, keys]) => [
      name,
      { clicks: Number(clicks), keys: Number(keys) },
    ]),
  );

test("five journeys need no more than is written", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const counted = new Map();
  for (const journey of JOURNEYS) {
    await journey.before?.(desk);
    await desk.screen("Home").click();
    await desk.page.getByRole("heading", { level: 1 }).first().waitFor();
    const person = new Person(desk);
    const began = performance.now();
    await journey.run(person);
    counted.set(journey.name, { clicks: person.clicks, keys: person.keys });
    t.diagnostic(
      `${journey.name}: ${person.clicks} clicks, ${person.keys} keystrokes, ${Math.round(performance.now() - began)} ms`,
    );
  }
  if (process.env.ANTEROOM_UPDATE_JOURNEYS) {
    let text = readFileSync(file, "utf8");
    for (const [name, { clicks, keys }] of counted) {
      text = text.replace(new RegExp(`^\\| ${name} \\| \\d+ \\| \\d+ \\|`, "m"), `| ${name} | ${clicks} | ${keys} |`);
    }
    writeFileSync(file, text);
  }
  const most = written();
  for (const [name, { clicks, keys }] of counted) {
    const known = most.get(name);
    assert.ok(known, `docs/journeys.md does not know ${name}`);
    assert.ok(clicks <= known.clicks && keys <= known.keys, `${name}: ${clicks} clicks, ${keys} keystrokes`);
  }
});
