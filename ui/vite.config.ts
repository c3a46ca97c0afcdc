import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `ANTEROOM_BRIDGE=http://127.0.0.1:<port>` with `VITE_BACKEND=bridge` develops against a running engine.
const bridge = process.env.ANTEROOM_BRIDGE;

export default defineConfig({
  plugins: [react()],
  base: "./",
  server: {
    host: "127.0.0.1",
    port: 5183,
    strictPort: true,
    proxy: bridge ? { "/__call": bridge, "/__events": bridge } : undefined,
  },
  build: {
    // WebKitGTK 2.40 and later, WebView2, and WKWebView of macOS 13.
    target: ["safari16", "chrome115"],
    chunkSizeWarningLimit: 900,
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["tests/setup.ts"],
    include: ["tests/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 60_000,
  },
});
