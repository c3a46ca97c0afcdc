import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import type { Inspected } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { ago } from "../../i18n/time";
import { Chip } from "../../kit/chip";
import { FilterChips } from "../../kit/filter-chips";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { useNow } from "../../kit/use-now";
import classes from "./playground.module.css";
import { claimWords } from "./playground-words";

/** The tokens of a run, taken apart. The tokens themselves stay with the engine. */
export function Tokens({ run, names }: { run: string; names: readonly string[] }) {
  const [shown, setShown] = useState(names[0] ?? "");
  const name = names.includes(shown) ? shown : (names[0] ?? "");
  const [compare, setCompare] = useState(false);
  const other = compare ? (names.find((own) => own !== name && own !== "refresh_token") ?? "") : "";
  const inspected = useCommand("playground_inspect", { run, token: name, other }, { keepPrevious: true });
  return (
    <Panel
      title={t("playground.tokens")}
      actions={
        <Button
          size="compact-sm"
          variant="default"
          aria-pressed={compare}
          onClick={() => setCompare(!compare)}
        >
          {t("playground.compare")}
        </Button>
      }
    >
      <div className={classes.stack}>
        <FilterChips
          label={t("playground.tokens")}
          options={names.map((value) => ({ value, label: value }))}
          value={name}
          onChange={setShown}
        />
        <Answer query={inspected}>
          {({ token, other: second, differences }) => (
            <>
              <Token token={token} />
              {second && (
                <table className={classes.claims}>
                  <thead>
                    <tr>
                      <th scope="col">{t("playground.claim")}</th>
                      <th scope="col">{token.name}</th>
                      <th scope="col">{second.name}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {differences.map((own) => (
                      <tr key={own.name}>
                        <th scope="row">{own.name}</th>
                        <td>{own.first ?? "–"}</td>
                        <td>{own.second ?? "–"}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              )}
            </>
          )}
        </Answer>
      </div>
    </Panel>
  );
}

/** A token: what it is, whether its signature is right, its claims with meaning and source. */
export function Token({ token }: { token: Inspected }) {
  const now = useNow(10);
  const tone = token.signature === "verified" ? "ok" : token.signature === "wrong" ? "bad" : "plain";
  return (
    <div className={classes.stack}>
      <p className={classes.kind}>
        {t(`playgroundKind.${token.signature === "not_signed" ? "opaque" : "signed"}`)}{" "}
        <Chip tone={tone}>{t(`playgroundSignature.${token.signature}`)}</Chip>
      </p>
      {token.claims.length > 0 && (
        <table className={classes.claims}>
          <thead>
            <tr>
              <th scope="col">{t("playground.claim")}</th>
              <th scope="col">{t("playground.value")}</th>
              <th scope="col">{t("playground.meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {[...token.header, ...token.claims].map((claim) => (
              <tr key={claim.name}>
                <th scope="row">{claim.name}</th>
                <td className={classes.claimValue} title={claim.time ?? undefined}>
                  {claim.value}
                  {claim.seconds !== null && (
                    <span className={classes.when}> {ago(claim.seconds, Math.max(now, 0))}</span>
                  )}
                </td>
                <td>
                  {claimWords(claim.name, claim.meaning)} <span className={classes.when}>{claim.source}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** A token from elsewhere, taken apart on this machine. */
export function PastedToken() {
  const [text, setText] = useState("");
  const token = text.trim();
  const inspected = useCommand(
    "playground_inspect",
    { run: "", token, other: "" },
    { enabled: token !== "", keepPrevious: true },
  );
  return (
    <Panel title={t("playground.pasted")}>
      <div className={classes.stack}>
        <Textarea
          label={t("playground.pastedLabel")}
          description={t("playground.pastedHelp")}
          autosize
          minRows={2}
          maxRows={6}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          spellCheck={false}
        />
        {token !== "" && (
          <Answer query={inspected}>{({ token: inspectedToken }) => <Token token={inspectedToken} />}</Answer>
        )}
      </div>
    </Panel>
  );
}
