import { Button } from "@mantine/core";
import { Link, useRouteError } from "react-router";
import { t } from "../i18n/i18n";
import { Page } from "../kit/page";
import { Failed } from "../kit/states";
import { paths } from "./paths";

export function NotFound() {
  return (
    <Page title={t("notFound.title")}>
      <Button component={Link} to={paths.home()}>
        {t("notFound.home")}
      </Button>
    </Page>
  );
}

/** A screen that threw: says so instead of going blank. */
export function Broken() {
  const error = useRouteError();
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div style={{ padding: 28 }}>
      <Failed message={t("broken.body", { message })} onRetry={() => window.location.reload()} />
    </div>
  );
}
