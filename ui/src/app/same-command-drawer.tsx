import { Drawer } from "@mantine/core";
import { useLocation } from "react-router";
import type { Home } from "../api/bindings";
import { t } from "../i18n/i18n";
import { CodeBlock } from "../kit/code-block";
import { Empty } from "../kit/states";
import { linesOf } from "./same-command";
import classes from "./same-command.module.css";

type Props = { home: Home; opened: boolean; onClose: () => void };

/** What to type in a terminal instead of using the screen that is open. */
export function SameCommand({ home, opened, onClose }: Props) {
  const { pathname } = useLocation();
  const lines = linesOf(pathname, { baseUrl: home.engine.baseUrl, projectId: home.project?.id ?? "" });
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={560}
      title={t("same.title")}
      transitionProps={{ duration: 120, transition: "fade" }}
      overlayProps={{ backgroundOpacity: 0.2 }}
      classNames={{ content: classes.content, header: classes.header, title: classes.title }}
    >
      <p className={classes.lead}>{t("same.lead")}</p>
      {lines.length === 0 && <Empty title={t("same.none")} />}
      {lines.map(({ title, text }) => (
        <section key={title} className={classes.line}>
          <h3>{t(title)}</h3>
          <CodeBlock text={text} what={t(title)} />
        </section>
      ))}
    </Drawer>
  );
}
