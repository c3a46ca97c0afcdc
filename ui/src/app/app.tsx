import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { RouterProvider } from "react-router";
import { t, useLanguage } from "../i18n/i18n";
import { Announcer } from "../kit/announce";
import { Confirmations } from "../kit/confirm";
import { Toasts } from "../kit/toast";
import { keepFocus } from "./keep-focus";
import { sayInOwnWords } from "./own-words";
import { createRouter } from "./router";
import { cssVariablesResolver, themeIn } from "./theme";

/** The engine is on this machine: asking twice is cheap, and a failure is shown at once with "Try again". */
const newCache = () =>
  new QueryClient({
    defaultOptions: {
      queries: { retry: false, refetchOnWindowFocus: true, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });

/** Tests do not wait for transitions. */
const ENV = import.meta.env.MODE === "test" ? "test" : "default";

export function App() {
  const [cache] = useState(newCache);
  const language = useLanguage();
  useEffect(() => keepFocus(cache), [cache]);
  useEffect(sayInOwnWords, []);
  const theme = themeIn({ close: t("kit.close") });
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      defaultColorScheme="auto"
      env={ENV}
    >
      <QueryClientProvider client={cache}>
        {/* another language redraws everything; what is on screen stands in the URL */}
        <Window key={language} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Window() {
  const router = useMemo(createRouter, []);
  return (
    <>
      <RouterProvider router={router} useTransitions={false} />
      <Confirmations />
      <Toasts />
      <Announcer />
    </>
  );
}
