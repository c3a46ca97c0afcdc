/** The same call in the languages users have, with a client's own values filled in. */
import type { Client } from "../../api/bindings";
import { PRE_AUTHORIZED_CODE } from "../../api/grant-types";
import { fileName } from "../../kit/download";

export type Values = {
  baseUrl: string;
  client: Pick<Client, "id" | "name" | "clientType">;
  secret?: string | null;
};

export const ENV_FORMATS = ["env", "json", "yaml"] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];

/** What the file of a client's values is called. */
export const envFileName = ({ name }: Pick<Client, "name">, format: EnvFormat = "env"): string =>
  `${fileName(name, "client")}.${format}`;

const hasSecret = ({ client }: Values) => client.clientType !== "public";

/** The values a program needs; where the secret is not at hand, a place for it. */
function environment(values: Values): [string, string][] {
  const lines: [string, string][] = [
    ["MEDPLUM_BASE_URL", values.baseUrl],
    ["MEDPLUM_CLIENT_ID", values.client.id],
  ];
  if (hasSecret(values)) lines.push(["MEDPLUM_CLIENT_SECRET", values.secret ?? ""]);
  return lines;
}

/** They as an environment file, JSON or YAML. */
export function envBlock(values: Values, format: EnvFormat = "env"): string {
  const lines = environment(values);
  if (format === "json") return `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`;
  const text = lines.map(([name, value]) =>
    format === "yaml" ? `${name}: ${JSON.stringify(value)}` : `${name}=${value}`,
  );
  return `${text.join("\n")}\n`;
}

export function curl(values: Values): string {
  return hasSecret(values)
    ? `curl -s "$MEDPLUM_BASE_URL"oauth2/token \\
  -d grant_type=client_credentials \\
  -d client_id="$MEDPLUM_CLIENT_ID" \\
  -d client_secret="$MEDPLUM_CLIENT_SECRET"`
    : redeem();
}

/** Redeems a pre-authorized code; `$CODE` is the last part of a magic link. */
export const redeem = (): string => `curl -s "$MEDPLUM_BASE_URL"oauth2/token \\
  -d grant_type=${PRE_AUTHORIZED_CODE} \\
  -d client_id="$MEDPLUM_CLIENT_ID" \\
  --data-urlencode pre-authorized_code="$CODE"`;

/** A magic link over HTTP, for a member named by `$MEMBERSHIP`. */
export const preauthorize = (): string => `curl -s "$MEDPLUM_BASE_URL"auth/preauthorize \\
  -u "$MEDPLUM_CLIENT_ID:$MEDPLUM_CLIENT_SECRET" \\
  -H "X-Medplum-On-Behalf-Of: ProjectMembership/$MEMBERSHIP" \\
  -H "Content-Type: application/json" \\
  -d "{\\"clientId\\": \\"$MEDPLUM_CLIENT_ID\\", \\"magicLink\\": true}"`;

export function javascript(values: Values): string {
  if (hasSecret(values)) {
    return `// npm install @medplum/core
import { MedplumClient } from "@medplum/core";

const medplum = new MedplumClient({ baseUrl: process.env.MEDPLUM_BASE_URL });
await medplum.startClientLogin(
  process.env.MEDPLUM_CLIENT_ID,
  process.env.MEDPLUM_CLIENT_SECRET,
);
console.log(medplum.getAccessToken());`;
  }
  return `// npm install @medplum/core
import { MedplumClient } from "@medplum/core";

const baseUrl = ${JSON.stringify(values.baseUrl)};
const answer = await fetch(new URL("oauth2/token", baseUrl), {
  method: "POST",
  body: new URLSearchParams({
    grant_type: ${JSON.stringify(PRE_AUTHORIZED_CODE)},
    client_id: ${JSON.stringify(values.client.id)},
    "pre-authorized_code": code, // the last part of a magic link
  }),
});
const { access_token } = await answer.json();

const medplum = new MedplumClient({ baseUrl });
medplum.setAccessToken(access_token);`;
}

export function python(values: Values): string {
  const data = hasSecret(values)
    ? `        "grant_type": "client_credentials",
        "client_id": os.environ["MEDPLUM_CLIENT_ID"],
        "client_secret": os.environ["MEDPLUM_CLIENT_SECRET"],`
    : `        "grant_type": "${PRE_AUTHORIZED_CODE}",
        "client_id": os.environ["MEDPLUM_CLIENT_ID"],
        "pre-authorized_code": code,  # the last part of a magic link`;
  return `# pip install requests
import os
import requests

answer = requests.post(
    os.environ["MEDPLUM_BASE_URL"] + "oauth2/token",
    data={
${data}
    },
    timeout=10,
)
answer.raise_for_status()
print(answer.json()["access_token"])`;
}

export function rust(values: Values): string {
  const form = hasSecret(values)
    ? `        ("grant_type", "client_credentials"),
        ("client_id", &env::var("MEDPLUM_CLIENT_ID")?),
        ("client_secret", &env::var("MEDPLUM_CLIENT_SECRET")?),`
    : `        ("grant_type", "${PRE_AUTHORIZED_CODE}"),
        ("client_id", &env::var("MEDPLUM_CLIENT_ID")?),
        ("pre-authorized_code", code), // the last part of a magic link`;
  const parameter = hasSecret(values) ? "" : "code: &str";
  return `// cargo add reqwest --features blocking,json,form
// cargo add serde_json
use std::{env, error::Error};

fn access_token(${parameter}) -> Result<String, Box<dyn Error>> {
    let form = [
${form}
    ];
    let answer: serde_json::Value = reqwest::blocking::Client::new()
        .post(env::var("MEDPLUM_BASE_URL")? + "oauth2/token")
        .form(&form)
        .send()?
        .error_for_status()?
        .json()?;
    Ok(answer["access_token"].as_str().unwrap_or_default().to_owned())
}`;
}
