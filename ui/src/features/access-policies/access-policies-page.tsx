import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { PolicySummary } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Page } from "../../kit/page";
import { Column } from "../../kit/panel";
import { RowTable, type Column as TableColumn } from "../../kit/row-table";
import { Answer, Empty } from "../../kit/states";
import classes from "./access-policies.module.css";
import { CanRead } from "./can-read";

const nothing = () => {};

/** What members may do: the policies, and the question whether somebody may read something. */
export function AccessPoliciesPage() {
  const policies = useCommand("access_policies_list", {});
  const create = (
    <Button component={Link} to={paths.accessPolicyNew()} leftSection={<IconPlus size={16} />}>
      {t("policies.create")}
    </Button>
  );
  return (
    <Page
      title={t("nav.accessPolicies")}
      beside={policies.data && <span role="status">{tn("policies.count", policies.data.items.length)}</span>}
      actions={create}
    >
      <Column wide>
        <Answer query={policies} rows={4}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t("policies.emptyTitle")} action={create}>
                {t("policies.emptyBody")}
              </Empty>
            ) : (
              <RowTable
                label={t("nav.accessPolicies")}
                columns={columns()}
                rows={{ total: items.length, at: (index) => items[index], want: nothing }}
                keyOf={(row) => row.id}
              />
            )
          }
        </Answer>
        <CanRead />
      </Column>
    </Page>
  );
}

const columns = (): TableColumn<PolicySummary>[] => [
  {
    id: "name",
    header: t("policies.name"),
    width: "1.4fr",
    cell: (policy) => (
      <Link to={paths.accessPolicy(policy.id)} className={classes.name}>
        {policy.name}
      </Link>
    ),
  },
  {
    id: "about",
    header: t("policies.about"),
    width: "2fr",
    cell: (policy) => (
      <span className={classes.mono}>
        {policy.resourceTypes.length === 0 ? t("policies.nothing") : policy.resourceTypes.join(", ")}
      </span>
    ),
  },
  {
    id: "addresses",
    header: t("policies.addresses"),
    width: "130px",
    cell: (policy) =>
      policy.ipRuleCount === 0 ? t("policies.anywhere") : tn("policies.rules", policy.ipRuleCount),
    optional: true,
  },
  {
    id: "members",
    header: t("policies.members"),
    width: "130px",
    cell: (policy) =>
      policy.memberCount === 0 ? t("policies.nobody") : tn("policies.memberCount", policy.memberCount),
  },
];
