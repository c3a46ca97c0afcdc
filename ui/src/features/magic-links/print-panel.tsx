import { Button, SegmentedControl, Select, Switch } from "@mantine/core";
import { IconDownload, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createPortal } from "react-dom";
import type { SheetPreview } from "../../api/bindings";
import { type CommandFailed, call } from "../../api/call";
import { useCommandMutation } from "../../api/commands";
import { LANGUAGES, t, tn } from "../../i18n/i18n";
import { decimal } from "../../i18n/time";
import { CopyValue } from "../../kit/copyable";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { type PrintChoice, usePrintChoice, utcOffsetMinutes } from "./print-choice";
import classes from "./print-panel.module.css";

type Props = {
  /** Ids of the links, one sheet each. */
  ids: string[];
  /** When they end: the clock of that day is printed. */
  expiresAt: number;
  /** The language that was chosen for the people, if one was. */
  language: string | null;
};

/** Sheets before they are printed: how, a true preview, and how fine the QR code comes out. */
export function PrintPanel({ ids, expiresAt, language }: Props) {
  const [choice, choose] = usePrintChoice(language);
  const request = {
    ids,
    paper: choice.paper,
    language: choice.language,
    secondLanguage: choice.second || null,
    utcOffsetMinutes: utcOffsetMinutes(expiresAt),
    withName: choice.withName,
  };
  // Its answer shows live codes, so it is forgotten when the panel is left.
  const preview = useQuery<SheetPreview, CommandFailed>({
    queryKey: ["sheets", request],
    queryFn: () => call("magic_links_print", request),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const save = useCommandMutation("magic_links_save_sheets");
  return (
    <div className={classes.panel}>
      <div className={classes.side}>
        <Choices choice={choice} onChoose={choose} />
        {preview.data && <Figures preview={preview.data} />}
        <div className={classes.buttons}>
          {ids.length === 1 && (
            <Button
              leftSection={<IconPrinter size={16} />}
              disabled={!preview.data}
              onClick={() => window.print()}
            >
              {t("print.print")}
            </Button>
          )}
          <Button
            variant={ids.length === 1 ? "default" : "filled"}
            leftSection={<IconDownload size={16} />}
            loading={save.isPending}
            disabled={!preview.data}
            onClick={() => save.mutate(request, { onError: (error) => toast("bad", error.message) })}
          >
            {t("print.save")}
          </Button>
        </div>
        {save.data && (
          <div className={classes.saved} role="status">
            <p>{tn("print.saved", save.data.pages)}</p>
            <CopyValue text={save.data.path} what={t("print.path")} />
            <p className={classes.mute}>{t("print.deleteAfter")}</p>
          </div>
        )}
      </div>
      <Answer query={preview} rows={10}>
        {({ svg }) => (
          <>
            <img
              className={`${classes.preview} always-light`}
              src={asImage(svg)}
              alt={t("print.previewAlt")}
            />
            {ids.length === 1 &&
              createPortal(<img className={classes.page} src={asImage(svg)} alt="" />, document.body)}
          </>
        )}
      </Answer>
    </div>
  );
}

const asImage = (svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

function Choices({
  choice,
  onChoose,
}: {
  choice: PrintChoice;
  onChoose: (changes: Partial<PrintChoice>) => void;
}) {
  const languages = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
  return (
    <>
      <SegmentedControl
        aria-label={t("print.paper")}
        value={choice.paper}
        onChange={(paper) => onChoose({ paper: paper as PrintChoice["paper"] })}
        data={[
          { value: "a4", label: "A4" },
          { value: "letter", label: "US Letter" },
        ]}
      />
      <Select
        label={t("print.language")}
        data={languages}
        value={choice.language}
        onChange={(next) =>
          next && onChoose({ language: next, second: next === choice.second ? "" : choice.second })
        }
        allowDeselect={false}
      />
      <Select
        label={t("print.second")}
        data={[
          { value: "", label: t("print.noSecond") },
          ...languages.filter(({ value }) => value !== choice.language),
        ]}
        value={choice.second}
        onChange={(next) => onChoose({ second: next ?? "" })}
        allowDeselect={false}
      />
      <Switch
        label={t("print.withName")}
        description={t("print.withNameHelp")}
        checked={choice.withName}
        onChange={(event) => onChoose({ withName: event.currentTarget.checked })}
      />
    </>
  );
}

/** How many sheets, and whether a phone will read them. */
function Figures({ preview }: { preview: SheetPreview }) {
  return (
    <div className={classes.figures}>
      <p>
        {t("print.module", {
          size: decimal(preview.moduleMm, 2),
          smallest: decimal(preview.smallestModuleMm, 1),
        })}
      </p>
      <p>{tn("print.pages", preview.pages)}</p>
      {preview.missing > 0 && <p className={classes.missing}>{tn("print.missing", preview.missing)}</p>}
    </div>
  );
}
