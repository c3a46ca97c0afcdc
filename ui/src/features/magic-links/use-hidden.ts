import { useEffect, useState } from "react";
import { hidesOnBlur } from "../../kit/hides-on-blur";

/** Whether the code is hidden because somebody turned to another window; shown again on request only. */
export function useHidden(): [boolean, () => void] {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    if (!hidesOnBlur()) return;
    const hide = () => setHidden(true);
    const onVisibility = () => document.visibilityState === "hidden" && hide();
    window.addEventListener("blur", hide);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      window.removeEventListener("blur", hide);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, []);
  return [hidden, () => setHidden(false)];
}
