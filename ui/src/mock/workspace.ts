import type { ImportedRow } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { clients } from "./clients";
import { db } from "./db";
import { refuse } from "./refuse";

type Resource = { resourceType?: string; id?: string; name?: string; redirectUris?: string[] };

/** Medplum's resources of a file: one, a list, or a Bundle. */
function resources(text: string): Resource[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    refuse("invalid", (error as Error).message, "text");
  }
  if (Array.isArray(file)) return file;
  const one = file as Resource & { entry?: { resource: Resource }[] };
  return one.resourceType === "Bundle" ? (one.entry ?? []).map(({ resource }) => resource) : [one];
}

export const workspace = {
  export: ({ withSecrets }: Req<"workspace_export">): Res<"workspace_export"> => ({
    text: `${JSON.stringify({ projects: [{ name: db.projectName, clients: db.clients.map(({ name }) => ({ name })) }] }, null, 2)}\n`,
    leftOut: [
      "tokens, magic links, the event log and signing keys are never exported",
      ...(withSecrets ? [] : ["1 secrets of identity providers: only exported when asked for"]),
    ],
  }),
  exportClients: ({ ids }: Req<"workspace_export_clients">): Res<"workspace_export_clients"> => ({
    text: `${JSON.stringify(
      db.clients
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map(({ id, name, redirectUris }) => ({ resourceType: "ClientApplication", id, name, redirectUris })),
      null,
      2,
    )}\n`,
    leftOut: [],
  }),
  import({ text, dryRun }: Req<"workspace_import">): Res<"workspace_import"> {
    const added: ImportedRow[] = [];
    const left: ImportedRow[] = [];
    for (const [at, resource] of resources(text).entries()) {
      if (resource.resourceType !== "ClientApplication") {
        refuse("invalid", `[${at}]: must be a ClientApplication`, "text");
      }
      const known = db.clients.find(({ name }) => name === resource.name);
      const row = {
        kind: "client",
        path: `projects[0].clients[${at}]`,
        id: known?.id ?? "",
        name: resource.name ?? "",
      };
      (known ? left : added).push(row);
      if (!known && !dryRun) {
        clients.create({
          name: row.name,
          clientType: "medplum",
          redirectUris: resource.redirectUris ?? [],
          admin: false,
        });
      }
    }
    return { format: "medplum", added, changed: [], left, notTaken: [] };
  },
};
