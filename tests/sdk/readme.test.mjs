// README's way to a provider token, each block as it stands there. Only the ports are others, so that nothing is in the way.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { openPage, signInAt } from "./chromium.mjs";
import { startServer } from "./harness.mjs";

const HEADING = "## A provider token in five minutes";

/** As many free ports. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A file of the project, with other ports in the place of its own. */
async function moved(path, ports) {
  const text = await readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  return Object.entries(ports).reduce((text, [from, to]) => text.replaceAll(from, to), text);
}

/** Starts what a line of README starts; gives its base URL. */
async function start(t, line, ports) {
  const words = line.match(/^cargo run --release -p anteroom-server -- serve (.*)$/m)[1].split(" ");
  const file = words.pop();
  assert.deepEqual(words, ["--ephemeral", "--sample-provider", "--workspace"]);
  const more = [`--sample-provider=127.0.0.1:${ports[8104]}`];
  return startServer(t, JSON.parse(await moved(file, ports)), { listen: `127.0.0.1:${ports[8103]}`, more });
}

/** Somebody who does at each `Open` what README says, and comes back to the app: what stands there. */
async function goThere(page, address, { base, email, password, app }) {
  await page.goto(address);
  if (page.url().startsWith(base)) await signInAt(page, email, password, `${app}*`);
  else await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL(`${app}*`);
  return page.locator("body").innerText();
}

/** Runs blocks in one shell, with somebody at the browser; gives what they print. */
async function run(blocks, open) {
  const shell = spawn("bash", ["-euo", "pipefail", "-c", blocks.join("\n")], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
  });
  let printed = "";
  let said = "";
  shell.stdout.on("data", (part) => {
    printed += part;
  });
  const opened = [];
  createInterface({ input: shell.stderr }).on("line", (line) => {
    const address = line.match(/^Open (http\S+)$/)?.[1];
    if (address) opened.push(open(address));
    else said += `${line}\n`;
  });
  const code = await new Promise((resolve) => shell.once("close", resolve));
  assert.deepEqual(await Promise.all(opened), Array(3).fill("Back to the terminal."));
  assert.equal(code, 0, `${said}\n${printed}`);
  return printed;
}

test("a provider token from README alone", async (t) => {
  const own = [8103, 8104, 8999];
  const free = await freePorts(own.length);
  const ports = Object.fromEntries(own.map((port, at) => [port, free[at]]));
  const section = (await moved("README.md", ports)).split(`${HEADING}\n`)[1].split("\n## ")[0];
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
  assert.equal(blocks.length, 3);
  const base = await start(t, blocks[0], ports);
  const [, email, password] = section.match(/sign in as `(\S+)` with `(\S+)` and agree/);
  const page = await openPage(t);
  const app = `http://127.0.0.1:${ports[8999]}/callback`;
  const printed = await run(blocks.slice(1), (address) => goThere(page, address, { base, email, password, app }));
  const person = JSON.parse(printed.slice(printed.lastIndexOf("{")));
  assert.equal(typeof person.sub, "string", printed);
});
