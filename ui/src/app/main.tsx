import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "@mantine/core/styles.layer.css";
import "./tokens.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { paintSchemeEarly } from "./scheme";

paintSchemeEarly();

const root = document.getElementById("root");
if (root) createRoot(root).render(<App />);
