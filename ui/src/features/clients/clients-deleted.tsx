import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { DeletedClient, IssuedSecret } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { Page } from "../../kit/page";
import { type Column, RowTable } from "../../kit/row-table";
import { Answer, Empty } from "../../kit/states";
import { toast } from "../../kit/toast";
import { typeWords } from "./client-words";
import classes from "./clients.module.css";
import { SecretDialog } from "./secret-dialog";

/** Deleted client applications, each with the way back. */
export function ClientsDeletedPage() {
  const deleted = useCommand("clients_list_deleted", {});
  const [issued, setIssued] = useState<IssuedSecret>();
  return (
    <Page title={t("deleted.title")} breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}>
      <p className={classes.lead}>{t("deleted.lead")}</p>
      <Answer query={deleted} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t("deleted.empty")} />
          ) : (
            <RowTable
              label={t("deleted.title")}
              columns={columns(setIssued)}
              rows={{ total: items.length, at: (index) => items[index], want: () => {} }}
              keyOf={(row) => row.id}
            />
          )
        }
      </Answer>
      {issued && <SecretDialog issued={issued} onClose={() => setIssued(undefined)} />}
    </Page>
  );
}

const columns = (onIssued: (issued: IssuedSecret) => void): Column<DeletedClient>[] => [
  { id: "name", header: t("clients.name"), width: "1.4fr", cell: (gone) => <b>{gone.name}</b> },
  {
    id: "type",
    header: t("clients.type"),
    width: "130px",
    cell: (gone) => <Chip>{typeWords(gone.clientType)}</Chip>,
  },
  {
    id: "id",
    header: t("clients.idTerm"),
    width: "1.3fr",
    cell: (gone) => <span className={classes.id}>{gone.id}</span>,
    optional: true,
  },
  {
    id: "when",
    header: t("deleted.when"),
    width: "1fr",
    cell: (gone) => (
      <span>
        <Ago at={gone.deletedAt} /> {gone.deletedBy && t("deleted.by", { actor: gone.deletedBy })}
      </span>
    ),
  },
  {
    id: "restore",
    header: t("board.actions"),
    quiet: true,
    width: "150px",
    cell: (gone) => <Restore gone={gone} onIssued={onIssued} />,
  },
];

function Restore({ gone, onIssued }: { gone: DeletedClient; onIssued: (issued: IssuedSecret) => void }) {
  const restore = useCommandMutation("clients_restore");
  const run = () =>
    restore.mutate(
      { id: gone.id },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: (issued) => {
          toast("ok", t("deleted.restored", { client: issued.client.name }));
          onIssued(issued);
        },
      },
    );
  return (
    <Button
      variant="default"
      size="compact-sm"
      loading={restore.isPending}
      onClick={run}
      aria-label={t("deleted.restoreOne", { client: gone.name })}
    >
      {t("deleted.restore")}
    </Button>
  );
}
