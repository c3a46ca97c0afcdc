// Finds what a person (or a screen reader) would call `name` in the role `role`; both as arguments, and `exact`.
// Returns the first visible match, in document order, or null. `text` as role: the innermost element with that text.
const [role, name, exact] = arguments;
const ROLES = {
  button: "button, [role=button], input[type=submit], summary",
  link: "a[href], [role=link]",
  heading: "h1, h2, h3, h4, [role=heading]",
  textbox: "input:not([type]), input[type=text], input[type=search], input[type=email], input[type=password], input[type=url], textarea, [role=textbox], [role=combobox], [role=searchbox]",
  checkbox: "input[type=checkbox], [role=checkbox], [role=switch]",
  radio: "input[type=radio], [role=radio]",
  tab: "[role=tab]",
  option: "[role=option], option",
  menuitem: "[role=menuitem]",
  dialog: "dialog, [role=dialog], [role=alertdialog]",
  row: "tr, [role=row]",
  image: "img, svg[role=img], [role=img]",
  status: "[role=status], [role=alert], output",
  text: "body *",
};
const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const visible = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const words = (element) => {
  const copy = element.cloneNode(true);
  for (const hidden of copy.querySelectorAll("[aria-hidden=true], style, script")) hidden.remove();
  return tidy(copy.textContent);
};
const accessibleName = (element) => {
  const labelled = (element.getAttribute("aria-labelledby") ?? "")
    .split(/\s+/)
    .map((id) => id && document.getElementById(id))
    .filter(Boolean);
  if (labelled.length > 0) return tidy(labelled.map(words).join(" "));
  if (element.ariaLabel) return tidy(element.ariaLabel);
  if (element.labels?.length > 0) return tidy([...element.labels].map(words).join(" "));
  if (element.alt) return tidy(element.alt);
  return words(element) || tidy(element.placeholder) || tidy(element.title);
};
const fits = (text) => name === null || (exact ? text === name : text.includes(name));
const found = [...document.querySelectorAll(ROLES[role] ?? `[role=${role}]`)].filter(
  (element) => fits(role === "text" ? words(element) : accessibleName(element)) && visible(element),
);
if (role !== "text") return found[0] ?? null;
return found.find((element) => !found.some((other) => other !== element && element.contains(other))) ?? null;
