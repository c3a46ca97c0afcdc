import { createContext, useContext } from "react";

/** True while the window is locked to the desk. */
export const DeskMode = createContext(false);

/** Whether the window is locked to the desk: what the desk may not do is not offered. */
export const useIsDesk = (): boolean => useContext(DeskMode);
