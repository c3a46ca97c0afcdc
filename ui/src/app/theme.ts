import {
  type ButtonProps,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

/** Mantine wants ten shades; the colours themselves are the tokens of `tokens.css`, which follow the theme. */
const token = (name: string): MantineColorsTuple => {
  const value = `var(--a-${name})`;
  return [value, value, value, value, value, value, value, value, value, value];
};

/** Filled and light elements of our colours: the token and what is readable on it. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const color = input.color ?? input.theme.primaryColor;
  const known = color === "accent" || color === "bad";
  if (known && input.variant === "filled") {
    return {
      background: `var(--a-${color})`,
      hover: `var(--a-${color}-hover)`,
      color: `var(--a-on-${color})`,
      border: "1px solid transparent",
    };
  }
  if (known && (input.variant === "subtle" || input.variant === "transparent")) {
    return {
      background: "transparent",
      hover: input.variant === "subtle" ? "var(--a-hover)" : "transparent",
      color: `var(--a-${color})`,
      border: "1px solid transparent",
    };
  }
  return defaultVariantColorsResolver(input);
};

/** Mantine's own variables, pointed at the tokens. */
export const cssVariablesResolver: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--a-bg)",
    "--mantine-color-text": "var(--a-ink)",
    "--mantine-color-dimmed": "var(--a-mute)",
    "--mantine-color-placeholder": "var(--a-mute)",
    "--mantine-color-anchor": "var(--a-accent)",
    "--mantine-color-error": "var(--a-bad)",
    "--mantine-color-default": "var(--a-panel)",
    "--mantine-color-default-hover": "var(--a-hover)",
    "--mantine-color-default-color": "var(--a-ink)",
    "--mantine-color-default-border": "var(--a-line)",
    "--mantine-color-bright": "var(--a-ink)",
    "--mantine-primary-color-filled": "var(--a-accent)",
    "--mantine-primary-color-filled-hover": "var(--a-accent-hover)",
    "--mantine-primary-color-light": "var(--a-accent-weak)",
    "--mantine-primary-color-light-hover": "var(--a-accent-weak)",
    "--mantine-primary-color-light-color": "var(--a-accent)",
    "--mantine-primary-color-contrast": "var(--a-on-accent)",
    "--mantine-color-disabled": "var(--a-hover)",
    "--mantine-color-disabled-color": "var(--a-mute)",
    "--mantine-color-disabled-border": "var(--a-line)",
  };
  return { variables: {}, light: shared, dark: shared };
};

/** The theme, in the language of the window: the cross of a dialog has a name. */
export const themeIn = (words: { close: string }) =>
  createTheme({
    primaryColor: "accent",
    colors: { accent: token("accent"), bad: token("bad"), wait: token("wait"), ok: token("ok") },
    variantColorResolver,
    fontFamily: "'Inter Variable', Inter, system-ui, sans-serif",
    fontFamilyMonospace: "'JetBrains Mono Variable', 'JetBrains Mono', ui-monospace, monospace",
    fontSizes: { xs: "12.5px", sm: "14px", md: "14px", lg: "17px", xl: "21px" },
    lineHeights: { xs: "1.4", sm: "1.45", md: "1.45", lg: "1.45", xl: "1.3" },
    spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
    radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "99px" },
    defaultRadius: "sm",
    headings: {
      fontWeight: "650",
      sizes: { h1: { fontSize: "21px", lineHeight: "1.3" }, h2: { fontSize: "15px", lineHeight: "1.4" } },
    },
    focusRing: "auto",
    cursorType: "pointer",
    components: {
      Button: {
        styles: { root: { fontWeight: 550 } },
        vars: (_: unknown, { size = "sm" }: ButtonProps) =>
          size === "sm"
            ? { root: { "--button-height": "34px", "--button-padding-x": "13px" } }
            : { root: {} },
      },
      // the help stands under the field
      InputWrapper: { defaultProps: { inputWrapperOrder: ["label", "input", "description", "error"] } },
      Modal: {
        defaultProps: {
          centered: true,
          radius: "md",
          transitionProps: { duration: 120, transition: "fade" },
          overlayProps: { backgroundOpacity: 0.4 },
          closeButtonProps: { "aria-label": words.close },
        },
        styles: {
          content: { border: "1px solid var(--a-line)", background: "var(--a-panel)", boxShadow: "none" },
          header: { background: "var(--a-panel)" },
          title: { fontWeight: 650, fontSize: 15, lineHeight: 1.35 },
        },
      },
      Drawer: { defaultProps: { closeButtonProps: { "aria-label": words.close } } },
      Menu: {
        defaultProps: {
          shadow: "none",
          transitionProps: { duration: 120, transition: "fade" },
          // a menu has nothing but its items in it
          withInitialFocusPlaceholder: false,
        },
      },
      Tooltip: {
        defaultProps: {
          transitionProps: { duration: 120 },
          openDelay: 300,
          events: { hover: true, focus: true, touch: true },
        },
      },
    },
  });
