import { Button, Checkbox, Group } from "@mantine/core";
import { IconDownload, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { t } from "../i18n/i18n";
import { CopyButton } from "./copyable";
import { download } from "./download";
import classes from "./secret-once.module.css";

/** How long a revealed secret stays readable. */
const REVEALED_MS = 30_000;

/** Always as long, so that the length tells nothing. */
const MASK = "•".repeat(24);

type Props = {
  secret: string;
  /** What a downloaded file is called and holds. */
  file: { name: string; text: string };
  stored: boolean;
  onStored: (stored: boolean) => void;
};

/** A secret that is on screen this one time: masked, with copy, download and "I have stored it". */
export function SecretOnce({ secret, file, stored, onStored }: Props) {
  const [revealed, setRevealed] = useState(false);
  useEffect(() => {
    if (!revealed) return;
    const hide = () => setRevealed(false);
    const timer = setTimeout(hide, REVEALED_MS);
    window.addEventListener("blur", hide);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("blur", hide);
    };
  }, [revealed]);
  return (
    <div className={classes.secret}>
      <p>{t("secret.once")}</p>
      <output className={classes.value} aria-label={t("secret.label")}>
        {revealed ? secret : MASK}
      </output>
      <Group gap="xs">
        <CopyButton text={secret} what={t("secret.label")} label={t("secret.copy")} />
        <Button
          variant="default"
          onClick={() => setRevealed(!revealed)}
          leftSection={revealed ? <IconEyeOff size={16} /> : <IconEye size={16} />}
        >
          {revealed ? t("secret.hide") : t("secret.show")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} />}
          onClick={() => download(file.name, file.text)}
        >
          {t("secret.download")}
        </Button>
      </Group>
      <Checkbox
        label={t("secret.stored")}
        checked={stored}
        onChange={(event) => onStored(event.currentTarget.checked)}
      />
    </div>
  );
}
