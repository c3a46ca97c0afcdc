/** The same call in the languages users have, with a client's own values filled in. */
import type { Client } from "../../api/bindings";

type Values = { baseUrl: string; client: Pick<Client, "id" | "name" | "clientType">; secret?: string | null };

const PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/** A file name without anything a file system minds. */
export const envFileName = ({ name }: Pick<Client, "name">): string =>
  `${
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "client"
  }.env`;

const hasSecret = ({ client }: Values) => client.clientType !== "public";

/** The environment file; where the secret is not at hand, a place for it. */
export function envBlock(values: Values): string {
  const lines = [`MEDPLUM_BASE_URL=${values.baseUrl}`, `MEDPLUM_CLIENT_ID=${values.client.id}`];
  if (hasSecret(values)) lines.push(`MEDPLUM_CLIENT_SECRET=${values.secret ?? ""}`);
  return `${lines.join("\n")}\n`;
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
  -d grant_type=${PRE_AUTHORIZED} \\
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
    grant_type: ${JSON.stringify(PRE_AUTHORIZED)},
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
    : `        "grant_type": "${PRE_AUTHORIZED}",
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
