// Topic 9 of the manual: Validate All Customers names each problem that it has a code for, each with a link to where it
// is mended. And topic 5: what the flags of an additional charge do to a bill.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

const start = day(1, 1), end = day(0, 0);
const card = (expiration) => ({ payment_method: "credit_card", card: { type: "visa", number: "4242424242424242", expiration } });
const month = (months) => day(months, 1).slice(0, 7);
// lists are of the server s1; each customer has the site of its number, unless it says otherwise.
const lists = [], customers = [];
// one adds a customer: what differs from one that is well, and its group, or null for none.
function one(company, fields = {}, group = {}, list = {}) {
  const site = `c${customers.length}.test`;
  lists.push({ server: "s1", site, list: "news", ...list });
  customers.push({
    company, email: `billing@${site}`, start, ...fields,
    ...(group && { groups: [{ name: "Main", plans: [{ plan: "std" }], objects: [{ server: "s1", site }], ...group }] }),
  });
  return site;
}

// What is found of whom, whether it is an error, and the heading of the page that mends it, or the field there.
const found = [
  ["No Group", "No billing group", "Error", "Create New Group"],
  ["No Plan", "No hosting plan", "Error", "Main"],
  ["No Object", "No list, site or server", "Error", "Main"],
  ["No Address", "Email address missing", "Error", "f-email"],
  ["Wrong Address", "Email address malformed", "Error", "f-additional_addresses"],
  ["Expired Card", "Card expired", "Error", "f-card.expiration"],
  ["Wrong Card", "Card invalid", "Error", "f-card.number"],
  ["Backwards", "Ends before it starts", "Error", "f-end"],
  ["Long Ended", "Ended before the period", "Error", "f-active"],
  ["Two Plans", "Plans overlap", "Error", "Main"],
  ["Second Owner", "Assigned twice", "Error", "Main"],
  ["Card Soon", "Card expires soon", "Warning", "f-card.expiration"],
  ["No Card", "Card missing", "Warning", "f-card.number"],
  ["Asleep", "Inactive with lists", "Warning", "Main"],
  ["Just Ended", "Ended, and still active", "Warning", "f-active"],
  ["Lost List", "List gone from its server", "Warning", "Main"],
  ["Too Large", "Over a limit", "Warning", "Main"],
  ["Large", "Near a limit", "Warning", "Main"],
  ["Planless Days", "Usage without a plan", "Warning", "Main"],
  ["Late Sender", "Usage after the end", "Warning", "f-end"],
  ["Forgotten", "Days not billed", "Warning", "Bill"],
  ["Not Synced", "Server not synced lately", "Warning", "Servers"],
  ["Outside", "Assignment outside the dates", "Warning", "Main"],
];

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  one("No Group", {}, null);
  one("No Plan", {}, { plans: [] });
  one("No Object", {}, { objects: [] });
  one("No Address", { email: null });
  one("Wrong Address", { additional_addresses: ["books"] });
  one("Expired Card", card(month(3)));
  one("Wrong Card", { ...card(month(-24)), card: { type: "visa", number: "4242424242424241", expiration: month(-24) } });
  one("Backwards", { end: day(2, 1) });
  one("Long Ended", { start: day(6, 1), end: day(4, 1) });
  one("Two Plans", {}, { plans: [{ plan: "std" }, { plan: "small", start: day(1, 10) }] });
  const site = one("First Owner");
  one("Second Owner", {}, { objects: [{ server: "s1", site }] });
  one("Card Soon", card(month(0)));
  one("No Card", { payment_method: "credit_card" });
  one("Asleep", { active: false });
  one("Just Ended", { end });
  one("Lost List", {}, {}, { end: day(1, 20), gone: day(1, 21) });
  const large = one("Too Large", {}, { plans: [{ plan: "small" }] }); // 2 lists of 1
  lists.push({ server: "s1", site: large, list: "talk" });
  one("Large", {}, { plans: [{ plan: "one" }] }); // 1 of 1 list
  const planless = one("Planless Days", {}, { plans: [{ plan: "std", start: day(1, 10) }] });
  const late = one("Late Sender", { end: day(1, 10) });
  one("Forgotten", { start: day(3, 1) });
  one("Not Synced", {}, { objects: [{ server: "s2", site: "far.test" }] });
  lists.push({ server: "s2", site: "far.test", list: "news" });
  one("Outside", { end: day(1, 20) }, { plans: [{ plan: "std", end: day(0, 20) }] });
  one("Well");

  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(JSON.stringify({
    currency: "USD", time_zone: "UTC",
    plans: [{ id: "std", name: "Standard", monthly_price: "25" }, { id: "small", name: "Small", monthly_price: "5", limits: { lists: 1 } }, { id: "one", name: "One list", monthly_price: "5", limits: { lists: 1 } }],
    servers: [{ name: "s1", host: "s1.test", kind: "manual" }, { name: "s2", host: "s2.test", kind: "mailman3", url: "http://127.0.0.1:9/3.1" }],
    lists, customers,
  }));
  const usage = [[planless, 3], [late, 20]].map(([of, date]) => JSON.stringify({ id: of, server: "s1", site: of, list: "news", at: `${day(1, date)}T10:00:00Z`, bytes: 1000, recipients: 10 }));
  house.run("ingest", "--format", "jsonl", house.file("usage.jsonl", usage.join("\n") + "\n"));
});
after(async () => { await house.close(); });

const row = (name) => page.getByRole("row", { name: new RegExp(name) });

test("9 each problem is found, and Edit leads to where it is mended", async () => {
  await menu("Customers", "Validate");
  await press("Validate All Customers");
  await done();
  await follow("See what was found");
  await says(/errors, \d+ warnings in all/);
  const missing = [];
  for (const [company, label, severity] of found) {
    if (!(await row(`^${company} `).filter({ hasText: label }).getByText(severity, { exact: true }).count())) missing.push(`${company}: ${label}`);
  }
  assert.deepEqual(missing, [], "not found:\n" + await page.getByRole("table").innerText());
  await row("^Second Owner ").getByText("First Owner").first().waitFor(); // the other is named
  assert.equal(await row("^Well ").count(), 0);
  await house.look("validation-all");
  for (const [company, label, , mend] of found) {
    await row(`^${company} `).filter({ hasText: label }).first().getByRole("link", { name: `Edit ${company}` }).click();
    if (mend.startsWith("f-")) {
      await page.waitForURL(new RegExp(`#${mend.replace(".", "\\.")}$`));
      assert.equal(await page.evaluate(() => document.activeElement.id.replace(/-\d+$/, "")), mend, `${company}: ${label}`);
    } else await page.getByRole("heading", { name: mend, level: 1 }).waitFor();
    await page.goBack();
  }
});

test("9 errors and warnings are told apart, and a problem by itself", async () => {
  await field("Severity").selectOption("Warnings");
  await says("Severity: Warnings");
  assert.equal(await row("^No Group ").count(), 0);
  await row("^Not Synced ").first().waitFor();
  await field("Severity").selectOption("Errors");
  await row("^No Group ").first().waitFor();
  await field("Problem").selectOption("Plans overlap");
  await says("Problem: Plans overlap"); // what was shown before has the customer, too
  await row("^Two Plans ").first().waitFor();
  assert.equal(await row("^No Group ").count(), 0);
  await house.look("validation-problem");
});

test("9 errors keep a customer out of the bill run, warnings do not", async () => {
  await menu("Customers", "Bill");
  await follow("Bill All in View");
  await press("Run All Customers");
  await done();
  const skipped = page.getByRole("region", { name: "Skipped" });
  for (const [company, , severity] of found) {
    assert.equal(await skipped.getByRole("row", { name: new RegExp(`^${company} `) }).count(), severity === "Error" ? 1 : 0, company);
  }
  await house.look("validation-skipped");
});

test("5 Is Recurring?, Is Proratable?, and a prepayment", async () => {
  const days = Number(end.slice(8));
  for (const [name, amount, ...flags] of [["Service", `${days}`, "Is Recurring?", "Is Proratable?"], ["Rent", "7", "Is Recurring?"], ["Prepayment", "-100"]]) {
    await menu("Additional Charges");
    await follow("Create New Additional Charge");
    await fill({ "Name": name, "Default Amount": amount });
    for (const label of ["Is Recurring?", "Is Proratable?"]) await field(label).setChecked(flags.includes(label));
    await press("Save");
    await says(`${name} is created.`);
  }
  await menu("Customers");
  await page.getByRole("main").getByLabel("Search", { exact: true }).fill("Well");
  await says("1 customer");
  await row("Well").getByRole("link", { name: "Groups", exact: true }).click();
  await follow("Main");
  for (const name of ["Service", "Rent", "Prepayment"]) {
    await follow("Add Additional Charge");
    await field("Additional Charge").selectOption(name);
    await fill({ "Start Date": day(0, -9) }); // ten days of the month
    await press("Save");
    await says("It is assigned.");
  }
  await menu("Customers", "Bill");
  await page.getByRole("main").getByLabel("Search", { exact: true }).fill("Well");
  await says("1 customer");
  await page.getByLabel("Select Well").check();
  await press("Bill Selected Customers");
  await press("Run Selected Customers");
  await done();
  await page.goto("/bill?q=Well");
  await row("Well").getByRole("link", { name: /USD/ }).click();
  const line = (name) => page.getByRole("table", { name: "Lines of the bill" }).getByRole("row", { name: new RegExp(`^${name}`) });
  await line("Service").getByText("10.00", { exact: true }).waitFor();
  await line("Rent").getByText("7.00", { exact: true }).waitFor();
  await line("Prepayment").getByText(/100\.00/).waitFor();
  await house.look("bill-of-charges");
});
