import { Button, SegmentedControl } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { t } from "../../i18n/i18n";
import { CodeBlock } from "../../kit/code-block";
import { download } from "../../kit/download";
import { Panel } from "../../kit/panel";
import classes from "./clients.module.css";
import { ENV_FORMATS, type EnvFormat, envBlock, envFileName, type Values } from "./snippets";

/** A client's values as a file, in the format its program reads. The secret itself never stands here. */
export function EnvPanel({ values, help }: { values: Values; help?: string }) {
  const [format, setFormat] = useState<EnvFormat>("env");
  const text = envBlock({ ...values, secret: null }, format);
  const file = envFileName(values.client, format);
  return (
    <Panel title={t("quickStart.env")}>
      <div className={classes.codeTools}>
        <SegmentedControl
          aria-label={t("quickStart.format")}
          size="xs"
          data={ENV_FORMATS.map((value) => ({ value, label: value.toUpperCase() }))}
          value={format}
          onChange={(next) => setFormat(next as EnvFormat)}
        />
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={15} />}
          onClick={() => download(file, text)}
        >
          {t("quickStart.download", { file })}
        </Button>
      </div>
      <CodeBlock text={text} what={t("quickStart.env")} />
      {help && <p className={classes.help}>{help}</p>}
    </Panel>
  );
}
