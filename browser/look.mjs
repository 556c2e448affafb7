// Looking at a page as different people do: light, dark, on a phone, with axe, and with the keyboard alone.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const shots = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "build", "screenshots");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const highest = 8000; // pixels of a picture's window
const phone = { width: 390, height: 844 };

// look keeps screenshots of a page and returns what is wrong with it. In the dark only colours are judged again.
export async function look(page, name) {
  mkdirSync(shots, { recursive: true });
  const shot = (how) => whole(page, path.join(shots, `${name}-${how}.png`));
  await page.evaluate(axe);
  await shot("light");
  const wrong = await judge(page, `${name}, light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("dark");
  wrong.push(...await judge(page, `${name}, dark`, ["color-contrast"]));
  await page.emulateMedia({ colorScheme: "light" });
  await page.keyboard.press("F8"); // from now on the page takes it that a keyboard is used
  wrong.push(...(await page.evaluate(keyboard)).map((w) => `${name}: ${w}`));
  const size = page.viewportSize();
  await page.setViewportSize(phone);
  await shot("phone");
  wrong.push(...await judge(page, `${name}, phone`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > phone.width) wrong.push(`${name} is ${wide} px wide on a phone`);
  await page.setViewportSize(size);
  return wrong;
}

// whole keeps a picture of the whole page. The window is made as high as the page for it, so that bars which stay in sight
// stand where they belong, and not over the fields.
async function whole(page, file) {
  const size = page.viewportSize(), scroll = await page.evaluate(() => [scrollX, scrollY]);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: size.width, height: Math.max(size.height, Math.min(height, highest)) });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: file, fullPage: true });
  await page.setViewportSize(size);
  await page.evaluate(([x, y]) => window.scrollTo(x, y), scroll);
}

// judge lets axe look at the page as it is; rules are those to go by, or nothing for all.
async function judge(page, what, rules) {
  const violations = await page.evaluate(async (rules) => {
    const found = await window.axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) });
    return found.violations.map((v) => ({ id: v.id, help: v.help, html: v.nodes.map((n) => n.html) }));
  }, rules);
  return violations.map((v) => `${what}: ${v.id}: ${v.help}\n  ${v.html.join("\n  ")}`);
}

// keyboard runs in the page. Everything that can be used must be reached with Tab and show that it has the focus; a
// table has a caption. It leaves the focus where it was.
function keyboard() {
  const wrong = [], before = document.activeElement, scroll = window.scrollY;
  const say = (el, what) => wrong.push(`${what}: ${el.outerHTML.slice(0, 160)}`);
  for (const table of document.querySelectorAll("table")) if (!table.caption?.textContent.trim()) say(table, "a table without a caption");
  const looks = (el) => {
    const style = getComputedStyle(el);
    return style.outlineStyle === "none" || style.outlineWidth === "0px" ? style.boxShadow + style.borderColor : "outline";
  };
  for (const el of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]")) {
    if (el.disabled || !el.checkVisibility({ visibilityProperty: true }) || el.closest("svg")) continue;
    // Tabs are walked with arrows; what is wrong has the focus by itself.
    const roving = el.getAttribute("role") === "tab" && el.getAttribute("aria-selected") === "false";
    if (el.tabIndex > 0) say(el, "out of the order of the page");
    if (el.tabIndex < 0 && !roving && el.id !== "main" && !el.matches("[role=alert]")) say(el, "not reached with Tab");
    if (el.tabIndex < 0) continue;
    document.activeElement.blur();
    const unfocused = looks(el);
    el.focus();
    if (document.activeElement !== el) say(el, "takes no focus");
    else if (looks(el) === unfocused) say(el, "does not show that it has the focus");
  }
  if (before && before !== document.body) before.focus(); else document.activeElement.blur();
  window.scrollTo(0, scroll);
  return wrong;
}
