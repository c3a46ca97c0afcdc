import { render } from "@testing-library/react";
import { type UserEvent, userEvent } from "@testing-library/user-event";

/** Opens the whole window at a path, on the mock backend; `scenario` puts the mock into a state. */
export async function renderApp(path: string, scenario = ""): Promise<UserEvent> {
  window.history.replaceState(null, "", `/${scenario ? `?mock=${scenario}` : ""}#${path}`);
  // imported late, because the mock reads its scenario when it is loaded
  const { App } = await import("../src/app/app");
  render(<App />);
  return userEvent.setup();
}
