import type { ComponentProps } from "react";
import classes from "./icon-button.module.css";

/** A button with an icon alone, named by its `aria-label`. A plain element: lists draw it in every row. */
export function IconButton({ className = "", ...props }: ComponentProps<"button">) {
  return <button type="button" className={`${classes.button} ${className}`} {...props} />;
}
