/** Whether codes are hidden when the window loses the focus: a setting of this machine, on unless switched off. */
const STORED = "anteroom.stage.hideOnBlur";

export const hidesOnBlur = (): boolean => localStorage.getItem(STORED) !== "off";

export const setHidesOnBlur = (on: boolean) => localStorage.setItem(STORED, on ? "on" : "off");
