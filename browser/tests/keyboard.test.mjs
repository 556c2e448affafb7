// A month by the keyboard alone: nothing here clicks, and no field is filled but by typing into what has the focus.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, password } from "../house.mjs";

const today = new Date();
const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);
const start = day(1, 1), end = day(0, 0); // the last whole month
const mostTabs = 150; // from anywhere on a page to anywhere else on it

let house, page;
before(async () => {
  house = await open();
  page = house.page;
  house.import(`
currency: USD
time_zone: UTC
company: {name: Lists Inc}
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans: [{id: std, name: Standard, monthly_price: "25"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists: [${[...Array(9).keys()].map((n) => `{server: s1, site: keys.test, list: news${n}}`)}]
`);
});
after(async () => { await house.close(); });

// press presses keys, one after the other.
async function press(...keys) { for (const key of keys) await page.keyboard.press(key); }
const type = (text) => page.keyboard.type(text);

// focused is what has the focus, by what it is called.
const focused = () => page.evaluate(() => {
  const el = document.activeElement;
  const text = el.getAttribute("aria-label") || el.labels?.[0]?.innerText || el.innerText || "";
  return text.replace(/\s*required\s*$/, "").trim().split("\n")[0];
});

// to goes on with Tab until something of that name has the focus.
async function to(name) {
  const past = [];
  for (let n = 0; n < mostTabs; n++) {
    const at = await focused();
    if (name instanceof RegExp ? name.test(at) : at === name) return;
    past.push(at);
    await press("Tab");
  }
  assert.fail(`${name} is not reached with Tab; came by: ${[...new Set(past)].join(" | ")}`);
}

// choose goes to a link or button and uses it, and waits until the page that it leads to has this heading.
async function choose(name, heading) {
  await to(name);
  await press("Enter");
  if (heading) await page.getByRole("heading", { name: heading, level: 1 }).waitFor();
}

// enter goes to a field and types over what is in it.
async function enter(name, text) {
  await to(name);
  await press("Control+A");
  await type(text);
}

const says = (text) => page.getByText(text).first().waitFor();

test("the first operator", async () => {
  await page.goto(house.link);
  await enter("Name", "Anna");
  await enter("Password", password);
  await enter("Password again", password);
  await choose("Create the operator", "Home");
  await press("Tab");
  assert.equal(await focused(), "Skip to the content");
  await press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("a customer, over the four tabs", async () => {
  await choose("Customers", "Customers");
  await choose("Create New Customer", "Create New Customer");
  await enter("Company", "Keyboard & Sons");
  await enter("Email Address", "keys@keys.test");
  await to("Invoice"); // the arrow keys choose among payment methods
  await press("ArrowUp");
  assert.equal(await focused(), "Free");
  await press("ArrowDown");
  await to("Basic Information"); // around, over the end of the page
  await press("ArrowRight", "ArrowRight");
  assert.equal(await focused(), "Information");
  await press("Tab");
  await type("Typed.");
  await to("Information");
  await press("ArrowRight");
  assert.equal(await focused(), "Additional Settings");
  await enter("Start Date", start);
  await choose("Save", "Create New Group"); // on to the billing group
});

test("its group, with a plan and lists", async () => {
  await enter("Name", "Main");
  await choose("Save", "Main");
  await choose("Add Hosting Plan", "Add Hosting Plan");
  await to("Hosting Plan");
  await type("Standard");
  await enter("Start Date", start);
  await choose("Save", "Main");
  await choose("Add List/Site/Server", "Select Lists");
  await to("Select news0@keys.test");
  await press("Space", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "ArrowDown", "ArrowDown", "Space");
  await says("5 lists are selected");
  await choose("Assign to Main", "Assign 5 lists");
  await enter("Start Date", start);
  await choose("Save", "Main");
  await says("5 lists are assigned.");
});

test("the run, the review, the invoice and its line", async () => {
  await choose("Bill", "Bill");
  await choose("Bill All in View", "Run Billing");
  await choose("Run All Customers", "Run Billing");
  await says("Done");
  await choose("Review", "Review");
  await press("/");
  await type("keyb");
  await page.getByRole("region", { name: "Customers" }).getByRole("link", { name: /^Keyboard & Sons/ }).waitFor();
  await press("ArrowDown", "Enter");
  await page.getByRole("heading", { name: "Keyboard & Sons", level: 1 }).waitFor();
  await choose("Draft", "Draft invoice");
  await choose("Standard", "Standard");
  await says("Arithmetic");
});

test("sending, and leaving", async () => {
  await choose("Send", "Send");
  await to(/^Select Keyboard & Sons/);
  await press("Space");
  await choose("Send Selected Bills", "Send Bills");
  await choose("Send Selected Bills", "Send bills");
  await says("Done");
  await to("Anna");
  await press("Enter");
  await says("Sign out");
  await press("Escape");
  assert.equal(await focused(), "Anna"); // the menu is closed, and the focus is where it was
  await press("Enter");
  await to("Sign out");
  await press("Enter");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});
